// Sensitive items and quotas as departments meet them.

import Contracts
import Database
import Integrity
import RPC
import TestSupport
import Testing

@Suite(
  "Sensitive items are authorised expressly, by two people of the source (AC-55, hebi-2021/26, 27)")
struct SensitiveItemCallTests {
  private func submitted(
    _ share: ShareCalls, _ requestID: String = "a-1"
  ) async throws -> ShareV1.Application {
    try await share.submitted(requestID, to: [])
  }

  @Test(
    "AC-55 a second person approves; the first cannot", .obligation("hebi-2021/27.i4b"),
    arguments: Backend.allCases)
  func second(_ backend: Backend) async throws {
    let share = try await ShareCalls(backend, profile: "hebi-2021")
    share.book.change { $0.grade = 3 }
    let asked = try await submitted(share)
    #expect(asked.sensitiveItems == ["name", "date", "court", "judgment"])
    let first = try await share.review(asked.name, ShareCalls.approvals, "r-1")
    #expect(first.state == .underReview && first.grant.isEmpty)
    #expect(
      await refused { _ = try await share.review(asked.name, ShareCalls.approvals, "r-2") }
        == ["share.second_person_needed", "hebi-2021/26.1e"])
    #expect(try await share.duties(ShareCalls.source).isEmpty)
    #expect(try await share.duties(ShareCalls.secondOfSource).map(\.action) == ["review"])
    #expect(
      await reason {
        _ = try await share.review(
          asked.name, ShareCalls.approvals, "r-3", as: "data-bureau/chen authority")
      } == "share.not_reviewer")
    let answered = try await share.review(
      asked.name, ShareCalls.decisions(refusing: ["judgment"]), "r-4",
      as: ShareCalls.secondOfSource)
    #expect(answered.state == .partlyApproved && answered.opinions.count == 2)
    #expect(try await share.grant(named: answered.grant).items == ["name", "date", "court"])
    await share.stop()
  }

  @Test(
    "AC-55 from which grade on is the profile's: 3 in Hebi, 4 by default",
    arguments: [
      ("hebi-2021", Int32(2), 1), ("hebi-2021", 3, 2), ("meizhou-public-2023", 3, 1),
      ("meizhou-public-2023", 4, 2), ("luyi-2019", 4, 2),
    ])
  func threshold(profile: String, grade: Int32, people: Int) async throws {
    let share = try await ShareCalls(profile: profile)
    share.book.change { $0.grade = grade }
    let asked = try await submitted(share)
    let first = try await share.review(asked.name, ShareCalls.approvals, "r-1")
    #expect((first.state == .approved) == (people == 1))
    if people == 2 {
      let second = try await share.review(
        asked.name, ShareCalls.approvals, "r-2", as: ShareCalls.secondOfSource)
      #expect(second.state == .approved)
    }
    await share.stop()
  }

  @Test("AC-55 a grade raised during the review counts; who refuses needs no second")
  func raised() async throws {
    let share = try await ShareCalls(profile: "hebi-2021")
    let refused = try await submitted(share, "a-1")
    let raised = try await submitted(share, "a-2")
    #expect(raised.sensitiveItems.isEmpty)
    share.book.change { $0.grade = 4 }
    let first = try await share.review(raised.name, ShareCalls.approvals, "r-2")
    #expect(first.state == .underReview && first.sensitiveItems.count == 4)
    let all = ShareCalls.decisions(refusing: ["name", "date", "court", "judgment"])
    #expect(try await share.review(refused.name, all, "r-1").state == .rejected)
    await share.stop()
  }

  @Test("AC-55 a new version that grades an item higher ends the grants that two have not approved")
  func regraded() async throws {
    let share = try await ShareCalls(profile: "hebi-2021")
    func publish(_ version: Int64, _ grade: Int64) async throws {
      let items: [JSONValue] = ["name", "date", "court", "judgment"].map { name in
        [
          "name": .string(name), "share_type": "conditional",
          "grade": .integer(name == "court" ? grade : 1),
        ]
      }
      try await share.event(
        "catalog.entry_published",
        JSONObject([
          ("entry", "entries/E-3"), ("version", .integer(version)), ("items", .array(items)),
        ]))
    }
    let once = try await share.review(try await submitted(share, "a-1").name, ShareCalls.approvals)
      .grant
    share.book.change { $0.grade = 3 }
    let asked = try await submitted(share, "a-2").name
    _ = try await share.review(asked, ShareCalls.approvals, "r-2")
    let twice = try await share.review(
      asked, ShareCalls.approvals, "r-3", as: ShareCalls.secondOfSource
    ).grant
    try await publish(2, 2)
    #expect(try await share.grant(named: once).state == .active)
    try await publish(3, 3)
    let ended = try await share.grant(named: once)
    #expect(ended.state == .ended)
    #expect(ended.history.last?.reason == "court: grade 3, entries/E-3/versions/3")
    #expect(await reason { _ = try await share.lookup(once) } == "share.grant_ended")
    #expect(try await share.lookup(twice).records.count == 1)
    await share.stop()
  }

  @Test("AC-55 what is open to all is still applied for where it is sensitive")
  func subscription() async throws {
    let share = try await ShareCalls(profile: "hebi-2021")
    func subscribe(_ requestID: String) async throws -> ShareV1.Grant {
      try await share.client.subscribe(
        ShareV1.SubscribeRequest(
          entry: "entries/E-3", items: ["office"], purpose: ShareCalls.purpose, modes: [.lookup],
          until: "2024-12-31", requestID: requestID, scenario: "发放前比对"),
        try share.options(ShareCalls.user, path: "Subscribe"))
    }
    func apply(_ requestID: String) async throws -> ShareV1.Application {
      try await share.apply(requestID) {
        ShareCalls.complete(&$0)
        $0.items = ["office"]
        $0.modes = [.lookup]
        $0.roll = nil
      }
    }
    #expect(try await subscribe("u-1").state == .active)
    #expect(await reason { _ = try await apply("a-1") } == "share.application_not_needed")
    share.book.change { $0.grade = 3 }
    #expect(
      await refused { _ = try await subscribe("u-2") }
        == ["share.authorisation_needed", "hebi-2021/26.1e"])
    #expect(try await apply("a-2").sensitiveItems == ["office"])
    await share.stop()
  }
}

