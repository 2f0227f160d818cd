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
  package static let ingestTopics = ["ingest.record_corrected", "ingest.batch_committed"]

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
    default: return
    }
  }

  /// A record was corrected as the answer to an issue. Its receivers are asked for afterwards, since that is another
  /// service's answer; until then the correction waits in its table.
  private func applyCorrection(
    _ payload: JSONObject, in transaction: borrowing WriteTransaction
  ) throws {
    guard let record = ResourceName(payload["record"]?.string ?? "", in: .records) else { return }
    let correction = Correction(
      record: record.text, batch: payload["batch"]?.string ?? "",
      isRemoved: payload["removed"]?.bool ?? false,
      items: (payload["items"]?.array ?? []).compactMap(\.string))
    try take(correction, payload, in: transaction) { issue in record.parentNumber == issue.entry }
  }

  /// A whole batch answers an issue that names no record.
  private func applyBatch(
    _ payload: JSONObject, in transaction: borrowing WriteTransaction
  ) throws {
    let correction = Correction(
      record: nil, batch: payload["batch"]?.string ?? "", isRemoved: false, items: [])
    try take(correction, payload, in: transaction) { issue in
      issue.records.isEmpty && issue.entryName == payload["entry"]?.string
    }
  }

  private func take(
    _ correction: Correction, _ payload: JSONObject, in transaction: borrowing WriteTransaction,
    where fits: (QualityIssue) -> Bool
  ) throws {
    guard let number = ResourceName(payload["issue"]?.string ?? "", in: .issues)?.number,
      let issue = try transaction.issue(number, texts), fits(issue)
    else { return }
    let time = now()
    let next = issue.corrected(
      by: correction, at: time, under: try profiles.profile(issue.profile))
    try transaction.insert(correction, of: number, at: time)
    try carry(
      from: issue, to: next,
      topic: next.state == .rectified ? "feedback.issue_rectified" : "feedback.issue_corrected",
      by: .system, at: time, in: transaction)
  }
}
