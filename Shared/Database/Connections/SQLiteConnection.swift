// A connection to a SQLite file, opened and kept by GRDB, used through its synchronous API on one thread of ours.

import GRDB
import GRDBSQLite

/// GRDB opens and configures the connection, prepares the statements and guards that they are used in one place at a time.
/// Binding and stepping are done here on its raw statements: values go straight between SQLite and ``SQLValue``.
final class SQLiteConnection: Connection {
  let dialect = SQLDialect.sqlite
  private let queue: DatabaseQueue
  private let counter: StatementCounter
  /// GRDB's handle, valid inside `perform` only.
  private var handle: GRDB.Database?
  private var cache = StatementCache<String, Statement>(limit: Limits.cachedStatements)

  init(path: String, role: ConnectionRole, counter: StatementCounter) throws(DatabaseError) {
    self.counter = counter
    var configuration = Configuration()
    configuration.label = "weir"
    configuration.readonly = role == .reader
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(Limits.busySeconds)
    configuration.journalMode = .wal
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
      // Only now: GRDB sets synchronous=NORMAL while it opens a database in WAL mode.
      try queue.writeWithoutTransaction { database in
        for (name, setting) in SQLiteConnection.settings(of: role) {
          try database.execute(sql: "PRAGMA \(name) = \(setting.asked)")
        }
      }
    } catch {
      throw SQLiteConnection.translated(opening: error)
    }
    try checkSettings(role)
    // SQLite flushes the folder once, when it has made its files there, and does not look at the answer.
    if role == .writer { try SQLiteFile.flushFolder(of: path) }
  }

  func perform<T>(_ body: () throws -> T) throws -> T {
    if handle != nil { return try body() }
    return try queue.unsafeReentrantWrite { database in
      handle = database
      defer { handle = nil }
      return try body()
    }
  }

  /// Copies the database as this connection's transaction sees it into a new file of the same form.
  func copy(to path: String) throws {
    guard let handle else { throw DatabaseError.closed }
    let target = try DatabaseQueue(path: path)
    try target.writeWithoutTransaction { try handle.backup(to: $0) }
    try target.close()
  }

  func close() {
    _ = cache.removeAll()
    // A failure leaves the connection to GRDB's deinit, which closes it as a zombie (sqlite3_close_v2).
    try? queue.close()
  }

  // MARK: Transactions

  // IMMEDIATE: the lock is taken before anything is read, so that a transaction never fails on the way to its first write.
  func begin() throws(DatabaseError) {
    _ = try run(queue.configuration.readonly ? "BEGIN DEFERRED" : "BEGIN IMMEDIATE", [])
  }
  func commit() throws(DatabaseError) { _ = try run("COMMIT", []) }
  func rollback() throws(DatabaseError) { if isInTransaction { _ = try run("ROLLBACK", []) } }
  func savepoint() throws(DatabaseError) { _ = try run("SAVEPOINT member", []) }
  func releaseSavepoint() throws(DatabaseError) { _ = try run("RELEASE member", []) }
  func rollbackToSavepoint() throws(DatabaseError) {
    _ = try run("ROLLBACK TO member", [])
    _ = try run("RELEASE member", [])
  }

  // Only one process writes at a time, from BEGIN IMMEDIATE on.
  var hidesConflicts: Bool { false }

  var isInTransaction: Bool {
    guard let connection = handle?.sqliteConnection else { return false }
    return sqlite3_get_autocommit(connection) == 0
  }

  // MARK: Statements

  func execute(_ sql: String, _ arguments: [SQLValue]) throws(DatabaseError) -> Int {
    counter.add(1)
    return try run(sql, arguments)
  }

  func execute(_ sql: String, each rows: [[SQLValue]]) throws(DatabaseError) -> Int {
    counter.add(1)
    return try withStatement(sql) { database, statement throws(DatabaseError) in
      var changes = 0
      for row in rows { changes += try database.run(statement, row) }
      return changes
    }
  }

  func query(_ sql: String, _ arguments: [SQLValue], limit: Int) throws(DatabaseError) -> [Row] {
    counter.add(1)
    return try withStatement(sql) { database, statement throws(DatabaseError) in
      try statement.bind(arguments, in: database)
      let columns = statement.columns
      var rows: [Row] = []
      while try statement.step(in: database) {
        guard rows.count < limit else { throw .tooManyRows(limit: limit) }
        rows.append(Row(columns: columns, values: statement.values))
      }
      return rows
    }
  }

  func forEach(_ sql: String, _ arguments: [SQLValue], _ body: (Row) throws -> Void) throws {
    counter.add(1)
    let outcome = try withStatement(sql) { database, statement throws(DatabaseError) in
      try statement.bind(arguments, in: database)
      let columns = statement.columns
      while try statement.step(in: database) {
        do {
          try body(Row(columns: columns, values: statement.values))
        } catch {
          return Result<Void, any Error>.failure(error)
        }
      }
      return .success(())
    }
    try outcome.get()
  }

  func executeSchema(_ sql: String) throws(DatabaseError) {
    _ = try run(PortableSQL.sqliteSchema(sql), [])
  }

  private func run(_ sql: String, _ arguments: [SQLValue]) throws(DatabaseError) -> Int {
    try withStatement(sql) { database, statement throws(DatabaseError) in
      try database.run(statement, arguments)
    }
  }

  /// Lends a prepared statement, reset and without arguments afterwards, so that it holds neither lock nor data.
  private func withStatement<T>(
    _ sql: String, _ body: (GRDB.Database, Statement) throws(DatabaseError) -> T
  ) throws(DatabaseError) -> T {
    guard let handle else { throw .closed }
    let statement: Statement
    if let cached = cache.take(sql) {
      statement = cached
    } else {
      do {
        statement = try handle.makeStatement(sql: sql)
      } catch {
        throw SQLiteConnection.translated(preparing: error)
      }
    }
    defer {
      sqlite3_reset(statement.sqliteStatement)
      sqlite3_clear_bindings(statement.sqliteStatement)
      _ = cache.putBack(statement, sql)
    }
    return try body(handle, statement)
  }

  // MARK: Schema lock and upkeep

  // One process writes a SQLite file, and BEGIN IMMEDIATE keeps any other away during the steps.
  func lockSchema() throws(DatabaseError) {}
  func unlockSchema() throws(DatabaseError) {}

  /// Moves the write-ahead log into the database and cuts it to nothing, as far as readers allow.
  func checkpoint() throws(DatabaseError) {
    _ = try query("PRAGMA wal_checkpoint(TRUNCATE)", [], limit: 1)
  }

  /// Looks for damage: a full check also compares indexes with tables.
  func checkIntegrity(full: Bool) throws(DatabaseError) {
    let rows = try query("PRAGMA \(full ? "integrity_check" : "quick_check")(1)", [], limit: 1)
    guard rows.first?.values == [.text("ok")] else { throw .corrupt(code: "integrity_check") }
  }
}

