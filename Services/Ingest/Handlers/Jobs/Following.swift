// What Ingest must know of other services' doings: ended grants, records under check, withdrawn entries.

package import Database
import IngestStore
package import Integrity
import Vocabulary

/// Events of other services that change what Ingest answers. Each is applied in the transaction that keeps its position.
package enum FollowedEvents {
  /// By producer, the topics that matter.
  package static let topics: [String: [String]] = [
    "share": [
      "share.grant_activated", "share.grant_suspended", "share.grant_revoked",
      "share.grant_expired", "share.grant_ended",
    ],
    "feedback": ["feedback.issue_opened", "feedback.issue_ended"],
    "catalog": ["catalog.entry_withdrawn"],
  ]

  /// Applies one event. A payload that lacks what is needed is passed over: it is in the log for whoever asks.
  package static func apply(
    topic: String, payload: JSONObject, in transaction: borrowing WriteTransaction
  ) throws {
    switch topic {
    case "share.grant_activated":
      if let grant = payload["grant"]?.string { try transaction.reviveGrant(grant) }
    case "share.grant_suspended", "share.grant_revoked", "share.grant_expired",
      "share.grant_ended":
      guard let grant = payload["grant"]?.string else { return }
      let word = topic.split(separator: "_").last.map(String.init) ?? "ended"
      try transaction.endGrant(grant, reason: payload["reason"]?.string ?? word)
    case "feedback.issue_opened":
      guard let issue = payload["issue"]?.string, let entry = entry(payload) else { return }
      let records = (payload["records"]?.array ?? []).compactMap(\.string)
        .compactMap { ResourceName($0, in: .records) }
        .filter { $0.parentNumber == entry }.compactMap(\.number)
      try transaction.setUnderCheck(entry, records: records, issue: issue)
    case "feedback.issue_ended":
      if let issue = payload["issue"]?.string { try transaction.endCheck(issue: issue) }
    case "catalog.entry_withdrawn":
      if let entry = entry(payload) { try transaction.withdraw(entry) }
    default: break
    }
  }

  private static func entry(_ payload: JSONObject) -> Int64? {
    payload["entry"]?.string.flatMap { ResourceName($0, in: .entries)?.number }
  }
}
