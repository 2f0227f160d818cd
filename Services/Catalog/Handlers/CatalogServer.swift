// The catalogue's side of the wire: what every handler of it stands on.

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Crypto
package import Database
package import Integrity
import RPC
package import Regulation
package import Vocabulary

/// Tells what the registry knows of a department.
package typealias DepartmentDirectory =
  @Sendable (_ department: DepartmentCode) async throws -> RegistryV1.Department

/// Tells whether a system, by its resource name, is registered and active.
package typealias SystemDirectory = @Sendable (_ system: String) async throws -> Bool

/// Answers weir.catalog.v1; each RPC has a file of its own.
package struct CatalogServer: CatalogV1.CatalogService {
  let database: SQLDatabase
  private let lawNow: LawNow
  let taxonomies: [String: Taxonomy]
  let directory: DepartmentDirectory
  let isActiveSystem: SystemDirectory
  let figures: FiguresDirectory
  /// The domain's key list, which goes with every receipt.
  let keyList: SignedNote
  /// Signs the catalogue of a level (hebi-2021/8.2b).
  let signer: NoteSigner
  let refusals: (any RefusalRecorder)?
  /// What persons sign is held to the departments' root.
  let decisions: DecisionCheck
  let now: @Sendable () -> Instant

  /// The domain of the node.
  var domain: String { signer.verifier.name.split(separator: "/").first.map(String.init) ?? "" }

  /// The law in use at this moment: a version that was imported counts from the next look on.
  var profiles: ProfileSet { lawNow.profiles }
  var calendar: WorkingCalendar { lawNow.calendar }

  /// - Parameters:
  ///   - profiles: Asked at each use, as is the calendar.
  ///   - now: Civil time.
  package init(
    database: SQLDatabase, profiles: @autoclosure @escaping @Sendable () -> ProfileSet,
    calendar: @autoclosure @escaping @Sendable () -> WorkingCalendar,
    taxonomies: [String: Taxonomy], directory: @escaping DepartmentDirectory,
    isActiveSystem: @escaping SystemDirectory, figures: @escaping FiguresDirectory,
    keyList: SignedNote, signer: NoteSigner,
    refusals: (any RefusalRecorder)?, decisions: DecisionCheck,
    now: @escaping @Sendable () -> Instant
  ) {
    self.database = database
    lawNow = LawNow(profiles: profiles, calendar: calendar)
    self.taxonomies = taxonomies.filter { KnownCategory.taxonomies.contains($0.key) }
    self.directory = directory
    self.isActiveSystem = isActiveSystem
    self.figures = figures
    self.keyList = keyList
    self.signer = signer
    self.refusals = refusals
    self.decisions = decisions
    self.now = now
  }

  // MARK: Who acts

  /// The caller with what the registry knows of its department.
  func actor(of call: CallContext) async throws -> Actor {
    Actor(
      department: try await facts(of: call.caller.department), name: call.principal,
      roles: call.caller.roles)
  }

  func facts(of department: DepartmentCode) async throws -> DepartmentFacts {
    let found = try await directory(department)
    guard let facts = DepartmentFacts(found) else {
      throw RequestRefusal.unknownResource(
        field: "department", name: "departments/\(department.text)")
    }
    return facts
  }

  // MARK: What an entry is judged by

  /// The profile that governs a new version of an entry.
  func profile(for content: EntryContent, on day: CivilDate) throws(CatalogRefusal) -> Profile {
    guard let profile = profiles.governing([content.resourceClass], on: day) else {
      throw .notInForce(resourceClass: content.resourceClass)
    }
    return profile
  }

  /// - Parameters:
  ///   - region: Of the owner; whether a resource bears a class may depend on it (meizhou-specific-2021/2).
  ///   - added: Categories that authorities have added (meizhou-specific-2021/5.3d).
  func knownCategory(
    _ slug: String, in region: String, added: [Listing] = []
  ) -> KnownCategory? {
    if let listing = added.first(where: { $0.content["slug"] == slug }),
      let parent = knownCategory(listing.content["parent"], in: region)
    {
      return parent.extended(by: listing.content)
    }
    for taxonomy in taxonomies.values {
      guard let category = taxonomy.category(slug) else { continue }
      return KnownCategory(
        category, in: taxonomy,
        isInRegion: profiles.isTagged(KnownCategory.specificClass, region: region))
    }
    return nil
  }

  // MARK: Changing

  /// One change of the catalogue in one transaction with its entry in the log: done once, and told again to who repeats it.
  ///
  /// - Parameters:
  ///   - authorise: Asked of a replay, too, which is judged by nothing else.
  ///   - body: Answers the version that it made.
  func change(
    _ call: CallContext, requestID: String, content: some Message,
    authorise: @escaping @Sendable (borrowing WriteTransaction) throws -> Void,
    _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> EntryVersion
  ) async throws -> CatalogV1.Entry {
    let answer = try await changing(
      call, requestID: requestID, content: content, authorise: authorise
    ) { transaction in
      let version = try body(transaction)
      guard let standing = try transaction.entryStanding(version.entry) else {
        throw UnreadableContent(what: "entry")
      }
      return try message(version, standing, showsInside: true).serialized()
    }
    var entry = try CatalogV1.Entry(serialized: answer.bytes)
    entry.receipt = answer.receipt
    return entry
  }

  /// The same, whatever is answered.
  func changing(
    _ call: CallContext, requestID: String, content: some Message,
    authorise: @escaping @Sendable (borrowing WriteTransaction) throws -> Void,
    _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> [UInt8]
  ) async throws -> (bytes: [UInt8], receipt: CommonV1.Receipt?) {
    guard !requestID.isEmpty, requestID.utf8.count <= 64 else {
      throw RequestRefusal.requestIDMissing
    }
    let answer = try await database.change(
      RequestKey(caller: call.principal, method: call.rpc.path, requestID: requestID),
      digest: SHA256.hash(try content.serialized()), receiptUnder: keyList, authorise: authorise,
      replayed: { transaction in
        try transaction.append(
          topic: "catalog.replayed",
          payload: event(
            call, [("request", .string(requestID)), ("method", .string(call.rpc.path))]))
      }
    ) { try body($0) }
    guard let answer else { throw RequestRefusal.requestIDReused }
    return (
      answer.bytes,
      answer.receipt.map { CommonV1.Receipt(json: $0.encoded(), leaf: $0.leaf.commitment) }
    )
  }

  /// Who acts, on whose entry, when.
  struct Scene: Sendable {
    let actor: Actor
    let owner: DepartmentFacts
    let time: Instant
  }

  /// What a request for a step names: the entry, and the version that the caller has seen.
  struct StepRequest: Sendable {
    let name: String
    var version = 0
    var etag = ""
    let requestID: String
    /// Whether the step is one of the version that everybody sees, and not of the newest.
    var isOfShown = false
    /// Whether only to say what the version would become.
    var isTrial = false
  }

  /// One step of a version: authorised, judged, saved, logged.
  ///
  /// - Parameters:
  ///   - signing: Where the step is a person's decision, what he signs of it.
  ///   - authorise: Whether the actor has a part in such steps at all, whatever the version's state.
  ///   - after: What else belongs to the step, in the same transaction.
  func step(
    _ call: CallContext, _ request: StepRequest, content: some Message,
    topic: @escaping @Sendable (EntryVersion) -> String, signing: Signing? = nil,
    authorise: @escaping @Sendable (EntryVersion, Scene, Profile) throws -> Void,
    after: @escaping @Sendable (EntryVersion, Scene, borrowing WriteTransaction) throws -> Void = {
      _, _, _ in
    },
    _ rule: @escaping @Sendable (EntryVersion, Scene, Profile) throws -> EntryVersion
  ) async throws -> CatalogV1.Entry {
    let number = try entryNumber(request.name, field: "name").entry
    let actor = try await actor(of: call)
    let standing = try await database.read { try $0.entryStanding(number) }
    guard let standing else {
      throw RequestRefusal.unknownResource(field: "name", name: request.name)
    }
    let scene = Scene(actor: actor, owner: try await facts(of: standing.owner), time: now())
    if request.isTrial {
      let current = try await database.read { try $0.version(number, asked: request) }
      let profile = try profiles.profile(current.profile)
      try authorise(current, scene, profile)
      try request.requireSeen(current)
      let next = try rule(current, scene, profile)
        .endingReview(since: current, under: profile, calendar: calendar)
      var reply = try message(next, standing, showsInside: true)
      if let signing { reply.statement = statement(signing, on: current, as: next, call) }
      return reply
    }
    return try await change(
      call, requestID: request.requestID, content: content,
      authorise: { transaction in
        let current = try transaction.version(number, asked: request)
        try authorise(current, scene, profiles.profile(current.profile))
      }
    ) { transaction in
      let current = try transaction.version(number, asked: request)
      try request.requireSeen(current)
      let profile = try profiles.profile(current.profile)
      let next = try rule(current, scene, profile)
        .endingReview(since: current, under: profile, calendar: calendar)
      let signed = try signing.map {
        try take($0, on: current, as: next, call, in: transaction)
      }
      try save(next, after: current, of: scene.owner, call, to: transaction)
      try append(topic(next), next, since: current, call, to: transaction, more: signed ?? [])
      try after(next, scene, transaction)
      return next
    }
  }

  /// Saves what a step made of a version, with whose turn it is now and what it did for changes that the entry must follow.
  func save(
    _ next: EntryVersion, after current: EntryVersion, of owner: DepartmentFacts,
    _ call: CallContext, to transaction: borrowing WriteTransaction
  ) throws {
    try transaction.save(
      next, wasHistory: current.history.count,
      seats: next.seats(of: owner, under: profiles.profile(next.profile)))
    if next.state != current.state || next.state == .draft {
      try followChanges(next, of: owner, call, to: transaction)
      try followCatalogue(next, after: current, of: owner, call, to: transaction)
    }
  }

  /// The version as a caller sees it, with its review clock as it stands today.
  func message(
    _ version: EntryVersion, _ standing: EntryStanding, showsInside: Bool
  ) throws -> CatalogV1.Entry {
    var message = version.message(standing, showsInside: showsInside)
    if showsInside || version.state == .submitted { message.reviewDue = try reviewDue(of: version) }
    message.rights = rights(in: version, under: try profiles.profile(version.profile))
    return message
  }

  /// The rights in data: the state owns them, always; the rest belongs to who has it by function (hebi-2021/5a).
  private func rights(in version: EntryVersion, under profile: Profile) -> [CatalogV1.DataRight] {
    guard let rights = profile.dataRights else { return [] }
    let owner = "departments/\(version.content.owner.text)"
    return rights.value.map { right in
      let holder =
        switch right {
        case .ownership: "state"
        case .management: "authority"
        case .collection, .use: owner
        // Whom the authority authorises has it; nobody has it by function.
        case .income: ""
        }
      return CatalogV1.DataRight(
        right: right.rawValue, holder: holder, article: rights.citation.text)
    }
  }

  /// The review clock of a version: running while it is with the reviewers, then as it stood when they had decided.
  func reviewDue(of version: EntryVersion) throws -> CommonV1.DueDate? {
    if let decided = version.decided {
      return CommonV1.DueDate(
        date: decided.due.date, citation: decided.due.citation,
        isProvisional: decided.due.isProvisional, overdueDays: decided.overdueDays)
    }
    let profile = try profiles.profile(version.profile)
    let late = version.reviewOverdue(
      under: profile, calendar: calendar, today: now().civilDate)
    return version.reviewDue(under: profile, calendar: calendar).map { due in
      CommonV1.DueDate(
        date: due.date, citation: due.citation, isProvisional: due.isProvisional,
        overdueDays: late?.workingDays ?? 0)
    }
  }

  /// The payload of an entry of the log: who did what, when.
  func event(_ call: CallContext, _ members: [(String, JSONValue)]) -> JSONValue {
    .object(
      JSONObject(
        members + [
          ("time", .integer(now().milliseconds)), ("call", .string(call.callID)),
          ("actor", .string(call.principal)),
        ]))
  }

  /// The entry of the log for what became of a version: actor, person, time, profile, reason and ground (policies e).
  ///
  /// - Parameters:
  ///   - former: The version before; `nil` for a new one.
  ///   - more: The statement by which a person decided it.
  func append(
    _ topic: String, _ version: EntryVersion, since former: EntryVersion?, _ call: CallContext,
    to transaction: borrowing WriteTransaction, more: [(String, JSONValue)] = []
  ) throws {
    var payload = JSONObject()
    payload["entry"] = .string(version.name)
    payload["version"] = .integer(Int64(version.number))
    payload["owner"] = .string("departments/\(version.content.owner.text)")
    payload["profile"] = .string(version.profile.text)
    payload["state"] = .string(version.state.rawValue)
    payload["digest"] = .string(
      Hex.encode(SHA256.hash(CanonicalJSON.encode(version.content.json))))
    if let review = version.secrecyReview {
      payload["secrecy_reviewer"] = .string(review.person)
      payload["secrecy_time"] = .integer(review.time.milliseconds)
    }
    version.tellPublication(in: &payload)
    if topic == "catalog.entry_published" {
      payload["mounted"] = .bool(
        try transaction.entryStanding(version.entry)?.sourceSystem != nil)
    }
    version.tellSteps(version.history.dropFirst(former?.history.count ?? 0), in: &payload)
    try transaction.append(
      topic: topic, payload: event(call, payload.members.map { ($0.name, $0.value) } + more))
  }

  /// The number in `entries/E-1` and, where it names one, of the version.
  func entryNumber(_ name: String, field: String) throws -> (entry: Int64, version: Int?) {
    guard let resource = ResourceName(name) else {
      throw RequestRefusal.malformed(
        field: field, expected: BilingualText("entries/E-1 这样的名称", "a name like entries/E-1"))
    }
    switch resource.collection {
    case .entries:
      if let number = resource.number { return (number, nil) }
    case .versions:
      if let entry = resource.parentNumber, let version = resource.number {
        return (entry, Int(clamping: version))
      }
    default: break
    }
    throw RequestRefusal.malformed(
      field: field, expected: BilingualText("entries/E-1 这样的名称", "a name like entries/E-1"))
  }
}

