// Planted identifiers, and who tries persons one after the other.

import Access
import Contracts
import Crypto
import Database
import Foundation
import IngestRules
import Integrity
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite(
  "Planted identifiers tell who goes through others' persons (meizhou-public-2023/39)", .serialized)
struct CanaryTests {
  private static let auditor = Who(
    department: "audit-bureau", system: "workstation", isPerson: true, roles: [.auditor])
  /// Far from the persons of the register.
  private static let planted = identityNumber(900)

  private func node() async throws -> IngestNode {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    let rows = (1...4).map { [identityNumber($0), "张三", "2024-01-05", "C\($0)", ""] }
    try await node.deliver(
      try RegisterFile(
        ["id", "name", "cremation-date", "certificate", "revoked"], rows: rows))
    return node
  }

  @discardableResult
  private func plant(
    _ identifier: String = planted, on node: IngestNode, as who: Who = auditor,
    requestID: String = "plant"
  ) async throws -> IngestV1.Canary {
    try await node.fromGateway.plantCanary(
      .init(subject: try node.subject(identifier), note: "spring", requestID: requestID),
      node.call("PlantCanary", who))
  }

  /// What was told of planted identifiers: method, department and batch of each.
  private func touches(_ node: IngestNode) async throws -> [[String]] {
    try await node.entries().filter { $0.topic == "ingest.canary_named" }.map { entry in
      ["canary", "department", "batch", "comparison"].map { entry.payload[$0]?.string ?? "" }
    }
  }

