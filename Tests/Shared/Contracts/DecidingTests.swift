// A person's program signs what the person asked for, and nothing else that a service sends back (DESIGN.md section 6).

import Access
import Contracts
import RPC
import Testing
import Vocabulary

/// A service, or a gateway before it, that answers each question with a statement of its own choosing.
private struct Answering: MessageTransport {
  let statement: String

  func unary(
    _ path: String, _ message: [UInt8], _ options: CallOptions
  ) async throws -> UnaryReply {
    let request = try ShareV1.ReviewApplicationRequest(serialized: message)
    var reply = ShareV1.Application(name: request.name)
    if request.validateOnly { reply.statement = Array(statement.utf8) }
    if let signed = request.signed { reply.purpose = signed.signature == [7] ? "signed" : "other" }
    return UnaryReply(try reply.serialized())
  }

  func stream<Result>(
    _ path: String, _ options: CallOptions, _ body: (ClientStream) async throws -> Result
  ) async throws -> Result {
    throw Status(.unimplemented, path)
  }
}

@Suite("What is signed is what was asked for, whatever a service sends back")
struct DecidingTests {
  private static let hash = String(repeating: "ab", count: 32)

  private func statement(
    action: String = "share.review_application", resource: String = "applications/A-1",
    decision: String = "reject", reason: String = "不符", consents: String = ""
  ) -> String {
    "{\"action\":\"\(action)\",\"certificate\":\"\(Self.hash)\",\"decided\":{"
      + "\"consents\":[\(consents)],\"decisions\":[{\"decision\":\"\(decision)\",\"item\":\"name\",\"reason\":\"\"}],"
      + "\"reason\":\"\(reason)\"},\"etag\":\"1\",\"person\":\"departments/d1/persons/p1\","
      + "\"profile\":\"p@1\",\"resource\":\"\(resource)\",\"time\":1}"
  }

  /// Whether a review is signed, and what the service got.
  private func outcome(_ statement: String) async throws -> String {
    let transport = SigningTransport(over: Answering(statement: statement)) { bytes, _ in
      SignedStatement(statement: bytes, signature: [7], certificate: [], issuers: [])
    }
    do {
      return try await ShareV1.ShareClient(transport).reviewApplication(
        ShareV1.ReviewApplicationRequest(
          name: "applications/A-1", decisions: [ShareV1.ItemDecision(item: "name")], reason: "不符")
      ).purpose
    } catch is UnaskedStatement {
      return "unasked"
    }
  }

  @Test("the decision that was asked for is signed")
  func asked() async throws {
    #expect(try await outcome(statement()) == "signed")
  }

  @Test("another action, resource, decision, reason or consent, and no statement at all, are not")
  func unasked() async throws {
    for other in [
      statement(action: "share.revoke_grant"), statement(resource: "applications/A-2"),
      statement(decision: "approve"), statement(reason: "符合"), statement(consents: "\"agent\""),
      "", "{}", statement() + " ",
    ] {
      #expect(try await outcome(other) == "unasked", "\(other)")
    }
  }
}
