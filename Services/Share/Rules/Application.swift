// An application for conditional data and its way from draft to answer (e.4; AC-44, AC-50).

package import Regulation
package import Vocabulary

/// The states of an application (policies e.4).
package enum ApplicationState: String, ClosedList {
  case draft
  /// With the applicant's county authority (hebi-2021/15.4).
  case forwarded
  case submitted
  case underReview = "under_review"
  case approved
  case partlyApproved = "partly_approved"
  case rejected
  case withdrawn
  /// Refused, and carried on as a verification request.
  case converted

  package var term: BilingualText {
    switch self {
    case .draft: BilingualText("草稿", "a draft")
    case .forwarded: BilingualText("待县级主管部门转报", "with the county authority")
    case .submitted: BilingualText("已提交", "submitted")
    case .underReview: BilingualText("审核中", "under review")
    case .approved: BilingualText("同意", "approved")
    case .partlyApproved: BilingualText("部分同意", "partly approved")
    case .rejected: BilingualText("不同意", "rejected")
    case .withdrawn: BilingualText("已撤回", "withdrawn")
    case .converted: BilingualText("已转核实比对", "converted")
    }
  }

  package var awaitsReview: Bool { self == .submitted || self == .underReview }
  package var isAnswered: Bool {
    self == .approved || self == .partlyApproved || self == .rejected || self == .converted
  }
}

/// One reviewer's word on one item.
package struct ItemDecision: Hashable, Sendable {
  package let item: String
  package let isApproved: Bool
  package let reason: String
  package let basis: LegalBasis?

  package init(item: String, isApproved: Bool, reason: String, basis: LegalBasis?) {
    self.item = item
    self.isApproved = isApproved
    self.reason = reason
    self.basis = basis
  }
}

/// One side's opinion.
package struct Opinion: Hashable, Sendable {
  package let side: Reviewer
  /// "departments/d/persons/p"
  package let person: String
  package let time: Instant
  package let decisions: [ItemDecision]
  package let reason: String
  /// The recipients consented to, by name.
  package let recipients: [String]

  package init(
    side: Reviewer, person: String, time: Instant, decisions: [ItemDecision], reason: String,
    recipients: [String] = []
  ) {
    self.side = side
    self.person = person
    self.time = time
    self.decisions = decisions
    self.reason = reason
    self.recipients = recipients
  }
}

/// A day of reply that one side proposes (meizhou-specific-2021/21g).
package struct ReplyProposal: Hashable, Sendable {
  package let date: CivilDate
  package let by: DepartmentCode

  package init(date: CivilDate, by: DepartmentCode) {
    self.date = date
    self.by = by
  }
}

/// An application for data.
package struct Application: Hashable, Sendable {
  package let number: Int64
  package let entry: Int64
  package let entryVersion: Int
  package let applicant: DepartmentCode
  package let source: DepartmentCode
  /// The authority that decides and supervises: the source's, or where that one applies itself the one above it.
  package let authority: DepartmentCode?
  /// The county authority through which it must go, where it must (hebi-2021/15.4).
  package let forwarder: DepartmentCode?
  /// The profile with which the case began, kept to its end.
  package let profile: ProfileReference
  package let created: Instant
  package var use: UseRequest
  package var state: ApplicationState = .draft
  package var opinions: [Opinion] = []
  package var submitted: Instant?
  package var decided: Instant?
  /// What the clock of the answer read then.
  package var answered: ClockReading?
  package var agreedDates: [NegotiatedDate] = []
  package var proposal: ReplyProposal?
  package var grant: Int64?
  /// The form that went to the source, as canonical JSON; empty before (hebi-2021/15.1c).
  package var form = ""
  /// Items that a second person of the source must approve (AC-55).
  package var sensitiveItems: [String] = []
  package var history: [CaseStep] = []

  package init(
    number: Int64, entry: Int64, entryVersion: Int, applicant: DepartmentCode,
    source: DepartmentCode, authority: DepartmentCode?, forwarder: DepartmentCode?,
    profile: ProfileReference, created: Instant, use: UseRequest
  ) {
    self.number = number
    self.entry = entry
    self.entryVersion = entryVersion
    self.applicant = applicant
    self.source = source
    self.authority = authority
    self.forwarder = forwarder
    self.profile = profile
    self.created = created
    self.use = use
  }

  package var name: String { ResourceName.application(number).text }
  package var entryName: String { ResourceName.entry(entry).text }

  /// Changes with every step, so that nobody decides on what he has not seen.
  package var etag: String {
    "\(history.count)-\(opinions.count)-\(agreedDates.count)-\(proposal?.date.dayNumber ?? 0)"
  }

  package func isParty(_ department: DepartmentCode) -> Bool {
    [applicant, source, authority, forwarder].contains(department)
  }

  mutating func step(to next: ApplicationState, by actor: String, at time: Instant, reason: String)
  {
    history.append(
      CaseStep(
        from: state.rawValue, to: next.rawValue, actor: actor, time: time, reason: reason))
    state = next
  }
}

