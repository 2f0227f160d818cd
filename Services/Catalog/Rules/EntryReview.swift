// Who decides on an entry, and by when (AC-11, AC-14, AC-19; meizhou-public-2023/7, 8; hebi-2021/8, 10, 14; luyi-2019/9).

package import Regulation
package import Vocabulary

/// What a reviewer says.
package enum EntryDecision: Hashable, Sendable {
  case approve
  case returnIt
}

/// A reviewer's opinion on a version.
package struct EntryOpinion: Hashable, Sendable {
  package var decision: EntryDecision
  package var reason: String
  /// The reviewer says, by name, that the secrecy review was passed.
  package var passesSecrecy: Bool
  /// Share types that the reviewer fixes (AC-14).
  package var types: [TypeDecision]

  package init(
    _ decision: EntryDecision, reason: String = "", passesSecrecy: Bool = false,
    types: [TypeDecision] = []
  ) {
    self.decision = decision
    self.reason = reason
    self.passesSecrecy = passesSecrecy
    self.types = types
  }
}

extension EntryVersion {
  /// Takes one reviewer's opinion; approved when the last awaited one has approved.
  ///
  /// An approved version that still lacks its secrecy review is reviewed once more: it is passed, or the version goes back.
  ///
  /// - Parameter isBaseData: Whether its category is one of the base databases, whose types are not free (AC-17).
  package func reviewed(
    _ opinion: EntryOpinion, by actor: Actor, owner: DepartmentFacts, isBaseData: Bool,
    at time: Instant, under profile: Profile
  ) throws(CatalogRefusal) -> EntryVersion {
    guard state == .submitted || lacksSecrecyReview(under: profile) else {
      throw .wrongState(entry: name, state: state, action: BilingualText("审核", "reviewed"))
    }
    try requireReviewer(actor, of: self, owner: owner, under: profile)
    try checkTexts(of: opinion)
    switch opinion.decision {
    case .returnIt:
      if opinion.reason.isEmpty { throw .reasonMissing(action: BilingualText("退回", "returned")) }
      var next = stepped(to: .returned, by: actor, at: time, reason: opinion.reason)
      next.approvedBy = []
      return next
    case .approve where state == .approved:
      guard opinion.passesSecrecy else {
        throw .secrecyReviewMissing(citation: profile.secrecyReviewRequired?.citation)
      }
      guard opinion.types.isEmpty else {
        throw .wrongState(
          entry: name, state: state, action: BilingualText("确定共享类型", "typed for sharing"))
      }
      return passedSecrecy(by: actor, at: time, reason: opinion.reason)
    case .approve:
      let role = try reviewerRole(of: actor, for: self, owner: owner, under: profile)
      try requireSecondPerson(actor, under: profile)
      var next = try fixed(
        opinion, by: actor, owner: owner, isBaseData: isBaseData, at: time, under: profile)
      if opinion.passesSecrecy { next = next.passedSecrecy(by: actor, at: time, reason: "") }
      next.approvedBy.append(role)
      let isLast = awaitedReviewers(of: next, under: profile).isEmpty
      // Filed first, with the authority that approves (meizhou-public-2023/10.2b).
      if isLast, let duty = filingDuty(next.content, under: profile), next.filing == nil {
        throw .filingMissing(citation: duty.citation)
      }
      return next.stepped(
        to: isLast ? .approved : state, by: actor, at: time, reason: opinion.reason)
    }
  }

  /// Whether publication waits for the secrecy review alone among what reviewers do (meizhou-public-2023/39.1e, hebi-2021/15.3).
  package func lacksSecrecyReview(under profile: Profile) -> Bool {
    state == .approved && secrecyReview == nil && profile.secrecyReviewRequired?.value == true
  }

  /// Of several opinions each is another person's, even where one person holds both roles (luyi-2019/9, D48).
  private func requireSecondPerson(
    _ actor: Actor, under profile: Profile
  ) throws(CatalogRefusal) {
    let handedIn = history.lastIndex { $0.from != .submitted && $0.to == .submitted }
    let opinions = history.dropFirst(handedIn.map { $0 + 1 } ?? 0).filter {
      $0.from == .submitted && $0.action == nil
    }
    if opinions.contains(where: { $0.actor == actor.name }) {
      throw .secondPersonNeeded(
        entry: name, citation: profile.entryReviewers(isUpdate: isUpdate)?.citation)
    }
  }

