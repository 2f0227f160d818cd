// Share behind a real listener: TLS, service certificates, tickets; catalogue, registry and Ingest stand in by their messages.

import Access
import Contracts
import Crypto
import Database
import Integrity
import RPC
import Regulation
import ShareHandlers
import ShareStore
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// Remembers what was refused.
final class RefusalNotes: RefusalRecorder {
  private let notes = Mutex<[String]>([])
  var reasons: [String] { notes.withLock { $0 } }

  func record(principal: String, method: String, reason: String) async {
    notes.withLock { $0.append(reason) }
  }
}

/// What Ingest was asked, and what it is to answer.
final class IngestBook: Sendable {
  struct Page {
    var opened: [IngestV1.OpenRecordsRequest] = []
    var compared: [IngestV1.CompareChunkRequest] = []
    var verified: [IngestV1.VerifyClaimRequest] = []
    var tickets: [[UInt8]] = []
    var isUnderCheck = false
    var answer = IngestV1.VerifyClaimResponse.Answer.match
    var membershipHarmless = false
    var entryState = CatalogV1.EntryState.published
    /// Of all items of the entry.
    var grade: Int32 = 0
    var isEvidenceFull = false
    /// For which every department has a unit and persons on file.
    var duties: [String] = []
    var functions: [String] = []
    /// "departments/justice", as the registry has them.
    var disabled: Set<String> = []
    /// The catalogue does not answer.
    var isCatalogueSilent = false
    /// Entries in Share's log when Ingest was asked: the decision must be among them.
    var decisionsBefore: [Int] = []
  }

  private let page = Mutex(Page())
  private let judging = Mutex<(@Sendable (IngestV1.SignedGrant) throws -> Void)?>(nil)

  /// Looks at each grant as Ingest does.
  func judge(_ body: @escaping @Sendable (IngestV1.SignedGrant) throws -> Void) {
    judging.withLock { $0 = body }
  }

  func check(_ grant: IngestV1.SignedGrant?) throws {
    try judging.withLock { $0 }?(try #require(grant))
  }

  func read<Value: Sendable>(_ body: (Page) -> Value) -> Value { page.withLock { body($0) } }
  func change(_ body: (inout Page) -> Void) { page.withLock { body(&$0) } }
}

/// Share with one entry, ready to be called by departments.
final class ShareCalls: Sendable {
  let database: SQLDatabase
  let handlers: ShareServer
  let client: ShareV1.ShareClient
  let clock = TestClock()
  let book = IngestBook()
  let refusals = RefusalNotes()
  let grantKey: Ed25519PrivateKey
  let pki: TestPKI
  let persons: TestPersons
  /// Signs nothing by itself.
  let unsigned: ShareV1.ShareClient
  /// By which statements are judged.
  let real: TestClock
  private let server: Server
  private let channel: Channel
  private let reactors: ReactorGroup
  private let issuer: TicketIssuer
  private let realNow: Instant
  private let folder: TemporaryFolder
  private let place: TestDatabase

  /// The evidence keys of the test.
  private struct Keys {
    let keyring: Keyring
    let signer: NoteSigner
    let key: Ed25519PrivateKey
    let list: SignedNote
    let random: any RandomSource

    init(_ folder: TemporaryFolder) throws {
      random = SeededRandom(seed: 11)
      keyring = try Keyring(folder: folder.path("keys"), creates: true, random: random)
      key = try Ed25519PrivateKey(random: random)
      signer = try NoteSigner(name: KeyList.evidenceName("weir.test", service: "share"), key: key)
      let root = try NoteSigner(
        name: KeyList.rootName("weir.test"), key: Ed25519PrivateKey(random: random))
      list = try KeyList(
        domain: "weir.test", number: 1, issuedAt: 0,
        entries: [KeyList.Entry(verifier: signer.verifier, notBefore: 0)]
      ).signed(by: root)
    }
  }

