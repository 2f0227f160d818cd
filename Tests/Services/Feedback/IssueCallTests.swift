// An issue's way over the wire, from the answer of the source to the word of the reporter.

import Contracts
import Database
import FeedbackHandlers
import FeedbackRules
import FeedbackStore
import Integrity
import RPC
import TestSupport
import Regulation
import Testing
import Vocabulary

extension FeedbackWorld {
  func file(_ request: FeedbackV1.FileIssueRequest, by who: Who = .holder) async throws
    -> FeedbackV1.Issue
  {
    try #require(try await client.fileIssue(request, try by(who, "FileIssue")).issue)
  }

  func conclude(
    _ name: String = "issues/Q-1", _ confirmed: Bool = true, reasons: [String] = [],
    by who: Who = .source, requestID: String = "conclude"
  ) async throws -> FeedbackV1.Issue {
    try await client.concludeVerification(
      FeedbackV1.ConcludeVerificationRequest(
        name: name, confirmed: confirmed, reasons: reasons, requestID: requestID),
      try by(who, "ConcludeVerification"))
  }

  func close(_ name: String = "issues/Q-1", by who: Who = .holder) async throws
    -> FeedbackV1.Issue
  {
    try await client.closeIssue(
      FeedbackV1.CloseIssueRequest(name: name, requestID: "close"), try by(who, "CloseIssue"))
  }

  func get(_ name: String = "issues/Q-1", by who: Who = .holder) async throws -> FeedbackV1.Issue {
    try await client.getIssue(FeedbackV1.GetIssueRequest(name: name), try by(who, "GetIssue"))
  }

  func duties(_ who: Who) async throws -> [CommonV1.Duty] {
    try await client.listDuties(CommonV1.ListDutiesRequest(), try by(who, "ListDuties")).duties
  }

  func list(
    _ who: Who, _ change: (inout FeedbackV1.ListIssuesRequest) -> Void = { _ in }
  ) async throws -> FeedbackV1.ListIssuesResponse {
    var request = FeedbackV1.ListIssuesRequest()
    change(&request)
    return try await client.listIssues(request, try by(who, "ListIssues"))
  }
}

