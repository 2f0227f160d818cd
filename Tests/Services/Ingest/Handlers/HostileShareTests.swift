// A Share, or a catalogue, that was taken over: its own key is good, and its word opens nothing (AC-43, AC-47, AC-52, AC-53, AC-55).

import Access
import Contracts
import Crypto
import Database
import IngestStore
import Integrity
import RPC
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite("A service that was taken over opens no more than persons signed (AC-43, AC-47, AC-53)")
struct HostileShareTests {
  private let columns = ["id", "name", "cremation-date", "certificate", "revoked"]

  private func file(_ person: Int = 1) throws -> RegisterFile {
    try RegisterFile(
      columns, rows: [[identityNumber(person), "张三", "2024-01-05", "C1", ""]])
  }

  /// Ingest with one delivered record of civil affairs.
  private func node() async throws -> IngestNode {
    let node = try await IngestNode()
    node.catalog.put(catalogEntry(.cremation))
    try await node.deliver(try file())
    return node
  }

  private func document(
    _ node: IngestNode, name: String = "grants/G-1", application: String = "applications/A-1",
    items: [String] = ["name"], until: String = "2024-12-31", daily: Int = 10,
    profile: String = profileText("meizhou-public-2023"), roll: RollTerms? = nil
  ) throws -> GrantDocument {
    GrantDocument(
      name: name, entry: "entries/E-1", entryVersion: 1,
      source: try #require(DepartmentCode("civil-affairs")),
      grantee: try #require(DepartmentCode("human-resources")), items: items,
      purpose: "pension check", scenario: "monthly", modes: [.lookup, .comparison],
      until: try #require(CivilDate(iso: until)), rows: [], roll: roll, dailySubjects: daily,
      profile: profile, application: application, issued: node.clock.now())
  }

  private func outcome(
    _ node: IngestNode, _ document: GrantDocument, _ decisions: [SignedStatement], person: Int = 1
  ) async throws -> String {
    let grant = try node.signed(document, decisions: decisions)
    return await refusal { try await node.lookUp(identityNumber(person), grant) } ?? "opened"
  }

