// Which cases run, with the profile that each keeps: what whoever changes the law is told first.

import Access
import Contracts
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("Running cases of Share (policies.md e.27)")
struct RunningCaseTests {
  private func cases(
    _ share: ShareCalls, _ caller: String, _ profile: String = ""
  ) async throws -> [CommonV1.RunningCase] {
    var found: [CommonV1.RunningCase] = []
    var token = ""
    repeat {
      let page = try await share.client.listRunningCases(
        .init(profile: profile, pageSize: 1, pageToken: token),
        try share.options(caller, path: "ListRunningCases"))
      found += page.cases
      token = page.nextPageToken
    } while !token.isEmpty
    return found
  }

  @Test("each is told with its profile, its clock and the day it is due, until it has ended")
  func applications() async throws {
    let share = try await ShareCalls(profile: "guangdong-2018")
    let draft = try await share.apply {
      ShareCalls.complete(&$0)
      $0.business = "养老金发放"
    }
    #expect(try await cases(share, "operations/zhou operator").isEmpty)
    let submitted = try await share.submit(draft.name)
    let running = try await cases(share, "operations/zhou operator")
    #expect(running.map(\.resource) == [submitted.name])
    let one = try #require(running.first)
    #expect(one.profile == submitted.profile && one.profile.hasPrefix("guangdong-2018@1+"))
    #expect(one.clock?.clock == "share.reply")
    #expect(one.clock?.due?.date == submitted.replyDue?.date)
    #expect(one.clock?.due?.article == "guangdong-2018/19.1d")
    // A parent counts as what it rests on; another regulation does not.
    #expect(try await cases(share, "operations/zhou operator", "national-law").count == 1)
    #expect(try await cases(share, "operations/zhou operator", "hebi-2021").isEmpty)
    // Of authorities the one above which no other stands sees them (AC-90).
    #expect(try await cases(share, "province-bureau/wang authority").count == 1)
    #expect(try await cases(share, "data-bureau/chen authority").isEmpty)
    await #expect(throws: Status.self) {
      try await cases(share, "civil-affairs/li dept-officer")
    }
    await share.stop()
  }
}
