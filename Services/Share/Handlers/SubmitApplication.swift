// SubmitApplication: the applicant hands in, or in Hebi its county authority hands on (AC-50).

package import Access
package import Contracts
import Database
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func submitApplication(
    _ request: ShareV1.SubmitApplicationRequest, _ call: CallContext
  ) async throws -> ShareV1.Application {
    try await call.answering(outside.refusals) {
      let number = try number(request.name, in: .applications)
      let actor = actor(of: call)
      let time = now()
      if request.validateOnly {
        let entry = try await entry(ofApplication: number, for: actor)
        let known = try await database.read { try $0.visibleApplication(number, to: actor) }
        try checkEtag(request.etag, known)
        let profile = try profile(known.profile)
        let next = try judged(under: profile) {
          try known.submitted(by: actor, entry: entry, under: $0, at: time)
        }
        var reply = message(next, under: profile)
        reply.statement = statement(
          of: decision(toSubmit: known, as: next, under: profile), call)
        return reply
      }
      let done = try await change(
        call, requestID: request.requestID, content: request.unsigned,
        authorise: { try $0.visibleApplication(number, to: actor).requireSender(actor) },
        needing: { try await entry(ofApplication: number, for: actor) }
      ) { entry, transaction in
        let application = try transaction.visibleApplication(number, to: actor)
        try checkEtag(request.etag, application)
        let profile = try profile(application.profile)
        let standing = try transaction.entryStanding(entry.number)
        var next = try judged(under: profile) {
          try checkStanding(
            standing, entry: entry.name, items: application.use.items, atOnce: false, under: $0)
          return try application.submitted(by: actor, entry: entry, under: $0, at: time)
        }
        let signed = try take(
          request.signed, for: decision(toSubmit: application, as: next, under: profile), call,
          in: transaction)
        if next.state == .submitted { next.form = next.formText(at: time) }
        try transaction.save(next)
        try append(
          "share.application_\(next.state.rawValue)", next, call, to: transaction, more: signed)
        return message(next, under: profile)
      }
      var reply = done.reply
      reply.receipt = done.receipt
      return reply
    }
  }

  private func entry(ofApplication number: Int64, for actor: Actor) async throws -> SharedEntry {
    let known = try await database.read { try $0.visibleApplication(number, to: actor) }
    return try await entry(known.entryName)
  }

  func checkEtag(_ etag: String, _ application: Application) throws(RequestRefusal) {
    guard etag.isEmpty || etag == application.etag else {
      throw .changedMeanwhile(name: application.name)
    }
  }
}

extension SQLReading where Self: ~Copyable {
  /// An application, for those who have a part in it; to others it does not exist. A draft is the applicant's own.
  func visibleApplication(_ number: Int64, to actor: Actor) throws -> Application {
    guard let application = try application(number),
      application.isParty(actor.department) || actor.standsFor.contains(application.source),
      application.state != .draft || application.applicant == actor.department
    else {
      throw RequestRefusal.unknownResource(
        field: "name", name: ResourceName.application(number).text)
    }
    return application
  }
}
