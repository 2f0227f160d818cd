// Claims, located records, recipients and corrections (AC-31, AC-42, AC-60, meizhou-public-2023/21).

import Access
import Contracts
import Crypto
import Database
import Foundation
import IngestHandlers
import IngestStore
import Integrity
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite(
  "AC-31 AC-42 a claim is matched, a record is repaired, and its receivers are known", .serialized)
struct RepairHandlerTests {
  private let columns = ["id", "name", "cremation-date", "certificate", "revoked"]

  private func node(harmless: Bool = false) async throws -> IngestNode {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation, harmless: harmless))
    try await node.deliver(
      try RegisterFile(
        columns,
        rows: [
          [identityNumber(1), "张三", "2024-01-05", "C1", ""],
          [identityNumber(2), "李四", "2024-01-07", "C2", "1"],
          [identityNumber(3), "王五", "2024-02-01", "C3", ""],
        ]))
    return node
  }

  private func verify(
    _ node: IngestNode, _ id: String, _ name: String, _ value: String,
    who: Who = .sourceOfficer
  ) async throws -> IngestV1.VerifyClaimResponse.Answer {
    try await node.fromShare.verifyClaim(
      IngestV1.VerifyClaimRequest(
        entry: "entries/E-1", request: "verification-requests/V-1",
        subject: try node.subject(id, name: name), item: "cremation-date", assertedValue: value),
      node.options(who, entry: "/weir.share.v1.Share/DecideVerificationRequest")
    ).answer
  }

  @Test("AC-42 a claim matches or does not; who is not in the register does not match either")
  func claims() async throws {
    let node = try await node()
    #expect(try await verify(node, identityNumber(1), "张三", "2024-01-05") == .match)
    #expect(try await verify(node, identityNumber(1), "张三", "2024-01-06") == .noMatch)
    #expect(try await verify(node, identityNumber(1), "张四", "2024-01-05") == .noMatch)
    #expect(try await verify(node, identityNumber(2), "李四", "2024-01-07") == .noMatch)
    #expect(try await verify(node, identityNumber(50), "周八", "2024-01-05") == .noMatch)
    var stranger = Who.sourceOfficer
    stranger.department = "health"
    let refused = await refusal {
      try await verify(node, identityNumber(1), "张三", "2024-01-05", who: stranger)
    }
    #expect(refused == "ingest.not_the_source")
    await node.stop()
    let open = try await self.node(harmless: true)
    #expect(try await verify(open, identityNumber(50), "周八", "2024-01-05") == .notFound)
    await open.stop()
  }

  private func locate(_ node: IngestNode, _ id: String) async throws -> [String] {
    try await node.fromFeedback.locateRecords(
      IngestV1.LocateRecordsRequest(
        entry: "entries/E-1", subject: try node.subject(id), slipNumber: "S-1"),
      node.options(.user, entry: "/weir.feedback.v1.Feedback/FileIssue")
    ).records
  }

  private func recipients(_ node: IngestNode, _ record: String, item: String = "")
    async throws -> [IngestV1.Recipient]
  {
    var all: [IngestV1.Recipient] = []
    var token = ""
    repeat {
      var metadata = Metadata()
      metadata.append(CallMetadata.callID, String(repeating: "a", count: 32))
      let page = try await node.fromFeedback.listRecipients(
        IngestV1.ListRecipientsRequest(record: record, item: item, pageSize: 1, pageToken: token),
        CallOptions(metadata: metadata))
      all += page.recipients
      token = page.nextPageToken
    } while !token.isEmpty
    return all
  }

  private func correct(
    _ node: IngestNode, _ record: String, _ values: [String: String], id: String = "fix",
    who: Who = .sourceOfficer
  ) async throws -> IngestV1.Batch {
    try await node.fromGateway.correctRecord(
      IngestV1.CorrectRecordRequest(
        record: record, issue: "issues/Q-1",
        values: values.map { IngestV1.Value(item: $0.key, value: $0.value) },
        remove: values.isEmpty, reason: "alive", requestID: id),
      node.call("CorrectRecord", who))
  }

  @Test(
    "receivers of a record are those to whom it went: lookups and leads, never hidden rows or decoys"
  )
  func receivers() async throws {
    let node = try await node()
    let record = try #require(try await locate(node, identityNumber(1)).first)
    #expect(try await recipients(node, record).isEmpty)
    _ = try await node.lookUp(identityNumber(1), try node.grant())
    _ = try await node.lookUp(
      identityNumber(1),
      try node.grant(
        rows: [RowCondition(item: "name", comparison: .equal, values: ["无人"])], number: 2))
    let last = try #require(CivilDate(iso: "2024-02-29"))
    let roll = [(identityNumber(30), ""), (identityNumber(1), "张三")].map {
      (identifier: $0.0, name: $0.1)
    }
    _ = try await node.compare(roll, try node.grant(number: 3), period: last...last)
    let early = try #require(CivilDate(iso: "2023-12-31"))
    _ = try await node.compare(
      roll, try node.grant(number: 4), period: early...early, comparison: "comparisons/C-2")
    let all = try await recipients(node, record)
    #expect(all.map(\.grant) == ["grants/G-1", "grants/G-3"])
    #expect(all.map(\.department) == ["human-resources", "human-resources"])
    #expect(all.map(\.comparison) == ["", "comparisons/C-1"])
    #expect(all.last?.row == 1 && all.last?.chunk == 1)
    #expect(all.first?.caseNumber == "case-7")
    #expect(try await recipients(node, record, item: "place").isEmpty)
    await node.stop()
  }

  @Test("a correction replaces or removes one record as a batch of its own, and says so")
  func corrections() async throws {
    let node = try await node()
    let record = try #require(try await locate(node, identityNumber(1)).first)
    var stranger = Who.sourceOfficer
    stranger.department = "health"
    #expect(
      await refusal { try await correct(node, record, [:], who: stranger) }
        == "ingest.not_the_source")
    #expect(
      await refusal { try await correct(node, record, ["id": identityNumber(1)]) }
        == "ingest.correction_rejected")
    let fixed = [
      "id": identityNumber(1), "name": "张三", "cremation-date": "2024-01-15", "certificate": "C1",
    ]
    let batch = try await correct(node, record, fixed)
    #expect(batch.kind == .correction && batch.issue == "issues/Q-1" && batch.resourceRows == 3)
    #expect(try await correct(node, record, fixed).name == batch.name)
    #expect(
      await refusal { try await correct(node, record, fixed, id: "again") }
        == "ingest.record_unknown")
    let now = try await node.lookUp(identityNumber(1), try node.grant())
    #expect(now.records.map { $0.values.map(\.value) } == [["张三", "2024-01-15"]])
    let successor = try #require(now.records.first?.name)
    #expect(successor != record)
    let gone = try await correct(node, successor, [:], id: "remove")
    #expect(gone.resourceRows == 2)
    #expect(try await node.lookUp(identityNumber(1), try node.grant()).records.isEmpty)
    let events = try await node.entries().filter { $0.topic == "ingest.record_corrected" }
    #expect(events.map { $0.payload["record"]?.string } == [record, successor])
    #expect(events.map { $0.payload["removed"]?.bool } == [false, true])
    #expect(events.first?.payload["items"]?.array?.compactMap(\.string) == ["cremation-date"])
    try await node.restart()
    #expect(node.report.damaged.isEmpty && node.report.rows == 2)
    #expect(try await node.lookUp(identityNumber(1), try node.grant()).records.isEmpty)
    #expect(try await node.lookUp(identityNumber(3), try node.grant()).records.count == 1)
    await node.stop()
  }
}

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
    "no identifier and no name stands in any file, in any encoding, after ingest, lookup and comparison"
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
