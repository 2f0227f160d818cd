// Every limit of this module, by name.

/// The bounds of connections and queues. Each is tested.
enum Limits {
  /// Prepared statements kept per connection.
  static let cachedStatements = 256
  /// How long SQLite waits for another process's lock.
  static let busySeconds = 5.0
  /// How long a writer waits for another process's turn, whose largest piece is the commit of a batch.
  static let turnSeconds = 60.0
  /// What a write-ahead log is cut to after a checkpoint.
  static let keptLogBytes: Int64 = 64 << 20
  /// How often a transaction runs that others keep crossing.
  static let attempts = 16
  /// How many writes one commit takes at most.
  static let groupMembers = 1024
  /// How many rows `query` returns at most.
  static let queryRows = 100_000
  /// How many rows of a streamed result are fetched from PostgreSQL at a time.
  static let streamedRows = 1000
  /// How long a connection to PostgreSQL may take to come about.
  static let connectSeconds = 10
  /// When PostgreSQL ends a session that sits in a transaction without a word.
  static let idleTransactionSeconds = 60
  /// How many executions are sent to PostgreSQL before the first answer is read. Bounded, because libpq and the server would
  /// both block on full buffers otherwise.
  static let pipelinedRows = 64
}
