// What waits for a source, and how it is done: tasks, nil declarations, hands, texts (policies e.3, AC-31, AC-34).

import Contracts
import Database
import IngestHandlers
import IngestRules
import IngestStore
import Integrity
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite("e.3 deliveries fall due, and are done by whom they are for", .serialized)
struct TaskTests {
  private let columns = ["id", "name", "cremation-date", "certificate"]

  private func node() async throws -> IngestNode {
    let node = try await IngestNode()
    var entry = catalogEntry(.cremation)
    entry.profile = profileText("meizhou-specific-2021")
    node.catalog.put(entry)
    return node
  }

  private func publish(
    _ node: IngestNode, profile: String = "meizhou-specific-2021",
    class kind: String = "specific_population", version: Int64 = 1, frequency: String = ""
  ) async throws {
    try await node.follow(
      "catalog.entry_published",
      [
        ("entry", "entries/E-1"), ("version", .integer(version)), ("frequency", .string(frequency)),
        ("owner", "departments/civil-affairs"),
        ("profile", .string(profileText(profile))), ("origin", "self_built"),
        ("class", .string(kind)),
        ("time", .integer(node.clock.now().milliseconds)),
      ])
  }

  private func duties(
    _ node: IngestNode, who: Who = .source, of department: String = ""
  ) async throws -> [CommonV1.Duty] {
    var all: [CommonV1.Duty] = []
    var token = ""
    repeat {
      let page = try await node.fromGateway.listDuties(
        CommonV1.ListDutiesRequest(pageSize: 1, pageToken: token, department: department),
        node.call("ListDuties", who))
      all += page.duties
      token = page.nextPageToken
    } while !token.isEmpty
    return all
  }

  private func file(_ rows: Int = 2, bad: Int = 0) throws -> RegisterFile {
    try RegisterFile(
      columns,
      rows: (0..<rows).map {
        [identityNumber($0), "王某某", $0 < bad ? "2024-02-30" : "2024-02-01", "C\($0)"]
      }, chunkRows: 20)
  }

  private func declareNil(_ node: IngestNode, asOf: String) async throws -> IngestV1.Batch {
    let batch = try await node.createBatch(
      header: [], kind: .increment, format: .jsonLines, asOf: asOf)
    return try await node.fromGateway.commitBatch(
      IngestV1.CommitBatchRequest(name: batch.name, requestID: batch.name, declaresNil: true),
      node.call("CommitBatch", .source))
  }

  @Test(
    "meizhou-specific-2021/14 a published entry waits for its stock, then for increments or a nil")
  func tasks() async throws {
    let node = try await node()
    #expect(try await duties(node).isEmpty)
    try await publish(node)
    let stock = try await duties(node)
    #expect(stock.map(\.action) == ["deliver-stock"])
    #expect(stock.first?.resource == "entries/E-1")
    // 15 working days from 2024-03-04.
    #expect(stock.first?.due?.date == "2024-03-25")
    #expect(stock.first?.due?.article == "meizhou-specific-2021/14a")
    #expect(stock.first?.summary?.english.contains("2015") == true)
    #expect(try await duties(node, who: .other).isEmpty)
    // The catalogue is told the same, for the gate of projects.
    func figures(of department: String = "departments/civil-affairs") async throws
      -> [IngestV1.DeliveryFigure]
    {
      try await node.fromCatalog.listDeliveryFigures(
        .init(department: department), CallOptions()
      ).figures
    }
    #expect(try await figures().map(\.action) == ["deliver-stock"])
    #expect(try await figures().first?.due == stock.first?.due)
    #expect(try await figures().first?.delivered == false)
    #expect(try await figures(of: "departments/health").isEmpty)
    try await node.deliver(try file())
    #expect(try await duties(node).isEmpty)
    let delivered = try await figures()
    #expect(delivered.map(\.rows) == [2] && delivered.first?.delivered == true)
    node.clock.pass(seconds: 10 * 86_400)
    let increment = try await duties(node)
    #expect(increment.map(\.action) == ["deliver-increment"])
    // 5 working days from 2024-03-05, the first day on which something may be new.
    #expect(increment.first?.due?.date == "2024-03-12")
    #expect(increment.first?.due?.overdueDays == 2)
    let declared = try await declareNil(node, asOf: "2024-03-14")
    #expect(declared.state == .nilDeclared)
    #expect(try await duties(node).isEmpty)
    #expect(try await node.status().rows == 2)
    try await node.restart()
    #expect(node.report.damaged.isEmpty && node.report.rows == 2)
    await node.stop()
  }

