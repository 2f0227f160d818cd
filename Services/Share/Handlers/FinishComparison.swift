// FinishComparison: the roll is complete, its leads become cases (meizhou-specific-2021/24; e.7).

package import Access
package import Contracts
import Database
import Integrity
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func finishComparison(
    _ request: ShareV1.FinishComparisonRequest, _ call: CallContext
  ) async throws -> ShareV1.Comparison {
    try await call.answering(outside.refusals) {
      let number = try number(request.name, in: .comparisons)
      let actor = actor(of: call)
      let time = now()
      let done = try await change(
        call, requestID: request.requestID, content: request,
        authorise: { _ = try $0.ownComparison(number, of: actor) }
      ) { transaction in
        let run = try transaction.ownComparison(number, of: actor)
        let numbers = Set(try transaction.chunkNumbers(number))
        let next = try judged(under: try profile(run.profile)) { _ in
          try run.finished(
            chunks: Int(request.chunks), numbers: numbers, by: actor, at: time)
        }
        try transaction.save(next, turn: "")
        let cases = try transaction.openCases(of: next, at: now(), outside.vault)
        try append(
          "share.comparison_finished", next, call, more: [("cases", .integer(Int64(cases)))],
          to: transaction)
        let tally = try transaction.tallies([number], on: time.civilDate)[number]
        return message(next, tally ?? CaseTally())
      }
      var reply = done.reply
      reply.receipt = done.receipt
      return reply
    }
  }
}
