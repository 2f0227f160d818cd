// JSON by POST through a node's gateway, with curl: what is answered, what is refused, and how.

import Boot
import Foundation
import TestSupport
import Testing

@testable import WeirCLI

@Suite("JSON by POST, through the gateway, decoded at the service")
struct JSONTests {
  private static let getEntry = "/weir.catalog.v1.Catalog/GetEntry"

  /// One person's calls at one node.
  private struct Caller {
    let curl: Curl
    let gateway: String
    let certificate: String

    init(_ node: RunningNode, _ principal: String) throws {
      curl = try Curl(node.keys)
      gateway = node.ready.gateway
      certificate = node.keys.principalFolder(principal)
    }

    func post(
      _ path: String, _ json: String, _ arguments: [String] = []
    ) async throws -> WebAnswer {
      try await post(path, Array(json.utf8), arguments)
    }

    func post(
      _ path: String, _ body: [UInt8], _ arguments: [String] = []
    ) async throws -> WebAnswer {
      try await curl.ask(gateway, path, as: certificate, body: body, arguments)
    }
  }

  @Test("answers, errors in the shape of the Connect protocol, and everything that is no request")
  func json() async throws {
    let folder = try TemporaryFolder()
    try await withNode(nodeOptions(folder), tell: { _ in }) { node in
      let chen = try Caller(node, DemoCast.authority)
      try await answers(chen)
      try await malformed(chen)
      try await protocolErrors(chen)
      try await refused(node)
      // After all of it an ordinary call is answered.
      #expect(try await chen.post("/weir.registry.v1.Registry/WhoAmI", "{}").status == 200)
    }
  }

  private func answers(_ chen: Caller) async throws {
    // The gateway's own.
    let who = try await chen.post("/weir.registry.v1.Registry/WhoAmI", "{}")
    #expect(who.status == 200 && who.headers["content-type"] == "application/json")
    #expect(who.object["person"] as? String == DemoCast.authority)
    // Another service's, with a parameter of the content type, blanks, and a field by its name in the .proto.
    let list = try await chen.post(
      "/weir.catalog.v1.Catalog/ListEntries", " {\n \"page_size\" : 5 } \r\n",
      ["--header", "content-type: application/json; charset=utf-8"])
    #expect(list.status == 200 && list.text == "{}")
    let health = try await chen.post("/grpc.health.v1.Health/Check", "{}")
    #expect(health.text == #"{"status":"SERVING"}"#)
  }

  private func malformed(_ chen: Caller) async throws {
    for (what, body, field) in [
      ("an unknown field", #"{"nmae":"entries/E-1"}"#, "nmae"),
      ("a duplicate key", #"{"name":"entries/E-1","name":"entries/E-2"}"#, "name"),
      ("another type", #"{"name":7}"#, "name"),
      ("U+0000", #"{"name":"E\u0000"}"#, "name"),
      ("half a surrogate pair", #"{"name":"\ud800"}"#, "name"),
      ("an array", "[]", nil), ("no JSON", "name=E-1", nil), ("nothing", "", nil),
      ("cut off", #"{"name":"#, "name"), ("two texts", "{}{}", nil),
      ("deep", String(repeating: #"{"name":"#, count: 5_000), "name"),
    ] as [(String, String, String?)] {
      let answer = try await chen.post(Self.getEntry, body)
      #expect(answer.status == 400 && answer.code == "invalid_argument", "\(what)")
      #expect(answer.trailer("weir-field") == field, "\(what): \(answer.text)")
      #expect(answer.headers["content-type"] == "application/json")
    }
    let bytes = Array(#"{"name":""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8)
    let invalid = try await chen.post(Self.getEntry, bytes)
    #expect(invalid.status == 400 && invalid.trailer("weir-field") == "name")
    // Longer than any message may be: refused, and the connection's other calls live.
    let long = try await chen.post(
      Self.getEntry, #"{"name":""# + String(repeating: "x", count: 5 << 20) + #""}"#)
    #expect(long.status == 429 && long.code == "resource_exhausted")
  }

  private func protocolErrors(_ chen: Caller) async throws {
    let text = try await chen.post(
      Self.getEntry, "{}", ["--header", "content-type: text/plain"])
    #expect(text.status == 415)
    #expect(text.headers["accept-post"] == "application/grpc, application/json")
    let got = try await chen.curl.ask(chen.gateway, Self.getEntry, as: chen.certificate)
    #expect(got.status == 405 && got.headers["allow"] == "POST")
    for path in ["/grpc.health.v1.Health/Watch", "/weir.catalog.v1.Catalog/Nothing", "/"] {
      let answer = try await chen.post(path, "{}")
      #expect(answer.status == 501 && answer.code == "unimplemented", "\(path)")
    }
    // HTTP/1.1 is no protocol here: the handshake says so.
    let old = try await chen.post("/weir.registry.v1.Registry/WhoAmI", "{}", ["--http1.1"])
    #expect(old.status == 0)
  }

  private func refused(_ node: RunningNode) async throws {
    let chen = try Caller(node, DemoCast.authority)
    let missing = try await chen.post(Self.getEntry, #"{"name":"entries/E-404"}"#)
    #expect(missing.status == 404 && missing.code == "not_found")
    #expect(missing.object["message"] as? String != nil)
    let details = try #require(missing.object["details"] as? [[String: Any]])
    #expect(details.compactMap { $0["type"] as? String }.contains("google.rpc.ErrorInfo"))
    let values = details.compactMap { $0["value"] as? String }
    // Connect's base64 goes without padding.
    let decoded = values.compactMap {
      Data(base64Encoded: $0 + String(repeating: "=", count: (4 - $0.count % 4) % 4))
    }
    #expect(decoded.count == details.count && !values.contains { $0.contains("=") })
    let inside = try await chen.post("/weir.registry.v1.Registry/ResolveDepartment", "{}")
    #expect(inside.status == 403 && inside.trailer("weir-reason") == "access.internal_method")
    let zhou = try Caller(node, "departments/operations/persons/zhou")
    let role = try await zhou.post("/weir.catalog.v1.Catalog/CreateEntry", "no JSON at all")
    // The right is asked for first: nobody's bytes are looked at before.
    #expect(role.status == 403 && role.code == "permission_denied")
    #expect(role.trailer("weir-reason") == "access.role_missing")
    #expect(role.trailer("weir-article") == "luyi-2019/18.2a")
    let nobody = try await chen.curl.ask(
      chen.gateway, Self.getEntry, as: nil, body: Array("{}".utf8))
    #expect(nobody.status == 0)
  }
}
