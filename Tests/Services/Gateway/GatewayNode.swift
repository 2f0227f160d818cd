// A whole node for one test: a gateway with its registry, and services behind it, over real TLS.

import Access
import Contracts
import Crypto
import Database
import GatewayHandlers
import GatewayRules
import GatewayStore
import Integrity
import RPC
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// What the gateway's database needs to write evidence.
func gatewayOutbox(
  _ folder: TemporaryFolder, replica: String = "r1"
) throws -> OutboxConfiguration {
  let random = SystemRandom()
  return OutboxConfiguration(
    service: "gateway", replica: replica,
    signer: try NoteSigner(
      name: KeyList.evidenceName("weir.test", service: "gateway"),
      key: Ed25519PrivateKey(random: random)),
    keyring: try Keyring(folder: folder.path("keys"), creates: true, random: random),
    random: random)
}

/// A request id that no other call bears.
func fresh() -> String { Hex.encode(SystemRandom().bytes(8)) }

/// What the gateway told of refusals.
final class RefusalNotes: RefusalRecorder {
  private let noted = Mutex<[String]>([])

  /// "principal method reason", in order.
  var all: [String] { noted.withLock { $0 } }

  func record(principal: String, method: String, reason: String) async {
    noted.withLock { $0.append("\(principal) \(method) \(reason)") }
  }
}

/// A gateway on loopback with these people, each with a certificate:
/// `data-bureau/wu` (authority) and `data-bureau/jin` (officer), `civil-affairs/li` (head), `civil-affairs/zhang` (officer), `justice/sun` (head),
/// `operations/zhao` (operator), and the system `civil-affairs/registers`, for which li answers.
final class GatewayNode: Sendable {
  let pki: TestPKI
  let clock: TestClock
  let store: RegistryStore
  let reactors: ReactorGroup
  let gateway: Gateway
  let server: Server
  let address: Address
  let upstreams: [EchoService]
  let identities: [String: TestPKI.Identity]
  let law: NodeLaw
  private let folder: TemporaryFolder
  private let channels = Mutex<[Channel]>([])