// MARK: - Settings

extension SQLiteConnection {
  private struct Setting {
    let asked: String
    let readBack: Int64
  }

  /// What is set on each connection and read back from it.
  private static func settings(of role: ConnectionRole) -> [(String, Setting)] {
    let common: [(String, Setting)] = [
      // 2 = FULL: each commit is on the disk before it is answered.
      ("synchronous", Setting(asked: "FULL", readBack: 2)),
      // Deleted content is overwritten with zeros: what the law has erased is gone.
      ("secure_delete", Setting(asked: "ON", readBack: 1)),
      // Sorting leaves nothing in a temporary file.
      ("temp_store", Setting(asked: "MEMORY", readBack: 2)),
      ("foreign_keys", Setting(asked: "ON", readBack: 1)),
      ("cell_size_check", Setting(asked: "ON", readBack: 1)),
      ("trusted_schema", Setting(asked: "OFF", readBack: 0)),
    ]
    return role == .reader
      ? common + [("query_only", Setting(asked: "ON", readBack: 1))]
      : common + [
        ("wal_autocheckpoint", Setting(asked: "1000", readBack: 1000)),
        (
          "journal_size_limit",
          Setting(asked: "\(Limits.keptLogBytes)", readBack: Limits.keptLogBytes)
        ),
      ]
  }

  func settings() throws(DatabaseError) -> [String: String] {
    var found: [String: String] = [:]
    let role: ConnectionRole = queue.configuration.readonly ? .reader : .writer
    for name in SQLiteConnection.settings(of: role).map(\.0) + ["journal_mode"] {
      guard let value = try query("PRAGMA \(name)", [], limit: 1).first?.values.first else {
        continue
      }
      switch value {
      case .integer(let number): found[name] = String(number)
      case .text(let text): found[name] = text
      default: break
      }
    }
    return found
  }

  private func checkSettings(_ role: ConnectionRole) throws(DatabaseError) {
    let found: [String: String]
    do {
      found = try perform { try settings() }
    } catch {
      throw SQLiteConnection.translated(opening: error)
    }
    let expected =
      SQLiteConnection.settings(of: role).map { ($0, String($1.readBack)) }
      + [("journal_mode", "wal")]
    for (name, value) in expected where found[name] != value {
      throw .settingRefused(name: name, expected: value, found: found[name] ?? "nothing")
    }
  }
}

// MARK: - Errors

extension SQLiteConnection {
  private static func translated(preparing error: any Error) -> DatabaseError {
    guard let error = error as? GRDB.DatabaseError else { return .misuse("\(type(of: error))") }
    return DatabaseError(sqlite: error.extendedResultCode.rawValue, error.message ?? "")
  }

  private static func translated(opening error: any Error) -> DatabaseError {
    if let error = error as? DatabaseError { return error }
    guard let error = error as? GRDB.DatabaseError else {
      return .cannotOpen("\(type(of: error))")
    }
    switch error.resultCode {
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
      return .cannotOpen("SQLite error \(error.extendedResultCode.rawValue)")
    default:
      return DatabaseError(sqlite: error.extendedResultCode.rawValue, error.message ?? "")
    }
  }
}
