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
      return try await decide(
        request, request.name, request.requestID, call,
        ["security_officer": .string(officer.isEmpty ? call.principal : officer)],
        authorise: { try $0.requireGrantee($1) }
      ) { grant, profile, actor, time in
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
      let filed = Set(request.accessModes).sorted()
      return try await decide(
        request, request.name, request.requestID, call,
        ["access_modes": .array(filed.map { .string($0) }), "reason": .string(reason)],
        authorise: { try $0.requireGrantee($1) }
      ) { grant, profile, actor, time in
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
      var words: JSONObject = ["reason": .string(reason)]
      if let basis { words["basis"] = basis.stated }
      return try await decide(
        request, request.name, request.requestID, call, words,
        authorise: { try $0.requireSupervisor($1) }
      ) { grant, _, actor, time in
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
        request, request.name, request.requestID, call, ["reason": .string(reason)],
        authorise: { try $0.requireSupervisor($1) }
      ) { grant, _, actor, time in try grant.suspended(by: actor, reason: reason, at: time) }
    }
  }

  package func resumeGrant(
    _ request: ShareV1.ResumeGrantRequest, _ call: CallContext
  ) async throws -> ShareV1.Grant {
    try await call.answering(outside.refusals) {
      let reason = request.reason
      return try await decide(
        request, request.name, request.requestID, call, ["reason": .string(reason)],
        authorise: { try $0.requireSupervisor($1) }
      ) { grant, _, actor, time in try grant.resumed(by: actor, reason: reason, at: time) }
    }
  }

  /// What source, authority or grantee decides on a grant, under the person's own signature.
  ///
  /// - Parameter words: What is decided beside what the grant itself says.
  private func decide<Request: DecidingRequest>(
    _ request: Request, _ name: String, _ requestID: String, _ call: CallContext,
    _ words: JSONObject, authorise: @escaping @Sendable (Grant, Actor) throws -> Void,
    _ rule: @escaping @Sendable (Grant, Profile, Actor, Instant) throws -> Grant
  ) async throws -> ShareV1.Grant where Request.Reply == ShareV1.Grant {
    let number = try number(name, in: .grants)
    let actor = actor(of: call)
    let time = now()
    if request.validateOnly {
      let grant = try await database.read { try $0.visibleGrant(number, to: actor) }
      try authorise(grant, actor)
      let next = try judged(under: try profile(grant.profile)) {
        try rule(grant, $0, actor, time)
      }
      var reply = try message(next)
      reply.statement = statement(of: decision(Request.action, on: grant, words), call)
      return reply
    }
    let done = try await change(
      call, requestID: requestID, content: request.unsigned,
      authorise: { try authorise($0.visibleGrant(number, to: actor), actor) }
    ) { transaction in
      let grant = try transaction.visibleGrant(number, to: actor)
      let next = try judged(under: try profile(grant.profile)) {
        try rule(grant, $0, actor, time)
      }
      let signed = try take(
        request.signed, for: decision(Request.action, on: grant, words), call, in: transaction)
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
