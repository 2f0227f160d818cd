// Subscribe: unconditional items are taken into use at once (AC-40, e.4).

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
  package func subscribe(
    _ request: ShareV1.SubscribeRequest, _ call: CallContext
  ) async throws -> ShareV1.Grant {
    try await call.answering(outside.refusals) {
      let actor = actor(of: call)
      let use = try UseRequest(request, by: actor.department)
      let time = now()
      if request.validateOnly {
        let entry = try await entry(request.entry)
        let receiver = try await self.standing(of: actor.department)
        let made = try await database.read {
          try subscribed(
            0, use, to: entry, standing: $0.entryStanding(entry.number), receiver, actor, time)
        }
        var reply = try message(made)
        reply.statement = statement(
          of: decision(toSubscribe: use, as: made, request: request.requestID), call)
        return reply
      }
      let done = try await change(
        call, requestID: request.requestID, content: request.unsigned, authorise: { _ in },
        needing: {
          (try await entry(request.entry), try await self.standing(of: actor.department))
        }
      ) { needed, transaction in
        let (entry, receiver) = needed
        let made = try subscribed(
          try transaction.nextNumber("grants"), use, to: entry,
          standing: try transaction.entryStanding(entry.number), receiver, actor, time)
        let signed = try take(
          request.signed,
          for: decision(toSubscribe: use, as: made, request: request.requestID),
          making: made.name, call, in: transaction)
        try transaction.save(made)
        try append(topic(of: made), made, call, to: transaction, more: signed)
        return try message(made)
      }
      var reply = done.reply
      reply.receipt = done.receipt
      return reply
    }
  }

  private func subscribed(
    _ number: Int64, _ use: UseRequest, to entry: SharedEntry, standing: EntryStanding?,
    _ receiver: DepartmentStanding, _ actor: Actor, _ time: Instant
  ) throws -> Grant {
    let profile = try governingProfile(of: entry, in: outside.profiles, on: time.civilDate)
    return try judged(under: profile) {
      try checkStanding(standing, entry: entry.name, items: use.items, atOnce: true, under: $0)
      try checkMounted(standing, entry: entry.name)
      try checkDuties(of: receiver, under: $0)
      try checkFunction(use, of: receiver, under: $0)
      return try ShareRules.subscribe(number, use: use, to: entry, by: actor, under: $0, at: time)
    }
  }

  /// What other services are told of a grant as it stands.
  func topic(of grant: Grant) -> String {
    switch grant.state {
    case .pendingAcceptance: "share.grant_offered"
    case .active: "share.grant_activated"
    case .suspended: "share.grant_suspended"
    case .expired: "share.grant_expired"
    case .revoked: "share.grant_revoked"
    case .ended: "share.grant_ended"
    }
  }

  /// The entry of the log for a step of a grant.
  ///
  /// - Parameters:
  ///   - call: `nil` where the clock or another service made the step.
  ///   - more: The statement by which a person decided it.
  func append(
    _ topic: String, _ grant: Grant, _ call: CallContext?,
    to transaction: borrowing WriteTransaction, more: [(String, JSONValue)] = []
  ) throws {
    try transaction.append(
      topic: topic,
      payload: event(call, grantMembers(grant) + transaction.groundMembers(of: grant) + more))
  }

  func grantMembers(_ grant: Grant) -> [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("grant", .string(grant.name)), ("entry", .string(grant.entryName)),
      ("grantee", .string(ResourceName.department(grant.grantee).text)),
      ("source", .string(ResourceName.department(grant.source).text)),
      ("until", .string(grant.until.iso)), ("state", .string(grant.state.rawValue)),
      ("items", .array(grant.items.map { .string($0) })),
      ("purpose", .string(grant.purpose)), ("profile", .string(grant.profile.text)),
    ]
    if let application = grant.application {
      members.append(("application", .string(ResourceName.application(application).text)))
    }
    if !grant.systems.isEmpty {
      members.append(
        ("systems", .array(grant.systems.names(in: grant.grantee).map { .string($0) })))
    }
    members += grant.recipients.loggedMembers
    if !grant.accessModes.isEmpty {
      members.append(
        ("access_modes", .array(grant.accessModes.map(\.rawValue).sorted().map { .string($0) })))
    }
    if !grant.securityOfficer.isEmpty {
      members.append(("security_officer", .string(grant.securityOfficer)))
    }
    if let reason = grant.history.last?.reason, !reason.isEmpty {
      members.append(("reason", .string(reason)))
    }
    return members
  }
}

extension SQLReading where Self: ~Copyable {
  /// What Ingest keeps of a grant before its first use: on what it rests, and that its persons have signed by now.
  func groundMembers(of grant: Grant) throws -> [(String, JSONValue)] {
    let signed = try grounds(of: grant)
    if signed.isEmpty { return [] }
    return [
      ("origin", .string(GrantDocument(grant, issued: grant.created).origin(signed))),
      (
        "statements",
        .array(
          signed.map { .string(Hex.encode(SHA256.hash(CanonicalJSON.encode($0.json)))) })
      ),
    ]
  }
}
