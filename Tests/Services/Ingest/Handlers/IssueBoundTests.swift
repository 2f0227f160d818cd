// Corrections are bound to open issues, and what is under check stays so (AC-31, policies e.3, e.8, hebi-2021/13).

import Contracts
import IngestHandlers
import Integrity
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite("AC-31 a record is changed for an open issue alone, and stays under check", .serialized)
struct IssueBoundTests {
  private let columns = ["id", "name", "cremation-date", "certificate", "revoked"]
  private let rows = [
    [identityNumber(1), "张三", "2024-01-05", "C1", ""],
    [identityNumber(2), "李四", "2024-01-07", "C2", ""],
  ]
  private let fixed = [
    "id": identityNumber(1), "name": "张三", "cremation-date": "2024-01-15", "certificate": "C1",
  ]

  private func node() async throws -> IngestNode {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    try await node.deliver(try RegisterFile(columns, rows: rows))
    return node
  }

  @Test("a correction names an issue that is open for the record, else nothing is written")
  func openIssue() async throws {
    let node = try await node()
    let record = try #require(try await node.locate(identityNumber(1)).first)
    let other = try #require(try await node.locate(identityNumber(2)).first)
    try await node.open(issue: "issues/Q-1", [record])
    try await node.open(issue: "issues/Q-2", [other])
    try await node.open(issue: "issues/Q-3", entry: 7, [])
    try await node.open(issue: "issues/Q-4", [record])
    try await node.follow("feedback.issue_ended", [("issue", "issues/Q-4")])
    let before = try await node.entries().count
    // Never told of, of another record, of another entry, ended.
    for issue in ["issues/Q-999999", "issues/Q-2", "issues/Q-3", "issues/Q-4"] {
      #expect(
        await refusal { try await node.correct(record, fixed, issue: issue) }
          == "ingest.issue_not_open", "\(issue)")
    }
    #expect(try await node.entries().count == before)
    let list = try await node.fromGateway.listBatches(
      IngestV1.ListBatchesRequest(entry: "entries/E-1", pageSize: 9),
      node.call("ListBatches", .source))
    #expect(list.batches.count == 1)
    #expect(try await node.correct(record, fixed).resourceRows == 2)
    // An issue about the register as a whole is answered by the correction of any record.
    try await node.open(issue: "issues/Q-5", [])
    #expect(try await node.correct(other, [:], issue: "issues/Q-5").resourceRows == 1)
    await node.stop()
  }

  @Test("a batch that answers an issue names one that is open on its entry")
  func batchOfIssue() async throws {
    let node = try await node()
    var batch = IngestV1.Batch()
    batch.entry = "entries/E-1"
    batch.mode = .table
    batch.kind = .stock
    batch.format = .csv
    batch.encoding = .utf8
    batch.header = Array("id,name,cremation-date,certificate\n".utf8)
    batch.asOf = "2024-03-04"
    batch.issue = "issues/Q-1"
    func create(_ id: String) async throws -> IngestV1.Batch {
      try await node.fromGateway.createBatch(
        IngestV1.CreateBatchRequest(batch: batch, requestID: id), node.call("CreateBatch", .source))
    }
    #expect(await refusal { try await create("a") } == "ingest.issue_not_open")
    try await node.open(issue: "issues/Q-1", [])
    #expect(try await create("b").issue == "issues/Q-1")
    await node.stop()
  }

  @Test("a record under check stays so through a correction and through a new stock")
  func staysUnderCheck() async throws {
    let node = try await node()
    let grant = try node.grant()
    let record = try #require(try await node.locate(identityNumber(1)).first)
    let other = try #require(try await node.locate(identityNumber(2)).first)
    try await node.open(issue: "issues/Q-1", [record])
    try await node.open(issue: "issues/Q-2", [other])
    _ = try await node.correct(record, fixed)
    let corrected = try #require(try await node.lookUp(identityNumber(1), grant).records.first)
    #expect(corrected.underCheck && corrected.issue == "issues/Q-1")
    // The corrected record can be corrected again, for its issue is open still.
    _ = try await node.correct(corrected.name, fixed)
    let standing = try #require(try await node.locate(identityNumber(1)).first)
    // A new stock: the first person twice, the second no more.
    try await node.deliver(
      try RegisterFile(
        columns, rows: [rows[0], [identityNumber(3), "王五", "2024-02-01", "C3", ""], rows[0]]))
    let now = try await node.lookUp(identityNumber(1), grant).records
    #expect(now.map(\.underCheck) == [true, true])
    #expect(try await node.lookUp(identityNumber(3), grant).records.map(\.underCheck) == [false])
    let renamed = try await node.entries().filter { $0.topic == "ingest.records_renamed" }
    #expect(renamed.map { $0.payload["issue"]?.string } == ["issues/Q-1", "issues/Q-2"])
    let first = renamed.first?.payload["records"]?.array
    #expect(first?.map { $0["record"]?.string } == [standing])
    #expect(
      Set(first?.first?["successors"]?.array?.compactMap(\.string) ?? [])
        == Set(now.map(\.name)))
    let gone = renamed.last?.payload["records"]?.array
    #expect(gone?.map { $0["record"]?.string } == [other])
    #expect(gone?.first?["successors"]?.array?.isEmpty == true)
    try await node.follow("feedback.issue_ended", [("issue", "issues/Q-1")])
    #expect(
      try await node.lookUp(identityNumber(1), grant).records.map(\.underCheck) == [false, false])
    await node.stop()
  }

  @Test(
    "AC-41 how many records are under check is told to owner and authority alone")
  func countOfChecks() async throws {
    let node = try await node()
    let record = try #require(try await node.locate(identityNumber(1)).first)
    try await node.open([record])
    var authority = Who(department: "data-bureau", roles: [.authority])
    authority.isPerson = true
    #expect(try await node.status().recordsUnderCheck == 1)
    #expect(try await node.status(who: authority).recordsUnderCheck == 1)
    #expect(try await node.status(who: .user).recordsUnderCheck == 0)
    try await node.follow(
      "share.grant_activated",
      [
        ("grant", "grants/G-1"), ("entry", "entries/E-1"),
        ("grantee", "departments/human-resources"), ("until", "2024-12-31"),
      ])
    // Who holds a grant is a counter too.
    #expect(try await node.status(who: .user).recordsUnderCheck == 0)
    #expect(try await node.status(who: .other).recordsUnderCheck == 0)
    await node.stop()
  }

  @Test(
    "e.7 a register's as-of day and coverage are those of its deliveries; repairs change neither")
  func claims() async throws {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    try await node.deliver(
      try RegisterFile(columns, rows: [rows[0]]), asOf: "2023-12-01")
    let record = try #require(try await node.locate(identityNumber(1)).first)
    try await node.open([record])
    var late = fixed
    late["cremation-date"] = "2023-11-02"
    _ = try await node.correct(record, late)
    #expect(try await node.status().asOf == "2023-12-01")
    let lineage = try await node.lookUp(identityNumber(9), try node.grant()).lineage
    #expect(lineage?.asOf == "2023-12-01" && lineage?.batch == "batches/B-1")
    #expect(lineage?.coverage == "whole register")
    try await node.deliver(
      try RegisterFile(columns, rows: [rows[1]]), kind: .increment, asOf: "2024-02-01")
    #expect(try await node.status().asOf == "2024-02-01")
    // An increment that comes late takes nothing back.
    try await node.deliver(
      try RegisterFile(columns, rows: [rows[1]]), kind: .increment, asOf: "2024-01-10")
    #expect(try await node.status().asOf == "2024-02-01")
    let now = try await node.lookUp(identityNumber(9), try node.grant()).lineage
    #expect(now?.asOf == "2024-02-01" && now?.batch == "batches/B-4")
    let snapshot = try await node.service.snapshot()
    #expect(snapshot.map { $0.payload["batch"]?.string } == ["batches/B-4"])
    await node.stop()
  }

  @Test("a batch opened before its entry was withdrawn is not committed, and revives nothing")
  func withdrawn() async throws {
    let node = try await node()
    let file = try RegisterFile(columns, rows: rows)
    let batch = try await node.createBatch(header: file.header)
    try await node.upload(file.chunks[0], to: batch.name)
    node.catalog.put(catalogEntry(.cremation, number: 2))
    let first = try await node.createBatch(entry: 2, header: file.header)
    try await node.upload(file.chunks[0], to: first.name)
    for entry in ["entries/E-1", "entries/E-2"] {
      try await node.follow("catalog.entry_withdrawn", [("entry", .string(entry))])
    }
    #expect(
      await refusal { try await node.commit(batch.name, file) } == "ingest.entry_withdrawn")
    #expect(
      await refusal { try await node.commit(first.name, file) } == "ingest.entry_withdrawn")
    #expect(
      await refusal { try await node.lookUp(identityNumber(1), try node.grant()) }
        == "ingest.entry_withdrawn")
    var second = catalogEntry(.cremation)
    second.version = 2
    try await node.publish(second)
    #expect(try await node.commit(batch.name, file).resourceRows == 2)
    #expect(try await node.lookUp(identityNumber(1), try node.grant()).records.count == 1)
    await node.stop()
  }
}
