// A look-up that a commit overtakes answers from the register as it is then, and knows nothing of the one before.

import Contracts
import Crypto
import IngestHandlers
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite("DESIGN section 7 a commit in the middle of a look-up", .serialized)
struct OvertakenTests {
  private let columns = ["id", "name", "cremation-date", "certificate", "revoked"]

  private func node() async throws -> IngestNode {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    try await node.deliver(
      try RegisterFile(columns, rows: [[identityNumber(1), "张三", "2024-01-05", "C1", ""]]))
    return node
  }

  /// At each look of the call at the clock something is committed; the answer is of what stands then.
  @Test("a corrected value never leaves after its correction", arguments: 1...6)
  func corrected(_ moment: Int) async throws {
    let node = try await node()
    let record = try #require(try await node.locate(identityNumber(1)).first)
    try await node.open([record])
    let fix = node.correction(
      record,
      [
        "id": identityNumber(1), "name": "张三", "cremation-date": "2024-01-15",
        "certificate": "C1",
      ])
    let context = try node.direct("CorrectRecord", .sourceOfficer)
    let service = try #require(node.service)
    node.interruption.set(after: moment) {
      finished { _ = try await service.correctRecord(fix, context) }
    }
    let found = try await node.lookUp(identityNumber(1), try node.grant())
    node.interruption.forget()
    // Where the call was over before the moment came, nothing was corrected yet.
    let isCorrected = try await node.entries().contains { $0.topic == "ingest.record_corrected" }
    #expect(
      found.records.flatMap { $0.values.map(\.value) }
        == ["张三", isCorrected ? "2024-01-15" : "2024-01-05"])
    #expect(try await node.recipients(of: record).isEmpty == isCorrected)
    #expect(isCorrected || moment > 4)
    await node.stop()
  }

  @Test("a stock committed in the middle is answered from, and is no damage", arguments: 1...4)
  func replaced(_ moment: Int) async throws {
    let node = try await node()
    let file = try RegisterFile(
      columns, rows: [[identityNumber(1), "张三", "2024-02-06", "C2", ""]])
    let batch = try await node.createBatch(header: file.header)
    try await node.upload(file.chunks[0], to: batch.name)
    let commit = IngestV1.CommitBatchRequest(
      name: batch.name, chunks: 1, rows: 1, requestID: "late")
    let context = try node.direct("CommitBatch", .source)
    let service = try #require(node.service)
    node.interruption.set(after: moment) {
      finished { _ = try await service.commitBatch(commit, context) }
    }
    let found = try await node.lookUp(identityNumber(1), try node.grant())
    node.interruption.forget()
    #expect(found.records.flatMap { $0.values.map(\.value) } == ["张三", "2024-02-06"])
    #expect(found.lineage?.batch == "batches/B-2")
    let disclosures = try await node.entries().filter { $0.topic == "ingest.disclosure" }
    #expect(disclosures.count == 1)
    await node.stop()
  }
}
