// The methods about versions of the law: brought by one person, decided by another, signed by both (AC-90, AC-94).

package import Access
package import Contracts
import Crypto
import Database
import GatewayRules
import GatewayStore
import Integrity
package import Regulation
package import Vocabulary

/// What the gateway knows of the law in use, and how it reads a file of it.
package struct LawDesk: Sendable {
  /// Reads a file, or tells every problem of it with its place.
  package typealias Reader =
    @Sendable (_ file: String, _ text: String) -> Result<LawDraft, LawReadingProblems>

  let law: LawNow
  let read: Reader

  package init(law: LawNow, read: @escaping Reader) {
    self.law = law
    self.read = read
  }
}

/// All problems of a file, each with file, line, row and article.
package struct LawReadingProblems: Error, Sendable {
  let problems: [BilingualText]

  package init(_ problems: [BilingualText]) {
    self.problems = problems
  }
}

extension RegistryService {
  package func proposeLaw(
    _ request: RegistryV1.ProposeLawRequest, _ call: CallContext
  ) async throws -> RegistryV1.LawVersion {
    try await answering(call) {
      let draft = try readDraft(request)
      let now = civil()
      let proposal = try LawProposal(draft, after: law.law, today: now.civilDate)
      let sha256 = SHA256.hash(request.text)
      if request.validateOnly {
        let caller = call.caller
        return try await store.database.read { transaction in
          let manager = try transaction.manager(caller)
          let former = try requireProposing(proposal, request.reason, by: manager, transaction)
          let row = LawVersion(proposal, request, sha256: sha256, by: manager, at: now)
          var reply = row.message(changes: proposal.changes)
          reply.statement = statement(
            of: decision(toPropose: proposal, row, after: former), call)
          return reply
        }
      }
      return try await change(
        request.unsigned, requestID: request.requestID, call,
        reach: { _, manager in
          try requireProposer(
            manager, standing: standing(of: manager, for: proposal.name), of: proposal.name)
        }
      ) { transaction, manager in
        let former = try requireProposing(proposal, request.reason, by: manager, transaction)
        let row = LawVersion(proposal, request, sha256: sha256, by: manager, at: now)
        let signed = try take(
          request.signed, for: decision(toPropose: proposal, row, after: former), call,
          in: transaction)
        try transaction.saveLaw(row, text: request.text, changes: proposal.changes)
        return RegistryOutcome(
          reply: row.message(changes: proposal.changes), rows: [],
          event: event("registry.law_proposed", row, reason: request.reason, signed))
      }
    }
  }

  package func decideLaw(
    _ request: RegistryV1.DecideLawRequest, _ call: CallContext
  ) async throws -> RegistryV1.LawVersion {
    try await answering(call) {
      guard let name = LawName(request.name) else { throw LawRefusal.unknown(request.name) }
      let now = civil()
      if request.validateOnly {
        let caller = call.caller
        return try await store.database.read { transaction in
          let (former, next, changes) = try decided(
            name, request, by: try transaction.manager(caller), at: now, transaction)
          var reply = next.message(changes: changes)
          reply.statement = statement(
            of: decision(toDecide: former, changes: changes, request), call)
          return reply
        }
      }
      return try await change(
        request.unsigned, requestID: request.requestID, call,
        reach: { _, manager in
          try requireLawmaker(manager, standing: standing(of: manager, for: name), of: name)
        }
      ) { transaction, manager in
        let (former, next, changes) = try decided(
          name, request, by: manager, at: now, transaction)
        let signed = try take(
          request.signed, for: decision(toDecide: former, changes: changes, request), call,
          in: transaction)
        try transaction.saveDecision(on: next)
        return RegistryOutcome(
          reply: next.message(changes: changes), rows: [],
          event: event(
            next.state == .approved ? "registry.law_approved" : "registry.law_rejected", next,
            reason: request.reason, signed))
      }
    }
  }

  package func getLaw(
    _ request: RegistryV1.GetLawRequest, _ call: CallContext
  ) async throws -> RegistryV1.LawVersion {
    try await answering(call) {
      guard let name = LawName(request.name) else { throw LawRefusal.unknown(request.name) }
      return try await store.database.read { transaction in
        guard let row = try transaction.lawVersion(name), let file = try transaction.lawText(name)
        else { throw LawRefusal.unknown(request.name) }
        var message = row.message(changes: file.changes)
        message.text = file.text
        return message
      }
    }
  }

  package func listLaw(
    _ request: RegistryV1.ListLawRequest, _ call: CallContext
  ) async throws -> RegistryV1.ListLawResponse {
    try await answering(call) {
      let page = try PageRequest(size: request.pageSize, token: request.pageToken)
      let rows = try await store.database.read { try $0.lawVersions(page.page) }
      let (shown, next) = page.cut(rows, key: \.name.text)
      return RegistryV1.ListLawResponse(
        versions: shown.map { $0.message(changes: []) }, nextPageToken: next)
    }
  }

  // MARK: - Steps

  private func standing(of manager: RegistryManager, for name: LawName) -> LawStanding {
    let department = manager.department
    return LawStanding(
      hasSuperior: directory.superior(of: department) != nil,
      isOthers: directory.hasPeer(of: department)
        && law.law.profiles.bears(
          name, beyond: String(department.region.text.prefix(department.level.regionDigits)))
    )
  }

