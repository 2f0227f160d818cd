// What becomes of a grant: the security officer takes the duty on; source or authority suspends, resumes, revokes it.

package import Access
package import Contracts
import Database
import Integrity
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  /// meizhou-public-2023/39: with the acceptance the grant begins.
  package func acceptGrant(
    _ request: ShareV1.AcceptGrantRequest, _ call: CallContext
  ) async throws -> ShareV1.Grant {
    try await call.answering(outside.refusals) {
      let officer = request.securityOfficer
      return try await step(
        request.name, call, request.requestID, request, authorise: { try $0.requireGrantee($1) }
      ) {
        grant, profile, actor, time in
        try grant.accepted(by: actor, officer: officer, under: profile, at: time)
      }
    }
  }

  /// luyi-2019/13: with the first filing the grant begins.
  package func fileAccessModes(
    _ request: ShareV1.FileAccessModesRequest, _ call: CallContext
  ) async throws -> ShareV1.Grant {
    try await call.answering(outside.refusals) {
      let modes = try request.accessModes.enumerated().map { index, word in
        guard let mode = AccessMode(rawValue: word) else {
          throw RequestRefusal.malformed(
            field: "access_modes[\(index)]",
            expected: BilingualText(
              AccessMode.allCases.map(\.rawValue).joined(separator: "、"),
              AccessMode.allCases.map(\.rawValue).joined(separator: ", ")))
        }
        return mode
      }
      let reason = request.reason
      return try await step(
        request.name, call, request.requestID, request, authorise: { try $0.requireGrantee($1) }
      ) {
        grant, profile, actor, time in
        try grant.filed(Set(modes), reason: reason, by: actor, under: profile, at: time)
      }
    }
  }

  /// AC-52: what is revoked is denied on the next call.
  package func revokeGrant(
    _ request: ShareV1.RevokeGrantRequest, _ call: CallContext
  ) async throws -> ShareV1.Grant {
    try await call.answering(outside.refusals) {
      let reason = request.reason
      let basis = try request.basis.map { try LegalBasis($0, path: "basis") }
      return try await decide(
        .revokeGrant, request.name, request, request.requestID, call, reason: reason, basis: basis
      ) { grant, actor, time in
        try grant.revoked(by: actor, reason: reason, basis: basis, at: time)
      }
    }
  }

  /// AC-52: what is suspended is denied on the next call, until it is resumed (e.5).
  package func suspendGrant(
    _ request: ShareV1.SuspendGrantRequest, _ call: CallContext
  ) async throws -> ShareV1.Grant {
    try await call.answering(outside.refusals) {
      let reason = request.reason
      return try await decide(
        .suspendGrant, request.name, request, request.requestID, call, reason: reason
      ) { grant, actor, time in try grant.suspended(by: actor, reason: reason, at: time) }
    }
  }

  package func resumeGrant(
    _ request: ShareV1.ResumeGrantRequest, _ call: CallContext
  ) async throws -> ShareV1.Grant {
    try await call.answering(outside.refusals) {
      let reason = request.reason
      return try await decide(
        .resumeGrant, request.name, request, request.requestID, call, reason: reason
      ) { grant, actor, time in try grant.resumed(by: actor, reason: reason, at: time) }
    }
  }

  /// What source or authority decides on a grant, under the person's own signature.
  private func decide<Request: DecidingRequest>(
    _ action: DecisionAction, _ name: String, _ request: Request, _ requestID: String,
    _ call: CallContext, reason: String, basis: LegalBasis? = nil,
    _ rule: @escaping @Sendable (Grant, Actor, Instant) throws -> Grant
  ) async throws -> ShareV1.Grant where Request.Reply == ShareV1.Grant {
    let number = try number(name, in: .grants)
    let actor = actor(of: call)
    let decision: @Sendable (Grant) -> Decision = { grant in
      self.decision(action, on: grant, reason: reason, basis: basis)
    }
    if request.validateOnly {
      let grant = try await database.read { try $0.visibleGrant(number, to: actor) }
      try grant.requireSupervisor(actor)
      let time = now()
      let next = try judged(under: try profile(grant.profile)) { _ in
        try rule(grant, actor, time)
      }
      var reply = try message(next)
      reply.statement = statement(of: decision(grant), call)
      return reply
    }
    return try await step(
      name, call, requestID, request.unsigned, authorise: { try $0.requireSupervisor($1) },
      signing: { grant, transaction in
        try take(request.signed, for: decision(grant), call, in: transaction)
      }
    ) { grant, _, actor, time in try rule(grant, actor, time) }
  }

  private func step(
    _ name: String, _ call: CallContext, _ requestID: String, _ content: some Message,
    authorise: @escaping @Sendable (Grant, Actor) throws -> Void,
    signing:
      @escaping @Sendable (Grant, borrowing WriteTransaction) throws -> [(
        String, JSONValue
      )] = { _, _ in [] },
    _ rule: @escaping @Sendable (Grant, Profile, Actor, Instant) throws -> Grant
  ) async throws -> ShareV1.Grant {
    let number = try number(name, in: .grants)
    let actor = actor(of: call)
    let time = now()
    let done = try await change(
      call, requestID: requestID, content: content,
      authorise: { try authorise($0.visibleGrant(number, to: actor), actor) }
    ) { transaction in
      let grant = try transaction.visibleGrant(number, to: actor)
      let next = try judged(under: try profile(grant.profile)) {
        try rule(grant, $0, actor, time)
      }
      let signed = try signing(grant, transaction)
      try transaction.save(next)
      try append(topic(of: next), next, call, to: transaction, more: signed)
      return try message(resting(next, transaction))
    }
    var reply = done.reply
    reply.receipt = done.receipt
    // What was revoked holds with Ingest too, before anybody is told that it was.
    await outside.awaitFollowers()
    return reply
  }
}
