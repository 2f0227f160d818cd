// Grants under Share's true key that their reviewers did not decide so: they open nothing (AC-41, AC-43, AC-44, AC-55).

import Access
import Contracts
import Crypto
import Integrity
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite("A grant without its reviewers' statements opens nothing, whoever signed it (AC-43)")
struct GrantReviewTests {
  /// Ingest with one delivered record of civil affairs.
  private func node() async throws -> IngestNode {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    try await node.deliver(
      try RegisterFile(
        ["id", "name", "cremation-date", "certificate", "revoked"],
        rows: [[identityNumber(1), "张三", "2024-01-05", "C1", ""]]))
    return node
  }

  private func document(
    _ node: IngestNode, source: String = "civil-affairs", grantee: String = "human-resources",
    items: [String] = ["name"], until: String = "2024-12-31",
    profile: String = "meizhou-public-2023", authority: String? = nil,
    application: String = "applications/A-1", recipients: [GrantRecipient] = []
  ) throws -> GrantDocument {
    GrantDocument(
      name: "grants/G-1", entry: "entries/E-1", entryVersion: 1,
      source: try #require(DepartmentCode(source)),
      grantee: try #require(DepartmentCode(grantee)), items: items, purpose: "pension check",
      scenario: "monthly", modes: [.lookup], until: try #require(CivilDate(iso: until)), rows: [],
      roll: nil, dailySubjects: 10, profile: profileText(profile), application: application,
      issued: node.clock.now(), recipients: recipients,
      authority: authority.flatMap { DepartmentCode($0) })
  }

  /// How a lookup under a grant of Share's own making ends.
  private func outcome(
    _ node: IngestNode, _ document: GrantDocument, _ decisions: [SignedStatement]
  ) async throws -> String {
    let grant = try node.signed(document, decisions: decisions)
    do {
      _ = try await node.lookUp(identityNumber(1), grant)
      return "opened"
    } catch let status as Status {
      return status.trailers["weir-reason"] ?? "\(status)"
    }
  }

