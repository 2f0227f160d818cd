// What other services tell Feedback: who holds grants, and which records were corrected.

package import Database
import FeedbackRules
import FeedbackStore
package import Integrity
import Regulation
import Vocabulary

extension FeedbackServer {
  /// The topics of Share that matter here.
  package static let shareTopics = [
    "share.grant_activated", "share.grant_revoked", "share.grant_expired", "share.grant_ended",
  ]
  /// Those of Ingest.
  package static let ingestTopics = [
    "ingest.record_corrected", "ingest.batch_committed", "ingest.records_renamed",
  ]

  /// Applies an event in the transaction that keeps its position. What it cannot use it passes over.
  package func apply(
    _ topic: String, _ payload: JSONObject, in transaction: borrowing WriteTransaction
  ) throws {
    switch topic {
    case "share.grant_activated":
      guard let grant = payload["grant"]?.string,
        let entry = ResourceName(payload["entry"]?.string ?? "", in: .entries)?.number,
        let grantee = departmentCode(payload["grantee"]?.string ?? "")
      else { return }
      try transaction.setHolder(grant: grant, entry: entry, department: grantee)
    case "share.grant_revoked", "share.grant_expired", "share.grant_ended":
      guard let grant = payload["grant"]?.string else { return }
      try transaction.removeHolder(grant: grant)
    case "ingest.record_corrected": try applyCorrection(payload, in: transaction)
    case "ingest.batch_committed": try applyBatch(payload, in: transaction)
    case "ingest.records_renamed": try applyNewNames(payload, in: transaction)
    default: return
    }
  }

  /// A record was corrected as the answer to an issue. Its receivers are asked for afterwards, since that is another
  /// service's answer; until then the correction waits in its table.
  private func applyCorrection(
    _ payload: JSONObject, in transaction: borrowing WriteTransaction
  ) throws {
    guard let record = ResourceName(payload["record"]?.string ?? "", in: .records) else { return }
    let replacement = payload["replacement"]?.string ?? ""
    let correction = Correction(
      record: record.text, batch: payload["batch"]?.string ?? "",
      isRemoved: payload["removed"]?.bool ?? false,
      replacement: replacement.isEmpty ? nil : replacement,
      items: (payload["items"]?.array ?? []).compactMap(\.string),
      // Where it is not told, everyone is asked rather than somebody forgotten.
      decides: payload["decides"]?.bool ?? true)
    guard let issue = try issue(in: payload, transaction), record.parentNumber == issue.entry else {
      return try noteUnmatched(payload, in: transaction)
    }
    try take([correction], of: issue, payload, in: transaction)
  }

  /// A whole batch answers an issue: any batch one that names no record, a new stock also one whose records it replaces. Who
  /// received one of these is told, whatever was wrong with it.
  private func applyBatch(
    _ payload: JSONObject, in transaction: borrowing WriteTransaction
  ) throws {
    // The batch of a single correction has an event of its own.
    let kind = payload["kind"]?.string
    guard kind != "correction", let named = payload["issue"]?.string, !named.isEmpty else { return }
    guard let issue = try issue(in: payload, transaction),
      issue.entryName == payload["entry"]?.string
    else { return try noteUnmatched(payload, in: transaction) }
    guard issue.records.isEmpty || kind == "stock" else { return }
    let batch = payload["batch"]?.string ?? ""
    let whole = Correction(record: nil, batch: batch, isRemoved: false, items: [])
    let recalled = issue.records.filter { $0.correctedBy == nil }
      .map { Correction.whole($0.name, by: batch) }
    try take([whole], recalling: recalled, of: issue, payload, in: transaction)
  }

  /// A new stock gave the issue's records new names. Where nothing stands any more for a record, the stock took it out.
  private func applyNewNames(
    _ payload: JSONObject, in transaction: borrowing WriteTransaction
  ) throws {
    guard let issue = try issue(in: payload, transaction),
      issue.entryName == payload["entry"]?.string
    else { return }
    var successors: [String: [String]] = [:]
    for renamed in payload["records"]?.array ?? [] {
      guard let record = renamed["record"]?.string else { continue }
      successors[record, default: []] +=
        (renamed["successors"]?.array ?? []).compactMap(\.string)
    }
    let batch = payload["batch"]?.string ?? ""
    let (next, gone) = issue.renamed(successors, by: batch)
    if next.records != issue.records {
      try carry(
        from: issue, to: next, topic: "feedback.issue_records_renamed", by: .system, at: now(),
        in: transaction)
    }
    // Of an issue that the source has answered, a person who has left the register since proves nothing.
    let awaits = issue.state.awaitsVerification || issue.state.awaitsRectification
    if gone.isEmpty || !awaits { return }
    try take(gone.map { .whole($0, by: batch) }, of: next, payload, in: transaction)
  }

  private func issue(
    in payload: JSONObject, _ transaction: borrowing WriteTransaction
  ) throws -> QualityIssue? {
    guard let number = ResourceName(payload["issue"]?.string ?? "", in: .issues)?.number else {
      return nil
    }
    return try transaction.issue(number, texts)
  }

  /// Takes corrections that name an issue.
  ///
  /// - Parameter recalling: What is recalled, where that is more than what is told of the issue.
  private func take(
    _ corrections: [Correction], recalling recalled: [Correction] = [], of issue: QualityIssue,
    _ payload: JSONObject, in transaction: borrowing WriteTransaction
  ) throws {
    // The repair counts from the day on which it was made; an event may be read much later.
    let read = now()
    let time = payload["time"]?.integer.map { min(read, Instant(milliseconds: $0)) } ?? read
    let profile = try profiles.profile(issue.profile)
    var next = issue
    for correction in corrections {
      next = next.corrected(by: correction, at: time, under: profile)
    }
    for correction in recalled.isEmpty ? corrections : recalled {
      try transaction.insert(correction, of: issue.number, at: time)
    }
    try carry(
      from: issue, to: next,
      topic: next.state == .rectified ? "feedback.issue_rectified" : "feedback.issue_corrected",
      by: .system, at: read, in: transaction)
  }

  /// Data were changed in the name of an issue that is none of theirs: nobody is told of it, so at least the log says so.
  private func noteUnmatched(
    _ payload: JSONObject, in transaction: borrowing WriteTransaction
  ) throws {
    var entry: JSONObject = [
      "time": .integer(now().milliseconds), "call": "", "actor": .string(Author.system.name),
    ]
    for member in ["issue", "entry", "record", "batch"] { entry[member] = payload[member] }
    try transaction.append(topic: "feedback.correction_unmatched", payload: .object(entry))
  }
}
