// The outbox as the rest of a service sees it: is there room, what is new, who has it, what may go.

import Crypto
package import Integrity
package import Vocabulary

/// One entry, opened for Audit or another service.
package struct OutboxEntry: Sendable, Equatable {
  package let origin: Origin
  package let sequence: UInt64
  package let topic: String
  package let isRefusal: Bool
  /// Salt and payload.
  package let leaf: Leaf
  package let commitment: [UInt8]
  /// The hash of the chain at this entry.
  package let chain: [UInt8]
  /// Milliseconds since 1970, real time.
  package let writtenAt: Int64
}

/// The outbox of a database.
package struct Outbox: Sendable {
  let database: SQLDatabase
  let core: OutboxCore

  /// The most that one ``read(after:limit:of:)`` gives, beside its limit: a page holds at least one entry and otherwise no
  /// more than this.
  package static let pageBytes = 4 << 20
  package static let pageEntries = 1_000
  /// The most that is deleted in one transaction, so that nobody waits long behind it.
  static let purgedEntries = 20_000

  package var origin: Origin { core.origin }
  /// The sequence of the newest entry; 0 before the first.
  package var lastSequence: UInt64 { core.last }

  /// Asked by every data call before anything is opened: **no evidence, no data** (DESIGN.md, section 9).
  package func admitData(now: Instant) throws(OutboxError) { try core.admitData(now: now) }

  /// The newest sequence, at once and after each commit, for a stream of events. It ends when the database is closed.
  package func changes() -> AsyncStream<UInt64> { core.changes() }

  // MARK: Reading

  /// How far the outboxes of this database are: this replica's, and those of all that have ever written here. Any replica tells what
  /// one that died has left to be told.
  package func heads() async throws -> [(origin: Origin, sequence: UInt64)] {
    let own = origin
    guard database.isShared else { return [(own, lastSequence)] }
    return try await database.read { transaction in
      try transaction.query("SELECT service, replica, sequence FROM outbox_origin ORDER BY replica")
        .compactMap { row in
          let sequence: Int64 = try row[2]
          return Origin(service: try row[0], replica: try row[1], incarnation: own.incarnation)
            .map { ($0, UInt64(max(0, sequence))) }
        }
    }
  }

  /// Wakes the streams of ``changes()`` for what other replicas commit, until the task is cancelled. At once where there are none.
  ///
  /// - Parameter onFault: Told where it could not look; it looks again.
  package func watchOthers(onFault: (any Error) -> Void) async throws {
    guard database.isShared else { return }
    var known: Int64 = -1
    while true {
      do {
        let sum = try await database.read { transaction in
          let sums = try transaction.query("SELECT sequence FROM outbox_origin")
          return try sums.reduce(Int64(0)) { $0 + (try $1[0] as Int64) }
        }
        if sum != known { core.tell() }
        known = sum
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        onFault(error)
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// The next entries in order.
  ///
  /// - Parameters:
  ///   - sequence: The last one that the reader has; 0 to begin.
  ///   - other: Another replica's outbox in the same database.
  /// - Throws: ``OutboxError/purged(through:)`` when entries that it asks for are gone.
  package func read(after sequence: UInt64, limit: Int, of other: Origin? = nil) async throws
    -> [OutboxEntry]
  {
    let origin = other ?? origin
    let limit = min(max(1, limit), Outbox.pageEntries)
    let core = core
    // Opened on the reader's thread: a reactor does not unseal.
    return try await database.read { transaction in
      return try Outbox.rows(transaction, origin, after: sequence, limit: limit)
        .map { try Outbox.entry($0, origin, core.seal) }
    }
  }

  private static func rows(
    _ transaction: borrowing ReadTransaction, _ origin: Origin, after sequence: UInt64, limit: Int
  ) throws -> [Row] {
    let after = Int64(clamping: sequence)
    let purged: Int64? = try transaction.queryOne(
      "SELECT purged FROM outbox_origin WHERE replica = ?1", [origin.replica])?[0]
    if let purged, after < purged { throw OutboxError.purged(through: UInt64(purged)) }
    // First the sizes, so that a page of large entries stays small in memory.
    var bytes = 0
    var last = after
    let sizes = try transaction.query(
      """
      SELECT sequence, LENGTH(sealed) FROM outbox WHERE replica = ?1 AND sequence > ?2
      ORDER BY sequence LIMIT ?3
      """, [origin.replica, after, limit])
    for size in sizes {
      let length: Int = try size[1]
      bytes += length
      if bytes > pageBytes, last > after { break }
      last = try size[0]
    }
    return try transaction.query(
      """
      SELECT sequence, topic, is_refusal, sealed, commitment, chain, written_at
      FROM outbox WHERE replica = ?1 AND sequence > ?2 AND sequence <= ?3 ORDER BY sequence
      """, [origin.replica, after, last])
  }

  private static func entry(_ row: Row, _ origin: Origin, _ seal: TableSeal) throws -> OutboxEntry {
    let stored: Int64 = try row[0]
    let topic: String = try row[1]
    let sequence = UInt64(max(0, stored))
    let leaf = try seal.entry(try row[3], of: origin, topic, sequence)
    let commitment: [UInt8] = try row[4]
    guard leaf.commitment == commitment else { throw OutboxError.notAuthentic(sequence: sequence) }
    return OutboxEntry(
      origin: origin, sequence: sequence, topic: topic, isRefusal: try row[2], leaf: leaf,
      commitment: commitment, chain: try row[5], writtenAt: try row[6])
  }

  /// The receipt of an entry that is still here, for a caller that lost the one it got.
  ///
  /// - Returns: nil when there is no such entry, or not any more.
  package func receipt(for sequence: UInt64, keys: SignedNote) async throws -> Receipt? {
    let core = core
    return try await database.read { transaction in
      let (origin, wanted) = (core.origin, Int64(clamping: sequence))
      guard
        let group = try transaction.queryOne(
          """
          SELECT first, last, note FROM outbox_group WHERE replica = ?1 AND last >= ?2
          ORDER BY last LIMIT 1
          """, [origin.replica, wanted]),
        let row = try transaction.queryOne(
          """
          SELECT sequence, topic, is_refusal, sealed, commitment, chain, written_at FROM outbox
          WHERE replica = ?1 AND sequence = ?2
          """, [origin.replica, wanted])
      else { return nil }
      let first: Int64 = try group[0]
      let last: Int64 = try group[1]
      let commitments = try transaction.query(
        """
        SELECT commitment FROM outbox WHERE replica = ?1 AND sequence >= ?2 AND sequence <= ?3
        ORDER BY sequence
        """, [origin.replica, first, last])
      guard first > 0, wanted >= first, commitments.count == Int(last - first + 1),
        let commit = GroupCommit(
          origin: origin, first: UInt64(first), commitments: try commitments.map { try $0[0] })
      else { return nil }
      let leaf = try Outbox.entry(row, origin, core.seal).leaf
      let note: String = try group[2]
      return commit.receipt(
        for: leaf, sequence: sequence, note: try SignedNote(note), keys: keys)
    }
  }

  // MARK: Who has it

  /// What Audit answered about this outbox (`weir.audit.v1/WatchOrigins`).
  ///
  /// A database that was set back and has grown again past Audit's place is told by the chain, not by its length. As long as
  /// both stand so, at every look and after every start, data calls are refused and nothing is deleted.
  ///
  /// - Parameters:
  ///   - durable: The last sequence that Audit has stored.
  ///   - chain: The hash of the chain there, as Audit has it.
  ///   - covered: The last sequence that lies under one of its checkpoints.
  ///   - isAdmitted: Whether this database may give data: the first of its service, or one that two persons admitted.
  /// - Throws: ``OutboxError/rolledBack(own:audit:)`` when Audit has more than this database, ``OutboxError/forked(at:)`` when
  ///   it has something else, ``OutboxError/purged(through:)`` when it has less than was deleted here because it had it.
  package func auditAnswered(
    durable: UInt64, chain: [UInt8], covered: UInt64, isAdmitted: Bool = true
  ) async throws {
    let core = core
    let disagreement = try await database.write { transaction -> OutboxError? in
      if let error = try transaction.disagreement(core.origin, at: durable, chain) { return error }
      try transaction.cover(core, through: min(covered, durable))
      try transaction.purge(core, core.origin)
      return nil
    }
    let refusal = disagreement ?? (isAdmitted ? nil : .notAdmitted)
    core.hear(refusal, of: core.origin.replica)
    if let refusal { throw refusal }
  }

  /// What Audit answered about another replica of this database: whoever sets it back may call himself by another number, and what
  /// the former wrote is missing all the same.
  ///
  /// - Throws: ``OutboxError/rolledBack(own:audit:)`` and ``OutboxError/forked(at:)`` as for the own part.
  package func auditAnswered(of other: Origin, durable: UInt64, chain: [UInt8]) async throws {
    guard other.incarnation == origin.incarnation, other.replica != origin.replica else { return }
    let disagreement = try await database.read { transaction -> OutboxError? in
      let error = try transaction.disagreement(other, at: durable, chain)
      // The other deletes what Audit has by a newer answer than this one.
      if case .purged = error { return nil }
      return error
    }
    core.hear(disagreement, of: other.replica)
    if let disagreement { throw disagreement }
  }

  /// A consumer has applied all entries up to this one.
  package func confirm(_ consumer: String, through sequence: UInt64, of other: Origin? = nil)
    async throws
  {
    guard core.configuration.consumers.contains(consumer) else {
      throw OutboxError.unknownConsumer(consumer)
    }
    let origin = other ?? origin
    let core = core
    try await database.write { transaction in
      try transaction.execute(
        """
        INSERT INTO outbox_consumer (name, replica, confirmed) VALUES (?1, ?2, ?3)
        ON CONFLICT (name, replica) DO UPDATE SET confirmed = excluded.confirmed
        WHERE outbox_consumer.confirmed < excluded.confirmed
        """, [consumer, origin.replica, Int64(clamping: sequence)])
      try transaction.purge(core, origin)
    }
  }
}

extension SQLReading where Self: ~Copyable {
  /// Why an entry that Audit holds is none of this outbox; nil where it is one.
  fileprivate func disagreement(
    _ origin: Origin, at sequence: UInt64, _ chain: [UInt8]
  ) throws -> OutboxError? {
    guard
      let row = try queryOne(
        "SELECT sequence, head, purged, purged_chain FROM outbox_origin WHERE replica = ?1",
        [origin.replica])
    else { return sequence == 0 ? nil : .rolledBack(own: 0, audit: sequence) }
    let (last, purged, place): (Int64, Int64, Int64) = (
      try row[0], try row[2], Int64(clamping: sequence)
    )
    if place > last { return .rolledBack(own: UInt64(last), audit: sequence) }
    if place < purged { return .purged(through: UInt64(purged)) }
    let own: [UInt8]?
    if place == last {
      own = try row[1]
    } else if place == purged {
      // Nothing is known of what was deleted before this was kept; the first entry has nothing before it.
      own = place == 0 ? nil : try row[3]
    } else {
      own = try queryOne(
        "SELECT chain FROM outbox WHERE replica = ?1 AND sequence = ?2", [origin.replica, place])?[
          0]
    }
    return own == nil || own == chain ? nil : .forked(at: sequence)
  }
}

extension WriteTransaction {
  fileprivate func cover(_ core: OutboxCore, through sequence: UInt64) throws {
    let (replica, covered) = (core.origin.replica, Int64(clamping: sequence))
    let before: Int64 =
      try queryOne("SELECT covered FROM outbox_origin WHERE replica = ?1", [replica])?[0] ?? 0
    guard covered > before else { return }
    try execute(
      "UPDATE outbox_origin SET covered = ?2 WHERE replica = ?1", [replica, covered])
    let refusals: Int =
      try queryOne(
        """
        SELECT COUNT(*) FROM outbox
        WHERE replica = ?1 AND sequence > ?2 AND sequence <= ?3 AND is_refusal = 1
        """, [replica, before, covered])?[0] ?? 0
    let oldest: Int64? = try queryOne(
      "SELECT written_at FROM outbox WHERE replica = ?1 AND sequence = ?2",
      [replica, covered + 1])?[0]
    session.onCommit {
      core.hasCovered(
        through: sequence, refusals: refusals, oldest: oldest.map { Instant(milliseconds: $0) })
    }
  }

  /// Deletes whole groups that a checkpoint covers and every configured consumer has confirmed.
  fileprivate func purge(_ core: OutboxCore, _ origin: Origin) throws {
    let replica = origin.replica
    guard
      let row = try queryOne(
        "SELECT covered, purged FROM outbox_origin WHERE replica = ?1", [replica])
    else { return }
    let purged: Int64 = try row[1]
    var end: Int64 = min(try row[0], purged + Int64(Outbox.purgedEntries))
    var confirmed: [String: Int64] = [:]
    for row in try query(
      "SELECT name, confirmed FROM outbox_consumer WHERE replica = ?1", [replica])
    {
      confirmed[try row[0]] = try row[1]
    }
    for consumer in core.configuration.consumers { end = min(end, confirmed[consumer] ?? 0) }
    let group = try queryOne(
      "SELECT MAX(last) FROM outbox_group WHERE replica = ?1 AND last <= ?2", [replica, end])
    guard let last: Int64 = try group?[0] ?? nil, last > purged else { return }
    try execute(
      """
      UPDATE outbox_origin SET purged = ?2, purged_chain =
        (SELECT chain FROM outbox WHERE replica = ?1 AND sequence = ?2) WHERE replica = ?1
      """, [replica, last])
    try execute("DELETE FROM outbox WHERE replica = ?1 AND sequence <= ?2", [replica, last])
    try execute("DELETE FROM outbox_group WHERE replica = ?1 AND last <= ?2", [replica, last])
  }
}
