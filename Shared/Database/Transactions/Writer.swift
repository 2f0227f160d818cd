// The one thread that writes: it takes all that waits, and commits it at once.

import Synchronization
import Threads
import Vocabulary

/// Opens connections of one database.
struct ConnectionSource: Sendable {
  let open: @Sendable (ConnectionRole) throws(DatabaseError) -> any Connection
}

/// The writer of a database.
///
/// Every call of a turn becomes a member of one transaction, with a savepoint each: a body that throws undoes its own work
/// alone. After the commit, and not before, all are answered; those that failed too, for what they saw may have been another
/// member's work. So a hundred callers wait for one `fsync`.
actor Writer {
  nonisolated let executor: ThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Whoever writes puts its call here from its own thread: entering the actor would be one more change of threads.
  private struct Queue {
    var members: [any PendingWrite] = []
    var isClosed = false
  }

  private nonisolated let queue = Mutex(Queue())
  private let source: ConnectionSource
  private let commits: StatementCounter
  private var connection: (any Connection)?
  /// Whether the connection is to be closed before its next use. (It cannot be closed while it performs.)
  private var isSpent = false
  private var outbox: OutboxCore?
  private let now: @Sendable () -> Instant

  init(
    name: String, source: ConnectionSource, commits: StatementCounter,
    now: @escaping @Sendable () -> Instant
  ) {
    executor = ThreadExecutor(name: name)
    self.source = source
    self.commits = commits
    self.now = now
    executor.start { [weak self] in self?.assumeIsolated { $0.commitWaiting() } }
  }

  deinit { executor.stop() }

  /// Waits in the queue, and has its answer when the transaction that holds it is durable.
  nonisolated func submit<T>(_ member: PendingBody<T>) async throws -> Committed<T> {
    try queue.withLock { queue in
      if queue.isClosed { throw DatabaseError.closed }
      queue.members.append(member)
    }
    executor.askForTurn()
    return try await withCancellation {
      try await member.outcome()
    } onCancel: {
      member.cancel()
      executor.askForTurn()
    }
  }

  /// Runs upkeep on the writer's connection, between two groups.
  func withConnection<T: Sendable>(_ body: @Sendable (any Connection) throws -> T) throws -> T {
    if queue.withLock(\.isClosed) { throw DatabaseError.closed }
    let connection = try opened()
    return try connection.perform { try body(connection) }
  }

  /// From now on bodies can append evidence.
  func attach(_ outbox: OutboxCore) { self.outbox = outbox }

  func close() {
    queue.withLock { $0.isClosed = true }
    commitWaiting()
    if let connection {
      // The log is folded in for the sake of a tidy folder; it is as durable without.
      try? connection.perform { try connection.checkpoint() }
    }
    discardConnection()
  }

  // MARK: Groups

  private func commitWaiting() {
    while true {
      let next = queue.withLock { queue in
        defer { queue.members.removeFirst(min(Limits.groupMembers, queue.members.count)) }
        return queue.members.prefix(Limits.groupMembers)
      }
      if next.isEmpty { return }
      let group = next.filter { $0.start() }
      if group.isEmpty { continue }
      if commit(group) == .again {
        for member in group { commitAlone(member) }
      }
    }
  }

  private func commitAlone(_ member: any PendingWrite, isRepeated: Bool = false) {
    for _ in 0..<Limits.attempts where commit([member], isRepeated) == .answered { return }
    member.fail(DatabaseError.serialization)
  }

  private enum Outcome {
    /// Every member has its answer.
    case answered
    /// Nothing is stored and nobody answered: the members are to run one by one.
    case again
    /// The connection was lost before the transaction began.
    case unbegun
  }

  /// - Parameter isRepeated: Whether the members ran before and met a conflict that may have been another process's.
  private func commit(_ group: [any PendingWrite], _ isRepeated: Bool = false) -> Outcome {
    // A connection that broke while nobody used it is noticed at BEGIN. Nothing is lost then: open another.
    for _ in 0..<2 {
      do {
        let connection = try opened()
        var repeated: [any PendingWrite] = []
        let outcome = try connection.perform {
          transact(group, on: connection, isRepeated, &repeated)
        }
        for member in repeated { commitAlone(member, isRepeated: true) }
        if outcome != .unbegun { return outcome }
        isSpent = true
      } catch {
        return fail(group, error)
      }
    }
    return fail(group, DatabaseError.connectionLost(isOutcomeUnknown: false))
  }

  /// - Parameter repeated: Gets the members that are to run once more, alone, after this transaction.
  private func transact(
    _ group: [any PendingWrite], on connection: any Connection, _ isRepeated: Bool,
    _ repeated: inout [any PendingWrite]
  ) -> Outcome {
    do {
      try connection.beginTurn()
    } catch .connectionLost {
      return .unbegun
    } catch {
      return fail(group, error)
    }
    let entries = outbox.map { OutboxGroup($0, connection) }
    do {
      let results = try runMembers(group, on: connection, entries, isRepeated)
      guard results.contains(where: \.isDone) else {
        try connection.rollback()
        repeated = answer(group, results, nil)
        return .answered
      }
      let signed = try entries?.seal(now: now())
      try storeReceipts(of: results, signed, on: connection)
      try connection.commit()
      commits.add(1)
      for case .done(_, let session) in results {
        for action in session.afterCommit { action() }
      }
      if let signed { outbox?.hasCommitted(signed) }
      repeated = answer(group, results, signed)
      return .answered
    } catch {
      return abandon(group, on: connection, error)
    }
  }

  /// What became of one member.
  private enum MemberResult {
    /// Which of the group's entries are its own, and what its body asked for beyond its statements.
    case done(Range<Int>, Session)
    case failed(any Error)
    /// A key was taken. On PostgreSQL that may be how a conflict with another process shows: its body would have seen the row,
    /// had it run later. So it runs once more.
    case repeats

    var isDone: Bool { if case .done = self { true } else { false } }
  }

  private func storeReceipts(
    of results: [MemberResult], _ signed: SignedGroup?, on connection: any Connection
  ) throws(DatabaseError) {
    guard let signed else { return }
    for case .done(let range, let session) in results {
      guard let evidence = CommittedEvidence(signed, range) else { continue }
      for receipt in session.waitingReceipts { try receipt.store(evidence, on: connection) }
    }
  }

  /// - Returns: Those that have no answer yet.
  private func answer(
    _ group: [any PendingWrite], _ results: [MemberResult], _ signed: SignedGroup?
  ) -> [any PendingWrite] {
    var repeated: [any PendingWrite] = []
    for (member, result) in zip(group, results) {
      switch result {
      case .done(let range, _): member.succeed(signed.flatMap { CommittedEvidence($0, range) })
      case .failed(let error): member.fail(error)
      case .repeats: repeated.append(member)
      }
    }
    return repeated
  }

  /// Runs the bodies, each between savepoints.
  ///
  /// - Throws: What ends the whole transaction.
  private func runMembers(
    _ group: [any PendingWrite], on connection: any Connection, _ entries: OutboxGroup?,
    _ isRepeated: Bool
  ) throws(DatabaseError) -> [MemberResult] {
    var results: [MemberResult] = []
    for member in group {
      let session = Session(connection, outbox: entries, now: now())
      let mark = entries?.mark
      let first = entries?.drafts.count ?? 0
      let isShared = group.count > 1
      if isShared { try connection.savepoint() }
      do {
        try member.run(in: session)
        if let failure = session.failure { throw failure }
        if isShared { try connection.releaseSavepoint() }
        results.append(.done(first..<(entries?.drafts.count ?? 0), session))
      } catch {
        if let failure = session.failure, failure.wantsRerun || failure.isPoisoning {
          throw failure
        }
        // SQLite ends the transaction by itself after some errors, such as a full disk.
        guard connection.isInTransaction else { throw session.failure ?? .serialization }
        if isShared { try connection.rollbackToSavepoint() }
        if let mark { entries?.undo(to: mark) }
        if !isRepeated, connection.hidesConflicts, case .uniqueViolation? = session.failure {
          results.append(.repeats)
        } else {
          results.append(.failed(session.failure ?? error))
        }
      }
    }
    return results
  }

  /// Undoes the whole transaction and decides what its members get.
  private func abandon(
    _ group: [any PendingWrite], on connection: any Connection, _ error: DatabaseError
  ) -> Outcome {
    do {
      try connection.rollback()
    } catch {
      // A connection that cannot even roll back is thrown away; its transaction dies with it.
      isSpent = true
    }
    if error.isPoisoning { isSpent = true }
    if error.wantsRerun { return .again }
    // One member's work was too much: the others may still succeed alone.
    if group.count > 1, !error.isPoisoning { return .again }
    return fail(group, error)
  }

  private func fail(_ group: [any PendingWrite], _ error: any Error) -> Outcome {
    for member in group { member.fail(error) }
    return .answered
  }

  // MARK: Connection

  private func opened() throws(DatabaseError) -> any Connection {
    if isSpent { discardConnection() }
    if let connection { return connection }
    let opened = try source.open(.writer)
    connection = opened
    return opened
  }

  private func discardConnection() {
    connection?.close()
    connection = nil
    isSpent = false
  }
}
