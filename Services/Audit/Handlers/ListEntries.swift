// Entries with their payloads, for those whom AC-71 entitles.

package import Access
import AuditRules
import AuditStore
package import Contracts
import Database
import Integrity
import Vocabulary

extension AuditCalls {
  package func listEntries(
    _ request: AuditV1.ListEntriesRequest, _ call: CallContext
  ) async throws -> AuditV1.ListEntriesResponse {
    try await call.answering(refusals) {
      guard let start = PageToken(request.pageToken, count: 1)?.numbers[0], start >= 0 else {
        throw RequestRefusal.pageTokenUnknown
      }
      let filter = try EntryFilter(request.filter)
      let view = try await view(of: call.caller)
      var place: BodyPlace?
      if case .region = view, let department = filter.department {
        place = try await places(department)
      }
      try requireVisible(filter.department, in: view, place: place)
      var page = EntryPage(
        next: UInt64(start), limit: PageSize.bounded(request.pageSize))
      while try await extend(&page, filter, view) {}
      try await note(
        "audit.entries_read",
        [
          "count": .integer(Int64(page.entries.count)), "filter": .object(filter.audited),
          "first": .integer(page.entries.first?.index ?? -1),
          "last": .integer(page.entries.last?.index ?? -1),
        ], call)
      return AuditV1.ListEntriesResponse(
        entries: page.entries,
        nextPageToken: page.hasMore ? PageToken([Int64(clamping: page.next)]).text : "")
    }
  }

  /// What of the log a caller sees.
  func view(of caller: Caller) async throws -> LogView {
    try logView(
      roles: caller.roles, department: caller.department,
      place: caller.roles.contains(.authority) ? try await places(caller.department) : nil)
  }

  /// What one look at the database gives.
  private struct Look: Sendable {
    var entries: [OpenedEntry] = []
    var providers: [String: DepartmentCode] = [:]
    var isLast = false
  }

  /// Adds the entries of one look.
  ///
  /// - Returns: Whether to look on.
  private func extend(
    _ page: inout EntryPage, _ filter: EntryFilter, _ view: LogView
  ) async throws -> Bool {
    let (keys, next) = (keys, page.next)
    let look = try await database.read { transaction in
      let stored = try transaction.candidates(
        filter, in: view, from: next, limit: EntryPage.lookLimit, keys: keys)
      var look = Look(entries: try keys.open(stored), isLast: stored.count < EntryPage.lookLimit)
      for entry in look.entries {
        guard let name = entry.facts.entry,
          look.providers[name] == nil
        else { continue }
        look.providers[name] = try transaction.provider(of: name)
      }
      return look
    }
    var known: [DepartmentCode: BodyPlace] = [:]
    for entry in look.entries {
      if page.isFull { return false }
      page.next = entry.stored.position + 1
      page.looked += 1
      let payload = entry.payload
      let facts = entry.facts
      var departments = facts.departments
      if let provider = facts.entry.flatMap({ look.providers[$0] }) { departments.insert(provider) }
      let time = payload["time"]?.integer.map { Instant(milliseconds: $0) } ?? entry.stored.received
      guard filter.accepts(entry, facts, departments, time: time) else { continue }
      if case .region = view {
        for department in departments where known[department] == nil {
          known[department] = try await places(department)
        }
      }
      guard view.shows(departments, place: { known[$0] }) else { continue }
      page.add(entry, time: time)
    }
    page.hasMore = !look.isLast
    return page.hasMore && !page.isFull
  }
}

/// A page of entries as it fills.
private struct EntryPage {
  /// Entries read at once.
  static let lookLimit = 250
  /// Entries looked at for one page, wanted or not: a page may come back short, with a token to go on.
  static let lookedLimit = 5_000
  static let sizeLimitBytes = 2 << 20

  var next: UInt64
  let limit: Int
  var entries: [AuditV1.Entry] = []
  var looked = 0
  var sizeBytes = 0
  /// Whether the log may hold more beyond `next`.
  var hasMore = true

  var isFull: Bool {
    entries.count >= limit || looked >= Self.lookedLimit || sizeBytes >= Self.sizeLimitBytes
  }

  mutating func add(_ entry: OpenedEntry, time: Instant) {
    sizeBytes += entry.leaf.payload.count
    entries.append(
      AuditV1.Entry(
        index: Int64(clamping: entry.stored.position), origin: entry.stored.origin,
        sequence: Int64(clamping: entry.stored.sequence), topic: entry.topic,
        time: GoogleProtobuf.Timestamp(time), leaf: entry.stored.leaf, salt: entry.leaf.salt,
        payload: entry.leaf.payload))
  }

  init(next: UInt64, limit: Int) {
    self.next = next
    self.limit = limit
  }
}
