// A replica that was stopped in the middle of a change, and wakes up when another has the turn.

import Contracts
import Database
import IngestHandlers
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite("A register is changed by whoever has its turn", .timeLimit(.minutes(5 * patience)))
struct ReplicaTurnTests {
  @Test("whose turn was taken in the middle of a commit commits nothing, and may come again")
  func overtaken() async throws {
    let node = try await IngestNode(replica: Replica(name: "r1", holder: "one"))
    node.catalog.put(catalogEntry(.cremation))
    let file = try RegisterFile(
      ["id", "name", "cremation-date", "certificate", "revoked"],
      rows: [[identityNumber(1), "张三", "2024-01-05", "C1", ""]])
    let batch = try await node.createBatch(header: file.header)
    try await node.upload(file.chunks[0], to: batch.name)
    let commit = IngestV1.CommitBatchRequest(
      name: batch.name, chunks: 1, rows: 1, requestID: "slow")
    let (database, service) = (try #require(node.database), try #require(node.service))
    let context = try node.direct("CommitBatch", .source)
    // Long after it said anything, another takes the register.
    let late = node.real.now().adding(milliseconds: Lease.termMilliseconds + 1)
    node.interruption.set(after: 2) {
      finished {
        let taken = try await database.write {
          try $0.takeLease("entries/E-1", holder: "two", at: late)
        }
        #expect(taken != nil)
      }
    }
    let refused = await refusal { try await service.commitBatch(commit, context) }
    #expect(refused?.contains("changed_meanwhile") == true, "\(refused ?? "")")
    #expect(try await !node.entries().contains { $0.topic == "ingest.batch_committed" })
    // The other is done; the same request is carried out, once.
    try await database.write { transaction in
      guard let other = try transaction.takeLease("entries/E-1", holder: "two", at: late) else {
        return
      }
      try transaction.end(other)
    }
    let done = try await service.commitBatch(commit, context)
    #expect(done.acceptedRows == 1)
    #expect(try await node.entries().count { $0.topic == "ingest.batch_committed" } == 1)
    await node.stop()
  }
}
