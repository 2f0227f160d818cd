// Binding and stepping of SQLite statements, and the meaning of SQLite's error codes.

import GRDB
import GRDBSQLite

extension Statement {
  /// Binds all arguments; their number must be the statement's.
  func bind(_ arguments: [SQLValue], in database: GRDB.Database) throws(DatabaseError) {
    let expected = Int(sqlite3_bind_parameter_count(sqliteStatement))
    guard arguments.count == expected else {
      throw .misuse("\(arguments.count) arguments for \(expected)")
    }
    for (index, argument) in arguments.enumerated() {
      let position = Int32(index + 1)
      let code =
        switch argument {
        case .null: sqlite3_bind_null(sqliteStatement, position)
        case .integer(let value): sqlite3_bind_int64(sqliteStatement, position, value)
        case .text(let text): try bind(text, at: position)
        case .blob(let bytes): bind(bytes, at: position)
        }
      guard code == SQLITE_OK else { throw DatabaseError(sqlite: database) }
    }
  }

  /// - Returns: Whether there is a row.
  func step(in database: GRDB.Database) throws(DatabaseError) -> Bool {
    switch sqlite3_step(sqliteStatement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw DatabaseError(sqlite: database)
    }
  }

  var columns: Row.Columns { Row.Columns(names: columnNames) }

  /// The values of the current row.
  var values: [SQLValue] {
    let count = sqlite3_column_count(sqliteStatement)
    return [SQLValue](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
      // The buffer has room for `count` values; each slot is initialised once, in order.
      for column in 0..<count {
        buffer.initializeElement(at: Int(column), to: value(at: column))
      }
      initialized = Int(count)
    }
  }

  private func value(at column: Int32) -> SQLValue {
    switch sqlite3_column_type(sqliteStatement, column) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(sqliteStatement, column))
    case SQLITE_TEXT:
      let text = sqlite3_column_text(sqliteStatement, column)
      let count = Int(sqlite3_column_bytes(sqliteStatement, column))
      // SQLite owns the text until the next step; it is copied here.
      return .text(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
    case SQLITE_BLOB:
      let start = sqlite3_column_blob(sqliteStatement, column)
      let count = Int(sqlite3_column_bytes(sqliteStatement, column))
      // SQLite owns the bytes until the next step; they are copied here. No pointer for an empty blob.
      return .blob([UInt8](UnsafeRawBufferPointer(start: start, count: count)))
    case SQLITE_NULL: return .null
    // Portable SQL has no floating point; STRICT tables cannot hold one. An average computed in SQL would come here.
    default: return .integer(sqlite3_column_int64(sqliteStatement, column))
    }
  }

  private func bind(_ text: String, at position: Int32) throws(DatabaseError) -> Int32 {
    var text = text
    let code: Int32? = text.withUTF8 { bytes in
      // PostgreSQL cannot store U+0000, so neither backend does.
      if bytes.contains(0) { return nil }
      guard let start = bytes.baseAddress else {
        return sqlite3_bind_text(sqliteStatement, position, "", 0, Statement.copied)
      }
      return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
        sqlite3_bind_text(sqliteStatement, position, $0, Int32(bytes.count), Statement.copied)
      }
    }
    guard let code else { throw .unsupportedValue(argument: Int(position)) }
    return code
  }

  private func bind(_ bytes: [UInt8], at position: Int32) -> Int32 {
    bytes.withUnsafeBytes { buffer in
      // SQLite reads a nil pointer as NULL, so an empty blob is bound as zero zeros.
      guard let start = buffer.baseAddress, !buffer.isEmpty else {
        return sqlite3_bind_zeroblob(sqliteStatement, position, 0)
      }
      return sqlite3_bind_blob(
        sqliteStatement, position, start, Int32(buffer.count), Statement.copied)
    }
  }

  /// SQLITE_TRANSIENT, a macro that Swift does not import: SQLite copies what is bound before the call returns.
  private static var copied: sqlite3_destructor_type {
    unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  }
}

