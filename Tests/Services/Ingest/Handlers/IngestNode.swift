// Ingest as in production: its methods behind a real listener, with real stores, keys and evidence in a folder of its own.

import Access
import Boot
import Contracts
import Crypto
import Database
import Foundation
import IngestHandlers
import IngestRules
import IngestStore
import Integrity
import RPC
import Regulation
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// The law as shipped.
enum ShippedLaw {
  static let root: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(5)
    return parts.joined(separator: "/")
  }()

  /// As shipped, and one class more under a text that asks the authority, too (guangdong-2018/19).
  private static let loadedProfiles = Result {
    let folder = try TemporaryFolder()
    let shipped = try String(contentsOfFile: root + "/deploy/governance.yaml", encoding: .utf8)
    let row = "  - {tag: provincial, profile: guangdong-2018, from: 2018-11-29}\n"
    try Data((shipped + row).utf8).write(to: URL(filePath: folder.path("governance.yaml")))
    return try PolicyFiles.load(
      policiesFolder: root + "/deploy/policies", governanceFile: folder.path("governance.yaml"))
  }
  private static let loadedCalendar = Result {
    try CalendarFiles.load(calendarsFolder: root + "/deploy/calendars")
  }

  static func profiles() throws -> ProfileSet { try loadedProfiles.get() }
  static func calendar() throws -> WorkingCalendar { try loadedCalendar.get() }
}

/// A shipped profile with its whole chain, as the catalogue names it; empty where there is none.
func profileText(_ key: String) -> String {
  (try? ShippedLaw.profiles())?.profile(named: key)?.reference.text ?? ""
}

/// The catalogue's answer to the one question that Ingest asks it.
final class FixedCatalog: MessageTransport {
  private let entries = Mutex<[String: CatalogV1.Entry]>([:])

  func put(_ entry: CatalogV1.Entry) { entries.withLock { $0[entry.name] = entry } }

  func entry(_ name: String) -> CatalogV1.Entry? { entries.withLock { $0[name] } }

  /// The code of the department whose entry it is; civil affairs where there is no such entry.
  func owner(_ name: String) -> String {
    let owner = entries.withLock { $0[name]?.owner } ?? ""
    return ResourceName(owner, in: .departments)?.id ?? "civil-affairs"
  }

  func unary(
    _ path: String, _ message: [UInt8], _ options: CallOptions
  ) async throws -> UnaryReply {
    let request = try CatalogV1.ResolveEntryRequest(serialized: message)
    guard let entry = entries.withLock({ $0[request.name] }) else {
      throw Status(.notFound, request.name)
    }
    return UnaryReply(try entry.serialized())
  }

  func stream<Result>(
    _ path: String, _ options: CallOptions, _ body: (ClientStream) async throws -> Result
  ) async throws -> Result {
    throw Status(.unimplemented, path)
  }
}

/// What the registry answers: departments of one city under its data bureau.
final class FixedRegistry: Sendable {
  private let departments: Mutex<[String: RegistryV1.Department]>
  /// Of certificates, by their holders: those that were revoked, and what some persons' roles are.
  private let standings = Mutex<[String: RegistryV1.CertificateStanding]>([:])

  init() {
    let codes = [
      "civil-affairs", "human-resources", "justice", "health", "public-security", "data-bureau",
    ]
    let rows = codes.map { code in
      var department = RegistryV1.Department()
      department.name = "departments/" + code
      department.level = .city
      department.region = "441400"
      department.state = .active
      department.authority = code == "data-bureau" ? "" : "departments/data-bureau"
      department.superior = code == "data-bureau" ? "departments/province-bureau" : ""
      return (code, department)
    }
    departments = Mutex(Dictionary(uniqueKeysWithValues: rows))
  }

  func change(_ code: String, _ change: @Sendable (inout RegistryV1.Department) -> Void) {
    departments.withLock {
      var department = $0[code] ?? RegistryV1.Department()
      change(&department)
      $0[code] = department
    }
  }

