// GetGateReport, DecideCheckpoint: what a project must show, and what its bodies decide (meizhou-specific-2021/15, meizhou-public-2023/41,
// hebi-2021/30, guangdong-2018/11).

package import Access
import CatalogRules
import CatalogStore
package import Contracts
import Crypto
import Database
import Integrity
import Regulation
import Vocabulary

extension CatalogServer {
  package func getGateReport(
    _ request: CatalogV1.GetGateReportRequest, _ call: CallContext
  ) async throws -> CatalogV1.GateReport {
    try await call.answering(refusals) {
      let number = try listingNumber(request.project, field: "project")
      let actor = try await actor(of: call)
      let owner = try await database.read { transaction in
        let gate = try gate(number, at: request.checkpoint, named: request.project, in: transaction)
        try gate.requireReader(actor)
        return gate.project.listing.owner
      }
      let figures = try await figures(owner)
      return try await database.read { transaction in
        let gate = try gate(number, at: request.checkpoint, named: request.project, in: transaction)
        let facts = try facts(gate.project, figures, in: transaction)
        return try signed(report(gate, facts), gate.decisions)
      }
    }
  }

  package func decideCheckpoint(
    _ request: CatalogV1.DecideCheckpointRequest, _ call: CallContext
  ) async throws -> CatalogV1.GateReport {
    try await call.answering(refusals) {
      let number = try listingNumber(request.project, field: "project")
      let isPass: Bool
      switch request.decision {
      case .pass: isPass = true
      case .return: isPass = false
      case .unspecified, .unrecognized: throw RequestRefusal.missing(field: "decision")
      }
      if request.checkpoint.isEmpty { throw RequestRefusal.missing(field: "checkpoint") }
      let actor = try await actor(of: call)
      let time = now()
      let authorise: @Sendable (borrowing WriteTransaction) throws -> Void = { transaction in
        try gate(number, at: request.checkpoint, named: request.project, in: transaction)
          .requireReader(actor)
      }
      let owner = try await database.read { transaction in
        let gate = try gate(number, at: request.checkpoint, named: request.project, in: transaction)
        try gate.requireReader(actor)
        return gate.project.listing.owner
      }
      let figures = try await figures(owner)
      let answer = try await changing(
        call, requestID: request.requestID, content: request, authorise: authorise
      ) { transaction in
        let gate = try gate(number, at: request.checkpoint, named: request.project, in: transaction)
        let facts = try facts(gate.project, figures, in: transaction)
        var decision = try gate.decided(
          isPass: isPass, isOverride: request.override, reason: request.reason, by: actor,
          at: time, on: facts)
        decision.report = try signed(report(gate, facts), gate.decisions).report
        try transaction.append(decision, to: number)
        try append(decision, of: gate, call, to: transaction)
        let after = try self.gate(
          number, at: request.checkpoint, named: request.project, in: transaction)
        return try signed(report(after, facts), after.decisions).serialized()
      }
      var reply = try CatalogV1.GateReport(serialized: answer.bytes)
      reply.receipt = answer.receipt
      return reply
    }
  }

  /// A project at a checkpoint, under the profiles with which it was registered.
  private func gate(
    _ number: Int64, at checkpoint: String, named name: String,
    in transaction: borrowing some SQLReading & ~Copyable
  ) throws -> ProjectGate {
    guard let project = try transaction.listing(number).flatMap({ Project($0) }) else {
      throw RequestRefusal.unknownResource(field: "project", name: name)
    }
    return try ProjectGate(
      project, at: checkpoint, decided: try transaction.projectDecisions(number),
      under: try project.profiles.map { try profiles.profile($0) })
  }

  private func facts(
    _ project: Project, _ figures: DepartmentFigures,
    in transaction: borrowing some SQLReading & ~Copyable
  ) throws -> GateFacts {
    let numbers = try project.entries.map { try entryNumber($0, field: "entries").entry }
    let highest = catalogueRegions(of: project.listing.region).last ?? project.listing.region
    return figures.facts(entries: try transaction.boundEntries(numbers, parent: highest))
  }

  private func append(
    _ decision: CheckpointDecision, of gate: ProjectGate, _ call: CallContext,
    to transaction: borrowing WriteTransaction
  ) throws {
    try transaction.append(
      topic: "catalog.checkpoint_decided",
      payload: event(
        call,
        [
          ("project", .string(gate.project.name)),
          ("version", .integer(Int64(gate.project.listing.version))),
          ("owner", .string("departments/\(gate.project.listing.owner.text)")),
          ("checkpoint", .string(decision.checkpoint.rawValue)),
          ("decision", .string(decision.isPass ? "pass" : "return")),
          ("role", .string(decision.role.slug)), ("reason", .string(decision.reason)),
          ("overridden", .bool(decision.isOverride)),
          ("profile", .string(gate.project.listing.profile.text)),
          ("report", .string(Hex.encode(SHA256.hash(Array(decision.report.utf8))))),
        ]))
  }

