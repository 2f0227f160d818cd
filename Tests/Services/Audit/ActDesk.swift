// Who asks for acts of two persons, and who approves them, in tests.

import Access
import Contracts
import Crypto
import RPC
import TestSupport
import Vocabulary

/// Audit with a month of old entries, and persons who act.
struct Desk {
  let node: AuditNode
  let client: AuditV1.AuditClient
  let unsigned: AuditV1.AuditClient

  init(_ node: AuditNode) throws {
    self.node = node
    client = try node.signingClient()
    unsigned = try node.client()
  }

  func options(_ person: String, _ method: String, _ roles: Set<Role> = [.auditor]) throws
    -> CallOptions
  {
    try node.asPerson(person, of: "audit-bureau", roles, method)
  }

  func request(_ person: String, _ message: AuditV1.RequestActRequest) async throws -> AuditV1.Act {
    var message = message
    if message.requestID.isEmpty { message.requestID = Hex.encode(SystemRandom().bytes(8)) }
    return try await client.requestAct(message, options(person, "RequestAct"))
  }

  func destroy(_ person: String, _ month: String) async throws -> AuditV1.Act {
    try await request(
      person, .init(kind: "destroy_month", month: month, reason: "保存期满"))
  }

  func approve(
    _ person: String, _ name: String,
    requestID: String = Hex.encode(SystemRandom().bytes(8))
  ) async throws -> AuditV1.Act {
    try await client.approveAct(
      .init(name: name, requestID: requestID), options(person, "ApproveAct"))
  }

  func entries(_ filter: AuditV1.ListEntriesRequest.Filter? = nil) async throws -> [AuditV1.Entry] {
    try await client.listEntries(
      .init(filter: filter, pageSize: 500), options("shen", "ListEntries")
    ).entries
  }

  func topics() async throws -> [String] { try await entries().map(\.topic) }
}
