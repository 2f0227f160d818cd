// What is known of an outbox in memory: how full it is, who listens, and how its entries are sealed.

import Crypto
import Integrity
import Synchronization
import Vocabulary

/// The state of an outbox that callers share. The database is the truth; this follows its commits.
final class OutboxCore: Sendable {
  private struct State {
    var last: UInt64 = 0
    var covered: UInt64 = 0
    /// Of the entries above `covered`.
    var refusals = 0
    /// When the first entry above `covered` was written.
    var oldest: Instant?
    /// Whether Audit has answered since the start.
    var isFollowed: Bool
    /// Why what Audit holds of this database is no beginning of it, by replica.
    var disagreements: [String: OutboxError] = [:]
    var listeners: [UInt64: AsyncStream<UInt64>.Continuation] = [:]
    var listenerCount: UInt64 = 0
    var isClosed = false
  }

  let configuration: OutboxConfiguration
  let origin: Origin
  /// Of salt and payload of the entries.
  let seal: TableSeal
  private let state: Mutex<State>

  // MARK: Opening

  /// Finds or makes the incarnation, the origin's row and the key, in a transaction of its own.
  static func load(
    _ configuration: OutboxConfiguration, on connection: any Connection, now: Instant
  ) throws -> OutboxCore {
    // Replicas that start at once make the first rows together.
    for _ in 0..<Limits.attempts {
      do {
        try connection.beginTurn()
        let core = try loadInTransaction(configuration, on: connection, now: now)
        try connection.commit()
        return core
      } catch {
        try? connection.rollback()
        if let error = error as? DatabaseError, error.wantsRerun { continue }
        throw error
      }
    }
    throw DatabaseError.serialization
  }

  private static func loadInTransaction(
    _ configuration: OutboxConfiguration, on connection: any Connection, now: Instant
  ) throws -> OutboxCore {
    _ = try connection.execute(
      """
      INSERT INTO database_incarnation (one, incarnation) VALUES (1, ?1) ON CONFLICT DO NOTHING
      """, [.blob(configuration.random.bytes(16))])
    guard
      let row = try connection.query(
        "SELECT incarnation FROM database_incarnation", [], limit: 1
      ).first,
      let origin = Origin(
        service: configuration.service, replica: configuration.replica, incarnation: try row[0])
    else { throw OutboxError.badOrigin }
    _ = try connection.execute(
      """
      INSERT INTO outbox_origin (replica, service, sequence, head, covered, purged)
      VALUES (?1, ?2, 0, ?3, 0, 0) ON CONFLICT DO NOTHING
      """,
      [.text(origin.replica), .text(origin.service), .blob(OutboxChain.start)])
    let position = try OutboxPosition.read(origin, on: connection)
    return OutboxCore(
      configuration, origin, position, try .outbox(configuration, origin, now: now))
  }

  private init(
    _ configuration: OutboxConfiguration, _ origin: Origin, _ position: OutboxPosition,
    _ seal: TableSeal
  ) {
    self.configuration = configuration
    self.origin = origin
    self.seal = seal
    state = Mutex(
      State(
        last: position.last, covered: position.covered, refusals: position.refusals,
        oldest: position.oldest, isFollowed: !configuration.requiresAudit))
  }

  // MARK: How full it is

  var last: UInt64 { state.withLock(\.last) }
  var uncoveredRefusals: Int { state.withLock(\.refusals) }

  /// A group is durable. Called on the writer's thread.
  func hasCommitted(_ group: SignedGroup) {
    let (last, listeners) = state.withLock { state in
      state.last = group.commit.group.last
      state.refusals += group.drafts.count(where: \.isRefusal)
      state.oldest = state.oldest ?? group.writtenAt
      return (state.last, Array(state.listeners.values))
    }
    for listener in listeners { listener.yield(last) }
  }

  /// The covered part has grown. Called on the writer's thread, before the entries of the same commit are added.
  ///
  /// - Parameters:
  ///   - refusals: How many of the entries covered now are refusals.
  ///   - oldest: When the first entry above was written.
  func hasCovered(through sequence: UInt64, refusals: Int, oldest: Instant?) {
    state.withLock { state in
      state.covered = sequence
      state.refusals -= refusals
      state.oldest = oldest
    }
  }

