// Reading the log over RPC: who sees what, page by page, each reading itself logged; proofs and tiles for everyone.

import Access
import AuditHandlers
import AuditRules
import AuditStore
import Contracts
import Crypto
import Database
import Integrity
import RPC
import TestSupport
import Testing
import Vocabulary

private func refusal<Value>(_ call: () async throws -> Value) async -> Status? {
  do {
    _ = try await call()
    return nil
  } catch {
    if error as? Status == nil { Issue.record("not a status: \(error)") }
    return error as? Status
  }
}

extension Status {
  fileprivate var reason: String? { trailers["weir-reason"] }
}

/// A log with one grant's life: published by civil affairs, used by justice; and something far away.
private func fill(_ log: OpenLog) async throws {
  let home = log.home
  var catalog = try home.origin("catalog")
  var share = try home.origin("share")
  var ingest = try home.origin("ingest")
  let call = JSONValue.string(String(repeating: "a", count: 32))
  // The use comes before the log knows who provides the entry.
  let decision = share.write(
    "share.decision",
    [
      "call": call, "grant": "grants/G-1", "entry": "entries/E-1", "grantee": "departments/justice",
      "time": 1_000,
    ])
  let published = catalog.write(
    "catalog.entry_published",
    ["entry": "entries/E-1", "owner": "departments/civil-affairs", "time": 2_000])
  let disclosure = ingest.write(
    "ingest.disclosure",
    ["call": call, "grant": "grants/G-1", "entry": "E-1", "grantee": "justice", "time": 3_000])
  let far = share.write(
    "share.decision",
    ["entry": "entries/E-9", "grantee": "departments/far-affairs", "time": 4_000])
  var feedback = try home.origin("feedback")
  let recall = feedback.write(
    "feedback.recall_opened",
    ["entry": "E-9", "receivers": [["department": "departments/justice"]], "time": 5_000])
  try await log.intake.take([decision], of: share.origin)
  try await log.intake.take([published], of: catalog.origin)
  try await log.intake.take([disclosure], of: ingest.origin)
  try await log.intake.take([far], of: share.origin)
  try await log.intake.take([recall], of: feedback.origin)
  try await log.publisher.publish()
}

@Suite("Readers see what AC-71 entitles them to, and each reading is logged")
struct AuditReadingTests {
  private func withFilledLog<Result: Sendable>(
    _ body: (AuditNode) async throws -> Result
  ) async throws -> Result {
    let pki = try TestPKI(domain: LogHome.domain)
    return try await withNode(try LogHome(), pki: pki, services: []) { node, _ in
      try await fill(node.log)
      return try await body(node)
    }
  }

  private func list(
    _ node: AuditNode, _ department: String, _ roles: Set<Role>,
    _ filter: AuditV1.ListEntriesRequest.Filter? = nil, size: Int32 = 0, token: String = ""
  ) async throws -> AuditV1.ListEntriesResponse {
    try await node.client().listEntries(
      AuditV1.ListEntriesRequest(filter: filter, pageSize: size, pageToken: token),
      node.asPerson("wu", of: department, roles, "ListEntries"))
  }