@Suite("A person listed as dead says so: checked, repaired, recalled, closed (policies e.8)")
struct AliveTests {
  @Test(
    "the whole way, with what each party has to do at each step",
    .obligation("meizhou-public-2023/23d"))
  func wholeWay() async throws {
    try await FeedbackWorld.run { world in
      try await world.grantHeld()
      try await world.grantHeld("grants/G-5", by: "health")
      world.others.set {
        $0.recipients["entries/E-1/records/7"] = [
          recipient("human-resources", row: 3), recipient("human-resources", row: 4),
          recipient("housing", row: 8, comparison: ""),
        ]
      }
      _ = try await world.file(aliveRequest(), by: .counter)
      #expect(try await world.feedback.locateSubjects() == 1)
      let verify = try #require(try await world.duties(.source).first)
      #expect(verify.action == "verify" && verify.due?.article == "weir-default/person")
      let confirmed = try await world.conclude()
      #expect(confirmed.state == .confirmed && confirmed.rectifyDue?.date == "2024-03-18")
      #expect(try await world.duties(.source).map(\.action) == ["rectify"])
      // AC-94: kept with the conclusion, so that a later calendar does not move it.
      let kept = try await world.database.read { try $0.issue(1, world.texts)?.clocks }
      #expect(kept?.verifyEnded?.due.date.iso == verify.due?.date && kept?.rectifyEnded == nil)

      try await world.corrected(removed: true)
      let rectified = try await world.get(by: .source)
      #expect(rectified.state == .rectified && rectified.correctionBatch == "batches/B-9")
      #expect(try await world.feedback.makeRecalls() == 1)
      let informed = try await world.get(by: .counter)
      #expect(informed.state == .informed && informed.recall == "recalls/R-1")
      #expect(
        informed.history.map(\.toState) == [
          "opened", "verifying", "confirmed", "rectifying", "rectified", "informed",
        ])
      #expect(try await world.duties(.counter).map(\.action) == ["close"])

      let opened = try #require(try await world.entry("recall_opened"))
      #expect(opened["receivers"]?.array?.count == 3)
      #expect(opened["receivers"]?.array?.first?["comparison"]?.string == "comparisons/C-1")
      #expect(opened["receivers"]?.array?.first?["row"]?.integer == 3)

      try await acknowledge(world)
      let closed = try await world.close(by: .counter)
      #expect(closed.state == .closed)
      let ended = try #require(try await world.entry("issue_ended"))
      #expect(ended["outcome"]?.string == "rectified")
      #expect(ended["records"]?.array?.compactMap(\.string) == ["entries/E-1/records/7"])
      #expect(try await world.duties(.counter).isEmpty)
      #expect(try await world.duties(.source).isEmpty)
    }
  }

  private func acknowledge(_ world: FeedbackWorld) async throws {
    let duty = try #require(try await world.duties(.holder).first)
    #expect(duty.action == "acknowledge" && duty.resource == "recalls/R-1")
    func take(_ who: Who, _ outcome: String) async throws -> FeedbackV1.Recall {
      try await world.client.acknowledgeRecall(
        FeedbackV1.AcknowledgeRecallRequest(
          name: "recalls/R-1", outcome: outcome, note: "已处理", requestID: outcome),
        try world.by(who, "AcknowledgeRecall"))
    }
    // A department that received nothing has no recall; the source sees it, and has received nothing.
    #expect(await status { try await take(.stranger, "reopened") }?.code == .notFound)
    #expect(await reason { try await take(.source, "reopened") } == "feedback.not_receiver")
    #expect(await reason { try await take(.holder, "gone") } == "feedback.outcome_unknown")
    let own = try await take(.holder, "reopened")
    #expect(own.receivers.map(\.row) == [3, 4] && own.acknowledged == 2)
    #expect(own.receivers.allSatisfy { $0.acknowledged && $0.caseNumber.hasPrefix("case-") })
    #expect(try await take(.holder, "reopened") == own)
    #expect(try await world.duties(.holder).isEmpty)
    let all = try await world.client.getRecall(
      FeedbackV1.GetRecallRequest(name: "recalls/R-1"), try world.by(.source, "GetRecall"))
    #expect(all.receivers.count == 3 && all.receivers.allSatisfy { $0.caseNumber.isEmpty })
    #expect(try await !world.topics().contains("recall_completed"))
    _ = try await take(Who(department: "housing"), "not_affected")
    #expect(try await world.topics().suffix(2) == ["recall_acknowledged", "recall_completed"])
  }

  @Test("while Ingest is away the correction waits, and is recalled when it is back")
  func ingestAway() async throws {
    try await FeedbackWorld.run { world in
      _ = try await world.file(holderRequest())
      _ = try await world.conclude()
      world.others.set { $0.isIngestDown = true }
      try await world.corrected()
      await #expect(throws: Status.self) { _ = try await world.feedback.makeRecalls() }
      #expect(try await world.get().state == .rectified)
      world.others.set { $0.isIngestDown = false }
      #expect(try await world.feedback.makeRecalls() == 1)
      #expect(try await world.feedback.makeRecalls() == 0)
      #expect(try await world.get().state == .informed)
    }
  }

  @Test("events that fit no issue are passed over, and one told twice changes nothing more")
  func strayEvents() async throws {
    try await FeedbackWorld.run { world in
      _ = try await world.file(holderRequest())
      try await world.corrected("issues/Q-9")
      try await world.corrected("")
      try await world.corrected(record: "entries/E-2/records/7")
      try await world.arrive(
        "ingest.batch_committed", ["batch": "batches/B-1", "entry": "entries/E-1"])
      try await world.arrive("share.grant_activated", ["grant": "grants/G-1"])
      try await world.arrive("share.something", [:])
      #expect(try await world.get().state == .verifying)
      #expect(try await world.feedback.makeRecalls() == 0)
      // Data changed in the name of an issue that does not fit stand in the log.
      #expect(
        try await world.topics() == ["issue_opened"]
          + Array(
            repeating: "correction_unmatched", count: 3))
      #expect(
        try await world.entry("correction_unmatched")?["record"]?.string == "entries/E-2/records/7")
    }
  }

  @Test("an issue about the whole entry is answered by a batch that names it")
  func wholeEntry() async throws {
    try await FeedbackWorld.run { world in
      _ = try await world.file(holderRequest { $0.records = [] })
      _ = try await world.conclude()
      try await world.arrive(
        "ingest.batch_committed",
        ["batch": "batches/B-4", "entry": "entries/E-1", "issue": "issues/Q-1"])
      #expect(try await world.feedback.makeRecalls() == 1)
      let issue = try await world.get()
      #expect(issue.state == .informed && issue.recall.isEmpty)
      #expect(issue.correctionBatch == "batches/B-4")
    }
  }
}

