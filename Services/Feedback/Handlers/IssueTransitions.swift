// What follows from a step of an issue: saved, logged, told to other services, told to departments.

import Access
import Database
import FeedbackRules
import FeedbackStore
import Integrity
import Regulation
import Vocabulary

/// Who stands in an entry of the log.
struct Author: Sendable {
  let name: String
  let call: String

  init(_ call: CallContext) {
    name = call.principal
    self.call = call.callID
  }

  private init() {
    name = "service/feedback"
    call = ""
  }

  /// The clock, or an event of another service.
  static let system = Author()
}

extension FeedbackServer {
  /// Saves an issue and appends all entries that its step makes.
  ///
  /// - Parameter old: `nil` for a new issue.
  /// - Returns: The sequence of the step's own entry, which comes first.
  @discardableResult
  func carry(
    from old: QualityIssue?, to stepped: QualityIssue, topic: String, by author: Author,
    at time: Instant, in transaction: borrowing WriteTransaction
  ) throws -> UInt64 {
    let issue = stepped.keepingClocks(on: calendar, today: time.civilDate)
    let due = issue.deadline(on: calendar, today: time.civilDate)?.due
    if let old {
      try transaction.save(issue, wasHistory: old.history.count, dueDay: due?.date, texts)
    } else {
      try transaction.insert(issue, dueDay: due?.date, texts)
    }
    let sequence = try append(topic, issue, due: due, by: author, at: time, in: transaction)
    let isReopened = old?.state.isEnded == true && !issue.state.isEnded
    if isReopened {
      try append("feedback.issue_opened", issue, due: due, by: author, at: time, in: transaction)
    }
    // "I am alive": who holds the wrong value learns of it now, not with the result.
    if issue.report.personIsAlive, old == nil || isReopened {
      try tellHolders("feedback.issue_told", issue, by: author, at: time, in: transaction)
    }
    if issue.state == .informed, old?.state != .informed {
      try tellHolders("feedback.issue_informed", issue, by: author, at: time, in: transaction)
    }
    if issue.state.isEnded, old?.state.isEnded == false {
      try transaction.forgetSubject(of: issue.number)
      try append("feedback.issue_ended", issue, due: nil, by: author, at: time, in: transaction)
    }
    return sequence
  }

  /// The reporter and all other holders of a grant on the entry are told (meizhou-public-2023/23d).
  private func tellHolders(
    _ topic: String, _ issue: QualityIssue, by author: Author, at time: Instant,
    in transaction: borrowing WriteTransaction
  ) throws {
    let holders = try transaction.holders(of: issue.entry).filter {
      $0 != issue.reporter && $0 != issue.source
    }
    try transaction.tell(holders, of: issue.number, at: time)
    var payload = payload(of: issue, by: author, at: time)
    payload["departments"] = .array(
      ([issue.reporter] + holders).map { .string(ResourceName.department($0).text) })
    try transaction.append(topic: topic, payload: .object(payload))
  }

  @discardableResult
  private func append(
    _ topic: String, _ issue: QualityIssue, due: DueDate?, by author: Author, at time: Instant,
    in transaction: borrowing WriteTransaction
  ) throws -> UInt64 {
    var payload = payload(of: issue, by: author, at: time)
    if let due {
      payload["due"] = .string(due.date.iso)
      payload["article"] = .string(due.citation.text)
    }
    return try transaction.append(topic: topic, payload: .object(payload))
  }

  /// What every entry about an issue says. No free text: what was written about persons stays out of the log.
  func payload(of issue: QualityIssue, by author: Author, at time: Instant) -> JSONObject {
    var payload: JSONObject = [
      "time": .integer(time.milliseconds), "call": .string(author.call),
      "actor": .string(author.name), "issue": .string(issue.name),
      "entry": .string(issue.entryName), "state": .string(issue.state.rawValue),
      "records": .array(issue.recordNames.map { .string($0) }),
      "alive": .bool(issue.report.personIsAlive),
      "reporter": .string(ResourceName.department(issue.reporter).text),
      "source": .string(ResourceName.department(issue.source).text),
      "profile": .string(issue.profile.text),
    ]
    if !issue.report.item.isEmpty { payload["item"] = .string(issue.report.item) }
    if !issue.report.slipNumber.isEmpty {
      payload["slip_number"] = .string(issue.report.slipNumber)
    }
    if issue.reopened > 0 { payload["reopened"] = .integer(Int64(issue.reopened)) }
    if let outcome = issue.outcome { payload["outcome"] = .string(outcome) }
    return payload
  }
}

extension QualityIssue {
  /// What came of it, once something did.
  var outcome: String? {
    if state == .withdrawn { return "withdrawn" }
    guard state == .informed || state == .closed else { return nil }
    return wasRectified ? "rectified" : "not_confirmed"
  }
}
