// CreateApplication: a department asks for items of a conditional entry (e.4; AC-40, AC-42).

package import Access
package import Contracts
import Crypto
import Database
import Integrity
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func createApplication(
    _ request: ShareV1.CreateApplicationRequest, _ call: CallContext
  ) async throws -> ShareV1.Application {
    try await call.answering(outside.refusals) {
      guard let wire = request.application else {
        throw RequestRefusal.missing(field: "application")
      }
      let actor = actor(of: call)
      let use = try UseRequest(wire, by: actor.department)
      let time = now()
      let done = try await change(
        call, requestID: request.requestID, content: request, authorise: { _ in },
        needing: { (try await entry(wire.entry), try await standing(of: actor.department)) }
      ) { needed, transaction in
        let (entry, applicant) = needed
        let profile = try governingProfile(
          of: entry, in: outside.profiles, on: time.civilDate)
        let number = try transaction.nextNumber("applications")
        let application = try judged(under: profile) {
          try checkDuties(of: applicant, under: $0)
          try checkFunction(use, of: applicant, under: $0)
          return try draftApplication(
            number: number, use: use, for: entry, by: actor, applicant: applicant, under: $0,
            at: time)
        }
        try transaction.save(application)
        try append("share.application_drafted", application, call, to: transaction)
        return message(application, under: profile)
      }
      var reply = done.reply
      reply.receipt = done.receipt
      return reply
    }
  }

  /// The entry of the log for a step of an application.
  ///
  /// - Parameter more: The statement by which a person decided it.
  func append(
    _ topic: String, _ application: Application, _ call: CallContext,
    to transaction: borrowing WriteTransaction, more: [(String, JSONValue)] = []
  ) throws {
    var members: [(String, JSONValue)] = [
      ("application", .string(application.name)), ("entry", .string(application.entryName)),
      ("applicant", .string(ResourceName.department(application.applicant).text)),
      ("source", .string(ResourceName.department(application.source).text)),
      ("state", .string(application.state.rawValue)),
      ("profile", .string(application.profile.text)),
      ("items", .array(application.use.items.map { .string($0) })),
    ]
    members += application.safeguardMembers
    if !application.form.isEmpty {
      members.append(("form_sha256", .string(application.formHash)))
    }
    if application.state.isAnswered {
      members.append(("approved", .array(application.approvedItems.map { .string($0) })))
    }
    if let reason = application.history.last?.reason, !reason.isEmpty {
      members.append(("reason", .string(reason)))
    }
    try transaction.append(topic: topic, payload: event(call, members + more))
  }
}

extension Application {
  /// By which the form is known everywhere: SHA-256 of its bytes, in hexadecimal.
  var formHash: String { Hex.encode(SHA256.hash(Array(form.utf8))) }
}
