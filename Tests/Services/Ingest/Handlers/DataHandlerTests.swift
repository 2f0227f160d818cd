// Lookup and comparison through the real listener, under signed grants (AC-41, AC-45, AC-47, AC-52, AC-53).

import Access
import Contracts
import Crypto
import Database
import IngestHandlers
import Integrity
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite(
  "AC-41 a sealed record is opened under a grant alone, and never more than it covers", .serialized)
struct DataHandlerTests {
  let columns = ["id", "name", "cremation-date", "certificate", "revoked"]

  /// A small cremation register: two records for the first person, a revoked one, one after the period.
  private func node(masks: [String: String] = [:]) async throws -> IngestNode {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation, masks: masks))
    let rows = [
      [identityNumber(1), "张三", "2024-01-05", "C1", ""],
      [identityNumber(1), "张三", "2024-02-06", "C2", ""],
      [identityNumber(2), "李四", "2024-01-07", "C3", "1"],
      [identityNumber(3), "王五", "2024-03-02", "C4", ""],
      [identityNumber(4), "赵六", "2023-12-31", "C5", ""],
    ]
    try await node.deliver(try RegisterFile(columns, rows: rows))
    return node
  }

  @Test("granted items of the subject leave, with lineage, and a receipt that verifies offline")
  func found() async throws {
    let node = try await node()
    let reply = try await node.lookUp(identityNumber(1), try node.grant(), name: "张三")
    #expect(reply.records.count == 2)
    #expect(
      Set(reply.records.map { $0.values.map(\.value) }) == [
        ["张三", "2024-01-05"], ["张三", "2024-02-06"],
      ])
    #expect(reply.records.allSatisfy { !$0.nameDiffers && !$0.underCheck })
    #expect(reply.records.allSatisfy { $0.lineage?.batch == "batches/B-1" })
    #expect(reply.records.allSatisfy { $0.lineage?.asOf == "2024-03-04" })
    let receipt = try Receipt(try #require(reply.receipt).json)
    let verified = try receipt.verify(root: node.evidenceRoot.verifier)
    let disclosure = verified.payload
    #expect(disclosure["grant"]?.string == "grants/G-1")
    #expect(disclosure["case"]?.string == "case-7")
    #expect(disclosure["subjects"]?.integer == 1)
    let other = try await node.lookUp(identityNumber(1), try node.grant(), name: "张四")
    #expect(other.records.allSatisfy { $0.nameDiffers })
    await node.stop()
  }

  @Test("not found answers like found without records, and is disclosed too")
  func notFound() async throws {
    let node = try await node()
    let before = try await node.entries().count { $0.topic == "ingest.disclosure" }
    let absent = try await node.lookUp(identityNumber(99), try node.grant())
    #expect(absent.records.isEmpty && absent.lineage?.batch == "batches/B-1")
    let revoked = try await node.lookUp(identityNumber(2), try node.grant())
    #expect(revoked.records.isEmpty)
    let hidden = try await node.lookUp(
      identityNumber(3),
      try node.grant(rows: [
        RowCondition(item: "cremation-date", comparison: .less, values: ["2024-03-01"])
      ]))
    #expect(hidden.records.isEmpty)
    #expect(hidden.lineage == absent.lineage)
    let after = try await node.entries().count { $0.topic == "ingest.disclosure" }
    #expect(after == before + 3)
    await node.stop()
  }

  @Test(
    "each thing that a grant does not cover is refused by name",
    .obligation("hebi-2021/7a", "hebi-2021/27.i4b"))
  func uncovered() async throws {
    let node = try await node()
    let grant = try node.grant()
    let id = identityNumber(1)
    func reason(_ body: () async throws -> IngestV1.OpenRecordsResponse) async -> String? {
      await refusal(body)
    }
    var forged = grant
    forged.json[20] ^= 1
    #expect(await reason { try await node.lookUp(id, forged) } == "ingest.grant_invalid")
    for number: Int64 in [2, 7] {
      try await node.publish(catalogEntry(.cremation, number: number))
    }
    var stranger = Who.user
    stranger.department = "education"
    #expect(
      await reason { try await node.lookUp(id, grant, who: stranger) }
        == "ingest.grant_of_another_department")
    #expect(
      await reason { try await node.lookUp(id, try node.grant(entry: 2)) }
        == "ingest.grant_of_another_entry")
    #expect(
      await reason { try await node.lookUp(id, try node.grant(modes: [.comparison])) }
        == "ingest.use_not_granted")
    #expect(
      await reason { try await node.lookUp(id, grant, purpose: "curiosity") }
        == "ingest.purpose_differs")
    #expect(
      await reason { try await node.lookUp(id, grant, items: ["name", "place"]) }
        == "ingest.item_not_granted")
    #expect(
      await reason { try await node.lookUp(id, try node.grant(until: "2024-03-03")) }
        == "ingest.grant_expired")
    #expect(
      try await node.lookUp(id, try node.grant(until: "2024-03-04")).records.count == 2)
    #expect(
      await reason { try await node.lookUp(id, try node.grant(entry: 7), entry: 7) }
        == "ingest.nothing_delivered")
    // A department's call that did not come through Share's method reaches nothing.
    #expect(
      await refusal {
        try await node.fromShare.openRecords(
          IngestV1.OpenRecordsRequest(), node.options(.user, entry: "/weir.share.v1.Share/GetGrant")
        )
      } == "access.not_via")
    await node.stop()
  }

  @Test("AC-52 an ended grant is refused on the next call; withdrawn entries answer no more")
  func ended() async throws {
    let node = try await node()
    let grant = try node.grant()
    _ = try await node.lookUp(identityNumber(1), grant)
    try await node.follow(
      "share.grant_revoked", [("grant", "grants/G-1"), ("reason", "violation")])
    #expect(
      await refusal { try await node.lookUp(identityNumber(1), grant) } == "ingest.grant_ended")
    let other = try node.grant(number: 2)
    try await node.follow(
      "share.grant_suspended", [("grant", "grants/G-2"), ("reason", "incident")])
    #expect(
      await refusal { try await node.lookUp(identityNumber(1), other) }
        == "ingest.grant_suspended")
    try await node.follow("share.grant_activated", [("grant", "grants/G-2")])
    _ = try await node.lookUp(identityNumber(1), other)
    // Suspended first and then revoked, it is ended.
    let third = try node.grant(number: 3)
    for topic in ["share.grant_suspended", "share.grant_revoked"] {
      try await node.follow(topic, [("grant", "grants/G-3"), ("reason", "incident")])
    }
    #expect(
      await refusal { try await node.lookUp(identityNumber(1), third) } == "ingest.grant_ended")
    try await node.follow("catalog.entry_withdrawn", [("entry", "entries/E-1")])
    #expect(
      await refusal { try await node.lookUp(identityNumber(1), other) }
        == "ingest.entry_withdrawn")
    await node.stop()
  }

  @Test("no evidence, no data: past the outbox's bound data calls are refused, deliveries go on")
  func noEvidence() async throws {
    let node = try await node()
    node.evidence.set(isFull: true)
    #expect(
      await refusal { try await node.lookUp(identityNumber(1), try node.grant()) }
        == "evidence.outbox_full")
    _ = try await node.createBatch(header: Array("id,name,cremation-date,certificate\n".utf8))
    node.evidence.set(refusal: .awaitingAudit)
    #expect(
      await refusal { try await node.lookUp(identityNumber(1), try node.grant()) }
        == "evidence.awaiting_audit")
    node.evidence.set(isFull: false)
    // AC-52: what Share may have revoked meanwhile opens nothing.
    node.evidence.set(knowsGrants: false)
    #expect(
      await refusal { try await node.lookUp(identityNumber(1), try node.grant()) }
        == "ingest.grants_unconfirmed")
    node.evidence.set(knowsGrants: true)
    _ = try await node.lookUp(identityNumber(1), try node.grant())
    await node.stop()
  }

  @Test(
    "AC-47 a grant's day counts distinct subjects, found or not; the next day begins anew",
    .obligation("meizhou-public-2023/21.5a"))
  func quota() async throws {
    let node = try await node()
    let grant = try node.grant(dailySubjects: 2)
    _ = try await node.lookUp(identityNumber(1), grant)
    _ = try await node.lookUp(identityNumber(77), grant)
    _ = try await node.lookUp(identityNumber(1), grant)
    #expect(
      await refusal { try await node.lookUp(identityNumber(3), grant) } == "ingest.quota_used")
    try await node.restart()
    #expect(
      await refusal { try await node.lookUp(identityNumber(3), grant) } == "ingest.quota_used")
    node.clock.pass(seconds: 86_400)
    #expect(try await node.lookUp(identityNumber(3), grant).records.count == 1)
    await node.stop()
  }

  @Test("masks are applied where the seal is opened", arguments: [("name", "张*"), ("none", "张三")])
  func masks(_ mask: String, _ shown: String) async throws {
    let node = try await node(masks: ["name": mask, "cremation-date": "date-month"])
    let reply = try await node.lookUp(identityNumber(1), try node.grant(), items: ["name"])
    #expect(reply.records.first?.values.map(\.value) == [shown])
    let date = try await node.lookUp(
      identityNumber(4), try node.grant(), items: ["cremation-date"])
    #expect(date.records.first?.values.map(\.value) == ["2023-12"])
    await node.stop()
  }

  @Test("a record under check says so, in lookups and in leads, until the issue ends")
  func underCheck() async throws {
    let node = try await node()
    let grant = try node.grant()
    let name = try #require(try await node.lookUp(identityNumber(4), grant).records.first?.name)
    try await node.follow(
      "feedback.issue_opened",
      [
        ("issue", "issues/Q-1"), ("entry", "entries/E-1"), ("records", [.string(name)]),
        ("alive", true),
      ])
    let flagged = try await node.lookUp(identityNumber(4), grant).records
    #expect(flagged.map(\.underCheck) == [true] && flagged.map(\.issue) == ["issues/Q-1"])
    let day = try #require(CivilDate(iso: "2024-02-29"))
    let leads = try await node.compare(
      [(identityNumber(4), "赵六")], grant, period: day...day)
    #expect(leads.map(\.lead.underCheck) == [true])
    try await node.follow("feedback.issue_ended", [("issue", "issues/Q-1")])
    #expect(
      try await node.lookUp(identityNumber(4), grant).records.map(\.underCheck) == [false])
    await node.stop()
  }

  @Test("AC-53 leads that fit no message are answered in parts, the roll is charged once")
  func parts() async throws {
    let node = try await node()
    let rows = 20_000
    let grant = try node.grant(maxRows: rows)
    let last = try #require(CivilDate(iso: "2024-02-29"))
    let roll = Array(repeating: (identifier: identityNumber(1), name: "张三"), count: rows)
    func send(_ firstRow: Int32) async throws -> IngestV1.CompareChunkResponse {
      try await node.compareChunk(
        1, roll, grant, period: last.adding(days: -28)...last, rollRows: rows, firstRow: firstRow)
    }
    var found: [Int32] = []
    var parts = 0
    var next: Int32 = 0
    repeat {
      let answer = try await send(next)
      // What a stock client takes by default.
      #expect(try answer.serialized().count < 4 << 20)
      #expect(answer.receipt != nil)
      found += answer.leads.map(\.row)
      parts += 1
      next = answer.nextRow
    } while next > 0
    #expect(parts > 1)
    #expect(found == (0..<Int32(rows)).map { $0 })
    #expect(await refusal { try await send(-1) } == "request.malformed")
    #expect(await refusal { try await send(Int32(rows)) } == "request.malformed")
  }

  @Test("AC-53 a run charges its roll once; chunks again are answered, other content is refused")
  func runs() async throws {
    let node = try await node()
    let grant = try node.grant(maxRows: 3)
    let last = try #require(CivilDate(iso: "2024-02-29"))
    let period = last.adding(days: -28)...last
    let rows = [(identityNumber(1), "张三"), (identityNumber(4), "钱七")]
    func send(
      _ number: Int, _ rows: [(String, String)], run: String = "comparisons/C-1", of all: Int = 3
    )
      async throws -> IngestV1.CompareChunkResponse
    {
      try await node.compareChunk(
        number, rows.map { (identifier: $0.0, name: $0.1) }, grant, period: period,
        comparison: run, rollRows: all)
    }
    let first = try await send(2, rows)
    #expect(first.leads.map(\.row) == [0, 1])
    #expect(first.leads.map(\.nameDiffers) == [false, true])
    #expect(first.receipt != nil)
    #expect(try await send(2, rows).leads == first.leads)
    #expect(
      await refusal { try await send(2, [(identityNumber(9), "")]) }
        == "ingest.roll_chunk_content_differs")
    #expect(await refusal { try await send(1, rows) } == "ingest.roll_rows_exceeded")
    #expect(await refusal { try await send(1, rows, of: 4) } == "ingest.comparison_differs")
    #expect(
      await refusal { try await send(1, rows, run: "comparisons/C-2", of: 4) }
        == "ingest.roll_too_large")
    _ = try await send(1, [(identityNumber(9), "")])
    let unsound = await refusal {
      try await node.fromShare.compareChunk(
        IngestV1.CompareChunkRequest(
          entry: "entries/E-1", grant: grant, comparison: "comparisons/C-1", number: 3,
          ids: [UInt8](repeating: 9, count: 16), direction: .present,
          period: IngestV1.Period(firstDay: "2024-02-01", lastDay: "2024-02-29"), rollRows: 3,
          purpose: "pension check"),
        node.options(.user, entry: "/weir.share.v1.Share/UploadComparisonChunk"))
    }
    #expect(unsound == "ingest.subject_malformed")
    await node.stop()
  }

  @Test(
    "every planted overlap is a lead and no decoy is, in all registers and rolls",
    .obligation("meizhou-specific-2021/24.1b"),
    arguments: [3, 8] as [UInt64])
  func oracle(_ seed: UInt64) async throws {
    let plan = try Plan(seed: seed, sizes: Sizes(total: 6_000, roll: 3_000))
    let node = try await IngestNode()
    for (number, kind) in RegisterKind.allCases.enumerated() {
      let entry = Int64(number + 1)
      node.catalog.put(catalogEntry(kind, number: entry))
      try await node.deliver(
        try RegisterFile(plan, kind), entry: entry,
        who: Who(department: kind.department, roles: [.departmentSystem]))
    }
    var run = 0
    for roll in RollKind.allCases {
      let rows = RollRows(plan, roll)
      let list = (0..<rows.count).map { rows.fields(ofRow: $0) }
        .map { (identifier: $0[0], name: $0[1]) }
      for kind in roll.registers {
        let entry = Int64((RegisterKind.allCases.firstIndex(of: kind) ?? 0) + 1)
        run += 1
        let grant = try node.grant(entry: entry, items: ["name"], number: Int64(run))
        let leads = try await node.compare(
          list, grant, entry: entry, period: plan.period, comparison: "comparisons/C-\(run)",
          chunkRows: 1_000)
        let expected = plan.leads(of: roll, in: kind)
        #expect(
          leads.map { $0.row + 2 }.sorted() == expected.map(\.rollLine).sorted(),
          "seed \(seed), \(roll) in \(kind)")
        let doubtful = Set(expected.filter(\.isDoubtful).map(\.rollLine))
        #expect(Set(leads.filter(\.lead.nameDiffers).map { $0.row + 2 }) == doubtful)
        // Direction absent: exactly the other rows.
        run += 1
        let opposite = try node.grant(entry: entry, items: ["name"], number: Int64(run))
        let missing = try await node.compare(
          list, opposite, entry: entry, direction: .absent, period: plan.period,
          comparison: "comparisons/C-\(run)", chunkRows: 1_000)
        #expect(missing.count == list.count - leads.count)
        #expect(missing.allSatisfy { $0.lead.record.isEmpty && $0.lead.values.isEmpty })
      }
    }
    await node.stop()
  }
}
