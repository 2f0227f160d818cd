// Versions of the law: brought by one person, decided by another of the node's authority (AC-90, AC-94; luyi-2019/23).

package import Regulation
package import Vocabulary

/// A version of the law, by name: `profiles/hebi-2021@2` or `calendars/china-2027@1`.
package struct LawName: Hashable, Sendable {
  package enum Kind: String, Sendable {
    case profile = "profiles"
    case calendar = "calendars"
  }

  package let kind: Kind
  /// `hebi-2021`, `china-2027`.
  package let key: String
  package let version: Int

  package init(kind: Kind, key: String, version: Int) {
    self.kind = kind
    self.key = key
    self.version = version
  }

  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])) else { return nil }
    let halves = parts[1].split(separator: "@", omittingEmptySubsequences: false)
    guard halves.count == 2, isSlug(String(halves[0])), let version = Int(halves[1]), version > 0,
      String(version) == halves[1]
    else { return nil }
    self.init(kind: kind, key: String(halves[0]), version: version)
  }

  package var text: String { "\(kind.rawValue)/\(key)@\(version)" }
}

/// What has become of a version that was brought (policies.md e.27).
package enum LawState: Int64, Sendable {
  case proposed = 1
  case approved = 2
  case rejected = 3

  package var term: BilingualText {
    switch self {
    case .proposed: BilingualText("待批准", "proposed")
    case .approved: BilingualText("已批准", "approved")
    case .rejected: BilingualText("已退回", "sent back")
    }
  }
}

/// A version that was brought, with who brought and who decided it.
package struct LawVersion: Hashable, Sendable {
  package let name: LawName
  package var state: LawState
  /// `nil` for the calendar, which counts from its approval.
  package let effectiveFrom: CivilDate?
  package let sha256: [UInt8]
  package let reason: String
  /// `departments/d/persons/p`
  package let proposer: String
  package let proposed: Instant
  package var decider: String?
  package var decided: Instant?
  package var decideReason: String?

  package init(
    name: LawName, state: LawState, effectiveFrom: CivilDate?, sha256: [UInt8], reason: String,
    proposer: String, proposed: Instant, decider: String? = nil, decided: Instant? = nil,
    decideReason: String? = nil
  ) {
    self.name = name
    self.state = state
    self.effectiveFrom = effectiveFrom
    self.sha256 = sha256
    self.reason = reason
    self.proposer = proposer
    self.proposed = proposed
    self.decider = decider
    self.decided = decided
    self.decideReason = decideReason
  }
}

/// One thing that a version changes, as it is shown and signed.
package struct LawChange: Hashable, Sendable {
  package let key: String
  package let former: String
  package let formerArticle: String
  package let value: String
  package let article: String
  package let kind: String

  package init(
    key: String, former: String, formerArticle: String, value: String, article: String,
    kind: String
  ) {
    self.key = key
    self.former = former
    self.formerArticle = formerArticle
    self.value = value
    self.article = article
    self.kind = kind
  }
}

/// A file of the law that was read, held against what is in use.
package struct LawProposal: Hashable, Sendable {
  package let name: LawName
  package let effectiveFrom: CivilDate?
  package let changes: [LawChange]

  /// Checks a version against the law in use (DESIGN.md section 8: nothing takes effect on days that are over).
  ///
  /// Order of precedence: it is the next version; it has a day to come; it changes something; the whole fits together.
  ///
  /// - Parameter today: A version is effective from a later day; a day of the calendar that is over stays as it was (AC-94).
  package init(
    _ draft: LawDraft, after law: LawNow, today: CivilDate
  ) throws(LawRefusal) {
    switch draft {
    case .profile(let document): try self.init(document, after: law.profiles, today: today)
    case .year(let year): try self.init(year, after: law.calendar, today: today)
    }
  }

  private init(
    _ document: ProfileDocument, after profiles: ProfileSet, today: CivilDate
  ) throws(LawRefusal) {
    let held = profiles.profile(named: document.key)
    let next = (held?.document.version ?? 0) + 1
    name = LawName(kind: .profile, key: document.key, version: document.version)
    guard document.version == next else { throw .versionNotNext(name, next: next) }
    guard let from = document.effectiveFrom else { throw .undated(name) }
    guard from > today else { throw .backdated(name, day: from, today: today) }
    effectiveFrom = from
    let joined: ProfileSet
    do throws(ProfileSetProblem) { joined = try profiles.adding(document) } catch {
      throw .unfit(name, error.sentence)
    }
    guard let profile = joined.profile(named: document.key) else {
      throw .unfit(name, BilingualText("缺少上级档案", "a parent is missing"))
    }
    let own = held.map { $0.changes(to: profile).map { LawChange($0) } } ?? []
    if held != nil, own.isEmpty { throw .changesNothing(name) }
    // What rests on it moves with it, and is signed with it: a parent's provisions are its children's, the defaults are everybody's.
    changes =
      own
      + joined.resting(on: document.key).flatMap { child in
        profiles.profile(named: child.key)?.changes(to: child).map { LawChange($0, of: child.key) }
          ?? []
      }
  }

  private init(
    _ year: CalendarYear, after calendar: WorkingCalendar, today: CivilDate
  ) throws(LawRefusal) {
    let held = calendar.years.first { $0.year == year.year }
    let next = (held?.version ?? 0) + 1
    name = LawName(
      kind: .calendar, key: "\(calendar.name)-\(year.year)", version: year.version)
    guard year.version == next else { throw .versionNotNext(name, next: next) }
    effectiveFrom = nil
    let taken: WorkingCalendar
    do throws(CalendarProblem) { taken = try calendar.taking(year) } catch {
      throw .unfit(name, error.sentence)
    }
    let days = calendar.changes(to: taken)
    if let over = days.first(where: { $0.date <= today }) {
      throw .backdated(name, day: over.date, today: today)
    }
    changes = days.map { LawChange($0) }
    if changes.isEmpty { throw .changesNothing(name) }
  }
}

