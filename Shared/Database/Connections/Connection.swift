// What a database thread asks of its connection, whichever the backend.

/// One connection, confined to the actor of one database thread: not Sendable, so that the compiler refuses to let it leave.
///
/// A connection whose error ``DatabaseError/isPoisoning`` is thrown away; its actor opens another.
protocol Connection: AnyObject {
  var dialect: SQLDialect { get }
  /// Runs a piece of work. All other calls are made inside one.
  func perform<T>(_ body: () throws -> T) throws -> T

  func begin() throws(DatabaseError)
  /// Begins a transaction that writes, after those of other processes where they take turns.
  func beginTurn() throws(DatabaseError)
  func commit() throws(DatabaseError)
  /// Ends the transaction whatever its state; a failure poisons the connection.
  func rollback() throws(DatabaseError)
  /// There is one level of savepoints, so that they need no names.
  func savepoint() throws(DatabaseError)
  func releaseSavepoint() throws(DatabaseError)
  func rollbackToSavepoint() throws(DatabaseError)
  /// Whether a transaction is open; after some errors SQLite has rolled back by itself.
  var isInTransaction: Bool { get }

  /// Whether a transaction that crossed another process's may see a taken key instead of a serialization failure.
  var hidesConflicts: Bool { get }

  /// - Returns: The number of rows inserted, changed or deleted.
  func execute(_ sql: String, _ arguments: [SQLValue]) throws(DatabaseError) -> Int
  /// The same statement for each row of arguments.
  func execute(_ sql: String, each rows: [[SQLValue]]) throws(DatabaseError) -> Int
  func query(_ sql: String, _ arguments: [SQLValue], limit: Int) throws(DatabaseError) -> [Row]
  /// Streams the rows of a SELECT. The body may run other statements.
  func forEach(_ sql: String, _ arguments: [SQLValue], _ body: (Row) throws -> Void) throws
  /// One statement of a schema step, in portable SQL.
  func executeSchema(_ sql: String) throws(DatabaseError)

  /// Keeps other processes from applying schema steps at the same time.
  func lockSchema() throws(DatabaseError)
  func unlockSchema() throws(DatabaseError)
  func checkpoint() throws(DatabaseError)
  /// The settings on which durability and secrecy rest, read back from the database.
  func settings() throws(DatabaseError) -> [String: String]
  func close()
}

extension Connection {
  func beginTurn() throws(DatabaseError) { try begin() }
}

/// How a connection is used.
enum ConnectionRole: Sendable {
  case writer, reader
}