  /// What governs projects that are registered now: the text for everything, and where a department's region has one that for
  /// specific-population data besides (meizhou-specific-2021/15).
  func projectProfiles(of actor: Actor, on time: Instant) throws -> [Profile] {
    var found: [Profile] = []
    var classes = [KnownCategory.generalClass]
    if profiles.isTagged(KnownCategory.specificClass, region: actor.department.region) {
      classes.append(KnownCategory.specificClass)
    }
    for kind in classes {
      guard let profile = profiles.governing([kind], on: time.civilDate),
        !found.contains(where: { $0.key == profile.key })
      else { continue }
      found.append(profile)
    }
    guard let first = found.first else {
      throw CatalogRefusal.notInForce(resourceClass: KnownCategory.generalClass)
    }
    guard found.contains(where: { $0.gateCheckpoints != nil }) else {
      throw CatalogRefusal.gate(.none(first.key))
    }
    return found
  }

  /// Its kind is known, and its entries are the department's own (AC-10).
  func checkProject(
    _ content: ListingContent, by actor: Actor,
    in transaction: borrowing some SQLReading & ~Copyable
  ) throws {
    // What is missing is told with the other fields.
    guard content["kind"].isEmpty || ProjectKind(rawValue: content["kind"]) != nil else {
      throw CatalogRefusal.gate(.kindUnknown(content["kind"]))
    }
    for name in content.lists["entries"] ?? [] {
      let number = try entryNumber(name, field: "record.project.entries").entry
      guard try transaction.entryStanding(number)?.owner == actor.department.code else {
        throw CatalogRefusal.gate(.entryForeign(name))
      }
    }
  }

  // MARK: The report

  private func report(_ gate: ProjectGate, _ facts: GateFacts) -> CatalogV1.GateReport {
    let passes = gate.passes(facts)
    var report = CatalogV1.GateReport()
    report.project = gate.project.name
    report.version = Int32(clamping: gate.project.listing.version)
    report.owner = "departments/\(gate.project.listing.owner.text)"
    report.checkpoint = gate.checkpoint.rawValue
    report.body = gate.body.slug
    report.profiles = gate.profiles.map(\.reference.text)
    report.pass = passes
    report.exempt = gate.exemption?.text ?? ""
    report.conditions = gate.findings(facts).map { finding in
      CatalogV1.GateCondition(
        rule: finding.condition.rawValue, article: finding.citation.text, met: finding.isMet,
        done: Int32(clamping: finding.done), total: Int32(clamping: finding.total),
        missing: finding.gaps.map { gap in
          CatalogV1.GateGap(
            subject: gap.subject, problem: gap.problem.rawValue,
            due: gap.late.map {
              CommonV1.DueDate(
                date: $0.due.date, citation: $0.due.citation,
                isProvisional: $0.due.isProvisional, overdueDays: $0.overdueDays)
            })
        })
    }
    report.statuses = gate.statuses(facts).map {
      CatalogV1.GateStatus(
        status: $0.status.rawValue, done: Int32(clamping: $0.done),
        total: Int32(clamping: $0.total), article: $0.citation.text)
    }
    report.consequences = gate.consequences(passes: passes).map {
      CatalogV1.GateConsequence(
        name: $0.consequence.rawValue, permitted: $0.isPermitted, article: $0.citation.text)
    }
    report.checkpoints = gate.checkpoints.map(\.rawValue)
    report.decisions = gate.decisions.map { decision in
      CatalogV1.GateDecision(
        checkpoint: decision.checkpoint.rawValue, decision: decision.isPass ? .pass : .return,
        person: decision.actor, role: decision.role.slug,
        time: GoogleProtobuf.Timestamp(decision.time), reason: decision.reason,
        overridden: decision.isOverride)
    }
    return report
  }

  /// The report with the node's signature under all that it says; earlier reports go beside it, each under its own.
  private func signed(
    _ report: CatalogV1.GateReport, _ decisions: [CheckpointDecision]
  ) throws -> CatalogV1.GateReport {
    let text = ["weir-gate/1", domain, now().rfc3339, try report.json()]
    var signed = report
    signed.report = try SignedNote(text: text.map { $0 + "\n" }.joined(), signers: [signer]).encoded
    signed.keyList = keyList.encoded
    for index in signed.decisions.indices {
      signed.decisions[index].report = decisions[index].report
    }
    return signed
  }
}