  /// Audit has answered.
  ///
  /// - Parameters:
  ///   - disagreement: Why what it holds is no beginning of what this database has; nil where it is.
  ///   - replica: Whose part of the database that is; another's alone does not say that this one is followed.
  func hear(_ disagreement: OutboxError?, of replica: String) {
    state.withLock { state in
      state.disagreements[replica] = disagreement
      if replica == origin.replica { state.isFollowed = true }
    }
  }

  func admitData(now: Instant) throws(OutboxError) {
    let error = state.withLock { state -> OutboxError? in
      guard state.isFollowed else { return .awaitingAudit }
      if let first = state.disagreements.min(by: { $0.key < $1.key }) { return first.value }
      let limits = configuration.limits
      let uncovered = Int(clamping: state.last - state.covered) - state.refusals
      if uncovered >= limits.uncoveredEntries { return .tooMany(limit: limits.uncoveredEntries) }
      if let oldest = state.oldest,
        now.milliseconds - oldest.milliseconds >= Int64(limits.uncoveredAgeSeconds) * 1000
      {
        return .tooOld(limitSeconds: limits.uncoveredAgeSeconds)
      }
      return nil
    }
    if let error { throw error }
  }

  func backlog(now: Instant) -> EvidenceBacklog {
    state.withLock { state in
      EvidenceBacklog(
        entries: Int(clamping: state.last - state.covered),
        seconds: state.oldest.map { max(0, Int(now.milliseconds - $0.milliseconds) / 1000) } ?? 0)
    }
  }

  // MARK: Who listens

  /// Wakes all who listen, for what another replica committed.
  func tell() {
    let (last, listeners) = state.withLock { ($0.last, Array($0.listeners.values)) }
    for listener in listeners { listener.yield(last) }
  }

  /// The sequence of the newest entry, now and after each commit; only the newest is kept for a slow listener.
  func changes() -> AsyncStream<UInt64> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: UInt64.self, bufferingPolicy: .bufferingNewest(1))
    let (number, last, isClosed) = state.withLock { state in
      state.listenerCount += 1
      if !state.isClosed { state.listeners[state.listenerCount] = continuation }
      return (state.listenerCount, state.last, state.isClosed)
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { $0.listeners[number] = nil }
    }
    continuation.yield(last)
    if isClosed { continuation.finish() }
    return stream
  }

  /// Ends all listening.
  func close() {
    let listeners = state.withLock { state in
      state.isClosed = true
      defer { state.listeners = [:] }
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.finish() }
  }
}

/// How far an outbox has come, as its tables say.
struct OutboxPosition: Sendable {
  let last: UInt64
  let covered: UInt64
  let refusals: Int
  let oldest: Instant?

  static func read(_ origin: Origin, on connection: any Connection) throws(DatabaseError)
    -> OutboxPosition
  {
    let replica = SQLValue.text(origin.replica)
    guard
      let row = try connection.query(
        "SELECT sequence, covered FROM outbox_origin WHERE replica = ?1", [replica],
        limit: 1
      ).first
    else { throw .evidence("the outbox has lost its origin") }
    let last: Int64 = try row[0]
    let covered: Int64 = try row[1]
    let waiting = try connection.query(
      """
      SELECT SUM(is_refusal), (SELECT written_at FROM outbox WHERE replica = ?1 AND sequence = ?2 + 1)
      FROM outbox WHERE replica = ?1 AND sequence > ?2
      """, [replica, .integer(covered)], limit: 1)
    let refusals: Int? = try waiting.first?[0] ?? nil
    let oldest: Int64? = try waiting.first?[1] ?? nil
    return OutboxPosition(
      last: UInt64(max(0, last)), covered: UInt64(max(0, covered)), refusals: refusals ?? 0,
      oldest: oldest.map { Instant(milliseconds: $0) })
  }
}
