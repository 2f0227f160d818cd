// A register gets new keys, or another suite, while it is served; whoever is stopped in the middle goes on (DESIGN section 7).

import Contracts
import Crypto
import Database
import Foundation
import IngestHandlers
import IngestRules
import IngestStore
import Integrity
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite("A register's keys change while it is served (hebi-2021/27, DESIGN 7)", .serialized)
struct KeyRotationTests {
  private let plan = try! Plan(seed: 11, sizes: Sizes(total: 3_000, roll: 500))

  private func node(_ suite: SealSuite = .aes256GCM) async throws -> IngestNode {
    let node = try await IngestNode(sealing: suite, resealedBlocks: 6)
    node.catalog.put(catalogEntry(.cremation))
    try await node.deliver(try RegisterFile(plan, .cremation))
    return node
  }

  private var persons: [String] {
    let rows = RegisterRows(plan, .cremation)
    return (0..<rows.count).map { rows.fields(ofRow: $0)[0] }
      .filter { (try? PersonIdentifier.read($0)) != nil }
  }

  /// Every key of the register that lies on the disk, by purpose and version.
  private func versions(_ node: IngestNode) throws -> [String] {
    let folder = node.folder.path("keys")
    let ring = try Keyring(folder: folder, creates: false, random: SystemRandom())
    let keys = ring.keys.filter { $0.resource == "entries/E-1" && $0.purpose != .identity }
    return (keys + (try TokenKeyFolder(folder: folder).keys()))
      .map { "\($0.purpose) \($0.version) \($0.suite)" }.sorted()
  }

  private func pieces(_ node: IngestNode) async throws -> [(table: String, sealed: [UInt8])] {
    try await node.database.read { transaction in
      var pieces: [(String, [UInt8])] = []
      for table in ["blocks", "staged"] {
        for row in try transaction.query("SELECT tokens, ids, envelopes FROM \(table)") {
          guard
            let pack = RowPack(tokens: try row[0], ids: try row[1], envelopes: try row[2])
          else { continue }
          for slot in 0..<pack.count { pieces.append((table, Array(pack.envelope(slot)))) }
        }
      }
      for row in try transaction.query("SELECT sealed FROM rejects") {
        pieces.append(("rejects", try row[0]))
      }
      return pieces
    }
  }

  @Test(
    "from one suite to another: every person is found in the middle and afterwards, nothing lies under the old keys and they are gone",
    arguments: [
      (SealSuite.aes256GCM, SealSuite.sm4CTRHMACSM3), (.sm4CTRHMACSM3, .aes256GCM),
      (.aes256GCM, .aes256GCM),
    ])
  func suites(_ old: SealSuite, _ new: SealSuite) async throws {
    let node = try await node(old)
    let (grant, some) = (try node.grant(), Array(persons.prefix(40)))
    func found() async throws -> [[String]] {
      var found: [[String]] = []
      for id in some {
        found.append(try await node.lookUp(id, grant).records.map { "\($0.name) \($0.values)" })
      }
      return found
    }
    let before = try await found()
    #expect(before.filter { !$0.isEmpty }.count > 30)
    // A batch that is half loaded, with rows and rejects under the old keys.
    let file = try RegisterFile(plan, .cremation, chunkRows: 300)
    let batch = try await node.createBatch(header: file.header, kind: .increment)
    try await node.upload(file.chunks[0], to: batch.name)
    let rejects = try await node.rejects("batches/B-1")
    let begun = try await node.rotate(new)
    #expect(begun.version == 2 && begun.previousVersion == 1 && begun.pending > 10)
    #expect(begun.suite == new.name && begun.receipt != nil)
    #expect(try await found() == before)
    try await node.upload(file.chunks[1], to: batch.name)
    var steps = 0
    while try await node.keys().previousVersion != 0 {
      steps += 1
      try await node.service.resealEarlier(atMost: 1)
      // What stops here goes on from here: each step is durable by itself.
      if steps.isMultiple(of: 3) {
        try await node.restart()
        #expect(node.report.damaged.isEmpty)
      }
      if steps.isMultiple(of: 2) { #expect(try await found() == before) }
    }
    #expect(steps > 8)
    #expect(try await found() == before)
    #expect(try await node.rejects("batches/B-1") == rejects)
    for chunk in file.chunks.dropFirst(2) { try await node.upload(chunk, to: batch.name) }
    let committed = try await node.commit(batch.name, file)
    #expect(Int(committed.resourceRows) == 2 * plan.register(.cremation).accepted)
    #expect(try await found().map(\.count) == before.map { 2 * $0.count })
    let tokens = new == .aes256GCM ? "aes256Permutation" : "sm4Permutation"
    let seals = new == .aes256GCM ? "aes256GCM" : "sm4CTRHMACSM3"
    #expect(
      try versions(node) == ["index 2 hmacSHA256", "resource 2 \(seals)", "token 2 \(tokens)"])
    let heads = Set(try await pieces(node).map { Array($0.sealed.prefix(9)) })
    #expect(heads.count == 1 && heads.first?.first == new.rawValue)
    try await node.restart()
    #expect(node.report.damaged.isEmpty)
    #expect(try await found().map(\.count) == before.map { 2 * $0.count })
    await node.stop()
  }

