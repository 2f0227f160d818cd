// NameSubject: the one name of a person in Ingest's entries, made for Audit alone.

import Access
import Contracts
import IngestHandlers
import Integrity
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite(
  "A person's name in the entries is made for Audit, under its act, and that is an entry (AC-93)")
struct NameSubjectTests {
  @Test("it is the name that a look-up left, for Audit alone, by identity number alone")
  func name() async throws {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    try await node.deliver(
      try RegisterFile(
        ["id", "name", "cremation-date", "certificate", "revoked"],
        rows: [
          [identityNumber(1), "张三", "2024-01-05", "C1", ""],
          [identityNumber(2), "李四", "2024-01-07", "C2", ""],
        ]))
    _ = try await node.lookUp(identityNumber(1), try node.grant())
    let subject = try node.subject(identityNumber(1))
    func ask(
      _ client: IngestV1.IngestClient, _ subject: IngestV1.Subject, act: String = "acts/1"
    ) async throws -> String {
      try await client.nameSubject(.init(subject: subject, act: act), CallOptions()).pseudonym
    }
    let name = try await ask(node.fromAudit, subject)
    let looked = try await node.entries().first { $0.topic == "ingest.disclosure" }
    #expect(looked?.payload["subject"]?.string == name)
    #expect(try await ask(node.fromAudit, try node.subject(identityNumber(2))) != name)
    let noted = try await node.entries().filter { $0.topic == "ingest.subject_named" }
    #expect(noted.map { $0.payload["subject"]?.string }.first == name)
    #expect(noted.map { $0.payload["act"]?.string } == ["acts/1", "acts/1"])
    for client in [node.fromShare, node.fromFeedback, node.fromGateway] {
      let client = try #require(client)
      await #expect(throws: Status.self) { try await ask(client, subject) }
    }
    for wrong in [
      IngestV1.Subject(), .init(documentType: "passport", documentNumber: "E12345678"),
      .init(block: [9]),
    ] {
      await #expect(throws: Status.self) { try await ask(node.fromAudit, wrong) }
    }
    #expect(
      try await node.entries().count { $0.topic == "ingest.subject_named" } == 2)
    await node.stop()
  }
}
