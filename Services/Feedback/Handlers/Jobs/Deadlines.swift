// What the calendar does by itself: silence closes, lateness goes up the line (meizhou-specific-2021/31c).

import Database
import FeedbackRules
import FeedbackStore
import Integrity
import Regulation
import Vocabulary

extension FeedbackServer {
  private static let pageSize = 200

  /// Watches the due days until the task is cancelled.
  ///
  /// - Parameter onFault: Told of each failure, for the log.
  package func followDeadlines(onFault: @Sendable (any Error) -> Void) async throws {
    var counted: String?
    try await follow(every: .seconds(2), onFault: onFault) {
      let version = calendar.version
      if counted != version { try await recountOpenIssues() }
      counted = version
      try await passDeadlines()
      return 0
    }
  }

  /// Closes what its reporter was silent about for too long, and tells once of each new delay.
  package func passDeadlines() async throws {
    let time = now()
    let today = time.civilDate
    let (silent, late) = try await database.read { transaction in
      (
        try transaction.issuesSilent(on: today, limit: Self.pageSize),
        try transaction.issuesNewlyLate(on: today, limit: Self.pageSize)
      )
    }
    for number in silent {
      try await database.write { transaction in
        guard let issue = try transaction.issue(number, texts),
          let closed = issue.closedBySilence(at: time, calendar: calendar)
        else { return }
        try carry(
          from: issue, to: closed, topic: "feedback.issue_closed", by: .system, at: time,
          in: transaction)
      }
    }
    for number in late {
      try await database.write { transaction in
        try tellOverdue(number, at: time, in: transaction)
      }
    }
  }

  private func tellOverdue(
    _ number: Int64, at time: Instant, in transaction: borrowing WriteTransaction
  ) throws {
    guard let issue = try transaction.issue(number, texts),
      let deadline = issue.deadline(on: calendar, today: time.civilDate),
      let overdue = deadline.overdue
    else { return }
    var payload = payload(of: issue, by: .system, at: time)
    payload["due"] = .string(deadline.due.date.iso)
    payload["article"] = .string(deadline.due.citation.text)
    payload["overdue_days"] = .integer(Int64(overdue.workingDays))
    payload["authority"] = issue.authority.map { .string(ResourceName.department($0).text) }
    try transaction.append(topic: "feedback.issue_overdue", payload: .object(payload))
    try transaction.markOverdueTold(number)
  }

  /// A changed calendar recomputes the clocks that run, and no other (DESIGN 8).
  package func recountOpenIssues() async throws {
    let today = now().civilDate
    var last: Int64 = 0
    while true {
      let after = last
      let end = try await database.write { transaction -> Int64? in
        let page = try transaction.openIssues(after: after, limit: Self.pageSize)
        for issue in try transaction.issues(page, texts) {
          let due = issue.deadline(on: calendar, today: today)?.due.date
          try transaction.setDueDay(due, of: issue.number)
        }
        return page.last
      }
      guard let end else { return }
      last = end
    }
  }
}