  /// - Parameters:
  ///   - replica: Its name among several of one database, whose following the test then runs.
  ///   - other: A replica with the same people and keys.
  ///   - age: The days since everybody's certificate, which lives 91, was issued.
  init(
    rate: CallRate? = nil, replicas: Int = 1, demand: ActivationDemand? = nil,
    upstream: Address? = nil, age: Int64 = 1, replica: String? = nil,
    of database: TestDatabase? = nil, beside other: GatewayNode? = nil
  ) async throws {
    let pki = try other?.pki ?? TestPKI()
    let clock = TestClock(Instant(milliseconds: pki.now * 1000))
    self.pki = pki
    self.clock = clock
    folder = try TemporaryFolder()
    reactors = ReactorGroup(threadCount: 2, seed: 1)
    let identities = try other?.identities ?? Self.people(pki, age: age)
    self.identities = identities
    law = try NodeLaw()
    store = try await RegistryStore.open(
      database?.location ?? .sqlite(path: folder.path("data/gateway.sqlite")),
      outbox: try gatewayOutbox(folder, replica: replica ?? "r1"), now: clock.now)
    let people = identities
    _ = try await store.found { try founders(people, now: clock.now()) }

    upstreams = try await EchoService.start(replicas, "catalog", pki, reactors)
    let service = try pki.service("gateway")
    let catalog = try Channel(
      configuration: ChannelConfiguration(
        addresses: upstream.map { [$0] } ?? upstreams.map(\.address),
        tls: service.tls(trusting: pki.serviceRootPEM),
        expectedServerURI: "spiffe://\(pki.domain)/service/catalog"),
      reactors: reactors)
    channels.withLock { $0.append(catalog) }
    let means = GatewayMeans(
      store: store, issuer: pki.departmentIssuer, serviceCertificate: service.certificate,
      serviceKey: service.key, channels: ["catalog": catalog],
      access: Array(AccessTable.all.values) + EchoService.methods,
      decisions: DecisionCheck(
        trust: ServiceTrust(roots: CertificateTrust(roots: [pki.departmentRoot.certificate])),
        domain: pki.domain, now: clock.now), law: law.desk,
      seals: SealDesk(services: [], rotate: { _, _ in .init() }, list: { _ in .init() }),
      random: pki.random,
      civil: clock.now, real: clock.now, uptime: Self.uptime(clock, replica: replica))
    var options = GatewayOptions(
      domain: pki.domain, rate: rate, demand: demand,
      term: try #require(CertificateTerm(defaultDays: 30, longestDays: 365)))
    options.replica = replica
    gateway = try await Gateway(means, options)
    server = try Server(
      configuration: ServerConfiguration(
        address: Address(host: "127.0.0.1", port: 0),
        tls: service.tls(trusting: pki.departmentRootPEM),
        onFault: { error, _, path in Issue.record("fault in \(path): \(error)") }),
      reactors: reactors,
      methods: gateway.publicMethods(health: AlwaysServing())
        + [gateway.metricsPage { "weir_test 1\n" }],
      fallback: gateway.fallback)
    address = try await server.start()
  }

  /// Replicas follow each other in real time, of which ten seconds count as the one that a busy machine cannot keep.
  private static func uptime(_ clock: TestClock, replica: String?) -> @Sendable () -> Int64 {
    let start = ContinuousClock.now
    if replica == nil { return { clock.now().milliseconds } }
    return { Int64((ContinuousClock.now - start) / .milliseconds(10)) }
  }

  /// Everybody's certificate.
  private static func people(
    _ pki: TestPKI, age: Int64
  ) throws -> [String: TestPKI.Identity] {
    let term = pki.now - age * 86_400...pki.now + (91 - age) * 86_400
    var identities: [String: TestPKI.Identity] = [:]
    for name in [
      "data-bureau/wu", "data-bureau/jin", "civil-affairs/li", "civil-affairs/zhang", "justice/sun",
      "operations/zhao",
    ] {
      let parts = name.split(separator: "/").map(String.init)
      identities[name] = try pki.person(parts[1], department: parts[0], term: term)
    }
    identities["civil-affairs/registers"] = try pki.system(
      "registers", department: "civil-affairs", term: term)
    return identities
  }

  /// A channel to the public listener as one of the people, or with any other certificate.
  func channel(
    _ name: String = "", identity: TestPKI.Identity? = nil, to other: Address? = nil
  ) throws -> Channel {
    let identity = try identity ?? #require(identities[name])
    let channel = try Channel(
      configuration: ChannelConfiguration(
        addresses: [other ?? address],
        tls: identity.tls(trusting: pki.serviceRootPEM)), reactors: reactors)
    channels.withLock { $0.append(channel) }
    return channel
  }

  /// The options of a call of the system `civil-affairs/registers`, which states somebody.
  func stating(_ actor: String) throws -> CallOptions {
    try #require(identities["civil-affairs/registers"]).options(for: actor, now: clock.now())
  }

  func registry(_ name: String) throws -> RegistryV1.RegistryClient {
    let identity = try #require(identities[name])
    let chain = try Certificate.all(pem: identity.chainPEM)
    return RegistryV1.RegistryClient(
      SigningTransport(over: try channel(name), mayBeDone: true) { statement, _ in
        try SignedStatement(statement, key: identity.key, chain: chain)
      })
  }

  /// A person's statement on a certificate that somebody else will have issued.
  func confirmation(
    of request: RegistryV1.IssueCertificateRequest, by name: String
  ) async throws -> CommonV1.SignedDecision {
    let identity = try #require(identities[name])
    var question = request
    question.validateOnly = true
    let statement = try await registry(name).issueCertificate(question).statement
    return CommonV1.SignedDecision(
      try SignedStatement(
        statement, key: identity.key, chain: try Certificate.all(pem: identity.chainPEM)))
  }

  /// A person's certificate, asked for by the bureau's two.
  func issue(
    to subject: String, _ pem: [UInt8], requestID: String = fresh()
  ) async throws -> RegistryV1.Certificate {
    var request = RegistryV1.IssueCertificateRequest(
      subject: subject, csrPem: pem, requestID: requestID)
    request.confirmation = try await confirmation(of: request, by: "data-bureau/jin")
    return try await registry("data-bureau/wu").issueCertificate(request)
  }

  func stop() async {
    for channel in channels.withLock({ $0 }) { await channel.shutdown() }
    await server.stop()
    for upstream in upstreams { await upstream.server.stop() }
    await reactors.shutdown()
    await store.database.close()
  }
}

extension TestPKI.Identity {
  func tls(trusting root: String) -> TLSConfiguration {
    TLSConfiguration(
      certificateChainPEM: Array(chainPEM.utf8), privateKeyPEM: Array(privateKeyPEM.utf8),
      trustRootsPEM: [Array(root.utf8)])
  }
}

/// Runs a test's body on a node, and ends the node whatever happens.
func withNode<Result: Sendable>(
  rate: CallRate? = nil, replicas: Int = 1, demand: ActivationDemand? = nil,
  upstream: Address? = nil, age: Int64 = 1, _ body: (GatewayNode) async throws -> Result
) async throws -> Result {
  let node = try await GatewayNode(
    rate: rate, replicas: replicas, demand: demand, upstream: upstream, age: age)
  do {
    let result = try await body(node)
    await node.stop()
    return result
  } catch {
    await node.stop()
    throw error
  }
}

/// The status that a call fails with.
func refusal<Value>(_ call: () async throws -> Value) async -> Status? {
  do {
    _ = try await call()
    return nil
  } catch {
    if error as? Status == nil { Issue.record("not a status: \(error)") }
    return error as? Status
  }
}

extension Status {
  var reason: String? { trailers["weir-reason"] }
}

/// Health of a listener whose process is not under test.
private struct AlwaysServing: GRPCHealthV1.HealthService {
  func check(
    _ request: GRPCHealthV1.HealthCheckRequest, _ call: ServerContext
  ) async throws -> GRPCHealthV1.HealthCheckResponse {
    .with { $0.status = .serving }
  }

