// Whom a body must have named before data are granted to it, where the profile makes that a condition.

import Contracts
import RPC
import ShareRules
import TestSupport
import Testing
import Vocabulary

@Suite("Data go to bodies with a security unit and person (meizhou-public-2023/39.2a)")
struct ReceiverDutyTests {
  private func share(requires: Bool) async throws -> ShareCalls {
    try await ShareCalls(
      law: governingLaw(
        World.root, under: "meizhou-public-2023",
        replacing: requires ? "governance.security_unit, value: flagged" : "",
        by: "governance.security_unit, value: required"))
  }

  @Test(
    "a body without both is granted nothing where the profile requires it, and is served where it is only flagged",
    .obligation("meizhou-public-2023/39.2a"))
  func required() async throws {
    let share = try await share(requires: true)
    for duties in [[], ["implementing", "dedicated"]] {
      share.book.change { $0.duties = duties }
      let applied = await status { _ = try await share.apply() }
      #expect(applied?.trailers["weir-reason"] == "share.duty_not_named")
      #expect(applied?.trailers["weir-article"] == "meizhou-public-2023/39.2a")
      #expect(applied?.code == .failedPrecondition)
      #expect(
        await reason { _ = try await share.subscribed("office") } == "share.duty_not_named")
    }
    share.book.change { $0.duties = ["security"] }
    let application = try await share.apply()
    _ = try await share.submit(application.name)
    // The person left meanwhile: nothing is approved until somebody is named again.
    share.book.change { $0.duties = [] }
    #expect(
      await reason { _ = try await share.review(application.name) } == "share.duty_not_named")
    share.book.change { $0.duties = ["security"] }
    #expect(try await share.review(application.name).grant.isEmpty == false)
    _ = try await share.subscribed("office", "s2")
    await share.stop()

    let flagged = try await self.share(requires: false)
    _ = try await flagged.subscribed("office")
    await flagged.stop()
  }

  @Test(
    "data are asked for by a recorded function of the body, where any is recorded (luyi-2019/5.i2)",
    .obligation("luyi-2019/5.i2"))
  func functions() async throws {
    let share = try await ShareCalls(profile: "luyi-2019")
    // Of whom nothing is recorded is not judged by it.
    _ = try await share.apply("none") {
      $0.reason = "核对"
      $0.scope = "全市"
    }
    share.book.change { $0.functions = ["社会保险"] }
    for business in ["", "殡葬管理"] {
      let refused = await status {
        _ = try await share.apply("b" + business) {
          $0.reason = "核对"
          $0.scope = "全市"
          $0.business = business
        }
      }
      #expect(refused?.code == .permissionDenied)
      #expect(refused?.trailers["weir-reason"] == "share.function_not_recorded")
      #expect(refused?.trailers["weir-field"] == "application.business")
      #expect(refused?.trailers["weir-article"] == "luyi-2019/5.i2")
    }
    #expect(
      await reason { _ = try await share.subscribed("office") } == "share.function_not_recorded")
    let made = try await share.apply("ok") {
      $0.reason = "核对"
      $0.scope = "全市"
      $0.business = "社会保险"
    }
    #expect(made.business == "社会保险")
    share.book.change { $0.functions = ["养老金发放"] }
    _ = try await share.subscribed("office", "sub2")
    await share.stop()
  }
}
