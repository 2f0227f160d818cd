// ReopenIssue: the same fact is still wrong, so new clocks start (policies e.8).

package import Access
package import Contracts
import FeedbackRules

extension FeedbackServer {
  package func reopenIssue(
    _ request: FeedbackV1.ReopenIssueRequest, _ call: CallContext
  ) async throws -> FeedbackV1.Issue {
    let calendar = calendar
    return try await change(
      call, requestID: request.requestID, content: request, name: request.name,
      topic: { _ in "feedback.issue_reopened" },
      { issue, actor, profile, time in
        try issue.reopened(
          reason: request.reason, by: actor, at: time, under: profile, calendar: calendar)
      })
  }
}
