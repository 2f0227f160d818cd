// Who decides on an entry, and by when (AC-11, AC-14, AC-19; meizhou-public-2023/7, 8; hebi-2021/8, 10, 14; luyi-2019/9).

package import Regulation
package import Vocabulary

/// What a reviewer says.
package enum EntryDecision: Hashable, Sendable {
  case approve
  case returnIt
}

/// The reviewers that a version still waits for, in order; empty where the text demands no decision
/// (meizhou-specific-2021: publishing is a technical check).
package func awaitedReviewers(of version: EntryVersion, under profile: Profile) -> [Reviewer] {
  let all = profile.entryReviewers(isUpdate: version.isUpdate)?.value ?? []
  return all.filter { !version.approvedBy.contains($0) }
}

/// As which of the awaited reviewers a person acts, or the refusal.
///
/// - Parameter owner: The department that drafted the entry.
package func reviewerRole(
  of actor: Actor, for version: EntryVersion, owner: DepartmentFacts, under profile: Profile
) throws(CatalogRefusal) -> Reviewer {
  if actor.department.code == version.content.owner { throw .ownReview(entry: version.name) }
  let awaited = awaitedReviewers(of: version, under: profile)
  let citation = profile.entryReviewers(isUpdate: version.isUpdate)?.citation
  // One after the other: the administrator reviews, then the bureau confirms (luyi-2019/9).
  if let next = awaited.first, isReviewer(actor, next, of: owner) { return next }
  throw .notReviewer(entry: version.name, expected: awaited, citation: citation)
}

/// Whether a person can give the opinion of a reviewer on an owner's entries.
package func isReviewer(_ actor: Actor, _ reviewer: Reviewer, of owner: DepartmentFacts) -> Bool {
  switch reviewer {
  case .authority, .sameLevelAuthority, .bigDataBureau:
    actor.roles.contains(.authority) && owner.authority == actor.department.code
  case .cityAuthority:
    // A county's entries too go to the city's authority (hebi-2021/8): same city, first four digits of GB/T 2260.
    actor.roles.contains(.authority) && actor.department.level == .city
      && actor.department.region.prefix(4) == owner.region.prefix(4)
  case .populationBaseAdministrator:
    actor.roles.contains(.populationBaseAdministrator)
      && actor.department.region == owner.region
  case .sourceDepartment: false
  }
}

/// The day by which a submitted version is to be decided; `nil` where the text sets none.
///
/// meizhou-public-2023/7.1c, 8c: 5 working days from submission, new and update; hebi-2021/10b: 5 from receipt, update only.
package func reviewDue(
  submitted: CivilDate, isUpdate: Bool, under profile: Profile, calendar: WorkingCalendar
) -> DueDate? {
  guard let rule = profile.clock(isUpdate ? .catalogReviewUpdate : .catalogReviewNew) else {
    return nil
  }
  return LegalClock(rule: rule, started: submitted).due(on: calendar, today: submitted)
}