extension EntryVersion {
  /// What the steps of one change were about.
  fileprivate func tellSteps(_ steps: ArraySlice<EntryStep>, in payload: inout JSONObject) {
    guard let last = steps.last else { return }
    if !last.reason.isEmpty { payload["reason"] = .string(last.reason) }
    if let basis = last.basis { payload.set("basis", basis.json) }
    switch last.action {
    case .filed:
      payload["filing_number"] = .string(filing?.number ?? "")
      payload["filing_date"] = .string(filing?.date.iso ?? "")
    case .mounted: payload["system"] = .string(last.detail)
    default: break
    }
    if last.to == .superseded { payload["superseded_by"] = .string(last.detail) }
    let types = steps.filter { $0.action == .typeFixed }
    if !types.isEmpty { payload["types_fixed"] = .array(types.map { .string($0.detail) }) }
  }
}

extension CatalogServer.StepRequest {
  /// Refuses where the caller has seen another version than there is.
  func requireSeen(_ current: EntryVersion) throws(RequestRefusal) {
    guard version == 0 || version == current.number, etag.isEmpty || etag == current.etag else {
      throw .changedMeanwhile(name: current.name)
    }
  }
}

extension SQLReading where Self: ~Copyable {
  /// The newest version of an entry, or the refusal that there is none.
  func newest(_ entry: Int64, named name: String) throws -> EntryVersion {
    guard let standing = try entryStanding(entry),
      let version = try entryVersion(entry, standing.newestVersion)
    else { throw RequestRefusal.unknownResource(field: "name", name: name) }
    return version
  }

  /// The version that a step is about.
  fileprivate func version(
    _ entry: Int64, asked request: CatalogServer.StepRequest
  ) throws -> EntryVersion {
    guard request.isOfShown, let shown = try entryStanding(entry)?.publishedVersion,
      let version = try entryVersion(entry, shown)
    else { return try newest(entry, named: request.name) }
    return version
  }
}

extension DepartmentFacts {
  /// `nil` where the registry's words are not those of the rules.
  package init?(_ department: RegistryV1.Department) {
    guard let name = ResourceName(department.name, in: .departments),
      let code = DepartmentCode(name.id), let level = department.administrativeLevel
    else { return nil }
    self.init(
      code: code, level: level, region: department.region, kinds: Set(department.kinds),
      authority: department.decidingAuthority, isAuthority: department.authority.isEmpty,
      holders: department.holders,
      body: BodyKind(rawValue: department.body) ?? .administrativeOrgan,
      duties: Set(department.duties.compactMap { DutyPost(rawValue: $0) }),
      functions: department.functions)
  }
}