  @Test(
    "provider and user see their own entries, also what came before the provider was known (AC-71)")
  func departments() async throws {
    try await withFilledLog { node in
      let provider = try await list(node, "civil-affairs", [.departmentHead])
      #expect(provider.entries.map(\.index) == [0, 1, 2])
      let user = try await list(node, "justice", [.departmentSecurity])
      #expect(user.entries.map(\.index) == [0, 2, 4])
      #expect(
        user.entries.map(\.topic) == [
          "share.decision", "ingest.disclosure", "feedback.recall_opened",
        ])
      for entry in user.entries {
        let leaf = try #require(Leaf(salt: entry.salt, payload: entry.payload))
        #expect(leaf.commitment == entry.leaf)
      }
      let none = try await list(node, "operations", [.departmentHead])
      #expect(none.entries == [] && none.nextPageToken == "")
    }
  }

  @Test("the authority sees its region, the auditor everything (AC-71, AC-74)")
  func authorities() async throws {
    try await withFilledLog { node in
      let region = try await list(node, "data-bureau", [.authority])
      #expect(region.entries.map(\.index) == [0, 1, 2, 4])
      let all = try await list(node, "audit-bureau", [.auditor])
      // The reading of the authority is an entry by now.
      #expect(Array(all.entries.map(\.index).prefix(5)) == [0, 1, 2, 3, 4])
      let status = await refusal { try await list(node, "nowhere-bureau", [.authority]) }
      #expect(status?.code == .failedPrecondition)
      #expect(status?.reason == "audit.region_unknown")
    }
  }

  @Test("others are refused with reason and article")
  func strangers() async throws {
    try await withFilledLog { node in
      let officer = await refusal { try await list(node, "justice", [.departmentOfficer]) }
      #expect(officer?.code == .permissionDenied)
      var filter = AuditV1.ListEntriesRequest.Filter()
      filter.department = "departments/civil-affairs"
      let status = await refusal { try await list(node, "justice", [.departmentHead], filter) }
      #expect(status?.code == .permissionDenied)
      #expect(status?.reason == "audit.foreign_department")
      #expect(status?.trailers["weir-article"] == "hebi-2021/13.3")
      #expect(status?.trailers["weir-field"] == "filter.department")
    }
  }

  @Test(
    "filters find by call, grant, topic, origin, department and time; pages go on where they ended")
  func filters() async throws {
    try await withFilledLog { node in
      typealias Filter = AuditV1.ListEntriesRequest.Filter
      let origin = try node.home.origin("ingest").origin.text
      let cases: [(Filter, [Int64])] = [
        (Filter(callID: String(repeating: "a", count: 32)), [0, 2]),
        (Filter(grant: "grants/G-1"), [0, 2]), (Filter(grant: "G-2"), []),
        (Filter(topic: "share.decision"), [0, 3]), (Filter(origin: origin), [2]),
        (Filter(department: "departments/far-affairs"), [3]),
        (Filter(topic: "share.decision", department: "justice"), [0]),
        (
          Filter(
            after: GoogleProtobuf.Timestamp(seconds: 1),
            before: GoogleProtobuf.Timestamp(seconds: 4)), [1, 2]
        ),
      ]
      for (filter, expected) in cases {
        let found = try await list(node, "audit-bureau", [.thirdPartyAuditor], filter)
        let entries = found.entries.filter { !$0.topic.hasPrefix("audit.") }
        #expect(entries.map(\.index) == expected, "\(filter)")
      }
      var seen: [Int64] = []
      var token = ""
      repeat {
        let page = try await list(node, "justice", [.departmentHead], size: 2, token: token)
        #expect(page.entries.count <= 2)
        seen += page.entries.filter { !$0.topic.hasPrefix("audit.") }.map(\.index)
        token = page.nextPageToken
      } while !token.isEmpty
      #expect(seen == [0, 2, 4])
      let malformed: [(Filter, String)] = [
        (Filter(grant: "nonsense"), "filter.grant"), (Filter(callID: "XYZ"), "filter.call_id"),
        (Filter(department: "No Such"), "filter.department"),
        (Filter(topic: String(repeating: "x", count: 201)), "filter.topic"),
      ]
      for (filter, field) in malformed {
        let status = await refusal { try await list(node, "audit-bureau", [.auditor], filter) }
        #expect(status?.code == .invalidArgument)
        #expect(status?.trailers["weir-field"] == field)
      }
      for token in ["nonsense token", "1.2", "-1"] {
        let status = await refusal {
          try await list(node, "audit-bureau", [.auditor], token: token)
        }
        #expect(status?.reason == "request.page_token_unknown")
      }
    }
  }

  @Test("each reading is an entry of the log, with who asked for what (AC-71)")
  func readings() async throws {
    try await withFilledLog { node in
      _ = try await list(node, "justice", [.departmentHead], .init(grant: "G-1"))
      try await eventually("the reading to be in the log") { try await node.log.size() == 6 }
      let entry = try #require(
        try await list(node, "audit-bureau", [.auditor], .init(topic: "audit.entries_read")).entries
          .first)
      let payload = try CanonicalJSON.decodeCanonical(entry.payload)
      #expect(payload["actor"]?.string == "departments/justice/persons/wu")
      #expect(payload["filter"]?["grant"]?.string == "G-1")
      #expect(payload["count"]?.integer == 2)
      try await eventually("its coverage") {
        node.log.board.progress(of: "audit").first.map { $0.covered == $0.held.sequence } ?? false
      }
    }
  }

  @Test(
    "a planted identifier that was named is an alarm and an entry for who audits, and for nobody else (AC-71)"
  )
  func canaries() async throws {
    try await withFilledLog { node in
      var ingest = try node.home.origin("ingest", replica: "r2")
      let call = JSONValue.string(String(repeating: "b", count: 32))
      let named = ingest.write(
        "ingest.canary_named",
        [
          "call": call, "canary": "canaries/1", "entry": "entries/E-1", "grant": "grants/G-1",
          "department": "justice", "time": 6_000,
        ])
      let suspected = ingest.write(
        "ingest.enumeration_suspected",
        ["call": call, "entry": "entries/E-1", "grantee": "justice", "time": 7_000])
      var share = try node.home.origin("share", replica: "r2")
      let forged = share.write("ingest.canary_named", ["call": call, "time": 8_000])
      let (origin, other) = (ingest.origin, share.origin)
      try await node.log.intake.take([named, suspected], of: origin)
      try await node.log.intake.take([forged], of: other)
      func topics(_ department: String, _ roles: Set<Role>) async throws -> [String] {
        try await list(node, department, roles, .init(callID: String(repeating: "b", count: 32)))
          .entries.map(\.topic)
      }
      let both = ["ingest.canary_named", "ingest.enumeration_suspected", "ingest.canary_named"]
      #expect(try await topics("audit-bureau", [.auditor]) == both)
      for (department, role) in [
        ("justice", Role.departmentHead), ("civil-affairs", .departmentSecurity),
        ("data-bureau", .authority),
      ] {
        #expect(try await topics(department, [role]) == ["ingest.enumeration_suspected"])
      }
      func alarms(_ department: String, _ roles: Set<Role>) async throws -> [String] {
        try await node.client().listAlarms(
          AuditV1.ListAlarmsRequest(), node.asPerson("wu", of: department, roles, "ListAlarms")
        ).alarms.map(\.kind)
      }
      #expect(
        try await alarms("audit-bureau", [.auditor])
          == ["canary_named", "enumeration_suspected", "foreign_topic"])
      // The owner of the register and the authority, beside the one that is suspected; a topmost authority sees what is of the platform.
      #expect(try await alarms("civil-affairs", [.departmentSecurity]) == ["enumeration_suspected"])
      #expect(
        try await alarms("data-bureau", [.authority]) == ["enumeration_suspected", "foreign_topic"])
      #expect(try await alarms("far-bureau", [.authority]) == ["foreign_topic"])
      #expect(try await alarms("far-affairs", [.departmentHead]) == [])
    }
  }

  @Test("alarms and origins are told to those who supervise")
  func alarms() async throws {
    try await withFilledLog { node in
      var share = try node.home.origin("catalog", incarnation: 9)
      let origin = share.origin
      let later = share.write(2)[1]
      await #expect(throws: OriginRefusal.self) {
        try await node.log.intake.take([later], of: origin)
      }
      let reader = try node.client()
      let alarms = try await reader.listAlarms(
        AuditV1.ListAlarmsRequest(pageSize: 1),
        node.asPerson("wu", of: "audit-bureau", [.auditor], "ListAlarms"))
      #expect(alarms.alarms.map(\.kind) == ["new_incarnation"])
      #expect(alarms.alarms.first?.name == "alarms/1")
      let rest = try await reader.listAlarms(
        AuditV1.ListAlarmsRequest(pageToken: alarms.nextPageToken),
        node.asPerson("wu", of: "audit-bureau", [.auditor], "ListAlarms"))
      #expect(rest.alarms.map(\.kind) == ["gap"])
      #expect(rest.alarms.first?.text?.english.contains(origin.text) == true)
      let origins = try await reader.listOrigins(
        AuditV1.ListOriginsRequest(),
        node.asPerson("zhao", of: "operations", [.operator], "ListOrigins"))
      #expect(origins.origins.contains { $0.origin == origin.text && $0.durableSequence == 0 })
      let status = await refusal {
        try await reader.listAlarms(
          AuditV1.ListAlarmsRequest(),
          node.asPerson("zhao", of: "operations", [.operator], "ListAlarms"))
      }
      #expect(status?.code == .permissionDenied)
    }
  }
}

