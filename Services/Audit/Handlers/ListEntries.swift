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
      let page = try await page(filter, view, from: UInt64(start), size: request.pageSize)
      try await note(
        "audit.entries_read",
        [
          "count": .integer(Int64(page.entries.count)), "filter": .object(filter.audited),
          "first": .integer(page.entries.first?.index ?? -1),
          "last": .integer(page.entries.last?.index ?? -1),
        ], call)
      return page
    }
  }

  /// A page of what a caller may see.
  func page(
    _ filter: EntryFilter, _ view: LogView, from start: UInt64, size: Int32
  ) async throws -> AuditV1.ListEntriesResponse {
    var page = EntryPage(
      next: start, limit: PageSize.bounded(size), lookedLimit: filter.lookedLimit)
    while try await extend(&page, filter, view) {}
    return AuditV1.ListEntriesResponse(
      entries: page.entries,
      nextPageToken: page.hasMore ? PageToken([Int64(clamping: page.next)]).text : "")
  }

  /// What of the log a caller sees.
  func view(of caller: Caller) async throws -> LogView {
    try logView(
      roles: caller.roles, department: caller.department,
      place: caller.roles.contains(.authority) ? try await places(caller.department) : nil)
  }

  /// What one look at the database gives.
  private struct Look: Sendable {
    /// In the order of the log; `nil` behind those whose contents were destroyed.
    var entries: [(stored: StoredEntry, opened: OpenedEntry?)] = []
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
      let destroyed = try transaction.destroyedMonths()
      var look = Look(isLast: stored.count < EntryPage.lookLimit)
      let opened = try keys.open(stored.filter { !destroyed.contains($0.month) })
      var rest = opened[...]
      for entry in stored {
        let isKept = entry.position == rest.first?.stored.position
        look.entries.append((entry, isKept ? rest.removeFirst() : nil))
      }
      for entry in opened {
        guard let name = entry.facts.entry,
          look.providers[name] == nil
        else { continue }
        look.providers[name] = try transaction.provider(of: name)
      }
      return look
    }
    var known: [DepartmentCode: BodyPlace] = [:]
    for (stored, opened) in look.entries {
      if page.isFull { return false }
      page.next = stored.position + 1
      page.looked += 1
      guard let entry = opened else {
        if view == .everything, filter.accepts(stored) { page.add(stored) }
        continue
      }
      let payload = entry.payload
      let facts = entry.facts
      var departments = facts.departments
      if let provider = facts.entry.flatMap({ look.providers[$0] }) { departments.insert(provider) }
      let time = payload["time"]?.integer.map { Instant(milliseconds: $0) } ?? entry.stored.received
      guard filter.accepts(entry, facts, departments, time: time),
        filter.subject?.isSubject(of: payload) ?? true
      else { continue }
      if case .region = view {
        for department in departments where known[department] == nil {
          known[department] = try await places(department)
        }
      }
      guard view.shows(topic: entry.topic), view.shows(departments, place: { known[$0] }) else {
        continue
      }
      // A name of before joins all that was about one person: it is told under an act of two (AC-93), as ever.
      page.add(entry, time: time, isBare: facts.subject != nil && filter.subject == nil)
    }
    page.hasMore = !look.isLast
    return page.hasMore && !page.isFull
  }
}

/// A page of entries as it fills.
private struct EntryPage {
  /// Entries read at once.
  static let lookLimit = 250
  static let sizeLimitBytes = 2 << 20

  var next: UInt64
  let limit: Int
  /// Entries looked at for one page, wanted or not: a page may come back short, with a token to go on.
  let lookedLimit: Int
  var entries: [AuditV1.Entry] = []
  var looked = 0
  var sizeBytes = 0
  /// Whether the log may hold more beyond `next`.
  var hasMore = true

  var isFull: Bool {
    entries.count >= limit || looked >= lookedLimit || sizeBytes >= Self.sizeLimitBytes
  }

  /// - Parameter isBare: Whether salt and payload are left out.
  mutating func add(_ entry: OpenedEntry, time: Instant, isBare: Bool) {
    sizeBytes += entry.leaf.payload.count
    entries.append(
      AuditV1.Entry(
        index: Int64(clamping: entry.stored.position), origin: entry.stored.origin,
        sequence: Int64(clamping: entry.stored.sequence), topic: entry.topic,
        time: GoogleProtobuf.Timestamp(time), leaf: entry.stored.leaf,
        salt: isBare ? [] : entry.leaf.salt, payload: isBare ? [] : entry.leaf.payload))
  }

  /// Leaf and place, which are all that is left.
  mutating func add(_ bare: StoredEntry) {
    entries.append(
      AuditV1.Entry(
        index: Int64(clamping: bare.position), origin: bare.origin,
        sequence: Int64(clamping: bare.sequence),
        time: GoogleProtobuf.Timestamp(bare.received), leaf: bare.leaf))
  }

  init(next: UInt64, limit: Int, lookedLimit: Int) {
    self.next = next
    self.limit = limit
    self.lookedLimit = lookedLimit
  }
}
