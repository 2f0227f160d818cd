// RegisterChange, VoidChange, ListChanges: law or function has changed and an entry must follow (policies e.2).

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Database
import Integrity
import Regulation
import Vocabulary

extension CatalogServer {
  package func registerChange(
    _ request: CatalogV1.RegisterChangeRequest, _ call: CallContext
  ) async throws -> CatalogV1.Change {
    try await call.answering(refusals) {
      let number = try entryNumber(request.entry, field: "entry").entry
      let kind: ChangeKind
      switch request.kind {
      case .law: kind = .law
      case .function: kind = .function
      case .unspecified, .unrecognized: throw RequestRefusal.missing(field: "kind")
      }
      let scene = try await scene(of: number, named: request.entry, call)
      guard let date = CivilDate(iso: request.date), date <= scene.time.civilDate else {
        throw RequestRefusal.malformed(
          field: "date",
          expected: BilingualText("已到的日期，如 2024-03-04", "a day that has come, like 2024-03-04"))
      }
      return try await changed(
        call, requestID: request.requestID, content: request,
        authorise: { transaction in
          let version = try transaction.newest(number, named: request.entry)
          try requireChangeParty(
            scene.actor, of: version, owner: scene.owner,
            under: profiles.profile(version.profile))
        }
      ) { transaction in
        let version = try transaction.newest(number, named: request.entry)
        let change = try CatalogRules.registerChange(
          try transaction.nextChange(of: number), kind, on: date,
          description: request.description, of: version, by: scene.actor, owner: scene.owner,
          at: scene.time, under: try profile(for: version.content, on: scene.time.civilDate))
        try keep(change, of: scene.owner, call, to: transaction)
        return change
      }
    }
  }

  package func voidChange(
    _ request: CatalogV1.VoidChangeRequest, _ call: CallContext
  ) async throws -> CatalogV1.Change {
    try await call.answering(refusals) {
      guard let name = ResourceName(request.name, in: .changes), let entry = name.parentNumber,
        let number = name.number
      else {
        throw RequestRefusal.malformed(
          field: "name",
          expected: BilingualText("entries/E-1/changes/1 这样的名称", "like entries/E-1/changes/1"))
      }
      let unknown = RequestRefusal.unknownResource(field: "name", name: request.name)
      let scene = try await scene(of: entry, named: request.name, call)
      @Sendable func found(
        _ transaction: borrowing WriteTransaction
      ) throws -> (ChangeEvent, EntryVersion, Profile) {
        guard let change = try transaction.change(entry, number) else { throw unknown }
        return (
          change, try transaction.newest(entry, named: request.name),
          try profiles.profile(change.profile)
        )
      }
      return try await changed(
        call, requestID: request.requestID, content: request,
        authorise: { transaction in
          let (change, version, profile) = try found(transaction)
          try change.requireAuthority(
            scene.actor, of: version, owner: scene.owner, under: profile)
        }
      ) { transaction in
        let (change, version, profile) = try found(transaction)
        let next = try change.voided(
          reason: request.reason, by: scene.actor, of: version, owner: scene.owner,
          at: scene.time, under: profile, calendar: calendar)
        try keep(next, of: scene.owner, call, to: transaction)
        return next
      }
    }
  }

  package func listChanges(
    _ request: CatalogV1.ListChangesRequest, _ call: CallContext
  ) async throws -> CatalogV1.ListChangesResponse {
    try await call.answering(refusals) {
      guard let token = PageToken(request.pageToken, count: 2) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let actor = try await actor(of: call)
      var filter = ChangeFilter(department: actor.department.code, seats: actor.seats)
      filter.endedToo = request.endedToo
      if !request.entry.isEmpty {
        filter.entry = try entryNumber(request.entry, field: "entry").entry
      }
      let (asked, size) = (filter, PageSize.bounded(request.pageSize))
      let found = try await database.read {
        try $0.findChanges(asked, after: (token.numbers[0], token.numbers[1]), limit: size + 1)
      }
      let page = found.prefix(size)
      return CatalogV1.ListChangesResponse(
        changes: try page.map { try message($0) },
        nextPageToken: found.count > size
          ? page.last.map { PageToken([$0.entry, $0.number]).text } ?? "" : "")
    }
  }

