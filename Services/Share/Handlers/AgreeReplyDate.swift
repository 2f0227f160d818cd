// AgreeReplyDate: applicant and source agree another day for the answer (meizhou-specific-2021/21, AC-63).

package import Access
package import Contracts
import Database
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func agreeReplyDate(
    _ request: ShareV1.AgreeReplyDateRequest, _ call: CallContext
  ) async throws -> ShareV1.Application {
    try await call.answering(outside.refusals) {
      let number = try number(request.name, in: .applications)
      let actor = actor(of: call)
      guard let date = try day(request.date, field: "date") else {
        throw RequestRefusal.missing(field: "date")
      }
      let time = now()
      let done = try await change(
        call, requestID: request.requestID, content: request,
        authorise: { try $0.visibleApplication(number, to: actor).requireNegotiator(actor) }
      ) { transaction in
        let application = try transaction.visibleApplication(number, to: actor)
        let profile = try profile(application.profile)
        let next = try judged(under: profile) {
          try application.replyDate(
            date, by: actor, under: $0, calendar: outside.calendar, at: time)
        }
        try transaction.save(next)
        try append("share.application_reply_date", next, call, to: transaction)
        return message(next, under: profile)
      }
      var reply = done.reply
      reply.receipt = done.receipt
      return reply
    }
  }
}
