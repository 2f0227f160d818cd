// Asking for an act, approving another person's, and listing them (AC-93).

package import Access
import AuditRules
import AuditStore
package import Contracts
import Crypto
import Database
import Integrity
import Regulation
import Vocabulary

extension AuditCalls {
  private static let reasonLimit = 500

  package func requestAct(
    _ request: AuditV1.RequestActRequest, _ call: CallContext
  ) async throws -> AuditV1.Act {
    try await call.answering(refusals) {
      guard let kind = ActKind(rawValue: request.kind) else {
        throw AuditRefusal.malformed(field: "kind")
      }
      let reason = request.reason
      guard !reason.isEmpty, reason.utf8.count <= Self.reasonLimit else {
        throw AuditRefusal.malformed(field: "reason")
      }
      guard !IdentityNumbers.occur(in: reason) else {
        throw AuditRefusal.identityNumberInText(field: "reason")
      }
      let now = acts.real()
      var subject: [UInt8] = []
      switch kind {
      case .destroyMonth:
        guard LogRetention.isMonth(request.month) else {
          throw AuditRefusal.malformed(field: "month")
        }
      case .traceSubject: subject = try digest(of: request.subject)
      case .admitOrigin:
        guard Origin(text: request.origin) != nil else {
          throw AuditRefusal.malformed(field: "origin")
        }
      }
      let asked = TwoPersonAct(
        number: 0, kind: kind, month: kind == .destroyMonth ? request.month : "",
        subject: subject, origin: kind == .admitOrigin ? request.origin : "", reason: reason,
        requester: call.principal, requested: now,
        until: now.adding(milliseconds: Int64(TwoPersonAct.approvalDays) * 86_400_000))
      let (retention, today) = (acts.retention, now.civilDate)
      let time = civil()
      let decision = decision(toRequest: asked)
      if request.validateOnly {
        try await database.read { try $0.requireOpen(asked, retention, today: today) }
        var reply = AuditV1.Act(asked, at: now)
        reply.statement = acts.decisions.statement(of: decision, by: call.caller)
        return reply
      }
      let change = try change(request, requestID: request.requestID, call)
      return try await database.write { transaction in
        if let known = try transaction.answered(change) { return known }
        try transaction.requireOpen(asked, retention, today: today)
        let act = try transaction.insert(asked)
        let signed = try take(request.signed, for: decision, of: act, call, in: transaction)
        try transaction.append(
          topic: "audit.act_requested",
          payload: entry(act, JSONObject([("reason", .string(reason))] + signed), call, at: time))
        return try transaction.keep(AuditV1.Act(act, at: now), as: change)
      }
    }
  }

  package func approveAct(
    _ request: AuditV1.ApproveActRequest, _ call: CallContext
  ) async throws -> AuditV1.Act {
    try await call.answering(refusals) {
      let number = try Self.number(request.name, field: "name")
      let (now, time, retention) = (acts.real(), civil(), acts.retention)
      if request.validateOnly {
        return try await database.read { transaction in
          guard let act = try transaction.act(number) else {
            throw AuditRefusal.noSuchAct(request.name)
          }
          var reply = AuditV1.Act(try act.approved(by: call.principal, at: now), at: now)
          reply.statement = acts.decisions.statement(
            of: decision(toApprove: act), by: call.caller)
          return reply
        }
      }
      let change = try change(request, requestID: request.requestID, call)
      let reply = try await database.write { transaction in
        if let known = try transaction.answered(change) { return known }
        guard let act = try transaction.act(number) else {
          throw AuditRefusal.noSuchAct(request.name)
        }
        let approved = try act.approved(by: call.principal, at: now)
        var details: JSONObject = [
          "requested_by": .string(act.requester), "reason": .string(act.reason),
        ]
        if act.kind == .destroyMonth {
          let month = try transaction.requireDestroyable(
            act.month, retention, today: now.civilDate)
          try transaction.destroyed(act.month, at: now)
          details["first"] = .integer(Int64(clamping: month.first))
          details["entries"] = .integer(Int64(clamping: month.entries))
          details["article"] = .string(retention.years.citation.text)
        }
        let signed = try take(
          request.signed, for: decision(toApprove: act), of: act, call, in: transaction)
        for (name, value) in signed { details[name] = value }
        try transaction.save(approved)
        if let origin = Origin(text: act.origin) { try transaction.admit(origin) }
        let topic =
          switch act.kind {
          case .destroyMonth: "audit.month_destroyed"
          case .traceSubject: "audit.act_approved"
          case .admitOrigin: "audit.origin_admitted"
          }
        try transaction.append(topic: topic, payload: entry(approved, details, call, at: time))
        return try transaction.keep(AuditV1.Act(approved, at: now), as: change)
      }
      if reply.kind == ActKind.destroyMonth.rawValue {
        let keys = keys
        // Durable first, then the keys; a stop in between is made up for at the next start, or by who asks again. On a thread that may
        // wait.
        try await database.write { _ in try keys.destroy(reply.month) }
      }
      if reply.kind == ActKind.admitOrigin.rawValue { board.coverage.tell() }
      return reply
    }
  }

