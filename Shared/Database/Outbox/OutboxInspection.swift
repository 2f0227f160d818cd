// Looking at outboxes as they lie in a database, without any key: for whoever checks them against the log.

package import Integrity

/// One replica's outbox as its tables have it. Nothing in it is believed yet.
package struct StoredOutbox: Sendable, Equatable {
  package let origin: Origin
  /// The newest sequence that it claims, and the hash of the chain there.
  package let sequence: UInt64
  package let head: [UInt8]
  /// How far checkpoints cover it, as it was told.
  package let covered: UInt64
  /// The last entry that was deleted, and the hash of the chain there where it was kept.
  package let purged: UInt64
  package let purgedChain: [UInt8]?
}

/// What does not fit in an outbox.
package enum OutboxFinding: Error, Sendable, Equatable {
  /// An entry is missing.
  case gap(at: UInt64)
  /// An entry does not follow the one before it.
  case forked(at: UInt64)
  /// The claimed end is not that of the entries.
  case wrongEnd
  /// More was deleted than a checkpoint covers.
  case deletedUncovered(from: UInt64)
  /// No signed group holds this entry, or its group says something else.
  case unsigned(at: UInt64)
}

extension SQLReading where Self: ~Copyable {
  /// The outboxes of all replicas that have written in this database.
  package func storedOutboxes() throws -> [StoredOutbox] {
    let rows = try query(
      """
      SELECT o.service, o.replica, i.incarnation, o.sequence, o.head, o.covered, o.purged,
        o.purged_chain
      FROM outbox_origin o CROSS JOIN database_incarnation i ORDER BY o.replica
      """)
    return try rows.map { row in
      guard
        let origin = Origin(
          service: try row[0], replica: try row[1], incarnation: try row[2])
      else { throw OutboxError.badOrigin }
      let (sequence, covered, purged): (Int64, Int64, Int64) = (
        try row[3], try row[5], try row[6]
      )
      return StoredOutbox(
        origin: origin, sequence: UInt64(max(0, sequence)), head: try row[4],
        covered: UInt64(max(0, covered)), purged: UInt64(max(0, purged)), purgedChain: try row[7])
    }
  }

  /// Computes the chain of an outbox again, and the roots of its signed groups.
  ///
  /// - Parameters:
  ///   - keys: Under which groups may be signed.
  ///   - body: Told each entry's sequence and commitment, in order.
  /// - Throws: ``OutboxFinding`` for the first thing that does not fit, after the entries before it were told.
  package func check(
    _ outbox: StoredOutbox, keys: [NoteVerifier], _ body: (UInt64, [UInt8]) throws -> Void
  ) throws {
    let replica = outbox.origin.replica
    guard outbox.purged <= outbox.covered else {
      throw OutboxFinding.deletedUncovered(from: outbox.covered + 1)
    }
    var (next, head) = (outbox.purged + 1, outbox.purgedChain)
    if outbox.purged == 0 { head = OutboxChain.start }
    var groups = GroupCheck(outbox.origin, keys: keys)
    try forEach(
      "SELECT sequence, commitment, chain FROM outbox WHERE replica = ?1 ORDER BY sequence",
      [replica]
    ) { row in
      let (sequence, commitment, chain): (Int64, [UInt8], [UInt8]) = (
        try row[0], try row[1], try row[2]
      )
      guard sequence == Int64(clamping: next) else { throw OutboxFinding.gap(at: next) }
      if let head {
        let expected = OutboxChain.hash(
          previous: head, origin: outbox.origin, sequence: next, commitment: commitment)
        guard chain == expected else { throw OutboxFinding.forked(at: next) }
      }
      if groups.wantsGroup {
        let group = try queryOne(
          """
          SELECT last, root, note FROM outbox_group WHERE replica = ?1 AND last >= ?2
          ORDER BY last LIMIT 1
          """, [replica, sequence])
        guard let group else { throw OutboxFinding.unsigned(at: next) }
        try groups.begin(try group[0], root: try group[1], note: try group[2], at: next)
      }
      try groups.add(commitment, at: next)
      try body(next, commitment)
      (next, head) = (next + 1, chain)
    }
    guard groups.wantsGroup else { throw OutboxFinding.gap(at: next) }
    // Nothing is known of the chain where all was deleted before its end was kept.
    guard next == outbox.sequence + 1, head == nil || head == outbox.head else {
      throw next <= outbox.sequence ? OutboxFinding.gap(at: next) : OutboxFinding.wrongEnd
    }
  }
}

/// Groups in the order of their entries.
private struct GroupCheck {
  private let origin: Origin
  private let keys: [NoteVerifier]
  private var open: (first: UInt64, last: UInt64, root: [UInt8])?
  private var commitments: [[UInt8]] = []

  init(_ origin: Origin, keys: [NoteVerifier]) {
    self.origin = origin
    self.keys = keys
  }

  /// Whether the next entry begins a group.
  var wantsGroup: Bool { open == nil }

  mutating func begin(_ last: Int64, root: [UInt8], note: String, at first: UInt64) throws {
    guard let note = try? SignedNote(note), (try? note.verified(by: keys))?.isEmpty == false,
      let group = EvidenceGroup(text: note.text), group.origin == origin, group.first == first,
      Int64(clamping: group.last) == last, group.root == root
    else { throw OutboxFinding.unsigned(at: first) }
    open = (first, group.last, root)
  }

  mutating func add(_ commitment: [UInt8], at sequence: UInt64) throws {
    commitments.append(commitment)
    guard let group = open, group.last == sequence else { return }
    guard MemoryTree(entries: commitments).root == group.root else {
      throw OutboxFinding.unsigned(at: group.first)
    }
    open = nil
    commitments = []
  }
}
