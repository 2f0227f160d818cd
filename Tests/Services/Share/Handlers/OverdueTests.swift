// An application that is not answered in time goes to the authority (meizhou-public-2023/21.3b and the others).

import Contracts
import RPC
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
