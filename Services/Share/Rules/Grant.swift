// A grant: who may have which items of which entry, for what, how, until when (meizhou-public-2023/22; e.5; AC-41).

package import Regulation
package import Vocabulary

/// The states of a grant (policies e.5).
package enum GrantState: String, ClosedList {
  case pendingAcceptance = "pending_acceptance"
  case active, suspended, expired, revoked, ended

  package var term: BilingualText {
    switch self {
    case .pendingAcceptance: BilingualText("待接受责任", "waiting for acceptance")
    case .active: BilingualText("有效", "active")
    case .suspended: BilingualText("已暂停", "suspended")
    case .expired: BilingualText("已到期", "expired")
    case .revoked: BilingualText("已撤销", "revoked")
    case .ended: BilingualText("已终止", "ended")
    }
  }

  /// Whether it may still come to be used.
  package var isLiving: Bool { self == .pendingAcceptance || self == .active || self == .suspended }
}

package struct Grant: Hashable, Sendable {
  package let number: Int64
  package let entry: Int64
  package let entryVersion: Int
  package let source: DepartmentCode
  package let authority: DepartmentCode?
  package let grantee: DepartmentCode
  package let items: [String]
  package let purpose: String
  package let business: String
  package let scenario: String
  package let modes: Set<UseMode>
  package let until: CivilDate
  package let rows: [RowRule]
  package let roll: RollLimits?
  package let dailySubjects: Int
  /// `nil` for a subscription to unconditional items.
  package let application: Int64?
  package let profile: ProfileReference
  package let created: Instant
  package var state: GrantState
  /// "departments/d/persons/p", who took the duty on (meizhou-public-2023/39).
  package var securityOfficer = ""
  /// Systems of the grantee that may use it; empty for all of them (AC-41).
  package var systems: Set<SystemName> = []
  /// By which ways the grantee gets the data, as it filed them (luyi-2019/13); empty where nothing is filed.
  package var accessModes: Set<AccessMode> = []
  /// Whom data may reach beyond the grantee's own use at home, with the items each may have; nobody else.
  package var recipients: [Recipient] = []
  /// Items that two people of the source have approved (AC-55).
  package var twiceApproved: [String] = []
  package var activated: Instant?
  /// Suspended because its entry is unmounted, and by no person: mounting the entry resumes it (e.1).
  package var awaitsMounting = false
  /// Suspended because the grantee is disabled, and by no person: the department's activation resumes it (AC-92).
  package var awaitsGrantee = false
  package var history: [CaseStep] = []

  package init(
    number: Int64, entry: Int64, entryVersion: Int, source: DepartmentCode,
    authority: DepartmentCode?, grantee: DepartmentCode, items: [String], purpose: String,
    business: String, scenario: String, modes: Set<UseMode>, until: CivilDate, rows: [RowRule],
    roll: RollLimits?, dailySubjects: Int, application: Int64?, profile: ProfileReference,
    created: Instant, state: GrantState
  ) {
    self.number = number
    self.entry = entry
    self.entryVersion = entryVersion
    self.source = source
    self.authority = authority
    self.grantee = grantee
    self.items = items
    self.purpose = purpose
    self.business = business
    self.scenario = scenario
    self.modes = modes
    self.until = until
    self.rows = rows
    self.roll = roll
    self.dailySubjects = dailySubjects
    self.application = application
    self.profile = profile
    self.created = created
    self.state = state
  }

  package var name: String { ResourceName.grant(number).text }
  package var entryName: String { ResourceName.entry(entry).text }
  package var etag: String { "\(history.count)" }

  package func isParty(_ department: DepartmentCode) -> Bool {
    department == grantee || department == source || department == authority
  }

  mutating func step(to next: GrantState, by actor: String, at time: Instant, reason: String) {
    history.append(
      CaseStep(
        from: history.isEmpty ? "" : state.rawValue, to: next.rawValue, actor: actor, time: time,
        reason: reason))
    state = next
    awaitsMounting = false
    awaitsGrantee = false
    if next == .active, activated == nil { activated = time }
  }
}

/// The grant of an answered application: what every side approved, no more (AC-44), waiting or active as `share.activation`
/// says (meizhou-public-2023/39: acceptance; meizhou-specific-2021/21e, guangdong-2018/19.1e: at once).
package func grant(
  _ number: Int64, from application: Application, under profile: Profile, by actor: Actor,
  at time: Instant
) -> Grant? {
  let items = application.approvedItems
  guard application.state == .approved || application.state == .partlyApproved, !items.isEmpty,
    var grant = application.proposedGrant(number, items: items, under: profile, at: time)
  else { return nil }
  grant.recipients = application.consentedRecipients
  grant.twiceApproved = application.sensitiveItems.filter(items.contains)
  let isAtOnce = profile.grantActivation?.value == .approval
  grant.step(to: isAtOnce ? .active : .pendingAcceptance, by: actor.name, at: time, reason: "")
  return grant
}