  /// - Parameters:
  ///   - profile: The one that governs everything, where it is not the shipped governance.
  ///   - law: What is in force instead.
  init(_ backend: Backend = .sqlite, profile: String? = nil, law: ProfileSet? = nil) async throws {
    folder = try TemporaryFolder()
    place = try TestDatabase(backend)
    let keys = try Keys(folder)
    grantKey = keys.key
    var outbox = OutboxConfiguration(
      service: "share", replica: "r1", signer: keys.signer, keyring: keys.keyring,
      random: keys.random)
    outbox.requiresAudit = false
    database = try await place.open(schema: shareSchema, outbox: outbox)
    let pki = try TestPKI()
    self.pki = pki
    persons = TestPersons(pki)
    let nowReal = Instant(milliseconds: pki.now * 1_000)
    realNow = nowReal
    real = TestClock(nowReal)
    let gateway = try pki.service("gateway")
    issuer = TicketIssuer(
      key: gateway.key, certificate: gateway.certificate, audience: pki.domain)
    reactors = ReactorGroup(threadCount: 1, seed: 1)
    let book = book
    let calendar = try World.calendar()
    let law = try law ?? profile.map { try World.governed(by: $0) } ?? World.profiles()
    let check = DecisionCheck(
      trust: ServiceTrust(roots: CertificateTrust(roots: [pki.departmentRoot.certificate])),
      domain: pki.domain, now: real.now)
    handlers = ShareServer(
      ShareServer.Dependencies(
        database: database, peers: ShareCalls.peers(book, database),
        profiles: law,
        calendar: calendar,
        vault: try ClaimVault(keyring: keys.keyring, random: keys.random, now: nowReal),
        grantKey: keys.key, keyList: keys.list, now: clock.now,
        admitData: {
          if book.read({ $0.isEvidenceFull }) { throw Status(.resourceExhausted, "full") }
        }, refusals: refusals,
        decisions: check))
    let share = try pki.service("share")
    server = try Server(
      configuration: ServerConfiguration(
        address: try #require(Address("127.0.0.1:0")),
        tls: ShareCalls.tls(share, pki),
        onFault: { error, _, path in Issue.record("fault in \(path): \(error)") }),
      reactors: reactors,
      methods: methods(
        handlers,
        admission: ServiceAdmission(
          trust: ServiceTrust(roots: CertificateTrust(roots: [pki.serviceRoot.certificate])),
          domain: pki.domain, now: { nowReal })))
    let bound = try await server.start()
    channel = try Channel(
      configuration: ChannelConfiguration(
        addresses: [bound], tls: ShareCalls.tls(gateway, pki),
        expectedServerURI: "spiffe://\(pki.domain)/service/share",
        defaultTimeout: .seconds(30) * patience),
      reactors: reactors)
    unsigned = ShareV1.ShareClient(channel)
    client = ShareV1.ShareClient(persons.transport(over: channel))
    book.judge(Self.judging(law, check, keys.key.publicKey))
  }

