// GetComparison and ListComparisons: a department's own runs (AC-53).

package import Access
package import Contracts
import Database
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func getComparison(
    _ request: ShareV1.GetComparisonRequest, _ call: CallContext
  ) async throws -> ShareV1.Comparison {
    try await call.answering(outside.refusals) {
      let number = try number(request.name, in: .comparisons)
      let actor = actor(of: call)
      let today = today
      let (run, tally, chunks) = try await database.read { transaction in
        (
          try transaction.ownComparison(number, of: actor),
          try transaction.tallies([number], on: today)[number] ?? CaseTally(),
          try transaction.chunkNumbers(number)
        )
      }
      return message(run, tally, chunks: chunks)
    }
  }

  package func listComparisons(
    _ request: ShareV1.ListComparisonsRequest, _ call: CallContext
  ) async throws -> ShareV1.ListComparisonsResponse {
    try await call.answering(outside.refusals) {
      let department = call.caller.department
      let size = PageSize.bounded(request.pageSize)
      let after = try place(request.pageToken)
      let today = today
      let (runs, tallies) = try await database.read { transaction in
        let runs = try transaction.comparisons(of: department, after: after, limit: size + 1)
        return (runs, try transaction.tallies(runs.map(\.number), on: today))
      }
      return ShareV1.ListComparisonsResponse(
        comparisons: runs.prefix(size).map { message($0, tallies[$0.number] ?? CaseTally()) },
        nextPageToken: next(runs, size) { [$0.number] })
    }
  }
}
