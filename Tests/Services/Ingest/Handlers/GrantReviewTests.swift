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
    application: String = "applications/A-1", recipients: [GrantRecipient] = [],
    name: String = "grants/G-1"
  ) throws -> GrantDocument {
    GrantDocument(
      name: name, entry: "entries/E-1", entryVersion: 1,
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
    let isTaken = document.application.isEmpty && decisions.isEmpty
    let grant = try node.signed(
      document, decisions: isTaken ? [node.subscription(to: document)] : decisions)
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
    try await publish(
      node, grant, by: "wu", of: "civil-affairs", type: "conditional", resourceClass: "provincial")
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

  /// The catalogue tells of a publication that somebody signed.
  private func publish(
    _ node: IngestNode, _ grant: GrantDocument, by person: String = "chen",
    of department: String = "data-bureau", action: String = "catalog.publish_entry",
    owner: String = "civil-affairs", type: String = "unconditional",
    resourceClass: String = "public"
  ) async throws {
    let statement = try node.review(of: grant, by: person, of: department) {
      $0["action"] = .string(action)
      $0["resource"] = "entries/E-1/versions/2"
      $0["decided"] = [
        "owner": .string("departments/" + owner), "class": .string(resourceClass),
        "items": [["name": "name", "share_type": .string(type), "grade": 1]], "masks": [:],
      ]
    }
    try await node.follow(
      "catalog.entry_published",
      [
        ("entry", "entries/E-1"), ("version", 2), ("owner", .string("departments/" + owner)),
        ("profile", .string(grant.profile)), ("signed", statement.json),
      ])
  }

  @Test("AC-40 what nobody reviews is open to all by its publisher's statement, or not at all")
  func publication() async throws {
    let node = try await node()
    let grant = try document(node, application: "")
    #expect(try await outcome(node, grant, []) == "ingest.grant_not_reviewed")
    try await publish(node, grant)
    #expect(try await outcome(node, grant, []) == "opened")
    #expect(
      try await outcome(node, document(node, items: ["cremation-date"], application: ""), [])
        == "ingest.grant_not_reviewed")
    try await publish(node, grant, type: "conditional")
    #expect(try await outcome(node, grant, []) == "ingest.grant_not_reviewed")
    try await publish(node, grant, action: "catalog.submit_entry")
    #expect(try await outcome(node, grant, []) == "ingest.grant_not_reviewed")
    try await publish(node, grant, owner: "justice")
    #expect(try await outcome(node, grant, []) == "ingest.grant_not_reviewed")
    await node.stop()
  }

  @Test(
    "AC-40 a catalogue with a colluding clerk opens nothing: publishers are of the owner's authority, as the registry and the profile say"
  )
  func publishers() async throws {
    let node = try await node()
    let grant = try document(node, application: "")
    // Any registered person, the owner's own where the text has a reviewer, and one whom no registry knows.
    for (person, department) in [
      ("li", "justice"), ("li", "human-resources"), ("wu", "civil-affairs"), ("xu", "nobody"),
    ] {
      try await publish(node, grant, by: person, of: department)
      #expect(
        try await outcome(node, grant, []) == "ingest.grant_not_reviewed", "\(department)")
    }
    // A law that lets the owner publish, but does not govern here; or governs another class of resources.
    let foreign = try document(node, profile: "guangdong-2018", application: "")
    try await publish(node, foreign, by: "wu", of: "civil-affairs")
    #expect(try await outcome(node, foreign, []) == "ingest.grant_not_reviewed")
    let trial = try document(
      node, profile: "meizhou-specific-2021", application: "", name: "grants/G-2")
    try await publish(node, trial, by: "wu", of: "civil-affairs")
    #expect(try await outcome(node, trial, []) == "ingest.grant_not_reviewed")
    // Its term is over, by 90 days and more; what came here before then stands.
    try await publish(
      node, trial, by: "wu", of: "civil-affairs", resourceClass: "specific_population")
    #expect(try await outcome(node, trial, []) == "ingest.grant_not_reviewed")
    let since = node.clock.now().civilDate.daysSince(try #require(CivilDate(iso: "2023-09-18")))
    node.clock.pass(seconds: Int64(-since) * 86_400)
    try await publish(
      node, trial, by: "wu", of: "civil-affairs", resourceClass: "specific_population")
    let taken = try node.subscription(to: trial)
    #expect(try await outcome(node, trial, [taken]) == "opened")
    node.clock.pass(seconds: Int64(since) * 86_400)
    #expect(try await outcome(node, trial, [taken]) == "opened")
    // The authority that it had when it was published counts after a correction, too; another never did.
    try await publish(node, grant)
    node.registry.change("civil-affairs") { $0.authority = "departments/province-bureau" }
    #expect(try await outcome(node, grant, []) == "ingest.grant_not_reviewed")
    let later = GoogleProtobuf.Timestamp(Instant(milliseconds: node.pki.now * 1_000 + 1))
    node.registry.change("civil-affairs") {
      $0.corrections = [
        RegistryV1.DepartmentCorrection(
          field: "authority", former: "data-bureau", corrected: "province-bureau", time: later)
      ]
    }
    #expect(try await outcome(node, grant, []) == "opened")
    await node.stop()
  }

  @Test("AC-40 AC-43 a catalogue that gives a register to another department gives it no rows")
  func stolenRegister() async throws {
    let node = try await node()
    let grant = try document(node, source: "justice", application: "")
    try await publish(node, grant, owner: "justice")
    #expect(try await outcome(node, grant, []) == "ingest.grant_not_reviewed")
    // Nor does it become the department's by an increment of its own.
    var entry = catalogEntry(.cremation)
    entry.owner = "departments/justice"
    node.catalog.put(entry)
    let reason = await refusal {
      try await node.deliver(
        try RegisterFile(
          ["id", "name", "cremation-date", "certificate", "revoked"],
          rows: [[identityNumber(2), "李四", "2024-01-05", "C2", ""]]),
        who: Who(department: "justice", roles: [.departmentSystem]))
    }
    #expect(reason == "ingest.not_owner")
    #expect(try await outcome(node, grant, []) == "ingest.grant_not_reviewed")
    await node.stop()
  }

  @Test(
    "AC-43 the authority that a grant names is the source's own, and not one of a reviewer's choice"
  )
  func chosenAuthority() async throws {
    let node = try await node()
    let grant = try document(node, profile: "guangdong-2018", authority: "justice")
    try await publish(
      node, grant, by: "wu", of: "civil-affairs", type: "conditional", resourceClass: "provincial")
    let decisions = [
      try node.review(of: grant), try node.review(of: grant, by: "li", of: "justice"),
    ]
    #expect(try await outcome(node, grant, decisions) == "ingest.grant_not_reviewed")
    node.registry.change("civil-affairs") { $0.authority = "departments/justice" }
    #expect(try await outcome(node, grant, decisions) == "opened")
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