@Suite("AC-61 the source answers, the reporter has the last word")
struct IssueCallTests {
  @Test(
    "not confirmed needs reasons, is told to reporter and holders, and can be reopened",
    .obligation("meizhou-public-2023/23d"))
  func notConfirmed() async throws {
    try await FeedbackWorld.run { world in
      try await world.grantHeld()
      try await world.grantHeld("grants/G-5", by: "health")
      _ = try await world.file(holderRequest())
      let hidden = await status { try await world.get(by: .stranger) }
      #expect(hidden?.code == .notFound)
      let bare = await status { try await world.conclude("issues/Q-1", false) }
      #expect(bare?.trailers["weir-reason"] == "feedback.reasons_missing")
      #expect(bare?.trailers["weir-article"] == "meizhou-public-2023/23b")
      let told = try await world.conclude("issues/Q-1", false, reasons: ["与凭证一致"])
      #expect(told.state == .informed && told.reasons == ["与凭证一致"])
      let informed = try #require(try await world.entry("issue_informed"))
      #expect(informed["outcome"]?.string == "not_confirmed")
      #expect(try await world.get(by: .stranger).state == .informed)
      #expect(
        try await world.topics() == ["issue_opened", "issue_not_confirmed", "issue_informed"])

      #expect(await reason { try await world.close(by: .source) } == "feedback.not_reporter")
      #expect(try await world.close().state == .closed)
      world.clock.pass(seconds: 86_400)
      let again = try await world.client.reopenIssue(
        FeedbackV1.ReopenIssueRequest(
          name: "issues/Q-1", reason: "仍有误", requestID: "reopen"),
        try world.by(.holder, "ReopenIssue"))
      #expect(again.state == .verifying && again.reopened == 1)
      #expect(again.verifyDue?.date == "2024-03-12" && again.reasons.isEmpty)
      // Ingest marks the records again.
      #expect(try await world.topics().suffix(2) == ["issue_reopened", "issue_opened"])
    }
  }

  @Test("parties alone act: strangers find nothing, other parties are told who acts")
  func parties() async throws {
    try await FeedbackWorld.run { world in
      _ = try await world.file(holderRequest())
      #expect(await reason { try await world.conclude(by: .stranger) } == "request.not_found")
      #expect(await reason { try await world.conclude(by: .holder) } == "feedback.not_source")
      #expect(await reason { try await world.close() } == "feedback.wrong_state")
      #expect(await reason { try await world.get("issues/Q-2") } == "request.not_found")
      #expect(await reason { try await world.get("Q-1") } == "request.malformed")
      let withdrawn = try await world.client.withdrawIssue(
        FeedbackV1.WithdrawIssueRequest(name: "issues/Q-1", reason: "误报", requestID: "w"),
        try world.by(.holder, "WithdrawIssue"))
      #expect(withdrawn.state == .withdrawn)
      #expect(try await world.entry("issue_ended")?["outcome"]?.string == "withdrawn")
    }
  }

  @Test("a step sent twice is done once; other content under its id is refused")
  func replay() async throws {
    try await FeedbackWorld.run { world in
      _ = try await world.file(holderRequest())
      let first = try await world.conclude()
      #expect(try await world.conclude() == first)
      // Done once, and logged again.
      #expect(try await world.topics() == ["issue_opened", "issue_confirmed", "replayed"])
      #expect(
        await reason { try await world.conclude("issues/Q-1", false, reasons: ["无误"]) }
          == "request.request_id_reused")
      #expect(
        await reason { try await world.conclude(requestID: "") }
          == "request.request_id_missing")
      #expect(
        await reason { try await world.conclude(requestID: "new") }
          == "feedback.wrong_state")
    }
  }

  @Test("AC-62 an extension, by the head alone and filed (hebi-2021/13.1c)")
  func extensionByHead() async throws {
    try await FeedbackWorld.run(under: "hebi-2021") { world in
      let issue = try await world.file(holderRequest())
      #expect(issue.state == .opened && issue.verifyDue?.date == "2024-03-18")
      func extend(
        _ days: Int32, filing: String = "备 12 号", by who: Who = .sourceHead
      ) async throws -> FeedbackV1.Issue {
        try await world.client.extendIssue(
          FeedbackV1.ExtendIssueRequest(
            name: issue.name, workingDays: days, reason: "外业核查", filing: filing,
            requestID: "x-\(days)\(filing)"),
          try world.by(who, "ExtendIssue"))
      }
      #expect(await reason { try await extend(5, by: .source) } == "access.role_missing")
      let bare = await status { try await extend(5, filing: "") }
      #expect(bare?.trailers["weir-article"] == "hebi-2021/13.1c")
      #expect(await reason { try await extend(11) } == "clock.extension_too_long")
      let extended = try await extend(10)
      #expect(extended.verifyDue?.date == "2024-04-01")
      #expect(extended.verifyDue?.article == "hebi-2021/13.1c")
      #expect(await reason { try await extend(1) } == "clock.extension_repeated")
    }
  }

  @Test(
    "AC-63 another date holds when both parties have named it (meizhou-specific-2021/31d)",
    .obligation("meizhou-specific-2021/31d"))
  func agreedDate() async throws {
    try await FeedbackWorld.run(under: "meizhou-specific-2021", on: "2022-03-01") { world in
      _ = try await world.file(holderRequest())
      func agree(_ date: String, by who: Who, _ id: String) async throws -> FeedbackV1.Issue {
        try await world.client.agreeRectificationDate(
          FeedbackV1.AgreeRectificationDateRequest(
            name: "issues/Q-1", date: date, requestID: id),
          try world.by(who, "AgreeRectificationDate"))
      }
      let proposed = try await agree("2022-05-10", by: .source, "1")
      #expect(proposed.proposedDate == "2022-05-10" && proposed.rectifyDue?.date == "2022-03-29")
      #expect(proposed.proposedBy == "departments/civil-affairs")
      #expect(await reason { try await agree("10 May", by: .holder, "2") } == "request.malformed")
      var head = Who.authority
      head.roles = [.authority, .departmentOfficer]
      #expect(
        await reason { try await agree("2022-05-10", by: head, "3") }
          == "feedback.not_party")
      let agreed = try await agree("2022-05-10", by: .holder, "4")
      #expect(agreed.rectifyDue?.date == "2022-05-10" && agreed.proposedDate.isEmpty)
      #expect(agreed.rectifyDue?.article == "meizhou-specific-2021/31d")
      #expect(
        try await world.topics() == ["issue_opened", "issue_date_proposed", "issue_date_agreed"])
    }
  }
}

