// A call on its way to a handler and back: admitted first, then decoded; refusals become statuses.

import Access
import Contracts
import RPC
import TestSupport
import Testing
import Vocabulary

/// An admission that answers from a closure.
private struct Door: Admission {
  let decide: @Sendable (ServerContext, MethodAccess) throws(Status) -> CallContext

  func admit(_ context: ServerContext, _ access: MethodAccess) throws(Status) -> CallContext {
    try decide(context, access)
  }

  static let open = Door { (context, access) throws(Status) in
    CallContext(
      origin: .service("test"), callID: "c-1", entryMethod: access.path, deadline: nil,
      language: .english, rpc: context)
  }
}

private struct NoTile: Refusal {
  let reason = "audit.no_tile"
  let kind = RefusalKind.notFound
  let field: String? = "path"
  let citation: Citation? = Citation(document: "meizhou-public-2023", article: "22")
  let nextStep: BilingualText? = BilingualText("查看 100% 目录", "see the list, 100%")
  let sentence = BilingualText("没有这个分块。", "There is no such tile.")
}

@Suite("A call is admitted, then decoded, then answered")
struct ServingTests {
  private func client(
    _ door: Door,
    _ answer: @escaping @Sendable (AuditV1.GetTileRequest, CallContext) throws -> AuditV1.Tile
  ) -> (AuditV1.AuditClient, LocalTransport) {
    let transport = LocalTransport([
      .unary(AccessTable.auditV1AuditGetTile, door) { request, call in try answer(request, call) }
    ])
    return (AuditV1.AuditClient(transport), transport)
  }

  private func status(_ call: () async throws -> Void) async -> Status? {
    do {
      try await call()
      return nil
    } catch {
      return error as? Status
    }
  }

  @Test("a request reaches the handler and its answer the caller")
  func answered() async throws {
    let (client, _) = client(.open) { request, call in
      #expect(call.entryMethod == "/weir.audit.v1.Audit/GetTile")
      return .init(content: Array(request.path.utf8))
    }
    #expect(try await client.getTile(.init(path: "0/x001")).content == Array("0/x001".utf8))
  }

  @Test("nobody's bytes are looked at before admission")
  func admissionFirst() async {
    let closed = Door { (_, access) throws(Status) in
      throw Status(.permissionDenied, access.service)
    }
    let (_, transport) = client(closed) { _, _ in .init() }
    let refusal = await status {
      _ = try await transport.unary("/weir.audit.v1.Audit/GetTile", [0xff], CallOptions())
    }
    #expect(refusal == Status(.permissionDenied, "weir.audit.v1.Audit"))
  }

  @Test("bytes that are no request end with INVALID_ARGUMENT and the field")
  func malformedRequest() async throws {
    let (_, transport) = client(.open) { _, _ in .init() }
    let refusal = await status {
      _ = try await transport.unary("/weir.audit.v1.Audit/GetTile", [0x0a, 1, 0xff], CallOptions())
    }
    let told = RemoteRefusal(try #require(refusal))
    #expect(told.code == .invalidArgument)
    #expect(told.reason == "request.invalid_utf8")
    #expect(told.field == "path")
    #expect(told.reference == "c-1")
    #expect(told.message == "Field path is not valid UTF-8.")
    #expect(told.sentence(in: .chinese) == "字段 path不是有效的 UTF-8 文本。")
  }

  @Test("JSON is admitted, then decoded, and answered in JSON; a wrong field is named")
  func json() async throws {
    let path = "/weir.audit.v1.Audit/GetTile"
    let options = CallOptions(isJSON: true)
    let (_, transport) = client(.open) { request, _ in .init(content: Array(request.path.utf8)) }
    let reply = try await transport.unary(path, Array(#"{"path":"0/x001"}"#.utf8), options)
    #expect(String(decoding: reply.message, as: UTF8.self) == #"{"content":"MC94MDAx"}"#)
    let refusal = await status {
      _ = try await transport.unary(path, Array(#"{"path":"\ud800"}"#.utf8), options)
    }
    let told = RemoteRefusal(try #require(refusal))
    #expect(told.reason == "request.invalid_utf8" && told.field == "path")
    let closed = Door { (_, access) throws(Status) in
      throw Status(.permissionDenied, access.service)
    }
    let (_, shut) = client(closed) { _, _ in .init() }
    let early = await status { _ = try await shut.unary(path, Array("no JSON".utf8), options) }
    #expect(early?.code == .permissionDenied)
  }

  @Test("a refusal arrives whole, in the details and in the plain trailers")
  func refusal() async throws {
    let (client, _) = client(.open) { _, _ in throw NoTile() }
    var refusal = try #require(await status { _ = try await client.getTile(.init()) })
    #expect(refusal.code == .notFound)
    #expect(refusal.trailers["weir-reason"] == "audit.no_tile")
    #expect(refusal.trailers["weir-article"] == "meizhou-public-2023/22")
    let details = try GoogleRPC.Status(serialized: refusal.details)
    let info = details.details.lazy.compactMap { $0.unpacked(as: GoogleRPC.ErrorInfo.self) }.first
    #expect(info?.reason == "NO_TILE")
    #expect(info?.domain == "audit.weir")
    let told = RemoteRefusal(refusal)
    #expect(told.reason == "audit.no_tile")
    #expect(told.nextStep == "see the list, 100%")
    #expect(told.article == "meizhou-public-2023/22")
    #expect(told.sentence(in: .chinese) == "没有这个分块。")
    // A proxy that drops the details leaves the trailers.
    refusal.details = []
    var plain = RemoteRefusal(refusal)
    #expect(plain.sentences.isEmpty)
    plain.sentences = told.sentences
    #expect(plain == told)
  }

  @Test("a status that Weir did not make has no reason")
  func foreignStatus() {
    let told = RemoteRefusal(Status(.unavailable, "connection refused", details: [0xff]))
    #expect(told.reason == nil)
    #expect(told.sentence(in: .chinese) == "connection refused")
  }

  @Test("a fault is left to the transport, which logs it and hides it")
  func fault() async {
    struct Broken: Error {}
    let (client, _) = client(.open) { _, _ in throw Broken() }
    await #expect(throws: Broken.self) { try await client.getTile(.init()) }
  }

  @Test("an answer that cannot be read is the server's fault")
  func unreadableAnswer() async throws {
    let handler = MethodHandler(
      path: "/weir.audit.v1.Audit/GetTile",
      implementation: .unary { _, _ in UnaryReply([0x0a, 5]) })
    let client = AuditV1.AuditClient(LocalTransport([handler]))
    let refusal = await status { _ = try await client.getTile(.init()) }
    #expect(refusal?.code == .internal)
  }
}
