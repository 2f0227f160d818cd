// Law or function has changed and an entry must follow (policies e.2; meizhou-specific-2021/10b, meizhou-public-2023/8a,
// hebi-2021/10a).

package import Regulation
package import Vocabulary

/// What changed.
package enum ChangeKind: String, ClosedList {
  case law, function

  package var term: BilingualText {
    switch self {
    case .law: BilingualText("法律法规变化", "law")
    case .function: BilingualText("职能变化", "function")
    }
  }
}

/// The states of a change (policies e.2).
package enum ChangeState: String, ClosedList {
  case registered
  case inProgress = "in_progress"
  case fulfilled, void

  package var isOpen: Bool { self == .registered || self == .inProgress }

  package var term: BilingualText {
    switch self {
    case .registered: BilingualText("已登记", "registered")
    case .inProgress: BilingualText("更新中", "in progress")
    case .fulfilled: BilingualText("已完成", "fulfilled")
    case .void: BilingualText("已作废", "void")
    }
  }
}

/// A step of a change.
package struct ChangeStep: Hashable, Sendable {
  package let from: ChangeState?
  package let to: ChangeState
  /// "departments/d/persons/p"; empty where the system acted.
  package let actor: String
  package let time: Instant
  package let reason: String

  package init(
    from: ChangeState?, to: ChangeState, actor: String, time: Instant, reason: String
  ) {
    self.from = from
    self.to = to
    self.actor = actor
    self.time = time
    self.reason = reason
  }
}

/// A change that one entry must follow.
package struct ChangeEvent: Hashable, Sendable {
  package let entry: Int64
  package let number: Int64
  package let owner: DepartmentCode
  package let kind: ChangeKind
  /// The day of the change itself: the clock counts from it, however late it was registered.
  package let date: CivilDate
  package let description: String
  package let profile: ProfileReference
  package var state: ChangeState
  /// The version that follows it; `nil` while there is none.
  package var version: Int?
  /// The clock as it stood when the change had ended.
  package var ended: ClockReading?
  package var history: [ChangeStep]

  package init(
    entry: Int64, number: Int64, owner: DepartmentCode, kind: ChangeKind, date: CivilDate,
    description: String, profile: ProfileReference, state: ChangeState, version: Int? = nil,
    ended: ClockReading? = nil, history: [ChangeStep]
  ) {
    self.entry = entry
    self.number = number
    self.owner = owner
    self.kind = kind
    self.date = date
    self.description = description
    self.profile = profile
    self.state = state
    self.version = version
    self.ended = ended
    self.history = history
  }

  package var name: String { "entries/E-\(entry)/changes/\(number)" }
}

/// Registers a change; its department does, or an authority that sees the entry before everybody does.
///
/// - Parameters:
///   - number: Within the entry.
///   - version: The entry's newest one.
///   - profile: That governs the entry's class now.
package func registerChange(
  _ number: Int64, _ kind: ChangeKind, on date: CivilDate, description: String,
  of version: EntryVersion, by actor: Actor, owner: DepartmentFacts, at time: Instant,
  under profile: Profile
) throws(CatalogRefusal) -> ChangeEvent {
  try requireChangeParty(actor, of: version, owner: owner, under: profile)
  guard version.state != .withdrawn else {
    throw .wrongState(
      entry: version.name, state: version.state,
      action: BilingualText("登记变化", "given a change to follow"))
  }
  try checkTexts([("description", description)])
  let citation = profile.clock(.catalogChange)?.citation ?? .accessRule(10)
  if description.isEmpty {
    throw .fieldMissing(
      path: "description", term: BilingualText("变化内容", "what changed"), citation: citation)
  }
  return ChangeEvent(
    entry: version.entry, number: number, owner: owner.code, kind: kind, date: date,
    description: description, profile: profile.reference, state: .registered,
    history: [
      ChangeStep(from: nil, to: .registered, actor: actor.name, time: time, reason: description)
    ])
}

/// Checks that a person is of the owner or of an authority with the entry.
package func requireChangeParty(
  _ actor: Actor, of version: EntryVersion, owner: DepartmentFacts, under profile: Profile
) throws(CatalogRefusal) {
  if actor.department.code == owner.code { return }
  guard !actor.seats.isDisjoint(with: version.seats(of: owner, under: profile).insiders) else {
    throw .notOwner(entry: version.name)
  }
}