extension GRDB.Database {
  /// Runs a statement to its end, and is ready to run it again.
  func run(_ statement: Statement, _ arguments: [SQLValue]) throws(DatabaseError) -> Int {
    guard let sqliteConnection else { throw .closed }
    try statement.bind(arguments, in: self)
    let before = sqlite3_total_changes(sqliteConnection)
    while try statement.step(in: self) {}
    sqlite3_reset(statement.sqliteStatement)
    // sqlite3_changes keeps the count of an earlier statement when this one changes nothing by nature (DDL).
    guard sqlite3_total_changes(sqliteConnection) != before else { return 0 }
    return Int(sqlite3_changes(sqliteConnection))
  }
}

extension DatabaseError {
  /// What the connection's last error means.
  init(sqlite database: GRDB.Database) {
    guard let connection = database.sqliteConnection else {
      self = .closed
      return
    }
    self.init(
      sqlite: sqlite3_extended_errcode(connection), String(cString: sqlite3_errmsg(connection)))
  }

  /// - Parameters:
  ///   - code: An extended result code (sqlite.org/rescode.html).
  ///   - message: Kept only where it names parts of the schema or of the SQL text, never values.
  init(sqlite code: Int32, _ message: String) {
    let constraint = message.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? ""
    switch code & 0xff {
    case SQLITE_CONSTRAINT:
      self.init(sqliteConstraint: code, constraint)
    case SQLITE_FULL: self = .full
    case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_NOLFS: self = .inputOutput(code: String(code))
    case SQLITE_BUSY, SQLITE_LOCKED: self = .busy
    case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt(code: String(code))
    case SQLITE_ERROR, SQLITE_MISUSE, SQLITE_RANGE, SQLITE_READONLY: self = .misuse(message)
    default: self = .failed(code: String(code))
    }
  }

  private init(sqliteConstraint code: Int32, _ constraint: String) {
    switch code {
    case SQLITE_CONSTRAINT_UNIQUE_CODE, SQLITE_CONSTRAINT_PRIMARYKEY_CODE,
      SQLITE_CONSTRAINT_ROWID_CODE:
      self = .uniqueViolation(constraint: constraint)
    case SQLITE_CONSTRAINT_FOREIGNKEY_CODE:
      self = .constraintViolation(.foreignKey, constraint: "")
    case SQLITE_CONSTRAINT_NOTNULL_CODE:
      self = .constraintViolation(.notNull, constraint: constraint)
    case SQLITE_CONSTRAINT_CHECK_CODE:
      self = .constraintViolation(.check, constraint: constraint)
    case SQLITE_CONSTRAINT_DATATYPE_CODE:
      self = .constraintViolation(.other, constraint: "datatype")
    default:
      self = .constraintViolation(.other, constraint: String(code))
    }
  }
}

// Extended codes are expressions in sqlite3.h (SQLITE_CONSTRAINT | (n << 8)), which Swift does not import.
private let SQLITE_CONSTRAINT_CHECK_CODE = SQLITE_CONSTRAINT | 1 << 8
private let SQLITE_CONSTRAINT_FOREIGNKEY_CODE = SQLITE_CONSTRAINT | 3 << 8
private let SQLITE_CONSTRAINT_NOTNULL_CODE = SQLITE_CONSTRAINT | 5 << 8
private let SQLITE_CONSTRAINT_PRIMARYKEY_CODE = SQLITE_CONSTRAINT | 6 << 8
private let SQLITE_CONSTRAINT_UNIQUE_CODE = SQLITE_CONSTRAINT | 8 << 8
private let SQLITE_CONSTRAINT_ROWID_CODE = SQLITE_CONSTRAINT | 10 << 8
private let SQLITE_CONSTRAINT_DATATYPE_CODE = SQLITE_CONSTRAINT | 12 << 8
