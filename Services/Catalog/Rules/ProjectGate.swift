// What a project must show at a checkpoint, and what a failing one is barred from (meizhou-specific-2021/15, meizhou-public-2023/41,
// hebi-2021/30, guangdong-2018/11). Which conditions there are, and whose each checkpoint is, the profile's rows say.

package import Regulation
package import Vocabulary

/// What is missing for a condition.
package struct GateGap: Hashable, Sendable {
  package enum Problem: String, Sendable {
    case missing, uncatalogued
    case notAggregated = "not_aggregated"
    case notShared = "not_shared"
    case unmounted
    case notInParentCatalogue = "not_in_parent_catalogue"
    case late
  }

  /// The datum or the resource's name; "entries" or "data" where none is named.
  package let subject: String
  package let problem: Problem
  package let late: LateThing?

  init(_ subject: String, _ problem: Problem, late: LateThing? = nil) {
    self.subject = subject
    self.problem = problem
    self.late = late
  }
}

/// A condition with what was found.
package struct GateFinding: Hashable, Sendable {
  package let condition: GateCondition
  package let citation: Citation
  package let total: Int
  package let gaps: [GateGap]

  package var isMet: Bool { gaps.isEmpty }
  package var done: Int { max(0, total - gaps.count) }
  /// "hebi-2021/30.1a:draft_entries".
  package var rule: String { "\(citation.text):\(condition.rawValue)" }
}

package struct GateStatusFigure: Hashable, Sendable {
  package let status: GateStatus
  package let citation: Citation
  package let done: Int
  package let total: Int
}

package struct GateConsequenceFinding: Hashable, Sendable {
  package let consequence: GateConsequence
  package let citation: Citation
  package let isPermitted: Bool
}

/// A decision that was taken at a checkpoint.
package struct CheckpointDecision: Hashable, Sendable {
  package let checkpoint: GateCheckpoint
  package let isPass: Bool
  /// "departments/d/persons/p".
  package let actor: String
  package let role: Role
  package let time: Instant
  package let reason: String
  package let isOverride: Bool
  /// The signed report on which it rests.
  package var report: String

  package init(
    checkpoint: GateCheckpoint, isPass: Bool, actor: String, role: Role, time: Instant,
    reason: String, isOverride: Bool, report: String = ""
  ) {
    self.checkpoint = checkpoint
    self.isPass = isPass
    self.actor = actor
    self.role = role
    self.time = time
    self.reason = reason
    self.isOverride = isOverride
    self.report = report
  }
}

