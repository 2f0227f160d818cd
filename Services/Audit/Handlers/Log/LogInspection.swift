// Checking the log against itself: leaves, tree, chains, tiles, checkpoint. Run at every start; nothing is served before.

import AuditRules
import AuditStore
package import Database
package import Integrity

/// Checks the database of the log, and the published files beside it.
package struct LogInspection: Sendable {
  private let database: SQLDatabase
  private let folder: any LogFolder
  private let verifier: NoteVerifier

  /// - Parameter verifier: The log's own key.
  package init(database: SQLDatabase, folder: any LogFolder, verifier: NoteVerifier) {
    self.database = database
    self.folder = folder
    self.verifier = verifier
  }

  /// Reads every leaf and computes the tree and all chains again.
  ///
  /// The published checkpoint may be newer than the database's own note of it by one step (a stop between the two), never
  /// larger than the database: that would be a database set back behind what others have seen.
  ///
  /// - Returns: How many entries were checked.
  /// - Throws: ``LogFault/broken(_:)`` with what does not fit.
  @discardableResult
  package func run() async throws -> UInt64 {
    let file = try publishedCheckpoint()
    let verifier = verifier
    return try await database.read { transaction in
      let state = try transaction.logState()
      var expected: [UInt64: [UInt8]] = [:]
      if let file { expected[file.size] = file.root }
      if state.published > 0 {
        let own = try Self.checkpoint(state.checkpoint, by: verifier)
        guard own.size == state.published else {
          throw LogFault.broken("the stored checkpoint is of another size")
        }
        guard expected[own.size] ?? own.root == own.root else {
          throw LogFault.broken("two checkpoints state different logs of one size")
        }
        expected[own.size] = own.root
      }
      if let largest = expected.keys.max(), largest > state.frontier.size {
        throw LogFault.broken("a checkpoint of \(largest) entries is out, the database has fewer")
      }
      try Self.recompute(transaction, state, expected)
      return state.frontier.size
    }
  }

  /// Checks the files that the checkpoint states, and writes those that are missing.
  ///
  /// - Returns: How many were missing.
  @discardableResult
  package func repairFiles(with publisher: LogPublisher) async throws -> Int {
    let published = try await database.read { try $0.logState().published }
    return try await publisher.writeTiles(from: 0, to: published)
  }

  /// Opens every entry under its month's key, where that is kept, and compares it with its leaf.
  package func openAll(with keys: MonthKeys) async throws -> UInt64 {
    var position: UInt64 = 0
    while true {
      let start = position
      let count = try await database.read { transaction in
        let destroyed = try transaction.destroyedMonths()
        let entries = try transaction.entries(from: start, limit: 500)
        _ = try keys.open(entries.filter { !destroyed.contains($0.month) })
        return entries.count
      }
      if count == 0 { return position }
      position += UInt64(count)
    }
  }

  private func publishedCheckpoint() throws -> Checkpoint? {
    guard let bytes = try folder.read(LogFile.checkpoint) else { return nil }
    return try Self.checkpoint(String(decoding: bytes, as: UTF8.self), by: verifier)
  }

  private static func checkpoint(_ text: String, by key: NoteVerifier) throws -> Checkpoint {
    do {
      return try Checkpoint(verifying: try SignedNote(text), by: key)
    } catch {
      throw LogFault.broken("a checkpoint is not signed by the log's key")
    }
  }

  private static func recompute(
    _ transaction: borrowing ReadTransaction, _ state: LogState, _ expected: [UInt64: [UInt8]]
  ) throws {
    var frontier = MerkleFrontier()
    var chains: [String: OutboxChain] = [:]
    try transaction.forEach(
      """
      SELECT e.position, e.sequence, e.leaf, o.name FROM entries e JOIN origins o ON o.id = e.origin
      ORDER BY e.position
      """, []
    ) { row in
      let position: Int64 = try row[0]
      let sequence: Int64 = try row[1]
      let leaf: [UInt8] = try row[2]
      let name: String = try row[3]
      guard position == Int64(clamping: frontier.size) else {
        throw LogFault.broken("entry \(frontier.size) is missing")
      }
      guard let origin = Origin(text: name) else { throw LogFault.broken("an origin has no name") }
      var chain = chains[name] ?? OutboxChain(origin: origin)
      chain.append(commitment: leaf)
      guard chain.sequence == UInt64(max(0, sequence)) else {
        throw LogFault.broken("\(name) has a gap at \(chain.sequence)")
      }
      chains[name] = chain
      frontier.append(leafHash: MerkleTree.leafHash(leaf))
      if let root = expected[frontier.size], root != frontier.root {
        throw LogFault.broken("the first \(frontier.size) entries are not those of the checkpoint")
      }
    }
    guard frontier == state.frontier else {
      throw LogFault.broken("the tree is not that of the entries")
    }
    for origin in try transaction.origins() {
      let chain = chains[origin.held.name]
      guard origin.held.sequence == chain?.sequence ?? 0,
        origin.held.head == chain?.head ?? OutboxChain.start
      else { throw LogFault.broken("the chain of \(origin.held.name) does not end as stored") }
    }
  }
}