/// Drafts an application: who may ask, for what, and that it says all that its profile asks.
///
/// The check is made at once and again on submission, so that a draft is refused where it can never be submitted.
package func draftApplication(
  number: Int64, use: UseRequest, for entry: SharedEntry, by actor: Actor,
  applicant: DepartmentStanding, under profile: Profile, at time: Instant
) throws(ShareRefusal) -> Application {
  try checkReachable(entry, by: actor)
  try checkItemNames(use.items, of: entry)
  try checkApplicable(use, of: entry, by: actor, under: profile)
  try checkApplicationContent(use, of: entry, under: profile, today: time.civilDate)
  try checkRecipients(use, of: entry, under: profile, today: time.civilDate)
  var application = Application(
    number: number, entry: entry.number, entryVersion: entry.version,
    applicant: actor.department, source: entry.source.code,
    authority: entry.source.decider(for: applicant),
    forwarder: forwardingAuthority(of: applicant, to: entry.source, under: profile),
    profile: profile.reference, created: time, use: use)
  try application.requireDeciders(under: profile)
  application.history.append(
    CaseStep(
      from: "", to: ApplicationState.draft.rawValue, actor: actor.name, time: time, reason: ""))
  return application.graded(by: entry, under: profile)
}

extension DepartmentStanding {
  /// The authority that decides on an application to this source: its own, and where that one is the applicant the one above, since
  /// no department decides on its own application (AC-43).
  func decider(for applicant: DepartmentStanding) -> DepartmentCode? {
    authority == applicant.code ? applicant.authority : authority
  }
}

extension Application {
  /// Each side that must give an opinion is somebody other than the applicant; else the application could never be answered.
  func requireDeciders(under profile: Profile) throws(ShareRefusal) {
    for side in reviewers(under: profile) where side != .sourceDepartment {
      guard let authority, authority != applicant else {
        throw .noAuthorityAbove(
          entry: entryName, side: side, citation: profile.reviewers?.citation)
      }
    }
  }
}

/// The county authority through which a county's application for others' data goes (hebi-2021/15.4, AC-50).
func forwardingAuthority(
  of applicant: DepartmentStanding, to source: DepartmentStanding, under profile: Profile
) -> DepartmentCode? {
  guard profile.word(.shareCrossLevelRoute)?.value == "through_county_authority",
    applicant.level.isCounty, !applicant.isAuthority,
    !source.level.isCounty || source.region != applicant.region
  else { return nil }
  return applicant.authority
}

extension Application {
  /// Applicant and county authority hand it in.
  package func requireSender(_ actor: Actor) throws(ShareRefusal) {
    guard actor.department == applicant || actor.department == forwarder else {
      throw .notParty(resource: name)
    }
  }

  package func requireApplicant(_ actor: Actor) throws(ShareRefusal) {
    guard actor.department == applicant else { throw .notParty(resource: name) }
  }

  /// Applicant and source agree on a day; a third cannot (AC-63).
  package func requireNegotiator(_ actor: Actor) throws(ShareRefusal) {
    guard actor.department == applicant || actor.department == source else {
      throw .notParty(resource: name)
    }
  }

  /// Hands a draft in; for a county in Hebi first to its authority, which hands it on.
  ///
  /// - Parameter entry: As the catalogue has it now: what was drafted yesterday may no longer be shared.
  package func submitted(
    by actor: Actor, entry: SharedEntry, under profile: Profile, at time: Instant
  ) throws(ShareRefusal) -> Application {
    let isForwarding = state == .forwarded
    guard actor.department == (isForwarding ? forwarder : applicant) else {
      throw .notParty(resource: name)
    }
    // The county authority hands on as what it is; whoever else works there does not (AC-50).
    guard isForwarding ? actor.roles.contains(.authority) : actor.isOfficerOrHead else {
      guard isForwarding else { throw .notParty(resource: name) }
      throw .authorityNeeded(
        resource: name, citation: profile.cite(.shareCrossLevelRoute, else: .accessRule(50)))
    }
    guard state == .draft || isForwarding else {
      throw .wrongState(
        resource: name, state: state.term, action: BilingualText("提交", "submitted"))
    }
    let applying = Actor(department: applicant, name: actor.name, roles: actor.roles)
    try requireDeciders(under: profile)
    try checkApplicable(use, of: entry, by: applying, under: profile)
    try checkItemNames(use.items, of: entry)
    try checkUntil(use.until, today: time.civilDate, under: profile)
    try checkRecipients(use, of: entry, under: profile, today: time.civilDate)
    var next = graded(by: entry, under: profile)
    if forwarder != nil, !isForwarding {
      next.step(to: .forwarded, by: actor.name, at: time, reason: "")
      return next
    }
    next.step(to: .submitted, by: actor.name, at: time, reason: "")
    next.submitted = time
    return next
  }

  /// Takes it back, while it is not answered.
  package func withdrawn(
    by actor: Actor, reason: String, at time: Instant
  ) throws(ShareRefusal) -> Application {
    try requireApplicant(actor)
    guard state == .draft || state == .forwarded || state.awaitsReview else {
      throw .wrongState(
        resource: name, state: state.term, action: BilingualText("撤回", "withdrawn"))
    }
    try checkTexts([("reason", reason)])
    var next = self
    next.step(to: .withdrawn, by: actor.name, at: time, reason: reason)
    return next
  }

  /// A refused application that goes on as a verification request (meizhou-public-2023/21.4).
  package func converted(by actor: Actor, to request: String, at time: Instant) -> Application {
    guard state == .rejected else { return self }
    var next = self
    next.step(to: .converted, by: actor.name, at: time, reason: request)
    return next
  }
}
