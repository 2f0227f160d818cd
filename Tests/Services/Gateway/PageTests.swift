// What passes the gateway beside gRPC: the page of its metrics, and JSON on its way to a service.

import Foundation
import GatewayHandlers
import RPC
import TestSupport
import Testing

@Suite("AC-35 the gateway's metrics are for operators")
struct MetricsPageTests {
  /// The HTTP status and the body that curl gets in somebody's name.
  private func get(
    _ node: GatewayNode, _ identity: TestPKI.Identity
  ) async throws -> (status: String, body: String) {
    let folder = try TemporaryFolder()
    for (name, pem) in [
      ("cert.pem", identity.chainPEM), ("key.pem", identity.privateKeyPEM),
      ("root.pem", node.pki.serviceRootPEM),
    ] {
      try Data(pem.utf8).write(to: URL(filePath: folder.path(name)))
    }
    let ended = try await runToEnd(
      "curl",
      [
        "--silent", "--http2", "--cacert", folder.path("root.pem"), "--cert",
        folder.path("cert.pem"), "--key", folder.path("key.pem"), "--write-out", "\n%{http_code}",
        "https://\(node.address)/metrics",
      ])
    let lines = ended.output.split(separator: "\n").map(String.init)
    return (lines.last ?? "", lines.dropLast().joined(separator: "\n"))
  }

  @Test("an operator gets them; every other role, a system and a stranger are refused, and noted")
  func roles() async throws {
    try await withNode { node in
      let page = try await get(node, try #require(node.identities["operations/zhao"]))
      #expect(page == ("200", "weir_test 1"))
      let others = [
        "data-bureau/wu", "civil-affairs/li", "civil-affairs/zhang", "civil-affairs/registers",
      ]
      for name in others {
        let refused = try await get(node, try #require(node.identities[name]))
        #expect(refused.status == "403" && refused.body.contains("permission_denied"), "\(name)")
      }
      let stranger = try node.pki.person("stranger", department: "operations")
      let unknown = try await get(node, stranger)
      #expect(unknown.status == "401" && unknown.body.contains("unauthenticated"))
      let notes = RefusalNotes()
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await node.gateway.recordRefusals(in: notes) }
        _ = try? await eventually("the refusals to be told") { notes.all.count == 5 }
        group.cancelAll()
      }
      let told = notes.all.map { $0.split(separator: " ").dropFirst().joined(separator: " ") }
      #expect(
        told == [String](repeating: "/metrics access.role_missing", count: 4)
          + ["/metrics access.certificate_unregistered"])
    }
  }
}

@Suite("JSON passes the gateway as it came")
struct JSONForwardingTests {
  private static let getEntry = "/weir.catalog.v1.Catalog/GetEntry"

  @Test(
    "undecoded, for the service to judge, and its answer too; a caller without the right is not forwarded"
  )
  func raw() async throws {
    try await withNode { node in
      let text = Array("no JSON, 也不是 protobuf".utf8)
      let channel = try node.channel("civil-affairs/zhang")
      let reply = try await channel.unary(Self.getEntry, text, CallOptions(isJSON: true))
      #expect(reply.message == text)
      #expect(reply.trailers["x-json"] == "true")
      #expect(try await channel.unary(Self.getEntry, text).trailers["x-json"] == "false")
      let before = node.upstreams[0].calls.value
      let refused = await refusal {
        try await channel.unary(
          "/weir.catalog.v1.Catalog/ReviewEntry", text, CallOptions(isJSON: true))
      }
      #expect(refused?.reason == "access.role_missing")
      #expect(node.upstreams[0].calls.value == before)
    }
  }
}
