// Ingest, taken over, gives more than Share decided, under a call that has a decision.

import AuditHandlers
import AuditRules
import AuditStore
import Database
import Integrity
import TestSupport
import Testing
import Vocabulary

@Suite("A decision stands behind what it covers, once (hebi-2021/13.3)")
struct DisclosureMatterTests {
  private static let call = String(repeating: "a", count: 32)

  /// What Share writes of a look-up, and Ingest with it.
  private static let lookup: JSONObject = [
    "call": .string(call), "grant": "grants/G-1", "entry": "entries/E-1",
    "items": ["name", "date"],
  ]
  private static let claim: JSONObject = [
    "call": .string(call), "entry": "entries/E-9", "items": ["court"],
  ]

  private func decision(_ members: JSONObject, _ changed: JSONObject = [:]) -> JSONObject {
    merged(merged(members, ["grantee": "departments/human-resources"]), changed)
  }

  private func disclosure(_ members: JSONObject, _ changed: JSONObject = [:]) -> JSONObject {
    merged(merged(members, ["grantee": "human-resources", "subjects": 1]), changed)
  }

  private func merged(_ object: JSONObject, _ more: JSONObject) -> JSONObject {
    var object = object
    for member in more.members { object[member.name] = member.value }
    return object
  }

  /// How many alarms the watch raises over these entries, when the grace is over.
  private func alarms(
    decisions: [JSONObject], disclosures: [(String, JSONObject)], _ backend: Backend = .sqlite
  ) async throws -> [UInt64] {
    let home = try LogHome(backend)
    var share = try home.origin("share")
    var ingest = try home.origin("ingest")
    let decided = decisions.map { share.write("share.decision", $0) }
    let given = disclosures.map { ingest.write($0.0, $0.1) }
    let (ofShare, ofIngest) = (share.origin, ingest.origin)
    return try await withLog(home) { log in
      try await log.intake.take(decided, of: ofShare)
      try await log.intake.take(given, of: ofIngest)
      let watch = DisclosureWatch(database: log.database, keys: log.keys, clocks: log.clocks)
      try await watch.sweep()
      home.clock.pass(milliseconds: 30_001)
      try await watch.sweep()
      try await watch.sweep()
      let alarms = try await log.alarms()
      #expect(alarms.allSatisfy { $0.kind == .disclosureWithoutDecision })
      return alarms.map(\.sequence)
    }
  }

  @Test(
    "a decision on another grant, entry, grantee, item or chunk under the same call settles nothing"
  )
  func otherMatter() async throws {
    let fitting = disclosure(Self.lookup)
    #expect(
      try await alarms(
        decisions: [decision(Self.lookup)], disclosures: [("ingest.disclosure", fitting)]
      ).isEmpty)
    let fewer = disclosure(Self.lookup, ["items": ["date"]])
    #expect(
      try await alarms(
        decisions: [decision(Self.lookup)], disclosures: [("ingest.disclosure", fewer)]
      ).isEmpty)
    let changes: [JSONObject] = [
      ["grant": "grants/G-2"], ["entry": "entries/E-2"], ["grantee": "justice"],
      ["items": ["name", "date", "court"]], ["comparison": "comparisons/C-1", "chunk": 1],
    ]
    for changed in changes {
      let given = disclosure(Self.lookup, changed)
      let raised = try await alarms(
        decisions: [decision(Self.lookup)], disclosures: [("ingest.disclosure", given)])
      #expect(raised == [1], "\(changed.members.map(\.name))")
    }
    let chunk: JSONObject = ["comparison": "comparisons/C-1", "chunk": 1]
    let next: JSONObject = ["comparison": "comparisons/C-1", "chunk": 2]
    #expect(
      try await alarms(
        decisions: [decision(Self.lookup, chunk)],
        disclosures: [
          ("ingest.disclosure", disclosure(Self.lookup, chunk)),
          ("ingest.disclosure", disclosure(Self.lookup, next)),
        ]) == [2])
  }

  @Test(
    "one decision serves one disclosure, in one look or in several", arguments: Backend.allCases)
  func usedUp(_ backend: Backend) async throws {
    let given = ("ingest.disclosure", disclosure(Self.lookup))
    #expect(
      try await alarms(
        decisions: [decision(Self.lookup)], disclosures: [given, given, given], backend) == [2, 3])
    #expect(
      try await alarms(
        decisions: [decision(Self.lookup), decision(Self.lookup)], disclosures: [given, given],
        backend
      ).isEmpty)
  }

  @Test("a claim that is answered is a disclosure, and wants the decision on its request")
  func claims() async throws {
    let request: JSONObject = ["request": "verificationRequests/V-1", "grant": ""]
    let answered = (
      "ingest.claim_verified",
      disclosure(Self.claim, ["grant": "verificationRequests/V-1"])
    )
    #expect(try await alarms(decisions: [], disclosures: [answered]) == [1])
    #expect(
      try await alarms(decisions: [decision(Self.claim, request)], disclosures: [answered]).isEmpty)
    let other: JSONObject = ["request": "verificationRequests/V-2", "grant": ""]
    #expect(
      try await alarms(decisions: [decision(Self.claim, other)], disclosures: [answered]) == [1])
  }
}
