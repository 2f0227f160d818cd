// Applies schema steps, and remembers which.

import Crypto
import Vocabulary

/// The table of applied steps. Each module of steps (the service's, and this module's own) counts for itself.
enum SchemaHistory {
  private static let table = """
    CREATE TABLE IF NOT EXISTS schema_step (
      module TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, digest BLOB NOT NULL,
      is_additive INTEGER NOT NULL, applied_at INTEGER NOT NULL, PRIMARY KEY (module, number))
    """

  /// Applies what is missing, in order, in one transaction.
  ///
  /// - Throws: ``DatabaseError/schemaIsNewer(module:found:known:)`` when the database has steps that are neither known nor
  ///   additive; ``DatabaseError/schemaStepEdited(module:number:)``.
  static func apply(
    _ modules: [(name: String, steps: [SchemaStep])], on connection: any Connection, now: Instant
  ) throws {
    for (name, steps) in modules {
      guard steps.enumerated().allSatisfy({ $1.number == $0 + 1 }) else {
        throw DatabaseError.misuse("the schema steps of \(name) are not numbered 1, 2, …")
      }
    }
    try connection.lockSchema()
    do {
      try connection.begin()
      try connection.executeSchema(table)
      for (name, steps) in modules {
        let pending = try pending(name, steps, on: connection)
        for step in pending { try apply(step, of: name, on: connection, now: now) }
      }
      try connection.commit()
    } catch {
      try? connection.rollback()
      try? connection.unlockSchema()
      throw error
    }
    try connection.unlockSchema()
  }

  private static func pending(
    _ module: String, _ steps: [SchemaStep], on connection: any Connection
  ) throws(DatabaseError) -> ArraySlice<SchemaStep> {
    let rows = try connection.query(
      "SELECT number, digest, is_additive FROM schema_step WHERE module = ?1 ORDER BY number",
      [.text(module)], limit: Limits.queryRows)
    for row in rows {
      let number: Int = try row["number"]
      let isAdditive: Bool = try row["is_additive"]
      if steps.indices.contains(number - 1) {
        let kept: [UInt8] = try row["digest"]
        guard kept == digest(of: steps[number - 1]) else {
          throw .schemaStepEdited(module: module, number: number)
        }
      } else if !isAdditive {
        throw .schemaIsNewer(module: module, found: number, known: steps.count)
      }
    }
    return steps.dropFirst(rows.count)
  }

  private static func apply(
    _ step: SchemaStep, of module: String, on connection: any Connection, now: Instant
  ) throws(DatabaseError) {
    for statement in step.statements(for: connection.dialect) {
      try connection.executeSchema(statement)
    }
    _ = try connection.execute(
      """
      INSERT INTO schema_step (module, number, name, digest, is_additive, applied_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      """,
      [
        .text(module), .integer(Int64(step.number)), .text(step.name), .blob(digest(of: step)),
        step.isAdditive.sqlValue, .integer(now.milliseconds),
      ])
  }

  /// Of the statements alone: a name or a flag may be put right. Lengths keep two statements from being one.
  private static func digest(of step: SchemaStep) -> [UInt8] {
    var bytes: [UInt8] = []
    for statement in step.sql + (step.postgres ?? []) {
      bytes += statement.utf8.count.bigEndianBytes
      bytes += Array(statement.utf8)
    }
    return SHA256.hash(bytes)
  }
}
