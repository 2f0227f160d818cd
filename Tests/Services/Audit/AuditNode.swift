// Audit with its jobs behind a real listener, and a service whose real outbox it follows, over TLS.

import Access
import AuditHandlers
import AuditRules
import AuditStore
import Boot
import Contracts
import Crypto
import Database
import Integrity
import RPC
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// Where the departments of the tests stand.
let testPlaces: [String: BodyPlace] = [
  "data-bureau": BodyPlace(level: 2, region: "441400", isTopmost: true),
  "county-bureau": BodyPlace(level: 3, region: "441424"),
  "county-affairs": BodyPlace(level: 3, region: "441424"),
  "far-bureau": BodyPlace(level: 2, region: "441500", isTopmost: true),
  "civil-affairs": BodyPlace(level: 2, region: "441400"),
  "justice": BodyPlace(level: 2, region: "441400"),
  "far-affairs": BodyPlace(level: 2, region: "441500"),
]

/// A service with an outbox, which Audit may follow.
final class FollowedService: Sendable {
  let name: String
  let database: SQLDatabase
  let server: Server
  let address: Address
  let keyNote: SignedNote

  init(
    _ name: String, path: String, pki: TestPKI, reactors: ReactorGroup, keys: TestEvidenceKeys,
    port: UInt16 = 0, replica: String = "r1"
  ) async throws {
    self.name = name
    var outbox = OutboxConfiguration(
      service: name, replica: replica, signer: try keys.signer(name),
      keyring: try Keyring(folder: path + "/keys-" + name, creates: true, random: pki.random),
      random: pki.random)
    outbox.requiresAudit = true
    database = try await SQLDatabase.open(
      .sqlite(path: "\(path)/\(name)/\(name).sqlite"), schema: [], outbox: outbox,
      now: TestClock().now)
    keyNote = try keys.note()
    let events = EventsServer(
      outbox: try #require(database.outbox), consumers: ["audit"], snapshot: { _ in [] })
    server = try testServer(
      name, methods: methods(events, admission: pki.admission), pki, reactors, port)
    address = try await server.start()
  }

  /// Writes an entry and gives its receipt.
  func write(_ topic: String, _ payload: JSONObject) async throws -> Receipt {
    var payload = payload
    payload["time"] = .integer(TestDatabase.noon.milliseconds)
    let entry = JSONValue.object(payload)
    let committed = try await database.writeWithEvidence { transaction in
      try transaction.append(topic: topic, payload: entry)
    }
    return try #require(committed.evidence?.receipts(keys: keyNote).first)
  }
}

/// The evidence keys of a test's domain.
struct TestEvidenceKeys: Sendable {
  let root: NoteSigner
  let audit: NoteSigner

  init() throws {
    root = try Self.signer(KeyList.rootName(LogHome.domain), 1)
    audit = try Self.signer(KeyList.auditName(LogHome.domain), 9)
  }

  private static func signer(_ name: String, _ byte: UInt8) throws -> NoteSigner {
    try NoteSigner(
      name: name, key: try Ed25519PrivateKey(rawBytes: [UInt8](repeating: byte, count: 32)))
  }

  func signer(_ service: String) throws -> NoteSigner {
    try Self.signer(
      KeyList.evidenceName(LogHome.domain, service: service), UInt8(service.utf8.count + 20))
  }

  func note() throws -> SignedNote {
    let signers = [audit] + (try ["share", "ingest", "audit"].map { try signer($0) })
    return try KeyList(
      domain: LogHome.domain, number: 1, issuedAt: 0,
      entries: signers.map { KeyList.Entry(verifier: $0.verifier, notBefore: 0) }
    ).signed(by: root)
  }
}

extension TestPKI {
  /// Admission with the real clock, as certificates need it.
  var admission: ServiceAdmission {
    let moment = Instant(milliseconds: now * 1_000)
    return ServiceAdmission(
      trust: ServiceTrust(roots: CertificateTrust(roots: [serviceRoot.certificate])),
      domain: domain,
      now: { moment })
  }

  func tls(_ service: String) throws -> TLSConfiguration {
    let identity = try self.service(service)
    return TLSConfiguration(
      certificateChainPEM: Array(identity.chainPEM.utf8),
      privateKeyPEM: Array(identity.privateKeyPEM.utf8),
      trustRootsPEM: [Array(serviceRootPEM.utf8)])
  }
}

func testServer(
  _ service: String, methods: [MethodHandler], _ pki: TestPKI, _ reactors: ReactorGroup,
  _ port: UInt16 = 0
) throws -> Server {
  try Server(
    configuration: ServerConfiguration(
      address: Address(host: "127.0.0.1", port: port), tls: try pki.tls(service),
      onFault: { error, _, path in Issue.record("fault in \(path): \(error)") }),
    reactors: reactors, methods: methods)
}

/// Audit, running.
final class AuditNode: Sendable {
  let pki: TestPKI
  let reactors: ReactorGroup
  let home: LogHome
  let keys: TestEvidenceKeys
  let log: OpenLog
  let server: Server
  let address: Address
  let gateway: P256PrivateKey
  let persons: TestPersons
  private let issuer: TicketIssuer
  private let channels = Mutex<[Channel]>([])
  let reports = Mutex<[AuditFollower.Report]>([])

