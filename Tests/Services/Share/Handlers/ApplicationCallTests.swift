// Applications, grants and lookups as departments call them, over TLS, with a real store.

import Access
import Contracts
import Crypto
import Database
import Integrity
import RPC
import Regulation
import ShareHandlers
import ShareRules
import ShareStore
import TestSupport
import Testing
import Vocabulary

@Suite("Apply, review, accept, look up, revoke (meizhou-public-2023/19, 21, 22, 39)")
struct ApplicationCallTests {
  @Test(
    "the main path, each step told and logged", .obligation("meizhou-public-2023/39.4a"),
    arguments: Backend.allCases)
  func mainPath(_ backend: Backend) async throws {
    let share = try await ShareCalls(backend)
    let draft = try await share.apply()
    #expect(draft.name == "applications/A-1")
    #expect(draft.state == .draft)
    #expect(draft.profile.hasPrefix("meizhou-public-2023@"))
    #expect(draft.receipt?.json.isEmpty == false)
    let submitted = try await share.submit(draft.name)
    #expect(submitted.state == .submitted)
    #expect(submitted.replyDue?.date == "2024-03-11")
    #expect(submitted.replyDue?.article == "meizhou-public-2023/21.3b")
    let answered = try await share.review(draft.name)
    // AC-94: kept with the answer, so that a later calendar does not move it.
    let kept = try await share.database.read { try $0.application(1)?.answered }
    #expect(kept?.due.date.iso == answered.replyDue?.date && kept?.overdueDays == 0)
    #expect(answered.state == .partlyApproved)
    #expect(answered.grant == "grants/G-1")
    #expect(answered.nextStep != nil)
    #expect(await reason { _ = try await share.lookup("grants/G-1") } == "share.grant_pending")
    let grant = try await share.accept(answered.grant)
    #expect(grant.state == .active)
    #expect(grant.items == ["name", "date", "court"])
    #expect(grant.usageReportDue?.date == "2024-09-04")
    let found = try await share.lookup(grant.name)
    #expect(found.records.first?.values.map(\.item) == ["name", "date", "court"])
    #expect(found.lineage?.asOf == "2024-03-01")
    #expect(found.notices.count == 1)
    let revoked = try await share.client.revokeGrant(
      ShareV1.RevokeGrantRequest(name: grant.name, reason: "违规使用", requestID: "v-1"),
      try share.options(ShareCalls.source, path: "RevokeGrant"))
    #expect(revoked.state == .revoked)
    let denied = await status { _ = try await share.lookup(grant.name) }
    #expect(denied?.code == .permissionDenied)
    #expect(denied?.trailers["weir-reason"] == "share.grant_revoked")
    #expect(denied?.trailers["weir-article"] == "weir-default/AC-52")
    let topics = try await share.topics()
    #expect(
      topics == [
        "share.application_drafted", "share.application_submitted", "share.application_answered",
        "share.grant_offered", "share.grant_activated", "share.decision", "share.grant_revoked",
      ])
    #expect(share.book.read { $0.opened.count } == 1)
    await share.stop()
  }

  @Test("a suspended grant is denied on the next call and used again when resumed (e.5, AC-52)")
  func suspension() async throws {
    let share = try await ShareCalls()
    let grant = try await share.grant()
    let suspended = try await share.client.suspendGrant(
      ShareV1.SuspendGrantRequest(name: grant.name, reason: "安全责任人离岗", requestID: "s-1"),
      try share.options(ShareCalls.source, path: "SuspendGrant"))
    #expect(suspended.state == .suspended && suspended.receipt != nil)
    let denied = await status { _ = try await share.lookup(grant.name) }
    #expect(denied?.trailers["weir-reason"] == "share.grant_suspended")
    #expect(denied?.trailers["weir-next-step"]?.isEmpty == false)
    let resumed = try await share.client.resumeGrant(
      ShareV1.ResumeGrantRequest(name: grant.name, reason: "已补任", requestID: "s-2"),
      try share.options(ShareCalls.source, path: "ResumeGrant"))
    #expect(resumed.state == .active)
    #expect(try await share.lookup(grant.name).records.count == 1)
    let topics = try await share.topics().filter { $0.hasPrefix("share.grant_") }
    #expect(
      topics.suffix(3) == [
        "share.grant_activated", "share.grant_suspended", "share.grant_activated",
      ])
    await share.stop()
  }

  @Test("what Ingest gets: a grant it can check alone, the caller's ticket, the decision before")
  func signedGrant() async throws {
    let share = try await ShareCalls()
    let grant = try await share.grant()
    _ = try await share.lookup(grant.name) { $0.items = ["court"] }
    let (request, ticket, decisions) = share.book.read {
      ($0.opened.first, $0.tickets.first, $0.decisionsBefore.first)
    }
    let opened = try #require(request)
    #expect(opened.items == ["court"])
    #expect(ticket?.isEmpty == false)
    #expect(decisions == 1)
    let signed = try #require(opened.grant)
    let document = try GrantDocument(
      signed.json, signature: signed.signature, keys: [share.grantKey.publicKey])
    #expect(document.name == grant.name)
    #expect(document.grantee.text == "human-resources")
    #expect(document.items == ["name", "date", "court"])
    #expect(document.until.iso == "2024-12-31")
    #expect(document.roll?.maxRows == 1_000)
    #expect(document.application == "applications/A-1")
    await share.stop()
  }

  @Test(
    "AC-41 a grant for one system: its people and other systems are refused, Ingest can tell by itself"
  )
  func systems() async throws {
    let share = try await ShareCalls()
    #expect(
      await reason {
        _ = try await share.apply("a-0") { $0.systems = ["departments/justice/systems/payment"] }
      } == "request.malformed")
    let draft = try await share.apply {
      $0.systems = ["departments/human-resources/systems/payment"]
    }
    #expect(draft.systems == ["departments/human-resources/systems/payment"])
    _ = try await share.submit(draft.name)
    let grant = try await share.accept(try await share.review(draft.name).grant)
    #expect(grant.systems == draft.systems)
    _ = try await share.lookup(grant.name)
    let denied = await status {
      _ = try await share.lookup(grant.name, as: ShareCalls.user)
    }
    #expect(denied?.trailers["weir-reason"] == "share.system_not_granted")
    #expect(
      await reason {
        _ = try await share.prepare(grant.name, rows: 3, as: ShareCalls.user)
      } == "share.system_not_granted")
    let signed = try #require(share.book.read { $0.opened.first?.grant })
    let document = try GrantDocument(
      signed.json, signature: signed.signature, keys: [share.grantKey.publicKey])
    #expect(document.systems.map(\.text) == ["payment"])
    await share.stop()
  }

  @Test(
    "AC-50 the authority hands on; the form and its hash go to source and log (hebi-2021/15.1c, 15.4)",
    .obligation("hebi-2021/15.1b", "hebi-2021/15.1c", "hebi-2021/15.4")
  )
  func form() async throws {
    let share = try await ShareCalls(profile: "hebi-2021")
    let county = "county-welfare/he dept-officer"
    let draft = try await share.client.createApplication(
      ShareV1.CreateApplicationRequest(
        application: ShareCalls.wanted { $0.scope = "全县" }, requestID: "a"),
      try share.options(county, path: "CreateApplication"))
    func submit(_ caller: String, _ id: String) async throws -> ShareV1.Application {
      try await share.client.submitApplication(
        ShareV1.SubmitApplicationRequest(name: draft.name, requestID: id),
        try share.options(caller, path: "SubmitApplication"))
    }
    let forwarded = try await submit(county, "s-1")
    #expect(forwarded.state == .forwarded && forwarded.form == nil)
    #expect(try await share.duties("county-bureau/wen dept-officer").isEmpty)
    #expect(try await share.duties("county-bureau/wen authority").map(\.action) == ["forward"])
    #expect(
      await reason { _ = try await submit("county-bureau/wen dept-officer", "s-2") }
        == "share.authority_needed")
    let submitted = try await submit("county-bureau/wen authority", "s-3")
    let form = try #require(submitted.form)
    #expect(form.sha256 == Hex.encode(SHA256.hash(Array(form.json.utf8))))
    let read = try #require(try CanonicalJSON.decodeCanonical(Array(form.json.utf8)).object)
    #expect(read["application"]?.string == draft.name)
    #expect(read["item_count"]?.integer == 4)
    #expect(submitted.replyDue?.date == "2024-03-11")
    let seen = try await share.client.getApplication(
      ShareV1.GetApplicationRequest(name: draft.name),
      try share.options(ShareCalls.source, path: "GetApplication"))
    #expect(seen.form == form)
    let entry = try #require(try await share.entries().last)
    #expect(entry.topic == "share.application_submitted")
    #expect(String(decoding: entry.leaf.payload, as: UTF8.self).contains(form.sha256))
    await share.stop()
  }

  @Test(
    "AC-47 in Luyi the grant begins when the modes are filed, which is a duty until then (luyi-2019/13)"
  )
  func filedModes() async throws {
    let share = try await ShareCalls(profile: "luyi-2019")
    let draft = try await share.apply {
      $0.scope = "全县"
      $0.reason = "防止冒领"
    }
    _ = try await share.submit(draft.name)
    let decisions = ShareCalls.decisions(refusing: []).map {
      ShareV1.ItemDecision(item: $0.item, approved: true, reason: "符合条件")
    }
    let grant = try await share.review(draft.name, decisions).grant
    #expect(await reason { _ = try await share.lookup(grant) } == "share.access_mode_not_filed")
    #expect(try await share.duties(ShareCalls.user).map(\.action) == ["file-modes"])
    #expect(try await share.duties(ShareCalls.security).isEmpty)
    func file(_ modes: [String]) async throws -> ShareV1.Grant {
      try await share.client.fileAccessModes(
        ShareV1.FileAccessModesRequest(name: grant, accessModes: modes, requestID: "m"),
        try share.options(ShareCalls.user, path: "FileAccessModes"))
    }
    #expect(await reason { _ = try await file(["telepathy"]) } == "request.malformed")
    let filed = try await file(["front_end_interface"])
    #expect(filed.state == .active && filed.accessModes == ["front_end_interface"])
    #expect(try await share.topics().last == "share.grant_activated")
    #expect(try await share.lookup(grant).records.count == 1)
    #expect(
      await reason { _ = try await share.lookup(grant, as: ShareCalls.user) }
        == "share.access_mode_not_filed")
    await share.stop()
  }

  @Test(
    "outside the grant: item, purpose, department, day; a purpose is noted (AC-41, AC-45)",
    .obligation("meizhou-specific-2021/20d", "meizhou-public-2023/19.3", "guangdong-2018/16.2b"))
  func outsideGrant() async throws {
    let share = try await ShareCalls()
    let grant = try await share.grant()
    let item = await status {
      _ = try await share.lookup(grant.name) { $0.items = ["judgment"] }
    }
    #expect(item?.trailers["weir-reason"] == "share.item_not_granted")
    #expect(item?.trailers["weir-field"] == "items")
    #expect(item?.trailers["weir-article"] == "meizhou-public-2023/22a")
    #expect(
      await reason { _ = try await share.lookup(grant.name) { $0.purpose = "税务" } }
        == "share.purpose_differs")
    #expect(try await share.topics().last == "share.violation_candidate")
    #expect(
      await reason { _ = try await share.lookup(grant.name, as: "health dept-system") }
        == "share.not_grantee")
    #expect(
      await reason { _ = try await share.lookup(grant.name) { $0.subject = nil } }
        == "request.field_missing")
    #expect(
      await reason {
        _ = try await share.lookup(grant.name) { $0.subject = IngestV1.Subject(block: [9, 9]) }
      } == "request.malformed")
    share.clock.pass(seconds: 303 * 86_400)
    #expect(await reason { _ = try await share.lookup(grant.name) } == "share.grant_expired")
    #expect(share.book.read { $0.opened.isEmpty })
    #expect(share.refusals.reasons.contains("share.item_not_granted"))
    await share.stop()
  }

  @Test("no evidence, no data; under check is told with the advice (hebi-2021/13)")
  func notices() async throws {
    let share = try await ShareCalls()
    let grant = try await share.grant()
    share.book.change { $0.isEvidenceFull = true }
    #expect(await status { _ = try await share.lookup(grant.name) }?.code == .resourceExhausted)
    share.book.change {
      $0.isEvidenceFull = false
      $0.isUnderCheck = true
    }
    let found = try await share.lookup(grant.name)
    #expect(found.notices.first?.english.contains("lawful proof") == true)
    await share.stop()
  }

  @Test("the same request again gets the same answer; other content is refused")
  func replays() async throws {
    let share = try await ShareCalls()
    var first = try await share.apply()
    var again = try await share.apply()
    first.receipt = nil
    again.receipt = nil
    #expect(first == again)
    #expect(
      await reason { _ = try await share.apply("a-1") { $0.purpose = "别的" } }
        == "request.request_id_reused")
    #expect(await reason { _ = try await share.apply("") } == "request.request_id_missing")
    #expect(try await share.database.read { try $0.application(2) } == nil)
    await share.stop()
  }

  @Test("validate_only says what would become; an old etag loses the race")
  func trials() async throws {
    let share = try await ShareCalls()
    let draft = try await share.apply()
    let trial = try await share.client.submitApplication(
      ShareV1.SubmitApplicationRequest(name: draft.name, etag: draft.etag, validateOnly: true),
      try share.options(ShareCalls.user, path: "SubmitApplication"))
    #expect(trial.state == .submitted)
    _ = try await share.submit(draft.name)
    let trialReview = try await share.client.reviewApplication(
      ShareV1.ReviewApplicationRequest(
        name: draft.name, decisions: ShareCalls.decisions(), validateOnly: true),
      try share.options(ShareCalls.source, path: "ReviewApplication"))
    #expect(trialReview.state == .partlyApproved)
    let late = await status {
      _ = try await share.client.reviewApplication(
        ShareV1.ReviewApplicationRequest(
          name: draft.name, decisions: ShareCalls.decisions(), etag: draft.etag, requestID: "x"),
        try share.options(ShareCalls.source, path: "ReviewApplication"))
    }
    #expect(late?.code == .aborted)
    #expect(try await share.database.read { try $0.grant(1) } == nil)
    await share.stop()
  }

  @Test("reviewers: not the applicant, not a stranger, an internal rule never (AC-43, AC-44)")
  func reviewers() async throws {
    let share = try await ShareCalls()
    let draft = try await share.apply()
    _ = try await share.submit(draft.name)
    #expect(
      await reason { _ = try await share.review(draft.name, as: ShareCalls.user) }
        == "share.own_application")
    #expect(
      await reason { _ = try await share.review(draft.name, as: "health/ma dept-officer") }
        == "request.not_found")
    let rule = CommonV1.Basis(kind: .internalRule, title: "内部规定", article: "一")
    let refused = await status {
      _ = try await share.review(draft.name, ShareCalls.decisions(basis: rule))
    }
    #expect(refused?.trailers["weir-reason"] == "share.basis_invalid")
    #expect(refused?.trailers["weir-field"] == "decisions[3].basis")
    #expect(refused?.trailers["weir-article"] == "meizhou-public-2023/19.2")
    await share.stop()
  }

  @Test("those without a part see nothing; a draft is the applicant's own")
  func visibility() async throws {
    let share = try await ShareCalls()
    let draft = try await share.apply()
    func get(_ caller: String) async -> String? {
      await reason {
        _ = try await share.client.getApplication(
          ShareV1.GetApplicationRequest(name: draft.name),
          try share.options(caller, path: "GetApplication"))
      }
    }
    func list(_ caller: String, _ role: String = "") async throws -> [String] {
      try await share.client.listApplications(
        ShareV1.ListApplicationsRequest(role: role),
        try share.options(caller, path: "ListApplications")
      ).applications.map(\.name)
    }
    #expect(await get(ShareCalls.user) == nil)
    #expect(await get(ShareCalls.source) == "request.not_found")
    #expect(try await list(ShareCalls.source).isEmpty)
    _ = try await share.submit(draft.name)
    #expect(await get(ShareCalls.source) == nil)
    #expect(await get("health/ma dept-officer") == "request.not_found")
    #expect(try await list(ShareCalls.user, "applicant") == [draft.name])
    #expect(try await list(ShareCalls.user, "reviewer").isEmpty)
    #expect(try await list(ShareCalls.source, "reviewer") == [draft.name])
    #expect(try await list("data-bureau/zhao authority") == [draft.name])
    #expect(await reason { _ = try await list(ShareCalls.user, "friend") } == "request.malformed")
    let grant = try await share.review(draft.name).grant
    func grants(_ caller: String) async throws -> Int {
      try await share.client.listGrants(
        ShareV1.ListGrantsRequest(entry: "entries/E-3"),
        try share.options(caller, path: "ListGrants")
      ).grants.count
    }
    #expect(try await grants(ShareCalls.user) == 1)
    #expect(try await grants("health/ma dept-officer") == 0)
    #expect(try await grants("inspection/he auditor") == 1)
    #expect(
      await reason {
        _ = try await share.client.getGrant(
          ShareV1.GetGrantRequest(name: grant),
          try share.options("health/ma dept-officer", path: "GetGrant"))
      } == "request.not_found")
    await share.stop()
  }

  @Test("not shared, unpublished, unknown: no application (AC-42)")
  func impossible() async throws {
    let share = try await ShareCalls()
    let refused = await status { _ = try await share.apply { $0.items = ["illness"] } }
    #expect(refused?.trailers["weir-reason"] == "share.not_shared")
    #expect(refused?.trailers["weir-article"] == "meizhou-public-2023/21.4")
    #expect(refused?.trailers["weir-next-step"]?.isEmpty == false)
    share.book.change { $0.entryState = .withdrawn }
    #expect(await reason { _ = try await share.apply() } == "share.entry_not_published")
    let unknown = await status { _ = try await share.apply { $0.entry = "entries/E-9" } }
    #expect(unknown?.code == .notFound)
    #expect(
      await reason { _ = try await share.apply { $0.entry = "nonsense" } } == "request.malformed")
    await share.stop()
  }

  @Test(
    "subscribe at once; it ends with its entry and on the civil clock (AC-40, e.5)",
    .obligation("meizhou-specific-2021/21a", "hebi-2021/15.1a", "guangdong-2018/19.1a"))
  func subscription() async throws {
    let share = try await ShareCalls()
    var request = ShareV1.SubscribeRequest()
    request.entry = "entries/E-3"
    request.items = ["office"]
    request.purpose = ShareCalls.purpose
    request.scenario = "日常查询"
    request.modes = [.lookup]
    request.until = "2024-03-31"
    func take(_ id: String) async throws -> ShareV1.Grant {
      request.requestID = id
      return try await share.client.subscribe(
        request, try share.options(ShareCalls.user, path: "Subscribe"))
    }
    let first = try await take("s-1")
    #expect(first.state == .active)
    #expect(try await share.lookup(first.name).records.count == 1)
    var payload = JSONObject()
    payload["entry"] = .string("entries/E-3")
    payload["reason"] = .string("法律修改")
    try await share.event("catalog.entry_withdrawn", payload)
    #expect(await reason { _ = try await share.lookup(first.name) } == "share.grant_ended")
    #expect(await reason { _ = try await take("s-2") } == "share.entry_not_published")
    try await share.publish(version: 2, [("office", .unconditional)])
    let second = try await take("s-2")
    share.clock.pass(seconds: 28 * 86_400)
    #expect(try await share.handlers.expireGrants() == 1)
    #expect(try await share.handlers.expireGrants() == 0)
    #expect(await reason { _ = try await share.lookup(second.name) } == "share.grant_expired")
    let topics = try await share.topics()
    #expect(topics.filter { $0 == "share.grant_ended" }.count == 1)
    #expect(topics.last == "share.grant_expired")
    let told = try await share.handlers.grantSnapshot()
    #expect(told.map(\.topic) == ["share.grant_ended", "share.grant_expired"])
    await share.stop()
  }

  @Test(
    "AC-42 an item that a new version no longer shares is denied on the next call",
    arguments: Backend.allCases)
  func retyped(_ backend: Backend) async throws {
    let share = try await ShareCalls(backend)
    let grant = try await share.grant()
    try await share.publish(version: 1, [("name", .conditional), ("date", .conditional)])
    _ = try await share.lookup(grant.name)
    try await share.publish(version: 2, [("name", .conditional), ("date", .notShared)])
    #expect(await reason { _ = try await share.lookup(grant.name) } == "share.grant_ended")
    #expect(try await share.topics().last == "share.grant_ended")
    // An older version that is told again changes nothing.
    try await share.publish(version: 1, [("name", .conditional), ("date", .conditional)])
    #expect(
      try await share.database.read { try $0.entryStanding(3) }?.types["date"] == .notShared)
    await share.stop()
  }

  @Test("AC-42 nothing is granted on an item or entry that changed before the answer (e.4)")
  func changedBeforeAnswer() async throws {
    let share = try await ShareCalls()
    let draft = try await share.apply()
    _ = try await share.submit(draft.name)
    try await share.publish(version: 2, [("name", .conditional), ("court", .notShared)])
    #expect(await reason { _ = try await share.review(draft.name) } == "share.not_shared")
    var withdrawn = JSONObject()
    withdrawn["entry"] = .string("entries/E-3")
    withdrawn["reason"] = .string("重复")
    try await share.event("catalog.entry_withdrawn", withdrawn)
    #expect(await reason { _ = try await share.review(draft.name) } == "share.entry_not_published")
    #expect(try await share.database.read { try $0.grant(1) } == nil)
    let refused = try await share.review(
      draft.name, ShareCalls.decisions(refusing: ["name", "date", "court", "judgment"]), "r-2")
    #expect(refused.state == .rejected)
    await share.stop()
  }

  @Test("what waits for whom: review, acceptance, second person")
  func duties() async throws {
    let share = try await ShareCalls()
    let draft = try await share.apply()
    _ = try await share.submit(draft.name)
    let review = try await share.duties(ShareCalls.source)
    #expect(review.map(\.action) == ["review"])
    #expect(review.first?.due?.date == "2024-03-11")
    #expect(try await share.duties(ShareCalls.user).isEmpty)
    _ = try await share.review(draft.name)
    #expect(try await share.duties(ShareCalls.source).isEmpty)
    #expect(try await share.duties(ShareCalls.security).map(\.action) == ["accept"])
    await share.stop()
  }

  @Test("a negotiated day of reply only where the profile has it (AC-63)")
  func replyDate() async throws {
    let share = try await ShareCalls()
    let draft = try await share.apply()
    _ = try await share.submit(draft.name)
    #expect(
      await reason {
        _ = try await share.client.agreeReplyDate(
          ShareV1.AgreeReplyDateRequest(name: draft.name, date: "2024-04-01", requestID: "d"),
          try share.options(ShareCalls.user, path: "AgreeReplyDate"))
      } == "clock.not_negotiable")
    await share.stop()
  }
}
