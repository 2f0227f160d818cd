// From values to the wire and back.

import Contracts
import FeedbackRules
import Regulation
import Vocabulary

extension QualityIssue {
  func message(
    _ sight: IssueSight, recalls: [Int64], on calendar: WorkingCalendar, today: CivilDate
  ) -> FeedbackV1.Issue {
    var message = FeedbackV1.Issue()
    message.name = name
    message.entry = entryName
    message.records = sight.records.map(\.name)
    report.fill(&message)
    if sight.showsWords { report.fillWords(&message) }
    message.state = FeedbackV1.IssueState(state)
    message.reportingDepartment = ResourceName.department(reporter).text
    message.sourceDepartment = ResourceName.department(source).text
    message.verifyDue = verification(on: calendar, today: today).map { CommonV1.DueDate($0) }
    message.rectifyDue = rectification(on: calendar, today: today).map { CommonV1.DueDate($0) }
    message.reasons = reasons
    message.correctionBatch = correctionBatch
    message.recalls = recalls.map { ResourceName.recall($0).text }
    message.recall = message.recalls.last ?? ""
    message.history = history.map {
      CommonV1.Step($0, profile: profile, showsReason: sight.showsWords)
    }
    message.createTime = GoogleProtobuf.Timestamp(created)
    message.profile = profile.text
    message.etag = String(history.count)
    message.reopened = Int32(clamping: reopened)
    message.proposedDate = proposal?.date.iso ?? ""
    message.proposedBy = proposal.map { ResourceName.department($0.by).text } ?? ""
    return message
  }
}

extension IssueReport {
  /// Reads what a reporter states; what is unknown to this program counts as not stated.
  init(_ issue: FeedbackV1.Issue) {
    self.init()
    item = issue.item
    kind = issue.kind.kind
    cause = issue.cause
    details = issue.details
    reporter = issue.reporter.kind
    channel = issue.channel == .letter ? .letter : .platform
    grant = issue.grant
    slipNumber = issue.slipNumber
    documentSeen = issue.identityDocumentSeen
    personIsAlive = issue.personIsAlive
  }

  fileprivate func fill(_ message: inout FeedbackV1.Issue) {
    message.item = item
    message.kind = kind.map(FeedbackV1.ProblemKind.init) ?? .unspecified
    message.reporter =
      switch reporter {
      case .grantHolder: .grantHolder
      case .counter: .counter
      case nil: .unspecified
      }
    message.channel = channel == .letter ? .letter : .platform
    message.personIsAlive = personIsAlive
  }

  /// What the reporter wrote, and what tells of the person at the counter.
  fileprivate func fillWords(_ message: inout FeedbackV1.Issue) {
    message.cause = cause
    message.details = details
    message.grant = grant
    message.slipNumber = slipNumber
    message.identityDocumentSeen = documentSeen
  }
}

extension Recall {
  /// - Parameter receiver: The only department whose receipts are shown; `nil` shows all, without their case numbers.
  func message(onlyFor receiver: DepartmentCode?) -> FeedbackV1.Recall {
    var message = FeedbackV1.Recall()
    message.name = name
    message.issue = ResourceName.issue(issue).text
    message.entry = ResourceName.entry(entry).text
    message.record = record
    message.createTime = GoogleProtobuf.Timestamp(created)
    let shown = receivers.filter { receiver == nil || $0.department == receiver }
    message.acknowledged = Int32(clamping: shown.count { $0.acknowledgement != nil })
    message.receivers = shown.map { FeedbackV1.Receiver($0, showsCase: receiver != nil) }
    return message
  }
}

extension FeedbackV1.Receiver {
  fileprivate init(_ receiver: RecallReceiver, showsCase: Bool) {
    self.init()
    department = ResourceName.department(receiver.department).text
    grant = receiver.grant
    callID = receiver.callID
    receivedTime = receiver.received.map { GoogleProtobuf.Timestamp($0) }
    comparison = receiver.comparison
    chunk = Int32(clamping: receiver.chunk)
    row = Int32(clamping: receiver.row)
    caseNumber = showsCase ? receiver.caseNumber : ""
    guard let done = receiver.acknowledgement else { return }
    acknowledged = true
    acknowledgedBy = done.by
    acknowledgeTime = GoogleProtobuf.Timestamp(done.time)
    outcome = done.outcome.rawValue
    note = done.note
  }
}

extension CommonV1.DueDate {
  fileprivate init(_ reading: ClockReading) {
    self.init(
      date: reading.due.date, citation: reading.due.citation,
      isProvisional: reading.due.isProvisional, overdueDays: reading.overdueDays)
  }

  init(_ deadline: IssueDeadline) {
    self.init(
      date: deadline.due.date, citation: deadline.due.citation,
      isProvisional: deadline.due.isProvisional,
      overdueDays: deadline.overdue?.workingDays ?? 0)
  }
}

extension CommonV1.Step {
  fileprivate init(_ step: IssueStep, profile: ProfileReference, showsReason: Bool) {
    self.init(
      fromState: step.from?.rawValue ?? "", toState: step.to.rawValue, actor: step.actor,
      time: GoogleProtobuf.Timestamp(step.time), reason: showsReason ? step.reason : "",
      profile: profile.text)
  }
}

extension FeedbackV1.IssueState {
  init(_ state: FeedbackRules.IssueState) {
    self =
      switch state {
      case .opened: .opened
      case .verifying: .verifying
      case .notConfirmed: .notConfirmed
      case .confirmed: .confirmed
      case .rectifying: .rectifying
      case .rectified: .rectified
      case .informed: .informed
      case .closed: .closed
      case .withdrawn: .withdrawn
      }
  }

  /// `nil` where none is named.
  var state: FeedbackRules.IssueState? {
    switch self {
    case .opened: .opened
    case .verifying: .verifying
    case .notConfirmed: .notConfirmed
    case .confirmed: .confirmed
    case .rectifying: .rectifying
    case .rectified: .rectified
    case .informed: .informed
    case .closed: .closed
    case .withdrawn: .withdrawn
    case .unspecified, .unrecognized: nil
    }
  }
}

extension FeedbackV1.ProblemKind {
  init(_ kind: QualityProblemKind) {
    self =
      switch kind {
      case .incomplete: .incomplete
      case .nonStandard: .nonStandard
      case .inaccurate: .inaccurate
      case .notTimely: .notTimely
      }
  }

  fileprivate var kind: QualityProblemKind? {
    switch self {
    case .incomplete: .incomplete
    case .nonStandard: .nonStandard
    case .inaccurate: .inaccurate
    case .notTimely: .notTimely
    case .unspecified, .unrecognized: nil
    }
  }
}

extension FeedbackV1.Reporter {
  fileprivate var kind: ReporterKind? {
    switch self {
    case .grantHolder: .grantHolder
    case .counter: .counter
    case .unspecified, .unrecognized: nil
    }
  }
}
