// ConcludeVerification: the source confirms the error, or gives its reasons why there is none (AC-61).

package import Access
package import Contracts
import FeedbackRules

extension FeedbackServer {
  package func concludeVerification(
    _ request: FeedbackV1.ConcludeVerificationRequest, _ call: CallContext
  ) async throws -> FeedbackV1.Issue {
    try await change(
      call, requestID: request.requestID, content: request, name: request.name,
      topic: {
        $0.state == .confirmed ? "feedback.issue_confirmed" : "feedback.issue_not_confirmed"
      },
      { issue, actor, profile, time in
        try issue.concluded(
          isConfirmed: request.confirmed, reasons: request.reasons, by: actor, at: time,
          under: profile)
      })
  }
}
