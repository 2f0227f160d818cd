// Batches through the real listener: opened, fed, refused, resumed, committed (policies e.3, AC-30 to AC-34).

import Contracts
import Crypto
import IngestFormats
import IngestHandlers
import Integrity
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite("e.3 a batch is atomic, resumable and kept whole", .serialized)
struct BatchHandlerTests {
  let plan = try! Plan(seed: 11, sizes: Sizes(total: 5_000, roll: 2_000))

  @Test(
    "planted errors come out as rejects with rule, line, value and article; the rest is taken",
    .obligation("meizhou-specific-2021/29"))
  func wholeRegister() async throws {
    let node = try await IngestNode()
    for (number, kind) in RegisterKind.allCases.enumerated() {
      let entry = Int64(number + 1)
      let who = Who(department: kind.department, system: "core", roles: [.departmentSystem])
      node.catalog.put(catalogEntry(kind, number: entry))
      let expected = plan.register(kind)
      let encoding: TextEncoding = number.isMultiple(of: 2) ? .utf8 : .gb18030
      let batch = try await node.deliver(
        try RegisterFile(plan, kind, encoding: encoding), entry: entry,
        encoding: encoding == .utf8 ? .utf8 : .gb18030, who: who)
      #expect(batch.state == .committed && batch.receipt != nil)
      #expect(batch.acceptedRows == expected.accepted)
      #expect(batch.rejectedRows == expected.rejected)
      #expect(batch.resourceRows == expected.accepted && batch.resourceRoot.count == 32)
      let counts = Dictionary(
        uniqueKeysWithValues: batch.rejectsByRule.map { ($0.rule, Int($0.count)) })
      #expect(counts == expected.rejectsByRule)
      let marks = Dictionary(
        uniqueKeysWithValues: batch.cleanedByMark.map { ($0.rule, Int($0.count)) })
      #expect(marks == expected.cleanedByMark)
      let rejects = try await node.rejects(batch.name, who: who)
      #expect(
        Set(rejects.map { RegisterPlan.Reject(line: Int($0.line), rule: $0.rule) })
          == Set(expected.rejects))
      #expect(
        rejects.allSatisfy { !$0.article.isEmpty && !$0.row.isEmpty && !$0.threshold.isEmpty })
    }
    let topics = Set(try await node.entries().map(\.topic))
    #expect(
      topics == [
        "ingest.batch_created", "ingest.batch_chunk", "ingest.batch_committed",
        "ingest.rejects_read",
      ])
    await node.stop()
  }

  @Test("chunks: again is answered, other content refused, out of order told the expected number")
  func chunkOrder() async throws {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    let file = try RegisterFile(plan, .cremation, chunkRows: 400)
    let batch = try await node.createBatch(header: file.header)
    #expect(
      await refusal { try await node.upload(file.chunks[1], to: batch.name) }
        == "ingest.chunk_out_of_order")
    let first = try await node.upload(file.chunks[0], to: batch.name)
    #expect(first.nextChunk == 2)
    #expect(try await node.upload(file.chunks[0], to: batch.name) == first)
    let forged = await refusal {
      try await node.upload(
        number: 1, firstLine: 2, rows: file.chunks[1].rowCount, file.chunks[1].bytes,
        to: batch.name)
    }
    #expect(forged == "ingest.chunk_content_differs")
    let early = await refusal { try await node.commit(batch.name, file) }
    #expect(early == "ingest.counts_differ")
    // Half a batch, then the process ends; the next one goes on.
    try await node.restart()
    #expect(try await node.upload(file.chunks[0], to: batch.name) == first)
    for chunk in file.chunks.dropFirst() { try await node.upload(chunk, to: batch.name) }
    let committed = try await node.commit(batch.name, file, requestID: "same")
    #expect(committed.resourceRows == plan.register(.cremation).accepted)
    let again = try await node.commit(batch.name, file, requestID: "same")
    #expect(again.resourceRoot == committed.resourceRoot)
    #expect(committed.receipt != nil && again.receipt == committed.receipt)
    #expect(
      await refusal { try await node.commit(batch.name, file) } == "ingest.batch_state")
    await node.stop()
  }

  @Test("bad files are refused whole, naming what is wrong", arguments: BadFile.all)
  func badFiles(_ bad: BadFile) async throws {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    let found = await refusal {
      let batch = try await node.createBatch(header: bad.header)
      return try await node.upload(
        number: 1, firstLine: 2, rows: bad.rows, bad.content, to: batch.name)
    }
    #expect(found == bad.reason)
    await node.stop()
  }

  @Test(
    "meizhou-public-2023/12e nothing is loaded without an entry, or with one that is not mounted",
    .obligation("meizhou-public-2023/12e"))
  func withoutEntry() async throws {
    let node = try await IngestNode()
    let header = Array("身份证号码,姓名,火化日期,火化证编号\n".utf8)
    #expect(await refusal { try await node.createBatch(header: header) } != nil)
    var bare = catalogEntry(.cremation)
    bare.mounted = false
    node.catalog.put(bare)
    #expect(
      await refusal { try await node.createBatch(header: header) } == "ingest.entry_not_mounted")
    node.catalog.put(catalogEntry(.cremation))
    #expect(try await node.createBatch(header: header).state == .loading)
    await node.stop()
  }

  @Test(
    "AC-30 AC-34 only the owner's registered system delivers a table; a manual upload is refused")
  func deliveryRules() async throws {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    let header = Array("身份证号码,姓名,火化日期,火化证编号\n".utf8)
    #expect(
      await refusal { try await node.createBatch(header: header, who: .other) }
        == "ingest.not_owner")
    #expect(
      await refusal {
        try await node.createBatch(header: header, mode: .file, who: .sourceOfficer)
      } == "ingest.manual_upload_refused")
    #expect(
      await refusal { try await node.createBatch(header: header, who: .sourceOfficer) }
        == "ingest.system_needed")
    var wrong = Who.source
    wrong.system = "spare"
    #expect(
      await refusal { try await node.createBatch(header: header, who: wrong) }
        == "ingest.other_system")
    var draft = catalogEntry(.cremation)
    draft.state = .draft
    node.catalog.put(draft)
    #expect(
      await refusal { try await node.createBatch(header: header) }
        == "ingest.entry_not_published")
    var loose = catalogEntry(.cremation)
    loose.mounted = false
    node.catalog.put(loose)
    #expect(
      await refusal { try await node.createBatch(header: header) } == "ingest.entry_not_mounted")
    var nobodys = catalogEntry(.cremation)
    nobodys.items.removeFirst()
    node.catalog.put(nobodys)
    #expect(
      await refusal { try await node.createBatch(header: header) }
        == "ingest.entry_without_subject")
    node.catalog.put(catalogEntry(.cremation, origin: .noSystem))
    let byHand = try await node.createBatch(header: header, mode: .file, who: .sourceOfficer)
    #expect(byHand.state == .loading)
    #expect(
      await refusal {
        try await node.fromGateway.getBatch(
          IngestV1.GetBatchRequest(name: byHand.name), node.call("GetBatch", .other))
      } == "request.not_found")
    await node.stop()
  }

  @Test(
    "data that the source's collection list does not name are not taken, where the profile binds to it",
    .obligation("meizhou-public-2023/11c"))
  func offCollectionList() async throws {
    let node = try await IngestNode()
    let header = Array("身份证号码,姓名,火化日期,火化证编号\n".utf8)
    var entry = catalogEntry(.cremation)
    entry.offCollectionList = true
    node.catalog.put(entry)
    #expect(
      await refusal { try await node.createBatch(header: header) } == "ingest.off_collection_list")
    // Whose data they are goes before; another text does not ask.
    #expect(
      await refusal { try await node.createBatch(header: header, who: .other) }
        == "ingest.not_owner")
    entry.profile = profileText("guangdong-2018")
    node.catalog.put(entry)
    #expect(try await node.createBatch(header: header).state == .loading)
    node.catalog.put(catalogEntry(.cremation))
    #expect(try await node.createBatch(header: header).state == .loading)
    await node.stop()
  }

  @Test(
    "a batch above its threshold fails, commits nothing, and is loaded again from chunk 1",
    .obligation("meizhou-specific-2021/29"))
  func qualityFailed() async throws {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    let columns = ["身份证号码", "姓名", "火化日期", "火化证编号"]
    func rows(bad: Int) -> [[String]] {
      (0..<40).map { number in
        [
          identityNumber(number), "王某某", number < bad ? "2024-02-30" : "2024-02-01", "C\(number)",
        ]
      }
    }
    let failing = try RegisterFile(columns, rows: rows(bad: 3))
    let batch = try await node.createBatch(header: failing.header)
    for chunk in failing.chunks { try await node.upload(chunk, to: batch.name) }
    let first = await refusal { try await node.commit(batch.name, failing) }
    #expect(first == "ingest.quality_failed")
    let second = await refusal { try await node.commit(batch.name, failing) }
    #expect(second == "ingest.quality_failed")
    #expect(try await node.rejects(batch.name).count == 3)
    let duties = try await node.fromGateway.listDuties(
      CommonV1.ListDutiesRequest(), node.call("ListDuties", .source))
    #expect(duties.duties.map(\.resource) == [batch.name])
    let status = try await node.fromGateway.getResourceStatus(
      IngestV1.GetResourceStatusRequest(entry: "entries/E-1"),
      node.call("GetResourceStatus", .source))
    #expect(status.rows == 0)
    // Exactly the threshold still passes: 2 of 40 are 5 %.
    let passing = try RegisterFile(columns, rows: rows(bad: 2))
    for chunk in passing.chunks { try await node.upload(chunk, to: batch.name) }
    let committed = try await node.commit(batch.name, passing)
    #expect(committed.acceptedRows == 38 && committed.resourceRows == 38)
    await node.stop()
  }

  @Test("rejected rows are kept for their term, then deleted, which is logged; the counts stay")
  func rejectsHaveATerm() async throws {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    let file = try RegisterFile(
      ["身份证号码", "姓名", "火化日期", "火化证编号"],
      rows: (0..<40).map { number in
        [identityNumber(number), "王某某", number < 2 ? "2024-02-30" : "2024-02-01", "C\(number)"]
      })
    let batch = try await node.deliver(file)
    let closed = node.clock.now().civilDate
    let last = closed.adding(days: 180)
    #expect(batch.rejectsUntil == last.iso)
    node.clock.pass(seconds: 180 * 86_400)
    try await node.service.deleteOldRejects()
    #expect(try await node.rejects(batch.name).count == 2)
    node.clock.pass(seconds: 86_400)
    try await node.service.deleteOldRejects()
    try await node.service.deleteOldRejects()
    #expect(await refusal { try await node.rejects(batch.name) } == "ingest.rejects_deleted")
    let kept = try await node.fromGateway.getBatch(
      IngestV1.GetBatchRequest(name: batch.name), node.call("GetBatch", .source))
    #expect(kept.rejectedRows == 2 && kept.rejectsByRule.map(\.count) == [2])
    let deleted = try await node.entries().filter { $0.topic == "ingest.rejects_deleted" }
    #expect(deleted.map { $0.payload.object?["rows"]?.integer } == [2])
    #expect(deleted.map { $0.payload.object?["kept_until"]?.string } == [last.iso])
    await node.stop()
  }

  @Test("an entry may allow no wrong row at all: one fails the batch")
  func noRejectAllowed() async throws {
    let node = try await IngestNode()
    var entry = catalogEntry(.cremation)
    entry.rejectThresholdPercent = 0
    node.catalog.put(entry)
    let file = try RegisterFile(
      ["身份证号码", "姓名", "火化日期", "火化证编号"],
      rows: (0..<200).map { number in
        [identityNumber(number), "王某某", number < 1 ? "2024-02-30" : "2024-02-01", "C\(number)"]
      })
    let batch = try await node.createBatch(header: file.header)
    for chunk in file.chunks { try await node.upload(chunk, to: batch.name) }
    #expect(await refusal { try await node.commit(batch.name, file) } == "ingest.quality_failed")
    await node.stop()
  }

  @Test("an increment adds, a stock replaces, an abandoned batch leaves nothing")
  func kinds() async throws {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    let file = try RegisterFile(plan, .cremation)
    let stock = try await node.deliver(file)
    let added = try await node.deliver(file, kind: .increment)
    #expect(added.resourceRows == stock.resourceRows * 2)
    let replaced = try await node.deliver(file)
    #expect(replaced.resourceRows == stock.resourceRows)
    #expect(replaced.resourceRoot != stock.resourceRoot)
    let batch = try await node.createBatch(header: file.header)
    try await node.upload(file.chunks[0], to: batch.name)
    let abandoned = try await node.fromGateway.abandonBatch(
      IngestV1.AbandonBatchRequest(name: batch.name, reason: "wrong file", requestID: "a"),
      node.call("AbandonBatch", .source))
    #expect(abandoned.state == .abandoned)
    let list = try await node.fromGateway.listBatches(
      IngestV1.ListBatchesRequest(entry: "entries/E-1", pageSize: 3),
      node.call("ListBatches", .source))
    #expect(list.batches.map(\.name) == ["batches/B-4", "batches/B-3", "batches/B-2"])
    #expect(!list.nextPageToken.isEmpty)
    try await node.restart()
    #expect(node.report.damaged.isEmpty && node.report.rows == Int(stock.resourceRows))
    await node.stop()
  }
}

