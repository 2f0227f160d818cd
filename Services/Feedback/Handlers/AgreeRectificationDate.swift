// AgreeRectificationDate: one party proposes, the other agrees (meizhou-specific-2021/31, AC-63).

package import Access
package import Contracts
import FeedbackRules
import Vocabulary

extension FeedbackServer {
  package func agreeRectificationDate(
    _ request: FeedbackV1.AgreeRectificationDateRequest, _ call: CallContext
  ) async throws -> FeedbackV1.Issue {
    try await change(
      call, requestID: request.requestID, content: request, name: request.name,
      topic: {
        $0.proposal == nil ? "feedback.issue_date_agreed" : "feedback.issue_date_proposed"
      },
      { issue, actor, profile, time in
        guard let date = CivilDate(iso: request.date) else {
          throw RequestRefusal.malformed(
            field: "date", expected: BilingualText("日期，如 2024-03-04", "a date like 2024-03-04"))
        }
        return try issue.dateAgreed(date, by: actor, at: time, under: profile, calendar: calendar)
      })
  }
}
