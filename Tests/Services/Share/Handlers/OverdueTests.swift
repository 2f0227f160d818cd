// An application that is not answered in time goes to the authority (meizhou-public-2023/21.3b and the others).

import Contracts
import RPC
import ShareHandlers
import TestSupport
import Testing
import Vocabulary

@Suite("An answer that is late is the authority's to urge")
struct OverdueAnswerTests {
  private static let authority = "data-bureau/zhao authority"

  @Test(
    "in time on the last day; from the next it stands late with the source, and with the authority",
    .obligation(
      "meizhou-public-2023/21.3b", "hebi-2021/15.1d", "luyi-2019/11b", "guangdong-2018/19.1d"),
    arguments: [
      ("meizhou-public-2023", 7, "urge"), ("hebi-2021", 7, "urge"), ("luyi-2019", 9, "urge"),
      // In Guangdong it decides, too: late is its own opinion.
      ("guangdong-2018", 14, "review"),
    ])
  func late(_ profile: String, _ days: Int64, _ action: String) async throws {
    let share = try await ShareCalls(profile: profile)
    let draft = try await share.apply {
      ShareCalls.complete(&$0)
      $0.business = "养老金发放"
    }
    _ = try await share.submit(draft.name)
    func duties(_ caller: String) async throws -> [String] {
      try await share.duties(caller).map { "\($0.action) \($0.due?.overdueDays ?? 0)" }
    }
    let own = action == "review" ? ["review 0"] : []
    #expect(try await duties(Self.authority) == own)
    share.clock.pass(seconds: days * 86_400)
    #expect(try await duties(ShareCalls.source) == ["review 0"])
    #expect(try await duties(Self.authority) == own)
    share.clock.pass(seconds: 86_400)
    #expect(try await duties(ShareCalls.source) == ["review 1"])
    #expect(try await duties(Self.authority) == ["\(action) 1"])
    // Neither an officer of the authority nor the applicant urges.
    #expect(try await share.duties("data-bureau/wu dept-officer").isEmpty)
    #expect(try await share.duties(ShareCalls.user).isEmpty)
    if action == "urge" {
      _ = try await share.review(draft.name, ShareCalls.approvals)
      #expect(try await duties(Self.authority).isEmpty)
    }
    await share.stop()
  }
}

@Suite("A grant ends on its day, and both sides know before (meizhou-public-2023/22c)")
struct EndingGrantTests {
  @Test(
    "two working days before both are told; past the day it is denied and expired, and only a new review renews it",
    .obligation("meizhou-public-2023/22c"), arguments: Backend.allCases)
  func ending(_ backend: Backend) async throws {
    let share = try await ShareCalls(backend)
    let grant = try await share.grant()
    #expect(grant.until == "2024-12-31")
    func told(_ caller: String) async throws -> [String] {
      try await share.duties(caller).filter { $0.resource == grant.name }.map {
        "\($0.action) \($0.due?.date ?? "")"
      }
    }
    // Thursday 26 December: the 27th, the 30th and the 31st are to come.
    share.clock.pass(seconds: 297 * 86_400)
    #expect(try await told(ShareCalls.user).isEmpty)
    #expect(try await told(ShareCalls.source).isEmpty)
    share.clock.pass(seconds: 86_400)
    #expect(try await told(ShareCalls.user) == ["renew 2024-12-31"])
    #expect(try await told(ShareCalls.source) == ["grant-ends 2024-12-31"])
    #expect(try await told("health/ma dept-officer").isEmpty)
    #expect(try await share.lookup(grant.name).records.count == 1)
    share.clock.pass(seconds: 5 * 86_400)
    #expect(await reason { _ = try await share.lookup(grant.name) } == "share.grant_expired")
    #expect(try await share.handlers.expireGrants() == 1)
    let ended = try await share.client.getGrant(
      ShareV1.GetGrantRequest(name: grant.name),
      try share.options(ShareCalls.user, path: "GetGrant"))
    #expect(ended.state == .expired)
    #expect(try await told(ShareCalls.user).isEmpty)
    let again = try await share.apply("a-2") { $0.until = "2025-06-30" }
    _ = try await share.submit(again.name, "s-2")
    #expect(try await share.duties(ShareCalls.source).map(\.action) == ["review"])
    #expect(await reason { _ = try await share.lookup(grant.name) } == "share.grant_expired")
    await share.stop()
  }
}
