// Rotation of a register's keys: new keys at once for what comes, and in steps for what lies there already (DESIGN section 7).

package import Database
import Integrity
package import Vocabulary

/// A register's keys as the store tells them: versions, and what still lies under the one before.
package struct KeyState: Sendable, Equatable {
  package let entry: Int64
  package let owner: DepartmentCode
  /// Under which everything is sealed that comes.
  package let version: Int
  /// While something lies under it; `nil` otherwise.
  package let previous: Int?
  /// Blocks, staged pieces and rejected rows under the version before.
  package let pending: Int
  /// When the version came into use; `nil` for the first.
  package let since: Instant?
}

/// A step of a change of seals: one batch's blocks with what lies in them now.
package struct ResealedBlock: Sendable, Equatable {
  package let id: Int64
  package let rows: RowPack

  package init(id: Int64, rows: RowPack) {
    self.id = id
    self.rows = rows
  }

  var leafHash: [UInt8] {
    StoredBlock.leafHash(
      tokens: rows.tokens, ids: rows.idColumn, envelopes: rows.envelopeColumn)
  }
}

/// The leaves of a batch's blocks, kept while its blocks are sealed anew, so that a step costs what it changes.
package struct BlockLeaves: Sendable {
  private var ids: [Int64] = []
  private var leaves: [[UInt8]] = []
  private var places: [Int64: Int] = [:]

  fileprivate init() {}

  fileprivate mutating func append(_ id: Int64, _ leaf: [UInt8]) {
    places[id] = ids.count
    ids.append(id)
    leaves.append(leaf)
  }

  package var root: [UInt8] {
    var tree = MerkleFrontier()
    for leaf in leaves { _ = tree.append(leafHash: leaf) }
    return tree.root
  }

  /// - Throws: ``UnreadableContent`` for a block that the batch has not.
  package mutating func replace(_ blocks: [ResealedBlock]) throws {
    for block in blocks {
      guard let place = places[block.id] else { throw UnreadableContent(what: "block") }
      leaves[place] = block.leafHash
    }
  }
}

/// Staged rows of one chunk in one part.
package struct StagedPart: Sendable, Equatable {
  package let batch: Int64
  package let part: Int
  package let chunk: Int
  package let attempt: Int64
  /// The version of the register's keys under which they lie.
  package let keyVersion: Int
  package let rows: RowPack
}

extension SQLReading where Self: ~Copyable {
  /// The keys of a register; `nil` where nothing was delivered.
  package func keyState(_ entry: Int64) throws -> KeyState? {
    try queryOne(
      "SELECT owner, key_version, previous_version FROM resources WHERE entry = ?1", [entry]
    ).map { try keyState(entry, $0) }
  }

  /// A page of the registers' keys, by entry.
  package func keyStates(after entry: Int64, limit: Int) throws -> [KeyState] {
    try query(
      """
      SELECT owner, key_version, previous_version, entry FROM resources WHERE entry > ?1
      ORDER BY entry LIMIT ?2
      """, [entry, limit]
    ).map { try keyState(try $0[3], $0) }
  }

  private func keyState(_ entry: Int64, _ row: Row) throws -> KeyState {
    let version: Int = try row[1]
    let previous: Int? = try row[2]
    let since: Int64? = try queryOne(
      "SELECT begun FROM key_rotations WHERE entry = ?1 AND version = ?2", [entry, version])?[0]
    guard let owner = DepartmentCode(try row[0]) else { throw UnreadableContent(what: "owner") }
    return KeyState(
      entry: entry, owner: owner, version: version, previous: previous,
      pending: previous == nil ? 0 : try pendingUnderEarlierKeys(entry, before: version),
      since: since.map { Instant(milliseconds: $0) })
  }

  /// Registers of which something lies under earlier keys.
  package func rotatingEntries() throws -> [Int64] {
    try query("SELECT entry FROM resources WHERE previous_version IS NOT NULL ORDER BY entry")
      .map { try $0[0] }
  }

  /// How many pieces lie under keys before a version: blocks, staged parts, rejected rows.
  package func pendingUnderEarlierKeys(_ entry: Int64, before version: Int) throws -> Int {
    var count = 0
    for table in ["blocks", "staged", "rejects"] {
      count +=
        try queryOne(
          """
          SELECT COUNT(*) FROM batches t JOIN \(table) p ON p.batch = t.id
          WHERE t.entry = ?1 AND p.key_version < ?2
          """, [entry, version])?[0] ?? 0
    }
    return count
  }

  /// Blocks of a batch under earlier keys, by their ids.
  package func earlierBlocks(of batch: Int64, before version: Int, limit: Int) throws
    -> [StoredBlock]
  {
    try blocks(
      try query(
        """
        SELECT id FROM blocks WHERE batch = ?1 AND key_version < ?2 ORDER BY key_version, id LIMIT ?3
        """, [batch, version, limit]
      ).map { try $0[0] })
  }

  /// The ids of an entry's standing blocks under earlier keys.
  package func earlierBlockIDs(_ entry: Int64, before version: Int) throws -> Set<Int64> {
    Set(
      try query(
        """
        SELECT b.id FROM batches t JOIN blocks b ON b.batch = t.id
        WHERE t.entry = ?1 AND t.is_live = 1 AND b.key_version < ?2
        """, [entry, version]
      ).map { try $0[0] as Int64 })
  }

  /// The batches of an entry of which blocks lie under earlier keys, standing or on the way.
  package func batchesWithEarlierBlocks(_ entry: Int64, before version: Int) throws
    -> [StoredBatch]
  {
    try query(
      """
      SELECT t.* FROM batches t WHERE t.entry = ?1 AND EXISTS (
        SELECT 1 FROM blocks b WHERE b.batch = t.id AND b.key_version < ?2) ORDER BY t.id
      """, [entry, version]
    ).map { try StoredBatch($0) }
  }