/// A project before a checkpoint.
package struct ProjectGate: Hashable, Sendable {
  package let project: Project
  /// Each text that governs it; the first says which checkpoints there are.
  package let profiles: [Profile]
  package let checkpoint: GateCheckpoint
  package let checkpoints: [GateCheckpoint]
  package let body: Role
  /// Of the row that names the body.
  package let citation: Citation
  package let decisions: [CheckpointDecision]

  /// - Parameters:
  ///   - asked: The checkpoint's word; empty for the first that is not passed, and the last where all are.
  ///   - profiles: Those that governed the project when it was registered.
  package init(
    _ project: Project, at asked: String, decided decisions: [CheckpointDecision],
    under profiles: [Profile]
  ) throws(CatalogRefusal) {
    let gate = profiles.lazy.compactMap(\.gateCheckpoints).first
    guard let gate, let first = gate.value.first else { throw .gate(.none(profiles.first?.key)) }
    let passed = Set(decisions.filter(\.isPass).map(\.checkpoint))
    let open = gate.value.first { !passed.contains($0) } ?? gate.value.last ?? first
    let wanted = asked.isEmpty ? open : GateCheckpoint(rawValue: asked)
    guard let wanted, gate.value.contains(wanted),
      let body = profiles.lazy.compactMap({ $0.gateBody(at: wanted) }).first
    else { throw .gate(.unknown(asked, known: gate.value, citation: gate.citation)) }
    self.project = project
    self.profiles = profiles
    self.decisions = decisions
    checkpoint = wanted
    checkpoints = gate.value
    self.body = body.value
    citation = body.citation
  }

  /// The article that lets it pass whatever it lacks (meizhou-public-2023/41.2b).
  package var exemption: Citation? {
    guard project.isUpperLevel, !project.isDeployedHere else { return nil }
    return profiles.lazy.compactMap(\.gateExemptions)
      .first { $0.value.contains(.upperLevelNotDeployedHere) }?.citation
  }

  /// Each condition of every text that governs it, once.
  package func findings(_ facts: GateFacts) -> [GateFinding] {
    guard let stage = checkpoint.stage else { return [] }
    var found: [GateFinding] = []
    for profile in profiles {
      guard let needs = profile.gateConditions(at: stage) else { continue }
      for condition in needs.value where !found.contains(where: { $0.condition == condition }) {
        let (total, gaps) = facts.look(at: condition, of: project)
        found.append(
          GateFinding(condition: condition, citation: needs.citation, total: total, gaps: gaps))
      }
    }
    return found
  }

  /// The statuses that bear on acceptance and funds (hebi-2021/30.1b).
  package func statuses(_ facts: GateFacts) -> [GateStatusFigure] {
    guard checkpoint.stage == .acceptance,
      let statuses = profiles.lazy.compactMap(\.gateStatuses).first
    else { return [] }
    let data = facts.data(of: project)
    return statuses.value.map { status in
      GateStatusFigure(
        status: status, citation: statuses.citation,
        done: data.filter { facts.has($0, come: status) }.count, total: data.count)
    }
  }

  /// What it is barred from: of what the text lists all, as soon as one condition is not met (meizhou-public-2023/41.2, hebi-2021/30.2).
  package func consequences(passes: Bool) -> [GateConsequenceFinding] {
    guard let blocks = profiles.lazy.compactMap(\.gateBlocks).first else { return [] }
    return blocks.value.map {
      GateConsequenceFinding(
        consequence: $0, citation: blocks.citation, isPermitted: passes || isOverridden)
    }
  }

  /// Whether it was let pass here although conditions were not met.
  package var isOverridden: Bool {
    decisions.contains { $0.checkpoint == checkpoint && $0.isPass && $0.isOverride }
  }

  package func passes(_ facts: GateFacts) -> Bool {
    exemption != nil || findings(facts).allSatisfy(\.isMet)
  }

  /// Checks that somebody may read the project's report: its owner, the bodies of its region or above it, and auditors (AC-74).
  package func requireReader(_ actor: Actor) throws(CatalogRefusal) {
    if actor.department.code == project.listing.owner || actor.roles.contains(.auditor) { return }
    let bodies: Set<Role> = [.authority, .developmentReform, .finance, .auditOffice]
    guard !actor.roles.isDisjoint(with: bodies), reaches(actor) else {
      throw .catalogueOutOfReach(region: project.listing.region)
    }
  }

  private func reaches(_ actor: Actor) -> Bool {
    project.listing.region.hasPrefix(
      actor.department.region.prefix(actor.department.level.regionDigits))
  }

  /// The decision of a body.
  ///
  /// Order of precedence: whose checkpoint it is (AC-80), the project's state, what is decided already, the checkpoints before it, the
  /// reason, the conditions, whether they may be overridden.
  package func decided(
    isPass: Bool, isOverride: Bool, reason: String, by actor: Actor, at time: Instant,
    on facts: GateFacts
  ) throws(CatalogRefusal) -> CheckpointDecision {
    guard actor.roles.contains(body) else {
      throw .gate(.notYours(checkpoint, body: body, citation: citation))
    }
    guard reaches(actor) else { throw .catalogueOutOfReach(region: project.listing.region) }
    guard actor.department.code != project.listing.owner else {
      throw .ownReview(entry: project.name)
    }
    guard project.listing.state == .inForce else {
      throw .listingWrongState(
        project.name, project.listing.state, action: BilingualText("核查", "decided on"))
    }
    let passed = Set(decisions.filter(\.isPass).map(\.checkpoint))
    if passed.contains(checkpoint) {
      throw .gate(.passed(project: project.name, checkpoint, citation: citation))
    }
    if let earlier = checkpoints.prefix(while: { $0 != checkpoint }).first(where: {
      !passed.contains($0)
    }) {
      throw .gate(.tooEarly(project: project.name, checkpoint, first: earlier, citation: citation))
    }
    if (!isPass || isOverride) && reason.isEmpty {
      throw .reasonMissing(action: BilingualText("退回或者破例", "returned or let pass"))
    }
    try checkTexts([("reason", reason)])
    let failed = exemption == nil ? findings(facts).filter { !$0.isMet } : []
    if isPass, !failed.isEmpty {
      let blocks = profiles.lazy.compactMap(\.gateBlocks).first?.citation ?? citation
      guard isOverride else {
        throw .gate(
          .blocked(project: project.name, checkpoint, rules: failed.map(\.rule), citation: blocks))
      }
      guard profiles.contains(where: { $0.gateMayBeOverridden?.value == true }) else {
        throw .gate(.noOverride(checkpoint, rules: failed.map(\.rule), citation: blocks))
      }
    }
    return CheckpointDecision(
      checkpoint: checkpoint, isPass: isPass, actor: actor.name, role: body, time: time,
      reason: reason, isOverride: isPass && isOverride && !failed.isEmpty)
  }
}

