// Publishing the log: first the tiles, durable; then the witnesses' cosignatures; then the checkpoint that states them; then the
// note that it was done.

import AuditRules
import AuditStore
package import Database
package import Integrity
package import Vocabulary

/// Publishes what was appended, as C2SP tlog-tiles with a signed checkpoint.
///
/// The order makes every stop in between harmless: tiles without a checkpoint are written again with the same bytes, and a
/// checkpoint that the database does not know of yet states entries that it already holds.
package struct LogPublisher: Sendable {
  private static let filesAtOnce = 64

  private let database: SQLDatabase
  private let folder: any LogFolder
  private let signer: NoteSigner
  private let board: OriginBoard
  private let appender: Int64
  private let witnesses: Witnesses?
  private let civil: @Sendable () -> Instant

  /// How long a checkpoint that too few witnesses signed waits for the next try.
  private static let quorumPause = Duration.seconds(1)

  /// - Parameters:
  ///   - signer: The log's key, named `<domain>/audit`.
  ///   - witnesses: Who must cosign before anything is published; `nil` where nobody must.
  ///   - civil: What alarms are dated with.
  package init(
    database: SQLDatabase, folder: any LogFolder, signer: NoteSigner, board: OriginBoard,
    appender: Int64, witnesses: Witnesses? = nil, civil: @escaping @Sendable () -> Instant
  ) {
    self.witnesses = witnesses
    self.civil = civil
    self.database = database
    self.folder = folder
    self.signer = signer
    self.board = board
    self.appender = appender
  }

  /// Publishes whenever the log has grown, until the task is cancelled.
  ///
  /// - Parameter pause: The least time between two checkpoints.
  package func run(pause: Duration) async throws {
    for await _ in board.growth.stream() {
      while try await !publish() { try await Task.sleep(for: Self.quorumPause) }
      try await Task.sleep(for: pause)
    }
  }

  /// What a checkpoint is made from: one state of the database.
  private struct Snapshot: Sendable {
    let state: LogState
    let origins: [HeldOrigin]
  }

  /// Publishes what is new; does nothing when nothing is.
  ///
  /// - Returns: false when too few witnesses have signed: then nothing is published.
  @discardableResult
  package func publish() async throws -> Bool {
    let snapshot = try await database.read { transaction in
      Snapshot(
        state: try transaction.logState(), origins: try transaction.origins().map(\.held))
    }
    let size = snapshot.state.frontier.size
    guard size > snapshot.state.published else { return true }
    try await writeTiles(from: snapshot.state.published, to: size)
    let own = try Checkpoint(
      origin: signer.verifier.name, size: size, root: snapshot.state.frontier.root
    ).signed(by: signer)
    guard let note = try await witnessed(own, size: size)?.encoded else { return false }
    let (appender, origins) = (appender, snapshot.origins)
    // One that was stopped for long and replaced meanwhile does not put an older checkpoint over a newer one.
    try await database.write { try $0.requireAppender(appender) }
    try await folder.write([LogFile.checkpoint: Array(note.utf8)])
    try await database.write { transaction in
      try transaction.published(
        size: size, checkpoint: note, origins: origins, appender: appender)
    }
    board.covers(origins)
    return true
  }

  /// The checkpoint with the cosignatures that the policy asks for; `nil` while they are too few.
  private func witnessed(_ note: SignedNote, size: UInt64) async throws -> SignedNote? {
    guard let witnesses else { return note }
    let database = database
    let (cosigned, isQuorum, findings) = await witnesses.cosign(note, size: size) { old in
      try await database.read { try $0.consistencyProof(from: old, to: size) }
    }
    let alarms = findings.compactMap { witness, finding in
      finding.alarm.map { (kind: $0, witness: witness.key.name, size: finding.size) }
    }
    if !alarms.isEmpty {
      let (appender, time) = (appender, civil())
      try await database.write { transaction in
        // To one who was replaced the witnesses seem ahead.
        try transaction.requireAppender(appender)
        for alarm in alarms {
          try transaction.raise(alarm.kind, origin: alarm.witness, sequence: alarm.size, at: time)
        }
      }
    }
    return isQuorum ? cosigned : nil
  }

  /// Writes the tiles that a larger tree changes. A file that exists must have the same bytes: nothing published is ever
  /// replaced by something else.
  ///
  /// - Returns: How many files were written.
  @discardableResult
  package func writeTiles(from oldSize: UInt64, to size: UInt64) async throws -> Int {
    var written = 0
    var tiles = Tile.changed(from: oldSize, to: size)[...]
    while !tiles.isEmpty {
      let portion = tiles.prefix(Self.filesAtOnce)
      tiles = tiles.dropFirst(portion.count)
      let files = try await missing(portion)
      try await folder.write(files)
      written += files.count
      for tile in portion where tile.width == Tile.fullWidth && files[tile.path] != nil {
        try folder.removeFolder(tile.path + ".p")
      }
    }
    return written
  }

  /// The contents of tiles that have no file yet.
  private func missing(_ tiles: ArraySlice<Tile>) async throws -> [String: [UInt8]] {
    let wanted = Array(tiles)
    let contents = try await database.read { transaction in
      try wanted.map { try transaction.content(of: $0) }
    }
    var files: [String: [UInt8]] = [:]
    for (tile, content) in zip(tiles, contents) {
      guard let content else { throw LogFault.broken("the database lacks \(tile.path)") }
      guard let present = try folder.read(tile.path) else {
        files[tile.path] = content
        continue
      }
      guard present == content else {
        throw LogFault.broken("\(tile.path) was published with other content")
      }
    }
    return files
  }
}