@Suite("Lists and due days (meizhou-specific-2021/31c)")
struct IssueListTests {
  @Test(
    "what is late is told once, stands in the authority's duties, and is listed",
    .obligation("meizhou-public-2023/23b", "hebi-2021/13.1b", "meizhou-specific-2021/31a"))
  func overdue() async throws {
    try await FeedbackWorld.run { world in
      _ = try await world.file(holderRequest())
      _ = try await world.file(holderRequest("second"))
      _ = try await world.conclude("issues/Q-2")
      world.clock.pass(seconds: 7 * 86_400)
      try await world.feedback.passDeadlines()
      #expect(try await world.entry("issue_overdue") == nil)
      world.clock.pass(seconds: 86_400)
      for _ in 0..<2 { try await world.feedback.passDeadlines() }
      #expect(try await world.topics().count { $0 == "issue_overdue" } == 1)
      let told = try #require(try await world.entry("issue_overdue"))
      #expect(told["issue"]?.string == "issues/Q-1" && told["overdue_days"]?.integer == 1)
      #expect(told["article"]?.string == "meizhou-public-2023/23b")
      #expect(told["authority"]?.string == "departments/data-authority")
      let duties = try await world.duties(.authority)
      #expect(duties.map(\.action) == ["urge"] && duties.first?.due?.overdueDays == 1)
      let late = try await world.list(.authority) { $0.overdue = true }
      #expect(late.issues.map(\.name) == ["issues/Q-1"])
      #expect(late.issues.first?.verifyDue?.overdueDays == 1)
      // The catalogue is told the same of the source, for the gate of its projects.
      func pastDue(of department: String) async throws -> [FeedbackV1.LateIssue] {
        try await world.fromCatalog.listLateIssues(.init(department: department), CallOptions())
          .issues
      }
      let toCatalog = try await pastDue(of: "departments/civil-affairs")
      #expect(toCatalog.map(\.issue) == ["issues/Q-1"] && toCatalog.map(\.entry) == ["entries/E-1"])
      #expect(toCatalog.first?.due?.overdueDays == 1)
      #expect(try await pastDue(of: "departments/health").isEmpty)
      // Late work is taken all the same, and keeps its delay.
      let confirmed = try await world.conclude(requestID: "late")
      #expect(confirmed.state == .confirmed && confirmed.verifyDue?.overdueDays == 1)
      #expect(try await world.duties(.authority).isEmpty)
      #expect(try await pastDue(of: "departments/civil-affairs").isEmpty)
    }
  }

