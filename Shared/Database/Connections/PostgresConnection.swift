// A connection to PostgreSQL over libpq, used synchronously on one thread of ours.

import CLibpq

/// Every statement is prepared once per connection, and values travel in binary form. Transactions are SERIALIZABLE, commits
/// are waited for (`synchronous_commit`).
final class PostgresConnection: Connection {
  let dialect = SQLDialect.postgres
  /// A statement is prepared for its text and the kinds of its arguments: the server is told that an integer is a BIGINT
  /// rather than left to guess, and a NULL may be of any type.
  private struct Key: Hashable {
    let sql: String
    let kinds: [SQLKind]
  }

  private let role: ConnectionRole
  private let takesTurns: Bool
  private let counter: StatementCounter
  /// The connection of libpq; nil once closed. It never leaves this file and `PostgresResult`.
  private var link: OpaquePointer?
  private var cache = StatementCache<Key, String>(limit: Limits.cachedStatements)
  private var rewritten: [String: PortableSQL.Rewritten] = [:]
  private var prepared = 0
  private var cursors = 0

  /// - Parameter takesTurns: Whether writers of several processes exclude each other.
  init(
    connectionString: String, role: ConnectionRole, takesTurns: Bool = false,
    counter: StatementCounter
  ) throws(DatabaseError) {
    self.role = role
    self.takesTurns = takesTurns
    self.counter = counter
    guard let transport = PostgresTransport(connectionString: connectionString) else {
      throw .cannotOpen("the connection string cannot be read, or names a service file")
    }
    try transport.check()
    // The string may override what stands before it, not what stands after.
    let parameters =
      [
        ("connect_timeout", String(Limits.connectSeconds)), ("keepalives_idle", "30"),
        ("tcp_user_timeout", "30000"),
      ] + (transport.defaultMode.map { [("sslmode", $0)] } ?? []) + [
        ("dbname", connectionString), ("client_encoding", "UTF8"), ("application_name", "weir"),
      ]
    link = PostgresConnection.connect(parameters)
    guard let link, PQstatus(link) == CONNECTION_OK else {
      close()
      // libpq's own message could name users and addresses; the log of the server has it.
      throw .cannotOpen("PostgreSQL did not accept the connection")
    }
    // The environment may have named another host than the string.
    let host = PQhost(link).map { String(cString: $0) } ?? ""
    if !PostgresTransport.isLocal(host), PQsslInUse(link) == 0 {
      close()
      throw .cannotOpen("the connection to PostgreSQL has no TLS")
    }
    // Notices are for people at a terminal; without this libpq prints them to standard error.
    _ = PQsetNoticeProcessor(link, { _, _ in }, nil)
    let setup = """
      SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE\
      \(role == .reader ? " READ ONLY" : " READ WRITE");
      SET synchronous_commit = on; SET standard_conforming_strings = on; SET timezone = 'UTC';
      SET lock_timeout = '\(Int(Limits.busySeconds * 1000))';
      SET idle_in_transaction_session_timeout = '\(Limits.idleTransactionSeconds)s';
      """
    do {
      try command(setup)
      try checkSettings()
    } catch {
      close()
      throw error
    }
  }

  deinit { close() }

  func perform<T>(_ body: () throws -> T) throws -> T { try body() }

  func close() {
    PQfinish(link)
    link = nil
  }

  private static func connect(_ parameters: [(String, String)]) -> OpaquePointer? {
    let names = parameters.map(\.0)
    let values = parameters.map(\.1)
    return withCStrings(names) { names in
      withCStrings(values) { values in
        // Both arrays end with nil and live until libpq has copied them. 1: `dbname` may be a whole connection string.
        PQconnectdbParams(names, values, 1)
      }
    }
  }

  // MARK: Transactions

  func begin() throws(DatabaseError) { try command("BEGIN") }

  // A lock of the transaction, which goes with it however it ends. LOCK takes no snapshot ("the view of data will be frozen when its
  // first SELECT or data modification statement begins", the manual, LOCK), so the body sees what the turn before committed.
  func beginTurn() throws(DatabaseError) {
    guard takesTurns else { return try begin() }
    try command(
      """
      BEGIN; SET LOCAL lock_timeout = '\(Int(Limits.turnSeconds * 1000))';
      LOCK TABLE database_incarnation IN EXCLUSIVE MODE;
      SET LOCAL lock_timeout = '\(Int(Limits.busySeconds * 1000))';
      """)
  }

  func commit() throws(DatabaseError) {
    do {
      try command("COMMIT", isTransactionEnd: true)
    } catch .connectionLost {
      // The server may have committed before the answer was lost.
      throw .connectionLost(isOutcomeUnknown: true)
    }
  }

  func rollback() throws(DatabaseError) { if isInTransaction { try command("ROLLBACK") } }
  func savepoint() throws(DatabaseError) { try command("SAVEPOINT member") }
  func releaseSavepoint() throws(DatabaseError) { try command("RELEASE SAVEPOINT member") }
  func rollbackToSavepoint() throws(DatabaseError) {
    try command("ROLLBACK TO SAVEPOINT member; RELEASE SAVEPOINT member")
  }

