// Reminders and escalations of replies that are due, each told once (meizhou-specific-2021/21d, policies.md a.2).

import Database
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  /// Looks at every open case and tells what its clock asks for today.
  ///
  /// - Returns: How many notices were told.
  @discardableResult
  package func tellClocks() async throws -> Int {
    var told = 0
    var last: Int64 = 0
    while true {
      let after = last
      let found = try await database.read { try $0.openApplications(after: after, limit: 200) }
      told += try await tell(try found.compactMap(caseClock))
      guard let end = found.last?.number, found.count == 200 else { break }
      last = end
    }
    last = 0
    while true {
      let after = last
      let found = try await database.read { try $0.openVerifications(after: after, limit: 200) }
      told += try await tell(try found.compactMap(caseClock))
      guard let end = found.last?.number, found.count == 200 else { break }
      last = end
    }
    return told
  }

  private func tell(_ clocks: [CaseClock]) async throws -> Int {
    let time = now()
    var told = 0
    for clock in clocks {
      guard let notice = clock.notice(on: outside.calendar, today: time.civilDate) else { continue }
      let telling = Telling(
        topic: "share.clock_notice", resource: clock.resource, kind: notice.kind.word,
        due: notice.due.date.dayNumber, overdueDays: notice.overdueDays,
        members: clock.members(of: notice))
      if try await database.tellOnce(telling, by: "share", at: time) { told += 1 }
    }
    return told
  }

  private func caseClock(_ application: Application) throws -> CaseClock? {
    let profile = try profile(application.profile)
    guard let clock = application.answerClock(under: profile) else { return nil }
    return CaseClock(
      resource: application.name, name: .shareReply, clock: clock, profile: profile,
      department: application.source, authority: application.authority)
  }

  private func caseClock(_ verification: Verification) throws -> CaseClock? {
    let profile = try profile(verification.profile)
    guard let clock = verification.clock(under: profile) else { return nil }
    return CaseClock(
      resource: verification.name, name: .verificationReply, clock: clock, profile: profile,
      department: verification.source, authority: nil)
  }
}
