// Comparisons and their cases as departments call them, over TLS, with a real store.

import Contracts
import Crypto
import Database
import Integrity
import RPC
import ShareHandlers
import ShareStore
import TestSupport
import Testing
import Vocabulary

@Suite("A roll is compared, its leads are checked, the rest is paid (meizhou-specific-2021/24, 25)")
struct ComparisonCallTests {
  @Test(
    "chunks in any order, each once; leads become cases",
    .obligation("meizhou-specific-2021/24.1c"), arguments: Backend.allCases)
  func run(_ backend: Backend) async throws {
    let share = try await ShareCalls(backend)
    let grant = try await share.grant()
    let run = try await share.prepare(grant.name, rows: 6)
    #expect(run.state == .prepared)
    #expect(run.responsiblePerson == "departments/human-resources/persons/responsible")
    let second = try await share.upload(run.name, 2, [0, 7, 0])
    #expect(second.leads.map(\.row) == [1])
    #expect(second.receivedRows == 3)
    let seen = try await share.client.getComparison(
      ShareV1.GetComparisonRequest(name: run.name),
      try share.options(ShareCalls.system, path: "GetComparison"))
    #expect(seen.missingChunks == [1])
    #expect(seen.state == .running)
    #expect(
      await reason { _ = try await share.finish(run.name, 2) } == "share.chunks_missing")
    let again = try await share.upload(run.name, 2, [0, 7, 0])
    #expect(again.leads == second.leads)
    #expect(again.receivedRows == 3)
    #expect(
      await reason { _ = try await share.upload(run.name, 2, [7, 7, 7]) }
        == "share.chunk_differs")
    #expect(
      await reason { _ = try await share.upload(run.name, 1, [7, 0, 7, 0]) }
        == "share.roll_exceeded")
    _ = try await share.upload(run.name, 1, [7, 0, 7])
    let finished = try await share.finish(run.name, 2, "f-2")
    #expect(finished.state == .hitsOpen)
    #expect(finished.leads == 3)
    #expect(finished.openCases == 3)
    let cases = try await share.client.listCases(
      ShareV1.ListCasesRequest(parent: run.name),
      try share.options(ShareCalls.system, path: "ListCases")
    ).cases
    #expect(cases.map(\.name) == (1...3).map { "\(run.name)/cases/\($0)" })
    #expect(cases.map(\.chunk) == [1, 1, 2])
    #expect(cases.map(\.row) == [0, 2, 1])
    #expect(cases.map(\.nameDiffers) == [true, false, false])
    #expect(cases.first?.lineage?.asOf == "2024-03-01")
    // Each chunk's decision stood before Ingest was asked.
    #expect(share.book.read { $0.decisionsBefore } == [1, 2, 3])
    await share.stop()
  }

  @Test(
    "AC-92 the duties of a disabled person go to the successor, and nobody else's do",
    arguments: Backend.allCases)
  func handOver(_ backend: Backend) async throws {
    let share = try await ShareCalls(backend)
    let grant = try await share.grant()
    let officer = grant.securityOfficer
    #expect(officer.hasPrefix("departments/human-resources/persons/"))
    let run = try await share.prepare(grant.name, rows: 6)
    let successor = "departments/human-resources/persons/qian"
    func disabled(_ person: String, _ successor: String) async throws {
      try await share.event(
        "registry.person_disabled",
        JSONObject([("subject", .string(person)), ("successor", .string(successor))]))
    }
    func duties() async throws -> [String] {
      let options = { try share.options(ShareCalls.system, path: $0) }
      return [
        try await share.client.getGrant(.init(name: grant.name), try options("GetGrant"))
          .securityOfficer,
        try await share.client.getComparison(.init(name: run.name), try options("GetComparison"))
          .responsiblePerson,
      ]
    }
    for (person, next) in [
      ("departments/human-resources/persons/else", successor), (officer, ""),
      ("departments/justice/persons/responsible", "departments/justice/persons/qian"),
    ] {
      try await disabled(person, next)
      #expect(try await duties() == [officer, run.responsiblePerson])
    }
    try await disabled(officer, successor)
    try await disabled(run.responsiblePerson, successor)
    #expect(try await duties() == [successor, successor])
    let told = try await share.entries().filter { $0.topic == "share.duty_moved" }
    #expect(told.count == 2)
    await share.stop()
  }

  @Test(
    "AC-92 what waits in a disabled department is listed for its authority, and for nobody else")
  func openDuties() async throws {
    let share = try await ShareCalls()
    let application = try await share.apply()
    _ = try await share.submit(application.name)
    let bureau = "data-bureau/chen authority"
    let own = try await share.duties(ShareCalls.source)
    #expect(own.map(\.resource) == [application.name])
    // An active department sees to its duties itself.
    #expect(
      await reason { _ = try await share.duties(bureau, of: "departments/justice") }
        == "request.not_found")
    share.book.change { $0.disabled = ["departments/justice"] }
    #expect(try await share.duties(bureau, of: "departments/justice") == own)
    for stranger in [
      "data-bureau/chen dept-officer", "county-bureau/zhu authority", ShareCalls.user,
      "province-bureau/qin authority",
    ] {
      #expect(
        await reason { _ = try await share.duties(stranger, of: "departments/justice") }
          == "request.not_found", "\(stranger)")
    }
    #expect(
      await reason { _ = try await share.duties(bureau, of: "justice") } == "request.malformed")
    await share.stop()
  }

  @Test(
    "AC-92 the grants of a disabled department rest everywhere, whoever calls, and go on with it",
    arguments: Backend.allCases)
  func disabledDepartment(_ backend: Backend) async throws {
    let share = try await ShareCalls(backend)
    let grant = try await share.grant()
    func tell(_ topic: String, _ department: String) async throws {
      try await share.event(
        topic,
        JSONObject([
          ("subject", .string("departments/" + department)),
          ("actor", "departments/data-bureau/persons/chen"),
        ]))
    }
    func state() async throws -> ShareV1.GrantState {
      try await share.client.getGrant(
        .init(name: grant.name), try share.options(ShareCalls.system, path: "GetGrant")
      ).state
    }
    try await tell("registry.department_disabled", "justice")
    #expect(try await state() == .active)
    try await tell("registry.department_disabled", "human-resources")
    #expect(try await state() == .suspended)
    // Whom a gateway that was taken over still lets in.
    #expect(await reason { _ = try await share.lookup(grant.name) } == "share.grantee_disabled")
    #expect(try await share.topics().last == "share.grant_suspended")
    #expect(
      await reason {
        _ = try await share.client.resumeGrant(
          ShareV1.ResumeGrantRequest(name: grant.name, reason: "r", requestID: "r-1"),
          try share.options(ShareCalls.source, path: "ResumeGrant"))
      } == "share.grantee_disabled")
    // Unmounting and mounting meanwhile resume nothing; back again, it rests with its entry.
    try await share.mounting("catalog.entry_unmounted")
    try await share.mounting("catalog.entry_mounted")
    #expect(try await state() == .suspended)
    try await share.mounting("catalog.entry_unmounted")
    try await tell("registry.department_activated", "human-resources")
    #expect(await reason { _ = try await share.lookup(grant.name) } == "share.entry_unmounted")
    try await share.mounting("catalog.entry_mounted")
    #expect(try await state() == .active)
    // What a person suspended stays suspended.
    _ = try await share.client.suspendGrant(
      ShareV1.SuspendGrantRequest(name: grant.name, reason: "违规", requestID: "s-1"),
      try share.options(ShareCalls.source, path: "SuspendGrant"))
    try await tell("registry.department_disabled", "human-resources")
    try await tell("registry.department_activated", "human-resources")
    #expect(try await state() == .suspended)
    await share.stop()
  }

  @Test(
    "an answer in parts is fetched to its end, or the run is not finished",
    arguments: Backend.allCases)
  func parts(_ backend: Backend) async throws {
    let share = try await ShareCalls(backend)
    let run = try await share.prepare(try await share.grant().name, rows: 5)
    let rows: [UInt8] = [7, 7, 7, 7, 7]
    #expect(try await share.upload(run.name, 1, rows).nextRow == 2)
    #expect(await reason { _ = try await share.finish(run.name, 1) } == "share.chunks_missing")
    #expect(
      await reason { _ = try await share.upload(run.name, 1, rows, from: 3) }
        == "share.field_malformed")
    #expect(try await share.upload(run.name, 1, rows, from: 2).nextRow == 4)
    // Asked again from an earlier row, it is answered from there, and goes on from there.
    #expect(try await share.upload(run.name, 1, rows, from: 2).leads.map(\.row) == [2, 3])
    let last = try await share.upload(run.name, 1, rows, from: 4)
    #expect(last.nextRow == 0 && last.leads.map(\.row) == [4] && last.receivedRows == 5)
    #expect(try await share.finish(run.name, 1, "f-2").leads == 5)
  }

  @Test(
    "a lead is concluded by one and confirmed by another; lines clear one by one",
    .obligation("meizhou-specific-2021/24.1c"))
  func cases() async throws {
    let share = try await ShareCalls()
    let run = try await share.finished()
    let proof = ShareV1.Evidence(kind: "registry-extract", date: "2024-03-04", seenBy: "王五")
    let first = try await share.conclude(run.name + "/cases/1", .irregularReceipt, evidence: proof)
    #expect(first.state == .awaitingConfirmation)
    func confirm(_ caller: String, _ id: String) async throws -> ShareV1.Case {
      try await share.client.confirmCase(
        ShareV1.ConfirmCaseRequest(name: first.name, confirmed: true, requestID: id),
        try share.options(caller, path: "ConfirmCase"))
    }
    #expect(
      await reason { _ = try await confirm(ShareCalls.user, "k-1") }
        == "share.second_person_needed")
    #expect(
      try await share.duties(ShareCalls.second).map(\.action) == ["confirm", "check", "check"])
    #expect(try await share.duties(ShareCalls.user).map(\.action) == ["check", "check"])
    #expect(try await confirm(ShareCalls.second, "k-2").state == .closed)
    _ = try await share.conclude(run.name + "/cases/2", .missedPayment)
    var cleared = try await share.clearance(run.name)
    #expect(cleared.state == .hitsOpen)
    #expect(cleared.clearedLines == 5)
    #expect(cleared.withheld.map(\.cause) == ["open_case"])
    _ = try await share.conclude(run.name + "/cases/3", .noProblem)
    cleared = try await share.clearance(run.name)
    #expect(cleared.state == .cleared)
    #expect(cleared.clearedLines == 6)
    let held = try await share.client.holdLine(
      ShareV1.HoldLineRequest(
        name: first.name,
        hold: ShareV1.Hold(reason: "核查去向", notice: "3月4日电话告知", until: "2024-03-20"),
        requestID: "h-1"), try share.options(ShareCalls.head, path: "HoldLine"))
    #expect(held.hold?.official == "departments/human-resources/persons/zhou")
    cleared = try await share.clearance(run.name)
    #expect(cleared.state == .allClosed)
    #expect(cleared.withheld.map(\.until) == ["2024-03-20"])
    share.clock.pass(seconds: 17 * 86_400)
    #expect(try await share.clearance(run.name).state == .cleared)
    share.clock.pass(seconds: 16 * 86_400)
    #expect(
      await reason { _ = try await share.clearance(run.name) } == "share.comparison_too_old")
    await share.stop()
  }

  @Test("only the paying department handles it; only the head holds (AC-53)")
  func outsiders() async throws {
    let share = try await ShareCalls()
    let run = try await share.finished()
    #expect(
      await reason {
        _ = try await share.conclude(
          run.name + "/cases/1", .noProblem, as: "justice/wu dept-officer")
      } == "request.not_found")
    #expect(
      await reason {
        _ = try await share.client.listCases(
          ShareV1.ListCasesRequest(parent: run.name),
          try share.options("justice dept-system", path: "ListCases"))
      } == "request.not_found")
    let officer = await status {
      _ = try await share.client.holdLine(
        ShareV1.HoldLineRequest(
          name: run.name + "/cases/1",
          hold: ShareV1.Hold(reason: "r", notice: "n", until: "2024-03-20"), requestID: "h"),
        try share.options(ShareCalls.user, path: "HoldLine"))
    }
    #expect(officer?.trailers["weir-reason"] == "access.role_missing")
    await share.stop()
  }

  @Test("a run is once a month, and stops when its grant is revoked (AC-52)")
  func limits() async throws {
    let share = try await ShareCalls()
    let grant = try await share.grant()
    let run = try await share.prepare(grant.name, rows: 6)
    #expect(try await share.prepare(grant.name, rows: 6) == run)
    #expect(
      await reason { _ = try await share.prepare(grant.name, rows: 6, "c-2") }
        == "share.run_repeated")
    #expect(
      await reason {
        _ = try await share.prepare(grant.name, rows: 6, "c-3") { $0.roll = "others" }
      } == "share.roll_differs")
    #expect(
      await reason {
        _ = try await share.prepare(grant.name, rows: 6, "c-4") { $0.purpose = "税务" }
      } == "share.purpose_differs")
    _ = try await share.upload(run.name, 1, [7, 0, 7])
    _ = try await share.client.revokeGrant(
      ShareV1.RevokeGrantRequest(name: grant.name, reason: "r", requestID: "v"),
      try share.options(ShareCalls.source, path: "RevokeGrant"))
    #expect(
      await reason { _ = try await share.upload(run.name, 2, [7, 0, 7]) }
        == "share.grant_revoked")
    await share.stop()
  }

  @Test("two questions on one record: it stays in question until both are answered (e.8)")
  func twoQuestions() async throws {
    let share = try await ShareCalls()
    let run = try await share.finished()
    let name = run.name + "/cases/1"
    let proof = ShareV1.Evidence(kind: "registry-extract", date: "2024-03-04", seenBy: "王五")
    func question(_ issue: String) -> JSONObject {
      var question = JSONObject()
      question["issue"] = .string(issue)
      question["entry"] = .string("entries/E-3")
      question["records"] = .array([.string("entries/E-3/records/101")])
      return question
    }
    try await share.event("feedback.issue_opened", question("issues/Q-1"))
    try await share.event("feedback.issue_opened", question("issues/Q-2"))
    for ended in ["issues/Q-2", "issues/Q-1"] {
      #expect(
        await reason {
          _ = try await share.conclude(name, .irregularReceipt, evidence: proof, ended)
        } == "share.record_under_check")
      try await share.event("feedback.issue_ended", question(ended))
    }
    let concluded = try await share.conclude(name, .irregularReceipt, evidence: proof, "last")
    #expect(concluded.state == .awaitingConfirmation)
    await share.stop()
  }

  @Test("a recall that comes before the run is finished is in its cases (e.8)")
  func earlyRecall() async throws {
    let share = try await ShareCalls()
    let run = try await share.prepare(try await share.grant().name, rows: 3)
    _ = try await share.upload(run.name, 1, [7, 0, 7])
    var recall = JSONObject()
    recall["recall"] = .string("recalls/R-1")
    recall["issue"] = .string("issues/Q-1")
    recall["record"] = .string("entries/E-3/records/101")
    recall["receivers"] = [
      ["comparison": .string(run.name), "chunk": .integer(1), "row": .integer(0)]
    ]
    try await share.event("feedback.recall_opened", recall)
    _ = try await share.finish(run.name, 1)
    let cases = try await share.client.listCases(
      ShareV1.ListCasesRequest(parent: run.name, state: .open),
      try share.options(ShareCalls.user, path: "ListCases")
    ).cases
    #expect(cases.map { $0.history.last?.reason ?? "" } == ["recalls/R-1", ""])
    #expect(cases.map(\.issue) == ["issues/Q-1", ""])
    await share.stop()
  }

  @Test("no digest in the database is a hash that anybody could make of a guessed request")
  func keyedDigests() async throws {
    let share = try await ShareCalls()
    let run = try await share.prepare(try await share.grant().name, rows: 1)
    _ = try await share.upload(run.name, 1, [7])
    let chunk = ShareV1.UploadComparisonChunkRequest(
      comparison: run.name, number: 1, ids: ShareCalls.block(7))
    let claim = ShareV1.CreateVerificationRequestRequest(
      entry: "entries/E-3",
      subject: IngestV1.Subject(block: try ShareCalls.person(7), personName: "张三"), item: "illness",
      assertedValue: "尘肺病", purpose: "工伤认定", caseNumber: "W-1", requestID: "v-1")
    _ = try await share.claim("illness", "v-1")
    let guesses = [
      SHA256.hash(try chunk.serialized()), SHA256.hash(try claim.serialized()),
    ]
    let kept = try await share.database.read { reading in
      try ["chunks", "answered_request"].flatMap { table in
        try reading.query("SELECT digest FROM \(table)").map { try $0["digest"] as [UInt8] }
      }
    }
    #expect(kept.count >= 4)
    #expect(kept.allSatisfy { !guesses.contains($0) })
    await share.stop()
  }

  @Test(
    "a question marks leads, its end unmarks them, a recall reopens what was closed",
    arguments: Backend.allCases)
  func recall(_ backend: Backend) async throws {
    let share = try await ShareCalls(backend)
    let run = try await share.finished()
    let name = run.name + "/cases/1"
    let proof = ShareV1.Evidence(kind: "registry-extract", date: "2024-03-04", seenBy: "王五")
    var question = JSONObject()
    question["issue"] = .string("issues/Q-1")
    question["entry"] = .string("entries/E-3")
    question["records"] = .array([.string("entries/E-3/records/101")])
    try await share.event("feedback.issue_opened", question)
    #expect(
      await reason {
        _ = try await share.conclude(name, .irregularReceipt, evidence: proof)
      } == "share.record_under_check")
    try await share.event("feedback.issue_ended", question)
    _ = try await share.conclude(name, .noProblem, "second")
    var recall = JSONObject()
    recall["recall"] = .string("recalls/R-1")
    recall["issue"] = .string("issues/Q-1")
    recall["record"] = .string("entries/E-3/records/101")
    recall["receivers"] = [
      [
        "department": "departments/human-resources", "grant": "grants/G-1",
        "comparison": .string(run.name), "chunk": .integer(1), "row": .integer(0),
      ]
    ]
    try await share.event("feedback.recall_opened", recall)
    let cases = try await share.client.listCases(
      ShareV1.ListCasesRequest(parent: run.name, state: .open),
      try share.options(ShareCalls.user, path: "ListCases")
    ).cases
    let reopened = try #require(cases.first { $0.name == name })
    #expect(reopened.reopened)
    #expect(reopened.outcome == .unspecified)
    #expect(reopened.history.last?.reason == "recalls/R-1 (was no_problem)")
    #expect(try await share.duties(ShareCalls.user).first?.action == "recheck")
    #expect(try await share.topics().last == "share.case_reopened")
    await share.stop()
  }

  @Test(
    "who turns pages of open leads is told each once, though a colleague works on them",
    arguments: Backend.allCases)
  func pages(_ backend: Backend) async throws {
    let share = try await ShareCalls(backend)
    let run = try await share.finished()
    func page(_ token: String) async throws -> ShareV1.ListCasesResponse {
      try await share.client.listCases(
        ShareV1.ListCasesRequest(parent: run.name, state: .open, pageSize: 1, pageToken: token),
        try share.options(ShareCalls.user, path: "ListCases"))
    }
    let first = try await page("")
    #expect(first.cases.map(\.name) == [run.name + "/cases/1"])
    for number in 1...2 {
      _ = try await share.conclude("\(run.name)/cases/\(number)", .noProblem)
    }
    let second = try await page(first.nextPageToken)
    #expect(second.cases.map(\.name) == [run.name + "/cases/2"])
    // It is told as it stands now.
    #expect(second.cases.map(\.state) == [.closed])
    let third = try await page(second.nextPageToken)
    #expect(third.cases.map(\.name) == [run.name + "/cases/3"])
    #expect(third.nextPageToken.isEmpty)
    // Who begins anew sees what is left.
    #expect(try await page("").cases.map(\.name) == [run.name + "/cases/3"])
    #expect(await reason { _ = try await page("1") } == "request.page_token_unknown")
    await share.stop()
  }
}
