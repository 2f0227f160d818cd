// Channels between services when a replica dies, hangs or leaves: no read is lost, and no write is sent twice.

import Contracts
import Crypto
import RPC
import Synchronization
import TestSupport
import Testing

@testable import Boot

/// A replica of the catalogue that counts what reaches it, and can be made to die, hang or refuse.
private final class CatalogReplica: Sendable {
  enum Mood: Sendable {
    case answers, hangs, refuses
  }

  static let read = "/weir.catalog.v1.Catalog/GetEntry"
  static let write = "/weir.catalog.v1.Catalog/CreateEntry"

  let address: Address
  let health = HealthBoard(services: [])
  private let reactors: ReactorGroup
  private let server: Server
  private let state: State

  final class State: Sendable {
    let mood = Mutex(Mood.answers)
    let counts = Mutex<[String: Int]>([:])
  }

  init(_ pki: TestPKI, seed: UInt64) async throws {
    let state = State()
    self.state = state
    reactors = ReactorGroup(threadCount: 1, seed: seed)
    let identity = try pki.service("catalog")
    let handlers = [Self.read, Self.write].map { path in
      MethodHandler(
        path: path,
        implementation: .unary { message, _ in
          state.counts.withLock { $0[path, default: 0] += 1 }
          switch state.mood.withLock({ $0 }) {
          case .answers: return UnaryReply(message)
          case .refuses: throw Status(.unavailable, "not now")
          case .hangs:
            let (never, held) = AsyncStream.makeStream(of: Void.self)
            for await _ in never {}
            withExtendedLifetime(held) {}
            throw CancellationError()
          }
        })
    }
    server = try Server(
      configuration: ServerConfiguration(
        address: Address(host: "127.0.0.1", port: 0), tls: Self.tls(identity, pki),
        onFault: { error, _, path in Issue.record("fault in \(path): \(error)") }),
      reactors: reactors, methods: handlers + Contracts.methods(health))
    address = try await server.start()
    health.set(isServing: true)
  }

  static func tls(_ identity: TestPKI.Identity, _ pki: TestPKI) -> TLSConfiguration {
    TLSConfiguration(
      certificateChainPEM: Array(identity.chainPEM.utf8),
      privateKeyPEM: Array(identity.privateKeyPEM.utf8),
      trustRootsPEM: [Array(pki.serviceRootPEM.utf8)])
  }

  func set(_ mood: Mood) { state.mood.withLock { $0 = mood } }
  func count(_ path: String) -> Int { state.counts.withLock { $0[path] ?? 0 } }

  /// Ends without a word, as a killed process does: its connections break off.
  func die() async { await reactors.shutdown() }
}

@Suite("a peer that dies costs no read, and no write is sent twice")
struct PeerChannelsTests {
  /// Two replicas and a service that calls them; ended whatever happens.
  private func withReplicas(
    hedgeAfter: Int? = nil,
    _ body: (_ replicas: [CatalogReplica], _ channel: Channel) async throws -> Void
  ) async throws {
    let pki = try TestPKI()
    let replicas = [
      try await CatalogReplica(pki, seed: 1), try await CatalogReplica(pki, seed: 2),
    ]
    let reactors = ReactorGroup(threadCount: 1, seed: 3)
    var configuration = ServiceConfiguration(
      service: "share", domain: pki.domain, dataFolder: "/none", keysFolder: "/none/keys",
      listen: "127.0.0.1:0", peers: ["catalog": replicas.map { "\($0.address)" }],
      tls: .init(certificate: "", key: "", serviceRoot: ""),
      evidence: .init(rootPublicKey: "", keyList: "", signingKey: ""), policiesFolder: "",
      calendarsFolder: "", taxonomiesFolder: "", governanceFile: "")
    configuration.limits.hedgeReadsAfterMilliseconds = hedgeAfter
    let peers = PeerChannels(
      configuration: configuration, tls: CatalogReplica.tls(try pki.service("share"), pki),
      reactors: reactors)
    let channel = try peers.channel(to: "catalog")
    // Both are connected to and have said that they serve.
    try await eventually("both replicas to be called") {
      _ = try? await channel.unary(CatalogReplica.read, [])
      return replicas.allSatisfy { $0.count(CatalogReplica.read) > 0 }
    }
    do {
      try await body(replicas, channel)
    } catch {
      Issue.record(error)
    }
    await peers.shutdown()
    await reactors.shutdown()
    for replica in replicas { await replica.die() }
  }

  private func code(_ call: () async throws -> UnaryReply) async -> StatusCode? {
    do {
      _ = try await call()
      return .ok
    } catch {
      return (error as? Status)?.code
    }
  }

