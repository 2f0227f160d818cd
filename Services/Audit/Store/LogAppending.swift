// Appending to the log: each entry once, its leaf in the tree, its terms, and what it says about disclosures.

package import AuditRules
package import Database
package import Integrity
import Vocabulary

extension WriteTransaction {
  /// Notes an origin before its first entry, so that its service learns that nothing is held of it.
  ///
  /// - Parameter newest: What the origin says is its last sequence.
  /// - Returns: The origin, and why it is refused when it was set back; then an alarm is on record.
  package func meet(
    _ origin: Origin, newest: UInt64, at time: AppendTime
  ) throws -> (held: HeldOrigin, refusal: OriginRefusal?) {
    let (_, held) = try known(origin, at: time)
    do throws(OriginRefusal) {
      try requireNotRolledBack(held, newest: newest)
    } catch {
      try raise(error, at: time)
      return (held, error)
    }
    return (held, nil)
  }

  /// Appends what continues the origin. At the first entry that does not, the rest is left out and an alarm recorded, in the
  /// same transaction.
  ///
  /// - Parameters:
  ///   - entries: Of one origin, in the order in which they came.
  ///   - appender: The number that `becomeAppender` gave.
  package func append(
    _ entries: [SealedEntry], of origin: Origin, at time: AppendTime, appender: Int64,
    grace: DisclosureGrace, blinding: any TermBlinding
  ) throws -> AppendOutcome {
    let (id, first) = try known(origin, at: time)
    var outcome = AppendOutcome(held: first)
    var taken: [SealedEntry] = []
    for entry in entries {
      let next = OutboxChain.hash(
        previous: outcome.held.head, origin: origin, sequence: entry.arrived.sequence,
        commitment: entry.arrived.leaf)
      let held = try heldLeaf(id, entry.arrived.sequence, outcome.held, taken)
      do throws(OriginRefusal) {
        if try continuity(of: entry.arrived, after: outcome.held, heldLeaf: held, nextChain: next)
          == .held
        {
          continue
        }
      } catch {
        outcome.refusal = error
        break
      }
      outcome.held = HeldOrigin(name: origin.text, sequence: entry.arrived.sequence, head: next)
      taken.append(entry)
    }
    if let refusal = outcome.refusal { try raise(refusal, at: time) }
    outcome.appended = taken.count
    if taken.isEmpty { return outcome }
    try execute(
      "UPDATE origins SET sequence = ?2, head = ?3 WHERE id = ?1",
      [id, Int64(clamping: outcome.held.sequence), outcome.held.head])
    let start = try grow(taken.map(\.arrived.leaf), appender: appender)
    try insert(taken, of: id, from: start, at: time)
    try index(taken, from: start, at: time, blinding: blinding)
    try follow(taken, of: origin, from: start, at: time, grace: grace)
    try followSigners(taken, of: origin, at: time, grace: grace)
    for entry in taken where !entry.facts.isForeign {
      guard let kind = AlarmKind(topic: entry.facts.topic) else { continue }
      try raise(
        kind, origin: origin.text, sequence: entry.arrived.sequence, call: entry.facts.call,
        at: time.civil)
    }
    for entry in taken where entry.facts.isForeign {
      let sequence = entry.arrived.sequence
      try raise(OriginRefusal(.foreignTopic, origin: origin.text, sequence: sequence), at: time)
    }
    return outcome
  }

  /// The origin's row, made at first sight.
  private func known(_ origin: Origin, at time: AppendTime) throws -> (Int64, HeldOrigin) {
    if let row = try queryOne(
      "SELECT id, sequence, head FROM origins WHERE name = ?1", [origin.text])
    {
      let sequence: Int64 = try row[1]
      return (
        try row[0],
        HeldOrigin(name: origin.text, sequence: UInt64(max(0, sequence)), head: try row[2])
      )
    }
    let isAdmitted = try isAdmitted(origin)
    let next: Int64 =
      (try queryOne("SELECT MAX(id) FROM origins")?[0] as Int64? ?? nil ?? 0) + 1
    try execute(
      "INSERT INTO origins (id, name, sequence, head, covered, admitted) VALUES (?1, ?2, 0, ?3, 0, ?4)",
      [next, origin.text, OutboxChain.start, isAdmitted])
    if !isAdmitted {
      try raise(OriginRefusal(.newIncarnation, origin: origin.text, sequence: 0), at: time)
    }
    return (next, HeldOrigin(name: origin.text, sequence: 0, head: OutboxChain.start))
  }

  /// The leaf that the log has at a sequence; asked only for those that came before.
  private func heldLeaf(
    _ origin: Int64, _ sequence: UInt64, _ held: HeldOrigin, _ taken: [SealedEntry]
  ) throws -> [UInt8]? {
    guard sequence <= held.sequence else { return nil }
    if let own = taken.first(where: { $0.arrived.sequence == sequence }) { return own.arrived.leaf }
    return try queryOne(
      "SELECT leaf FROM entries WHERE origin = ?1 AND sequence = ?2",
      [origin, Int64(clamping: sequence)])?[0]
  }

