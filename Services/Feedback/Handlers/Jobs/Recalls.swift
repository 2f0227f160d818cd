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
  /// How many disclosures of one record are recalled one by one.
  private static let receiversPerRecall = 50_000

  /// Makes recalls until the task is cancelled. A correction that fails now is tried again; it waits in its table.
  ///
  /// - Parameter onFault: Told of each failure, for the log.
  package func followCorrections(onFault: @Sendable (any Error) -> Void) async throws {
    while !Task.isCancelled {
      do {
        if try await makeRecalls() > 0 { continue }
      } catch {
        if error is CancellationError { return }
        onFault(error)
      }
      try await Task.sleep(for: .milliseconds(200))
    }
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
        let item = try await itemInQuestion(of: correction)
        let receivers = try await receivers(of: correction, item: item)
        try await settle(correction, receivers)
        settled += 1
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
    return settled
  }

  /// The wrong item of the issue; empty where the whole record is.
  private func itemInQuestion(of correction: PendingCorrection) async throws -> String {
    if correction.isRemoved { return "" }
    let number = correction.issue
    return try await database.read { try $0.issue(number, texts)?.report.item ?? "" }
  }

  private func receivers(
    of correction: PendingCorrection, item: String
  ) async throws -> [RecallReceiver] {
    if correction.record.isEmpty { return [] }
    // A record that should never have been there misled everyone who got any part of it.
    let items = item.isEmpty ? (correction.isRemoved ? [] : correction.items) : [item]
    var found: [RecallReceiver] = []
    var seen: Set<RecallReceiver> = []
    for item in items.isEmpty ? [""] : items {
      for receiver in try await receivers(of: correction.record, item: item)
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
    } while !request.pageToken.isEmpty && found.count < Self.receiversPerRecall
    return found
  }

  private func settle(
    _ correction: PendingCorrection, _ receivers: [RecallReceiver]
  ) async throws {
    let time = now()
    try await database.write { transaction in
      guard let issue = try transaction.issue(correction.issue, texts) else {
        return try transaction.settle(correction: correction.id, recall: 0)
      }
      if correction.record.isEmpty {
        try transaction.settle(correction: correction.id, recall: 0)
      } else {
        let recall = Recall(
          number: try transaction.nextRecallNumber(), issue: issue.number, entry: issue.entry,
          record: correction.record, created: time, receivers: receivers)
        try transaction.insert(
          recall, source: issue.source, authority: issue.authority, correction: correction.id)
        try tell(of: recall, at: time, in: transaction)
      }
      guard try !transaction.hasPendingCorrections(issue.number) else { return }
      let told = issue.informed(at: time, under: try profiles.profile(issue.profile))
      guard told.state != issue.state else { return }
      try carry(
        from: issue, to: told, topic: "feedback.issue_answered", by: .system, at: time,
        in: transaction)
    }
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
