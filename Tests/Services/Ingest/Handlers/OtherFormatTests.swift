// JSON lines, and subjects that are found by other documents than an identity number.

import Access
import Contracts
import Crypto
import Integrity
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite("meizhou-specific-2021/13 other formats and other documents are taken alike", .serialized)
struct OtherFormatTests {
  /// A register of residents from elsewhere, by passport.
  private func entry() -> CatalogV1.Entry {
    var entry = catalogEntry(.cremation)
    entry.items[0].type = .otherDocumentID
    entry.items[0].standard = "passport"
    return entry
  }

  private func node() async throws -> IngestNode {
    let node = try await IngestNode()
    node.catalog.put(entry())
    let lines = """
      {"id":"e1234 5678","name":"Anna Müller","cremation-date":"2024-01-05","certificate":"C1"}
      {"id":"G7654321","name":"李明","cremation-date":"2024-01-06","certificate":"C2","place":null}

      """
    let batch = try await node.createBatch(header: [], format: .jsonLines)
    try await node.upload(number: 1, firstLine: 1, rows: 2, Array(lines.utf8), to: batch.name)
    let committed = try await node.fromGateway.commitBatch(
      IngestV1.CommitBatchRequest(name: batch.name, chunks: 1, rows: 2, requestID: "c"),
      node.call("CommitBatch", .source))
    #expect(committed.acceptedRows == 2 && committed.format == .jsonLines)
    try await node.publish(entry())
    return node
  }

  @Test("a passport is found however it is spaced, and under its own kind of document alone")
  func lookup() async throws {
    let node = try await node()
    let grant = try node.grant()
    func find(_ type: String, _ number: String) async throws -> [String] {
      try await node.fromShare.openRecords(
        IngestV1.OpenRecordsRequest(
          entry: "entries/E-1", grant: grant,
          subject: IngestV1.Subject(documentType: type, documentNumber: number),
          items: ["name"], purpose: "pension check"),
        node.options(.user, entry: "/weir.share.v1.Share/Lookup")
      ).records.flatMap(\.values).map(\.value)
    }
    #expect(try await find("passport", "E12345678") == ["Anna Müller"])
    #expect(try await find("passport", "g765 4321") == ["李明"])
    #expect(try await find("officer-card", "E12345678").isEmpty)
    #expect(await refusal { try await find("passport", " ") } == "ingest.subject_malformed")
    await node.stop()
  }

  @Test("rows of a roll that name a document are compared with those that name a number")
  func comparison() async throws {
    let node = try await node()
    let reply = try await node.fromShare.compareChunk(
      IngestV1.CompareChunkRequest(
        entry: "entries/E-1", grant: try node.grant(), comparison: "comparisons/C-1", number: 1,
        ids: try block(identityNumber(1)) + [UInt8](repeating: 0, count: 16),
        others: [
          IngestV1.OtherSubject(row: 1, documentType: "passport", documentNumber: "G7654321")
        ], direction: .present,
        period: IngestV1.Period(firstDay: "2024-02-01", lastDay: "2024-02-29"), rollRows: 2,
        purpose: "pension check"),
      node.options(.user, entry: "/weir.share.v1.Share/UploadComparisonChunk"))
    #expect(reply.leads.map(\.row) == [1])
    await node.stop()
  }

  @Test("JSON lines have no header, for a line of such a file is somebody's record")
  func jsonHeader() async throws {
    let node = try await IngestNode()
    node.catalog.put(entry())
    let line = Array("{\"id\":\"E1\",\"name\":\"李明\"}".utf8)
    #expect(
      await refusal { try await node.createBatch(header: line, format: .jsonLines) }
        == "request.malformed")
    await node.stop()
  }

  @Test("a line that is no JSON object, or names what the entry does not have, is refused")
  func badLines() async throws {
    let node = try await IngestNode()
    node.catalog.put(entry())
    let batch = try await node.createBatch(header: [], format: .jsonLines)
    for (content, reason) in [
      ("[1]\n", "ingest.json_not_an_object"), ("{\"court\":\"x\"}\n", "ingest.json_unknown_key"),
    ] {
      let found = await refusal {
        try await node.upload(
          number: 1, firstLine: 1, rows: 1, Array(content.utf8), to: batch.name)
      }
      #expect(found == reason)
    }
    await node.stop()
  }
}
