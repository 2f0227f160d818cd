// What Ingest must know of other services' doings: holders of grants, open issues, published and withdrawn entries.

import Crypto
package import Database
import IngestRules
package import IngestStore
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
    "catalog": ["catalog.entry_published", "catalog.entry_withdrawn"],
  ]

  /// Applies one event. A payload that lacks what is needed is passed over: it is in the log for whoever asks.
  ///
  /// - Parameter sight: Of now: what an event says of its time is its producer's word.
  package static func apply(
    topic: String, payload: JSONObject, in transaction: borrowing WriteTransaction,
    at sight: FirstSight
  ) throws {
    try bindGrant(payload, in: transaction, at: sight)
    switch topic {
    case "share.grant_activated":
      guard let grant = payload["grant"]?.string else { return }
      try transaction.reviveGrant(grant)
    case "share.grant_suspended", "share.grant_revoked", "share.grant_expired",
      "share.grant_ended":
      guard let grant = payload["grant"]?.string else { return }
      let word = topic.split(separator: "_").last.map(String.init) ?? "ended"
      try transaction.endGrant(
        grant, reason: payload["reason"]?.string ?? word,
        isSuspended: topic == "share.grant_suspended")
    case "feedback.issue_opened":
      guard let issue = payload["issue"]?.string, let entry = entry(payload) else { return }
      let records = (payload["records"]?.array ?? []).compactMap(\.string)
        .compactMap { ResourceName($0, in: .records) }
        .filter { $0.parentNumber == entry }.compactMap(\.number)
      try transaction.open(issue: issue, entry: entry, records: records)
    case "feedback.issue_ended":
      if let issue = payload["issue"]?.string { try transaction.end(issue: issue) }
    case "catalog.entry_published":
      guard let known = KnownEntry(payload) else { return }
      if let publication = known.publication {
        try transaction.see(SHA256.hash(publication), at: sight)
      }
      try transaction.publish(known)
    case "catalog.entry_withdrawn":
      guard let entry = entry(payload) else { return }
      try transaction.withdraw(entry, owner: department(payload["owner"]))
    default: break
    }
  }

  /// A grant is bound to what it rests on before it is used, so that one that ended unused comes back under no other name; and
  /// what its persons signed is known from now on.
  private static func bindGrant(
    _ payload: JSONObject, in transaction: borrowing WriteTransaction, at sight: FirstSight
  ) throws {
    guard let grant = payload["grant"]?.string, let origin = payload["origin"]?.string else {
      return
    }
    _ = try transaction.bind(grant, to: origin)
    for text in payload["statements"]?.array ?? [] {
      guard let hash = text.string.flatMap(Hex.decode), hash.count == 32 else { continue }
      try transaction.see(hash, at: sight)
    }
  }

  fileprivate static func entry(_ payload: JSONObject) -> Int64? {
    payload["entry"]?.string.flatMap { ResourceName($0, in: .entries)?.number }
  }

  /// Some events name a department by its code, others by its resource name.
  fileprivate static func department(_ value: JSONValue?) -> DepartmentCode? {
    value?.string.flatMap { text in
      DepartmentCode(ResourceName(text, in: .departments)?.id ?? text)
    }
  }
}

extension KnownEntry {
  /// `nil` for an event that lacks what is needed.
  fileprivate init?(_ payload: JSONObject) {
    guard let entry = FollowedEvents.entry(payload) else { return nil }
    var masks: [String: Mask]?
    if case .object(let object)? = payload["masks"] {
      masks = [:]
      for member in object.members {
        masks?[member.name] = member.value.string.flatMap(Mask.init(rawValue:)) ?? .whole
      }
    }
    self.init(
      entry: entry, version: Int(clamping: payload["version"]?.integer ?? 0),
      owner: FollowedEvents.department(payload["owner"]),
      profile: payload["profile"]?.string ?? "", origin: payload["origin"]?.string ?? "",
      published: Instant(milliseconds: payload["time"]?.integer ?? 0), masks: masks)
    resourceClass = payload["class"]?.string ?? ""
    frequency = payload["frequency"]?.string ?? ""
    publication = payload["signed"].map { CanonicalJSON.encode($0) }
  }
}
