// Applications and grants between the wire and the rules.

import Access
import Contracts
import Regulation
import ShareRules
import Vocabulary

extension CommonV1.Step {
  init(_ step: CaseStep, profile: String) {
    self.init(
      fromState: step.from, toState: step.to, actor: step.actor,
      time: GoogleProtobuf.Timestamp(step.time), reason: step.reason, profile: profile)
  }
}

extension CommonV1.DueDate {
  init(_ reading: ClockReading) {
    self.init(
      date: reading.due.date, citation: reading.due.citation,
      isProvisional: reading.due.isProvisional, overdueDays: reading.overdueDays)
  }
}

extension ShareV1.RowCondition {
  init(_ row: RowRule) {
    self.init(item: row.item, operator: row.comparison, values: row.values)
  }
}

extension ShareV1.RollTerms {
  init(_ roll: RollLimits) {
    self.init(
      roll: roll.roll, maxRows: roll.maxRows,
      maxGrowthPercent: Int32(clamping: roll.maxGrowthPercent),
      frequency: roll.frequency)
  }
}

extension RollLimits {
  init(_ roll: ShareV1.RollTerms) {
    self.init(
      roll: roll.roll, maxRows: roll.maxRows, maxGrowthPercent: Int(roll.maxGrowthPercent),
      frequency: roll.frequency)
  }
}

extension ShareV1.Mode {
  init(_ mode: UseMode) {
    switch mode {
    case .lookup: self = .lookup
    case .comparison: self = .comparison
    }
  }

  var mode: UseMode? {
    switch self {
    case .lookup: .lookup
    case .comparison: .comparison
    case .unspecified, .unrecognized: nil
    }
  }
}

/// Modes in their order; one that no list knows is refused with its field.
func readModes(_ wire: [ShareV1.Mode], path: String) throws -> Set<UseMode> {
  Set(
    try wire.map { mode in
      guard let known = mode.mode else {
        throw RequestRefusal.malformed(
          field: path, expected: BilingualText("LOOKUP 或 COMPARISON", "LOOKUP or COMPARISON"))
      }
      return known
    })
}

/// Systems of a department by their names; those of another department, and what is no name, are refused.
func readSystems(
  _ names: [String], of department: DepartmentCode, path: String
) throws -> Set<SystemName> {
  Set(
    try names.enumerated().map { index, name in
      guard let resource = ResourceName(name, in: .systems), resource.parentID == department.text,
        let system = SystemName(resource.id)
      else {
        throw RequestRefusal.malformed(
          field: "\(path)[\(index)]",
          expected: BilingualText(
            "departments/\(department.text)/systems/…", "departments/\(department.text)/systems/…"))
      }
      return system
    })
}

extension Set<SystemName> {
  /// Their names on the wire, in order.
  func names(in department: DepartmentCode) -> [String] {
    sorted().map { ResourceName.system(department, $0).text }
  }
}

/// A civil day; `nil` where none is given.
func day(_ text: String, field: String) throws -> CivilDate? {
  if text.isEmpty { return nil }
  guard let day = CivilDate(iso: text) else {
    throw RequestRefusal.malformed(
      field: field, expected: BilingualText("2024-12-31 这样的日期", "a day like 2024-12-31"))
  }
  return day
}

extension UseRequest {
  /// - Parameter applicant: Whose systems it may name.
  init(_ application: ShareV1.Application, by applicant: DepartmentCode) throws {
    self.init()
    systems = try readSystems(application.systems, of: applicant, path: "application.systems")
    items = application.items
    purpose = application.purpose
    business = application.business
    legalBasis = try application.legalBasis.map {
      try LegalBasis($0, path: "application.legal_basis")
    }
    scenario = application.scenario
    scope = application.scope
    modes = try readModes(application.modes, path: "application.modes")
    until = try day(application.until, field: "application.until")
    rows = application.rows.map {
      RowRule(item: $0.item, comparison: $0.operator, values: $0.values)
    }
    roll = application.roll.map { RollLimits($0) }
    dailySubjects = Int(application.dailySubjects)
    reason = application.reason
    recipients = try application.recipients.enumerated().map { index, recipient in
      try Recipient(recipient, path: "application.recipients[\(index)]")
    }
  }

  init(_ request: ShareV1.SubscribeRequest, by applicant: DepartmentCode) throws {
    self.init()
    systems = try readSystems(request.systems, of: applicant, path: "systems")
    items = request.items
    purpose = request.purpose
    business = request.business
    scenario = request.scenario
    modes = try readModes(request.modes, path: "modes")
    until = try day(request.until, field: "until")
    roll = request.roll.map { RollLimits($0) }
  }
}

extension ShareServer {
  /// An application as its parties see it.
  func message(_ application: Application, under profile: Profile) -> ShareV1.Application {
    var wire = content(application)
    let text = application.profile.text
    wire.state = ShareV1.ApplicationState(application.state)
    wire.reviewers = application.reviewers(under: profile).map(\.rawValue)
    wire.opinions = application.opinions.map { ShareV1.Opinion($0) }
    wire.replyDue = application.answerReading(
      under: profile, calendar: outside.calendar, today: today
    ).map { CommonV1.DueDate($0) }
    wire.history = application.history.map { CommonV1.Step($0, profile: text) }
    wire.grant = application.grant.map { ResourceName.grant($0).text } ?? ""
    wire.profile = text
    wire.createTime = GoogleProtobuf.Timestamp(application.created)
    wire.submitTime = application.submitted.map { GoogleProtobuf.Timestamp($0) }
    wire.etag = application.etag
    wire.nextStep = application.nextStep(under: profile).map { CommonV1.BilingualText($0) }
    wire.proposedReplyDate = application.proposal?.date.iso ?? ""
    wire.proposedBy =
      application.proposal.map { ResourceName.department($0.by).text } ?? ""
    if !application.form.isEmpty {
      wire.form = ShareV1.Form(json: application.form, sha256: application.formHash)
    }
    return wire
  }

