// Revocation in one second over several gateways of one PostgreSQL database, under load (AC-52, AC-92; FORMATS "Certificates and keys").

import Access
import Contracts
import Crypto
import Database
import GatewayHandlers
import GatewayStore
import RPC
import Synchronization
import TestSupport
import Testing
import Vocabulary

private let getEntry = "/weir.catalog.v1.Catalog/GetEntry"

/// Replicas of a gateway over one database, which follow each other while the body runs.
private func withReplicas(
  _ count: Int, _ body: @escaping @Sendable ([GatewayNode]) async throws -> Void
) async throws {
  let database = try TestDatabase(.postgres)
  var nodes: [GatewayNode] = []
  for number in 1...count {
    nodes.append(
      try await GatewayNode(replica: "r\(number)", of: database, beside: nodes.first))
  }
  let all = nodes
  try await withThrowingTaskGroup(of: Void.self) { group in
    for node in all {
      let following = try #require(node.gateway.following)
      // Making the others may have taken longer than a replica stays confirmed.
      try await following.look()
      group.addTask { await following.run { _ in } }
    }
    group.addTask { try await body(all) }
    // The following ends with the body alone.
    try await group.next()
    group.cancelAll()
  }
  for node in all { await node.stop() }
}

@Suite(
  "AC-52 AC-92 what is revoked at one gateway is refused at all of them",
  .timeLimit(.minutes(10 * patience)))
struct ReplicaRevocationTests {
  /// When calls of one certificate were let in last, and whether any that began after a moment was.
  private final class Watch: Sendable {
    private struct State {
      var revokedAt: ContinuousClock.Instant?
      var late = 0
      var calls = 0
    }
    private let state = Mutex(State())

    func revoked() { state.withLock { $0.revokedAt = .now } }
    func passed(begun: ContinuousClock.Instant) {
      state.withLock {
        $0.calls += 1
        if let end = $0.revokedAt, begun > end { $0.late += 1 }
      }
    }
    var late: Int { state.withLock { $0.late } }
    var calls: Int { state.withLock { $0.calls } }
  }

  /// Waits for the first call that passes: a gateway that gets no turn for a second cannot confirm what it knows, and refuses.
  private func passes(_ channel: Channel) async throws {
    try await eventually("the gateway to be sure") {
      await refusal { try await channel.unary(getEntry, []) } == nil
    }
  }

  private func issued(_ node: GatewayNode) async throws -> (TestPKI.Identity, String) {
    let key = try P256PrivateKey(random: node.pki.random)
    let request = try CertificateRequest(
      subject: SubjectName(commonName: "zhang"), names: CertificateNames(), key: key)
    let certificate = try await node.issue(
      to: "departments/civil-affairs/persons/zhang", Array(request.pem.utf8))
    let chain = String(decoding: certificate.chainPem, as: UTF8.self)
    let leaf = try #require(try Certificate.all(pem: chain).first)
    return (
      TestPKI.Identity(
        certificate: leaf, key: key, chainPEM: chain, privateKeyPEM: try key.pem()),
      certificate.serial
    )
  }

  @Test(
    "revoking answers when all three gateways refuse: none of the calls under load that begins later passes"
  )
  func underLoad() async throws {
    try await withReplicas(3) { nodes in
      var answers: [Duration] = []
      var streams: [Duration] = []
      var calls = 0
      let clock = ContinuousClock()
      for _ in 0..<10 {
        // Issuing, too, answers when every replica knows it.
        let (identity, serial) = try await issued(nodes[0])
        let watch = Watch()
        try await withThrowingTaskGroup(of: ContinuousClock.Instant?.self) { group in
          for node in nodes {
            let channel = try node.channel(identity: identity)
            try await passes(channel)
            for _ in 0..<4 {
              group.addTask {
                while true {
                  let begun = clock.now
                  do { _ = try await channel.unary(getEntry, []) } catch { return nil }
                  watch.passed(begun: begun)
                }
              }
            }
          }
          let other = try nodes[2].channel(identity: identity)
          let before = nodes[2].upstreams[0].waits.value
          group.addTask {
            let ended = await refusal {
              try await other.stream(EchoService.wait.path, CallOptions()) { try await $0.next() }
            }
            #expect(ended?.reason == "access.certificate_revoked")
            return clock.now
          }
          try await eventually("the stream to stand") { nodes[2].upstreams[0].waits.value > before }
          let start = clock.now
          _ = try await nodes[0].registry("data-bureau/wu").revokeCertificate(
            .init(serial: serial, reason: "lost", requestID: fresh()))
          let answered = clock.now
          watch.revoked()
          answers.append(answered - start)
          for try await ended in group { if let ended { streams.append(ended - answered) } }
        }
        #expect(watch.late == 0)
        calls += watch.calls
      }
      let (slowest, longest) = (try #require(answers.max()), try #require(streams.max()))
      #expect(slowest < .seconds(60) * patience)
      // A second on a quiet machine, as printed above.
      #expect(longest < .seconds(30) * patience)
      let mean = answers.reduce(.zero, +) / answers.count
      print(
        "revocation over 3 gateways, \(calls) calls meanwhile: answered after \(mean) in the mean, \(slowest) at most; 0 late; streams ended \(longest) later at most"
      )
    }
  }

  @Test(
    "a gateway that cannot confirm for a second refuses everybody, and is waited for no longer than that"
  )
  func unconfirmed() async throws {
    try await withReplicas(2) { nodes in
      let (identity, serial) = try await issued(nodes[0])
      let channel = try nodes[1].channel(identity: identity)
      try await passes(channel)
      // From here on the second replica hears nothing more.
      await nodes[1].store.database.close()
      let clock = ContinuousClock()
      let start = clock.now
      _ = try await nodes[0].registry("data-bureau/wu").revokeCertificate(
        .init(serial: serial, reason: "lost", requestID: fresh()))
      let waited = clock.now - start
      #expect(waited >= .milliseconds(500) && waited < .seconds(60) * patience)
      let refused = await refusal { try await channel.unary(getEntry, []) }
      #expect(refused?.code == .unavailable)
      #expect(refused?.reason == "access.registry_unconfirmed")
      #expect(refused?.trailers["weir-retry-after-ms"] == "1000")
      _ = try await nodes[0].channel("justice/sun").unary(getEntry, [])
    }
  }
}