  /// - Parameter holder: `departments/d/persons/p`
  func stand(_ holder: String, revoked: Instant? = nil, roles: [String] = ["auditor"]) {
    standings.withLock {
      $0[holder] = RegistryV1.CertificateStanding(
        subject: holder, revokeTime: revoked.map { GoogleProtobuf.Timestamp($0) }, roles: roles)
    }
  }

  /// - Parameter holder: `nil` for a certificate that it never had.
  func standing(_ holder: String?) throws -> RegistryV1.CertificateStanding {
    guard let holder else { throw Status(.notFound, "certificate") }
    return standings.withLock { $0[holder] }
      ?? RegistryV1.CertificateStanding(subject: holder, roles: ["auditor"])
  }

  func department(_ code: DepartmentCode) throws -> RegistryV1.Department {
    guard let found = departments.withLock({ $0[code.text] }) else {
      throw Status(.notFound, code.text)
    }
    return found
  }
}

/// Why no data would leave, set by hand: what the outbox says, and whether revocations are known.
final class EvidenceSwitch: Sendable {
  private let state = Mutex<(refusal: OutboxError?, knowsGrants: Bool)>((nil, true))

  func set(isFull: Bool) { set(refusal: isFull ? .tooMany(limit: 1) : nil) }
  func set(refusal: OutboxError?) { state.withLock { $0.refusal = refusal } }
  func set(knowsGrants: Bool) { state.withLock { $0.knowsGrants = knowsGrants } }

  var knowsGrants: Bool { state.withLock { $0.knowsGrants } }

  func admit() throws {
    if let refusal = state.withLock({ $0.refusal }) { throw EvidenceRefusal(refusal) }
  }
}

/// Work done while a call looks at the clock, so that a test chooses the moment.
final class Interruption: Sendable {
  private let waiting = Mutex<(calls: Int, work: @Sendable () -> Void)?>(nil)

  /// - Parameter calls: 1 for the next look at the clock.
  func set(after calls: Int, _ work: @escaping @Sendable () -> Void) {
    waiting.withLock { $0 = (calls, work) }
  }

  /// For a moment that has not come: the work holds the node, and the node this.
  func forget() { waiting.withLock { $0 = nil } }

  func pass() {
    let work = waiting.withLock { waiting -> (@Sendable () -> Void)? in
      guard let (calls, work) = waiting else { return nil }
      waiting = calls > 1 ? (calls - 1, work) : nil
      return calls > 1 ? nil : work
    }
    work?()
  }
}

/// Waits on this thread for work that goes on elsewhere.
func finished(_ work: @escaping @Sendable () async throws -> Void) {
  let done = DispatchSemaphore(value: 0)
  Task.detached {
    do { try await work() } catch { Issue.record(error) }
    done.signal()
  }
  done.wait()
}

/// A node of Ingest; `restart()` opens the same folder again.
final class IngestNode {
  let folder: TemporaryFolder
  let pki: TestPKI
  let persons: TestPersons
  let catalog = FixedCatalog()
  let registry = FixedRegistry()
  let clock = TestClock()
  /// By which certificates are judged.
  let real: TestClock
  /// Runs in the middle of a call: at the n-th look at the clock from when it was set.
  let interruption = Interruption()
  let shareKey: Ed25519PrivateKey
  /// Refuses data calls while it is set.
  let evidence = EvidenceSwitch()
  let evidenceRoot: NoteSigner
  /// Of new registers.
  private let sealing: SealSuite
  /// Over the files of keys.
  private let master: TokenMasterKey?
  /// Blocks that one step of a rotation takes.
  private let resealedBlocks: Int
  /// As which of several it takes turns; `nil` for the only one.
  private let replica: Replica?
  private let signer: NoteSigner
  private let issuer: TicketIssuer
  private let gateway: TestPKI.Identity
  private let share: TestPKI.Identity
  private let feedback: TestPKI.Identity