  /// What the applicant stated.
  private func content(_ application: Application) -> ShareV1.Application {
    let use = application.use
    var wire = ShareV1.Application()
    wire.name = application.name
    wire.entry = application.entryName
    wire.entryVersion = Int32(clamping: application.entryVersion)
    wire.applicant = ResourceName.department(application.applicant).text
    wire.items = use.items
    wire.purpose = use.purpose
    wire.business = use.business
    wire.legalBasis = use.legalBasis.map { CommonV1.Basis($0) }
    wire.scenario = use.scenario
    wire.scope = use.scope
    wire.modes = UseMode.allCases.filter(use.modes.contains).map { ShareV1.Mode($0) }
    wire.until = use.until?.iso ?? ""
    wire.rows = use.rows.map { ShareV1.RowCondition($0) }
    wire.roll = use.roll.map { ShareV1.RollTerms($0) }
    wire.dailySubjects = Int32(clamping: use.dailySubjects)
    wire.reason = use.reason
    wire.recipients = use.recipients.map { ShareV1.Recipient($0) }
    wire.sensitiveItems = application.sensitiveItems
    wire.systems = use.systems.names(in: application.applicant)
    return wire
  }

  /// A grant as its parties see it.
  func message(_ grant: Grant) throws -> ShareV1.Grant {
    var wire = ShareV1.Grant()
    let text = grant.profile.text
    wire.name = grant.name
    wire.entry = grant.entryName
    wire.entryVersion = Int32(clamping: grant.entryVersion)
    wire.grantee = ResourceName.department(grant.grantee).text
    wire.items = grant.items
    wire.purpose = grant.purpose
    wire.scenario = grant.scenario
    wire.modes = UseMode.allCases.filter(grant.modes.contains).map { ShareV1.Mode($0) }
    wire.until = grant.until.iso
    wire.rows = grant.rows.map { ShareV1.RowCondition($0) }
    wire.roll = grant.roll.map { ShareV1.RollTerms($0) }
    wire.dailySubjects = Int32(clamping: grant.dailySubjects)
    // The clock decides, not the job that writes the state down.
    let state = grant.state.isLiving && today > grant.until ? .expired : grant.state
    wire.state = ShareV1.GrantState(state)
    wire.securityOfficer = grant.securityOfficer
    wire.application = grant.application.map { ResourceName.application($0).text } ?? ""
    wire.profile = text
    wire.signed = try signer.signed(grant)
    wire.history = grant.history.map { CommonV1.Step($0, profile: text) }
    wire.activateTime = grant.activated.map { GoogleProtobuf.Timestamp($0) }
    wire.usageReportDue = grant.usageReportDue(
      under: try profile(grant.profile), calendar: outside.calendar, today: today
    ).map { CommonV1.DueDate(ClockReading(due: $0, overdueDays: 0)) }
    wire.etag = grant.etag
    wire.source = ResourceName.department(grant.source).text
    wire.systems = grant.systems.names(in: grant.grantee)
    wire.accessModes =
      AccessMode.allCases.filter(grant.accessModes.contains).map(\.rawValue)
    wire.recipients = grant.recipients.map { ShareV1.Recipient($0) }
    return wire
  }
}

extension ShareV1.Opinion {
  init(_ opinion: Opinion) {
    self.init(
      side: opinion.side.rawValue, person: opinion.person,
      time: GoogleProtobuf.Timestamp(opinion.time),
      decisions: opinion.decisions.map {
        ShareV1.ItemDecision(
          item: $0.item, approved: $0.isApproved, reason: $0.reason,
          basis: $0.basis.map { CommonV1.Basis($0) })
      }, reason: opinion.reason, recipients: opinion.recipients)
  }
}

extension ShareV1.ApplicationState {
  init(_ state: ApplicationState) {
    switch state {
    case .draft: self = .draft
    case .forwarded: self = .forwarded
    case .submitted: self = .submitted
    case .underReview: self = .underReview
    case .approved: self = .approved
    case .partlyApproved: self = .partlyApproved
    case .rejected: self = .rejected
    case .withdrawn: self = .withdrawn
    case .converted: self = .converted
    }
  }

  var state: ApplicationState? {
    ApplicationState.allCases.first { ShareV1.ApplicationState($0) == self }
  }
}

extension ShareV1.GrantState {
  init(_ state: GrantState) {
    switch state {
    case .pendingAcceptance: self = .pendingAcceptance
    case .active: self = .active
    case .suspended: self = .suspended
    case .expired: self = .expired
    case .revoked: self = .revoked
    case .ended: self = .ended
    }
  }

  var state: GrantState? { GrantState.allCases.first { ShareV1.GrantState($0) == self } }
}
