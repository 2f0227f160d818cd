// GetRecall and ListRecalls: source and authority see every receiver, a receiver sees what it received itself.

package import Access
package import Contracts
import Database
import FeedbackRules
import FeedbackStore
import Vocabulary

extension FeedbackServer {
  package func getRecall(
    _ request: FeedbackV1.GetRecallRequest, _ call: CallContext
  ) async throws -> FeedbackV1.Recall {
    try await call.answering(refusals) {
      let number = try recallNumber(request.name)
      let actor = Actor(call)
      let name = request.name
      return try await database.read { transaction in
        guard let found = try shownRecalls([number], to: actor, in: transaction).first else {
          throw RequestRefusal.unknownResource(field: "name", name: name)
        }
        return found
      }
    }
  }

  package func listRecalls(
    _ request: FeedbackV1.ListRecallsRequest, _ call: CallContext
  ) async throws -> FeedbackV1.ListRecallsResponse {
    try await call.answering(refusals) {
      guard let token = PageToken(request.pageToken, count: 1) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let actor = Actor(call)
      let size = PageSize.bounded(request.pageSize)
      return try await database.read { transaction in
        let found = try transaction.findRecalls(
          visibleTo: IssueVisibility(actor), isOpen: request.unacknowledged,
          after: token.numbers[0], limit: size + 1)
        let page = Array(found.prefix(size))
        return FeedbackV1.ListRecallsResponse(
          recalls: try shownRecalls(page, to: actor, in: transaction),
          nextPageToken: found.count > size ? page.last.map { PageToken([$0]).text } ?? "" : "")
      }
    }
  }

  /// Recalls as a caller sees them; those that do not concern it are left out.
  func shownRecalls(
    _ numbers: [Int64], to actor: Actor, in transaction: borrowing some Reading
  ) throws -> [FeedbackV1.Recall] {
    let recalls = try transaction.recalls(numbers, texts)
    let issues = Dictionary(
      try transaction.issues(recalls.map(\.issue), texts).map { ($0.number, $0) },
      uniquingKeysWith: { first, _ in first })
    let sight = IssueVisibility(actor)
    return recalls.compactMap { recall in
      guard let issue = issues[recall.issue] else { return nil }
      if sight.seesAllReceivers(source: issue.source, authority: issue.authority) {
        return recall.message(onlyFor: nil)
      }
      guard recall.receivers.contains(where: { $0.department == actor.department }) else {
        return nil
      }
      return recall.message(onlyFor: actor.department)
    }
  }
}