  private(set) var database: SQLDatabase!
  private(set) var identity: SQLDatabase!
  private(set) var service: IngestService!
  private(set) var report: StartReport!
  private var reactors: ReactorGroup!
  private var server: Server!
  private var channels: [Channel] = []
  /// Persons sign what they decide.
  private(set) var fromGateway: IngestV1.IngestClient!
  /// Nobody signs.
  private(set) var unsigned: IngestV1.IngestClient!
  private(set) var fromShare: IngestV1.IngestClient!
  private(set) var fromFeedback: IngestV1.IngestClient!
  private(set) var fromAudit: IngestV1.IngestClient!
  private(set) var fromCatalog: IngestV1.IngestClient!
  private(set) var keyList: SignedNote!

  var dataFolder: String { folder.path("ingest") }
  var databasePath: String { dataFolder + "/ingest.sqlite" }

  /// - Parameter other: The folder of a node that was stopped, which goes on here.
  init(
    taking other: String? = nil, sealing: SealSuite = .aes256GCM, resealedBlocks: Int = 256,
    master: TokenMasterKey? = nil, replica: Replica? = nil
  ) async throws {
    self.master = master
    self.replica = replica
    self.sealing = sealing
    self.resealedBlocks = resealedBlocks
    folder = try TemporaryFolder()
    for name in try other.map({ try FileManager.default.contentsOfDirectory(atPath: $0) }) ?? [] {
      try FileManager.default.moveItem(atPath: "\(other ?? "")/\(name)", toPath: folder.path(name))
    }
    pki = try TestPKI()
    persons = TestPersons(pki)
    real = TestClock(persons.now())
    let random = SystemRandom()
    shareKey = try Ed25519PrivateKey(random: random)
    evidenceRoot = try NoteSigner(
      name: KeyList.rootName("weir.test"), key: Ed25519PrivateKey(random: random))
    signer = try NoteSigner(
      name: KeyList.evidenceName("weir.test", service: "ingest"),
      key: Ed25519PrivateKey(random: random))
    gateway = try pki.service("gateway")
    share = try pki.service("share")
    feedback = try pki.service("feedback")
    issuer = TicketIssuer(
      key: gateway.key, certificate: gateway.certificate, audience: pki.domain)
    try await open()
  }

  func stop() async {
    for channel in channels { await channel.shutdown() }
    await server.stop()
    await database.close()
    await identity.close()
    await reactors.shutdown()
    channels = []
  }

  /// Closes what a start that failed had opened.
  func closeStores() async {
    await database.close()
    await identity.close()
  }

  func restart() async throws {
    await stop()
    try await open()
  }

  /// Opens again what was stopped.
  func reopen() async throws { try await open() }

  /// Another service's event, as its follower applies it.
  func follow(_ topic: String, _ payload: [(String, JSONValue)]) async throws {
    let payload = JSONObject(payload)
    let (now, real) = (clock.now(), real.now())
    try await database.write { transaction in
      try FollowedEvents.apply(
        topic: topic, payload: payload, in: transaction,
        at: FirstSight(civil: now, real: real))
    }
  }

  /// Feedback tells of an issue.
  func open(issue: String = "issues/Q-1", entry: Int64 = 1, _ records: [String]) async throws {
    try await follow(
      "feedback.issue_opened",
      [
        ("issue", .string(issue)), ("entry", .string("entries/E-\(entry)")),
        ("records", .array(records.map { .string($0) })), ("alive", true),
      ])
  }

