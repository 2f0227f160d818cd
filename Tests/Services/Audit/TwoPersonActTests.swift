// What two persons decide about the log: its contents destroyed after their term and not before, and who looked at one person.

import Access
import AuditHandlers
import AuditRules
import AuditStore
import Boot
import Contracts
import Crypto
import Database
import Foundation
import Integrity
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

private let deploy = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .appending(path: "deploy").path

private func held() throws -> ProfileSet {
  try PolicyFiles.load(
    policiesFolder: deploy + "/policies", governanceFile: deploy + "/governance.yaml")
}

/// Ingest's key of names, as a test has it.
private let names = HMACSHA256(key: [UInt8](repeating: 77, count: 32))

extension LogHome {
  /// The term of the policies that this checkout deploys, and names as Ingest makes them.
  ///
  /// - Parameter persons: Whose root the acts' signatures are held to; real time stands still for them.
  func actOffice(_ persons: TestPersons) throws -> ActOffice {
    let profiles = try held()
    let retention = LogRetention(profiles.keys.compactMap { profiles.profile(named: $0) })
    let check = DecisionCheck(
      trust: ServiceTrust(roots: CertificateTrust(roots: [persons.root])),
      domain: persons.domain, now: persons.now)
    // As Ingest asks: both persons' statements, and the person in both.
    @Sendable func require(
      _ decisions: [CommonV1.SignedDecision], on subject: IngestV1.Subject?, _ salt: [UInt8]
    ) throws -> IngestV1.Subject {
      let stated = try decisions.map { try check.read(SignedStatement($0)) }
      guard let subject, stated.map(\.action) == [.requestAct, .approveAct],
        stated.allSatisfy({ $0.text("subject") == subject.digest(salt: salt) })
      else { throw Status(.permissionDenied, "not signed by two") }
      return subject
    }
    let term = try #require(retention)
    return ActOffice(
      retention: term, decisions: check, real: clock.now,
      findComparisons: { request in
        _ = try require(request.decisions, on: request.subject, request.salt)
        return .init(chunks: [
          .init(callID: String(repeating: "c", count: 32), comparison: "comparisons/C-1", number: 2)
        ])
      }
    ) { request in
      let subject = try require(request.decisions, on: request.subject, request.salt)
      return .init(
        pseudonym: Pseudonym(of: subject.block, key: names).text,
        key: SubjectKey(of: subject.block, key: names).bytes)
    }
  }
}

private func refusal<Value>(_ call: () async throws -> Value) async -> String? {
  do {
    _ = try await call()
    return nil
  } catch {
    if error as? Status == nil { Issue.record("not a status: \(error)") }
    return (error as? Status)?.trailers["weir-reason"]
  }
}

@Suite("Retention both ways (AC-70; hebi-2021/13.3)")
struct LogRetentionTests {
  @Test("the deployed policies ask for three years, whole, after the last day of the month (AC-70)")
  func term() throws {
    let profiles = try held()
    let retention = try #require(
      LogRetention(profiles.keys.compactMap { profiles.profile(named: $0) }))
    #expect(retention.years.value == 3)
    let cases = [
      ("2021-03", "2024-04-01"), ("2021-12", "2025-01-01"), ("2021-02", "2024-03-01"),
      ("2020-02", "2023-03-01"),
    ]
    for (month, day) in cases {
      #expect(retention.end(of: month)?.iso == day)
      let first = try #require(CivilDate(iso: day))
      try retention.requireEnded(month, today: first)
      let refusal = #expect(throws: AuditRefusal.self) {
        try retention.requireEnded(month, today: first.adding(days: -1))
      }
      #expect(refusal?.reason == "audit.retention_runs" && refusal?.citation != nil)
      #expect(refusal?.nextStep?.english.contains(day) == true)
    }
    for text in ["2021-13", "2021-3", "21-03", "2021-03-01", "", "2021/03"] {
      #expect(!LogRetention.isMonth(text), "\(text)")
    }
  }

  @Test(
    "no profile can be loaded that keeps the log for less than three years (AC-70)",
    arguments: [0, 1, 2])
  func floor(years: Int) throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(
      atPath: deploy + "/policies", toPath: folder.path("policies"))
    let file = folder.path("policies/hebi-2021.yaml")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let row = "key: audit.log_retention_years_min, value: 3"
    #expect(text.contains(row))
    try text.replacing(row, with: "key: audit.log_retention_years_min, value: \(years)")
      .write(toFile: file, atomically: true, encoding: .utf8)
    #expect(throws: LawFileProblems.self) {
      try PolicyFiles.load(
        policiesFolder: folder.path("policies"), governanceFile: deploy + "/governance.yaml")
    }
  }

  @Test("a profile may keep it longer, and the longest term counts (AC-70)")
  func longer() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(
      atPath: deploy + "/policies", toPath: folder.path("policies"))
    let file = folder.path("policies/guangdong-2018.yaml")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try text.replacing(
      "key: audit.log_retention_years_min, value: 3",
      with: "key: audit.log_retention_years_min, value: 10"
    ).write(toFile: file, atomically: true, encoding: .utf8)
    let profiles = try PolicyFiles.load(
      policiesFolder: folder.path("policies"), governanceFile: deploy + "/governance.yaml")
    let retention = LogRetention(profiles.keys.compactMap { profiles.profile(named: $0) })
    #expect(retention?.years.value == 10)
    #expect(retention?.years.citation.document == "guangdong-2018")
  }
}

