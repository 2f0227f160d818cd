// DecideVerificationRequest: the source accepts and the answer is made, or it declines citing law (e.6). The claim goes.

package import Access
package import Contracts
import Database
import Integrity
import RPC
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func decideVerificationRequest(
    _ request: ShareV1.DecideVerificationRequestRequest, _ call: CallContext
  ) async throws -> ShareV1.VerificationRequest {
    try await call.answering(outside.refusals) {
      let number = try number(request.name, in: .verificationRequests)
      if request.validateOnly, [.accept, .decline].contains(request.decision) {
        return try await question(number, request, call)
      }
      switch request.decision {
      case .accept: return try await accept(number, request, call)
      case .decline: return try await decline(number, request, call)
      case .unspecified, .unrecognized:
        throw RequestRefusal.malformed(
          field: "decision", expected: BilingualText("ACCEPT 或 DECLINE", "ACCEPT or DECLINE"))
      }
    }
  }

  /// What the source's person is to sign.
  private func question(
    _ number: Int64, _ request: ShareV1.DecideVerificationRequestRequest, _ call: CallContext
  ) async throws -> ShareV1.VerificationRequest {
    let caller = actor(of: call)
    let basis = try request.basis.map { try LegalBasis($0, path: "basis") }
    let time = now()
    return try await database.read { transaction in
      let actor = try acting(caller, in: transaction)
      let verification = try transaction.visibleVerification(number, to: actor)
      let profile = try profile(verification.profile)
      try judged(under: profile) {
        try verification.checkDecidable(by: actor, under: $0)
        if request.decision == .accept { try verification.checkAnswerable(by: actor) }
        if request.decision == .decline {
          _ = try verification.declined(
            reason: request.reason, basis: basis, by: actor, under: $0, at: time)
        }
      }
      var reply = message(verification, under: profile)
      reply.statement = statement(
        of: try decision(
          toAnswer: verification, claim: try waitingClaim(of: verification, in: transaction),
          request,
          basis: basis), call)
      return reply
    }
  }

  /// The claim as it waits, salted by a key of this service: whoever reads the log cannot guess whom it is about.
  private func waitingClaim(
    of verification: Verification, in transaction: borrowing some SQLReading & ~Copyable
  ) throws -> IngestV1.VerifyClaimRequest {
    guard let sealed = try transaction.sealedClaim(verification.number) else {
      throw UnreadableContent(what: "claim of \(verification.name)")
    }
    var claim = try outside.vault.open(sealed, request: verification.number)
    claim.salt = try outside.vault.digest(of: claim)
    claim.requester = ResourceName.department(verification.requester).text
    return claim
  }

  private func decline(
    _ number: Int64, _ request: ShareV1.DecideVerificationRequestRequest, _ call: CallContext
  ) async throws -> ShareV1.VerificationRequest {
    let caller = actor(of: call)
    let time = now()
    let basis = try request.basis.map { try LegalBasis($0, path: "basis") }
    let done = try await change(
      call, requestID: request.requestID, content: request.unsigned,
      authorise: { try authorise(caller, number, in: $0) }
    ) { transaction in
      let actor = try acting(caller, in: transaction)
      let verification = try transaction.visibleVerification(number, to: actor)
      let profile = try profile(verification.profile)
      let next = try judged(under: profile) {
        try verification.declined(
          reason: request.reason, basis: basis, by: actor, under: $0, at: time
        ).keepingReading(under: $0, calendar: outside.calendar)
      }
      let signed = try take(
        request.signed,
        for: try decision(
          toAnswer: verification, claim: try waitingClaim(of: verification, in: transaction),
          request,
          basis: basis), call, in: transaction)
      try transaction.saveDecided(next)
      try append(
        "share.verification_declined", next, call, to: transaction,
        more: signed + actor.standing(for: next.source))
      return message(next, under: profile)
    }
    var reply = done.reply
    reply.receipt = done.receipt
    return reply
  }

  private func accept(
    _ number: Int64, _ request: ShareV1.DecideVerificationRequestRequest, _ call: CallContext
  ) async throws -> ShareV1.VerificationRequest {
    let actor = actor(of: call)
    try outside.admitData()
    var opened: CommonV1.Receipt?
    let done = try await change(
      call, requestID: request.requestID, content: request.unsigned,
      authorise: { try authorise(actor, number, in: $0) },
      needing: {
        let told = try await answer(number, request, by: actor, call)
        opened = told.receipt
        return told
      }
    ) { told, transaction in
      let verification = try transaction.visibleVerification(number, to: actor)
      let next = try judged(under: try profile(verification.profile)) {
        try verification.answered(
          told.answer, membershipHarmless: told.isMembershipHarmless, by: actor, under: $0,
          at: now()
        ).keepingReading(under: $0, calendar: outside.calendar)
      }
      let signed = try take(request.signed, for: told.decision, call, in: transaction)
      try transaction.saveDecided(next)
      try append("share.verification_answered", next, call, to: transaction, more: signed)
      return message(next, under: try profile(next.profile))
    }
    var reply = done.reply
    reply.receipt = opened ?? done.receipt
    return reply
  }

  private struct Told: Sendable {
    let decision: Decision
    let answer: VerificationAnswer
    let isMembershipHarmless: Bool
    let receipt: CommonV1.Receipt?
  }

  /// Lets Ingest answer the claim. First the decision, durable; a second try after a stop in between finds the claim still waiting.
  private func answer(
    _ number: Int64, _ request: ShareV1.DecideVerificationRequestRequest, by actor: Actor,
    _ call: CallContext
  ) async throws -> Told {
    let signed = request.signed.map { SignedStatement($0) }
    let basis = try request.basis.map { try LegalBasis($0, path: "basis") }
    let (verification, decision, asked) = try await database.write { transaction in
      let actor = try acting(actor, in: transaction)
      let verification = try transaction.visibleVerification(number, to: actor)
      try judged(under: try profile(verification.profile)) {
        try verification.checkDecidable(by: actor, under: $0)
        try verification.checkAnswerable(by: actor)
      }
      let claim = try waitingClaim(of: verification, in: transaction)
      let decision = try self.decision(
        toAnswer: verification, claim: claim, request, basis: basis)
      _ = try outside.decisions.check(signed, for: decision, by: call.caller)
      try appendDecision(verification, call, to: transaction)
      return (verification, decision, claim)
    }
    let entry = try await entry(verification.entryName)
    var claim = asked
    claim.decision = request.signed
    let answer = try await outside.peers.verifyClaim(claim, try call.onward())
    guard let told = answer.answer.answer else { throw UnreadableContent(what: "answer of ingest") }
    return Told(
      decision: decision, answer: told, isMembershipHarmless: entry.isMembershipHarmless,
      receipt: answer.receipt)
  }

  /// The source's own people decide (e.6); asked of a replay, too.
  private func authorise(
    _ caller: Actor, _ number: Int64, in transaction: borrowing WriteTransaction
  ) throws {
    let actor = try acting(caller, in: transaction)
    let verification = try transaction.visibleVerification(number, to: actor)
    try judged(under: try profile(verification.profile)) {
      try verification.requireSource(actor, under: $0)
    }
  }

  private func appendDecision(
    _ verification: Verification, _ call: CallContext, to transaction: borrowing WriteTransaction
  ) throws {
    try transaction.append(
      topic: "share.decision",
      payload: event(
        call,
        [
          ("grant", .string("")), ("entry", .string(verification.entryName)),
          ("grantee", .string(ResourceName.department(verification.requester).text)),
          ("method", .string(call.rpc.path)), ("purpose", .string(verification.purpose)),
          ("case", .string(verification.caseNumber)),
          ("items", .array([.string(verification.item)])),
          ("request", .string(verification.name)),
          ("person", .string(call.caller.personName ?? "")),
        ]))
  }

  package func getVerificationRequest(
    _ request: ShareV1.GetVerificationRequestRequest, _ call: CallContext
  ) async throws -> ShareV1.VerificationRequest {
    try await call.answering(outside.refusals) {
      let number = try number(request.name, in: .verificationRequests)
      let actor = actor(of: call)
      let found = try await database.read { try $0.visibleVerification(number, to: actor) }
      return message(found, under: try profile(found.profile))
    }
  }

  package func listVerificationRequests(
    _ request: ShareV1.ListVerificationRequestsRequest, _ call: CallContext
  ) async throws -> ShareV1.ListVerificationRequestsResponse {
    try await call.answering(outside.refusals) {
      let department = call.caller.department
      let size = PageSize.bounded(request.pageSize)
      let after = try place(request.pageToken)
      let found = try await database.read {
        try $0.verifications(of: department, after: after, limit: size + 1)
      }
      return ShareV1.ListVerificationRequestsResponse(
        requests: try found.prefix(size).map { message($0, under: try profile($0.profile)) },
        nextPageToken: next(found, size) { [$0.number] })
    }
  }
}

extension SQLReading where Self: ~Copyable {
  /// A request, for the department that made it and the source; to others it does not exist.
  func visibleVerification(_ number: Int64, to actor: Actor) throws -> Verification {
    guard let found = try verification(number),
      found.isParty(actor.department) || actor.standsFor.contains(found.source)
    else {
      throw RequestRefusal.unknownResource(
        field: "name", name: ResourceName.verificationRequest(number).text)
    }
    return found
  }
}

extension IngestV1.VerifyClaimResponse.Answer {
  fileprivate var answer: VerificationAnswer? {
    switch self {
    case .match: .match
    case .noMatch: .noMatch
    case .notFound: .notFound
    case .unspecified, .unrecognized: nil
    }
  }
}
