// ExtendIssue: once, by the principal head, before the first due date (hebi-2021/13, AC-62).

package import Access
package import Contracts
import FeedbackRules

extension FeedbackServer {
  package func extendIssue(
    _ request: FeedbackV1.ExtendIssueRequest, _ call: CallContext
  ) async throws -> FeedbackV1.Issue {
    let calendar = calendar
    return try await change(
      call, requestID: request.requestID, content: request, name: request.name,
      topic: { _ in "feedback.issue_extended" },
      { issue, actor, profile, time in
        try issue.extended(
          workingDays: Int(request.workingDays), reason: request.reason, filing: request.filing,
          by: actor, at: time, under: profile, calendar: calendar)
      })
  }
}
