// The published log: files that anyone may copy and check, written beside the database that is the truth.

/// Where the log is published. Paths are relative: `checkpoint`, `keys`, `tile/0/000.p/7`.
package protocol LogFolder: Sendable {
  /// The file's bytes; `nil` where there is none.
  func read(_ path: String) throws -> [UInt8]?
  /// Writes files with their folders, in any order: after a crash each is whole or absent; when this returns all are durable.
  func write(_ files: [String: [UInt8]]) async throws
  /// Removes a folder of partial tiles, when the full one stands beside it.
  func removeFolder(_ path: String) throws
}

/// The names of files beside the tiles.
package enum LogFile {
  /// The newest signed checkpoint.
  package static let checkpoint = "checkpoint"
  /// The key list as the offline root signed it, so that a copy of the folder can be checked.
  package static let keys = "keys"
}