extension Application {
  /// The grant that would be given if all of these items were approved: what a reviewer puts his name to, and what is given then.
  ///
  /// - Returns: `nil` where no last day is asked for; such an application is never submitted.
  package func proposedGrant(
    _ number: Int64 = 0, items: [String], under profile: Profile, at time: Instant
  ) -> Grant? {
    guard let until = use.until else { return nil }
    var grant = Grant(
      number: number, entry: entry, entryVersion: entryVersion, source: source,
      authority: authority, grantee: applicant, items: items,
      purpose: use.purpose.isEmpty ? use.reason : use.purpose, business: use.business,
      scenario: use.scenario, modes: use.modes, until: until, rows: use.rows, roll: use.roll,
      dailySubjects: use.quota(under: profile), application: self.number, profile: self.profile,
      created: time, state: .pendingAcceptance)
    grant.systems = use.systems
    grant.recipients = use.recipients.map { asked in
      var recipient = asked
      if recipient.items.isEmpty { recipient.items = use.items }
      return recipient
    }
    return grant
  }
}

/// Takes unconditional items into use at once (AC-40, e.4), asking what the profile asks: in meizhou-public-2023/21.2 the
/// purpose, in meizhou-specific-2021/20c and guangdong-2018/16.2a the concrete business.
package func subscribe(
  _ number: Int64, use: UseRequest, to entry: SharedEntry, by actor: Actor,
  under profile: Profile, at time: Instant
) throws(ShareRefusal) -> Grant {
  try checkReachable(entry, by: actor)
  try checkTexts(use, path: "")
  try checkItemNames(use.items, of: entry)
  try checkSubscribable(use.items, of: entry, by: actor, under: profile)
  if let rule = profile.unconditionalNeedsPurpose, rule.value, use.purpose.isEmpty {
    throw .fieldMissing(
      path: "purpose", term: ApplicationField.purpose.term, citation: rule.citation)
  }
  if let rule = profile.concreteBusinessRequired, rule.value, use.business.isEmpty {
    throw .fieldMissing(
      path: "business", term: ApplicationField.concreteBusiness.term, citation: rule.citation)
  }
  try checkApplicationRemainder(use, of: entry, under: profile, today: time.civilDate, path: "")
  guard let until = use.until else {
    throw .fieldMissing(
      path: "until", term: GrantElement.endDate.term,
      citation: profile.cite(.shareGrantElements, else: .accessRule(41)))
  }
  var grant = Grant(
    number: number, entry: entry.number, entryVersion: entry.version, source: entry.source.code,
    authority: entry.source.authority, grantee: actor.department, items: use.items,
    purpose: use.purpose.isEmpty ? use.business : use.purpose, business: use.business,
    scenario: use.scenario, modes: use.modes, until: until, rows: [], roll: use.roll,
    dailySubjects: use.quota(under: profile), application: nil, profile: profile.reference,
    created: time, state: .pendingAcceptance)
  grant.systems = use.systems
  // Nobody has a duty to accept for what is open to all (e.4); the way by which it is had is filed all the same (luyi-2019/13).
  let waits = profile.grantActivation?.value == .filing
  grant.step(to: waits ? .pendingAcceptance : .active, by: actor.name, at: time, reason: "")
  return grant
}

extension Grant {
  /// The grantee's security officer takes the duty on, and with it the grant begins (meizhou-public-2023/39.4a, 39.2a).
  ///
  /// - Parameter officer: Who is named; empty for the one who calls. Nobody is named without accepting himself.
  package func accepted(
    by actor: Actor, officer: String, under profile: Profile, at time: Instant
  ) throws(ShareRefusal) -> Grant {
    try requireGrantee(actor)
    guard profile.grantActivation?.value != .filing else { throw notFiled(nil, under: profile) }
    guard actor.roles.contains(.departmentSecurity) else {
      throw .securityOfficerNeeded(resource: name)
    }
    guard officer.isEmpty || officer == actor.name else { throw .officerMustAccept(resource: name) }
    guard state == .pendingAcceptance else { throw wrongState("接受", "accepted") }
    guard time.civilDate <= until else { throw .grantExpired(grant: name, until: until) }
    var next = self
    next.securityOfficer = actor.name
    next.step(to: .active, by: actor.name, at: time, reason: "")
    return next
  }

