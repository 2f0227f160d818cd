// Real proxies between our client and our server: nginx, which speaks gRPC itself, and HAProxy, which passes TLS through.

import Foundation
import TestSupport
import Testing

@testable import RPC

@Suite("behind a proxy of the distribution")
struct ProxyTests {
  /// Runs every conformance case through the proxy; returns whose certificates the server saw.
  private func callThrough(_ kind: String) async throws -> [String] {
    let pki = try TestPKI()
    let folder = try CertificateFolder(
      client: try pki.service("proxy"), server: try pki.service("front"),
      trusting: pki.serviceRootPEM)
    let reactors = ReactorGroup(threadCount: 2, seed: 1)
    let callers = Box<[String]>()
    let whoAmI = MethodHandler(
      path: "/test.Echo/WhoAmI",
      implementation: .unary { _, context in
        callers.set(context.peer.certificate?.uris)
        return UnaryReply([])
      })
    let server = try conformanceServer(pki, reactors, also: [whoAmI])
    let address = try await server.start()
    // Bound and closed again: free a moment ago.
    let (descriptor, front) = try Sockets.listen(at: Address(host: "127.0.0.1", port: 0))
    close(descriptor)
    let proxy = try await ForeignServer(
      URL(filePath: "/bin/bash"),
      [
        RepositoryPath.root.appending(path: "Tests/Shared/RPC/peers/proxy").path, kind,
        folder.path, String(front.port), "127.0.0.1:\(address.port)",
      ])
    let channel = try conformanceChannel(pki, reactors, port: proxy.port)
    let client = ConformanceClient(channel: channel, serverSeesCompression: true)
    try await client.runAll()
    _ = try await channel.unary(
      "/test.Echo/WhoAmI", [], CallOptions(timeout: .seconds(20) * patience))
    await channel.shutdown()
    try await eventually("the cancelled calls to end") {
      await server.statistics().callsOpen == 0
    }
    await proxy.stop()
    await server.stop()
    await reactors.shutdown()
    return callers.value ?? []
  }

  @Test("nginx grpc_pass with a client certificate of its own: every case, as the proxy's identity")
  func nginx() async throws {
    let callers = try await callThrough("nginx")
    #expect(callers == ["spiffe://weir.test/service/proxy"])
  }

  @Test("HAProxy passing TLS through: every case, as the client's own identity")
  func haproxy() async throws {
    let callers = try await callThrough("haproxy")
    #expect(callers == ["spiffe://weir.test/service/client"])
  }
}