@Suite("No grant is a way to take a register out (AC-47, meizhou-public-2023/21, luyi-2019/13)")
struct BulkCallTests {
  @Test(
    "AC-47 no more persons a day than the profile lets any grant have",
    .obligation("meizhou-public-2023/21.5a"),
    arguments: [
      ("meizhou-public-2023", Int32(5_000), "meizhou-public-2023/21.5a"),
      ("hebi-2021", 10_000, "weir-default/AC-47"),
    ])
  func bound(profile: String, most: Int32, article: String) async throws {
    let share = try await ShareCalls(profile: profile)
    func apply(_ requestID: String, _ subjects: Int32) async throws -> ShareV1.Application {
      try await share.apply(requestID) {
        ShareCalls.complete(&$0)
        $0.dailySubjects = subjects
      }
    }
    #expect(try await apply("a-1", most).dailySubjects == most)
    let denied = await status { _ = try await apply("a-2", most + 1) }
    #expect(denied?.code == .resourceExhausted)
    #expect(denied?.trailers["weir-reason"] == "share.quota_too_large")
    #expect(denied?.trailers["weir-field"] == "application.daily_subjects")
    #expect(denied?.trailers["weir-article"] == article)
    await share.stop()
  }

  @Test(
    "AC-47 Luyi, which allows both, leaves the number to the source, and the download to its filing"
  )
  func luyi() async throws {
    let share = try await ShareCalls(profile: "luyi-2019")
    let draft = try await share.apply {
      ShareCalls.complete(&$0)
      $0.dailySubjects = 50_000
    }
    _ = try await share.submit(draft.name)
    let grant = try await share.review(draft.name, ShareCalls.approvals).grant
    #expect(try await share.fileModes(grant, ["front_end_interface"]).dailySubjects == 50_000)
    #expect(
      await refused { _ = try await share.prepare(grant, rows: 3, "c-1") }
        == ["share.access_mode_not_filed", "luyi-2019/13.1"])
    let filed = try await share.client.fileAccessModes(
      ShareV1.FileAccessModesRequest(
        name: grant, accessModes: ["file_download"], reason: "增加批量比对", requestID: "m-2"),
      try share.options(ShareCalls.user, path: "FileAccessModes"))
    #expect(filed.accessModes == ["file_download"])
    #expect(try await share.prepare(grant, rows: 3, "c-2").state == .prepared)
    await share.stop()
  }
}
