// ListRunningCases: issues that have not ended, with the profile that each keeps (policies.md e.27).

package import Access
package import Contracts
import Database
import FeedbackRules
import FeedbackStore
import Regulation
import Vocabulary

extension FeedbackServer {
  package func listRunningCases(
    _ request: CommonV1.ListRunningCasesRequest, _ call: CallContext
  ) async throws -> CommonV1.ListRunningCasesResponse {
    try await call.answering(refusals) {
      guard let token = PageToken(request.pageToken, count: 1) else {
        throw RequestRefusal.pageTokenUnknown
      }
      guard try await call.overseesCases(peers.directory) else {
        return CommonV1.ListRunningCasesResponse()
      }
      let size = PageSize.bounded(request.pageSize)
      let (found, issues) = try await database.read { transaction in
        let found = try transaction.openIssues(after: token.numbers[0], limit: size)
        return (found, try transaction.issues(found, texts))
      }
      let today = now().civilDate
      return CommonV1.ListRunningCasesResponse(
        cases: issues.map { runningCase($0, today: today) }.resting(on: request.profile),
        nextPageToken: found.count == size ? found.last.map { PageToken([$0]).text } ?? "" : "")
    }
  }

  private func due(of clock: LegalClock, today: CivilDate) -> CommonV1.DueDate {
    let reading = clock.reading(on: calendar, at: today)
    return CommonV1.DueDate(
      date: reading.due.date, citation: reading.due.citation,
      isProvisional: reading.due.isProvisional, overdueDays: reading.overdueDays)
  }

  private func runningCase(_ issue: QualityIssue, today: CivilDate) -> CommonV1.RunningCase {
    CommonV1.RunningCase(
      resource: issue.name, state: issue.state.rawValue, profile: issue.profile.text,
      department: (issue.state == .informed ? issue.reporter : issue.source).text,
      clock: issue.namedClock.map { name, clock in
        CommonV1.RunningClock(
          name.rawValue, started: clock.started, pauses: clock.pauses.map { ($0.from, $0.to) },
          extensionDays: clock.extensions.map(\.workingDays),
          agreed: clock.negotiated.last?.date,
          due: due(of: clock, today: today))
      })
  }
}
