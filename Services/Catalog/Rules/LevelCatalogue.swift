// The catalogue of a level: what was approved in a region and below it, by versions (meizhou-public-2023/5.i3, 8c; hebi-2021/8.1c, 8.2b, 10b;
// guangdong-2018/10).

package import Vocabulary

/// The regions in whose catalogues the entries of a region stand: its own, the city's, the province's (GB/T 2260).
package func catalogueRegions(of region: String) -> [String] {
  var found = [region]
  for digits in [4, 2] {
    let above = region.prefix(digits) + String(repeating: "0", count: 6 - digits)
    if !found.contains(String(above)) { found.append(String(above)) }
  }
  return found
}

/// An entry in the catalogue of a level: the version that was approved last.
package struct CatalogueLine: Hashable, Sendable {
  /// "entries/E-1", on its node.
  package let entry: String
  package let version: Int
  package let title: String
  package let owner: String
  /// The region of its owner.
  package let origin: String
  package let resourceCode: String
  /// The domain of the node that sent it; empty for this one.
  package let node: String

  package init(
    entry: String, version: Int, title: String, owner: String, origin: String,
    resourceCode: String, node: String
  ) {
    self.entry = entry
    self.version = version
    self.title = title
    self.owner = owner
    self.origin = origin
    self.resourceCode = resourceCode
    self.node = node
  }
}

/// Checks that somebody may read a region's catalogue before it is everybody's: the authority of the region or of one above, its
/// staffing office, an auditor (AC-74).
package func requireReach(_ region: String, by actor: Actor) throws(CatalogRefusal) {
  if actor.roles.contains(.auditor) { return }
  let own = actor.department.region.prefix(actor.department.level.regionDigits)
  guard region.hasPrefix(own),
    actor.roles.contains(.authority) || actor.roles.contains(.staffingOffice)
  else { throw .catalogueOutOfReach(region: region) }
}

/// Whether a version stands in the catalogue of its level.
extension EntryVersion {
  /// From its approval to its withdrawal; a version that was replaced is told by its successor.
  package var isCatalogued: Bool { state == .approved || state == .published }

  /// The version without items that went to another department in the same step (meizhou-public-2023/11b, hebi-2021/10c): approved as
  /// it stands, for nothing else of it changes.
  package func relieved(
    of titles: Set<String>, number: Int, to successor: EntryVersion, at time: Instant
  ) -> EntryVersion {
    var content = self.content
    content.items.removeAll { item in titles.contains { sameDatum($0, item.title) } }
    return EntryVersion(
      entry: entry, number: number, content: content, state: .approved, profile: profile,
      submitted: time.civilDate, secrecyReview: secrecyReview, approvedBy: approvedBy,
      history: [
        EntryStep(
          from: nil, to: .approved, actor: "", time: time, reason: "", action: .relieved,
          detail: "\(titles.sorted().joined(separator: ", ")) -> \(successor.versionName)")
      ], created: time)
  }
}
