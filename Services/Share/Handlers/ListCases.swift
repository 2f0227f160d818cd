// ListCases and GetClearance: the leads of a run, and the lines that are not paid (AC-54).

package import Access
package import Contracts
import Database
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func listCases(
    _ request: ShareV1.ListCasesRequest, _ call: CallContext
  ) async throws -> ShareV1.ListCasesResponse {
    try await call.answering(outside.refusals) {
      let number = try number(request.parent, in: .comparisons, field: "parent")
      let actor = actor(of: call)
      let size = PageSize.bounded(request.pageSize)
      guard let token = PageToken(request.pageToken, count: 2) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let isFirst = request.pageToken.isEmpty
      let state = request.state.state
      let (run, revision, found) = try await database.read { transaction in
        let run = try transaction.ownComparison(number, of: actor, field: "parent")
        let revision = isFirst ? try transaction.caseRevision(of: number) : token.numbers[1]
        return (
          run, revision,
          try transaction.cases(
            of: number, state: state, at: revision, after: token.numbers[0], limit: size + 1,
            outside.vault)
        )
      }
      let entry = ResourceName.entry(run.entry).text
      return ShareV1.ListCasesResponse(
        cases: found.prefix(size).map { message($0, profile: run.profile.text, entry: entry) },
        nextPageToken: next(found, size) { [$0.number, revision] })
    }
  }

  /// meizhou-specific-2021/25: computed from the cases, never set by hand.
  package func getClearance(
    _ request: ShareV1.GetClearanceRequest, _ call: CallContext
  ) async throws -> ShareV1.Clearance {
    try await call.answering(outside.refusals) {
      let number = try number(request.comparison, in: .comparisons, field: "comparison")
      let actor = actor(of: call)
      let size = PageSize.bounded(request.pageSize)
      let after = try place(request.pageToken)
      let today = today
      let run = try await database.read {
        try $0.ownComparison(number, of: actor, field: "comparison")
      }
      try judged(under: try profile(run.profile)) {
        try run.checkClearable(under: $0, today: today)
      }
      let (found, withheld, tally) = try await database.read { transaction in
        (
          try transaction.withholdingCases(
            of: number, on: today, after: after, limit: size + 1, outside.vault),
          try transaction.withheldLineCount(of: number, on: today),
          try transaction.tallies([number], on: today)[number] ?? CaseTally()
        )
      }
      return ShareV1.Clearance(
        state: ShareV1.ComparisonState(
          run.state(openCases: tally.openCases, heldLines: tally.heldLines)),
        clearedLines: run.plan.rollRows - withheld, withheldLines: withheld,
        withheld: found.prefix(size).compactMap { checked in
          checked.withheld(on: today).map { line in
            ShareV1.Line(
              chunk: Int32(clamping: line.chunk), row: Int32(clamping: line.row),
              case: checked.name, cause: line.cause.rawValue, until: line.until?.iso ?? "")
          }
        }, nextPageToken: next(found, size) { [$0.number] })
    }
  }
}