@Suite("Alarms are told within level and region (AC-71, AC-74)")
struct AlarmReadingTests {
  private func alarms(
    _ node: AuditNode, _ department: String, _ roles: Set<Role>, size: Int32 = 0
  ) async throws -> [String] {
    let reader = try node.client()
    var found: [String] = []
    var token = ""
    repeat {
      let page = try await reader.listAlarms(
        AuditV1.ListAlarmsRequest(pageSize: size, pageToken: token),
        node.asPerson("wu", of: department, roles, "ListAlarms"))
      found += page.alarms.map { "\($0.kind) \($0.callID.prefix(1))" }
      token = page.nextPageToken
    } while !token.isEmpty
    return found
  }

  /// Disclosures without a decision in three places, and an alarm about the log itself.
  private func raise(_ log: OpenLog) async throws {
    let home = log.home
    var ingest = try home.origin("ingest")
    var catalog = try home.origin("catalog")
    let published = catalog.write(
      "catalog.entry_published",
      ["entry": "entries/E-7", "owner": "departments/county-affairs", "time": 1_000])
    let disclosures = [
      ("a", "E-1", "justice"), ("b", "E-2", "county-affairs"), ("c", "E-7", "justice"),
      ("d", "E-9", "far-affairs"),
    ].map { call, entry, grantee in
      ingest.write(
        "ingest.disclosure",
        [
          "call": .string(String(repeating: call, count: 32)), "entry": .string(entry),
          "grantee": .string(grantee), "time": 2_000,
        ])
    }
    let (origin, other) = (ingest.origin, catalog.origin)
    try await log.intake.take([published], of: other)
    try await log.intake.take(disclosures, of: origin)
    home.clock.pass(seconds: 31)
    try await DisclosureWatch(database: log.database, keys: log.keys, clocks: log.clocks).sweep()
    var anew = try home.origin("share", incarnation: 9)
    let later = anew.write(2)[1]
    let third = anew.origin
    await #expect(throws: OriginRefusal.self) { try await log.intake.take([later], of: third) }
  }