  private func open() async throws {
    let noon = TestDatabase.noon
    let random = SystemRandom()
    try FileManager.default.createDirectory(
      atPath: dataFolder, withIntermediateDirectories: true)
    let keyring = try Keyring(
      folder: folder.path("keys"), master: master, creates: true, random: random)
    let list = KeyList(
      domain: "weir.test", number: 1, issuedAt: 0,
      entries: [KeyList.Entry(verifier: signer.verifier, notBefore: 0)])
    keyList = try list.signed(by: evidenceRoot)
    var outbox = OutboxConfiguration(
      service: "ingest", replica: "r1", signer: signer, keyring: keyring, random: random)
    outbox.requiresAudit = false
    database = try await SQLDatabase.open(
      .sqlite(path: databasePath), schema: ingestSchema, outbox: outbox, now: { noon })
    identity = try await SQLDatabase.open(
      .sqlite(path: dataFolder + "/identity.sqlite"), schema: identitySchema, now: { noon })
    let (law, days) = (try ShippedLaw.profiles(), try ShippedLaw.calendar())
    var outside = IngestService.Dependencies(
      database: database, identity: identity, keyring: keyring,
      tokenKeysFolder: folder.path("keys"), indexFolder: dataFolder + "/index",
      catalog: CatalogV1.CatalogClient(catalog),
      directory: { [registry] in try registry.department($0) },
      certificate: { [registry, persons] in try registry.standing(persons.holder(of: $0)) },
      profiles: law, calendar: days,
      grantKeys: [shareKey.publicKey], keyList: keyList,
      random: random,
      civil: { [clock, interruption] in
        interruption.pass()
        return clock.now()
      }, real: real.now,
      admitData: { [evidence] in try evidence.admit() },
      decisions: DecisionCheck(
        trust: ServiceTrust(roots: CertificateTrust(roots: [pki.departmentRoot.certificate])),
        domain: pki.domain, now: { [pki] in Instant(milliseconds: pki.now * 1_000) }))
    outside.computeThreads = 2
    outside.knowsGrants = { [evidence] in evidence.knowsGrants }
    outside.sealing = sealing
    outside.resealedBlocks = resealedBlocks
    outside.lapsesFile = dataFolder + "/destroyed.json"
    outside.replica = replica
    outside.backups = BackupTerm(everyHours: 24, keep: 13)
    service = try IngestService(outside)
    report = try await service.start()
    try await listen()
  }

  private func listen() async throws {
    let pki = pki
    let admission = ServiceAdmission(
      trust: ServiceTrust(roots: CertificateTrust(roots: [pki.serviceRoot.certificate])),
      domain: pki.domain,
      now: { Instant(milliseconds: pki.now * 1000) })
    reactors = ReactorGroup(threadCount: 1, seed: 1)
    let own = try pki.service("ingest")
    server = try Server(
      configuration: ServerConfiguration(
        address: Address(host: "127.0.0.1", port: 0), tls: tls(own),
        onFault: { error, _, path in print("fault in \(path): \(error)") }),
      reactors: reactors, methods: methods(service, admission: admission), fallback: nil)
    let address = try await server.start()
    unsigned = try client(gateway, address)
    fromGateway = IngestV1.IngestClient(persons.transport(over: try channel(gateway, address)))
    fromShare = try client(share, address)
    fromFeedback = try client(feedback, address)
    fromAudit = try client(try pki.service("audit"), address)
    fromCatalog = try client(try pki.service("catalog"), address)
  }

  private func tls(_ identity: TestPKI.Identity) -> TLSConfiguration {
    TLSConfiguration(
      certificateChainPEM: Array(identity.chainPEM.utf8),
      privateKeyPEM: Array(identity.privateKeyPEM.utf8),
      trustRootsPEM: [Array(pki.serviceRootPEM.utf8)], clientCertificates: .required)
  }

  private func client(_ identity: TestPKI.Identity, _ address: Address) throws
    -> IngestV1.IngestClient
  {
    IngestV1.IngestClient(try channel(identity, address))
  }

  private func channel(_ identity: TestPKI.Identity, _ address: Address) throws -> Channel {
    let channel = try Channel(
      configuration: ChannelConfiguration(
        addresses: [address], tls: tls(identity), serverName: "localhost",
        expectedServerURI: "spiffe://\(pki.domain)/service/ingest"), reactors: reactors)
    channels.append(channel)
    return channel
  }

