// ReviewApplication: one side's opinion; the last one answers, and what was approved becomes a grant (AC-43, AC-44).

package import Access
package import Contracts
import Database
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func reviewApplication(
    _ request: ShareV1.ReviewApplicationRequest, _ call: CallContext
  ) async throws -> ShareV1.Application {
    try await call.answering(outside.refusals) {
      let number = try number(request.name, in: .applications)
      let caller = actor(of: call)
      let decisions = try itemDecisions(of: request)
      let time = now()
      let (known, person) = try await database.read { transaction in
        let actor = try acting(caller, in: transaction)
        return (try transaction.visibleApplication(number, to: actor), actor)
      }
      let profile = try profile(known.profile)
      // Who only refuses need not know how the entry is graded now.
      let approves = decisions.contains(where: \.isApproved)
      let entry = approves ? try await entry(known.entryName) : nil
      let receiver = approves ? try await standing(of: known.applicant) : nil
      let review: @Sendable (Application, Actor) throws -> (next: Application, decision: Decision) =
        {
          application, actor in
          let graded = entry.map { application.graded(by: $0, under: profile) } ?? application
          let next = try judged(under: profile) {
            if let receiver { try checkDuties(of: receiver, under: $0) }
            return try graded.reviewed(
              decisions, recipients: request.recipients, reason: request.reason, by: actor,
              under: $0, at: time
            ).keepingAnswer(under: $0, calendar: outside.calendar)
          }
          let decision = decision(toReview: graded, decisions, request, under: profile)
          return (next, decision)
        }
      if request.validateOnly {
        try checkEtag(request.etag, known)
        let (next, decision) = try review(known, person)
        var reply = message(next, under: profile)
        reply.statement = statement(of: decision, call)
        return reply
      }
      let done = try await change(
        call, requestID: request.requestID, content: request.unsigned,
        authorise: { try requireSide(of: caller, in: number, under: profile, $0) }
      ) { transaction in
        let actor = try acting(caller, in: transaction)
        let application = try transaction.visibleApplication(number, to: actor)
        try checkEtag(request.etag, application)
        var (next, decision) = try review(application, actor)
        let signed = try take(request.signed, for: decision, call, in: transaction)
        let made = try makeGrant(of: &next, by: actor, under: profile, in: transaction)
        try transaction.save(next)
        try append(
          next.state.isAnswered ? "share.application_answered" : "share.application_reviewed",
          next, call, to: transaction, more: signed + actor.standing(for: next.source))
        if let made { try append(topic(of: made), made, call, to: transaction) }
        return message(next, under: profile)
      }
      var reply = done.reply
      reply.receipt = done.receipt
      return reply
    }
  }

  /// Asked of a replay, too.
  private func requireSide(
    of caller: Actor, in number: Int64, under profile: Profile,
    _ transaction: borrowing WriteTransaction
  ) throws {
    let actor = try acting(caller, in: transaction)
    let known = try transaction.visibleApplication(number, to: actor)
    try judged(under: profile) { _ = try known.sides(of: actor, under: $0) }
  }

  private func itemDecisions(
    of request: ShareV1.ReviewApplicationRequest
  ) throws -> [ItemDecision] {
    try request.decisions.enumerated().map { index, decision in
      ItemDecision(
        item: decision.item, isApproved: decision.approved, reason: decision.reason,
        basis: try decision.basis.map { try LegalBasis($0, path: "decisions[\(index)].basis") })
    }
  }

  private func makeGrant(
    of application: inout Application, by actor: Actor, under profile: Profile,
    in transaction: borrowing WriteTransaction
  ) throws -> Grant? {
    guard application.state == .approved || application.state == .partlyApproved else {
      return nil
    }
    let standing = try transaction.entryStanding(application.entry)
    let (name, items) = (application.entryName, application.approvedItems)
    try judged(under: profile) {
      try checkStanding(standing, entry: name, items: items, atOnce: false, under: $0)
      try checkMounted(standing, entry: name)
    }
    let number = try transaction.nextNumber("grants")
    guard
      let made = grant(number, from: application, under: profile, by: actor, at: now())
    else { return nil }
    application.grant = number
    try transaction.save(made)
    return made
  }
}