  private func passedSecrecy(by actor: Actor, at time: Instant, reason: String) -> EntryVersion {
    var next = stepped(to: state, by: actor, at: time, reason: reason, action: .secrecyPassed)
    next.secrecyReview = SecrecyReview(person: actor.name, time: time)
    return next
  }
}

/// The reviewers that a version still waits for, in order; empty where the text demands no decision
/// (meizhou-specific-2021: publishing is a technical check).
package func awaitedReviewers(of version: EntryVersion, under profile: Profile) -> [Reviewer] {
  let all = profile.entryReviewers(isUpdate: version.isUpdate)?.value ?? []
  return all.filter { !version.approvedBy.contains($0) }
}

/// Checks that a person is one of a version's reviewers at all, whether or not his opinion is awaited now (AC-11).
package func requireReviewer(
  _ actor: Actor, of version: EntryVersion, owner: DepartmentFacts, under profile: Profile
) throws(CatalogRefusal) {
  if actor.department.code == version.content.owner { throw .ownReview(entry: version.name) }
  let reviewers = profile.entryReviewers(isUpdate: version.isUpdate)
  guard reviewers?.value.contains(where: { isReviewer(actor, $0, of: owner) }) == true else {
    throw .notReviewer(
      entry: version.name, expected: reviewers?.value ?? [], citation: reviewers?.citation)
  }
}

/// As which of the awaited reviewers a person acts, or the refusal.
///
/// - Parameter owner: The department that drafted the entry.
package func reviewerRole(
  of actor: Actor, for version: EntryVersion, owner: DepartmentFacts, under profile: Profile
) throws(CatalogRefusal) -> Reviewer {
  try requireReviewer(actor, of: version, owner: owner, under: profile)
  let awaited = awaitedReviewers(of: version, under: profile)
  // One after the other: the administrator reviews, then the bureau confirms (luyi-2019/9).
  if let next = awaited.first, isReviewer(actor, next, of: owner) { return next }
  throw .notReviewer(
    entry: version.name, expected: awaited,
    citation: profile.entryReviewers(isUpdate: version.isUpdate)?.citation)
}

extension EntryVersion {
  /// The day by which the version is to be decided, on today's calendar; `nil` where the text sets none, and before it is handed in.
  ///
  /// meizhou-public-2023/7.1c, 8c: 5 working days from submission, new and update; hebi-2021/10b: 5 from receipt, update only.
  package func reviewDue(under profile: Profile, calendar: WorkingCalendar) -> DueDate? {
    reviewClock(under: profile).map { $0.due(on: calendar, today: $0.started) }
  }

  /// The clock of the review; `nil` as for ``reviewDue(under:calendar:)``.
  package func reviewClock(under profile: Profile) -> LegalClock? {
    guard let submitted, state != .draft,
      let rule = profile.clock(isUpdate ? .catalogReviewUpdate : .catalogReviewNew)
    else { return nil }
    return LegalClock(rule: rule, started: submitted)
  }

  /// The version with its review clock as it stands now, where this step ended it (policies e: the flag and its duration stay; AC-94:
  /// a changed calendar alters no past overdue facts).
  ///
  /// - Parameter former: The version before the step.
  package func endingReview(
    since former: EntryVersion, under profile: Profile, calendar: WorkingCalendar
  ) -> EntryVersion {
    guard former.state == .submitted, state != .submitted,
      let due = reviewDue(under: profile, calendar: calendar)
    else { return self }
    let late = reviewOverdue(under: profile, calendar: calendar, today: due.date)
    var next = self
    next.decided = ClockReading(due: due, overdueDays: late?.workingDays ?? 0)
    return next
  }

  /// How late the decision is, or was when it came: the flag and its duration stay (policies e).
  package func reviewOverdue(
    under profile: Profile, calendar: WorkingCalendar, today: CivilDate
  ) -> Overdue? {
    guard let due = reviewDue(under: profile, calendar: calendar) else { return nil }
    let decided = history.last { $0.from == .submitted && $0.to != .submitted }?.time.civilDate
    return LegalClock.overdue(
      due.date, at: state == .submitted ? today : decided ?? today, on: calendar)
  }
}
