// What lies on disk: opens to nobody, cannot be changed unseen, and is served under its own keys alone (AC-33, DESIGN section 7).

import Contracts
import Crypto
import Database
import Foundation
import IngestHandlers
import IngestStore
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite("AC-33 what lies on disk opens to nobody and cannot be changed unseen", .serialized)
struct AtRestTests {
  private let plan = try! Plan(seed: 5, sizes: Sizes(total: 3_000, roll: 500))

  private func node() async throws -> IngestNode {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    try await node.deliver(try RegisterFile(plan, .cremation))
    return node
  }

  @Test(
    "no identifier and no name stands in any file, in any encoding, after ingest, lookup and comparison",
    .obligation("meizhou-specific-2021/33b", "hebi-2021/27.i4b")
  )
  func hunt() async throws {
    let node = try await node()
    let rows = RegisterRows(plan, .cremation)
    let fields = (0..<rows.count).map(rows.fields(ofRow:))
    let sound = fields.filter { (try? PersonIdentifier.read($0[0])) != nil }
    for row in sound.prefix(5) { _ = try await node.lookUp(row[0], try node.grant(), name: row[1]) }
    let day = plan.today
    _ = try await node.compare(
      sound.prefix(300).map { (identifier: $0[0], name: $0[1]) }, try node.grant(),
      period: day...day)
    let batch = try await node.createBatch(
      header: Array("id,name,cremation-date,certificate\n".utf8), kind: .increment)
    try await node.upload(
      number: 1, firstLine: 2, rows: 2,
      Array("\(identityNumber(5)),某某某,2024-01-01,C9\n\(identityNumber(6)),某某某,xx,C9\n".utf8),
      to: batch.name)
    _ = try await node.rejects(batch.name)
    var needles: [[UInt8]] = []
    let planted = sound.prefix(40).map { ($0[0], $0[1]) } + [(identityNumber(5), "某某某")]
    for (id, name) in planted {
      for text in [id, name] where text.utf8.count > 6 {
        needles.append(Array(text.utf8))
        needles.append(text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
        needles.append(Array(Base64.encode(Array(text.utf8)).utf8.prefix(8)))
      }
      needles.append(try block(id))
    }
    var files = 0
    let walk = FileManager.default.enumerator(atPath: node.folder.path)
    while let name = walk?.nextObject() as? String {
      guard let data = FileManager.default.contents(atPath: node.folder.path(name)) else {
        continue
      }
      files += 1
      for needle in needles {
        #expect(data.range(of: Data(needle)) == nil, "\(name)")
      }
    }
    #expect(files >= 6)
    await node.stop()
  }

  @Test(
    "DESIGN 7 without its own keys a register is not served and none are made; with them it answers"
  )
  func lostKeys() async throws {
    let node = try await node()
    let rows = RegisterRows(plan, .cremation)
    let id = try #require(
      (0..<rows.count).map { rows.fields(ofRow: $0)[0] }.first {
        (try? PersonIdentifier.read($0)) != nil
      })
    // Another register, whose key will stand in the lost one's place.
    node.catalog.put(catalogEntry(.cremation, number: 2))
    let keys = node.folder.path("keys")
    func tokenFiles() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: keys).filter { $0.hasPrefix("token-") }
    }
    let file = try #require(try tokenFiles().first)
    await node.stop()
    let aside = node.folder.path("aside.key")
    try FileManager.default.moveItem(atPath: keys + "/" + file, toPath: aside)
    await #expect(throws: StartRefusal.keysMissing(entries: ["entries/E-1"])) {
      try await node.reopen()
    }
    #expect(try tokenFiles().isEmpty)
    await node.closeStores()
    // A key of the same name and resource that is not the one in use.
    let forged = try TokenKeyFolder(folder: keys).create(
      resource: "entries/E-1", version: 1, suite: .aes256, createdAt: 0, random: SystemRandom())
    await #expect(throws: StartRefusal.keysMissing(entries: ["entries/E-1"])) {
      try await node.reopen()
    }
    await node.closeStores()
    try TokenKeyFolder(folder: keys).destroy(forged.id)
    try FileManager.default.moveItem(atPath: aside, toPath: keys + "/" + file)
    try await node.reopen()
    #expect(try await node.lookUp(id, try node.grant()).records.count == 1)
    await node.stop()
  }

  @Test("rows swapped between two persons, or changed, are found at the start and do not open")
  func swapped() async throws {
    let node = try await node()
    let grant = try node.grant()
    let rows = RegisterRows(plan, .cremation)
    let ids = (0..<rows.count).map { rows.fields(ofRow: $0)[0] }
      .filter { (try? PersonIdentifier.read($0)) != nil }
    #expect(try await node.lookUp(ids[0], grant).records.count == 1)
    // Every block gets its envelopes turned by one place: each row lies under another person's token.
    try await node.database.write { transaction in
      let found = try transaction.query("SELECT id, tokens, ids, envelopes FROM blocks")
      for row in found {
        guard
          let pack = RowPack(
            tokens: try row["tokens"], ids: try row["ids"], envelopes: try row["envelopes"]),
          pack.count > 1
        else { continue }
        var turned = RowPack()
        for slot in 0..<pack.count {
          turned.append(
            token: pack.token(slot), id: pack.ids[slot],
            envelope: pack.envelope((slot + 1) % pack.count))
        }
        let id: Int64 = try row["id"]
        try transaction.execute(
          "UPDATE blocks SET envelopes = ?2 WHERE id = ?1", [id, turned.envelopeColumn])
      }
    }
    #expect(await refusal { try await node.lookUp(ids[0], grant) } == "ingest.register_damaged")
    try await node.restart()
    #expect(node.report.damaged == ["entries/E-1"])
    #expect(await refusal { try await node.lookUp(ids[1], grant) } == "ingest.register_damaged")
    await node.stop()
  }

  @Test(
    "rejected rows, lists of who was asked for and planted identifiers that were swapped do not open",
    arguments: ["rejects", "disclosures", "canaries"])
  func swappedSeals(_ table: String) async throws {
    let node = try await node()
    for number in 1...2 {
      _ = try await node.lookUp(identityNumber(number), try node.grant())
      _ = try await node.fromGateway.plantCanary(
        .init(
          subject: try node.subject(identityNumber(900 + number)), note: "",
          requestID: "plant-\(number)"),
        node.call(
          "PlantCanary", Who(department: "audit-bureau", isPerson: true, roles: [.auditor])))
    }
    let seals = node.service.seals
    try await node.database.write { transaction in
      let rows = try transaction.query("SELECT id, sealed FROM \(table) ORDER BY id LIMIT 2")
      for (row, other) in [(0, 1), (1, 0)] {
        try transaction.execute(
          "UPDATE \(table) SET sealed = ?2 WHERE id = ?1",
          [try rows[row][0] as Int64, try rows[other][1] as [UInt8]])
      }
    }
    if table == "rejects" {
      #expect(await refusal { try await node.rejects("batches/B-1") } == "store.value_damaged")
    } else {
      let rotation = SealRotation(
        node.database, service: "ingest", seals: seals, real: { TestDatabase.noon },
        civil: { TestDatabase.noon })
      _ = try await rotation.begin(suite: nil, members: [])
      try await rotation.run()
      #expect(try await rotation.states().reduce(0) { $0 + $1.damaged } == 2)
      #expect(
        try await node.entries().count { $0.topic == "ingest.sealed_value_damaged" } == 1)
    }
    if table == "canaries" {
      // It does not begin without knowing whom they name.
      await node.stop()
      await #expect(throws: SealError.self) { try await node.reopen() }
      await node.closeStores()
    } else {
      await node.stop()
    }
  }

  @Test("an index cut short, forged or of another state is not served but made anew")
  func index() async throws {
    let node = try await node()
    let grant = try node.grant()
    let rows = RegisterRows(plan, .cremation)
    let id = try #require(
      (0..<rows.count).map { rows.fields(ofRow: $0)[0] }.first {
        (try? PersonIdentifier.read($0)) != nil
      })
    let folder = node.dataFolder + "/index"
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
    let path = folder + "/" + name
    let whole = try #require(FileManager.default.contents(atPath: path))
    for bad in [whole.prefix(whole.count / 2), Data(whole.reversed()), Data()] {
      await node.stop()
      try bad.write(to: URL(fileURLWithPath: path))
      try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/E-9-1.index"))
      try await node.reopen()
      #expect(try await node.lookUp(id, grant).records.count == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [name])
      #expect(FileManager.default.contents(atPath: path) == whole)
    }
    await node.stop()
  }

  @Test("an index of an older generation, put back under the newest name, is made anew")
  func replayedIndex() async throws {
    let node = try await node()
    let rows = RegisterRows(plan, .cremation)
    let ids = (0..<rows.count).map { rows.fields(ofRow: $0)[0] }
      .filter { (try? PersonIdentifier.read($0)) != nil }
    let folder = node.dataFolder + "/index"
    func name() throws -> String {
      try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
    }
    let old = try #require(FileManager.default.contents(atPath: folder + "/" + (try name())))
    // A stock that lacks most people: whoever searches the old index finds more.
    let kept = (0..<40).map(rows.fields(ofRow:))
    try await node.deliver(
      try RegisterFile(RegisterKind.cremation.columns.map(\.title), rows: kept))
    let path = folder + "/" + (try name())
    let new = try #require(FileManager.default.contents(atPath: path))
    #expect(new != old)
    await node.stop()
    try old.write(to: URL(fileURLWithPath: path))
    try await node.reopen()
    #expect(node.report.damaged.isEmpty)
    #expect(FileManager.default.contents(atPath: path) == new)
    let last = try #require(ids.last)
    #expect(try await node.lookUp(last, try node.grant()).records.isEmpty)
    await node.stop()
  }

  @Test(
    "a store or key file that was cut short keeps the service from starting",
    arguments: [
      "ingest/ingest.sqlite", "ingest/identity.sqlite", "keys/keyring", "keys/epoch.key",
      "keys/token",
    ])
  func truncated(_ file: String) async throws {
    let node = try await node()
    await node.stop()
    var path = node.folder.path(file)
    if file == "keys/token" {
      let folder = node.folder.path("keys")
      let name = try FileManager.default.contentsOfDirectory(atPath: folder).first {
        $0.hasPrefix("token-")
      }
      path = folder + "/" + (try #require(name))
    }
    let whole = try #require(FileManager.default.contents(atPath: path))
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.truncate(atOffset: UInt64(whole.count / 2))
    try handle.close()
    await #expect(throws: (any Error).self) { try await node.reopen() }
    // Put back whole it goes on: nothing was made anew in its place.
    await node.closeStores()
    try whole.write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    try await node.reopen()
    #expect(node.report.damaged.isEmpty && node.report.rows > 0)
    await node.stop()
  }

  @Test("salts of chunks that were never kept are swept at the start; those that are needed stay")
  func orphans() async throws {
    let node = try await node()
    let file = try RegisterFile(plan, .cremation, chunkRows: 300)
    let batch = try await node.createBatch(header: file.header)
    try await node.upload(file.chunks[0], to: batch.name)
    let number = try #require(ResourceName(batch.name)?.number)
    try await node.identity.write { transaction in
      try transaction.stageSalts(
        [0: [1]], batch: number, StagedSaltKey(chunk: 1, attempt: 5))
      try transaction.stageSalts([0: [1]], batch: 99, StagedSaltKey(chunk: 1, attempt: 5))
      try transaction.insertSalts([(id: 9_999_999, salts: [1])], batch: 98)
    }
    try await node.restart()
    let left = try await node.identity.read { transaction in
      (
        try transaction.saltedBatches(),
        try transaction.query("SELECT attempt FROM staged_salts WHERE attempt = 5").count
      )
    }
    #expect(left.0 == [1, number] && left.1 == 0)
    for chunk in file.chunks.dropFirst() { try await node.upload(chunk, to: batch.name) }
    let committed = try await node.commit(batch.name, file)
    #expect(committed.resourceRows == plan.register(.cremation).accepted)
    await node.stop()
  }
}