  @Test(
    "a look-up, a comparison, a delivery and a report that name one are each told; the answer is that about anybody else"
  )
  func eachWay() async throws {
    let node = try await node()
    #expect(try await plant(on: node).name == "canaries/1")
    let grant = try node.grant()
    let (absent, named) = (
      try await node.lookUp(identityNumber(800), grant),
      try await node.lookUp(Self.planted, grant)
    )
    #expect(named.records.isEmpty && named.lineage == absent.lineage)
    #expect((named.receipt == nil) == (absent.receipt == nil))
    #expect(try await touches(node) == [["canaries/1", "human-resources", "", ""]])
    let day = try #require(CivilDate(iso: "2024-03-04"))
    let roll = [1, 800, 900].map { (identifier: identityNumber($0), name: "张三") }
    let leads = try await node.compare(roll, grant, period: day...day)
    #expect(leads.map(\.row) == [0])
    #expect(
      try await touches(node).last == ["canaries/1", "human-resources", "", "comparisons/C-1"])
    let batch = try await node.createBatch(
      header: Array("id,name,cremation-date,certificate\n".utf8), kind: .increment)
    try await node.upload(
      number: 1, firstLine: 2, rows: 1,
      Array("\(Self.planted),张三,2024-01-01,C9\n".utf8), to: batch.name)
    #expect(try await touches(node).last == ["canaries/1", "civil-affairs", batch.name, ""])
    #expect(try await node.locate(Self.planted) == [])
    #expect(try await touches(node).count == 4)
    // The persons of the register are told of nowhere.
    _ = try await node.lookUp(identityNumber(1), grant)
    #expect(try await touches(node).count == 4)
    await node.stop()
  }

  @Test(
    "a claim that names one is told of when it is filed and when it is answered, and so is a call that no grant covers"
  )
  func claimedAndUncovered() async throws {
    let node = try await node()
    try await plant(on: node)
    let grant = try node.grant()
    let day = try #require(CivilDate(iso: "2024-03-04"))
    // A claim on it is answered as one on anybody who is not there, and its author is told of, not the source that decides.
    func claimed(_ identifier: String) async throws -> IngestV1.VerifyClaimResponse {
      var claim = IngestV1.VerifyClaimRequest(
        entry: "entries/E-1", request: "verification-requests/V-1",
        subject: try node.subject(identifier, name: "张三"), item: "cremation-date",
        assertedValue: "2024-01-05", requester: "departments/human-resources")
      claim.salt = [7]
      claim.decision = CommonV1.SignedDecision(
        try node.acceptance(of: claim, by: "li", of: "civil-affairs"))
      return try await node.fromShare.verifyClaim(
        claim,
        node.options(.sourceOfficer, entry: "/weir.share.v1.Share/DecideVerificationRequest"))
    }
    let (other, own) = (try await claimed(identityNumber(801)), try await claimed(Self.planted))
    #expect(other.answer == own.answer)
    #expect(try await touches(node).count == 1)
    #expect(try await touches(node).last == ["canaries/1", "human-resources", "", ""])
    // A claim as it is filed, which its source may decline; and calls that their grant does not cover.
    let before = try await touches(node).count
    _ = try await node.fromShare.readClaim(
      IngestV1.VerifyClaimRequest(
        entry: "entries/E-1", subject: try node.subject(Self.planted, name: "张三"),
        item: "cremation-date", assertedValue: "2024-01-05"),
      node.options(
        Who(
          department: "human-resources", system: "workstation", isPerson: true,
          roles: [.departmentOfficer]), entry: "/weir.share.v1.Share/CreateVerificationRequest"))
    #expect(try await touches(node).count == before + 1)
    for (given, purpose) in [
      (try node.grant(until: "2024-03-03"), "pension check"), (grant, "curiosity"),
    ] {
      _ = await refusal { try await node.lookUp(Self.planted, given, purpose: purpose) }
    }
    #expect(try await touches(node).count == before + 3)
    _ = await refusal {
      try await node.compareChunk(
        1, [(identityNumber(1), ""), (Self.planted, "")], try node.grant(modes: [.lookup]),
        period: day...day, rollRows: 2)
    }
    #expect(try await touches(node).count == before + 4)
    await node.stop()
  }

  @Test("one that is named in a look-up that is refused is told, too; one that was removed is not")
  func refusedAndRemoved() async throws {
    let node = try await node()
    try await plant(on: node)
    let grant = try node.grant(dailySubjects: 1)
    _ = try await node.lookUp(identityNumber(1), grant)
    #expect(await refusal { try await node.lookUp(Self.planted, grant) } == "ingest.quota_used")
    #expect(try await touches(node).count == 1)
    try await node.restart()
    #expect(await refusal { try await node.lookUp(Self.planted, grant) } == "ingest.quota_used")
    #expect(try await touches(node).count == 2)
    let removed = try await node.fromGateway.removeCanary(
      .init(name: "canaries/1", requestID: "remove"), node.call("RemoveCanary", Self.auditor))
    #expect(removed.removeTime != nil)
    _ = try await node.lookUp(Self.planted, try node.grant(number: 2))
    #expect(try await touches(node).count == 2)
    let none = await refusal {
      try await node.fromGateway.removeCanary(
        .init(name: "canaries/9", requestID: "other"), node.call("RemoveCanary", Self.auditor))
    }
    #expect(none == "request.not_found")
    await node.stop()
  }

  @Test(
    "auditors alone plant and list, one identifier once, by a request once; nobody reads it again")
  func planting() async throws {
    let node = try await node()
    let engineer = Who(department: "operations", isPerson: true, roles: [.operator])
    for who in [Who.sourceOfficer, engineer] {
      #expect(await refusal { try await plant(on: node, as: who) } == "access.role_missing")
    }
    #expect(await refusal { try await plant(on: node, as: .user) } != nil)
    let first = try await plant(on: node)
    #expect(try await plant(on: node) == first)
    #expect(
      await refusal { try await plant(on: node, requestID: "again") }
        == "ingest.canary_planted_already")
    #expect(
      await refusal { try await plant(identityNumber(901), on: node) }
        == "request.request_id_reused")
    try await plant(identityNumber(901), on: node, requestID: "second")
    let list = try await node.fromGateway.listCanaries(
      .init(pageSize: 1), node.call("ListCanaries", Self.auditor))
    #expect(list.canaries == [first] && !list.nextPageToken.isEmpty)
    #expect(first.note == "spring" && first.plantedBy == "departments/audit-bureau/persons/li")
    await node.stop()
  }

  @Test(
    "a copy of the store tells nobody which identifiers are planted, nor which neighbours were tried"
  )
  func storeCopy() async throws {
    let node = try await node()
    try await plant(on: node)
    _ = try await node.lookUp(Self.planted, try node.grant())
    try await node.database.checkpoint()
    let needles = [
      Array(Self.planted.utf8), Array(Self.planted.utf8.prefix(14)), try block(Self.planted),
    ]
    var files = 0
    for name in try FileManager.default.subpathsOfDirectory(atPath: node.folder.path) {
      guard let data = FileManager.default.contents(atPath: node.folder.path(name)) else {
        continue
      }
      files += 1
      for needle in needles { #expect(data.range(of: Data(needle)) == nil, "\(name)") }
    }
    #expect(files >= 6)
    // Nor does what a repeated request is known by.
    let request = IngestV1.PlantCanaryRequest(
      subject: try node.subject(Self.planted), note: "spring", requestID: "plant")
    let plain = SHA256.hash(try request.serialized())
    let digests = try await node.database.read { transaction in
      try transaction.query("SELECT digest FROM answered_request").map { try $0[0] as [UInt8] }
    }
    #expect(digests.count > 1 && !digests.contains(plain))
    // Nor a chunk of one person, delivered or compared.
    try await checkChunkDigests(node)
    let sealed = try await node.database.read { try $0.query("SELECT sealed FROM canaries") }
    let bytes: [UInt8] = try sealed[0][0]
    #expect(bytes.count > 16)
    await node.stop()
  }

  /// What anybody can compute of a chunk who guesses whom it names.
  private func checkChunkDigests(_ node: IngestNode) async throws {
    let day = try #require(CivilDate(iso: "2024-03-04"))
    _ = try await node.compareChunk(
      1, [(identityNumber(5), "张三")], try node.grant(), period: day...day, rollRows: 1)
    var rest = ByteWriter()
    rest.append(Int32(1))
    rest.append(Int32(IngestV1.Direction.present.rawValue))
    rest.append("2024-03-04")
    rest.append("2024-03-04")
    rest.append("张三")
    let plain = SHA256.hash(try block(identityNumber(5)) + rest.bytes)
    let stored = try await node.database.read { transaction in
      try transaction.query(
        "SELECT digest FROM comparison_chunks UNION ALL SELECT digest FROM chunks"
      ).map { try $0[0] as [UInt8] }
    }
    #expect(stored.count == 2 && !stored.contains(plain))
  }

  @Test(
    "AC-47 the eleventh person of one area and day of birth is refused under a grant, told of once, and others are not",
    .obligation("meizhou-public-2023/39.1d"))
  func neighbours() async throws {
    let node = try await node()
    let grant = try node.grant()
    for order in 1...10 { _ = try await node.lookUp(identityNumber(order), grant) }
    for order in [11, 12, 11] {
      #expect(
        await refusal { try await node.lookUp(identityNumber(order), grant) }
          == "ingest.too_many_neighbours")
    }
    let told = try await node.entries().filter { $0.topic == "ingest.enumeration_suspected" }
    #expect(told.count == 1)
    #expect(told.first?.payload["grant"]?.string == "grants/G-1")
    #expect(told.first?.payload["grantee"]?.string == "human-resources")
    // Whoever was asked for before may be asked for again, and somebody else's birthday is another.
    _ = try await node.lookUp(identityNumber(10), grant)
    _ = try await node.lookUp("11010519491231002X", grant)
    _ = try await node.lookUp(identityNumber(11), try node.grant(number: 2))
    node.clock.pass(seconds: 86_400)
    _ = try await node.lookUp(identityNumber(11), grant)
    await node.stop()
  }

  @Test("a neighbourhood is area and day of birth; organisations have none")
  func neighbourhoods() throws {
    func neighbourhood(_ text: String) throws -> Neighbourhood? {
      Neighbourhood(IdentifierBlock(try PersonIdentifier.read(text).identifier))
    }
    #expect(try neighbourhood(identityNumber(1)) == neighbourhood(identityNumber(999)))
    #expect(try neighbourhood(identityNumber(1)) != neighbourhood("11010519491231002X"))
    #expect(try neighbourhood(identityNumber(1))?.number == 44_140_219_500_101)
    let organisation = try OrganisationIdentifier.read("91350100M000100Y43").identifier
    #expect(Neighbourhood(IdentifierBlock(organisation)) == nil)
  }
}
