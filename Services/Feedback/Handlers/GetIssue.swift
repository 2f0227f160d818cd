// GetIssue and ListIssues: each caller sees what it is party to or was told of.

package import Access
package import Contracts
import Database
import FeedbackRules
import FeedbackStore
import Vocabulary

extension FeedbackServer {
  package func getIssue(
    _ request: FeedbackV1.GetIssueRequest, _ call: CallContext
  ) async throws -> FeedbackV1.Issue {
    try await call.answering(refusals) {
      let number = try issueNumber(request.name)
      let actor = Actor(call)
      let name = request.name
      return try await database.read { transaction in
        _ = try visible(number, name, to: actor, in: transaction)
        return try shown([number], to: actor, in: transaction).first ?? FeedbackV1.Issue()
      }
    }
  }

  package func listIssues(
    _ request: FeedbackV1.ListIssuesRequest, _ call: CallContext
  ) async throws -> FeedbackV1.ListIssuesResponse {
    try await call.answering(refusals) {
      guard let token = PageToken(request.pageToken, count: 1) else {
        throw RequestRefusal.pageTokenUnknown
      }
      var filter = IssueFilter()
      filter.state = request.state.state
      if request.overdue { filter.lateOn = now().civilDate }
      if !request.entry.isEmpty {
        guard let entry = ResourceName(request.entry, in: .entries)?.number else {
          throw RequestRefusal.malformed(
            field: "entry", expected: BilingualText("entries/E-1 这样的名称", "a name like entries/E-1"))
        }
        filter.entry = entry
      }
      let actor = Actor(call)
      let size = PageSize.bounded(request.pageSize)
      let wanted = filter
      return try await database.read { transaction in
        let found = try transaction.findIssues(
          wanted, visibleTo: IssueVisibility(actor), after: token.numbers[0], limit: size + 1)
        let page = Array(found.prefix(size))
        return FeedbackV1.ListIssuesResponse(
          issues: try shown(page, to: actor, in: transaction),
          nextPageToken: found.count > size ? page.last.map { PageToken([$0]).text } ?? "" : "")
      }
    }
  }
}
