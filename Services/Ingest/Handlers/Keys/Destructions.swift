// RequestDestruction, ApproveDestruction and reading them: two persons of the source decide, each by his own signature (AC-93).

package import Access
package import Contracts
import Crypto
import Database
import IngestRules
import IngestStore
import Integrity
import Vocabulary

extension IngestService {
  package func requestDestruction(
    _ request: IngestV1.RequestDestructionRequest, _ call: CallContext
  ) async throws -> IngestV1.Destruction {
    try await call.answering(outside.recorder) {
      let reason = try bounded(request.reason, field: "reason")
      let wanted = try await wanted(request, reason, call)
      let targets = try await targets(of: wanted, about: request.subject)
      let time = outside.real()
      if request.validateOnly {
        return try await database.read { transaction in
          try transaction.checkHolds(targets, wanted.kind)
          var reply = message(wanted, at: time)
          reply.statement = try outside.decisions.statement(
            of: decision(.requestDestruction, on: wanted, in: transaction), by: call.caller)
          return reply
        }
      }
      let change = try ChangeRequest(
        request.unsigned, requestID: request.requestID, call, digests: keys.pseudonyms)
      return try await database.write { transaction in
        if let answer = try transaction.answer(to: change) {
          return try IngestV1.Destruction(serialized: answer)
        }
        try transaction.checkHolds(targets, wanted.kind)
        let signed = try take(
          request.signed, decision(.requestDestruction, on: wanted, in: transaction), call,
          in: transaction)
        let asked = wanted.numbered(try transaction.nextDestruction())
        try transaction.insert(asked)
        try transaction.append(
          topic: "ingest.destruction_requested",
          payload: event(call, asked.members + [("reason", .string(reason))] + signed))
        let reply = message(asked, at: time)
        try transaction.keep(answer: try reply.serialized(), of: change.key)
        return reply
      }
    }
  }

  /// With the second person's signature the data are destroyed; the certificate is the receipt of the entry that says so.
  package func approveDestruction(
    _ request: IngestV1.ApproveDestructionRequest, _ call: CallContext
  ) async throws -> IngestV1.Destruction {
    try await call.answering(outside.recorder) {
      let standing = try await ownDestruction(request.name, call)
      let person = call.principal
      let known = standing.destruction
      let subject = known.kind == .subject ? try code(of: request.subject) : []
      let time = outside.real()
      if request.validateOnly {
        let targets = try await targets(of: known, about: request.subject)
        return try await database.read { transaction in
          _ = try known.approved(by: person, about: subject, at: time)
          try transaction.checkHolds(targets, known.kind)
          var reply = message(known, at: time)
          reply.statement = try outside.decisions.statement(
            of: decision(.approveDestruction, on: known, in: transaction), by: call.caller)
          return reply
        }
      }
      let change = try ChangeRequest(
        request.unsigned, requestID: request.requestID, call, digests: keys.pseudonyms)
      let named =
        try known.kind == .subject ? (request.subject ?? IngestV1.Subject()).serialized() : nil
      let manifests = keys.manifests
      let targets =
        known.state == .requested ? try await targets(of: known, about: request.subject) : []
      try await database.write { transaction in
        if try transaction.answer(to: change) != nil { return }
        guard let now = try transaction.destruction(known.number)?.destruction else {
          throw RequestRefusal.unknownResource(field: "name", name: request.name)
        }
        let approved = try now.approved(by: person, about: subject, at: time)
        try transaction.checkHolds(targets, now.kind)
        let signed = try take(
          request.signed, decision(.approveDestruction, on: now, in: transaction), call,
          in: transaction)
        let sealed = try named.map {
          try manifests.seal($0, at: .destruction(known.number), in: transaction)
        }
        try transaction.approve(approved, sealedSubject: sealed)
        try transaction.append(
          topic: "ingest.destruction_approved",
          payload: event(
            call, approved.members + [("requested_by", .string(approved.requester))] + signed))
        try transaction.keep(answer: [0], of: change.key)
      }
      try await carryOut(known.number)
      return try message(await ownDestruction(request.name, call), at: time)
    }
  }

  package func getDestruction(
    _ request: IngestV1.GetDestructionRequest, _ call: CallContext
  ) async throws -> IngestV1.Destruction {
    try await call.answering(outside.recorder) {
      try message(await ownDestruction(request.name, call), at: outside.real())
    }
  }

  package func listDestructions(
    _ request: IngestV1.ListDestructionsRequest, _ call: CallContext
  ) async throws -> IngestV1.ListDestructionsResponse {
    try await call.answering(outside.recorder) {
      guard let token = PageToken(request.pageToken, count: 1) else {
        throw RequestRefusal.pageTokenUnknown
      }
      let size = PageSize.bounded(request.pageSize)
      let before = request.pageToken.isEmpty ? Int64.max : token.numbers[0]
      let owner = call.caller.department
      let found = try await database.read {
        try $0.destructions(owner: owner, before: before, limit: size)
      }
      let time = outside.real()
      return IngestV1.ListDestructionsResponse(
        destructions: found.map { message($0.destruction, at: time) },
        nextPageToken: found.count == size
          ? PageToken([found.last?.destruction.number ?? 0]).text : "")
    }
  }

  // MARK: - What is asked for

