// What Share does when others tell of their doings: a withdrawn or retyped entry ends grants, a question marks leads, a recall reopens
// cases. The position is stored in the same transaction by whoever calls.

package import Database
package import Integrity
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package static let catalogTopics = [
    "catalog.entry_published", "catalog.entry_withdrawn", "catalog.entry_unmounted",
    "catalog.entry_mounted",
  ]
  package static let feedbackTopics = [
    "feedback.issue_opened", "feedback.issue_ended", "feedback.recall_opened",
  ]

  /// Applies an event of another service; one that it does not know is passed over.
  package func apply(
    _ topic: String, _ payload: JSONObject, to transaction: borrowing WriteTransaction
  ) throws {
    switch topic {
    case "catalog.entry_published":
      try learn(payload, transaction)
      try regrade(payload, transaction)
    case "catalog.entry_withdrawn": try endGrants(payload, transaction)
    case "catalog.entry_unmounted": try follow(payload, isUnmounted: true, transaction)
    case "catalog.entry_mounted": try follow(payload, isUnmounted: false, transaction)
    case "feedback.issue_opened": try mark(payload, transaction)
    case "feedback.issue_ended":
      if let issue = payload["issue"]?.string { try transaction.endCheck(issue: issue) }
    case "feedback.recall_opened": try reopen(payload, transaction)
    case "registry.person_disabled": try handOver(payload, transaction)
    case "registry.department_disabled": try follow(payload, isDisabled: true, transaction)
    case "registry.department_activated": try follow(payload, isDisabled: false, transaction)
    default: break
    }
  }

  /// A version was published: what it no longer shares as before ends (AC-42).
  private func learn(
    _ payload: JSONObject, _ transaction: borrowing WriteTransaction
  ) throws {
    guard let name = payload["entry"]?.string,
      let entry = ResourceName(name, in: .entries)?.number,
      let version = payload["version"]?.integer, let items = payload["items"]?.array
    else { return }
    let types = items.compactMap { item -> (String, ShareType)? in
      guard let name = item["name"]?.string else { return nil }
      // What nobody has said is not shared.
      return (name, item["share_type"]?.string.flatMap { ShareType(rawValue: $0) } ?? .notShared)
    }
    let known = try transaction.entryStanding(entry)
    let standing = EntryStanding(
      version: Int(version), isPublished: true,
      types: Dictionary(types, uniquingKeysWith: { first, _ in first }),
      // Nothing stands behind it before it is mounted for the first time (meizhou-public-2023/12e).
      isUnmounted: known?.isUnmounted ?? (payload["mounted"]?.bool == false))
    if let known, known.version > standing.version { return }
    try transaction.save(standing, of: entry)
    for grant in try transaction.livingGrants(of: entry) {
      guard let ended = grant.retyped(standing, at: now()) else { continue }
      try transaction.save(ended)
      try append("share.grant_ended", ended, nil, to: transaction)
    }
  }

  private func endGrants(
    _ payload: JSONObject, _ transaction: borrowing WriteTransaction
  ) throws {
    guard let name = payload["entry"]?.string,
      let entry = ResourceName(name, in: .entries)?.number
    else { return }
    let known = try transaction.entryStanding(entry)
    try transaction.save(
      EntryStanding(
        version: known?.version ?? 0, isPublished: false, types: known?.types ?? [:],
        isUnmounted: known?.isUnmounted ?? false), of: entry)
    let reason = payload["reason"]?.string ?? ""
    for grant in try transaction.livingGrants(of: entry) {
      guard let ended = grant.ended(reason: reason, at: now()) else { continue }
      try transaction.save(ended)
      try append("share.grant_ended", ended, nil, to: transaction)
    }
  }

  /// The source has unmounted its entry, or mounted it again: grants rest with it, and go on with it (meizhou-specific-2021/7c).
  private func follow(
    _ payload: JSONObject, isUnmounted: Bool, _ transaction: borrowing WriteTransaction
  ) throws {
    guard let name = payload["entry"]?.string,
      let entry = ResourceName(name, in: .entries)?.number
    else { return }
    var standing =
      try transaction.entryStanding(entry)
      ?? EntryStanding(version: 0, isPublished: true, types: [:])
    standing.isUnmounted = isUnmounted
    try transaction.save(standing, of: entry)
    let what = "\(name): \(isUnmounted ? "unmounted" : "mounted")"
    let reason = payload["actor"]?.string.map { "\(what) (\($0))" } ?? what
    for grant in try transaction.livingGrants(of: entry) {
      let next =
        isUnmounted
        ? grant.rested(because: reason, at: now()) : grant.remounted(because: reason, at: now())
      guard let next else { continue }
      try transaction.save(next)
      try append(topic(of: next), next, nil, to: transaction)
    }
  }

  /// A grant that came into use while its entry is unmounted rests with it.
  func resting(
    _ grant: Grant, _ transaction: borrowing WriteTransaction
  ) throws -> Grant {
    guard try transaction.entryStanding(grant.entry)?.isUnmounted == true,
      let rested = grant.rested(because: "\(grant.entryName): unmounted", at: now())
    else { return grant }
    try transaction.save(rested)
    try append(topic(of: rested), rested, nil, to: transaction)
    return rested
  }

  private func mark(
    _ payload: JSONObject, _ transaction: borrowing WriteTransaction
  ) throws {
    try transaction.openCheck(
      records: payload["records"]?.array?.compactMap(\.string) ?? [],
      issue: payload["issue"]?.string ?? "")
  }

  private func reopen(
    _ payload: JSONObject, _ transaction: borrowing WriteTransaction
  ) throws {
    let recall = payload["recall"]?.string ?? ""
    let issue = payload["issue"]?.string ?? ""
    let record = payload["record"]?.string ?? ""
    for receiver in payload["receivers"]?.array ?? [] {
      guard let name = receiver["comparison"]?.string,
        let number = ResourceName(name, in: .comparisons)?.number,
        let run = try transaction.comparison(number), let chunk = receiver["chunk"]?.integer,
        let row = receiver["row"]?.integer
      else { continue }
      guard run.finished != nil else {
        try transaction.recallLeads(
          of: number, chunk: Int(chunk), row: Int(row), record: record, recall: recall,
          issue: issue)
        continue
      }
      for found in try transaction.cases(
        of: number, chunk: Int(chunk), row: Int(row), record: record, outside.vault)
      {
        let next = found.recalled(recall, issue: issue, at: now())
        try transaction.save(next, outside.vault)
        try append(
          next.isReopened ? "share.case_reopened" : "share.case_recalled", next, run, nil,
          more: [
            ("recall", .string(recall)), ("issue", .string(issue)),
            ("old_outcome", .string(found.outcome?.rawValue ?? "")),
          ], to: transaction)
      }
    }
  }

  /// All grants, each as the event of its state, for a service that begins to follow.
  package func grantSnapshot() async throws -> [(topic: String, payload: JSONValue)] {
    var events: [(topic: String, payload: JSONValue)] = []
    var after: Int64 = 0
    while true {
      let start = after
      let (page, told) = try await database.read { transaction in
        let page = try transaction.grants(GrantFilter(department: nil), after: start, limit: 500)
        let told = try page.map { grant in
          (
            topic: topic(of: grant),
            payload: event(nil, try grantMembers(grant) + transaction.groundMembers(of: grant))
          )
        }
        return (page, told)
      }
      events += told
      guard page.count == 500, let last = page.last else { return events }
      after = last.number
    }
  }
}