  // "It is possible to see unique constraint violations caused by conflicts with overlapping serializable transactions"
  // (the manual, section 13.2.3).
  var hidesConflicts: Bool { true }

  var isInTransaction: Bool {
    switch PQtransactionStatus(link) {
    case PQTRANS_INTRANS, PQTRANS_INERROR, PQTRANS_ACTIVE: true
    default: false
    }
  }

  // MARK: Statements

  func execute(_ sql: String, _ arguments: [SQLValue]) throws(DatabaseError) -> Int {
    counter.add(1)
    return try run(sql, arguments).affectedRows
  }

  func execute(_ sql: String, each rows: [[SQLValue]]) throws(DatabaseError) -> Int {
    counter.add(1)
    var changes = 0
    var start = rows.startIndex
    while start < rows.endIndex {
      let end = min(start + Limits.pipelinedRows, rows.endIndex)
      changes += try pipeline(sql, rows[start..<end])
      start = end
    }
    return changes
  }

  func query(_ sql: String, _ arguments: [SQLValue], limit: Int) throws(DatabaseError) -> [Row] {
    counter.add(1)
    let result = try run(sql, arguments)
    guard result.rowCount <= limit else { throw .tooManyRows(limit: limit) }
    return try result.rows()
  }

  func forEach(_ sql: String, _ arguments: [SQLValue], _ body: (Row) throws -> Void) throws {
    counter.add(1)
    // A cursor on the server, so that the body can run other statements between the portions.
    cursors += 1
    let name = "stream\(cursors)"
    _ = try run("DECLARE \(name) NO SCROLL CURSOR FOR \(sql)", arguments, isKept: false)
    var isFinished = false
    while !isFinished {
      let fetched = try run("FETCH \(Limits.streamedRows) FROM \(name)", [], isKept: false)
      for row in try fetched.rows() { try body(row) }
      isFinished = fetched.rowCount < Limits.streamedRows
    }
    try command("CLOSE \(name)")
  }

  func executeSchema(_ sql: String) throws(DatabaseError) {
    try command(PortableSQL.postgres(sql, .schema).text)
  }

  // MARK: Schema lock and upkeep

  // A lock of the session, taken before the transaction: its snapshot must be younger than the lock.
  func lockSchema() throws(DatabaseError) {
    try command("SET lock_timeout = 0; SELECT pg_advisory_lock(\(PostgresConnection.schemaLock))")
    try command("SET lock_timeout = '\(Int(Limits.busySeconds * 1000))'")
  }
  func unlockSchema() throws(DatabaseError) {
    try command("SELECT pg_advisory_unlock(\(PostgresConnection.schemaLock))")
  }
  /// "weir" in ASCII: any number that nobody else uses in this database.
  private static let schemaLock = 0x7765_6972

  // The server checkpoints by itself.
  func checkpoint() throws(DatabaseError) {}

  private static let expectedSettings = [
    ("synchronous_commit", "on"), ("fsync", "on"), ("full_page_writes", "on"),
    ("default_transaction_isolation", "serializable"), ("server_encoding", "UTF8"),
  ]

  func settings() throws(DatabaseError) -> [String: String] {
    var found: [String: String] = [:]
    for (name, _) in PostgresConnection.expectedSettings {
      if let row = try query("SELECT current_setting(?1)", [.text(name)], limit: 1).first {
        found[name] = try row[0]
      }
    }
    return found
  }

  private func checkSettings() throws(DatabaseError) {
    let found = try settings()
    for (name, value) in PostgresConnection.expectedSettings where found[name] != value {
      throw .settingRefused(name: name, expected: value, found: found[name] ?? "nothing")
    }
  }
}

// MARK: - Sending

extension PostgresConnection {
  /// Runs text of ours without arguments, by the simple protocol, which takes several statements at once.
  private func command(_ sql: String, isTransactionEnd: Bool = false) throws(DatabaseError) {
    guard let link else { throw .connectionLost(isOutcomeUnknown: false) }
    let result = try PostgresResult(PQexec(link, sql), of: link)
    // A COMMIT of a failed transaction is answered by ROLLBACK, without an error.
    if isTransactionEnd, result.commandTag != "COMMIT" {
      throw .misuse("a failed transaction cannot be committed")
    }
  }

  private func run(_ sql: String, _ arguments: [SQLValue], isKept: Bool = true)
    throws(DatabaseError) -> PostgresResult
  {
    guard let link else { throw .connectionLost(isOutcomeUnknown: false) }
    let parameters = try PostgresParameters(arguments)
    if !isKept {
      let text = try PortableSQL.postgres(sql)
      try check(arguments, text)
      let result = parameters.withPointers { count, types, values, lengths, formats in
        PQexecParams(link, text.text, count, types, values, lengths, formats, 1)
      }
      return try PostgresResult(result, of: link)
    }
    let (key, name) = try prepare(sql, arguments)
    let result = parameters.withPointers { count, _, values, lengths, formats in
      PQexecPrepared(link, name, count, values, lengths, formats, 1)
    }
    // A plan that another process's schema step has overtaken is let go; the next try prepares it anew.
    if !PostgresResult.isStalePlan(result) { try keep(name, key) }
    return try PostgresResult(result, of: link)
  }

