// A thread that reads, one of several.

import Synchronization
import Vocabulary
import Threads

/// A reader of a database, with a connection of its own.
actor Reader {
  nonisolated let executor: ThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  /// How many calls wait here or run; callers go where the fewest are.
  nonisolated let waiting = Atomic<Int>(0)

  private let source: ConnectionSource
  private var connection: (any Connection)?
  /// Whether the connection is to be closed before its next use. (It cannot be closed while it performs.)
  private var isSpent = false
  private var isClosed = false

  private let now: @Sendable () -> Instant

  init(name: String, source: ConnectionSource, now: @escaping @Sendable () -> Instant) {
    executor = ThreadExecutor(name: name)
    self.source = source
    self.now = now
    executor.start()
  }

  deinit { executor.stop() }

  func read<T: Sendable>(_ body: @Sendable (borrowing ReadTransaction) throws -> T) throws -> T {
    // The caller may have been cancelled while it waited.
    try Task.checkCancellation()
    var hasReconnected = false
    for _ in 0..<Limits.attempts {
      if isClosed { throw DatabaseError.closed }
      let connection = try opened()
      let session = Session(connection, now: now())
      do {
        return try connection.perform { try transact(body, session) }
      } catch let error as DatabaseError where error == .serialization {
        continue
      } catch let error as DatabaseError where error.isPoisoning {
        isSpent = true
        // A connection that broke while nobody used it is noticed here. Reading twice does no harm.
        if case .connectionLost = error, !hasReconnected {
          hasReconnected = true
          continue
        }
        throw error
      }
    }
    throw DatabaseError.serialization
  }

  func withConnection<T: Sendable>(_ body: @Sendable (any Connection) throws -> T) throws -> T {
    if isClosed { throw DatabaseError.closed }
    let connection = try opened()
    return try connection.perform { try body(connection) }
  }

  func close() {
    isClosed = true
    discardConnection()
  }

  private func transact<T>(
    _ body: (borrowing ReadTransaction) throws -> T, _ session: Session
  ) throws -> T {
    let connection = session.connection
    try connection.begin()
    do {
      let result = try body(ReadTransaction(session: session))
      if let failure = session.failure { throw failure }
      // Reading too can fail at COMMIT, when the order of concurrent writers turns out to be impossible.
      try connection.commit()
      return result
    } catch {
      do { try connection.rollback() } catch { isSpent = true }
      throw error
    }
  }

  private func opened() throws(DatabaseError) -> any Connection {
    if isSpent { discardConnection() }
    if let connection { return connection }
    let opened = try source.open(.reader)
    connection = opened
    return opened
  }

  private func discardConnection() {
    connection?.close()
    connection = nil
    isSpent = false
  }
}
