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
}
