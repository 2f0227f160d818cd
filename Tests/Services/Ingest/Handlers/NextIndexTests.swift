// The index of a register is made before the change that needs it, and what a change leaves behind goes in steps after it.

import Contracts
import Crypto
import Database
import Foundation
import IngestHandlers
import IngestStore
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite("A register changes without its look-ups waiting for what takes long", .serialized)
struct NextIndexTests {
  private let columns = ["id", "name", "cremation-date", "certificate"]

  private func file(_ persons: Range<Int>, _ mark: String) throws -> RegisterFile {
    try RegisterFile(
      columns,
      rows: persons.map { [identityNumber($0), "张三", "2024-01-05", "\(mark)\($0)"] },
      chunkRows: 50)
  }

  private func node() async throws -> IngestNode {
    let node = try await IngestNode(resealedBlocks: 2)
    node.catalog.put(catalogEntry(.cremation))
    return node
  }

  /// The one file of the index folder.
  private func index(_ node: IngestNode) throws -> (path: String, bytes: Data) {
    let folder = node.dataFolder + "/index"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    try #require(names.count == 1, "\(names)")
    let path = folder + "/" + names[0]
    return (path, try #require(FileManager.default.contents(atPath: path)))
  }

  @Test("after every kind of change the index made before it is, byte for byte, what a start makes")
  func ahead() async throws {
    let node = try await node()
    let changes: [(String, (IngestNode) async throws -> Void)] = [
      ("stock", { _ = try await $0.deliver(file(1..<200, "A")) }),
      ("increment", { _ = try await $0.deliver(file(150..<260, "B"), kind: .increment) }),
      ("rotation", { _ = try await $0.rotate(.sm4CTRHMACSM3) }),
      (
        "correction",
        { node in
          let record = try #require(try await node.locate(identityNumber(7)).first)
          try await node.open([record])
          _ = try await node.correct(
            record,
            [
              "id": identityNumber(900), "name": "张三", "cremation-date": "2024-01-15",
              "certificate": "C1",
            ])
        }
      ),
      (
        "removal",
        { node in
          let record = try #require(try await node.locate(identityNumber(8)).first)
          try await node.open(issue: "issues/Q-2", [record])
          _ = try await node.correct(record, [:], issue: "issues/Q-2")
        }
      ),
      ("the end of the rotation", { try await $0.service.resealEarlier() }),
      ("another stock", { _ = try await $0.deliver(file(100..<180, "D")) }),
    ]
    for (name, change) in changes {
      try await change(node)
      // Nobody looked up since: it was there before.
      let (path, bytes) = try index(node)
      await node.stop()
      try FileManager.default.removeItem(atPath: path)
      try await node.reopen()
      #expect(node.report.damaged.isEmpty, "\(name)")
      let again = try index(node)
      #expect(again.path == path && again.bytes == bytes, "\(name)")
    }
    #expect(try await node.locate(identityNumber(7)).isEmpty)
    #expect(try await node.locate(identityNumber(120)).count == 1)
    await node.stop()
  }

  @Test(
    "where the next index cannot be written nothing changes, and the same request goes through once it can"
  )
  func noRoom() async throws {
    let node = try await node()
    try await node.deliver(try file(1..<100, "A"))
    let (path, bytes) = try index(node)
    let obstacle = node.dataFolder + "/index/E-1.next"
    try FileManager.default.createDirectory(
      atPath: obstacle, withIntermediateDirectories: false)
    let file = try file(100..<120, "B")
    let batch = try await node.createBatch(header: file.header, kind: .increment)
    try await node.upload(file.chunks[0], to: batch.name)
    #expect(
      await refusal { try await node.commit(batch.name, file, requestID: "once") } != nil)
    #expect(try await node.status().rows == 99)
    #expect(try await node.locate(identityNumber(105)).isEmpty)
    #expect(try await node.locate(identityNumber(50)).count == 1)
    try FileManager.default.removeItem(atPath: obstacle)
    #expect(try index(node).path == path && index(node).bytes == bytes)
    #expect(try await node.commit(batch.name, file, requestID: "once").resourceRows == 119)
    #expect(try await node.locate(identityNumber(105)).count == 1)
    await node.stop()
  }

  @Test(
    "what a stock supersedes is gone when it is acknowledged; what a stop left behind goes at the start"
  )
  func spent() async throws {
    let node = try await node()
    try await node.deliver(try file(1..<400, "A"))
    try await node.deliver(try file(1..<300, "B"))
    func pieces() async throws -> [Int] {
      try await node.database.read { transaction in
        try [
          "SELECT COUNT(*) FROM staged",
          "SELECT COUNT(*) FROM blocks b JOIN batches t ON t.id = b.batch WHERE t.is_live = 0",
        ].map { try transaction.queryOne($0)?[0] ?? 0 }
      }
    }
    #expect(try await pieces() == [0, 0])
    // As a process leaves it that is killed after its commit.
    try await node.database.write { transaction in
      try transaction.execute(
        """
        INSERT INTO blocks (id, batch, first_id, last_id, tokens, ids, envelopes, key_version)
        SELECT id + 100000, 1, first_id, last_id, tokens, ids, envelopes, key_version FROM blocks
        """)
      for part in 0..<7 {
        try transaction.execute(
          """
          INSERT INTO staged (batch, part, chunk, tokens, ids, envelopes, key_version)
          VALUES (2, ?1, 1, ?2, ?2, ?2, 1)
          """, [part, [UInt8](repeating: 0, count: 16)])
      }
    }
    #expect(try await pieces().allSatisfy { $0 > 4 })
    try await node.restart()
    #expect(node.report.damaged.isEmpty)
    #expect(try await pieces() == [0, 0])
    #expect(try await node.locate(identityNumber(50)).count == 1)
    await node.stop()
  }
}