extension LawChange {
  /// - Parameter child: The profile whose own provisions move, where it is not the one that was brought.
  fileprivate init(_ change: ProfileChange, of child: String = "") {
    self.init(
      key: child.isEmpty ? change.key : "\(child) \(change.key)",
      former: change.former?.value ?? "",
      formerArticle: change.former?.citation?.text ?? "", value: change.next?.value ?? "",
      article: change.next?.citation?.text ?? "", kind: change.kind.rawValue)
  }

  fileprivate init(_ change: CalendarChange) {
    self.init(
      key: change.date.iso, former: change.former.word, formerArticle: change.former.notice ?? "",
      value: change.next.word, article: change.next.notice ?? "", kind: "changed")
  }
}

extension ProfileSet {
  /// The newest profiles whose chain holds a document of another, in the order of their keys.
  fileprivate func resting(on key: String) -> [Profile] {
    Set(all.map(\.key)).subtracting([key]).sorted().compactMap { profile(named: $0) }
      .filter { $0.chain.contains { $0.key == key } }
  }

  /// Whether a version bears on bodies beyond a region: the calendar and what everything rests on do, and so does a profile that
  /// governs, itself or as another's parent, anywhere else or everywhere (luyi-2019/23: the bureau changes ITS measures).
  ///
  /// - Parameter digits: The first digits of the region.
  package func bears(_ name: LawName, beyond digits: String) -> Bool {
    guard name.kind == .profile else { return true }
    // A text that is not held governs nobody yet.
    guard let held = profile(named: name.key) else { return false }
    let bound = governance.filter { row in
      profile(named: row.profile)?.chain.contains { $0.key == held.key } ?? false
    }
    return bound.isEmpty || bound.contains { $0.region?.hasPrefix(digits) != true }
  }
}

/// Where an authority stands among the others of its node.
package struct LawStanding: Hashable, Sendable {
  package let hasSuperior: Bool
  /// Whether another authority stands beside it, and the version bears on bodies that are not its own.
  package let isOthers: Bool

  package init(hasSuperior: Bool, isOthers: Bool = false) {
    self.hasSuperior = hasSuperior
    self.isOthers = isOthers
  }
}

/// Who may bring a version: the operator, who keeps the node, or a person of the authority that no other stands above
/// (AC-90; AC-94: a system administrator, with the authority's approval).
package func requireProposer(
  _ manager: RegistryManager, standing: LawStanding, of name: LawName
) throws(LawRefusal) {
  if manager.roles.contains(.operator) { return }
  try requireLawmaker(manager, standing: standing, of: name)
}

/// Who decides on a version (luyi-2019/23: only the bureau changes how its measures are read).
package func requireLawmaker(
  _ manager: RegistryManager, standing: LawStanding, of name: LawName
) throws(LawRefusal) {
  guard manager.roles.contains(.authority), manager.department.isAuthority, !standing.hasSuperior,
    !standing.isOthers
  else {
    throw .notYours(name, caller: manager.department.code)
  }
}

extension LawVersion {
  /// The version as another person of the authority decided it (AC-90).
  ///
  /// Order of precedence: whose matter it is, that it waits, that somebody else brought it, a reason for sending it back.
  package func decided(
    approve: Bool, reason: String, by manager: RegistryManager, standing: LawStanding,
    at time: Instant
  ) throws(LawRefusal) -> LawVersion {
    try requireLawmaker(manager, standing: standing, of: name)
    guard state == .proposed else { throw .notOpen(name, state) }
    guard manager.principal.name != proposer else { throw .samePerson(name) }
    var next = self
    next.state = approve ? .approved : .rejected
    next.decider = manager.principal.name
    next.decided = time
    next.decideReason = reason
    return next
  }
}
