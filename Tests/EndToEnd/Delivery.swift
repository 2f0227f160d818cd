// A second delivery to the demonstration's cremation register, which tests disturb.

import Contracts
import IngestFormats
import RPC
import Synth
import TestSupport
import Testing

@testable import WeirCLI

/// A batch that takes the same chunk under number after number.
struct Delivery: Sendable {
  let client: DemoClient
  let batch: String
  let chunk: RecordCutter.Chunk
  private(set) var acknowledged = 0
  private(set) var acknowledgedRows: Int64 = 0

  init(_ stage: DemoStage, requestID: String) async throws {
    client = try stage.impatient(DemoCast.civilAffairs.systemName)
    chunk = try #require(try DemoDelivery.chunks(of: stage.registerFile(.cremation)).first)
    batch = try await client.ingest.createBatch(
      .init(
        batch: DemoDelivery.batch(
          .cremation, try stage.entry(.cremation).name, stage.plan, mode: .table),
        requestID: requestID)
    ).name
  }

  func upload(_ number: Int) -> IngestV1.UploadChunkRequest {
    .init(
      batch: batch, number: Int32(number), firstLine: Int64(2 + (number - 1) * chunk.rowCount),
      rows: Int32(chunk.rowCount), content: chunk.bytes)
  }

  func commit(chunks: Int) -> IngestV1.CommitBatchRequest {
    .init(
      name: batch, chunks: Int32(chunks), rows: Int64(chunks * chunk.rowCount),
      requestID: "commit")
  }

  mutating func send(chunks: Int) async throws {
    for _ in 0..<chunks { try await sendNext() }
  }

  mutating func sendNext() async throws {
    let number = acknowledged + 1
    let answer = try await client.ingest.uploadChunk(
      upload(number), CallOptions(timeout: .seconds(30) * patience))
    #expect(Int(answer.nextChunk) == number + 1)
    acknowledged = number
    acknowledgedRows += Int64(answer.acceptedRows + answer.rejectedRows)
  }
}