  /// The leaves of a batch's blocks, if they are those that were committed.
  package func leaves(of batch: Int64) throws -> BlockLeaves {
    var leaves = BlockLeaves()
    try forEach(
      "SELECT id, tokens, ids, envelopes FROM blocks WHERE batch = ?1 ORDER BY id", [batch]
    ) { row in
      leaves.append(
        try row[0],
        StoredBlock.leafHash(tokens: try row[1], ids: try row[2], envelopes: try row[3]))
    }
    return leaves
  }

  /// The root of a batch that stands; `nil` of any other.
  package func rootOfBatch(_ batch: Int64) throws -> [UInt8]? {
    try queryOne("SELECT block_root FROM batches WHERE id = ?1 AND is_live = 1", [batch])?[0]
  }

  /// Staged rows of an entry under earlier keys, of one part at least where there are any.
  package func earlierStaged(_ entry: Int64, before version: Int) throws -> [StagedPart] {
    guard
      let first = try queryOne(
        """
        SELECT s.batch, s.part FROM batches t JOIN staged s ON s.batch = t.id
        WHERE t.entry = ?1 AND s.key_version < ?2 ORDER BY s.batch, s.part LIMIT 1
        """, [entry, version])
    else { return [] }
    let (batch, part): (Int64, Int) = (try first[0], try first[1])
    return try stagedRows(batch, part: part).filter { $0.keyVersion < version }
  }

  /// Whether rows under these keys may be kept for an entry: its newest, or those of a register that is not there yet.
  package func takesRows(under version: Int, of entry: Int64) throws -> Bool {
    try queryOne("SELECT key_version FROM resources WHERE entry = ?1", [entry])
      .map { try $0[0] == version } ?? true
  }

  /// Rejected rows of an entry under earlier keys, with their batches.
  package func earlierRejects(_ entry: Int64, before version: Int, limit: Int) throws
    -> [(batch: Int64, reject: StoredReject)]
  {
    try query(
      """
      SELECT r.batch, r.id, r.sealed, r.key_version FROM batches t JOIN rejects r ON r.batch = t.id
      WHERE t.entry = ?1 AND r.key_version < ?2 ORDER BY r.batch, r.id LIMIT ?3
      """, [entry, version, limit]
    ).map {
      (try $0[0], StoredReject(id: try $0[1], sealed: try $0[2], keyVersion: try $0[3]))
    }
  }
}

extension WriteTransaction {
  /// New keys are in use from here on; the index is made anew under them.
  ///
  /// - Parameters:
  ///   - check: The check value of the new keys.
  ///   - suite: Their suite, by its name.
  package func beginRotation(
    of entry: Int64, to version: Int, check: [UInt8], suite: String, actor: String,
    at time: Instant
  ) throws {
    try execute(
      """
      UPDATE resources SET previous_version = key_version, key_version = ?2, key_check = ?3,
        generation = generation + 1 WHERE entry = ?1
      """, [entry, version, check])
    try execute(
      """
      INSERT INTO key_rotations (entry, version, suite, actor, begun, ended)
      VALUES (?1, ?2, ?3, ?4, ?5, NULL)
      """, [entry, version, suite, actor, time.milliseconds])
  }

  /// Nothing lies under the version before any more.
  package func endRotation(of entry: Int64, to version: Int, at time: Instant) throws {
    try execute("UPDATE resources SET previous_version = NULL WHERE entry = ?1", [entry])
    try execute(
      "UPDATE key_rotations SET ended = ?3 WHERE entry = ?1 AND version = ?2",
      [entry, version, time.milliseconds])
  }

  /// Puts blocks under other seals. Ids and places stay; the root is what lies there now.
  ///
  /// - Parameters:
  ///   - root: Of the batch, with these blocks; `nil` for one that does not stand.
  /// - Returns: The root over all rows of the register as they lie now.
  package func replace(
    _ blocks: [ResealedBlock], of batch: Int64, root: [UInt8]?, entry: Int64, version: Int
  ) throws -> [UInt8] {
    try execute(
      "UPDATE blocks SET tokens = ?2, envelopes = ?3, key_version = ?4 WHERE id = ?1",
      each: blocks.map {
        [
          .integer($0.id), .blob($0.rows.tokens), .blob($0.rows.envelopeColumn),
          .integer(Int64(version)),
        ]
      })
    if let root {
      try execute("UPDATE batches SET block_root = ?2 WHERE id = ?1", [batch, root])
    }
    let register = try contentOfRegister(entry, recomputes: false)
    try execute("UPDATE resources SET sealed_root = ?2 WHERE entry = ?1", [entry, register.root])
    return register.root
  }

  package func replace(_ part: StagedPart, by rows: RowPack, version: Int) throws {
    try execute(
      """
      UPDATE staged SET tokens = ?4, envelopes = ?5, key_version = ?6
      WHERE batch = ?1 AND part = ?2 AND chunk = ?3
      """, [part.batch, part.part, part.chunk, rows.tokens, rows.envelopeColumn, version])
  }

  package func replace(_ rejects: [(batch: Int64, reject: StoredReject)]) throws {
    try execute(
      "UPDATE rejects SET sealed = ?3, key_version = ?4 WHERE batch = ?1 AND id = ?2",
      each: rejects.map {
        [
          .integer($0.batch), .integer($0.reject.id), .blob($0.reject.sealed),
          .integer(Int64($0.reject.keyVersion)),
        ]
      })
  }
}