  @Test("each step and the whole stand in the log with the root; a start agrees with them")
  func logged() async throws {
    let node = try await node()
    _ = try await node.rotate(.sm4CTRHMACSM3)
    try await node.service.resealEarlier()
    let entries = try await node.entries()
    #expect(entries.filter { $0.topic == "ingest.keys_rotation_begun" }.count == 1)
    #expect(entries.last?.topic == "ingest.keys_rotated")
    #expect(entries.last?.payload["destroyed"]?.integer == 1)
    let last = entries.last { $0.topic == "ingest.register_resealed" }
    let status = try await node.fromGateway.getResourceStatus(
      IngestV1.GetResourceStatusRequest(entry: "entries/E-1"),
      node.call("GetResourceStatus", .source))
    #expect(last?.payload["root"]?.string == Hex.encode(status.root))
    try await node.restart()
    #expect(node.report.damaged.isEmpty)
    await node.stop()
  }

  @Test("chunks that come while keys change are all kept, under the keys in use")
  func racing() async throws {
    let node = try await node()
    let file = try RegisterFile(plan, .cremation, chunkRows: 40)
    let batch = try await node.createBatch(header: file.header)
    let client = try #require(node.fromGateway)
    let service = try #require(node.service)
    let calls = try (0..<4).map { _ in try node.call("RotateKeys", .operations) }
    async let rotated: Void = {
      for (number, options) in calls.enumerated() {
        _ = try await client.rotateKeys(
          IngestV1.RotateKeysRequest(
            entry: "entries/E-1", reason: "leak", requestID: "r-\(number)"), options)
        try await service.resealEarlier()
      }
    }()
    for chunk in file.chunks { try await node.upload(chunk, to: batch.name) }
    try await rotated
    let committed = try await node.commit(batch.name, file)
    #expect(Int(committed.resourceRows) == plan.register(.cremation).accepted)
    #expect(try await node.lookUp(persons[0], try node.grant()).records.count == 1)
    #expect(Set(try await pieces(node).map { Array($0.sealed.prefix(9)) }).count == 1)
    await node.stop()
  }