  package func listActs(
    _ request: AuditV1.ListActsRequest, _ call: CallContext
  ) async throws -> AuditV1.ListActsResponse {
    try await call.answering(refusals) {
      guard let before = PageToken(request.pageToken, count: 1)?.numbers[0], before >= 0 else {
        throw RequestRefusal.pageTokenUnknown
      }
      let size = PageSize.bounded(request.pageSize)
      let found = try await database.read {
        try $0.acts(before: before == 0 ? .max : before, limit: size)
      }
      try await note("audit.acts_read", ["count": .integer(Int64(found.count))], call)
      let now = acts.real()
      return AuditV1.ListActsResponse(
        acts: found.map { AuditV1.Act($0, at: now) },
        nextPageToken: found.count == size ? PageToken([found.last?.number ?? 0]).text : "")
    }
  }

  // MARK: Parts

  /// The number of `acts/1`.
  static func number(_ name: String, field: String) throws(AuditRefusal) -> Int64 {
    guard name.hasPrefix("acts/"), let number = Int64(name.dropFirst(5)), number > 0,
      name == "acts/\(number)"
    else { throw .malformed(field: field) }
    return number
  }

  /// What ties an act to a person without saying who it is: the identifier hashed with a salt that this service alone can make. It
  /// stands in both persons' statements, and Ingest compares it.
  func digest(of subject: IngestV1.Subject?) throws -> [UInt8] {
    guard let subject, !subject.identity.isEmpty else {
      throw AuditRefusal.malformed(field: "subject")
    }
    return Hex.decode(subject.digest(salt: try keys.actCode(of: subject.identity))) ?? []
  }

  private func decision(toRequest act: TwoPersonAct) -> Decision {
    Decision(.requestAct, on: "acts", etag: "", profile: "", act.stated)
  }

  private func decision(toApprove act: TwoPersonAct) -> Decision {
    var decided = act.stated
    decided["requester"] = .string(act.requester)
    return Decision(
      .approveAct, on: act.name, etag: act.state.rawValue, profile: "", decided)
  }

  /// Takes a person's statement of an act, and keeps it by the act's name.
  private func take(
    _ signed: CommonV1.SignedDecision?, for decision: Decision, of act: TwoPersonAct,
    _ call: CallContext, in transaction: borrowing WriteTransaction
  ) throws -> [(String, JSONValue)] {
    try acts.decisions.take(
      signed.map { SignedStatement($0) }, for: decision, by: call.caller
    ) { hash, signed in
      try transaction.keepStatement(
        hash: hash, resource: act.name, action: decision.action.rawValue, signed: signed)
    }
  }

  private func entry(
    _ act: TwoPersonAct, _ details: JSONObject, _ call: CallContext, at time: Instant
  ) -> JSONValue {
    var payload = details
    payload["act"] = .string(act.name)
    payload["kind"] = .string(act.kind.rawValue)
    if !act.month.isEmpty { payload["month"] = .string(act.month) }
    if !act.origin.isEmpty { payload["origin"] = .string(act.origin) }
    return .object(signed(payload, call, at: time))
  }
}

extension TwoPersonAct {
  /// What both persons sign of it.
  fileprivate var stated: JSONObject {
    var stated: JSONObject = [
      "kind": .string(kind.rawValue), "month": .string(month),
      "subject": .string(Hex.encode(subject)), "reason": .string(reason),
    ]
    if !origin.isEmpty { stated["origin"] = .string(origin) }
    return stated
  }
}

extension SQLReading where Self: ~Copyable {
  /// What an act asks for can be done now.
  fileprivate func requireOpen(
    _ act: TwoPersonAct, _ retention: LogRetention, today: CivilDate
  ) throws {
    switch act.kind {
    case .destroyMonth: _ = try requireDestroyable(act.month, retention, today: today)
    case .traceSubject: break
    case .admitOrigin:
      guard try withheldOrigins().contains(act.origin) else {
        throw AuditRefusal.noSuchOrigin(act.origin)
      }
    }
  }

  /// The month, which the log has, whose term is over and whose contents are still kept.
  fileprivate func requireDestroyable(
    _ month: String, _ retention: LogRetention, today: CivilDate
  ) throws -> StoredMonth {
    guard let stored = try storedMonths().first(where: { $0.month == month }) else {
      throw AuditRefusal.noSuchMonth(month)
    }
    try retention.requireEnded(month, today: today)
    guard stored.destroyed == nil else { throw AuditRefusal.monthDestroyed(month) }
    return stored
  }
}

extension AuditV1.Act {
  init(_ act: TwoPersonAct, at now: Instant) {
    self.init(
      name: act.name, kind: act.kind.rawValue, month: act.month, reason: act.reason,
      requestedBy: act.requester, requestedAt: GoogleProtobuf.Timestamp(act.requested),
      approvedBy: act.approver, approvedAt: act.approved.map { GoogleProtobuf.Timestamp($0) },
      state: act.state(at: now).rawValue, until: GoogleProtobuf.Timestamp(act.until),
      origin: act.origin)
  }
}