  init(_ home: LogHome, pki: TestPKI) async throws {
    self.home = home
    self.pki = pki
    persons = TestPersons(pki)
    reactors = ReactorGroup(threadCount: 2, seed: 1)
    keys = try TestEvidenceKeys()
    var outbox = OutboxConfiguration(
      service: "audit", replica: "r1", signer: try keys.signer("audit"),
      keyring: try Keyring(folder: home.folder.path("keys"), creates: true, random: pki.random),
      random: pki.random)
    outbox.requiresAudit = false
    log = try await OpenLog(home, outbox: outbox)
    let clock = home.clock
    let calls = AuditCalls(
      database: log.database, keys: log.keys, board: log.board,
      keyListNote: try keys.note().encoded, places: { testPlaces[$0.text] }, refusals: nil,
      acts: try home.actOffice(persons),
      civil: clock.now)
    server = try testServer(
      "audit", methods: methods(calls, admission: pki.admission), pki, reactors)
    address = try await server.start()
    let identity = try pki.service("gateway")
    gateway = identity.key
    issuer = TicketIssuer(
      key: identity.key, certificate: identity.certificate, audience: pki.domain)
  }

  func channel(_ service: String, to address: Address? = nil) throws -> Channel {
    let channel = try Channel(
      configuration: ChannelConfiguration(
        addresses: [address ?? self.address], tls: try pki.tls(service),
        defaultTimeout: .seconds(120) * patience), reactors: reactors)
    channels.withLock { $0.append(channel) }
    return channel
  }

  func client(_ service: String = "gateway") throws -> AuditV1.AuditClient {
    AuditV1.AuditClient(try channel(service))
  }

  /// One whose callers sign what they decide.
  func signingClient() throws -> AuditV1.AuditClient {
    AuditV1.AuditClient(persons.transport(over: try channel("gateway")))
  }

  /// The options of a call that the gateway forwards for a person.
  func asPerson(
    _ name: String, of department: String, _ roles: Set<Role>, _ method: String
  ) throws -> CallOptions {
    let caller = try persons.certified(
      Caller(
        department: try #require(DepartmentCode(department)),
        system: try #require(SystemName("workstation")), person: PersonID(name),
        isPersonCertificate: true, roles: roles, certificateHash: []))
    var metadata = Metadata()
    metadata.append(
      CallMetadata.ticket,
      bytes: try issuer.ticket(
        for: caller,
        registryVersion: registryVersion(of: roles), now: Instant(milliseconds: pki.now * 1_000)))
    metadata.append(CallMetadata.callID, Hex.encode(pki.random.bytes(16)))
    metadata.append(CallMetadata.entryMethod, "/weir.audit.v1.Audit/" + method)
    metadata.append(CallMetadata.language, "en")
    return CallOptions(metadata: metadata)
  }

  func follower(of service: FollowedService) throws -> AuditFollower {
    AuditFollower(
      service: service.name, transport: try channel("audit", to: service.address),
      intake: log.intake
    ) { report in self.reports.withLock { $0.append(report) } }
  }

  func stop() async {
    log.board.close()
    for channel in channels.withLock({ $0 }) { await channel.shutdown() }
    await server.stop()
  }
}

/// Runs a body beside Audit's jobs and its followers of the services; ends everything whatever happens.
func withNode<Result: Sendable>(
  _ home: LogHome, pki: TestPKI, services: [String] = ["share"], replica: String = "r1",
  _ body: (AuditNode, [FollowedService]) async throws -> Result
) async throws -> Result {
  let node = try await AuditNode(home, pki: pki)
  var followed: [FollowedService] = []
  for name in services {
    followed.append(
      try await FollowedService(
        name, path: home.folder.path, pki: pki, reactors: node.reactors, keys: node.keys,
        replica: replica))
  }
  let services = followed
  let jobs: [@Sendable () async throws -> Void] =
    try services.map { service in
      let follower = try node.follower(of: service)
      return { try await follower.run() }
    } + [
      { try await node.log.publisher.run(pause: .milliseconds(5)) },
      {
        try await OwnEntries(
          outbox: try #require(node.log.database.outbox), intake: node.log.intake
        ).run()
      },
    ]
  let outcome: Swift.Result<Result, any Error> = await withTaskGroup(of: Void.self) { group in
    for job in jobs {
      group.addTask {
        do {
          try await job()
        } catch {
          if !(error is CancellationError) { Issue.record("a job failed: \(error)") }
        }
      }
    }
    let outcome: Swift.Result<Result, any Error>
    do { outcome = .success(try await body(node, services)) } catch { outcome = .failure(error) }
    group.cancelAll()
    await node.stop()
    return outcome
  }
  for service in services {
    await service.server.stop()
    await service.database.close()
  }
  await node.log.database.close()
  await node.reactors.shutdown()
  return try outcome.get()
}
