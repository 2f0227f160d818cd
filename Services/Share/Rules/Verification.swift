// One claim on data that cannot be had, answered match or no match (meizhou-public-2023/21.4; e.6; AC-42).

package import Regulation
package import Vocabulary

/// The states of a verification request (policies e.6).
package enum VerificationState: String, ClosedList {
  case requested, answered, declined

  package var term: BilingualText {
    switch self {
    case .requested: BilingualText("待答复", "requested")
    case .answered: BilingualText("已答复", "answered")
    case .declined: BilingualText("不予核实", "declined")
    }
  }
}

/// A verification request, without its claim: that lies sealed beside it until it is decided.
package struct Verification: Hashable, Sendable {
  package let number: Int64
  package let entry: Int64
  package let requester: DepartmentCode
  package let source: DepartmentCode
  package let item: String
  package let purpose: String
  package let caseNumber: String
  package let profile: ProfileReference
  package let created: Instant
  package var state: VerificationState = .requested
  package var answer: VerificationAnswer?
  /// On which law the requester wants to know it (meizhou-public-2023/21.4).
  package var legalBasis: LegalBasis?
  package var declineBasis: LegalBasis?
  package var declineReason = ""
  package var decided: Instant?
  /// What its clock read then.
  package var answered: ClockReading?
  package var history: [CaseStep] = []

  package init(
    number: Int64, entry: Int64, requester: DepartmentCode, source: DepartmentCode, item: String,
    purpose: String, caseNumber: String, profile: ProfileReference, created: Instant
  ) {
    self.number = number
    self.entry = entry
    self.requester = requester
    self.source = source
    self.item = item
    self.purpose = purpose
    self.caseNumber = caseNumber
    self.profile = profile
    self.created = created
  }

  package var name: String { ResourceName.verificationRequest(number).text }
  package var entryName: String { ResourceName.entry(entry).text }
  package var etag: String { "\(history.count)" }

  package func isParty(_ department: DepartmentCode) -> Bool {
    department == requester || department == source
  }

  private mutating func step(
    to next: VerificationState, by actor: Actor, at time: Instant, reason: String
  ) {
    history.append(
      CaseStep(
        from: state.rawValue, to: next.rawValue, actor: actor.name, time: time, reason: reason))
    state = next
    decided = time
  }
}

/// What a request for verification states; the asserted value itself is not looked at here.
package struct VerificationClaim: Hashable, Sendable {
  package var item: String
  package var hasSubject: Bool
  package var hasValue: Bool
  package var purpose: String
  package var caseNumber: String
  package var legalBasis: LegalBasis?

  package init(
    item: String, hasSubject: Bool, hasValue: Bool, purpose: String, caseNumber: String,
    legalBasis: LegalBasis?
  ) {
    self.item = item
    self.hasSubject = hasSubject
    self.hasValue = hasValue
    self.purpose = purpose
    self.caseNumber = caseNumber
    self.legalBasis = legalBasis
  }
}

/// What is known of the requester under this entry.
package struct VerificationStanding: Hashable, Sendable {
  /// Items that an application of the department was refused.
  package var refusedItems: Set<String>
  /// Claims about this person that the department has made under the entry.
  package var attempts: Int

  package init(refusedItems: Set<String>, attempts: Int) {
    self.refusedItems = refusedItems
    self.attempts = attempts
  }
}

