// ListLateIssues: what a source has let go past its day, for the catalogue's gate of projects (meizhou-specific-2021/15).

package import Access
package import Contracts
import Database
import FeedbackRules
import FeedbackStore
import Regulation
import Vocabulary

extension FeedbackServer {
  package func listLateIssues(
    _ request: FeedbackV1.ListLateIssuesRequest, _ call: CallContext
  ) async throws -> FeedbackV1.ListLateIssuesResponse {
    try await call.answering(refusals) {
      guard let token = PageToken(request.pageToken, count: 1) else {
        throw RequestRefusal.pageTokenUnknown
      }
      guard let name = ResourceName(request.department, in: .departments),
        let source = DepartmentCode(name.id)
      else {
        throw RequestRefusal.malformed(
          field: "department", expected: BilingualText("departments/…", "departments/…"))
      }
      let (size, today) = (PageSize.bounded(request.pageSize), now().civilDate)
      return try await database.read { transaction in
        let found = try transaction.issuesLate(
          of: source, on: today, after: token.numbers[0], limit: size + 1)
        let page = Array(found.prefix(size))
        let issues = try transaction.issues(page, texts)
        return FeedbackV1.ListLateIssuesResponse(
          issues: issues.map { issue in
            FeedbackV1.LateIssue(
              issue: issue.name, entry: issue.entryName,
              due: issue.deadline(on: calendar, today: today).map(CommonV1.DueDate.init))
          },
          nextPageToken: found.count > size ? page.last.map { PageToken([$0]).text } ?? "" : "")
      }
    }
  }
}