@Suite("Acts of two persons (AC-93)")
struct TwoPersonActTests {
  private static let old = 40

  /// The month of the log's clock at its beginning; then the clock goes on for so many months.
  private func withOldMonth(
    later months: Int, _ body: (Desk, [ArrivedEvent]) async throws -> Void
  ) async throws {
    let pki = try TestPKI(domain: LogHome.domain)
    let home = try LogHome()
    try await withNode(home, pki: pki, services: []) { node, _ in
      var share = try home.origin("share")
      let events = share.write(Self.old)
      try await node.log.intake.take(events, of: share.origin)
      let start = home.clock.now().civilDate
      let end = start.adding(months: months)
      home.clock.pass(seconds: Int64(end.daysSince(start)) * 86_400)
      try await node.log.intake.take(share.write(5), of: share.origin)
      try await node.log.publisher.publish()
      try await body(try Desk(node), events)
    }
  }

  @Test(
    "a month's contents are destroyed by two persons after the term: nothing opens them, and every proof stays (AC-70, AC-93)"
  )
  func destroyed() async throws {
    try await withOldMonth(later: 38) { desk, events in
      let log = desk.node.log
      let months = try await desk.client.listMonths(.init(), desk.options("shen", "ListMonths"))
        .months
      let month = try #require(months.first)
      #expect(month.entries == Int64(Self.old) && month.destroyed == nil && months.count == 2)
      let act = try await desk.destroy("shen", month.month)
      #expect(act.state == "requested" && act.requestedBy.hasSuffix("persons/shen"))
      #expect(
        await refusal { try await desk.approve("shen", act.name) } == "audit.second_person_needed")
      #expect(try await desk.entries().count >= Self.old)
      let done = try await desk.approve("lu", act.name)
      #expect(done.state == "done" && done.approvedBy.hasSuffix("persons/lu"))
      // What is left is leaf and place.
      let left = try await desk.entries().prefix(Self.old)
      #expect(left.map(\.leaf) == events.map(\.leaf))
      #expect(left.allSatisfy { $0.payload.isEmpty && $0.salt.isEmpty && $0.topic.isEmpty })
      #expect(try await desk.entries(.init(topic: "share.decision")).count == 5)
      try await log.publisher.publish()
      #expect(try await log.inspection.run() >= 45)
      _ = try await log.inspection.openAll(with: log.keys)
      let proof = try await desk.client.getInclusionProof(
        .init(leaf: events[7].leaf), desk.options("shen", "GetInclusionProof"))
      let checkpoint = try Checkpoint(
        verifying: SignedNote(proof.checkpoint), by: log.signer.verifier)
      #expect(
        MerkleTree.isIncluded(
          leafHash: MerkleTree.leafHash(events[7].leaf), index: 7, size: checkpoint.size,
          root: checkpoint.root, proof: proof.path))
      // The destruction is itself in the log, with both names.
      let noted = try #require(
        try await desk.entries(.init(topic: "audit.month_destroyed")).first)
      let payload = try CanonicalJSON.decode(noted.payload)
      #expect(payload["month"]?.string == month.month && payload["entries"]?.integer == 40)
      #expect(payload["actor"]?.string?.hasSuffix("persons/lu") == true)
      #expect(payload["requested_by"]?.string?.hasSuffix("persons/shen") == true)
      #expect(payload["article"]?.string?.isEmpty == false)
      #expect(
        await refusal { try await desk.destroy("shen", month.month) } == "audit.month_destroyed")
    }
  }

  @Test("AC-93 both persons sign, each what he decides, and the log keeps both statements")
  func signed() async throws {
    try await withOldMonth(later: 38) { desk, _ in
      let month = try #require(
        try await desk.client.listMonths(.init(), desk.options("shen", "ListMonths")).months.first
      ).month
      var request = AuditV1.RequestActRequest(
        kind: "destroy_month", month: month, reason: "保存期满", requestID: "first")
      #expect(
        await refusal {
          _ = try await desk.unsigned.requestAct(request, desk.options("shen", "RequestAct"))
        } == "decision.statement_missing")
      let act = try await desk.request("shen", request)
      var approval = AuditV1.ApproveActRequest(name: act.name, requestID: "approval")
      #expect(
        await refusal {
          _ = try await desk.unsigned.approveAct(approval, desk.options("lu", "ApproveAct"))
        } == "decision.statement_missing")
      // The approval of one act does for no other.
      (request.reason, request.requestID) = ("另一理由", "second")
      let second = try await desk.request("shen", request)
      approval.validateOnly = true
      let question = try await desk.unsigned.approveAct(
        approval, desk.options("lu", "ApproveAct"))
      #expect(question.state == "done")
      let bureau = try #require(DepartmentCode("audit-bureau"))
      approval = .init(name: second.name, requestID: "approval")
      approval.signed = CommonV1.SignedDecision(
        try desk.node.persons.sign(
          question.statement, as: try #require(PersonID("lu")), of: bureau))
      #expect(
        await refusal {
          _ = try await desk.unsigned.approveAct(approval, desk.options("lu", "ApproveAct"))
        } == "decision.statement_differs")
      _ = try await desk.approve("lu", act.name)
      for (topic, action, person) in [
        ("audit.act_requested", DecisionAction.requestAct, "shen"),
        ("audit.month_destroyed", .approveAct, "lu"),
      ] {
        try await eventually("the entry \(topic)") {
          try await !desk.entries(.init(topic: topic)).isEmpty
        }
        let noted = try #require(try await desk.entries(.init(topic: topic)).first)
        let kept = SignedStatement(try CanonicalJSON.decode(noted.payload)["signed"])
        let stated = try StatedDecision(bytes: try #require(kept).statement)
        #expect(stated.action == action && stated.person.text == person)
        #expect(stated.text("month") == month)
      }
    }
  }

  @Test("the keys are gone from the disk: an earlier copy of the database opens nothing with them")
  func keysGone() async throws {
    try await withOldMonth(later: 38) { desk, _ in
      let log = desk.node.log
      let before = try await log.database.read { try $0.entries(from: 0, limit: 3) }
      #expect(try log.keys.open(before).count == 3)
      let month = before[0].month
      let act = try await desk.destroy("shen", month)
      _ = try await desk.approve("lu", act.name)
      #expect(throws: LogFault.self) { try log.keys.open(before) }
      let reopened = MonthKeys(
        keyring: try Keyring(
          folder: log.home.folder.path("keys"), creates: false, random: log.home.random),
        random: log.home.random)
      #expect(throws: LogFault.self) { try reopened.open(before) }
      #expect(throws: LogFault.self) { try reopened.term("topic:share.decision", month: month) }
    }
  }

  @Test(
    "nobody destroys a month before its term, whoever asks and whoever approves (AC-70)",
    arguments: [0, 1, 36])
  func early(months: Int) async throws {
    try await withOldMonth(later: months) { desk, _ in
      let month = try #require(
        try await desk.client.listMonths(.init(), desk.options("shen", "ListMonths")).months.first
      ).month
      #expect(await refusal { try await desk.destroy("shen", month) } == "audit.retention_runs")
      #expect(try await desk.entries(.init(topic: "share.decision")).count == Self.old + 5)
    }
  }

  @Test(
    "an act is asked for and approved once for each request id, and known again without naming anybody"
  )
  func again() async throws {
    try await withOldMonth(later: 38) { desk, _ in
      let month = try await desk.client.listMonths(.init(), desk.options("shen", "ListMonths"))
        .months[0].month
      let asked = AuditV1.RequestActRequest(
        kind: "destroy_month", month: month, reason: "保存期满", requestID: "ask")
      let act = try await desk.request("shen", asked)
      #expect(try await desk.request("shen", asked) == act)
      var other = asked
      other.reason = "r"
      #expect(
        await refusal { try await desk.request("shen", other) } == "request.request_id_reused")
      let done = try await desk.approve("lu", act.name, requestID: "approve")
      func again(_ requestID: String) async throws -> AuditV1.Act {
        try await desk.unsigned.approveAct(
          .init(name: act.name, requestID: requestID), desk.options("lu", "ApproveAct"))
      }
      #expect(try await again("approve") == done)
      #expect(await refusal { try await desk.approve("lu", act.name) } == "audit.act_not_open")
      #expect(await refusal { try await again("") } == "request.request_id_missing")
      let listed = try await desk.client.listActs(.init(), desk.options("shen", "ListActs")).acts
      #expect(listed.map(\.name) == [act.name])
      try await eventually("both replays to be in the log") {
        try await desk.topics().count { $0 == "audit.replayed" } == 2
      }
      #expect(try await desk.topics().count { $0 == "audit.month_destroyed" } == 1)
      let plain = SHA256.hash(try asked.serialized())
      let digests = try await desk.node.log.database.read { transaction in
        try transaction.query("SELECT digest FROM answered_request").map { try $0[0] as [UInt8] }
      }
      #expect(!digests.isEmpty && !digests.contains(plain))
    }
  }

  @Test("malformed, unknown and lapsed acts are refused with their reasons")
  func refusals() async throws {
    try await withOldMonth(later: 38) { desk, _ in
      for (message, reason) in [
        (AuditV1.RequestActRequest(kind: "rewrite", reason: "r"), "audit.malformed"),
        (.init(kind: "destroy_month", month: "2021-13", reason: "r"), "audit.malformed"),
        (.init(kind: "destroy_month", month: "1999-01", reason: "r"), "audit.no_such_month"),
        (.init(kind: "destroy_month", month: "1999-01"), "audit.malformed"),
        (.init(kind: "trace_subject", reason: "r"), "audit.malformed"),
        (
          .init(kind: "destroy_month", month: "1999-01", reason: "见 11010519491231002X"),
          "audit.identity_number_in_text"
        ),
      ] {
        #expect(await refusal { try await desk.request("shen", message) } == reason)
      }
      for name in ["acts/9", "acts/0", "acts/01", "act", ""] {
        #expect(
          await refusal { try await desk.approve("lu", name) }
            == (name == "acts/9" ? "audit.no_such_act" : "audit.malformed"))
      }
      let officer = try desk.options("wu", "RequestAct", [.departmentOfficer])
      #expect(
        await refusal {
          try await desk.client.requestAct(
            .init(kind: "destroy_month", month: "2024-03", reason: "r", requestID: "r"), officer)
        } != nil)
      let month = try await desk.client.listMonths(.init(), desk.options("shen", "ListMonths"))
        .months[0].month
      let act = try await desk.destroy("shen", month)
      desk.node.home.clock.pass(seconds: 8 * 86_400)
      #expect(await refusal { try await desk.approve("lu", act.name) } == "audit.act_not_open")
      let listed = try await desk.client.listActs(.init(), desk.options("shen", "ListActs")).acts
      #expect(listed.map(\.state) == ["lapsed"])
    }
  }

  /// Two chunks of one comparison, under one call.
  private static func chunks(_ ingest: inout OriginWriter) -> [ArrivedEvent] {
    [1, 2].map { number in
      ingest.write(
        "ingest.disclosure",
        [
          "call": .string(String(repeating: "c", count: 32)), "comparison": "comparisons/C-1",
          "chunk": .integer(number),
        ])
    }
  }

  /// Look-ups of these persons, the third as entries were before names were blinded.
  private static func looks(
    _ persons: [IngestV1.Subject], _ ingest: inout OriginWriter
  ) -> [ArrivedEvent] {
    persons.enumerated().map { index, seen in
      let key = SubjectKey(of: seen.block, key: names)
      let former = Pseudonym(of: seen.block, key: names).text
      let name = index == 2 ? former : key.blinded([UInt8](repeating: UInt8(index), count: 16))
      return ingest.write(
        "ingest.disclosure",
        [
          "call": .string(String(repeating: "b", count: 32)), "grant": "grants/G-1",
          "batch": "batches/B-7", "subject": .string(name),
        ])
    }
  }

  @Test(
    "who looked at one person is told under an act of two, to whoever asked, and every step is logged (AC-93, AC-71)"
  )
  func trace() async throws {
    let pki = try TestPKI(domain: LogHome.domain)
    let home = try LogHome()
    try await withNode(home, pki: pki, services: []) { node, _ in
      let subject = IngestV1.Subject(block: [1] + [UInt8](repeating: 3, count: 15))
      let other = IngestV1.Subject(block: [1] + [UInt8](repeating: 4, count: 15))
      var ingest = try home.origin("ingest")
      let looks = Self.looks([subject, other, subject], &ingest)
      let chunks = Self.chunks(&ingest)
      try await node.log.intake.take(looks + chunks, of: ingest.origin)
      let desk = try Desk(node)
      let act = try await desk.request(
        "shen", .init(kind: "trace_subject", subject: subject, reason: "投诉17号"))
      func trace(
        _ person: String, _ whom: IngestV1.Subject, comparisons: Bool = false
      ) async throws -> [AuditV1.Entry] {
        try await desk.client.traceSubject(
          .init(act: act.name, subject: whom, comparisons: comparisons),
          desk.options(person, "TraceSubject")
        ).entries
      }
      for person in ["shen", "lu"] {
        #expect(await refusal { try await trace(person, subject, comparisons: true) } != nil)
      }
      #expect(await refusal { try await trace("shen", subject) } == "audit.act_not_open")
      #expect(
        await refusal { try await desk.approve("shen", act.name) } == "audit.second_person_needed")
      _ = try await desk.approve("lu", act.name)
      #expect(try await trace("shen", subject).map(\.leaf) == [looks[0].leaf, looks[2].leaf])
      #expect(await refusal { try await trace("lu", subject) } == "audit.no_such_act")
      #expect(await refusal { try await trace("shen", other) } == "audit.other_subject")
      #expect(try await trace("shen", subject, comparisons: true).map(\.leaf) == [chunks[1].leaf])
      #expect(
        await refusal { try await trace("shen", other, comparisons: true) } == "audit.other_subject"
      )
      #expect(
        await refusal { try await trace("lu", subject, comparisons: true) } == "audit.no_such_act")
      home.clock.pass(seconds: 25 * 3_600)
      #expect(await refusal { try await trace("shen", subject) } == "audit.act_not_open")
      // Traces by batch and by grant need no second person: they name nobody.
      #expect(try await desk.entries(.init(batch: "batches/B-7")).count == 3)
      let listed = try await desk.entries(.init(grant: "grants/G-1"))
      #expect(listed.map(\.leaf) == looks.map(\.leaf))
      // Nothing listed joins two entries about one person; a name of before is withheld.
      #expect(listed.map(\.payload.isEmpty) == [false, false, true])
      #expect(listed.map(\.salt.isEmpty) == [false, false, true])
      try await eventually("Audit's own entries to be in the log") {
        Set(try await desk.topics()).isSuperset(
          of: ["audit.act_requested", "audit.act_approved", "audit.subject_traced"])
      }
      // Nothing that was kept says who it was.
      let stored = try await node.log.database.read { try $0.act(1) }
      #expect(stored?.subject.count == 32 && stored?.subject != Array(subject.block))
    }
  }
}
