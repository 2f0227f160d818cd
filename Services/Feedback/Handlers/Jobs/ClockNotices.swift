// Reminders and escalations of verification and rectification, each told once (meizhou-specific-2021/31a, policies.md a.2).

import Database
import Regulation
import FeedbackRules
import FeedbackStore
import Vocabulary

extension FeedbackServer {
  /// Looks at every open case and tells what its clock asks for today.
  ///
  /// - Returns: How many notices were told.
  @discardableResult
  package func tellClocks() async throws -> Int {
    var told = 0
    var last: Int64 = 0
    while true {
      let after = last
      let (found, issues) = try await database.read { transaction in
        let found = try transaction.openIssues(after: after, limit: 200)
        return (found, try transaction.issues(found, texts))
      }
      told += try await tell(try issues.compactMap(caseClock))
      guard let end = found.last, found.count == 200 else { break }
      last = end
    }
    return told
  }

  private func tell(_ clocks: [CaseClock]) async throws -> Int {
    let time = now()
    var told = 0
    for clock in clocks {
      guard let notice = clock.notice(on: calendar, today: time.civilDate) else { continue }
      let telling = Telling(
        topic: "feedback.clock_notice", resource: clock.resource, kind: notice.kind.word,
        due: notice.due.date.dayNumber, overdueDays: notice.overdueDays,
        members: clock.members(of: notice))
      if try await database.tellOnce(telling, by: "feedback", at: time) { told += 1 }
    }
    return told
  }

  /// A reporter who is silent agrees: nobody is reminded of that.
  private func caseClock(_ issue: QualityIssue) throws -> CaseClock? {
    guard let (name, clock) = issue.namedClock, issue.state != .informed else { return nil }
    return CaseClock(
      resource: issue.name, name: name, clock: clock, profile: try profiles.profile(issue.profile),
      department: issue.source, authority: issue.authority)
  }
}
