// From a correction to its recall: who received the wrong value is asked of Ingest, then told, and the result with it.

import Contracts
import Database
import FeedbackRules
import FeedbackStore
import Integrity
import RPC
import Regulation
import Vocabulary

extension FeedbackServer {
  /// How many receivers one event tells of: an entry of the log has a bound.
  private static let receiversPerEvent = 1_000
  /// How many disclosures one recall holds; a record that went out more often has several recalls.
  private static let receiversPerRecall = 50_000

  /// Makes recalls until the task is cancelled. A correction that fails now is tried again; it waits in its table.
  ///
  /// - Parameter onFault: Told of each failure, for the log.
  package func followCorrections(onFault: @Sendable (any Error) -> Void) async throws {
    try await follow(every: .milliseconds(200), onFault: onFault) { try await makeRecalls() }
  }

  /// Makes the recalls of the corrections that wait.
  ///
  /// - Returns: How many were settled.
  /// - Throws: The first failure, after all others were tried.
  package func makeRecalls() async throws -> Int {
    let waiting = try await database.read { try $0.pendingCorrections(limit: 50) }
    var failure: (any Error)?
    var settled = 0
    for correction in waiting {
      do {
        let receivers = try await receivers(of: correction)
        try await settle(correction, receivers)
        settled += 1
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
    return settled
  }

  private func receivers(of pending: PendingCorrection) async throws -> [RecallReceiver] {
    let number = pending.issue
    guard let record = pending.correction.record,
      let issue = try await database.read({ try $0.issue(number, texts) })
    else { return [] }
    let items = pending.correction.itemsInQuestion(issue.report.item)
    var found: [RecallReceiver] = []
    var seen: Set<RecallReceiver> = []
    // Of no item in particular: all who received any part of the record.
    for item in items.isEmpty ? [""] : items {
      for receiver in try await receivers(of: record, item: item)
      where seen.insert(receiver).inserted {
        found.append(receiver)
      }
    }
    return found
  }

  private func receivers(of record: String, item: String) async throws -> [RecallReceiver] {
    var found: [RecallReceiver] = []
    var request = IngestV1.ListRecipientsRequest()
    request.record = record
    request.item = item
    request.pageSize = Int32(PageSize.largest)
    repeat {
      let page = try await peers.ingest.listRecipients(
        request, CallOptions(timeout: .seconds(10)))
      found += page.recipients.compactMap(RecallReceiver.init)
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    return found
  }

  private func settle(
    _ pending: PendingCorrection, _ receivers: [RecallReceiver]
  ) async throws {
    let time = now()
    try await database.write { transaction in
      guard let issue = try transaction.issue(pending.issue, texts),
        let record = pending.correction.record
      else { return try settleWithoutRecall(pending, at: time, in: transaction) }
      var rest = receivers[...]
      repeat {
        let recall = Recall(
          number: try transaction.nextRecallNumber(), issue: issue.number, entry: issue.entry,
          record: record, created: time, receivers: Array(rest.prefix(Self.receiversPerRecall)))
        rest = rest.dropFirst(Self.receiversPerRecall)
        try transaction.insert(
          recall, source: issue.source, authority: issue.authority, correction: pending.id)
        try tell(of: recall, at: time, in: transaction)
      } while !rest.isEmpty
      try informIfSettled(issue, at: time, in: transaction)
    }
  }

  private func settleWithoutRecall(
    _ pending: PendingCorrection, at time: Instant, in transaction: borrowing WriteTransaction
  ) throws {
    try transaction.settle(correction: pending.id, recall: 0)
    guard let issue = try transaction.issue(pending.issue, texts) else { return }
    try informIfSettled(issue, at: time, in: transaction)
  }

  /// The result is told once every correction of the issue is recalled.
  private func informIfSettled(
    _ issue: QualityIssue, at time: Instant, in transaction: borrowing WriteTransaction
  ) throws {
    guard try !transaction.hasPendingCorrections(issue.number) else { return }
    let told = issue.informed(at: time, under: try profiles.profile(issue.profile))
    guard told.state != issue.state else { return }
    try carry(
      from: issue, to: told, topic: "feedback.issue_answered", by: .system, at: time,
      in: transaction)
  }

  /// Share reopens the cases that were closed on the wrong value.
  private func tell(
    of recall: Recall, at time: Instant, in transaction: borrowing WriteTransaction
  ) throws {
    var start = 0
    repeat {
      let end = min(start + Self.receiversPerEvent, recall.receivers.count)
      let payload: JSONObject = [
        "time": .integer(time.milliseconds), "call": "", "actor": .string(Author.system.name),
        "recall": .string(recall.name), "issue": .string(ResourceName.issue(recall.issue).text),
        "entry": .string(ResourceName.entry(recall.entry).text),
        "record": .string(recall.record),
        "receivers": .array(recall.receivers[start..<end].map(\.json)),
      ]
      try transaction.append(topic: "feedback.recall_opened", payload: .object(payload))
      start = end
    } while start < recall.receivers.count
  }
}

extension RecallReceiver {
  fileprivate init?(_ recipient: IngestV1.Recipient) {
    guard let department = departmentCode(recipient.department) else { return nil }
    self.init(
      department: department, grant: recipient.grant, callID: recipient.callID,
      received: recipient.time?.instant, comparison: recipient.comparison,
      chunk: Int(recipient.chunk), row: Int(recipient.row), caseNumber: recipient.caseNumber)
  }

  fileprivate var json: JSONValue {
    [
      "department": .string(ResourceName.department(department).text), "grant": .string(grant),
      "call": .string(callID), "comparison": .string(comparison),
      "chunk": .integer(Int64(chunk)), "row": .integer(Int64(row)),
    ]
  }
}