  /// Every grant that reaches Ingest holds before its check, whatever the profile and the terms.
  private static func judging(
    _ law: ProfileSet, _ check: DecisionCheck, _ key: Ed25519PublicKey
  ) -> @Sendable (IngestV1.SignedGrant) throws -> Void {
    { signed in
      let document = try GrantDocument(signed.json, signature: signed.signature, keys: [key])
      guard !document.application.isEmpty else {
        return try document.checkSubscription(
          signed.decisions.map { SignedStatement($0) }, by: check)
      }
      let profile = try law.profile(try #require(ProfileReference(document.profile)))
      let sides = profile.reviewers?.value ?? [.sourceDepartment]
      try document.checkReview(
        signed.decisions.map { SignedStatement($0) }, by: check,
        needsAuthority: sides.contains { $0 != .sourceDepartment })
    }
  }

  func stop() async {
    await channel.shutdown()
    await server.drain(timeout: .seconds(1))
    await reactors.shutdown()
    await database.close()
  }

  private static func tls(_ identity: TestPKI.Identity, _ pki: TestPKI) -> TLSConfiguration {
    TLSConfiguration(
      certificateChainPEM: Array(identity.chainPEM.utf8),
      privateKeyPEM: Array(identity.privateKeyPEM.utf8),
      trustRootsPEM: [Array(pki.serviceRootPEM.utf8)], clientCertificates: .required,
      toleratesExpired: false)
  }

  /// A caller as the gateway states it: `human-resources/li dept-officer`; a system where no person is named, `@HK` where it
  /// stands abroad.
  func options(_ text: String, path: String) throws -> CallOptions {
    let parts = text.split(separator: " ").map(String.init)
    let place = parts[0].split(separator: "@").map(String.init)
    let who = place[0].split(separator: "/").map(String.init)
    let caller = try persons.certified(
      Caller(
        department: try World.code(who[0]),
        system: try #require(SystemName(who.count > 1 ? "workstation" : "payment")),
        person: PersonID(who.count > 1 ? who[1] : "responsible"),
        isPersonCertificate: who.count > 1,
        roles: Set(parts.dropFirst().compactMap(Role.init(rawValue:))),
        certificateHash: SHA256.hash(Array(text.utf8)),
        systemRegion: place.count > 1 ? place[1] : "",
        stated: who.count > 1 ? nil : .officer))
    var options = CallOptions()
    options.metadata.append(CallMetadata.callID, "00112233445566778899aabbccddeeff")
    options.metadata.append(CallMetadata.entryMethod, "/weir.share.v1.Share/" + path)
    options.metadata.append(CallMetadata.language, "en")
    options.metadata.append(
      CallMetadata.ticket,
      // Other roles of one person are another state of the registry.
      bytes: try issuer.ticket(
        for: caller,
        registryVersion: Int64(
          Role.allCases.enumerated().reduce(1) {
            $0 + (caller.roles.contains($1.element) ? 2 << $1.offset : 0)
          }), now: realNow))
    return options
  }

  /// The topics of the log, in order.
  func topics() async throws -> [String] {
    try await entries().map(\.topic)
  }

  func entries() async throws -> [OutboxEntry] {
    try await #require(database.outbox).read(after: 0, limit: 1_000)
  }

  func event(_ topic: String, _ payload: JSONObject) async throws {
    let handlers = handlers
    try await database.write { try handlers.apply(topic, payload, to: $0) }
  }
}

// MARK: - The other services

extension ShareCalls {
  private static func peers(_ book: IngestBook, _ database: SQLDatabase) -> SharePeers {
    let nothing = LocalTransport([])
    var peers = SharePeers(
      catalog: CatalogV1.CatalogClient(nothing), registry: RegistryV1.RegistryClient(nothing),
      ingest: IngestV1.IngestClient(nothing))
    peers.entry = { name, _ in
      if book.read({ $0.isCatalogueSilent }) { throw Status(.unavailable, name) }
      guard name == "entries/E-3" else { throw Status(.notFound, name) }
      return entry(book)
    }
    peers.department = { name in
      if name == "departments/data-bureau" || name == "departments/province-bureau" {
        // Authorities: the city's has the province's above it, the province's none.
        let isCity = name == "departments/data-bureau"
        return RegistryV1.Department(
          name: name, level: isCity ? .city : .province, region: "441400",
          superior: isCity ? "departments/province-bureau" : "")
      }
      let isCounty = name.hasPrefix("departments/county")
      return RegistryV1.Department(
        name: name, level: isCounty ? .county : .city, region: "441400",
        authority: isCounty ? "departments/county-bureau" : "departments/data-bureau",
        state: book.read { $0.disabled.contains(name) } ? .disabled : .active,
        duties: book.read { $0.duties }, functions: book.read { $0.functions })
    }
    peers.openRecords = { request, options in
      try book.check(request.grant)
      let decisions = try await decisionCount(database)
      book.change {
        $0.opened.append(request)
        $0.tickets.append(options.metadata.bytes(CallMetadata.ticket) ?? [])
        $0.decisionsBefore.append(decisions)
      }
      return answer(request, isUnderCheck: book.read { $0.isUnderCheck })
    }
    peers.compareChunk = { request, _ in
      try book.check(request.grant)
      let decisions = try await decisionCount(database)
      book.change {
        $0.compared.append(request)
        $0.decisionsBefore.append(decisions)
      }
      return compare(request)
    }
    peers.readClaim = { request, _ in
      if request.assertedValue == "不可能" {
        throw Status(.invalidArgument, "asserted_value: no value of this item")
      }
    }
    peers.verifyClaim = { request, _ in
      book.change { $0.verified.append(request) }
      return IngestV1.VerifyClaimResponse(answer: book.read { $0.answer })
    }
    return peers
  }

