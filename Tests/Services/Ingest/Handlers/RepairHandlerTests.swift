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
    item: String = "cremation-date", who: Who = .sourceOfficer
  ) async throws -> IngestV1.VerifyClaimResponse.Answer {
    var claim = IngestV1.VerifyClaimRequest(
      entry: "entries/E-1", request: "verification-requests/V-1",
      subject: try node.subject(id, name: name), item: item, assertedValue: value,
      requester: "departments/human-resources")
    claim.salt = [1, 2, 3]
    claim.decision = CommonV1.SignedDecision(
      try node.acceptance(of: claim, by: "li", of: who.department))
    return try await verify(node, claim, who)
  }

  private func verify(
    _ node: IngestNode, _ claim: IngestV1.VerifyClaimRequest, _ who: Who = .sourceOfficer
  ) async throws -> IngestV1.VerifyClaimResponse.Answer {
    try await node.fromShare.verifyClaim(
      claim, node.options(who, entry: "/weir.share.v1.Share/DecideVerificationRequest")
    ).answer
  }

  @Test("AC-42 a claim is answered by the source's own signature on it, not on Share's word")
  func acceptance() async throws {
    let node = try await node()
    var claim = IngestV1.VerifyClaimRequest(
      entry: "entries/E-1", request: "verification-requests/V-1",
      subject: try node.subject(identityNumber(1), name: "张三"), item: "cremation-date",
      assertedValue: "2024-01-05", requester: "departments/human-resources")
    claim.salt = [7]
    let good = try node.acceptance(of: claim, by: "li", of: "civil-affairs")
    func outcome(
      _ signed: SignedStatement?, _ change: (inout IngestV1.VerifyClaimRequest) -> Void = { _ in }
    ) async throws -> String? {
      var asked = claim
      change(&asked)
      asked.decision = signed.map { CommonV1.SignedDecision($0) }
      let request = asked
      return await refusal { try await verify(node, request) }
    }
    #expect(try await outcome(good) == nil)
    #expect(try await outcome(nil) == "ingest.claim_not_accepted")
    // Another claim, another requester, another request than was signed.
    #expect(
      try await outcome(good) { $0.assertedValue = "2024-01-06" } == "ingest.claim_not_accepted")
    #expect(
      try await outcome(good) { $0.requester = "departments/health" } == "ingest.claim_not_accepted"
    )
    #expect(
      try await outcome(good) { $0.request = "verification-requests/V-2" }
        == "ingest.claim_not_accepted")
    #expect(try await outcome(good) { $0.salt = [8] } == "ingest.claim_not_accepted")
    // Declined, signed by a colleague who does not call, by somebody of another department, or by a foreign root.
    for signed in [
      try node.acceptance(of: claim, by: "li", of: "civil-affairs", decision: "decline"),
      try node.acceptance(of: claim, by: "wu", of: "civil-affairs"),
      try node.acceptance(of: claim, by: "li", of: "health"),
      try node.acceptance(
        of: claim, by: "li", of: "civil-affairs", with: TestPersons(try TestPKI())),
    ] {
      #expect(try await outcome(signed) == "ingest.claim_not_accepted")
    }
    await node.stop()
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

  @Test("AC-42 a claim's spelling decides nothing; who was told of a match can be recalled")
  func claimReceivers() async throws {
    let node = try await node()
    let record = try #require(try await node.locate(identityNumber(1)).first)
    #expect(try await verify(node, identityNumber(1), "张三", "2024-01-06") == .noMatch)
    // No match says nothing of the register, and neither may a recall.
    #expect(try await node.recipients(of: record).isEmpty)
    #expect(try await verify(node, identityNumber(1), "张三", "20240105") == .match)
    let told = try await node.recipients(of: record)
    #expect(told.map(\.department) == ["human-resources"])
    #expect(told.map(\.grant) == ["verification-requests/V-1"])
    #expect(
      await refusal { try await verify(node, identityNumber(1), "张三", "next week") }
        == "ingest.claim_malformed")
    #expect(
      await refusal { try await verify(node, identityNumber(1), "张三", "x", item: "court") }
        == "ingest.claim_item_unknown")
    await node.stop()
  }

  @Test(
    "a claim is read as it is filed: what could not be compared is told at once, and nobody is looked for"
  )
  func filedClaims() async throws {
    let node = try await node()
    func read(_ id: String, _ value: String, item: String = "cremation-date", entry: Int = 1)
      async throws
    {
      _ = try await node.fromShare.readClaim(
        IngestV1.VerifyClaimRequest(
          entry: "entries/E-\(entry)", subject: try node.subject(id, name: "张三"), item: item,
          assertedValue: value),
        node.options(.sourceOfficer, entry: "/weir.share.v1.Share/CreateVerificationRequest"))
    }
    let record = try #require(try await node.locate(identityNumber(1)).first)
    try await read(identityNumber(1), "20240105")
    try await read(identityNumber(50), "2024-01-05")
    #expect(try await node.recipients(of: record).isEmpty)
    #expect(
      await refusal { try await read(identityNumber(1), "next week") } == "ingest.claim_malformed")
    #expect(
      await refusal { try await read(identityNumber(1), "x", item: "court") }
        == "ingest.claim_item_unknown")
    // Of a register without data nothing can be said yet.
    try await read(identityNumber(1), "next week", entry: 99)
    await node.stop()
  }

  @Test("in direction absent a row that the register clears is told of its record, for a recall")
  func clearedReceivers() async throws {
    let node = try await node()
    let record = try #require(try await node.locate(identityNumber(1)).first)
    let day = try #require(CivilDate(iso: "2024-02-29"))
    let leads = try await node.compare(
      [(identityNumber(30), ""), (identityNumber(1), "张三")].map { (identifier: $0.0, name: $0.1) },
      try node.grant(), direction: .absent, period: day...day)
    #expect(leads.map(\.row) == [0])
    let told = try await node.recipients(of: record)
    #expect(told.map(\.comparison) == ["comparisons/C-1"] && told.map(\.row) == [1])
    await node.stop()
  }

  @Test(
    "receivers of a record are those to whom it went: lookups and leads, never hidden rows or decoys"
  )
  func receivers() async throws {
    let node = try await node()
    let record = try #require(try await node.locate(identityNumber(1)).first)
    #expect(try await node.recipients(of: record).isEmpty)
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
    let early = try #require(CivilDate(iso: "2024-01-01"))
    _ = try await node.compare(
      roll, try node.grant(number: 4), period: early...early, comparison: "comparisons/C-2")
    let all = try await node.recipients(of: record)
    #expect(all.map(\.grant) == ["grants/G-1", "grants/G-3"])
    #expect(all.map(\.department) == ["human-resources", "human-resources"])
    #expect(all.map(\.comparison) == ["", "comparisons/C-1"])
    #expect(all.last?.row == 1 && all.last?.chunk == 1)
    #expect(all.first?.caseNumber == "case-7")
    #expect(try await node.recipients(of: record, item: "place").isEmpty)
    await node.stop()
  }

  @Test("a correction replaces or removes one record as a batch of its own, and says so")
  func corrections() async throws {
    let node = try await node()
    let record = try #require(try await node.locate(identityNumber(1)).first)
    try await node.open([record])
    var stranger = Who.sourceOfficer
    stranger.department = "health"
    #expect(
      await refusal { try await node.correct(record, [:], who: stranger) }
        == "ingest.not_the_source")
    #expect(
      await refusal { try await node.correct(record, ["id": identityNumber(1)]) }
        == "ingest.correction_rejected")
    let fixed = [
      "id": identityNumber(1), "name": "张三", "cremation-date": "2024-01-15", "certificate": "C1",
    ]
    let batch = try await node.correct(record, fixed, id: "fix")
    #expect(batch.kind == .correction && batch.issue == "issues/Q-1" && batch.resourceRows == 3)
    #expect(try await node.correct(record, fixed, id: "fix").name == batch.name)
    #expect(
      await refusal { try await node.correct(record, fixed, id: "again") }
        == "ingest.record_unknown")
    let now = try await node.lookUp(identityNumber(1), try node.grant())
    #expect(now.records.map { $0.values.map(\.value) } == [["张三", "2024-01-15"]])
    let successor = try #require(now.records.first?.name)
    #expect(successor != record)
    let gone = try await node.correct(successor, [:], id: "remove")
    #expect(gone.resourceRows == 2)
    #expect(try await node.lookUp(identityNumber(1), try node.grant()).records.isEmpty)
    let events = try await node.entries().filter { $0.topic == "ingest.record_corrected" }
    #expect(events.map { $0.payload["record"]?.string } == [record, successor])
    #expect(events.map { $0.payload["removed"]?.bool } == [false, true])
    #expect(events.map { $0.payload["decides"]?.bool } == [true, true])
    #expect(events.first?.payload["items"]?.array?.compactMap(\.string) == ["cremation-date"])
    try await node.restart()
    #expect(node.report.damaged.isEmpty && node.report.rows == 2)
    #expect(try await node.lookUp(identityNumber(1), try node.grant()).records.isEmpty)
    #expect(try await node.lookUp(identityNumber(3), try node.grant()).records.count == 1)
    await node.stop()
  }
}
