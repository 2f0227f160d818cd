// Reminders and escalations of Share's clocks: each is told once, whatever restarts.

import Contracts
import Database
import Integrity
import Regulation
import ShareHandlers
import TestSupport
import Testing
import Vocabulary

@Suite("What falls due is told once (policies.md a.2)")
struct ShareClockNoticeTests {
  private func notices(_ share: ShareCalls) async throws -> [(String, JSONValue)] {
    let outbox = try #require(share.database.outbox)
    return try await outbox.read(after: 0, limit: 500).filter { $0.topic == "share.clock_notice" }
      .map { entry in
        let payload = try CanonicalJSON.decodeCanonical(entry.leaf.payload)
        return (payload["notice"]?.string ?? "", payload)
      }
  }

  @Test(
    "two days before, on the day and when it is late, once each; the authority is told of what is late (meizhou-public-2023/21.3b)"
  )
  func once() async throws {
    let share = try await ShareCalls(profile: "meizhou-public-2023")
    let draft = try await share.apply()
    let submitted = try await share.submit(draft.name)
    let due = try #require(CivilDate(iso: submitted.replyDue?.date ?? ""))
    #expect(try await share.handlers.tellClocks() == 0)
    var told = 0
    // To the tenth day, several looks a day, each as another process would.
    for _ in 0..<20 {
      share.clock.pass(seconds: 43_200)
      told += try await share.handlers.tellClocks()
      told += try await share.handlers.tellClocks()
    }
    let found = try await notices(share)
    #expect(found.map(\.0) == ["reminder-2", "reminder-0", "escalation"])
    #expect(told == 3)
    for (notice, payload) in found {
      #expect(payload["resource"]?.string == submitted.name)
      #expect(payload["due"]?.string == due.iso)
      #expect(payload["article"]?.string == "meizhou-public-2023/21.3b")
      #expect((payload["authority"] != nil) == (notice == "escalation"))
    }
    _ = try await share.review(draft.name, ShareCalls.decisions())
    share.clock.pass(seconds: 30 * 86_400)
    #expect(try await share.handlers.tellClocks() == 0)
    await share.stop()
  }
}
