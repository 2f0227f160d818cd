// Keys that were lost, and a Feedback that was taken over: what they say of their own time, and of who reported, opens nothing.

import Access
import Contracts
import Crypto
import Integrity
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite("A lost key signs nothing that comes after its loss was told (AC-43, AC-92)")
struct HostileSignersTests {
  private static let wu = "departments/civil-affairs/persons/wu"

  private func node() async throws -> IngestNode {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    try await node.deliver(
      try RegisterFile(
        ["id", "name", "cremation-date", "certificate", "revoked"],
        rows: [[identityNumber(1), "张三", "2024-01-05", "C1", ""]]))
    return node
  }

  private func document(_ node: IngestNode, _ number: Int = 1) throws -> GrantDocument {
    GrantDocument(
      name: "grants/G-\(number)", entry: "entries/E-1", entryVersion: 1,
      source: try #require(DepartmentCode("civil-affairs")),
      grantee: try #require(DepartmentCode("human-resources")), items: ["name"],
      purpose: "pension check", scenario: "monthly", modes: [.lookup],
      until: try #require(CivilDate(iso: "2024-12-31")), rows: [], roll: nil, dailySubjects: 10,
      profile: profileText("meizhou-public-2023"), application: "applications/A-\(number)",
      issued: node.clock.now())
  }

  private func outcome(
    _ node: IngestNode, _ document: GrantDocument, _ decisions: [SignedStatement]
  ) async throws -> String {
    let grant = try node.signed(document, decisions: decisions)
    return await refusal { try await node.lookUp(identityNumber(1), grant) } ?? "opened"
  }

  @Test(
    "AC-43 what a lost key signs after the loss was told opens nothing, whatever time it states")
  func lostKey() async throws {
    let node = try await node()
    let now = node.real.now()
    let used = try document(node)
    let review = try node.review(of: used)
    #expect(try await outcome(node, used, [review]) == "opened")
    // A grant that is not used yet: Share told of its statements when it came into force.
    let waiting = try document(node, 2)
    let known = try node.review(of: waiting)
    let late = try document(node, 3)
    let told = try node.review(of: late)
    for (grant, signed) in [(waiting, known), (late, nil)] {
      let hashes = signed.map { [Hex.encode(SHA256.hash(CanonicalJSON.encode($0.json)))] } ?? []
      try await node.follow(
        "share.grant_activated",
        [
          ("grant", .string(grant.name)), ("origin", .string(grant.application)),
          ("statements", .array(hashes.map { .string($0) })),
        ])
    }
    node.registry.stand(Self.wu, revoked: now.adding(milliseconds: 1))
    node.real.pass(seconds: 3_600)
    try await node.restart()
    #expect(try await outcome(node, used, [review]) == "opened")
    #expect(try await outcome(node, waiting, [known]) == "opened")
    let backdated = try node.review(of: late) {
      $0["time"] = .integer(now.milliseconds - 3_600_000)
    }
    for signed in [told, backdated] {
      // Refused as often as it is tried: a refusal leaves no first sight.
      for _ in 0..<2 {
        #expect(try await outcome(node, late, [signed]) == "ingest.grant_not_reviewed")
      }
    }
    await node.stop()
  }

  @Test("AC-43 a certificate under the right root that the registry never had signs nothing")
  func unknownCertificate() async throws {
    let node = try await node()
    let grant = try document(node)
    // As whoever copied the issuing key makes one.
    let forger = TestPersons(node.pki)
    let good = try node.review(of: grant)
    let code = try #require(DepartmentCode("civil-affairs"))
    let person = try #require(PersonID("wu"))
    let hash = try forger.identity(person, of: code).certificate.sha256
    let text = String(decoding: good.statement, as: UTF8.self)
    let own = Hex.encode(try node.persons.identity(person, of: code).certificate.sha256)
    let forged = try forger.sign(
      Array(text.replacing(own, with: Hex.encode(hash)).utf8), as: person, of: code)
    #expect(throws: Never.self) {
      try grant.checkReview(
        [forged],
        by: DecisionCheck(
          trust: ServiceTrust(roots: CertificateTrust(roots: [node.persons.root])),
          domain: node.pki.domain, now: node.real.now), needsAuthority: false)
    }
    #expect(try await outcome(node, grant, [forged]) == "ingest.grant_not_reviewed")
    #expect(try await outcome(node, grant, [good]) == "opened")
    await node.stop()
  }

  @Test("AC-40 a publication under a certificate that was revoked before it came opens nothing")
  func lostPublisher() async throws {
    let node = try await node()
    let grant = try document(node)
    let review = try node.review(of: grant)
    node.registry.stand(
      "departments/data-bureau/persons/chen",
      revoked: node.real.now().adding(milliseconds: 1))
    // What came before stands.
    #expect(try await outcome(node, grant, [review]) == "opened")
    node.real.pass(seconds: 60)
    var entry = catalogEntry(.cremation)
    entry.version = 2
    try await node.publish(entry) { $0["time"] = .integer(node.pki.now * 1_000 - 60_000) }
    #expect(try await outcome(node, grant, [review]) == "ingest.grant_not_reviewed")
    try await node.publish(entry, by: "ding")
    #expect(try await outcome(node, grant, [review]) == "opened")
    await node.stop()
  }

  @Test("AC-42 a claim is not answered under a certificate that was revoked")
  func lostAcceptance() async throws {
    let node = try await node()
    var claim = IngestV1.VerifyClaimRequest(
      entry: "entries/E-1", request: "verification-requests/V-1",
      subject: try node.subject(identityNumber(1), name: "张三"), item: "cremation-date",
      assertedValue: "2024-01-05", requester: "departments/human-resources")
    claim.salt = [7]
    claim.decision = CommonV1.SignedDecision(
      try node.acceptance(of: claim, by: "li", of: "civil-affairs"))
    let request = claim
    func ask() async -> String? {
      await refusal {
        try await node.fromShare.verifyClaim(
          request,
          node.options(.sourceOfficer, entry: "/weir.share.v1.Share/DecideVerificationRequest"))
      }
    }
    #expect(await ask() == nil)
    node.registry.stand(
      "departments/civil-affairs/persons/li", revoked: node.real.now())
    #expect(await ask() == "ingest.claim_not_accepted")
    await node.stop()
  }

  @Test("hebi-2021/13 a Feedback that was taken over tries persons no faster than a grant does")
  func reports() async throws {
    let node = try await node()
    for order in 1...10 { _ = try await node.locate(identityNumber(order)) }
    for order in [11, 12, 11] {
      #expect(
        await refusal { try await node.locate(identityNumber(order)) }
          == "ingest.too_many_neighbours")
    }
    let told = try await node.entries().filter { $0.topic == "ingest.enumeration_suspected" }
    #expect(told.map { $0.payload["entry"]?.string } == ["entries/E-1"])
    // Whoever was reported may be again, and tomorrow is another day.
    #expect(try await node.locate(identityNumber(1)).count == 1)
    node.clock.pass(seconds: 86_400)
    _ = try await node.locate(identityNumber(11))
    await node.stop()
  }

  @Test("hebi-2021/13 who received a record is told to nobody without an entry")
  func recipientsListed() async throws {
    let node = try await node()
    let record = try #require(try await node.locate(identityNumber(1)).first)
    _ = try await node.lookUp(identityNumber(1), try node.grant())
    #expect(try await node.recipients(of: record).count == 1)
    let told = try await node.entries().filter { $0.topic == "ingest.recipients_listed" }
    #expect(told.map { $0.payload["record"]?.string } == [record])
    #expect(told.first?.payload["recipients"]?.integer == 1)
    await node.stop()
  }
}
