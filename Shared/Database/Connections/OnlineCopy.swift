// Copies of several SQLite databases, all of one moment, while their services go on.

package import Integrity

/// Copies databases that are in use.
package enum OnlineCopy {
  /// How far the outbox in a copied database had come.
  package struct Position: Sendable, Equatable {
    package let origin: Origin
    package let sequence: UInt64
  }

  /// Copies each file as it stood at one moment common to all: what one service had told another is then in both copies, or in
  /// neither.
  ///
  /// All writers are held up for the moment in which the snapshots are opened (milliseconds; they wait for a lock as long as
  /// `Limits.busySeconds`); the copying itself holds up nobody.
  ///
  /// - Parameter files: Paths of SQLite files that exist, and paths of files that do not.
  /// - Returns: How far their outboxes had come; a database without one has no position.
  package static func copy(_ files: [(from: String, to: String)]) throws -> [Position] {
    let counter = StatementCounter()
    let writers = try files.map {
      try SQLiteConnection(path: $0.from, role: .writer, counter: counter)
    }
    let readers = try files.map {
      try SQLiteConnection(path: $0.from, role: .reader, counter: counter)
    }
    defer { for connection in readers + writers { connection.close() } }
    var positions: [Position] = []
    try using(readers[...]) {
      try holding(writers[...]) {
        for reader in readers { try beginSnapshot(reader) }
      }
      for (reader, file) in zip(readers, files) {
        _ = try SQLiteFile.prepare(file.to)
        try reader.copy(to: file.to)
        positions += try outboxPositions(reader)
        try reader.rollback()
      }
    }
    return positions
  }

  /// Enters all connections, so that transactions may stay open in them.
  private static func using(
    _ connections: ArraySlice<SQLiteConnection>, _ body: () throws -> Void
  ) throws {
    guard let first = connections.first else { return try body() }
    try first.perform { try using(connections.dropFirst(), body) }
  }

  /// Takes the write lock of all databases, and lets go of them after the body.
  private static func holding(
    _ connections: ArraySlice<SQLiteConnection>, _ body: () throws -> Void
  ) throws {
    guard let first = connections.first else { return try body() }
    try first.perform {
      try first.begin()
      let result = Result { try holding(connections.dropFirst(), body) }
      try first.rollback()
      try result.get()
    }
  }

  /// A transaction sees the state at its first reading, not at its beginning.
  private static func beginSnapshot(_ reader: SQLiteConnection) throws {
    try reader.begin()
    _ = try reader.query("SELECT COUNT(*) FROM database_incarnation", [], limit: 1)
  }

  private static func outboxPositions(_ reader: SQLiteConnection) throws -> [Position] {
    let rows = try reader.query(
      """
      SELECT o.service, o.replica, i.incarnation, o.sequence
      FROM outbox_origin o CROSS JOIN database_incarnation i ORDER BY o.replica
      """, [], limit: Limits.queryRows)
    return try rows.compactMap { row in
      let sequence: Int64 = try row[3]
      guard
        let origin = Origin(
          service: try row[0], replica: try row[1], incarnation: try row[2])
      else { return nil }
      return Position(origin: origin, sequence: UInt64(max(0, sequence)))
    }
  }
}