  /// What a step of a version means for the changes that its entry must follow.
  func followChanges(
    _ version: EntryVersion, of owner: DepartmentFacts, _ call: CallContext,
    to transaction: borrowing WriteTransaction
  ) throws {
    let shown = try transaction.entryStanding(version.entry)?.publishedVersion.flatMap {
      $0 == version.number ? nil : try transaction.entryVersion(version.entry, $0)?.content
    }
    // One that this very version had fulfilled is open again when it is sent back.
    let changes =
      version.state == .returned
      ? try transaction.changes(followedBy: version)
      : try transaction.openChanges(of: version.entry)
    for change in changes {
      let next = change.following(
        version, shown: shown, by: call.principal, at: now(),
        under: try profiles.profile(change.profile),
        calendar: calendar)
      if let next { try keep(next, of: owner, call, to: transaction) }
    }
  }

  /// The clock of a change; `nil` where the text sets none.
  func due(of change: ChangeEvent) throws -> CommonV1.DueDate? {
    change.clock(
      under: try profiles.profile(change.profile), calendar: calendar, today: now().civilDate
    ).map { clock in
      CommonV1.DueDate(
        date: clock.due.date, citation: clock.due.citation, isProvisional: clock.due.isProvisional,
        overdueDays: clock.overdueDays)
    }
  }

  // MARK: Shared by both

  private func scene(
    of entry: Int64, named name: String, _ call: CallContext
  ) async throws -> Scene {
    let actor = try await actor(of: call)
    guard let standing = try await database.read({ try $0.entryStanding(entry) }) else {
      throw RequestRefusal.unknownResource(field: "name", name: name)
    }
    return Scene(actor: actor, owner: try await facts(of: standing.owner), time: now())
  }

  private func changed(
    _ call: CallContext, requestID: String, content: some Message,
    authorise: @escaping @Sendable (borrowing WriteTransaction) throws -> Void,
    _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> ChangeEvent
  ) async throws -> CatalogV1.Change {
    let answer = try await changing(
      call, requestID: requestID, content: content, authorise: authorise
    ) { try message(body($0)).serialized() }
    var change = try CatalogV1.Change(serialized: answer.bytes)
    change.receipt = answer.receipt
    return change
  }

  /// Saves a change with its entry in the log (policies e).
  private func keep(
    _ change: ChangeEvent, of owner: DepartmentFacts, _ call: CallContext,
    to transaction: borrowing WriteTransaction
  ) throws {
    try transaction.save(change, seat: owner.seat(of: .sameLevelAuthority))
    var members: [(String, JSONValue)] = [
      ("change", .string(change.name)), ("entry", .string("entries/E-\(change.entry)")),
      ("owner", .string("departments/\(change.owner.text)")),
      ("kind", .string(change.kind.rawValue)),
      ("date", .string(change.date.iso)), ("state", .string(change.state.rawValue)),
      ("profile", .string(change.profile.text)),
      ("reason", .string(change.history.last?.reason ?? "")),
    ]
    if let ended = change.ended {
      members.append(("overdue_days", .integer(Int64(ended.overdueDays))))
    }
    try transaction.append(
      topic: "catalog.change_\(change.state.rawValue)", payload: event(call, members))
  }

  private func message(_ change: ChangeEvent) throws -> CatalogV1.Change {
    let states: [ChangeState: CatalogV1.ChangeState] = [
      .registered: .registered, .inProgress: .inProgress, .fulfilled: .fulfilled, .void: .void,
    ]
    var message = CatalogV1.Change()
    message.name = change.name
    message.kind = change.kind == .law ? .law : .function
    message.date = change.date.iso
    message.description = change.description
    message.state = states[change.state] ?? .unspecified
    message.due = try due(of: change)
    message.version = Int32(clamping: change.version ?? 0)
    message.profile = change.profile.text
    message.owner = "departments/\(change.owner.text)"
    message.history = change.history.map { step in
      CommonV1.Step(
        fromState: step.from?.rawValue ?? "", toState: step.to.rawValue, actor: step.actor,
        time: GoogleProtobuf.Timestamp(step.time), reason: step.reason,
        profile: change.profile.text)
    }
    return message
  }
}