  /// Source or authority takes it back; the next call is denied (AC-52). With reason, and a ground where one is stated.
  package func revoked(
    by actor: Actor, reason: String, basis: LegalBasis?, at time: Instant
  ) throws(ShareRefusal) -> Grant {
    try requireSupervisor(actor)
    guard state.isLiving else { throw wrongState("撤销", "revoked") }
    try checkReason(reason)
    try checkStatedBasis(basis, path: "basis", citation: .accessRule(44))
    var next = self
    let ground = basis.map { " (\($0.title)\($0.article))" } ?? ""
    next.step(to: .revoked, by: actor.name, at: time, reason: reason + ground)
    return next
  }

  /// Source or authority stops its use for a while: a violation, an incident, an unmounted entry, a missing responsible
  /// person (e.5, AC-52).
  package func suspended(
    by actor: Actor, reason: String, at time: Instant
  ) throws(ShareRefusal) -> Grant {
    try requireSupervisor(actor)
    // One that rests with its entry can be suspended as well: mounting the entry then resumes nothing.
    guard state == .active || awaitsMounting || awaitsGrantee else {
      throw wrongState("暂停", "suspended")
    }
    try checkReason(reason)
    var next = self
    next.step(to: .suspended, by: actor.name, at: time, reason: reason)
    return next
  }

  /// Its use goes on (e.5). What the authority has suspended, the authority alone resumes; what rests with its entry, nobody.
  package func resumed(
    by actor: Actor, reason: String, at time: Instant
  ) throws(ShareRefusal) -> Grant {
    let isAuthority = try requireSupervisor(actor)
    guard state == .suspended else { throw wrongState("恢复", "resumed") }
    if awaitsMounting { throw .entryUnmounted(entry: entryName) }
    if awaitsGrantee { throw .granteeDisabled(grant: name) }
    if !isAuthority, let suspender = history.last?.actor,
      !suspender.hasPrefix(ResourceName.department(source).text + "/")
    {
      throw .authorityMustResume(grant: name)
    }
    guard time.civilDate <= until else { throw .grantExpired(grant: name, until: until) }
    try checkReason(reason)
    var next = self
    next.step(to: .active, by: actor.name, at: time, reason: reason)
    return next
  }

  package func requireGrantee(_ actor: Actor) throws(ShareRefusal) {
    guard actor.department == grantee else { throw .notParty(resource: name) }
  }

  /// Source and authority watch over a grant; an authority that uses it does not watch over itself.
  ///
  /// - Returns: Whether it is the authority that acts.
  @discardableResult
  package func requireSupervisor(_ actor: Actor) throws(ShareRefusal) -> Bool {
    let isAuthority =
      actor.department == authority && authority != grantee && actor.roles.contains(.authority)
    let isSource = actor.department == source && actor.isOfficerOrHead
    guard isSource || isAuthority else { throw .notParty(resource: name) }
    return isAuthority
  }

  private func checkReason(_ reason: String) throws(ShareRefusal) {
    try checkTexts([("reason", reason)])
    if reason.isEmpty {
      throw .reasonMissing(path: "reason", citation: .accessRule(52))
    }
  }

  private func wrongState(_ chinese: String, _ english: String) -> ShareRefusal {
    .wrongState(resource: name, state: state.term, action: BilingualText(chinese, english))
  }

  /// What becomes of it when its last day has passed (meizhou-public-2023/22c), on the civil clock.
  package func expired(at time: Instant) -> Grant? {
    guard state.isLiving, time.civilDate > until else { return nil }
    var next = self
    next.step(to: .expired, by: "", at: time, reason: "")
    return next
  }

  /// Ends with its entry (e.1: no live grant outlives a withdrawn entry).
  package func ended(reason: String, at time: Instant) -> Grant? {
    guard state.isLiving else { return nil }
    var next = self
    next.step(to: .ended, by: "", at: time, reason: reason)
    return next
  }

  /// The first usage report that an active grant owes on a day or later (meizhou-specific-2021/27,
  /// meizhou-public-2023/39.4b); `nil` where none is demanded.
  package func usageReportDue(
    under profile: Profile, calendar: WorkingCalendar, today: CivilDate
  ) -> DueDate? {
    guard let activated,
      let schedule = UsageReportSchedule(activated: activated.civilDate, under: profile)
    else { return nil }
    return schedule.next(from: today, on: calendar).1
  }
}