  private func readDraft(_ request: RegistryV1.ProposeLawRequest) throws -> LawDraft {
    guard let text = String(validating: request.text, as: UTF8.self) else {
      throw LawRefusal.unreadable([BilingualText("文件不是 UTF-8", "the file is not UTF-8")])
    }
    switch law.read(request.file.isEmpty ? "text" : request.file, text) {
    case .success(let draft): return draft
    case .failure(let problems): throw LawRefusal.unreadable(problems.problems)
    }
  }

  /// - Returns: The same version as it was brought before and sent back, if it was.
  private func requireProposing(
    _ proposal: LawProposal, _ reason: String, by manager: RegistryManager,
    _ transaction: borrowing some SQLReading & ~Copyable
  ) throws -> LawVersion? {
    try requireProposer(
      manager, standing: standing(of: manager, for: proposal.name), of: proposal.name)
    try requireReason(reason)
    let former = try transaction.lawVersion(proposal.name)
    if let former, former.state != .rejected { throw LawRefusal.waiting(proposal.name) }
    return former
  }

  /// A version as it was and as it would be decided; what is approved is held against the law of now once more.
  private func decided(
    _ name: LawName, _ request: RegistryV1.DecideLawRequest, by manager: RegistryManager,
    at now: Instant, _ transaction: borrowing some SQLReading & ~Copyable
  ) throws -> (former: LawVersion, next: LawVersion, changes: [LawChange]) {
    guard let former = try transaction.lawVersion(name), let file = try transaction.lawText(name)
    else { throw LawRefusal.unknown(request.name) }
    let next = try former.decided(
      approve: request.approve, reason: request.reason, by: manager,
      standing: standing(of: manager, for: name), at: now)
    try requireReason(request.reason)
    guard request.approve else { return (former, next, file.changes) }
    var again = RegistryV1.ProposeLawRequest()
    again.text = file.text
    let proposal = try LawProposal(
      try readDraft(again), after: law.law, today: now.civilDate)
    return (former, next, proposal.changes)
  }

  private func decision(
    toPropose proposal: LawProposal, _ version: LawVersion, after former: LawVersion?
  ) -> Decision {
    Decision(
      .proposeLaw, on: proposal.name.text, etag: former?.etag ?? "", profile: "",
      [
        "sha256": .string(Hex.encode(version.sha256)), "reason": .string(version.reason),
        "effective_from": .string(proposal.effectiveFrom?.iso ?? ""),
        "changes": .array(proposal.changes.map(\.json)),
      ])
  }

  private func decision(
    toDecide version: LawVersion, changes: [LawChange], _ request: RegistryV1.DecideLawRequest
  ) -> Decision {
    Decision(
      .decideLaw, on: version.name.text, etag: version.etag, profile: "",
      [
        "decision": .string(request.approve ? "approve" : "reject"),
        "reason": .string(request.reason), "sha256": .string(Hex.encode(version.sha256)),
        "effective_from": .string(version.effectiveFrom?.iso ?? ""),
        "proposer": .string(version.proposer), "changes": .array(changes.map(\.json)),
      ])
  }

  private func event(
    _ topic: String, _ version: LawVersion, reason: String, _ signed: [(String, JSONValue)]
  ) -> RegistryEvent {
    RegistryEvent(
      topic: topic, subject: version.name.text,
      fields: [
        ("sha256", Hex.encode(version.sha256)), ("reason", reason),
        ("effective_from", version.effectiveFrom?.iso ?? ""), ("proposer", version.proposer),
      ], signed: signed)
  }
}

extension LawVersion {
  fileprivate init(
    _ proposal: LawProposal, _ request: RegistryV1.ProposeLawRequest, sha256: [UInt8],
    by manager: RegistryManager, at time: Instant
  ) {
    self.init(
      name: proposal.name, state: .proposed, effectiveFrom: proposal.effectiveFrom, sha256: sha256,
      reason: request.reason, proposer: manager.principal.name, proposed: time)
  }

  fileprivate var etag: String {
    "\(state.rawValue)-\((decided ?? proposed).milliseconds)-\(Hex.encode(sha256.prefix(8)))"
  }

  fileprivate func message(changes: [LawChange]) -> RegistryV1.LawVersion {
    .with {
      $0.name = name.text
      $0.state =
        switch state {
        case .proposed: .lawProposed
        case .approved: .lawApproved
        case .rejected: .lawRejected
        }
      $0.effectiveFrom = effectiveFrom?.iso ?? ""
      $0.sha256 = sha256
      $0.reason = reason
      $0.proposer = proposer
      $0.proposeTime = proposed.timestamp
      $0.decider = decider ?? ""
      $0.decideTime = decided?.timestamp
      $0.decideReason = decideReason ?? ""
      $0.changes = changes.map { change in
        RegistryV1.LawChange(
          key: change.key, former: change.former, formerArticle: change.formerArticle,
          value: change.value, article: change.article, kind: change.kind)
      }
      $0.etag = etag
    }
  }
}