  @Test("reads go on over a replica that dies between calls")
  func between() async throws {
    try await withReplicas { replicas, channel in
      for number in 0..<60 {
        if number == 20 { await replicas[0].die() }
        let message = [UInt8(number)]
        let reply = try await channel.unary(CatalogReplica.read, message)
        #expect(reply.message == message)
      }
    }
  }

  @Test("reads that a dying replica has already, many at once, are answered by another")
  func underway() async throws {
    try await withReplicas { replicas, channel in
      replicas[0].set(.hangs)
      let before = replicas.map { $0.count(CatalogReplica.read) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<64 {
          group.addTask { _ = try await channel.unary(CatalogReplica.read, [7]) }
        }
        try await eventually("half of them to hang") {
          replicas[0].count(CatalogReplica.read) - before[0] == 32
        }
        await replicas[0].die()
        try await group.waitForAll()
      }
      #expect(replicas[1].count(CatalogReplica.read) - before[1] == 64)
    }
  }

  @Test("a write that a dying replica has is not sent to another: its caller is told")
  func writeUnderway() async throws {
    try await withReplicas { replicas, channel in
      for replica in replicas { replica.set(.hangs) }
      let result = try await withThrowingTaskGroup(of: StatusCode?.self) { group in
        group.addTask { await code { try await channel.unary(CatalogReplica.write, [7]) } }
        func owner() -> CatalogReplica? {
          replicas.first { $0.count(CatalogReplica.write) == 1 }
        }
        try await eventually("the write to hang") { owner() != nil }
        let dying = try #require(owner())
        for replica in replicas where replica !== dying { replica.set(.answers) }
        await dying.die()
        return try #require(try await group.next())
      }
      #expect(result == .unavailable)
      #expect(replicas.reduce(0) { $0 + $1.count(CatalogReplica.write) } == 1)
    }
  }

  @Test("where the server says UNAVAILABLE a read is sent again, a write is not")
  func refused() async throws {
    try await withReplicas { replicas, channel in
      for replica in replicas { replica.set(.refuses) }
      let before = replicas.reduce(0) { $0 + $1.count(CatalogReplica.read) }
      #expect(await code { try await channel.unary(CatalogReplica.write, []) } == .unavailable)
      #expect(await code { try await channel.unary(CatalogReplica.read, []) } == .unavailable)
      #expect(replicas.reduce(0) { $0 + $1.count(CatalogReplica.write) } == 1)
      #expect(replicas.reduce(0) { $0 + $1.count(CatalogReplica.read) } - before == 3)
    }
  }

  @Test("a replica that says it does not serve gets no calls")
  func health() async throws {
    try await withReplicas { replicas, channel in
      replicas[0].health.set(isServing: false)
      try await eventually("the other to be called alone") {
        let before = replicas[0].count(CatalogReplica.write)
        for _ in 0..<4 { _ = try await channel.unary(CatalogReplica.write, []) }
        return replicas[0].count(CatalogReplica.write) == before
      }
      replicas[0].health.set(isServing: true)
      try await eventually("both to be called again") {
        let before = replicas[0].count(CatalogReplica.write)
        for _ in 0..<4 { _ = try await channel.unary(CatalogReplica.write, []) }
        return replicas[0].count(CatalogReplica.write) > before
      }
    }
  }

  @Test("where the operator wants it a slow read is also sent to another replica; a write never is")
  func hedging() async throws {
    try await withReplicas(hedgeAfter: 5) { replicas, channel in
      replicas[0].set(.hangs)
      for number in 0..<6 {
        let message = [UInt8(number)]
        let reply = try await channel.unary(CatalogReplica.read, message)
        #expect(reply.message == message)
      }
      let timeout = CallOptions(timeout: .milliseconds(100))
      var codes: [StatusCode?] = []
      for _ in 0..<4 {
        codes.append(await code { try await channel.unary(CatalogReplica.write, [], timeout) })
      }
      // Half of them met the one that hangs.
      #expect(codes.count { $0 == .deadlineExceeded } == 2)
      #expect(replicas.reduce(0) { $0 + $1.count(CatalogReplica.write) } == 4)
    }
  }

  @Test("exactly the methods that only read are sent again, of every service")
  func methods() {
    var retried: Set<String> = []
    for service in ServiceConfiguration.services {
      let config = PeerChannels.behaviour(of: service)
      #expect(!config.methods.isEmpty, "\(service)")
      #expect(config.outliers != nil && config.healthService == "")
      for method in config.methods {
        #expect(method.retry?.codes == [.unavailable] && method.hedgingOfIdempotentCalls == nil)
        retried.insert(method.name)
      }
    }
    #expect(retried == Set(MethodShape.all.values.filter(\.readsOnly).map(\.path)))
    #expect(retried.contains(CatalogReplica.read) && !retried.contains(CatalogReplica.write))
    // A look-up discloses: it is evidence, and counts against a quota.
    #expect(!retried.contains("/weir.share.v1.Share/Lookup"))
  }
}