  @Test(
    "an authority sees its level and below in its region only, the auditor all",
    .obligation("meizhou-specific-2021/6"),
    .timeLimit(.minutes(5)))
  func regions() async throws {
    let pki = try TestPKI(domain: LogHome.domain)
    try await withNode(try LogHome(), pki: pki, services: []) { node, _ in
      try await raise(node.log)
      let uses = ["a", "b", "c", "d"].map { "disclosure_without_decision \($0)" }
      let all = try await alarms(node, "audit-bureau", [.auditor])
      #expect(Array(all.prefix(4)) == uses && all.count > 4)
      #expect(try await alarms(node, "audit-bureau", [.thirdPartyAuditor], size: 1) == all)
      let log = Array(all.dropFirst(4))
      // The city: its own and its county's, and what is wrong with the platform, for which it answers.
      #expect(try await alarms(node, "data-bureau", [.authority]) == Array(uses.prefix(3)) + log)
      #expect(try await alarms(node, "data-bureau", [.authority], size: 1).count == 3 + log.count)
      // The county: what its bodies used or provided; neither the city's uses nor the platform.
      #expect(try await alarms(node, "county-bureau", [.authority]) == [uses[1], uses[2]])
      #expect(try await alarms(node, "far-bureau", [.authority]) == [uses[3]] + log)
      let status = await refusal { try await alarms(node, "nowhere-bureau", [.authority]) }
      #expect(status?.reason == "audit.region_unknown")
      // A department: what it used or provided itself.
      #expect(try await alarms(node, "justice", [.departmentHead]) == [uses[0], uses[2]])
      let officer = await refusal { try await alarms(node, "justice", [.departmentOfficer]) }
      #expect(officer?.code == .permissionDenied)
    }
  }
}

