// A database of a service: one writer, several readers, two backends behind one face.

import Synchronization
package import Vocabulary

/// A database, safe to share. Bodies are synchronous and run on the database's own threads.
///
/// ```swift
/// let database = try await SQLDatabase.open(.sqlite(path: path), schema: steps, now: clock)
/// let id = try await database.write { transaction in
///   try transaction.execute("INSERT INTO grants (id, ends) VALUES (?1, ?2)", ["G-1", end])
///   return "G-1"
/// }
/// ```
package final class SQLDatabase: Sendable {
  let writer: Writer
  private let readers: [Reader]
  private let options: DatabaseOptions
  /// Whether other processes may write here; a file has one.
  package let isShared: Bool
  private let statements: StatementCounter
  private let commits: StatementCounter
  /// Writes that wait or run; reads likewise at each reader.
  let waitingWrites = Atomic<Int>(0)
  /// Set once, while the database is opened.
  private let core = Mutex<OutboxCore?>(nil)

  private init(
    _ location: DatabaseLocation, _ options: DatabaseOptions, isWritten: Bool = true,
    _ now: @escaping @Sendable () -> Instant
  ) {
    let statements = StatementCounter()
    let source = ConnectionSource { role throws(DatabaseError) in
      guard isWritten || role == .reader else {
        throw .misuse("the database was opened to be looked at")
      }
      switch location {
      case .sqlite(let path):
        return try SQLiteConnection(path: path, role: role, counter: statements)
      case .postgres(let text):
        return try PostgresConnection(
          connectionString: text, role: role, takesTurns: options.writersTakeTurns,
          counter: statements)
      }
    }
    self.options = options
    isShared = if case .postgres = location { true } else { false }
    self.statements = statements
    commits = StatementCounter()
    writer = Writer(name: options.name + "-writer", source: source, commits: commits, now: now)
    readers = (0..<max(1, options.readers)).map {
      Reader(name: "\(options.name)-read-\($0)", source: source, now: now)
    }
  }

  /// Opens a database, checks it, and brings its schema up to date.
  ///
  /// - Parameters:
  ///   - schema: The steps of the service, from the first to the newest.
  ///   - outbox: How evidence is written; nil for a database without.
  ///   - now: The real time, by which entries age, kept answers expire, and steps are noted.
  package static func open(
    _ location: DatabaseLocation, schema: [SchemaStep],
    options: DatabaseOptions = DatabaseOptions(), outbox: OutboxConfiguration? = nil,
    now: @escaping @Sendable () -> Instant
  ) async throws -> SQLDatabase {
    let size: Int64 =
      if case .sqlite(let path) = location { try SQLiteFile.prepare(path) } else { 0 }
    let database = SQLDatabase(location, options, now)
    let check = options.integrityCheck
    let core = try await database.writer.withConnection { connection -> OutboxCore? in
      if let connection = connection as? SQLiteConnection {
        switch check {
        case .quick(let limit) where size <= limit: try connection.checkIntegrity(full: false)
        case .full: try connection.checkIntegrity(full: true)
        default: break
        }
      }
      try SchemaHistory.apply(
        [(OwnSchema.module, OwnSchema.steps), ("service", schema)], on: connection, now: now())
      return try outbox.map { try OutboxCore.load($0, on: connection, now: now()) }
    }
    if let core {
      await database.writer.attach(core)
      database.core.withLock { $0 = core }
    }
    // A reader that cannot be opened is found out now, not by the first call.
    for reader in database.readers { try await reader.withConnection { _ in } }
    return database
  }

  /// Opens a database as it lies, to look at it: nothing is made, no schema step applied, and every write is refused.
  package static func openToInspect(
    _ location: DatabaseLocation, now: @escaping @Sendable () -> Instant
  ) async throws -> SQLDatabase {
    let database = SQLDatabase(location, DatabaseOptions(), isWritten: false, now)
    for reader in database.readers { try await reader.withConnection { _ in } }
    return database
  }

  /// Looks through a SQLite file for damage, indexes against tables too. PostgreSQL answers for its own.
  package func checkIntegrity() async throws {
    try await readers[0].withConnection { connection in
      try (connection as? SQLiteConnection)?.checkIntegrity(full: true)
    }
  }

  /// Runs a write transaction, together with others that wait, and answers when it is durable.
  ///
  /// A body that throws leaves nothing behind, and the others untouched. It may run more than once (conflicts between
  /// processes on PostgreSQL). Cancelling the task before its body has started takes it out of the queue.
  @discardableResult
  package func write<T: Sendable>(
    _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> T
  ) async throws -> T {
    try await writeWithEvidence(body).value
  }

  /// The same, with the entries that the body appended, from which receipts are made.
  package func writeWithEvidence<T: Sendable>(
    _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> T
  ) async throws -> Committed<T> {
    let position = waitingWrites.wrappingAdd(1, ordering: .relaxed).newValue
    defer { waitingWrites.wrappingSubtract(1, ordering: .relaxed) }
    guard position <= options.queueLimit else {
      throw DatabaseError.overloaded(limit: options.queueLimit)
    }
    return try await writer.submit(PendingBody(body))
  }

  /// Runs a read transaction, which sees all that has been answered before it began.
  package func read<T: Sendable>(
    _ body: @escaping @Sendable (borrowing ReadTransaction) throws -> T
  ) async throws -> T {
    let reader = leastLoadedReader()
    let position = reader.waiting.wrappingAdd(1, ordering: .relaxed).newValue
    defer { reader.waiting.wrappingSubtract(1, ordering: .relaxed) }
    guard position <= options.queueLimit else {
      throw DatabaseError.overloaded(limit: options.queueLimit)
    }
    return try await reader.read(body)
  }

  /// Finishes what waits and closes all connections. Later calls throw ``DatabaseError/closed``.
  package func close() async {
    await writer.close()
    for reader in readers { await reader.close() }
    core.withLock { $0 }?.close()
  }

  /// The outbox, when the database was opened with one.
  package var outbox: Outbox? {
    core.withLock { $0 }.map { Outbox(database: self, core: $0) }
  }

  /// Folds SQLite's write-ahead log into the file, as far as readers allow. PostgreSQL does so by itself.
  package func checkpoint() async throws {
    try await writer.withConnection { try $0.checkpoint() }
  }

  /// The settings on which durability and secrecy rest, read back from the writer's connection and from one reader's.
  package func settings() async throws -> (writer: [String: String], reader: [String: String]) {
    let written = try await writer.withConnection { try $0.settings() }
    let read = try await readers[0].withConnection { try $0.settings() }
    return (written, read)
  }

  /// How many statements have been run since the database was opened. For tests: a page of a list costs a constant number.
  package var statementCount: Int { statements.value }

  /// How many transactions have been committed. For tests: callers that wait together share a commit.
  package var commitCount: Int { commits.value }

  /// How much there is to do, and how far evidence is behind.
  ///
  /// - Parameter now: The real time.
  package func statistics(now: Instant) -> DatabaseStatistics {
    DatabaseStatistics(
      writesWaiting: waitingWrites.load(ordering: .relaxed),
      readsWaiting: readers.reduce(0) { $0 + $1.waiting.load(ordering: .relaxed) },
      statements: statements.value, commits: commits.value,
      evidence: core.withLock { $0 }?.backlog(now: now))
  }

  private func leastLoadedReader() -> Reader {
    var best = readers[0]
    var least = best.waiting.load(ordering: .relaxed)
    for reader in readers.dropFirst() where least > 0 {
      let waiting = reader.waiting.load(ordering: .relaxed)
      if waiting < least { (best, least) = (reader, waiting) }
    }
    return best
  }
}
