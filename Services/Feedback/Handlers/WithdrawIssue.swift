// WithdrawIssue: the reporter takes the report back while the source has not answered (policies e.8).

package import Access
package import Contracts
import FeedbackRules

extension FeedbackServer {
  package func withdrawIssue(
    _ request: FeedbackV1.WithdrawIssueRequest, _ call: CallContext
  ) async throws -> FeedbackV1.Issue {
    try await change(
      call, requestID: request.requestID, content: request, name: request.name,
      topic: { _ in "feedback.issue_withdrawn" },
      { issue, actor, _, time in
        try issue.withdrawn(reason: request.reason, by: actor, at: time)
      })
  }
}
