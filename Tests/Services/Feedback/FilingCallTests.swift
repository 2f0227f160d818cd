// Filing over the wire: who may, what is asked of other services, what is answered and logged.

import Contracts
import Database
import FeedbackHandlers
import FeedbackRules
import Integrity
import RPC
import Synchronization
import TestSupport
import Testing
import Vocabulary

@Suite("FileIssue (AC-60)")
struct FilingCallTests {
  private func file(
    _ world: FeedbackWorld, _ request: FeedbackV1.FileIssueRequest, by who: Who = .holder
  ) async throws -> FeedbackV1.FileIssueResponse {
    try await world.client.fileIssue(request, try world.by(who, "FileIssue"))
  }

  @Test("a holder of a grant files; the clock runs and the receipt holds (meizhou-public-2023/23)")
  func holder() async throws {
    try await FeedbackWorld.run { world in
      let response = try await file(world, holderRequest())
      let issue = try #require(response.issue)
      #expect(issue.name == "issues/Q-1" && issue.state == .verifying)
      #expect(issue.verifyDue?.date == "2024-03-11")
      #expect(issue.verifyDue?.article == "meizhou-public-2023/23b")
      #expect(issue.rectifyDue == nil && issue.records == ["entries/E-1/records/7"])
      #expect(issue.sourceDepartment == "departments/civil-affairs")
      #expect(issue.reportingDepartment == "departments/human-resources")
      #expect(issue.history.map(\.toState) == ["opened", "verifying"])
      #expect(issue.profile.hasPrefix("meizhou-public-2023@1"))
      #expect(try await world.topics() == ["issue_opened"])
      let entry = try #require(try await world.entry("issue_opened"))
      #expect(entry["issue"]?.string == "issues/Q-1" && entry["alive"]?.bool == false)
      #expect(entry["records"]?.array?.compactMap(\.string) == ["entries/E-1/records/7"])
      #expect(entry["actor"]?.string == "departments/human-resources/persons/wang")
      #expect(entry["call"]?.string == "00112233445566778899aabbccddeeff")
      let receipt = try Receipt(try #require(response.receipt).json)
      let verified = try receipt.verify(root: world.evidenceRoot)
      #expect(verified.payload == entry)
    }
  }

  @Test("another's grant, an ended one and an unknown one are refused alike, with the article")
  func noRight() async throws {
    try await FeedbackWorld.run { world in
      for (index, (grant, who)) in [
        ("grants/G-1", Who.stranger), ("grants/G-2", .holder), ("grants/G-3", .holder),
      ].enumerated() {
        let refused = await status {
          try await file(world, holderRequest("r-\(index)") { $0.grant = grant }, by: who)
        }
        #expect(refused?.code == .permissionDenied)
        #expect(refused?.trailers["weir-reason"] == "feedback.not_holder")
        #expect(refused?.trailers["weir-article"] == "meizhou-public-2023/23a")
      }
      #expect(world.refusals.reasons.count == 3)
      let told = try await world.topics()
      #expect(told == [])
    }
  }

  @Test("unknown and malformed names are told by field")
  func names() async throws {
    try await FeedbackWorld.run { world in
      let cases: [(code: StatusCode, field: String, change: (inout FeedbackV1.Issue) -> Void)] = [
        (.notFound, "issue.entry", { $0.entry = "entries/E-2" }),
        (.invalidArgument, "issue.entry", { $0.entry = "E-1" }),
        (.invalidArgument, "issue.grant", { $0.grant = "G-1" }),
        (.invalidArgument, "issue.records", { $0.records = ["entries/E-2/records/7"] }),
        (
          .invalidArgument, "issue.reporter",
          {
            $0.reporter = .unspecified
          }
        ),
      ]
      for (index, wrong) in cases.enumerated() {
        let refused = await status {
          try await file(world, holderRequest("n-\(index)", wrong.change))
        }
        #expect(refused?.code == wrong.code)
        #expect(refused?.trailers["weir-field"] == wrong.field)
      }
      let empty = await status {
        try await file(world, FeedbackV1.FileIssueRequest(requestID: "e"))
      }
      #expect(empty?.trailers["weir-field"] == "issue")
    }
  }

  @Test("at a counter the person is found by Ingest alone, and kept no longer than until then")
  func counter() async throws {
    try await FeedbackWorld.run { world in
      try await world.grantHeld()
      let issue = try #require(
        try await file(world, aliveRequest(), by: .counter).issue)
      #expect(issue.state == .verifying && issue.verifyDue?.date == "2024-03-06")
      // Who is in a register is not learnt by reporting (AC-41).
      #expect(issue.records.isEmpty)
      #expect(try await world.feedback.locateSubjects() == 1)
      #expect(try await world.feedback.locateSubjects() == 0)
      let asked = world.others.state.withLock { $0.asked }
      #expect(asked.map(\.slipNumber) == ["S-2024-0007"] && asked.map(\.grant) == [""])
      #expect(asked.map(\.department) == ["departments/public-security"])
      #expect(asked.map(\.subject) == [subject(0)])
      let opened = try #require(try await world.entry("issue_opened"))
      #expect(opened["records"]?.array?.count == 1 && opened["alive"]?.bool == true)
      #expect(opened["slip_number"]?.string == "S-2024-0007")
      // Holders learn of it at once, and see the record.
      let told = try #require(try await world.entry("issue_told"))
      #expect(
        told["departments"]?.array?.compactMap(\.string) == [
          "departments/public-security", "departments/human-resources",
        ])
      let seen = try await world.client.getIssue(
        FeedbackV1.GetIssueRequest(name: issue.name), try world.by(.holder, "GetIssue"))
      #expect(seen.records == ["entries/E-1/records/7"])
    }
  }

  @Test(
    "in the register or not, holder and counter get the same answer, field by field (AC-41)",
    arguments: [true, false])
  func sameAnswer(isCounter: Bool) async throws {
    var request = aliveRequest()
    if !isCounter {
      request = holderRequest { $0.records = [] }
      request.subject = subject(0)
    }
    var answers: [[FeedbackV1.Issue]] = []
    var entries: [[JSONValue]] = []
    for located in [["entries/E-1/records/7"], []] {
      try await FeedbackWorld.run { world in
        world.others.set { $0.located = located }
        // The counter's department holds a grant on the entry, which changes nothing.
        try await world.grantHeld()
        let response = try await file(world, request)
        _ = try await world.feedback.locateSubjects()
        let later = try await world.get()
        answers.append([try #require(response.issue), later])
        let receipt = try Receipt(try #require(response.receipt).json)
        entries.append([try receipt.verify(root: world.evidenceRoot).payload])
        let source = try await world.get(by: .source)
        #expect(source.records == located)
      }
    }
    #expect(answers[0] == answers[1] && entries[0] == entries[1])
    #expect(answers[0].allSatisfy { $0.records.isEmpty })
  }

  @Test(
    "another person under the same request_id is refused, the same one is answered again, in the register or not",
    arguments: [[], ["entries/E-1/records/7"]])
  func otherSubject(located: [String]) async throws {
    try await FeedbackWorld.run { world in
      world.others.set { $0.located = [] }
      let first = try await file(world, aliveRequest(), by: .counter)
      _ = try await world.feedback.locateSubjects()
      world.others.set { $0.located = located }
      #expect(
        await reason {
          try await file(world, aliveRequest(of: subject(1)), by: .counter)
        } == "request.request_id_reused")
      #expect(try await file(world, aliveRequest(), by: .counter) == first)
    }
  }

  @Test(
    "a person's report is never off: the register withdrawn, damaged or away, it is located later (AC-60)",
    arguments: [StatusCode.failedPrecondition, .unavailable, .resourceExhausted, .internal])
  func neverOff(code: StatusCode) async throws {
    try await FeedbackWorld.run { world in
      world.others.set {
        $0.locatingFails = code
        $0.isWithdrawn = true
      }
      let issue = try #require(try await file(world, aliveRequest(), by: .counter).issue)
      #expect(issue.state == .verifying && issue.verifyDue?.date == "2024-03-06")
      // What a register is known to answer is no fault, and asked ever more seldom.
      for asked in [1, 1, 2] {
        _ = try? await world.feedback.locateSubjects()
        #expect(world.others.state.withLock { $0.asked.count } == asked)
        if asked == 1 { world.clock.pass(milliseconds: 150) }
      }
      world.others.set { $0.locatingFails = nil }
      world.clock.pass(seconds: 600)
      #expect(try await world.feedback.locateSubjects() == 1)
      #expect(try await world.get(by: .source).records == ["entries/E-1/records/7"])
      // A holder of a grant has none on a withdrawn entry.
      #expect(await reason { try await file(world, holderRequest()) } == "request.not_found")
    }
  }

  @Test("a person still looked for is forgotten with the end of the issue")
  func forgotten() async throws {
    try await FeedbackWorld.run { world in
      world.others.set { $0.locatingFails = .unavailable }
      _ = try await file(world, aliveRequest(), by: .counter)
      _ = try await world.client.withdrawIssue(
        FeedbackV1.WithdrawIssueRequest(name: "issues/Q-1", reason: "误报", requestID: "w"),
        try world.by(.counter, "WithdrawIssue"))
      #expect(try await world.feedback.locateSubjects() == 0)
      #expect(world.others.state.withLock { $0.asked.isEmpty })
    }
  }

  @Test("what can be no identifier is refused at once, by field")
  func malformedSubject() async throws {
    try await FeedbackWorld.run { world in
      let cases: [(field: String, change: (inout IngestV1.Subject) -> Void)] = [
        ("subject.block", { $0.block = [1, 2, 3] }),
        ("subject.block", { $0.block = [UInt8](repeating: 9, count: 16) }),
        ("subject.block", { $0.personName = String(repeating: "王", count: 101) }),
        ("subject.document_number", { $0.block = [] }),
        (
          "subject.document_number",
          {
            $0.block = []
            $0.documentType = "passport"
            $0.documentNumber = "  "
          }
        ),
      ]
      for (index, wrong) in cases.enumerated() {
        var person = subject(0)
        wrong.change(&person)
        let refused = await status {
          try await file(world, aliveRequest("m-\(index)", of: person), by: .counter)
        }
        #expect(refused?.code == .invalidArgument)
        #expect(refused?.trailers["weir-field"] == wrong.field)
      }
    }
  }

  @Test("sent twice, done once: the same issue with the same receipt; other content is refused")
  func replay() async throws {
    try await FeedbackWorld.run { world in
      let first = try await file(world, holderRequest())
      let again = try await file(world, holderRequest())
      #expect(first == again)
      #expect(try await world.topics() == ["issue_opened", "replayed"])
      let other = await status {
        try await file(world, holderRequest { $0.cause = "另一原因" })
      }
      #expect(other?.code == .alreadyExists)
      #expect(other?.trailers["weir-reason"] == "request.request_id_reused")
      #expect(
        await reason { try await file(world, holderRequest("")) }
          == "request.request_id_missing")
    }
  }

  @Test(
    "the profile in force decides: cause and list (meizhou-specific-2021/30b), no platform letters")
  func profiles() async throws {
    try await FeedbackWorld.run(under: "meizhou-specific-2021", on: "2022-03-01") { world in
      let refused = await status { try await file(world, holderRequest { $0.details = [] }) }
      #expect(refused?.trailers["weir-article"] == "meizhou-specific-2021/30b")
      let letter = try await file(world, holderRequest("l") { $0.channel = .letter })
      #expect(letter.issue?.state == .opened && letter.issue?.channel == .letter)
      #expect(letter.issue?.rectifyDue?.date == "2022-03-29")
    }
    try await FeedbackWorld.run { world in
      #expect(
        await reason { try await file(world, holderRequest { $0.channel = .letter }) }
          == "feedback.channel_not_offered")
    }
  }

  @Test("where no profile is in force, nothing can be filed")
  func noProfile() async throws {
    try await FeedbackWorld.run(on: "2017-03-01") { world in
      #expect(
        await reason { try await file(world, holderRequest()) }
          == "feedback.no_profile_in_force")
    }
  }

  @Test("roles and certificates are asked again at the service (AC-03, AC-05)")
  func access() async throws {
    try await FeedbackWorld.run { world in
      var security = Who.holder
      security.roles = [.departmentSecurity]
      #expect(
        await reason { try await file(world, holderRequest(), by: security) }
          == "access.role_missing")
      var system = Who.source
      system.byCertificate = false
      _ = try await file(world, holderRequest())
      #expect(
        await reason {
          try await world.client.concludeVerification(
            FeedbackV1.ConcludeVerificationRequest(
              name: "issues/Q-1", confirmed: true, requestID: "c"),
            try world.by(system, "ConcludeVerification"))
        } == "access.person_certificate_required")
    }
  }
}