  @Test("a reporter who says nothing agrees")
  func silence() async throws {
    try await FeedbackWorld.run { world in
      _ = try await world.file(holderRequest())
      _ = try await world.conclude("issues/Q-1", false, reasons: ["无误"])
      world.clock.pass(seconds: 14 * 86_400)
      try await world.feedback.passDeadlines()
      #expect(try await world.get().state == .informed)
      world.clock.pass(seconds: 86_400)
      try await world.feedback.passDeadlines()
      let closed = try await world.get()
      #expect(closed.state == .closed && closed.history.last?.reason == "weir-default/silence")
      #expect(try await world.entry("issue_ended")?["actor"]?.string == "service/feedback")
    }
  }

  @Test("lists go page by page, filtered, within what the caller may see")
  func pages() async throws {
    try await FeedbackWorld.run { world in
      for number in 1...5 { _ = try await world.file(holderRequest("f-\(number)")) }
      _ = try await world.conclude("issues/Q-3")
      var names: [String] = []
      var token = ""
      repeat {
        let page = try await world.list(.source) {
          $0.pageSize = 2
          $0.pageToken = token
        }
        #expect(page.issues.count <= 2)
        names += page.issues.map(\.name)
        token = page.nextPageToken
      } while !token.isEmpty
      #expect(names == (1...5).map { "issues/Q-\($0)" })
      #expect(
        try await world.list(.source) { $0.state = .confirmed }.issues.map(\.name)
          == ["issues/Q-3"])
      #expect(try await world.list(.source) { $0.entry = "entries/E-2" }.issues.isEmpty)
      #expect(try await world.list(.authority).issues.count == 5)
      #expect(try await world.list(.stranger).issues.isEmpty)
      for bad in ["x y", "1.2", "+1"] {
        #expect(
          await reason { try await world.list(.source) { $0.pageToken = bad } }
            == "request.page_token_unknown")
      }
      #expect(
        await reason { try await world.list(.source) { $0.entry = "E-1" } }
          == "request.malformed")
    }
  }

  @Test("a page costs the same number of statements, however long it is")
  func statements() async throws {
    try await FeedbackWorld.run { world in
      func cost(_ size: Int32) async throws -> Int {
        let before = world.database.statementCount
        _ = try await world.list(.source) { $0.pageSize = size }
        _ = try await world.duties(.source)
        return world.database.statementCount - before
      }
      for number in 1...8 { _ = try await world.file(holderRequest("f-\(number)")) }
      let short = try await cost(1)
      #expect(try await cost(8) == short)
    }
  }

  @Test("a new consumer starts from the issues that are open")
  func snapshot() async throws {
    try await FeedbackWorld.run { world in
      _ = try await world.file(holderRequest())
      _ = try await world.file(aliveRequest(), by: .counter)
      _ = try await world.conclude("issues/Q-1", false, reasons: ["无误"])
      _ = try await world.close()
      let events = try await world.feedback.openIssuesSnapshot()
      #expect(events.map(\.topic) == ["feedback.issue_opened"])
      #expect(events.first?.payload["issue"]?.string == "issues/Q-2")
      #expect(events.first?.payload["alive"]?.bool == true)
    }
  }

  @Test("duties go page by page over all kinds")
  func dutyPages() async throws {
    try await FeedbackWorld.run { world in
      for number in 1...3 { _ = try await world.file(holderRequest("f-\(number)")) }
      _ = try await world.conclude("issues/Q-1")
      var actions: [String] = []
      var token = ""
      repeat {
        let page = try await world.client.listDuties(
          CommonV1.ListDutiesRequest(pageSize: 1, pageToken: token),
          try world.by(.source, "ListDuties"))
        actions += page.duties.map { "\($0.action) \($0.resource)" }
        token = page.nextPageToken
      } while !token.isEmpty
      #expect(
        actions == ["verify issues/Q-2", "verify issues/Q-3", "rectify issues/Q-1"])
    }
  }

  @Test("a changed calendar moves the days of open issues (DESIGN 8)")
  func recount() async throws {
    try await FeedbackWorld.run { world in
      _ = try await world.file(holderRequest())
      try await world.database.write { try $0.setDueDay(nil, of: 1) }
      world.clock.pass(seconds: 9 * 86_400)
      #expect(try await world.list(.source) { $0.overdue = true }.issues.isEmpty)
      try await world.feedback.recountOpenIssues()
      #expect(try await world.list(.source) { $0.overdue = true }.issues.count == 1)
    }
  }
}
