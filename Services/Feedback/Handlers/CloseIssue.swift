// CloseIssue: the reporter accepts the result (AC-61).

package import Access
package import Contracts
import FeedbackRules

extension FeedbackServer {
  package func closeIssue(
    _ request: FeedbackV1.CloseIssueRequest, _ call: CallContext
  ) async throws -> FeedbackV1.Issue {
    try await change(
      call, requestID: request.requestID, content: request, name: request.name,
      topic: { _ in "feedback.issue_closed" },
      { issue, actor, _, time in try issue.closed(by: actor, at: time) })
  }
}
