// ConcludeCase, ConfirmCase, HoldLine: persons check a lead; a hit is never a verdict (meizhou-specific-2021/24, 25).

package import Access
package import Contracts
import Database
import Integrity
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package func concludeCase(
    _ request: ShareV1.ConcludeCaseRequest, _ call: CallContext
  ) async throws -> ShareV1.Case {
    try await call.answering(outside.refusals) {
      let conclusion = Conclusion(
        outcome: request.outcome.outcome,
        evidence: request.evidence.map {
          Evidence(kind: $0.kind, date: $0.date, seenBy: $0.seenBy, note: $0.note)
        }, reason: request.reason, isReferred: request.refer)
      if case .unrecognized = request.outcome {
        throw RequestRefusal.malformed(
          field: "outcome", expected: BilingualText("已知的结论", "a known outcome"))
      }
      return try await step(
        request, request.name, request.requestID, call,
        [
          "outcome": .string(request.outcomeWord), "refer": .string(request.refer ? "yes" : "no"),
          "words": .string(request.wordsDigest),
        ]
      ) { checked, profile, actor, time in
        try checked.concluded(conclusion, by: actor, under: profile, at: time)
      }
    }
  }

  package func confirmCase(
    _ request: ShareV1.ConfirmCaseRequest, _ call: CallContext
  ) async throws -> ShareV1.Case {
    try await call.answering(outside.refusals) {
      let (isConfirmed, reason) = (request.confirmed, request.reason)
      return try await step(
        request, request.name, request.requestID, call,
        [
          "confirmed": .string(isConfirmed ? "yes" : "no"), "words": .string(request.wordsDigest),
        ]
      ) { checked, profile, actor, time in
        try checked.confirmed(isConfirmed, reason: reason, by: actor, under: profile, at: time)
      }
    }
  }

  package func holdLine(
    _ request: ShareV1.HoldLineRequest, _ call: CallContext
  ) async throws -> ShareV1.Case {
    try await call.answering(outside.refusals) {
      let wire = request.hold ?? ShareV1.Hold()
      var hold: Hold?
      if !wire.reason.isEmpty {
        guard let until = try day(wire.until, field: "hold.until") else {
          throw RequestRefusal.missing(field: "hold.until")
        }
        hold = Hold(
          official: wire.official.isEmpty ? call.principal : wire.official, reason: wire.reason,
          notice: wire.notice, until: until)
      }
      let wanted = hold
      return try await step(
        request, request.name, request.requestID, call,
        [
          "official": .string(hold?.official ?? ""), "until": .string(hold?.until.iso ?? ""),
          "words": .string(request.wordsDigest),
        ]
      ) { checked, profile, actor, time in
        try checked.held(wanted, by: actor, under: profile, at: time)
      }
    }
  }

  /// One step of a case, under the person's own signature. What persons wrote about a case is not kept a second time: a replay is
  /// answered with the case as it stands.
  private func step<Request: DecidingRequest>(
    _ request: Request, _ name: String, _ requestID: String, _ call: CallContext,
    _ words: JSONObject,
    _ rule: @escaping @Sendable (ComparisonCase, Profile, Actor, Instant) throws -> ComparisonCase
  ) async throws -> ShareV1.Case where Request.Reply == ShareV1.Case {
    guard let resource = ResourceName(name, in: .cases), let number = resource.number,
      let comparison = resource.parentNumber
    else {
      throw RequestRefusal.malformed(
        field: "name", expected: BilingualText("线索的名称", "the name of a case"))
    }
    let actor = actor(of: call)
    let time = now()
    if request.validateOnly {
      return try await database.read {
        let (run, checked) = try $0.ownCase(comparison, number, of: actor, outside.vault)
        let next = try judged(under: try profile(run.profile)) {
          try rule(checked, $0, actor, time)
        }
        var reply = message(
          next, profile: run.profile.text, entry: ResourceName.entry(run.entry).text)
        reply.statement = statement(
          of: decision(Request.action, on: checked, of: run, words), call)
        return reply
      }
    }
    // Kept for a replay is the case's name alone.
    let done = try await change(
      call, requestID: requestID, content: request.unsigned,
      authorise: { _ = try $0.ownCase(comparison, number, of: actor, outside.vault) }
    ) { transaction in
      let (run, checked) = try transaction.ownCase(comparison, number, of: actor, outside.vault)
      let next = try judged(under: try profile(run.profile)) {
        try rule(checked, $0, actor, time)
      }
      let signed = try take(
        request.signed, for: decision(Request.action, on: checked, of: run, words), call,
        in: transaction)
      try transaction.save(next, outside.vault)
      try append(
        "share.case_\(next.state.rawValue)", next, run, call, more: signed, to: transaction)
      return ShareV1.Case(name: next.name)
    }
    let (run, checked) = try await database.read {
      try $0.ownCase(comparison, number, of: actor, outside.vault)
    }
    var reply = message(
      checked, profile: run.profile.text, entry: ResourceName.entry(run.entry).text)
    reply.receipt = done.receipt
    return reply
  }

  /// The entry of the log for a step of a case: where it stands and who decided, no word on the person.
  func append(
    _ topic: String, _ checked: ComparisonCase, _ run: ComparisonRun, _ call: CallContext?,
    more: [(String, JSONValue)] = [], to transaction: borrowing WriteTransaction
  ) throws {
    var members: [(String, JSONValue)] = [
      ("case_name", .string(checked.name)), ("comparison", .string(run.name)),
      ("grant", .string(ResourceName.grant(run.grant).text)),
      ("entry", .string(ResourceName.entry(run.entry).text)),
      ("department", .string(ResourceName.department(run.department).text)),
      ("state", .string(checked.state.rawValue)),
      ("outcome", .string(checked.outcome?.rawValue ?? "")),
      ("concluded_by", .string(checked.concludedBy)),
      ("confirmed_by", .string(checked.confirmedBy)), ("referred", .bool(checked.isReferred)),
    ]
    if let hold = checked.hold {
      members.append(("held_by", .string(hold.official)))
      members.append(("held_until", .string(hold.until.iso)))
    }
    try transaction.append(topic: topic, payload: event(call, members + more))
  }
}

extension SQLReading where Self: ~Copyable {
  /// A case of a run of the caller's own department; to others it does not exist (AC-53).
  fileprivate func ownCase(
    _ comparison: Int64, _ number: Int64, of actor: Actor, _ vault: ClaimVault
  ) throws -> (ComparisonRun, ComparisonCase) {
    let run = try ownComparison(comparison, of: actor)
    guard let checked = try comparisonCase(comparison, number, vault) else {
      throw RequestRefusal.unknownResource(
        field: "name", name: ResourceName.comparisonCase(comparison, number).text)
    }
    return (run, checked)
  }
}