  @Test(
    "a comparison whose chunks come while keys and suite change again and again answers as one before, row by row",
    arguments: [IngestV1.Direction.present, .absent])
  func compared(_ direction: IngestV1.Direction) async throws {
    let node = try await node()
    // As many runs a day as there are rotations to be met.
    let grant = try node.grant(maxRows: 10_000_000, frequency: "per-batch")
    let days = plan.today.adding(days: -30)...plan.today
    // Every third is in no register.
    let roll = persons.prefix(600).enumerated().map {
      (identifier: $0 % 3 == 2 ? identityNumber($0) : $1, name: "")
    }
    let chunks = try stride(from: 0, to: roll.count, by: 25).enumerated().map { number, start in
      try node.chunk(
        number + 1, Array(roll[start..<min(start + 25, roll.count)]), grant,
        direction: direction, period: days, comparison: "", rollRows: roll.count)
    }
    let share = try #require(node.fromShare)
    let options = try node.options(.user, entry: "/weir.share.v1.Share/UploadComparisonChunk")
    @Sendable func compared(_ number: Int) async throws -> [String] {
      var leads: [String] = []
      for var chunk in chunks {
        chunk.comparison = "comparisons/C-\(number)"
        leads += try await share.compareChunk(chunk, options).leads.map {
          "\(chunk.number) \($0.row) \($0.record) \($0.values) \($0.nameDiffers)"
        }
      }
      return leads
    }
    let before = try await compared(1)
    #expect(before.count > 150 && before.count < 600)
    let (service, gateway) = (try #require(node.service), try #require(node.fromGateway))
    let calls = try (0..<6).map { _ in try node.call("RotateKeys", .operations) }
    let isOver = Flag()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { isOver.set() }
        for (round, call) in calls.enumerated() {
          let suite = round.isMultiple(of: 2) ? SealSuite.sm4CTRHMACSM3 : .aes256GCM
          _ = try await gateway.rotateKeys(
            IngestV1.RotateKeysRequest(
              entry: "entries/E-1", suite: suite.name, reason: "leak", requestID: "r-\(round)"),
            call)
          try await service.resealEarlier()
        }
      }
      for lane in 0..<3 {
        group.addTask {
          var run = 10 + lane * 1_000
          repeat {
            let found = try await compared(run)
            #expect(found == before)
            run += 1
          } while !isOver.isSet
        }
      }
      try await group.waitForAll()
    }
    let keys = try await node.keys()
    #expect(keys.version == 7 && keys.previousVersion == 0)
    #expect(try await compared(2) == before)
    await node.stop()
  }

  @Test("an issue's record stays under check when a new stock comes in the middle of a rotation")
  func checks() async throws {
    let node = try await node()
    let record = try #require(try await node.locate(persons[0]).first)
    try await node.open([record])
    _ = try await node.rotate(.aes256GCM)
    try await node.deliver(try RegisterFile(plan, .cremation))
    let answer = try await node.lookUp(persons[0], try node.grant())
    #expect(answer.records.first?.underCheck == true)
    #expect(answer.records.first?.name != record)
    await node.stop()
  }

  @Test(
    "rows that are not what was committed are not sealed anew, and the old keys stay",
    arguments: [false, true])
  func damaged(isMissing: Bool) async throws {
    let node = try await node()
    _ = try await node.rotate(.aes256GCM)
    try await node.database.write { transaction in
      if isMissing {
        // Every row that is left opens; that some are gone shows in the root alone.
        try transaction.execute("DELETE FROM blocks WHERE id = (SELECT MIN(id) FROM blocks)")
        return
      }
      let row = try transaction.query("SELECT id, envelopes FROM blocks ORDER BY id LIMIT 1")[0]
      var envelopes: [UInt8] = try row[1]
      envelopes[40] ^= 1
      try transaction.execute(
        "UPDATE blocks SET envelopes = ?2 WHERE id = ?1", [try row[0] as Int64, envelopes])
    }
    try await node.service.resealEarlier()
    #expect(
      await refusal { try await node.lookUp(persons[0], try node.grant()) }
        == "ingest.register_damaged")
    #expect(try versions(node).filter { $0.hasPrefix("resource") }.count == 2)
    #expect(try await node.entries().contains { $0.topic == "ingest.register_damaged" })
    await node.stop()
  }

  @Test("keys of a rotation that never began are destroyed at the start, those in use never")
  func unused() async throws {
    let node = try await node()
    await node.stop()
    let folder = node.folder.path("keys")
    let ring = try Keyring(folder: folder, creates: false, random: SystemRandom())
    _ = try ring.add(
      .resource, resource: "entries/E-1", version: 2, suite: .aes256GCM, createdAt: 0)
    _ = try TokenKeyFolder(folder: folder).create(
      resource: "entries/E-1", version: 2, suite: .aes256, createdAt: 0, random: SystemRandom())
    try await node.reopen()
    #expect(
      try versions(node) == [
        "index 1 hmacSHA256", "resource 1 aes256GCM", "token 1 aes256Permutation",
      ])
    #expect(try await node.lookUp(persons[0], try node.grant()).records.count == 1)
    await node.stop()
  }

  @Test("without the keys before, a register in the middle of a rotation is not served")
  func previousLost() async throws {
    let node = try await node()
    _ = try await node.rotate(.aes256GCM)
    await node.stop()
    let folder = node.folder.path("keys")
    let ring = try Keyring(folder: folder, creates: false, random: SystemRandom())
    for key in ring.keys(.resource, resource: "entries/E-1") where key.version == 1 {
      try ring.destroy(key.id)
    }
    await #expect(throws: StartRefusal.keysMissing(entries: ["entries/E-1"])) {
      try await node.reopen()
    }
    await node.closeStores()
  }

  @Test(
    "under a master key in a token it is the same, and no file of the keys opens without it",
    .enabled(if: SoftToken.isInstalled, "there is no SoftHSM2: run deploy/setup test"))
  func underToken() async throws {
    let master = try SoftToken.shared.get().key("ingest")
    try master.create()
    let node = try await IngestNode(resealedBlocks: 6, master: master)
    node.catalog.put(catalogEntry(.cremation))
    try await node.deliver(try RegisterFile(plan, .cremation))
    _ = try await node.rotate(.sm4CTRHMACSM3)
    try await node.service.resealEarlier(atMost: 2)
    try await node.restart()
    try await node.service.resealEarlier()
    #expect(try await node.keys().previousVersion == 0)
    #expect(try await node.lookUp(persons[0], try node.grant()).records.count == 1)
    await node.stop()
    let keys = node.folder.path("keys")
    #expect(throws: KeyFileError.masterKeyMissing) {
      try Keyring(folder: keys, creates: false, random: SystemRandom())
    }
    #expect(throws: KeyFileError.masterKeyMissing) { try TokenKeyFolder(folder: keys).keys() }
  }

  @Test("who may, once, and what is refused")
  func refusals() async throws {
    let node = try await node()
    for who in [Who.source, .sourceOfficer, .user] {
      #expect(await refusal { try await node.rotate(.aes256GCM, who: who) } != nil)
    }
    #expect(
      await refusal { try await node.rotate(.aes256GCM, entry: "entries/E-2") }
        == "ingest.nothing_delivered")
    #expect(
      await refusal { try await node.rotate(suite: "des", requestID: "r-1") }
        == "ingest.suite_unknown")
    let first = try await node.rotate(.aes256GCM, requestID: "r-2")
    #expect(try await node.rotate(.aes256GCM, requestID: "r-2").version == first.version)
    #expect(
      await refusal { try await node.rotate(.aes256GCM, requestID: "r-3") }
        == "ingest.key_rotation_running")
    try await node.service.resealEarlier()
    #expect(try await node.rotate(.aes256GCM, requestID: "r-4").version == 3)
    await node.stop()
  }
}