  // MARK: - Callers

  /// The options of a call as the gateway, or a service behind it, makes it.
  func options(_ who: Who, entry: String) throws -> CallOptions {
    let caller = try persons.certified(
      Caller(
        department: try #require(DepartmentCode(who.department)),
        system: try #require(SystemName(who.system)), person: PersonID(who.person),
        isPersonCertificate: who.isPerson, roles: who.roles,
        certificateHash: SHA256.hash(Array("\(who)".utf8)), systemRegion: who.region,
        stated: who.isPerson ? nil : .officer))
    var metadata = Metadata()
    metadata.append(CallMetadata.callID, Hex.encode(SystemRandom().bytes(16)))
    metadata.append(CallMetadata.entryMethod, entry)
    metadata.append(CallMetadata.language, "en")
    metadata.append(
      CallMetadata.ticket,
      bytes: try issuer.ticket(
        for: caller, registryVersion: registryVersion(of: who.roles),
        now: Instant(milliseconds: pki.now * 1000)))
    return CallOptions(metadata: metadata, timeout: .seconds(60) * patience, waitsForReady: true)
  }

  /// A call to a public method.
  func call(_ method: String, _ who: Who) throws -> CallOptions {
    try options(who, entry: "/weir.ingest.v1.Ingest/\(method)")
  }

  /// A call that comes to the service without a listener, as from within another call.
  func direct(_ method: String, _ who: Who) throws -> CallContext {
    let path = "/weir.ingest.v1.Ingest/\(method)"
    let caller = Caller(
      department: try #require(DepartmentCode(who.department)),
      system: try #require(SystemName(who.system)), person: PersonID("li"),
      isPersonCertificate: who.isPerson, roles: who.roles, certificateHash: [],
      stated: who.isPerson ? nil : .officer)
    return CallContext(
      origin: .caller(caller), callID: Hex.encode(SystemRandom().bytes(16)), entryMethod: path,
      deadline: nil, language: .english,
      rpc: ServerContext(
        path: path, metadata: Metadata(), peer: Peer(address: "", certificate: nil), deadline: nil))
  }

  /// Everything in the outbox.
  func entries() async throws -> [(topic: String, payload: JSONValue)] {
    guard let outbox = database.outbox else { return [] }
    var after: UInt64 = 0
    var found: [(String, JSONValue)] = []
    while true {
      let page = try await outbox.read(after: after, limit: 500)
      guard let last = page.last else { return found }
      for entry in page {
        found.append((entry.topic, try CanonicalJSON.decodeCanonical(entry.leaf.payload)))
      }
      after = last.sequence
    }
  }
}

/// Who calls.
struct Who {
  var department: String
  var system = "core"
  var isPerson = false
  var roles: Set<Role>
  /// Where the system stands.
  var region = ""
  var person = "li"

  static let source = Who(department: "civil-affairs", system: "core", roles: [.departmentSystem])
  static let sourceOfficer = Who(
    department: "civil-affairs", system: "workstation", isPerson: true,
    roles: [.departmentOfficer])
  static let other = Who(department: "health", roles: [.departmentSystem])
  static let head = Who(
    department: "civil-affairs", system: "workstation", isPerson: true, roles: [.departmentHead])
  static let security = Who(
    department: "civil-affairs", system: "workstation", isPerson: true,
    roles: [.departmentSecurity], person: "sun")
  static let operations = Who(
    department: "operations", system: "workstation", isPerson: true, roles: [.operator])
  static let user = Who(department: "human-resources", roles: [.departmentSystem])
}

/// The reason that a call was refused with.
func refusal(_ body: () async throws -> some Any) async -> String? {
  do {
    _ = try await body()
    return nil
  } catch let status as Status {
    return status.trailers["weir-reason"] ?? "\(status.code): \(status.message)"
  } catch {
    return "\(error)"
  }
}
