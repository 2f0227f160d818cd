// The one thread that writes: it takes all that waits, and commits it at once.

import Synchronization

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

  private let source: ConnectionSource
  private let commits: StatementCounter
  private var connection: (any Connection)?
  /// Whether the connection is to be closed before its next use. (It cannot be closed while it performs.)
  private var isSpent = false
  private var queue: [any PendingWrite] = []
  private var isClosed = false

  init(name: String, source: ConnectionSource, commits: StatementCounter) {
    executor = ThreadExecutor(name: name)
    self.source = source
    self.commits = commits
    executor.start { [weak self] in self?.assumeIsolated { $0.commitWaiting() } }
  }

  deinit { executor.stop() }

  /// Waits in the queue; answered when the transaction that holds it is durable.
  func submit<T>(_ member: PendingBody<T>) async throws -> T {
    if isClosed { throw DatabaseError.closed }
    return try await withCheckedThrowingContinuation { continuation in
      if member.wait(continuation) { queue.append(member) }
    }
  }

  /// Runs upkeep on the writer's connection, between two groups.
  func withConnection<T: Sendable>(_ body: @Sendable (any Connection) throws -> T) throws -> T {
    if isClosed { throw DatabaseError.closed }
    let connection = try opened()
    return try connection.perform { try body(connection) }
  }

  func close() {
    commitWaiting()
    isClosed = true
    if let connection {
      // The log is folded in for the sake of a tidy folder; it is as durable without.
      try? connection.perform { try connection.checkpoint() }
    }
    discardConnection()
  }

  // MARK: Groups

  private func commitWaiting() {
    while !queue.isEmpty {
      let group = queue.prefix(Limits.groupMembers).filter { $0.start() }
      queue.removeFirst(min(Limits.groupMembers, queue.count))
      if group.isEmpty { continue }
      if commit(group) == .again {
        for member in group { commitAlone(member) }
      }
    }
  }

  private func commitAlone(_ member: any PendingWrite) {
    for _ in 0..<Limits.attempts where commit([member]) == .answered { return }
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

  private func commit(_ group: [any PendingWrite]) -> Outcome {
    // A connection that broke while nobody used it is noticed at BEGIN. Nothing is lost then: open another.
    for _ in 0..<2 {
      do {
        let connection = try opened()
        let outcome = try connection.perform { transact(group, on: connection) }
        if outcome != .unbegun { return outcome }
        isSpent = true
      } catch {
        return fail(group, error)
      }
    }
    return fail(group, DatabaseError.connectionLost(isOutcomeUnknown: false))
  }

  private func transact(_ group: [any PendingWrite], on connection: any Connection) -> Outcome {
    do {
      try connection.begin()
    } catch .connectionLost {
      return .unbegun
    } catch {
      return fail(group, error)
    }
    do {
      let errors = try runMembers(group, on: connection)
      if errors.count < group.count {
        try connection.commit()
        commits.add(1)
      } else {
        try connection.rollback()
      }
      for (index, member) in group.enumerated() {
        if let error = errors[index] { member.fail(error) } else { member.succeed() }
      }
      return .answered
    } catch {
      return abandon(group, on: connection, error)
    }
  }

  /// Runs the bodies, each between savepoints.
  ///
  /// - Returns: The errors of those that failed alone, by their place in the group.
  /// - Throws: What ends the whole transaction.
  private func runMembers(_ group: [any PendingWrite], on connection: any Connection)
    throws(DatabaseError) -> [Int: any Error]
  {
    var errors: [Int: any Error] = [:]
    for (index, member) in group.enumerated() {
      let session = Session(connection)
      let isShared = group.count > 1
      if isShared { try connection.savepoint() }
      do {
        try member.run(in: session)
        if let failure = session.failure { throw failure }
        if isShared { try connection.releaseSavepoint() }
      } catch {
        if let failure = session.failure, failure.wantsRerun || failure.isPoisoning {
          throw failure
        }
        // SQLite ends the transaction by itself after some errors, such as a full disk.
        guard connection.isInTransaction else { throw session.failure ?? .serialization }
        if isShared { try connection.rollbackToSavepoint() }
        errors[index] = session.failure ?? error
      }
    }
    return errors
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