extension IngestNode {
  func rotate(
    _ suite: SealSuite, entry: String = "entries/E-1", who: Who = .operations,
    requestID: String = Hex.encode(SystemRandom().bytes(8))
  ) async throws -> IngestV1.RegisterKeys {
    try await rotate(suite: suite.name, entry: entry, who: who, requestID: requestID)
  }

  func rotate(
    suite: String, entry: String = "entries/E-1", who: Who = .operations, requestID: String
  ) async throws -> IngestV1.RegisterKeys {
    try await fromGateway.rotateKeys(
      IngestV1.RotateKeysRequest(
        entry: entry, suite: suite, reason: "yearly", requestID: requestID),
      call("RotateKeys", who))
  }

  /// New keys for manifests, planted identifiers and waiting entries; the old ones are gone.
  func rotateSeals() async throws {
    let clock = TestClock()
    let rotation = SealRotation(
      database, service: "ingest", seals: service.seals, real: clock.now, civil: clock.now)
    _ = try await rotation.begin(suite: .sm4CTRHMACSM3, members: [])
    try await rotation.run()
    clock.pass(milliseconds: SealRotation.lingerMilliseconds)
    try await rotation.run()
    #expect(try await rotation.states().allSatisfy { $0.stage == .settled && $0.version > 1 })
    for seal in service.seals {
      let ring = try Keyring(folder: folder.path("keys"), creates: false, random: SystemRandom())
      #expect(ring.keys(seal.purpose, resource: seal.resource).count == 1)
    }
  }

  /// The keys of the first register.
  func keys() async throws -> IngestV1.RegisterKeys {
    let page = try await fromGateway.listRegisterKeys(
      IngestV1.ListRegisterKeysRequest(), call("ListRegisterKeys", .operations))
    return try #require(page.keys.first)
  }
}