/// Files a verification request, where the profile has them: for what is not shared, or for a conditional item that was
/// refused (meizhou-public-2023/21.4). Attempts about one person are limited, or a claim would become a query.
package func requestVerification(
  _ number: Int64, _ claim: VerificationClaim, on entry: SharedEntry, by actor: Actor,
  standing: VerificationStanding, under profile: Profile, at time: Instant
) throws(ShareRefusal) -> Verification {
  try checkReachable(entry, by: actor)
  guard let scopes = profile.verificationScopes, !scopes.value.isEmpty else {
    throw .verificationNotProvided(
      steps: profile.notSharedPath?.value ?? [], citation: profile.notSharedPath?.citation)
  }
  guard let item = entry.item(claim.item) else {
    throw .itemUnknown(entry: entry.name, item: claim.item)
  }
  switch item.shareType {
  case .notShared where scopes.value.contains(.notShared): break
  case .conditional
  where scopes.value.contains(.unmetConditional) && standing.refusedItems.contains(item.name):
    break
  default: throw .verificationNotNeeded(item: item.name, citation: scopes.citation)
  }
  for (path, isMissing, term) in [
    ("subject", !claim.hasSubject, BilingualText("核实对象", "subject")),
    ("asserted_value", !claim.hasValue, BilingualText("待核实的内容", "asserted value")),
    ("purpose", claim.purpose.isEmpty, BilingualText("用途", "purpose")),
    ("case_number", claim.caseNumber.isEmpty, BilingualText("办件编号", "case number")),
  ] where isMissing {
    throw .fieldMissing(path: path, term: term, citation: scopes.citation)
  }
  try checkTexts([("purpose", claim.purpose)])
  try checkTexts([("case_number", claim.caseNumber)], limit: longestNumber)
  try checkStatedBasis(
    claim.legalBasis, path: "legal_basis",
    citation: profile.cite(.shareRefusalBasis, else: .accessRule(44)))
  if let limit = profile.verificationAttempts, standing.attempts >= limit.value {
    throw .attemptsExhausted(limit: limit.value, citation: limit.citation)
  }
  var verification = Verification(
    number: number, entry: entry.number, requester: actor.department, source: entry.source.code,
    item: claim.item, purpose: claim.purpose, caseNumber: claim.caseNumber,
    profile: profile.reference, created: time)
  verification.legalBasis = claim.legalBasis
  verification.history.append(
    CaseStep(
      from: "", to: VerificationState.requested.rawValue, actor: actor.name, time: time, reason: ""
    ))
  return verification
}

extension Verification {
  /// Checks that a person may decide on it, and that it waits.
  package func checkDecidable(
    by actor: Actor, under profile: Profile
  ) throws(ShareRefusal) {
    try requireSource(actor, under: profile)
    guard state == .requested else {
      throw .wrongState(
        resource: name, state: state.term, action: BilingualText("答复", "decided"))
    }
  }

  package func requireSource(_ actor: Actor, under profile: Profile) throws(ShareRefusal) {
    let stands = actor.standsFor.contains(source) && actor.department != requester
    guard actor.department == source && actor.isOfficerOrHead || stands else {
      throw .notReviewer(
        resource: name, expected: [.sourceDepartment],
        citation: profile.cite(.shareVerificationRequest, else: .accessRule(43)))
    }
  }

  /// Answers it. That somebody is not in a register is itself a datum: said only where the entry marks that as harmless.
  package func answered(
    _ answer: VerificationAnswer, membershipHarmless: Bool, by actor: Actor,
    under profile: Profile, at time: Instant
  ) throws(ShareRefusal) -> Verification {
    try checkDecidable(by: actor, under: profile)
    try checkAnswerable(by: actor)
    var next = self
    next.answer = answer == .notFound && !membershipHarmless ? .noMatch : answer
    next.step(to: .answered, by: actor, at: time, reason: "")
    return next
  }

  /// Declines it: only with law behind it (e.6).
  package func declined(
    reason: String, basis: LegalBasis?, by actor: Actor, under profile: Profile, at time: Instant
  ) throws(ShareRefusal) -> Verification {
    try checkDecidable(by: actor, under: profile)
    if reason.isEmpty {
      throw .reasonMissing(
        path: "reason", citation: profile.cite(.shareRefusalBasis, else: .accessRule(44)))
    }
    try checkTexts([("reason", reason)])
    try checkRefusalBasis(basis, path: "basis", under: profile)
    var next = self
    next.declineReason = reason
    next.declineBasis = basis
    next.step(to: .declined, by: actor, at: time, reason: reason)
    return next
  }

  /// By when it is to be decided: "promptly" (meizhou-public-2023/21.4), with a number that is ours; and how late that is,
  /// once it is decided, as it was then (AC-94).
  package func reading(
    under profile: Profile, calendar: WorkingCalendar, today: CivilDate
  ) -> ClockReading? {
    answered
      ?? clock(under: profile)?.reading(
        on: calendar, at: min(decided?.civilDate ?? today, today))
  }

  /// The request with what its clock reads now, where it has just been decided.
  package func keepingReading(under profile: Profile, calendar: WorkingCalendar) -> Verification {
    guard let decided, answered == nil else { return self }
    var next = self
    next.answered = clock(under: profile)?.reading(on: calendar, at: decided.civilDate)
    return next
  }

  package func clock(under profile: Profile) -> LegalClock? {
    profile.clock(.verificationReply).map { LegalClock(rule: $0, started: created.civilDate) }
  }
}
