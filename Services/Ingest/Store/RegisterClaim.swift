// What a register as a whole claims to be: how fresh, how complete, of which version (policies e.7).

package import IngestRules
package import Vocabulary

/// Derived from the deliveries that stand. A correction repairs one record and makes nothing fresher or more complete, and
/// an increment that comes late takes nothing back.
package struct RegisterClaim: Sendable, Equatable {
  /// The newest delivery.
  package let batch: String
  package let asOf: CivilDate
  package let coverage: String
  package let entryVersion: Int
  /// That of the newest version; membership is harmless only where each delivery of it says so (AC-42).
  package let schema: EntrySchema

  /// - Parameter deliveries: Stock and increments by their ids. The stock comes first, for it supersedes what was before it.
  /// - Returns: `nil` where there are none.
  package init?(_ deliveries: [StoredBatch]) {
    guard let first = deliveries.first, let last = deliveries.last else { return nil }
    let version = deliveries.map(\.terms.entryVersion).max() ?? 0
    let newest = deliveries.map(\.terms).filter { $0.entryVersion == version }
    batch = last.name
    asOf = deliveries.map(\.terms.asOf).max() ?? last.terms.asOf
    let words = [first.terms.coverage, last.terms.coverage].filter { !$0.isEmpty }
    coverage =
      first.id == last.id || words.first == words.last
      ? words.first ?? "" : words.joined(separator: "; ")
    entryVersion = version
    schema =
      newest.first { !$0.schema.isMembershipHarmless }?.schema ?? newest.last?.schema
      ?? last.terms.schema
  }
}