  /// Sends many executions of one statement before reading the first answer: one journey instead of one per row.
  private func pipeline(_ sql: String, _ rows: ArraySlice<[SQLValue]>) throws(DatabaseError) -> Int
  {
    guard let link, let first = rows.first else { return 0 }
    // Rows with NULL in different places have different kinds; each combination is prepared before the pipeline opens.
    var names: [[SQLKind]: (Key, String)] = [:]
    for row in rows {
      let kinds = row.map(\.kind)
      if names[kinds] == nil { names[kinds] = try prepare(sql, row) }
      guard row.count == first.count else { throw .misuse("rows of different lengths") }
    }
    let parameters = try rows.map { row throws(DatabaseError) in try PostgresParameters(row) }
    guard PQenterPipelineMode(link) == 1 else { throw .connectionLost(isOutcomeUnknown: false) }
    var isSent = true
    for (row, parameters) in zip(rows, parameters) {
      guard isSent, let name = names[row.map(\.kind)]?.1 else { break }
      isSent = parameters.withPointers { count, _, values, lengths, formats in
        PQsendQueryPrepared(link, name, count, values, lengths, formats, 1) == 1
      }
    }
    isSent = isSent && PQpipelineSync(link) == 1
    let outcome =
      isSent ? receivePipeline(link) : .failure(.connectionLost(isOutcomeUnknown: false))
    _ = PQexitPipelineMode(link)
    for (key, name) in names.values { try keep(name, key) }
    return try outcome.get()
  }

  /// Reads all answers up to the synchronisation point. After an error the server skips the rest of the pipeline.
  private func receivePipeline(_ link: OpaquePointer) -> Result<Int, DatabaseError> {
    var changes = 0
    var failure: DatabaseError?
    while true {
      guard let answer = PQgetResult(link) else {
        if PQstatus(link) != CONNECTION_OK {
          return .failure(failure ?? .connectionLost(isOutcomeUnknown: false))
        }
        // nil only ends the answers of one execution.
        continue
      }
      let status = PQresultStatus(answer)
      if status == PGRES_PIPELINE_SYNC {
        PQclear(answer)
        return failure.map { .failure($0) } ?? .success(changes)
      }
      if status == PGRES_PIPELINE_ABORTED {
        PQclear(answer)
        continue
      }
      do {
        changes += try PostgresResult(answer, of: link).affectedRows
      } catch {
        failure = failure ?? error
      }
    }
  }

  private func check(_ arguments: [SQLValue], _ text: PortableSQL.Rewritten) throws(DatabaseError) {
    guard arguments.count == text.argumentCount else {
      throw .misuse("\(arguments.count) arguments for \(text.argumentCount)")
    }
  }

  private func prepare(_ sql: String, _ arguments: [SQLValue]) throws(DatabaseError) -> (
    Key, String
  ) {
    guard let link else { throw .connectionLost(isOutcomeUnknown: false) }
    let text: PortableSQL.Rewritten
    if let known = rewritten[sql] {
      text = known
    } else {
      text = try PortableSQL.postgres(sql)
      if rewritten.count >= Limits.cachedStatements { rewritten.removeAll() }
      rewritten[sql] = text
    }
    try check(arguments, text)
    let key = Key(sql: sql, kinds: arguments.map(\.kind))
    if let name = cache.take(key) { return (key, name) }
    prepared += 1
    let name = "s\(prepared)"
    let types = arguments.map { PostgresType.of($0.kind) }
    _ = try PostgresResult(PQprepare(link, name, text.text, Int32(types.count), types), of: link)
    return (key, name)
  }

  private func keep(_ name: String, _ key: Key) throws(DatabaseError) {
    for dropped in cache.putBack(name, key) where PQtransactionStatus(link) != PQTRANS_INERROR {
      try command("DEALLOCATE \(dropped)")
    }
  }
}

/// Lends an array of C strings that ends with nil, as libpq wants them.
private func withCStrings<T>(
  _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> T
) -> T {
  let bytes = strings.map { Array($0.utf8CString) }
  let all = bytes.flatMap { $0 }
  return all.withUnsafeBufferPointer { buffer in
    var offset = 0
    var pointers: [UnsafePointer<CChar>?] = []
    for text in bytes {
      // Each string lies in `all`, which lives until `body` returns.
      pointers.append(buffer.baseAddress.map { $0 + offset })
      offset += text.count
    }
    pointers.append(nil)
    return pointers.withUnsafeBufferPointer { pointers in
      guard let start = pointers.baseAddress else {
        preconditionFailure("an array with its terminator is not empty")
      }
      return body(start)
    }
  }
}