  /// Adds leaves to the tree and its tiles.
  ///
  /// - Returns: The position of the first.
  private func grow(_ leaves: [[UInt8]], appender: Int64) throws -> UInt64 {
    let state = try logState()
    guard state.appender == appender else { throw LogFault.fencedOff }
    var frontier = state.frontier
    var grown: [TilePlace: [UInt8]] = [:]
    for leaf in leaves {
      for node in frontier.append(leafHash: MerkleTree.leafHash(leaf))
      where node.level.isMultiple(of: Tile.height) {
        grown[TilePlace(node), default: []] += node.hash
      }
    }
    for (place, hashes) in grown {
      let before = try tile(level: place.level, number: place.number) ?? []
      try execute(
        """
        INSERT INTO tiles (level, number, content) VALUES (?1, ?2, ?3)
        ON CONFLICT (level, number) DO UPDATE SET content = excluded.content
        """, [place.level, Int64(clamping: place.number), before + hashes])
    }
    try execute(
      "UPDATE log_state SET size = ?1, frontier = ?2",
      [Int64(clamping: frontier.size), frontier.hashes.flatMap(\.self)])
    return state.frontier.size
  }

  private func insert(
    _ entries: [SealedEntry], of origin: Int64, from start: UInt64, at time: AppendTime
  ) throws {
    try execute(
      "INSERT INTO months (month, first) VALUES (?1, ?2) ON CONFLICT (month) DO NOTHING",
      [time.month, Int64(clamping: start)])
    var rows: [[SQLValue]] = []
    rows.reserveCapacity(entries.count)
    for (offset, entry) in entries.enumerated() {
      rows.append([
        .integer(Int64(clamping: start) + Int64(offset)), .integer(origin),
        .integer(Int64(clamping: entry.arrived.sequence)), .blob(entry.arrived.leaf),
        .text(time.month), .integer(time.received.milliseconds), .blob(entry.sealed),
      ])
    }
    try execute(
      """
      INSERT INTO entries (position, origin, sequence, leaf, month, received, sealed)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """, each: rows)
  }

  /// Makes the entries findable, for their provider too.
  private func index(
    _ entries: [SealedEntry], from start: UInt64, at time: AppendTime, blinding: any TermBlinding
  ) throws {
    var terms: [TermPlace] = []
    var unprovided: [[SQLValue]] = []
    // Most entries of a batch are about the same few things.
    var numbers: [String: Int64] = [:]
    var providers: [String: DepartmentCode?] = [:]
    for (offset, entry) in entries.enumerated() {
      let position = Int64(clamping: start) + Int64(offset)
      var facts = entry.facts
      if let name = facts.entry {
        if let provider = facts.provider {
          try note(&unprovided)
          try learn(provider, of: name, blinding: blinding)
          providers[name] = nil
        }
        let known = try providers[name] ?? provider(of: name)
        providers[name] = .some(known)
        if let known {
          facts.departments.insert(known)
        } else {
          unprovided.append([.text(name), .integer(position), .text(time.month)])
        }
      }
      terms.append(
        TermPlace(term: LogTerm.number(ofLeaf: entry.arrived.leaf), position: position))
      for text in facts.terms {
        let number = try numbers[text] ?? blinding.term(text, month: time.month)
        numbers[text] = number
        terms.append(TermPlace(term: number, position: position))
      }
    }
    try note(&unprovided)
    try addRun(terms, first: start, past: start + UInt64(entries.count))
  }

  /// Writes down entries whose provider is not known yet.
  private func note(_ unprovided: inout [[SQLValue]]) throws {
    try execute(
      "INSERT INTO unprovided (entry, position, month) VALUES (?1, ?2, ?3)", each: unprovided)
    unprovided = []
  }

  /// Notes who provides a catalogue entry, and lets the provider find what came before that was known.
  private func learn(
    _ provider: DepartmentCode, of entry: String, blinding: any TermBlinding
  ) throws {
    try execute(
      """
      INSERT INTO providers (entry, department) VALUES (?1, ?2)
      ON CONFLICT (entry) DO UPDATE SET department = excluded.department
      """, [entry, provider.text])
    let text = LogTerm.department(provider)
    var late: [[SQLValue]] = []
    // Of a month whose contents were destroyed nothing is found any more.
    let rows = try query(
      """
      SELECT position, month FROM unprovided
      WHERE entry = ?1 AND month NOT IN (SELECT month FROM months WHERE destroyed > 0)
      """, [entry])
    for row in rows {
      late.append([.integer(try blinding.term(text, month: try row[1])), .integer(try row[0])])
    }
    try execute(
      """
      INSERT INTO late_terms (term, position) VALUES (?1, ?2)
      ON CONFLICT (term, position) DO NOTHING
      """, each: late)
  }

  /// Begins to wait for the decisions behind disclosures.
  private func follow(
    _ entries: [SealedEntry], of origin: Origin, from start: UInt64, at time: AppendTime,
    grace: DisclosureGrace
  ) throws {
    let due = grace.end(received: time.received).milliseconds
    var rows: [[SQLValue]] = []
    for (offset, entry) in entries.enumerated() where entry.facts.isDisclosure {
      rows.append([
        .integer(Int64(clamping: start) + Int64(offset)), .text(origin.text),
        .integer(Int64(clamping: entry.arrived.sequence)), .text(entry.facts.call), .integer(due),
        .integer(Int64(DisclosureState.awaiting.rawValue)),
      ])
    }
    try execute(
      """
      INSERT INTO disclosures (position, origin, sequence, call, due, state)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      """, each: rows)
  }
}

/// Which stored tile a node of the tree belongs to.
private struct TilePlace: Hashable {
  let level: Int
  let number: UInt64

  init(_ node: MerkleFrontier.Node) {
    level = node.level / Tile.height
    number = node.index / UInt64(Tile.fullWidth)
  }
}
