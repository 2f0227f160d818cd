// What a refused caller is told over the wire: the article of the profile that governs the case.

import Contracts
import RPC
import TestSupport
import Testing

@Suite("The article of a refusal is the governing profile's, or our own rule (AC-40, AC-41, AC-45)")
struct RefusedCallTests {
  private struct Told: Sendable {
    let profile: String
    let stranger: String
    let needless: String
  }

  private static let told = [
    Told(
      profile: "meizhou-public-2023", stranger: "meizhou-public-2023/22a",
      needless: "meizhou-public-2023/21.2"),
    Told(
      profile: "guangdong-2018", stranger: "weir-default/AC-41", needless: "guangdong-2018/19.1a"),
    Told(profile: "hebi-2021", stranger: "weir-default/AC-41", needless: "weir-default/AC-40"),
    Told(profile: "luyi-2019", stranger: "weir-default/AC-41", needless: "weir-default/AC-40"),
  ]

  @Test("another department's grant, and an application for what is open to all", arguments: told)
  private func article(_ told: Told) async throws {
    let share = try await ShareCalls(profile: told.profile)
    let grant = try await share.subscribed("office")
    let stranger = await status {
      _ = try await share.lookup(grant.name, as: "health dept-system")
    }
    #expect(stranger?.trailers["weir-reason"] == "share.not_grantee")
    #expect(stranger?.trailers["weir-article"] == told.stranger)
    let needless = await status {
      _ = try await share.apply {
        $0.items = ["office"]
        $0.business = "养老金发放"
        $0.scope = "全市"
        $0.reason = "防止冒领"
      }
    }
    #expect(needless?.trailers["weir-reason"] == "share.application_not_needed")
    #expect(needless?.trailers["weir-article"] == told.needless)
    await share.stop()
  }
}
