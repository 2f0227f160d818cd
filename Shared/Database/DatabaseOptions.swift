// Where a database is, and how it is used.

/// Where a database lies.
package enum DatabaseLocation: Sendable, Equatable {
  /// A file, made with mode 0600 in a folder of mode 0700 where it does not exist.
  case sqlite(path: String)
  /// A database of a PostgreSQL server, as libpq's connection string or URI.
  case postgres(connectionString: String)
}

/// How a database is opened and used. The defaults fit a service.
package struct DatabaseOptions: Sendable {
  /// Whether a SQLite file is looked through for damage when it is opened.
  package enum IntegrityCheck: Sendable, Equatable {
    case none
    /// Structure only, and only up to this size, so that a start stays quick.
    case quick(upToBytes: Int64)
    /// Indexes against tables too, whatever the size: after a restore.
    case full
  }

  /// Reading threads, each with a connection.
  package var readers = 2
  /// How many writes wait at most, and how many reads; more get ``DatabaseError/overloaded(limit:)``.
  package var queueLimit = 10_000
  package var integrityCheck = IntegrityCheck.quick(upToBytes: 256 << 20)
  /// Whether processes over one PostgreSQL database write one after the other: none of them ever meets the other's half of a change, and
  /// each turn commits all that waits there. Without it they cross, and whoever loses runs its bodies again.
  package var writersTakeTurns = false
  /// The first part of the names of its threads.
  package var name = "db"

  package init() {}
}