  @Test("with its reviewer's statement it opens; without, with an altered one, with another's, not")
  func statements() async throws {
    let node = try await node()
    let grant = try document(node)
    let good = try node.review(of: grant)
    #expect(try await outcome(node, grant, [good]) == "opened")
    #expect(try await outcome(node, grant, []) == "ingest.grant_not_reviewed")
    let forged = SignedStatement(
      statement: good.statement, signature: [UInt8](good.signature.reversed()),
      certificate: good.certificate, issuers: good.issuers)
    let text = String(decoding: good.statement, as: UTF8.self)
    let altered = SignedStatement(
      statement: Array(text.replacing("2-0-0-0", with: "9-9-9-9").utf8),
      signature: good.signature, certificate: good.certificate, issuers: good.issuers)
    let stranger = TestPersons(try TestPKI())
    let foreign = try stranger.sign(
      good.statement, as: try #require(PersonID("wu")),
      of: try #require(DepartmentCode("civil-affairs")))
    for decision in [forged, altered, foreign] {
      #expect(try await outcome(node, grant, [decision]) == "ingest.grant_not_reviewed")
    }
    await node.stop()
  }

  @Test("AC-44 wider, longer, for another grantee, under another profile than was signed")
  func wider() async throws {
    let node = try await node()
    let good = try node.review(of: try document(node))
    for grant in [
      try document(node, items: ["name", "cremation-date"]),
      try document(node, until: "2025-12-31"), try document(node, grantee: "justice"),
      try document(node, profile: "hebi-2021"),
      try document(node, application: "applications/A-2"),
      try document(
        node,
        recipients: [
          GrantRecipient(name: "agent", isOwnSystem: false, items: ["name"], region: "")
        ]),
    ] {
      let reason = try await outcome(node, grant, [good])
      #expect(reason == "ingest.grant_not_reviewed", "\(grant)")
    }
    // What a reviewer refused, and a statement that decides on something else.
    let grant = try document(node)
    for change: (inout JSONObject) -> Void in [
      {
        $0["decided"] = .object([
          "terms": .object(grant.terms), "decisions": [["item": "name", "decision": "reject"]],
        ])
      }, { $0["action"] = "share.submit_application" }, { $0["resource"] = "applications/A-9" },
    ] {
      let other = try node.review(of: grant, change)
      #expect(try await outcome(node, grant, [other]) == "ingest.grant_not_reviewed")
    }
    await node.stop()
  }

  @Test(
    "AC-43 the signers belong to source and authority, as the profile asks, and are two persons")
  func sides() async throws {
    let node = try await node()
    let grant = try document(node, profile: "guangdong-2018", authority: "data-bureau")
    let source = try node.review(of: grant)
    let authority = try node.review(of: grant, by: "chen", of: "data-bureau")
    #expect(try await outcome(node, grant, [source, authority]) == "opened")
    for decisions in [
      [source], [authority], [source, source],
      [source, try node.review(of: grant, by: "li", of: "justice")],
      [source, try node.review(of: grant, by: "li", of: "human-resources")],
    ] {
      #expect(try await outcome(node, grant, decisions) == "ingest.grant_not_reviewed")
    }
    // The applicant's own people do not review, and nobody is the source of another's register.
    for other in [
      try document(node, source: "human-resources"), try document(node, source: "justice"),
    ] {
      let own = try node.review(of: other, by: "li", of: other.source.text)
      #expect(try await outcome(node, other, [own]) == "ingest.grant_not_reviewed")
    }
    await node.stop()
  }

  @Test("AC-40 what nobody reviews is open to all by its publisher's statement, or not at all")
  func publication() async throws {
    let node = try await node()
    let grant = try document(node, application: "")
    func publish(_ action: String, _ owner: String, _ type: String) async throws {
      let statement = try node.review(of: grant, by: "chen", of: "data-bureau") {
        $0["action"] = .string(action)
        $0["resource"] = "entries/E-1/versions/2"
        $0["decided"] = [
          "owner": .string("departments/" + owner),
          "items": [["name": "name", "share_type": .string(type), "grade": 1]],
        ]
      }
      try await node.follow(
        "catalog.entry_published",
        [
          ("entry", "entries/E-1"), ("version", 2), ("owner", "departments/civil-affairs"),
          ("profile", .string(grant.profile)), ("signed", statement.json),
        ])
    }
    #expect(try await outcome(node, grant, []) == "ingest.grant_not_reviewed")
    try await publish("catalog.publish_entry", "civil-affairs", "unconditional")
    #expect(try await outcome(node, grant, []) == "opened")
    #expect(
      try await outcome(node, document(node, items: ["cremation-date"], application: ""), [])
        == "ingest.grant_not_reviewed")
    for (action, owner, type) in [
      ("catalog.publish_entry", "civil-affairs", "conditional"),
      ("catalog.submit_entry", "civil-affairs", "unconditional"),
      ("catalog.publish_entry", "justice", "unconditional"),
    ] {
      try await publish(action, owner, type)
      #expect(
        try await outcome(node, grant, []) == "ingest.grant_not_reviewed",
        "\(action) \(owner) \(type)")
    }
    await node.stop()
  }

  @Test("AC-55 a sensitive item takes two people of the source")
  func sensitive() async throws {
    let node = try await node()
    let grant = try document(node)
    func review(_ person: String) throws -> SignedStatement {
      try node.review(of: grant, by: person) {
        var decided = $0["decided"]?.object ?? [:]
        decided["sensitive_items"] = ["name"]
        $0["decided"] = .object(decided)
      }
    }
    #expect(try await outcome(node, grant, [review("wu")]) == "ingest.grant_not_reviewed")
    #expect(
      try await outcome(node, grant, [review("wu"), review("wu")]) == "ingest.grant_not_reviewed")
    #expect(try await outcome(node, grant, [review("wu"), review("zheng")]) == "opened")
    await node.stop()
  }
}
