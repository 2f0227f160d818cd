// Whom an owner must have named before it hands in an entry (meizhou-public-2023/6.i1; hebi-2021/26.1d), and what it keeps current after
// (meizhou-specific-2021/10a).

package import Regulation
import Vocabulary

/// Checks that the duties which an entry asks of its owner are somebody's.
///
/// Order of precedence: who compiles and provides at all, where the text makes that a condition (meizhou-public-2023/6.i1); who keeps
/// sensitive and important data safe (hebi-2021/26.1d).
func checkDuties(
  _ content: EntryContent, owner: DepartmentFacts, under profile: Profile
) throws(CatalogRefusal) {
  if let demand = profile.dutyDemand(.implementing), demand.value == .required,
    !owner.duties.contains(.implementing)
  {
    throw .dutyNotNamed(.implementing, citation: demand.citation)
  }
  if let least = profile.securityUnitGrade, !owner.duties.contains(.security),
    content.highestGrade >= least.value
  {
    throw .dutyNotNamed(.security, citation: least.citation)
  }
}

extension EntryVersion {
  /// When its upkeep falls due: so long after it was last published (meizhou-specific-2021/10a); `nil` where it is not shown.
  package func upkeepClock(under profile: Profile) -> LegalClock? {
    guard state == .published, withdrawal == nil, let published else { return nil }
    return profile.clock(.catalogUpkeep).map {
      LegalClock(rule: $0, started: published.civilDate)
    }
  }
}

extension EntryContent {
  /// Of the entry and of its items; 0 while nothing is graded.
  var highestGrade: Int { items.map(\.grade).reduce(grade, max) }
}