  private static func decisionCount(_ database: SQLDatabase) async throws -> Int {
    try await database.outbox?.read(after: 0, limit: 1_000)
      .filter { $0.topic == "share.decision" }.count ?? 0
  }

  private static func entry(_ book: IngestBook) -> CatalogV1.Entry {
    func item(_ name: String, _ type: CatalogV1.ShareType = .unspecified) -> CatalogV1.Item {
      CatalogV1.Item(name: name, title: name, type: .text, shareType: type)
    }
    var entry = CatalogV1.Entry()
    entry.name = "entries/E-3"
    entry.version = 1
    entry.title = "社区矫正"
    entry.resourceClass = "public"
    entry.owner = "departments/justice"
    entry.shareType = .conditional
    entry.items = [
      CatalogV1.Item(name: "name", title: "name", type: .personName), item("date"), item("court"),
      item("judgment"), item("office", .unconditional),
      item("illness", .notShared),
    ]
    (entry.membershipHarmless, entry.state, entry.grade) = book.read {
      ($0.membershipHarmless, $0.entryState, $0.grade)
    }
    return entry
  }

  static let lineage = CommonV1.Lineage(
    entry: "entries/E-3", entryVersion: 1, batch: "batches/B-1", asOf: "2024-03-01",
    coverage: "whole register", unrepairedRejects: 2)

  private static func answer(
    _ request: IngestV1.OpenRecordsRequest, isUnderCheck: Bool
  ) -> IngestV1.OpenRecordsResponse {
    let record = IngestV1.Record(
      name: "entries/E-3/records/9",
      values: request.items.map { IngestV1.Value(item: $0, value: "v") }, lineage: lineage,
      underCheck: isUnderCheck)
    return IngestV1.OpenRecordsResponse(records: [record], lineage: lineage)
  }

  /// A row whose block ends in 7 is in the register, as the record of the same row.
  private static func compare(
    _ request: IngestV1.CompareChunkRequest
  ) -> IngestV1.CompareChunkResponse {
    let rows = request.ids.count / 16
    let leads = (0..<rows).filter { request.ids[$0 * 16 + 15] == 7 }.map { row in
      IngestV1.Lead(
        row: Int32(row), record: "entries/E-3/records/\(Int(request.number) * 100 + row + 1)",
        nameDiffers: row == 0, lineage: lineage)
    }
    // Of a chunk of five rows two leads fit into an answer.
    let waiting = leads.filter { $0.row >= request.firstRow }
    let part = rows == 5 ? Array(waiting.prefix(2)) : waiting
    let next = part.count < waiting.count ? waiting[part.count].row : 0
    return IngestV1.CompareChunkResponse(
      leads: part, rows: Int32(rows), lineage: lineage,
      receipt: CommonV1.Receipt(json: [1], leaf: [2]), nextRow: next)
  }
}

/// The status that a call ends with.
func status(_ body: () async throws -> Void) async -> Status? {
  do {
    try await body()
    return nil
  } catch {
    if !(error is Status) { Issue.record("not a status: \(error)") }
    return error as? Status
  }
}

/// Reason and article of a refused call, as the trailers tell them.
func reason(_ body: () async throws -> Void) async -> String? {
  guard let said = await status(body) else { return nil }
  return said.trailers["weir-reason"] ?? "\(said.code): \(said.message)"
}