  @Test("AC-92 what a disabled source owes is listed for its authority alone")
  func disabledSource() async throws {
    let node = try await node()
    try await publish(node)
    var bureau = Who(department: "data-bureau", isPerson: true, roles: [.authority])
    let source = "departments/civil-affairs"
    func reason(_ who: Who) async -> String? {
      await refusal { try await duties(node, who: who, of: source) }
    }
    #expect(await reason(bureau) == "request.not_found")
    node.registry.change("civil-affairs") { $0.state = .disabled }
    #expect(
      try await duties(node, who: bureau, of: source).map(\.action) == ["deliver-stock"])
    #expect(await reason(.other) == "request.not_found")
    bureau.roles = [.departmentOfficer]
    #expect(await reason(bureau) == "request.not_found")
    await node.stop()
  }

  @Test("luyi-2019/8.2b the increment clock is for population data; others have no such task")
  func scope() async throws {
    let node = try await node()
    try await publish(node, profile: "luyi-2019", class: "economy")
    try await node.deliver(try file())
    node.clock.pass(seconds: 10 * 86_400)
    #expect(try await duties(node).isEmpty)
    try await publish(node, profile: "luyi-2019", class: "population")
    #expect(try await duties(node).map(\.action) == ["deliver-increment"])
    try await node.follow("catalog.entry_withdrawn", [("entry", "entries/E-1")])
    #expect(try await duties(node).isEmpty)
    await node.stop()
  }

  @Test("luyi-2019/9.2 after a change of items the source supplies them, promptly, then goes on")
  func supply() async throws {
    let node = try await node()
    try await publish(node, profile: "luyi-2019", class: "economy")
    try await node.deliver(try file())
    #expect(try await duties(node).isEmpty)
    node.clock.pass(seconds: 86_400)
    try await publish(node, profile: "luyi-2019", class: "economy", version: 2)
    let owed = try await duties(node)
    #expect(owed.map(\.action) == ["supply-items"])
    #expect(owed.first?.due?.article == "weir-default/g.17")
    // Nothing of the new items is there to supply: that is said, too.
    var entry = catalogEntry(.cremation)
    entry.profile = profileText("meizhou-specific-2021")
    entry.version = 2
    node.catalog.put(entry)
    _ = try await declareNil(node, asOf: node.clock.now().civilDate.iso)
    #expect(try await duties(node).isEmpty)
    await node.stop()
  }

  @Test(
    "meizhou-public-2023/13a the declared frequency says when the next delivery is due",
    .obligation("meizhou-public-2023/13a"))
  func frequency() async throws {
    let node = try await node()
    try await publish(node, profile: "meizhou-public-2023", frequency: "monthly")
    let first = try await duties(node)
    let today = node.clock.now().civilDate
    #expect(first.map(\.action) == ["deliver-update"])
    #expect(first.first?.due?.date == today.adding(months: 1).iso)
    #expect(first.first?.due?.article == "meizhou-public-2023/13a")
    #expect(first.first?.due?.overdueDays == 0)
    node.clock.pass(seconds: 40 * 86_400)
    #expect((try await duties(node).first?.due?.overdueDays ?? 0) > 0)
    for frequency in ["real_time", "irregular", ""] {
      try await publish(node, profile: "meizhou-public-2023", frequency: frequency)
      #expect(try await duties(node).isEmpty, "\(frequency)")
    }
    await node.stop()
  }

  @Test(
    "meizhou-public-2023/13a a daily register is stale the day after, a monthly one is not yet",
    .obligation("meizhou-public-2023/13a"))
  func daily() async throws {
    for (frequency, overdue) in [("daily", 1), ("monthly", 0)] {
      let node = try await node()
      try await publish(node, profile: "meizhou-public-2023", frequency: frequency)
      #expect(try await duties(node).first?.due?.overdueDays == 0, "\(frequency)")
      node.clock.pass(seconds: 2 * 86_400)
      #expect(try await duties(node).first?.due?.overdueDays == Int32(overdue), "\(frequency)")
      await node.stop()
    }
  }

  @Test("a repaired file is loaded anew although its first chunk was right")
  func repaired() async throws {
    let node = try await node()
    func file(bad: ClosedRange<Int>?) throws -> RegisterFile {
      try RegisterFile(
        columns,
        rows: (0..<40).map {
          [
            identityNumber($0), "王某某", bad?.contains($0) == true ? "2024-02-30" : "2024-02-01",
            "C\($0)",
          ]
        }, chunkRows: 20)
    }
    let failing = try file(bad: 30...35)
    let batch = try await node.createBatch(header: failing.header)
    for chunk in failing.chunks { try await node.upload(chunk, to: batch.name) }
    #expect(
      await refusal { try await node.commit(batch.name, failing) } == "ingest.quality_failed")
    let failed = try await node.fromGateway.getBatch(
      IngestV1.GetBatchRequest(name: batch.name), node.call("GetBatch", .source))
    #expect(failed.nextChunk == 1)
    let repaired = try file(bad: nil)
    for chunk in repaired.chunks { try await node.upload(chunk, to: batch.name) }
    #expect(try await node.commit(batch.name, repaired).acceptedRows == 40)
    await node.stop()
  }

  @Test("AC-34 a table is fed and committed by the system that opened it alone")
  func hands() async throws {
    let node = try await node()
    let file = try file()
    let batch = try await node.createBatch(header: file.header)
    #expect(
      await refusal { try await node.upload(file.chunks[0], to: batch.name, who: .sourceOfficer) }
        == "ingest.system_needed")
    var spare = Who.source
    spare.system = "spare"
    #expect(
      await refusal { try await node.upload(file.chunks[0], to: batch.name, who: spare) }
        == "ingest.other_system")
    try await node.upload(file.chunks[0], to: batch.name)
    #expect(
      await refusal { try await node.commit(batch.name, file, who: .sourceOfficer) }
        == "ingest.system_needed")
    #expect(try await node.commit(batch.name, file).acceptedRows == 2)
    await node.stop()
  }

  @Test("AC-31 the batch of a correction that a crash left is nobody's to fill, and is closed")
  func leftCorrection() async throws {
    let node = try await node()
    try await node.deliver(try file())
    let left = try await node.database.write { transaction in
      guard let batch = try transaction.batch(1) else { throw UnreadableContent(what: "batch") }
      var terms = batch.terms
      terms.kind = .correction
      return try transaction.insertBatch(terms, actor: batch.actor, at: batch.created)
    }
    #expect(
      await refusal { try await node.upload(try file().chunks[0], to: left.name) }
        == "ingest.batch_of_correction")
    try await node.restart()
    let closed = try await node.fromGateway.getBatch(
      IngestV1.GetBatchRequest(name: left.name), node.call("GetBatch", .source))
    #expect(closed.state == .abandoned)
    await node.stop()
  }

  @Test("meizhou-public-2023/39 no text holds an identity number")
  func texts() async throws {
    let node = try await node()
    let file = try file()
    let batch = try await node.createBatch(header: file.header)
    let text = "本人 110105 19491231 002X 健在"
    #expect(
      await refusal {
        try await node.fromGateway.abandonBatch(
          IngestV1.AbandonBatchRequest(name: batch.name, reason: text, requestID: "a"),
          node.call("AbandonBatch", .source))
      } == "ingest.identity_number_in_text")
    var other = IngestV1.Batch()
    other.entry = "entries/E-1"
    other.mode = .table
    other.kind = .stock
    other.format = .csv
    other.header = file.header
    other.asOf = "2024-03-04"
    for field in [\IngestV1.Batch.coverage, \.modeReason] {
      var bad = other
      bad[keyPath: field] = text
      let request = IngestV1.CreateBatchRequest(batch: bad, requestID: "b")
      #expect(
        await refusal {
          try await node.fromGateway.createBatch(request, node.call("CreateBatch", .source))
        } == "ingest.identity_number_in_text")
    }
    try await node.upload(file.chunks[0], to: batch.name)
    _ = try await node.commit(batch.name, file)
    let record = try #require(try await node.locate(identityNumber(1)).first)
    try await node.open([record])
    var correction = node.correction(record, [:])
    correction.reason = text
    #expect(
      await refusal {
        try await node.fromGateway.correctRecord(
          correction, node.call("CorrectRecord", .sourceOfficer))
      } == "ingest.identity_number_in_text")
    await node.stop()
  }

  @Test("a mask that is set later hides what was delivered before; an unknown one hides all")
  func masks() async throws {
    let node = try await node()
    try await node.deliver(try file())
    try await node.publish(
      catalogEntry(.cremation, masks: ["name": "name", "cremation-date": "of-tomorrow"]))
    let found = try await node.lookUp(identityNumber(1), try node.grant())
    #expect(found.records.first?.values.map(\.value) == ["王**", "**********"])
    await node.stop()
  }

  @Test("a page of rejects stays below what a message may be, and holds each row once")
  func wideRejects() async throws {
    let node = try await IngestNode()
    var entry = catalogEntry(.cremation)
    for number in 0..<14 {
      var item = CatalogV1.Item()
      item.name = "extra-\(number)"
      item.title = "项\(number)"
      item.type = .integer
      entry.items.append(item)
    }
    entry.rejectThresholdPercent = 100
    node.catalog.put(entry)
    let wide = String(repeating: "字", count: 200)
    let extra = (0..<14).map { "extra-\($0)" }
    let file = try RegisterFile(
      columns + extra,
      rows: (0..<500).map {
        [identityNumber($0 % 900), "王某某", "x", "C"] + extra.map { _ in wide }
      },
      chunkRows: 40)
    let batch = try await node.createBatch(header: file.header)
    for chunk in file.chunks { try await node.upload(chunk, to: batch.name) }
    var rejects: [IngestV1.Reject] = []
    var token = ""
    repeat {
      let page = try await node.fromGateway.listRejects(
        IngestV1.ListRejectsRequest(batch: batch.name, pageSize: 500, pageToken: token),
        node.call("ListRejects", .source))
      rejects += page.rejects
      token = page.nextPageToken
    } while !token.isEmpty
    #expect(rejects.count == 500 * 15)
    #expect(rejects.count { !$0.row.isEmpty } == 500)
    await node.stop()
  }
}