extension GateFacts {
  /// How many there are to look at, and what is missing.
  fileprivate func look(
    at condition: GateCondition, of project: Project
  ) -> (total: Int, gaps: [GateGap]) {
    switch condition {
    case .draftEntries:
      // Only a new system must plan its entries; others have theirs (hebi-2021/30.1, guangdong-2018/11).
      if project.kind != .newSystem { return (entries.count, []) }
      return entries.isEmpty ? (1, [GateGap("entries", .missing)]) : (entries.count, [])
    case .dataList:
      return project.data.isEmpty ? (1, [GateGap("data", .missing)]) : (project.data.count, [])
    case .catalogued, .aggregated, .shareable, .inParentCatalogue:
      let data = data(of: project)
      if data.isEmpty { return (1, [GateGap("data", .missing)]) }
      return (
        data.count,
        data.compactMap { datum in
          problem(of: datum, under: condition).map { GateGap(datum.title, $0) }
        }
      )
    case .deliveredInTime:
      return (
        max(entriesLookedAt, lateDeliveries.count),
        lateDeliveries.map { GateGap($0.name, .late, late: $0) }
      )
    case .issuesInTime:
      return (lateIssues.count, lateIssues.map { GateGap($0.name, .late, late: $0) })
    }
  }

  private func problem(
    of datum: ProjectDatum, under condition: GateCondition
  ) -> GateGap.Problem? {
    guard let entry = datum.entry, let item = datum.item, let content = entry.published else {
      return .uncatalogued
    }
    switch condition {
    case .aggregated:
      // Gathered in full and in time (meizhou-public-2023/41.2): what is late is not.
      let isLate = lateDeliveries.contains { $0.name == entry.name }
      return delivered.contains(entry.name) && !isLate ? nil : .notAggregated
    case .shareable:
      if content.shareType(of: item) == .notShared { return .notShared }
      return entry.isMounted ? nil : .unmounted
    case .inParentCatalogue:
      return entry.isInParentCatalogue ? nil : .notInParentCatalogue
    default: return nil
    }
  }

  /// How far a datum has come: its collection has a ground, it is registered, gathered, shareable, and a resource answers for it.
  fileprivate func has(_ datum: ProjectDatum, come status: GateStatus) -> Bool {
    guard let entry = datum.entry, let item = datum.item, let content = entry.published else {
      return false
    }
    switch status {
    case .collection: return content.acquisitionBasis != nil || content.acquisitionMode != nil
    case .registration: return true
    case .aggregation: return problem(of: datum, under: .aggregated) == nil
    case .sharing: return content.shareType(of: item) != .notShared
    case .service: return entry.isMounted && delivered.contains(entry.name)
    }
  }
}
