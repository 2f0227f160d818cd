// WithdrawApplication: the applicant takes it back while it is not answered (e.4).

package import Access
package import Contracts
import Database
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func withdrawApplication(
    _ request: ShareV1.WithdrawApplicationRequest, _ call: CallContext
  ) async throws -> ShareV1.Application {
    try await call.answering(outside.refusals) {
      let number = try number(request.name, in: .applications)
      let actor = actor(of: call)
      let time = now()
      let done = try await change(
        call, requestID: request.requestID, content: request,
        authorise: { try $0.visibleApplication(number, to: actor).requireApplicant(actor) }
      ) { transaction in
        let application = try transaction.visibleApplication(number, to: actor)
        let next = try judged(under: try profile(application.profile)) { _ in
          try application.withdrawn(by: actor, reason: request.reason, at: time)
        }
        try transaction.save(next)
        try append("share.application_withdrawn", next, call, to: transaction)
        return message(next, under: try profile(next.profile))
      }
      var reply = done.reply
      reply.receipt = done.receipt
      return reply
    }
  }
}