  private func wanted(
    _ request: IngestV1.RequestDestructionRequest, _ reason: String, _ call: CallContext
  ) async throws -> Destruction {
    guard let kind = DestructionKind(rawValue: request.kind) else { throw KeyRefusal.kindUnknown }
    let entry =
      request.entry.isEmpty && kind == .subject
      ? 0 : try number(request.entry, in: .entries, field: "entry")
    var subject: [UInt8] = []
    switch kind {
    case .register: guard request.subject == nil else { throw KeyRefusal.subjectOfRegister }
    case .subject: subject = try code(of: request.subject)
    }
    if entry != 0 {
      guard let register = try await database.read({ try $0.register(entry) }) else {
        throw DataRefusal.nothingDelivered(entry: request.entry)
      }
      guard register.owner == call.caller.department else {
        throw DataRefusal.notOwner(entry: request.entry)
      }
    }
    return Destruction(
      number: 0, kind: kind, entry: entry, owner: call.caller.department, subject: subject,
      reason: reason, requester: call.principal, requested: outside.real())
  }

  /// What ties a destruction to a person without saying who it is.
  private func code(of subject: IngestV1.Subject?) throws -> [UInt8] {
    guard let subject else { throw KeyRefusal.subjectMissing }
    let words: [UInt8]
    switch try SubjectIdentifier(subject) {
    case .block(let block): words = block.bytes
    case .document(let type, let number): words = Array("\(type)\0\(number)".utf8)
    }
    return Array(keys.pseudonyms.code(of: Array("weir-destruction\n".utf8) + words).prefix(16))
  }

  /// The registers concerned with the records that would go; `nil` for all of a register.
  private func targets(
    of destruction: Destruction, about subject: IngestV1.Subject?
  ) async throws -> [(entry: Int64, records: [Int64]?)] {
    if destruction.kind == .register { return [(destruction.entry, nil)] }
    let subject = try SubjectIdentifier(subject)
    var targets: [(entry: Int64, records: [Int64]?)] = []
    for entry in try await entries(of: destruction) {
      let records = try await erasable(subject, in: entry)?.records ?? []
      targets.append((entry, records))
    }
    return targets
  }

  /// The registers in which a destruction looks.
  func entries(of destruction: Destruction) async throws -> [Int64] {
    if destruction.entry != 0 { return [destruction.entry] }
    return try await database.read { try $0.registers(of: destruction.owner) }
  }

  private func decision(
    _ action: DecisionAction, on destruction: Destruction,
    in transaction: borrowing some SQLReading & ~Copyable
  ) throws -> Decision {
    let entry = destruction.entry
    return Decision(
      action,
      on: action == .requestDestruction
        ? ResourceName.department(destruction.owner).text : destruction.name,
      etag: action == .requestDestruction ? "" : destruction.etag,
      profile: try transaction.knownEntry(entry)?.profile ?? "",
      JSONObject(destruction.decided))
  }

  private func take(
    _ signed: CommonV1.SignedDecision?, _ decision: Decision, _ call: CallContext,
    in transaction: borrowing WriteTransaction
  ) throws -> [(String, JSONValue)] {
    try outside.decisions.take(
      signed.map { SignedStatement($0) }, for: decision, by: call.caller
    ) { hash, signed in
      try transaction.keepStatement(
        hash: hash, resource: decision.resource, action: decision.action.rawValue, signed: signed)
    }
  }

  private func ownDestruction(_ name: String, _ call: CallContext) async throws
    -> StandingDestruction
  {
    let id = try number(name, in: .destructions, field: "name")
    guard let standing = try await database.read({ try $0.destruction(id) }),
      standing.destruction.owner == call.caller.department
    else { throw RequestRefusal.unknownResource(field: "name", name: name) }
    return standing
  }

  // MARK: - What is answered

  private func message(_ standing: StandingDestruction, at now: Instant) throws
    -> IngestV1.Destruction
  {
    var reply = message(standing.destruction, at: now)
    reply.receipt = try standing.certificate.map { receipt(try Receipt($0)) }
    return reply
  }

  private func message(_ destruction: Destruction, at now: Instant) -> IngestV1.Destruction {
    IngestV1.Destruction(
      name: destruction.number == 0 ? "" : destruction.name, kind: destruction.kind.rawValue,
      entry: destruction.entry == 0 ? "" : ResourceName.entry(destruction.entry).text,
      owner: ResourceName.department(destruction.owner).text, reason: destruction.reason,
      requestedBy: destruction.requester,
      requestedAt: GoogleProtobuf.Timestamp(destruction.requested),
      approvedBy: destruction.approver,
      approvedAt: destruction.approved.map { GoogleProtobuf.Timestamp($0) },
      state: destruction.state(at: now).rawValue,
      until: GoogleProtobuf.Timestamp(destruction.until), rows: Int64(destruction.rows),
      rejects: Int64(destruction.rejects),
      certifiedAt: destruction.certified.map { GoogleProtobuf.Timestamp($0) })
  }
}

extension Destruction {
  /// What two persons sign, and what the log says.
  fileprivate var decided: [(String, JSONValue)] {
    [
      ("kind", .string(kind.rawValue)),
      ("entry", .string(entry == 0 ? "" : ResourceName.entry(entry).text)),
      ("subject", .string(Hex.encode(subject))), ("reason", .string(reason)),
    ]
  }

  /// Without who it is about.
  var members: [(String, JSONValue)] {
    [
      ("destruction", .string(name)), ("kind", .string(kind.rawValue)),
      ("entry", .string(entry == 0 ? "" : ResourceName.entry(entry).text)),
      ("owner", .string(owner.text)),
    ]
  }

  fileprivate func numbered(_ number: Int64) -> Destruction {
    Destruction(
      number: number, kind: kind, entry: entry, owner: owner, subject: subject, reason: reason,
      requester: requester, requested: requested)
  }
}

extension SQLReading where Self: ~Copyable {
  /// Refuses while anything keeps the data from being destroyed.
  fileprivate func checkHolds(
    _ targets: [(entry: Int64, records: [Int64]?)], _ kind: DestructionKind
  ) throws {
    for target in targets { try hold(target.entry, records: target.records).check(kind) }
  }
}
