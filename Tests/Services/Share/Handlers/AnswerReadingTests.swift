// What the parties read of an answer and of a use: reasons and grounds, who takes what at once, who asked.

import Contracts
import Database
import Integrity
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("The parties read what was decided and who uses what")
struct AnswerReadingTests {
  @Test(
    "the applicant reads the reason and the ground of each refused item",
    .obligation("meizhou-specific-2021/21f", "guangdong-2018/19.1f", "meizhou-public-2023/19.2"))
  func reasons() async throws {
    let share = try await ShareCalls()
    let draft = try await share.apply()
    _ = try await share.submit(draft.name)
    let ground = CommonV1.Basis(kind: .rule, title: "某规章", article: "第三条")
    _ = try await share.review(draft.name, ShareCalls.decisions(basis: ground))
    let seen = try await share.client.getApplication(
      ShareV1.GetApplicationRequest(name: draft.name),
      try share.options(ShareCalls.user, path: "GetApplication"))
    let refused = try #require(seen.opinions.first?.decisions.first { !$0.approved })
    #expect(!refused.reason.isEmpty)
    #expect(refused.basis?.title == "某规章" && refused.basis?.article == "第三条")
    await share.stop()
  }

  @Test(
    "in Meizhou unconditional data come at once with a purpose, and the source sees who has them",
    .obligation("meizhou-public-2023/21.2"))
  func unconditional() async throws {
    let share = try await ShareCalls()
    var request = ShareV1.SubscribeRequest()
    request.entry = "entries/E-3"
    request.items = ["office"]
    request.scenario = "日常查询"
    request.modes = [.lookup]
    request.until = "2024-03-31"
    func take(_ purpose: String, _ id: String) async throws -> ShareV1.Grant {
      request.purpose = purpose
      request.requestID = id
      return try await share.client.subscribe(
        request, try share.options(ShareCalls.user, path: "Subscribe"))
    }
    let refused = await status { _ = try await take("", "s-1") }
    #expect(refused?.trailers["weir-field"] == "purpose")
    #expect(refused?.trailers["weir-article"] == "meizhou-public-2023/21.2")
    let grant = try await take(ShareCalls.purpose, "s-2")
    #expect(grant.state == .active)
    #expect(try await share.lookup(grant.name).records.count == 1)
    let seen = try await share.client.listGrants(
      ShareV1.ListGrantsRequest(entry: "entries/E-3"),
      try share.options(ShareCalls.source, path: "ListGrants"))
    #expect(seen.grants.map(\.name) == [grant.name])
    #expect(seen.grants.first?.purpose == ShareCalls.purpose)
    await share.stop()
  }

  @Test(
    "in Luyi what is actively shared is read by any unit without an application",
    .obligation("luyi-2019/10.i1", "luyi-2019/10.i2", "luyi-2019/10.i3"))
  func activeSharing() async throws {
    let share = try await ShareCalls(profile: "luyi-2019")
    let grant = try await share.subscribed("office")
    #expect(grant.application.isEmpty)
    _ = try await share.fileModes(grant.name, ["front_end_interface"])
    #expect(try await share.lookup(grant.name).records.count == 1)
    await share.stop()
  }

  @Test(
    "in Luyi each of three ways works once it is filed, and the bureau sees the filing",
    .obligation("luyi-2019/13.1"),
    arguments: ["web", "file_download", "front_end_interface"])
  func ways(_ mode: String) async throws {
    let share = try await ShareCalls(profile: "luyi-2019")
    let draft = try await share.apply { ShareCalls.complete(&$0) }
    _ = try await share.submit(draft.name)
    let grant = try await share.review(draft.name, ShareCalls.approvals).grant
    func use() async throws {
      switch mode {
      case "web": _ = try await share.lookup(grant, as: ShareCalls.user)
      case "file_download": _ = try await share.prepare(grant, rows: 3)
      default: _ = try await share.lookup(grant)
      }
    }
    #expect(await reason { try await use() } == "share.access_mode_not_filed")
    _ = try await share.fileModes(grant, [mode])
    try await use()
    let seen = try await share.client.getGrant(
      ShareV1.GetGrantRequest(name: grant),
      try share.options("data-bureau/zhao authority", path: "GetGrant"))
    #expect(seen.accessModes == [mode])
    await share.stop()
  }

  @Test("each call for data logs its person", .obligation("meizhou-public-2023/39.2b"))
  func person() async throws {
    let share = try await ShareCalls()
    let grant = try await share.grant()
    _ = try await share.lookup(grant.name, as: ShareCalls.user)
    let entry = try #require(try await share.entries().last)
    #expect(entry.topic == "share.decision")
    let payload = try CanonicalJSON.decodeCanonical(entry.leaf.payload)
    #expect(payload["actor"]?.string == "departments/human-resources/persons/li")
    await share.stop()
  }
}