@Suite("Proofs and tiles for everyone")
struct AuditProofTests {
  @Test("inclusion and consistency proofs of all sizes hold; what no checkpoint covers has none")
  func proofs() async throws {
    let pki = try TestPKI(domain: LogHome.domain)
    try await withNode(try LogHome(), pki: pki, services: []) { node, _ in
      let reader = try node.client()
      let options = try node.asPerson(
        "li", of: "justice", [.departmentOfficer], "GetInclusionProof")
      let early = await refusal {
        try await reader.getInclusionProof(
          AuditV1.GetInclusionProofRequest(leaf: [UInt8](repeating: 0, count: 32)), options)
      }
      #expect(early?.code == .unavailable && early?.reason == "audit.no_checkpoint")

      var share = try node.home.origin("share")
      let events = share.write(300)
      let origin = share.origin
      try await node.log.intake.take(events, of: origin)
      try await node.log.publisher.publish()
      let leaves = events.map(\.leaf)
      func tree(_ size: Int64) -> MemoryTree {
        MemoryTree(entries: Array(leaves.prefix(Int(size))))
      }
      for (index, size) in [(0, 0), (299, 300), (5, 6), (255, 256), (256, 257), (17, 299)]
        as [(Int, Int64)]
      {
        let proof = try await reader.getInclusionProof(
          AuditV1.GetInclusionProofRequest(leaf: leaves[index], treeSize: size), options)
        #expect(proof.index == index && proof.treeSize == (size == 0 ? 300 : size))
        #expect(proof.checkpoint.isEmpty == (proof.treeSize != 300))
        #expect(
          MerkleTree.isIncluded(
            leafHash: MerkleTree.leafHash(leaves[index]), index: UInt64(index),
            size: UInt64(proof.treeSize), root: tree(proof.treeSize).root, proof: proof.path))
      }
      let growth = try node.asPerson(
        "li", of: "justice", [.departmentOfficer], "GetConsistencyProof")
      try await expectConsistency(reader, growth, leaves)
      let refused: [(AuditV1.GetInclusionProofRequest, String)] = [
        (.init(leaf: [1]), "audit.malformed"),
        (.init(leaf: leaves[0], treeSize: -1), "audit.malformed"),
        (.init(leaf: leaves[0], treeSize: 301), "audit.tree_too_large"),
        (.init(leaf: leaves[9], treeSize: 9), "audit.leaf_not_covered"),
        (.init(leaf: SHA256.hash([])), "audit.no_such_leaf"),
      ]
      for (request, reason) in refused {
        let status = await refusal { try await reader.getInclusionProof(request, options) }
        #expect(status?.reason == reason)
      }
      let reversed = await refusal {
        try await reader.getConsistencyProof(.init(firstSize: 9, secondSize: 8), growth)
      }
      #expect(reversed?.reason == "audit.sizes_reversed")
    }
  }

  /// Proofs between several sizes of a log of 300 entries lead from root to root.
  private func expectConsistency(
    _ reader: AuditV1.AuditClient, _ options: CallOptions, _ leaves: [[UInt8]]
  ) async throws {
    for (old, size) in [(0, 300), (1, 300), (256, 300), (255, 256), (7, 7), (299, 0)]
      as [(Int64, Int64)]
    {
      let proof = try await reader.getConsistencyProof(
        AuditV1.GetConsistencyProofRequest(firstSize: old, secondSize: size), options)
      let second = size == 0 ? 300 : size
      let roots = [old, second].map { MemoryTree(entries: Array(leaves.prefix(Int($0)))).root }
      #expect(
        MerkleTree.isConsistent(
          oldSize: UInt64(old), oldRoot: roots[0], size: UInt64(second), root: roots[1],
          proof: proof.path))
    }
  }

  @Test("tiles, bundles, checkpoint and key list are served as they are published")
  func tiles() async throws {
    let pki = try TestPKI(domain: LogHome.domain)
    let home = try LogHome()
    try await withNode(home, pki: pki, services: []) { node, _ in
      var share = try home.origin("share")
      let events = share.write(300)
      let origin = share.origin
      try await node.log.intake.take(events, of: origin)
      try await node.log.publisher.publish()
      let reader = try node.client()
      let options = try node.asPerson("li", of: "justice", [.departmentOfficer], "GetTile")
      for (path, content) in home.published.files where path.hasPrefix("tile/") {
        #expect(try await reader.getTile(.init(path: path), options).content == content, "\(path)")
      }
      // A narrower tile of an earlier size is a beginning of today's.
      let narrow = try await reader.getTile(.init(path: "tile/0/001.p/3"), options).content
      #expect(narrow == home.published.files["tile/0/001.p/44"].map { Array($0.prefix(96)) })
      for path in [
        "tile/0/001", "tile/0/001.p/45", "tile/0/002.p/1", "tile/3/000.p/1", "tile/entries/999",
      ] {
        let status = await refusal { try await reader.getTile(.init(path: path), options) }
        #expect(status?.code == .notFound && status?.reason == "audit.no_such_tile", "\(path)")
      }
      for path in ["", "tile", "../etc", "tile/9/000", "tile/0/18446744073709551615"] {
        let status = await refusal { try await reader.getTile(.init(path: path), options) }
        #expect(status?.code == .invalidArgument, "\(path)")
      }
      let checkpoint = try await reader.getCheckpoint(
        .init(), node.asPerson("li", of: "justice", [.departmentOfficer], "GetCheckpoint"))
      #expect(Array(checkpoint.note.utf8) == home.published.files[LogFile.checkpoint])
      let list = try await reader.getKeyList(
        .init(), node.asPerson("li", of: "justice", [.departmentOfficer], "GetKeyList"))
      #expect(String(decoding: list.json, as: UTF8.self) == (try node.keys.note().encoded))
    }
  }
}
