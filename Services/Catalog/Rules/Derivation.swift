// Data that came from another department are not registered as one's own, received or derived (AC-46; meizhou-public-2023/39.3,
// hebi-2021/27.i1, luyi-2019/16).

package import Regulation
package import Vocabulary

extension EntryContent {
  /// The entries, by their numbers, from which it says that its data came.
  package var derivedEntries: [Int64] {
    derivedFrom.compactMap { ResourceName($0, in: .entries)?.number }
  }
}

/// Checks what an entry declares of the origin of its data: its own department's entries alone. What is not declared cannot be
/// known here; the lineage of shared data ends at the grant.
///
/// - Parameter owners: Of the entries that it names.
package func checkDerivation(
  _ content: EntryContent, owners: [Int64: DepartmentCode], under profile: Profile
) throws(CatalogRefusal) {
  for (index, source) in content.derivedFrom.enumerated() {
    let number = ResourceName(source, in: .entries)?.number
    // A grant is always on another department's entry.
    if let number, owners[number] == content.owner { continue }
    throw .receivedData(
      path: "entry.derived_from[\(index)]", from: source,
      citation: profile.cite(.shareThirdParty, else: .accessRule(46)))
  }
}
