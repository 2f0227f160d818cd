// What the body of a transaction can do: read, or read and write. Values that cannot be kept beyond the body.

import Integrity
package import Vocabulary

/// Reading, in a transaction of either kind. Stores write their queries as functions over this.
///
/// After a failed statement the transaction is lost, on both backends: every later call throws the same error and nothing is
/// stored, even if the body caught it. Where a conflict is expected, ask with `ON CONFLICT DO NOTHING`.
package protocol SQLReading: ~Copyable {
  var dialect: SQLDialect { get }
  /// All rows of a query, at most 100,000; otherwise ``DatabaseError/tooManyRows(limit:)``.
  ///
  /// - Parameter sql: Portable SQL with arguments `?1`, `?2`, …
  func query(_ sql: String, _ arguments: [any SQLConvertible]) throws(DatabaseError) -> [Row]
  /// Each row of a `SELECT` in turn, without holding all. The body may run other statements of this transaction.
  func forEach(
    _ sql: String, _ arguments: [any SQLConvertible], _ body: (Row) throws -> Void) throws
}

extension SQLReading where Self: ~Copyable {
  package func query(_ sql: String) throws(DatabaseError) -> [Row] { try query(sql, []) }

  /// The only row, or nil when there is none.
  ///
  /// - Throws: ``DatabaseError/misuse(_:)`` when there are several.
  package func queryOne(_ sql: String, _ arguments: [any SQLConvertible] = [])
    throws(DatabaseError) -> Row?
  {
    let rows = try query(sql, arguments)
    guard rows.count <= 1 else { throw .misuse("one row was expected, not \(rows.count)") }
    return rows.first
  }
}

/// A read transaction: one state of the database, whatever is written meanwhile.
package struct ReadTransaction: SQLReading, ~Copyable {
  let session: Session
  package var dialect: SQLDialect { session.connection.dialect }

  package func query(_ sql: String, _ arguments: [any SQLConvertible]) throws(DatabaseError)
    -> [Row]
  {
    try session.query(sql, arguments)
  }

  package func forEach(
    _ sql: String, _ arguments: [any SQLConvertible], _ body: (Row) throws -> Void
  ) throws {
    try session.forEach(sql, arguments, body)
  }
}

/// A write transaction: all of it is stored, or nothing.
///
/// The body may be run again after a conflict with another process: it keeps no state across tries.
package struct WriteTransaction: SQLReading, ~Copyable {
  let session: Session
  package var dialect: SQLDialect { session.connection.dialect }

  /// The real time of this try.
  package var now: Instant { session.now }

  package func query(_ sql: String, _ arguments: [any SQLConvertible]) throws(DatabaseError)
    -> [Row]
  {
    try session.query(sql, arguments)
  }

  package func forEach(
    _ sql: String, _ arguments: [any SQLConvertible], _ body: (Row) throws -> Void
  ) throws {
    try session.forEach(sql, arguments, body)
  }

  /// Runs a statement that gives no rows.
  ///
  /// - Returns: The number of rows inserted, changed or deleted.
  @discardableResult
  package func execute(_ sql: String, _ arguments: [any SQLConvertible] = [])
    throws(DatabaseError) -> Int
  {
    try session.guarded { connection throws(DatabaseError) in
      try connection.execute(sql, arguments.map(\.sqlValue))
    }
  }

  /// Runs a statement once for each row of arguments: prepared once, and for PostgreSQL sent in portions rather than one
  /// journey each. It counts as one statement.
  @discardableResult
  package func execute(_ sql: String, each rows: [[SQLValue]]) throws(DatabaseError) -> Int {
    if rows.isEmpty { return 0 }
    return try session.guarded { connection throws(DatabaseError) in
      try connection.execute(sql, each: rows)
    }
  }
}

/// A connection during one body: remembers the first failure, after which nothing works any more.
final class Session {
  let connection: any Connection
  /// The entries of the group; nil while reading, and where no evidence is written.
  let outbox: OutboxGroup?
  /// The moment of this try.
  let now: Instant
  private(set) var failure: DatabaseError?
  /// What follows from the commit for state in memory, in order.
  private(set) var afterCommit: [() -> Void] = []

  init(_ connection: any Connection, outbox: OutboxGroup? = nil, now: Instant) {
    self.connection = connection
    self.outbox = outbox
    self.now = now
  }

  /// Receipts to be stored once the group is signed.
  private(set) var waitingReceipts: [WaitingReceipt] = []

  func keepReceipt(of key: RequestKey, under keyList: SignedNote) {
    waitingReceipts.append(WaitingReceipt(key: key, keyList: keyList))
  }

  func onCommit(_ action: @escaping () -> Void) { afterCommit.append(action) }

  func query(_ sql: String, _ arguments: [any SQLConvertible]) throws(DatabaseError) -> [Row] {
    try guarded { connection throws(DatabaseError) in
      try connection.query(sql, arguments.map(\.sqlValue), limit: Limits.queryRows)
    }
  }

  func forEach(
    _ sql: String, _ arguments: [any SQLConvertible], _ body: (Row) throws -> Void
  ) throws {
    if let failure { throw failure }
    var isBodyRunning = false
    do {
      try connection.forEach(sql, arguments.map(\.sqlValue)) { row in
        isBodyRunning = true
        try body(row)
        isBodyRunning = false
      }
    } catch {
      // The body's own errors are the caller's; its statements have recorded theirs.
      if !isBodyRunning, let error = error as? DatabaseError { failure = failure ?? error }
      throw error
    }
  }

  func guarded<T>(_ body: (any Connection) throws(DatabaseError) -> T) throws(DatabaseError) -> T {
    if let failure { throw failure }
    do {
      return try body(connection)
    } catch {
      failure = error
      throw error
    }
  }
}