/// A file that cannot be taken.
struct BadFile: Sendable, CustomTestStringConvertible {
  let reason: String
  let header: [UInt8]
  let content: [UInt8]
  let rows: Int

  init(_ reason: String, header: String? = nil, _ content: [UInt8], rows: Int = 1) {
    self.reason = reason
    self.header = Array((header ?? "身份证号码,姓名,火化日期,火化证编号\n").utf8)
    self.content = content
    self.rows = rows
  }

  var testDescription: String { reason }

  private static let good = "11010519491231002X,王某,2024-01-02,C1\n"

  static let all = [
    BadFile("ingest.header_unknown_column", header: "身份证号码,姓名,火化日,火化证编号\n", Array(good.utf8)),
    BadFile("ingest.header_item_missing", header: "身份证号码,姓名\n", Array(good.utf8)),
    BadFile("ingest.header_is_data", header: good, Array(good.utf8)),
    BadFile("ingest.encoding_wrong", GB18030.encode(good)),
    BadFile("ingest.nul_in_text", Array(good.utf8) + [0]),
    BadFile("ingest.quote_never_closed", Array("11010519491231002X,\"王某,2024-01-02,C1\n".utf8)),
    BadFile(
      "ingest.field_too_long",
      Array(
        "11010519491231002X,\(String(repeating: "a", count: 1_000_000)),2024-01-02,C1\n".utf8)),
    BadFile("ingest.row_count_differs", Array(good.utf8), rows: 2),
    BadFile("ingest.chunk_too_large", [UInt8](repeating: 0x61, count: (1 << 20) + 1)),
    BadFile("ingest.chunk_empty", [], rows: 0),
    BadFile(
      "ingest.digits_lost",
      Array((0..<30).map { "1.10105E+1\($0 % 9),王某,2024-01-02,C\($0)\n" }.joined().utf8),
      rows: 30),
  ]
}