  func watch(
    _ request: GRPCHealthV1.HealthCheckRequest,
    _ replies: MessageWriter<GRPCHealthV1.HealthCheckResponse>, _ call: ServerContext
  ) async throws {
    try await replies.write(.with { $0.status = .serving })
    // Until the caller leaves, or is cut off.
    let (never, held) = AsyncStream.makeStream(of: Void.self)
    for await _ in never {}
    withExtendedLifetime(held) {}
  }
}

private func founders(
  _ identities: [String: TestPKI.Identity], now: Instant
) throws -> [RegistryChange] {
  func certificate(_ name: String) -> FoundingDraft.Certificate? {
    identities[name].map { identity in
      let certificate = identity.certificate
      return FoundingDraft.Certificate(
        fingerprint: certificate.sha256, serial: certificate.serialHex,
        notBefore: Instant(milliseconds: certificate.notBefore * 1000),
        notAfter: Instant(milliseconds: certificate.notAfter * 1000))
    }
  }
  func department(
    _ code: String, _ authority: String, _ persons: [(String, [String])],
    systems: [FoundingDraft.System] = []
  ) -> FoundingDraft.Department {
    FoundingDraft.Department(
      draft: DepartmentDraft(
        code: code, title: code, level: 2, region: "441400", kinds: [code],
        authority: authority),
      persons: persons.map {
        .init(id: $0.0, title: $0.0, roles: $0.1, certificate: certificate("\(code)/\($0.0)"))
      }, systems: systems)
  }
  return try foundedRows(
    [
      department(
        "data-bureau", "", [("wu", ["authority", "dept-security"]), ("jin", ["dept-officer"])]),
      department(
        "civil-affairs", "data-bureau",
        [("li", ["dept-head", "dept-security"]), ("zhang", ["dept-officer"])],
        systems: [
          .init(
            name: "registers", title: "登记系统", responsible: "li",
            certificate: certificate("civil-affairs/registers"))
        ]),
      department("justice", "data-bureau", [("sun", ["dept-head", "dept-security"])]),
      department("operations", "data-bureau", [("zhao", ["operator"])]),
    ], demand: nil, now: now)
}