  @Test(
    "AC-47 AC-52 one approval carries one grant: neither a fresh quota nor a life after its end")
  func oneGrant() async throws {
    let node = try await node()
    let first = try document(node, daily: 1)
    let review = try node.review(of: first)
    #expect(try await outcome(node, first, [review]) == "opened")
    #expect(try await outcome(node, first, [review], person: 2) == "ingest.quota_used")
    // The terms that were signed say neither name nor number.
    let second = try document(node, name: "grants/G-2", daily: 1)
    #expect(second.terms == first.terms)
    #expect(try await outcome(node, second, [review], person: 2) == "ingest.grant_not_reviewed")
    // Nor does another application make use of a name that was bound.
    let other = try document(node, application: "applications/A-2", daily: 1)
    let otherReview = try node.review(of: other)
    #expect(try await outcome(node, other, [otherReview]) == "ingest.grant_not_reviewed")
    let revoked: [(String, JSONValue)] = [("grant", "grants/G-1"), ("reason", "withdrawn")]
    try await node.follow("share.grant_revoked", revoked)
    try await node.follow("share.grant_suspended", revoked)
    try await node.follow("share.grant_activated", [("grant", "grants/G-1")])
    #expect(try await outcome(node, first, [review]) == "ingest.grant_ended")
    #expect(try await outcome(node, second, [review]) == "ingest.grant_not_reviewed")
    // Nor after a restart, nor one that was revoked before it was ever used.
    try await node.restart()
    #expect(try await outcome(node, second, [review]) == "ingest.grant_not_reviewed")
    try await node.follow(
      "share.grant_revoked",
      [("grant", "grants/G-7"), ("origin", "applications/A-7"), ("reason", "withdrawn")])
    let unused = try document(node, name: "grants/G-8", application: "applications/A-7")
    #expect(
      try await outcome(node, unused, [node.review(of: unused)]) == "ingest.grant_not_reviewed")
    await node.stop()
  }

  @Test("AC-40 what is open to all goes to whom a person took it into use for, on these terms")
  func subscriptions() async throws {
    let node = try await node()
    try await node.publish(catalogEntry(.cremation), type: "unconditional")
    let grant = try document(node, application: "")
    let taken = try node.subscription(to: grant)
    #expect(try await outcome(node, grant, []) == "ingest.grant_not_reviewed")
    #expect(try await outcome(node, grant, [taken]) == "opened")
    for other in [
      try document(node, application: "", until: "2025-12-31"),
      try document(node, application: "", daily: 100_000),
      try document(node, application: "", items: ["name", "cremation-date"]),
      try document(node, application: "", profile: profileText("hebi-2021")),
      // A second one of the same.
      try document(node, name: "grants/G-2", application: ""),
    ] {
      #expect(try await outcome(node, other, [taken]) == "ingest.grant_not_reviewed", "\(other)")
    }
    for change: (inout JSONObject) -> Void in [
      { $0["action"] = "share.accept_grant" }, { $0["resource"] = "entries/E-2/versions/1" },
    ] {
      let other = try node.subscription(to: grant, change)
      #expect(try await outcome(node, grant, [other]) == "ingest.grant_not_reviewed")
    }
    let stranger = try node.subscription(to: grant, of: "justice")
    #expect(try await outcome(node, grant, [stranger]) == "ingest.grant_not_reviewed")
    #expect(try await outcome(node, grant, [taken, taken]) == "ingest.grant_not_reviewed")
    await node.stop()
  }

  @Test("AC-47 a profile that nobody holds limits nothing, and opens nothing")
  func unknownProfile() async throws {
    let node = try await node()
    try await node.publish(catalogEntry(.cremation), type: "unconditional")
    let held = profileText("meizhou-public-2023")
    for profile in [held.replacing("@1", with: "@99"), "", "no-such-law@1"] {
      let grant = try document(node, application: "", profile: profile)
      #expect(
        try await outcome(node, grant, [node.subscription(to: grant)])
          == "ingest.grant_not_reviewed", "\(profile)")
    }
    await node.stop()
  }

  @Test("AC-53 how often a roll is compared, and by how much it grows, Ingest holds to the grant")
  func runs() async throws {
    let node = try await node()
    func granted(_ number: Int, _ frequency: String) throws -> IngestV1.SignedGrant {
      let made = try document(
        node, name: "grants/G-\(number)", application: "applications/A-\(number)",
        roll: RollTerms(roll: "pension", maxRows: 5, maxGrowthPercent: 50, frequency: frequency))
      return try node.signed(made, decisions: [node.review(of: made)])
    }
    func run(
      _ number: Int, _ grant: IngestV1.SignedGrant, _ rows: Int, _ first: String
    ) async throws -> String? {
      let day = try #require(CivilDate(iso: first))
      let roll = (1...rows).map { (identifier: identityNumber($0), name: "") }
      return await refusal {
        try await node.compare(
          roll, grant, period: day...day, comparison: "comparisons/C-\(number)")
      }
    }
    let monthly = try granted(1, "monthly")
    #expect(try await run(1, monthly, 2, "2024-02-29") == nil)
    #expect(try await run(2, monthly, 2, "2024-02-01") == "ingest.roll_repeated")
    #expect(try await run(3, monthly, 4, "2024-03-01") == "ingest.roll_grew")
    #expect(try await run(3, monthly, 2, "2020-03-01") == "ingest.roll_period")
    #expect(try await run(3, monthly, 3, "2024-03-01") == nil)
    // The month of a run is that of all its chunks.
    let other = try #require(CivilDate(iso: "2024-02-01"))
    #expect(
      await refusal {
        try await node.compareChunk(
          2, [(identityNumber(9), "")], monthly, period: other...other,
          comparison: "comparisons/C-3", rollRows: 3)
      } == "ingest.comparison_differs")
    let batches = try granted(2, "per-batch")
    #expect(try await run(11, batches, 2, "2024-03-01") == nil)
    #expect(try await run(12, batches, 3, "2024-03-01") == nil)
    #expect(try await run(13, batches, 1, "2024-03-01") == "ingest.roll_too_large")
    node.clock.pass(seconds: 86_400)
    #expect(try await run(13, batches, 4, "2024-03-01") == nil)
    #expect(
      try await run(14, try granted(3, "at will"), 1, "2024-03-01") == "ingest.use_not_granted")
    await node.stop()
  }

  @Test(
    "AC-43 whose rows they are is asked of the register that is searched, not of one that was empty"
  )
  func laterDeliverer() async throws {
    let node = try await IngestNode()
    try await node.publish(catalogEntry(.cremation))
    let grant = try document(node)
    let review = try node.review(of: grant)
    #expect(try await outcome(node, grant, [review]) == "ingest.nothing_delivered")
    // The catalogue lets another department deliver, and tells Ingest nothing of it.
    var entry = catalogEntry(.cremation)
    entry.owner = "departments/justice"
    node.catalog.put(entry)
    try await node.deliver(
      try file(), who: Who(department: "justice", roles: [.departmentSystem]))
    #expect(try await outcome(node, grant, [review]) == "ingest.grant_not_reviewed")
    let run = try document(
      node, roll: RollTerms(roll: "p", maxRows: 5, maxGrowthPercent: 0, frequency: "monthly"))
    let signed = try node.signed(run, decisions: [node.review(of: run)])
    let day = try #require(CivilDate(iso: "2024-03-01"))
    #expect(
      await refusal { try await node.compare([(identityNumber(1), "")], signed, period: day...day) }
        == "ingest.grant_not_reviewed")
    await node.stop()
  }

  @Test("AC-44 values are masked as the publisher signed, whatever the catalogue tells of it")
  func masks() async throws {
    let node = try await node()
    let grant = try node.signed(
      try document(node), decisions: [node.review(of: document(node))])
    func shown() async throws -> [String]? {
      try await node.lookUp(identityNumber(1), grant).records.first?.values.map(\.value)
    }
    #expect(try await shown() == ["张三"])
    var second = catalogEntry(.cremation, masks: ["name": "name"])
    second.version = 2
    try await node.publish(second)
    #expect(try await shown() == ["张*"])
    // The catalogue calls the masks off, and brings the publication of before back.
    let kept = try await node.database.read { try $0.knownEntry(1)?.publication }
    let statement = try CanonicalJSON.decode(try #require(kept))
    try await node.follow(
      "catalog.entry_published",
      [
        ("entry", "entries/E-1"), ("version", 2), ("owner", "departments/civil-affairs"),
        ("profile", .string(second.profile)), ("masks", [:]), ("signed", statement),
      ])
    #expect(try await shown() == ["张*"])
    try await node.publish(catalogEntry(.cremation))
    #expect(try await shown() == ["张*"])
    // The signature of one version is none of another, and none is none.
    second.version = 3
    try await node.publish(second) { $0["resource"] = "entries/E-1/versions/1" }
    #expect(await refusal { try await shown() } == "ingest.grant_not_reviewed")
    try await node.follow(
      "catalog.entry_published",
      [
        ("entry", "entries/E-1"), ("version", 4), ("owner", "departments/civil-affairs"),
        ("profile", .string(second.profile)), ("masks", [:]),
      ])
    #expect(await refusal { try await shown() } == "ingest.grant_not_reviewed")
    await node.stop()
  }

  @Test("AC-55 AC-42 how sensitive an item is, and that it is shared at all, the publisher signed")
  func grades() async throws {
    let node = try await node()
    let grant = try document(node)
    // Nothing in the reviewers' statements says that it takes two.
    let (wu, zheng) = (try node.review(of: grant), try node.review(of: grant, by: "zheng"))
    #expect(try await outcome(node, grant, [wu]) == "opened")
    var entry = catalogEntry(.cremation)
    entry.version = 2
    try await node.publish(entry, grade: 4)
    #expect(try await outcome(node, grant, [wu]) == "ingest.grant_not_reviewed")
    #expect(try await outcome(node, grant, [wu, zheng]) == "opened")
    entry.version = 3
    try await node.publish(entry, type: "not_shared")
    #expect(try await outcome(node, grant, [wu, zheng]) == "ingest.grant_not_reviewed")
    // What is open to all is not open where it is sensitive.
    entry.version = 4
    try await node.publish(entry, type: "unconditional", grade: 4)
    let taken = try document(node, name: "grants/G-2", application: "")
    #expect(
      try await outcome(node, taken, [node.subscription(to: taken)])
        == "ingest.grant_not_reviewed")
    await node.stop()
  }

  @Test("AC-43 a text that does not govern the class decides nothing, nor one whose term is over")
  func governance() async throws {
    let node = try await node()
    let grant = try document(node)
    let review = try node.review(of: grant)
    var entry = catalogEntry(.cremation)
    for (version, resourceClass) in [(2, ""), (3, "provincial")] {
      entry.version = Int32(version)
      entry.resourceClass = resourceClass
      try await node.publish(entry)
      #expect(
        try await outcome(node, grant, [review]) == "ingest.grant_not_reviewed", "\(resourceClass)")
    }
    // The trial ended on 2023-06-20: reviewers who sign under it long after open nothing, whatever time they state.
    entry.version = 4
    entry.resourceClass = "specific_population"
    try await node.publish(entry)
    let trial = try document(node, profile: profileText("meizhou-specific-2021"))
    let backdated = try node.review(of: trial) {
      $0["time"] = .integer(node.pki.now * 1_000 - 60_000)
    }
    #expect(try await outcome(node, trial, [backdated]) == "ingest.grant_not_reviewed")
    await node.stop()
  }
}
