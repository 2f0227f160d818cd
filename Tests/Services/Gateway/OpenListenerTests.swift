// The listener for society: no certificate, two paths, a rate, and no way on.

import Access
import Contracts
import Crypto
import Foundation
import GatewayHandlers
import GatewayRules
import RPC
import Synchronization
import TestSupport
import Testing

@Suite(
  "AC-06 what anybody reaches without a certificate (hebi-2021/18)",
  .timeLimit(.minutes(5 * patience)))
struct OpenListenerTests {
  /// A catalogue that has one set and writes down who asked.
  private final class Shelf: Sendable {
    let asked = Mutex<[String]>([])

    var methods: [MethodHandler] {
      let read = MethodHandler(
        path: "/weir.catalog.v1.Catalog/ReadOpenSet",
        implementation: .unary { [self] bytes, _ in
          let request = try CatalogV1.ReadOpenSetRequest(serialized: bytes)
          asked.withLock {
            $0.append("\(request.listing) \(request.address.split(separator: ":").first ?? "-")")
          }
          guard request.listing == "listings/L-1" else {
            throw Status(.permissionDenied, "conditional")
          }
          return UnaryReply(
            try CatalogV1.OpenSet(listing: request.listing, content: Array("a,b\n".utf8))
              .serialized())
        })
      let list = MethodHandler(
        path: "/weir.catalog.v1.Catalog/ListOpenCatalogue",
        implementation: .unary { bytes, _ in
          let request = try CatalogV1.ListOpenCatalogueRequest(serialized: bytes)
          let isFirst = request.pageToken.isEmpty
          return UnaryReply(
            try CatalogV1.OpenCatalogue(
              entries: [.init(listing: isFirst ? "listings/L-1" : "listings/L-2")],
              nextPageToken: isFirst ? "next" : ""
            ).serialized())
        })
      return [read, list]
    }
  }

  private func withListener(
    burst: Int64 = 50, _ body: (Address, TestPKI, ReactorGroup, Shelf) async throws -> Void
  ) async throws {
    let pki = try TestPKI()
    let shelf = Shelf()
    let reactors = ReactorGroup(threadCount: 1, seed: 1)
    let service = try pki.service("gateway")
    let open = OpenListener(
      catalog: LocalTransport(shelf.methods),
      rate: try #require(CallRate(perSecond: 1, burst: burst)), uptime: { 0 }, random: pki.random)
    let server = try Server(
      configuration: ServerConfiguration(
        address: Address(host: "127.0.0.1", port: 0),
        tls: TLSConfiguration(
          certificateChainPEM: Array(service.chainPEM.utf8),
          privateKeyPEM: Array(service.privateKeyPEM.utf8), trustRootsPEM: [],
          clientCertificates: .none),
        onFault: { error, _, path in Issue.record("fault in \(path): \(error)") }),
      reactors: reactors, methods: open.methods, fallback: nil)
    let address = try await server.start()
    do {
      try await body(address, pki, reactors, shelf)
    } catch {
      Issue.record(error)
    }
    await server.stop()
    await reactors.shutdown()
  }

  /// What curl gets without any certificate of its own.
  private func curl(
    _ address: Address, _ pki: TestPKI, _ path: String, _ arguments: [String] = []
  ) async throws -> (status: String, body: String) {
    let folder = try TemporaryFolder()
    try pki.serviceRootPEM.write(toFile: folder.path("root.pem"), atomically: true, encoding: .utf8)
    let ended = try await runToEnd(
      "curl",
      [
        "--silent", "--http2", "--cacert", folder.path("root.pem"), "--write-out",
        "\n%{http_code}",
      ] + arguments + ["https://\(address)\(path)"])
    let lines = ended.output.split(separator: "\n").map(String.init)
    return (lines.last ?? "", lines.dropLast().joined(separator: "\n"))
  }

  @Test("AC-06 AC-01 the catalogue by GET and a set by POST, for a caller without a certificate")
  func anybody() async throws {
    try await withListener { address, pki, _, shelf in
      let page = try await curl(address, pki, OpenListener.cataloguePath)
      #expect(page.status == "200")
      #expect(page.body.contains("listings/L-1") && page.body.contains("listings/L-2"))
      let json = ["--header", "content-type: application/json", "--data"]
      let set = try await curl(
        address, pki, OpenListener.readPath, json + [#"{"listing":"listings/L-1"}"#])
      #expect(set.status == "200" && set.body.contains("YSxiCg=="))
      // The address is the connection's, whatever the caller states.
      let refused = try await curl(
        address, pki, OpenListener.readPath,
        json + [#"{"listing":"listings/L-9","address":"203.0.113.1:1"}"#])
      #expect(refused.status == "403")
      #expect(
        shelf.asked.withLock { $0 } == ["listings/L-1 127.0.0.1", "listings/L-9 127.0.0.1"])
    }
  }

  @Test("AC-06 no other method of any service is there, whoever calls")
  func nothingElse() async throws {
    try await withListener { address, pki, reactors, shelf in
      let person = try pki.person("li", department: "civil-affairs")
      let channel = try Channel(
        configuration: ChannelConfiguration(
          addresses: [address], tls: person.tls(trusting: pki.serviceRootPEM)), reactors: reactors)
      for path in AccessTable.all.keys.sorted() + ["/metrics", "/grpc.health.v1.Health/Check"] {
        let refused = await refusal { try await channel.unary(path, []) }
        #expect(refused?.code == .unimplemented, "\(path)")
      }
      await channel.shutdown()
      #expect(shelf.asked.withLock { $0 }.isEmpty)
    }
  }

  @Test("an address has its rate, over both paths together")
  func rate() async throws {
    try await withListener(burst: 2) { address, pki, _, shelf in
      for _ in 1...2 {
        #expect(try await curl(address, pki, OpenListener.cataloguePath).status == "200")
      }
      #expect(try await curl(address, pki, OpenListener.cataloguePath).status == "429")
      let set = try await curl(
        address, pki, OpenListener.readPath,
        ["--header", "content-type: application/json", "--data", #"{"listing":"listings/L-1"}"#])
      #expect(set.status == "429" && set.body.contains("resource_exhausted"))
      #expect(shelf.asked.withLock { $0 }.isEmpty)
    }
  }
}