extension ChangeEvent {
  /// What a step of its entry's version makes of a change; `nil` where it makes nothing.
  ///
  /// registered -> in_progress when the source works on a version; -> fulfilled when that has come as far as the profile asks: handed in
  /// (meizhou-public-2023/8a, hebi-2021/10a) or published (meizhou-specific-2021/10b, and where a text names no goal); -> void with the
  /// entry's withdrawal. A version that was handed in before the change was registered, or that says what everybody sees already,
  /// follows nothing; one that is sent back follows it no more, and the clock goes on.
  ///
  /// - Parameter shown: What everybody sees of the entry; `nil` where that is nothing.
  package func following(
    _ version: EntryVersion, shown: EntryContent? = nil, by actor: String, at time: Instant,
    under profile: Profile, calendar: WorkingCalendar
  ) -> ChangeEvent? {
    if state == .fulfilled, self.version == version.number, version.state == .returned {
      var reopened = stepped(
        to: .inProgress, by: actor, at: time, reason: version.versionName, under: profile,
        calendar: calendar)
      reopened.ended = nil
      return reopened
    }
    guard state.isOpen else { return nil }
    let isHandedIn = [.submitted, .approved, .published].contains(version.state)
    if isHandedIn, !follows(version, shown: shown) { return nil }
    let goal = profile.changeMustReach?.value ?? .updated
    let next: ChangeState
    switch version.state {
    case .withdrawn: next = .void
    case .superseded: return nil
    case .published: next = .fulfilled
    case .submitted, .approved: next = goal == .updated ? .inProgress : .fulfilled
    case .draft, .returned: next = .inProgress
    }
    guard next != state || self.version != version.number else { return nil }
    var changed = self
    changed.version = version.number
    if next != state {
      changed = changed.stepped(
        to: next, by: actor, at: time, reason: version.versionName, under: profile,
        calendar: calendar)
    }
    return changed
  }

  private func follows(_ version: EntryVersion, shown: EntryContent?) -> Bool {
    if let shown, difference(from: shown, to: version.content).isEmpty { return false }
    guard let registered = history.first?.time,
      let handedIn = version.history.last(where: { $0.to == .submitted && $0.from != .submitted })
    else { return true }
    return handedIn.time >= registered
  }

  /// The authority finds that the entry need not follow (e.2).
  package func voided(
    reason: String, by actor: Actor, of version: EntryVersion, owner: DepartmentFacts,
    at time: Instant, under profile: Profile, calendar: WorkingCalendar
  ) throws(CatalogRefusal) -> ChangeEvent {
    try requireAuthority(actor, of: version, owner: owner, under: profile)
    guard state.isOpen else {
      throw .wrongState(
        entry: name, state: version.state, action: BilingualText("作废", "declared void"))
    }
    try checkTexts([("reason", reason)])
    if reason.isEmpty { throw .reasonMissing(action: BilingualText("作废", "declared void")) }
    return stepped(
      to: .void, by: actor.name, at: time, reason: reason, under: profile, calendar: calendar)
  }

  /// Nobody declares his own void (AC-11).
  package func requireAuthority(
    _ actor: Actor, of version: EntryVersion, owner: DepartmentFacts, under profile: Profile
  ) throws(CatalogRefusal) {
    if actor.department.code == self.owner { throw .ownReview(entry: name) }
    try requireChangeParty(actor, of: version, owner: owner, under: profile)
  }

  private func stepped(
    to next: ChangeState, by actor: String, at time: Instant, reason: String,
    under profile: Profile, calendar: WorkingCalendar
  ) -> ChangeEvent {
    var changed = self
    changed.history.append(
      ChangeStep(from: state, to: next, actor: actor, time: time, reason: reason))
    changed.state = next
    if !next.isOpen {
      changed.ended = clock(under: profile, calendar: calendar, today: time.civilDate)
    }
    return changed
  }

  /// Its clock today, or as it stood when it ended; `nil` where the text sets none.
  package func clock(
    under profile: Profile, calendar: WorkingCalendar, today: CivilDate
  ) -> ClockReading? {
    if let ended { return ended }
    return runningClock(under: profile)?.reading(on: calendar, at: today)
  }

  /// The clock while it runs.
  package func runningClock(under profile: Profile) -> LegalClock? {
    guard state.isOpen else { return nil }
    return profile.clock(.catalogChange).map { LegalClock(rule: $0, started: date) }
  }
}
