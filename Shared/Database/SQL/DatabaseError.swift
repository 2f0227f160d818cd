// What can go wrong with a database, without a word of what is stored in it.

/// A fault of the database, a conflict that the caller may answer, or our own mistake in using it.
///
/// No case carries row content, an argument or a password: errors are logged.
package enum DatabaseError: Error, Sendable, Equatable {
  /// Two rows with the same key. The constraint is named by its columns, `table.a, table.b`, alike on both backends.
  case uniqueViolation(constraint: String)
  /// Another constraint refused the row.
  case constraintViolation(ConstraintKind, constraint: String)
  /// No space is left on the disk, or a size limit is reached. Nothing of the transaction is stored; writing works again
  /// when there is space.
  case full
  /// The disk or the file system failed. `code` is SQLite's extended code or PostgreSQL's SQLSTATE.
  case inputOutput(code: String)
  /// Another process kept the lock longer than we wait.
  case busy
  /// The file is damaged, or is no database. Restore it from a backup.
  case corrupt(code: String)
  /// Concurrent transactions crossed each other more often than we try again.
  case serialization
  /// The connection broke. When `isOutcomeUnknown`, it broke while a commit was on its way: it may be stored.
  case connectionLost(isOutcomeUnknown: Bool)
  /// More calls wait already than the queue's bound.
  case overloaded(limit: Int)
  /// The database was closed.
  case closed
  /// The database cannot be opened: the reason in words, without secrets.
  case cannotOpen(String)
  /// A setting on which durability or secrecy rests did not take.
  case settingRefused(name: String, expected: String, found: String)
  /// The database has schema steps which this program does not know. Start the newer program.
  case schemaIsNewer(module: String, found: Int, known: Int)
  /// A schema step was changed after it had been applied.
  case schemaStepEdited(module: String, number: Int)
  /// The row has no such column.
  case noSuchColumn(String)
  /// The column holds another kind of value.
  case wrongType(column: String, expected: SQLKind, found: SQLKind)
  /// The value is outside of what the type asked for can hold.
  case outOfRange(column: String)
  /// A value that one of the backends cannot store, such as a NUL in a text.
  case unsupportedValue(argument: Int)
  /// The result has more rows than may be held in memory; use `forEach`.
  case tooManyRows(limit: Int)
  /// The outbox could not be written as it must be: without evidence nothing is stored.
  case evidence(String)
  /// A defect in the calling code or its SQL.
  case misuse(String)
  /// Anything else, by SQLite's extended code or PostgreSQL's SQLSTATE.
  case failed(code: String)
}

/// The kinds of constraints besides uniqueness.
package enum ConstraintKind: String, Sendable {
  case foreignKey, notNull, check, other
}

extension DatabaseError {
  /// Whether the connection can no longer be trusted and must be opened anew.
  var isPoisoning: Bool {
    switch self {
    case .inputOutput, .corrupt, .connectionLost: true
    default: false
    }
  }

  /// Whether the whole transaction is to be run again.
  var wantsRerun: Bool { self == .serialization }
}
