// Keeping a register: blocks of sealed rows, which of them stand, and the root over all.

package import Database
import IngestRules
import Integrity
package import Vocabulary

/// The state of one entry's register.
package struct RegisterState: Sendable, Hashable {
  package let entry: Int64
  package let owner: DepartmentCode
  /// Counts the commits; an index of another generation is stale.
  package let generation: Int64
  package let keyVersion: Int
  package let rowCount: Int
  /// Over all rows that stand, 32 bytes.
  package let root: [UInt8]
  /// The newest delivery that stands; a correction is none.
  package let newestBatch: Int64
  package let isWithdrawn: Bool

  package var name: String { ResourceName.entry(entry).text }
}

/// How many rows a batch's blocks hold, and the root over them.
package struct BatchContent: Sendable, Equatable {
  package let rows: Int
  /// 32 bytes.
  package let root: [UInt8]

  package init(rows: Int, root: [UInt8]) {
    self.rows = rows
    self.root = root
  }
}

/// What a commit did to a register.
package struct CommittedBatch: Sendable, Equatable {
  /// The register after it.
  package let register: RegisterState
  /// The batches that stand no more.
  package let superseded: [Int64]
  /// Which records under check stand under other names now.
  package let renamed: [RenamedRecords]
}

/// What a change is about to make of the rows that stand.
package struct RegisterChange: Sendable {
  /// A batch whose blocks lie there already and will stand.
  package var batch: Int64?
  /// Whether nothing of what stands now will.
  package var supersedes: Bool
  /// A block that the change itself writes.
  package var added: StoredBlock?
  /// Rows that will stand no more.
  package var removed: [RecordLocation]

  package static let none = RegisterChange()

  package init(
    batch: Int64? = nil, supersedes: Bool = false, added: StoredBlock? = nil,
    removed: [RecordLocation] = []
  ) {
    self.batch = batch
    self.supersedes = supersedes
    self.added = added
    self.removed = removed
  }
}

/// What the database says of a register's keys.
package enum KeyStanding: Sendable, Equatable {
  /// Nothing lies under any key: keys may be made.
  case none
  /// Rows lie under keys that must be there: of which version, of which before while something lies under it, with their check
  /// value where one was kept.
  case kept(check: [UInt8]?, version: Int, previous: Int?)
}

/// A stored block.
package struct StoredBlock: Sendable, Equatable {
  package let id: Int64
  package let batch: Int64
  package let rows: RowPack
  /// The version of the register's keys under which it lies.
  package let keyVersion: Int

  package init(id: Int64, batch: Int64, rows: RowPack, keyVersion: Int) {
    self.id = id
    self.batch = batch
    self.rows = rows
    self.keyVersion = keyVersion
  }

  /// The leaf of this block in its batch's tree.
  var leafHash: [UInt8] {
    Self.leafHash(tokens: rows.tokens, ids: rows.idColumn, envelopes: rows.envelopeColumn)
  }

  static func leafHash(tokens: [UInt8], ids: [UInt8], envelopes: [UInt8]) -> [UInt8] {
    // Tokens and ids have fixed lengths by the count of rows, so no two blocks have the same bytes here.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 + tokens.count + ids.count + envelopes.count)
    appendBigEndian(UInt64(tokens.count), 4, to: &bytes)
    bytes += tokens
    bytes += ids
    bytes += envelopes
    return MerkleTree.leafHash(bytes)
  }
}

/// What the root of a register is made from.
private struct RootedBatch {
  let id: Int64
  let rows: Int
  let root: [UInt8]
}

extension SQLReading where Self: ~Copyable {
  package func register(_ entry: Int64) throws -> RegisterState? {
    try queryOne("SELECT * FROM resources WHERE entry = ?1", [entry])
      .map { try RegisterState($0) }
  }

  package func registers() throws -> [RegisterState] {
    try query("SELECT * FROM resources ORDER BY entry").map { try RegisterState($0) }
  }

  /// Whether rows of an entry lie sealed here, delivered or on the way, and the check value of their keys.
  package func keyStanding(_ entry: Int64) throws -> KeyStanding {
    if let row = try queryOne(
      "SELECT key_check, key_version, previous_version FROM resources WHERE entry = ?1", [entry])
    {
      return .kept(check: try row[0], version: try row[1], previous: try row[2])
    }
    let staged = try queryOne(
      """
      SELECT 1 FROM batches b JOIN chunks c ON c.batch = b.id WHERE b.entry = ?1 LIMIT 1
      """, [entry])
    return staged == nil ? .none : .kept(check: nil, version: 1, previous: nil)
  }

  /// The deliveries that stand, by their ids: stock and increments, never corrections.
  package func deliveries(_ entry: Int64) throws -> [StoredBatch] {
    try query(
      """
      SELECT * FROM batches WHERE entry = ?1 AND is_live = 1 AND kind <> 'correction' ORDER BY id
      """, [entry]
    ).map { try StoredBatch($0) }
  }

  fileprivate func newestDelivery(_ entry: Int64) throws -> Int64 {
    try queryOne(
      """
      SELECT COALESCE(MAX(id), 0) FROM batches
      WHERE entry = ?1 AND is_live = 1 AND kind <> 'correction'
      """, [entry])?[0] ?? 0
  }

  /// The blocks with these ids, in no order; what is not there is left out.
  package func blocks(_ ids: [Int64]) throws -> [StoredBlock] {
    var blocks: [StoredBlock] = []
    for start in stride(from: 0, to: ids.count, by: 200) {
      let some = Array(ids[start..<min(start + 200, ids.count)])
      let places = some.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
      try forEach("SELECT * FROM blocks WHERE id IN (\(places))", some) { row in
        blocks.append(try StoredBlock(row))
      }
    }
    return blocks
  }

  /// Where a record stands, by the name it was given out under; `nil` where it does not, or not any more.
  package func locate(record: Int64, entry: Int64) throws -> (StoredBlock, slot: Int)? {
    let removed = try queryOne(
      "SELECT 1 FROM removed_records WHERE entry = ?1 AND record = ?2", [entry, record])
    guard removed == nil else { return nil }
    let rows = try query(
      """
      SELECT b.* FROM batches t JOIN blocks b ON b.batch = t.id
      WHERE t.entry = ?1 AND t.is_live = 1 AND b.first_id <= ?2 AND b.last_id >= ?2
      """, [entry, record])
    for row in rows {
      let block = try StoredBlock(row)
      if let slot = block.rows.ids.firstIndex(of: record) { return (block, slot) }
    }
    return nil
  }

  /// Calls the body with the token and place of every row that stands, or that will after a change.
  ///
  /// - Parameters:
  ///   - version: The newest version of the keys.
  ///   - change: What will stand and what will not, where that is not the same as now.
  ///   - current: The tokens of a block under an earlier version of the keys, as those of the newest.
  package func eachStandingRow(
    _ entry: Int64, version: Int, after change: RegisterChange = .none,
    current: (_ tokens: [UInt8], _ version: Int) throws -> [UInt8],
    _ body: (_ token: ArraySlice<UInt8>, RecordLocation) throws -> Void
  ) throws {
    var removed = change.supersedes ? [] : try removedLocations(entry)
    removed.formUnion(change.removed.map(\.number))
    let earlier = try earlierBlocks(entry, before: version)
    func eachRow(of block: Int64, _ tokens: [UInt8]) throws {
      for slot in 0..<tokens.count / RowPack.tokenByteCount {
        let location = RecordLocation(block: block, slot: slot)
        if !removed.isEmpty, removed.contains(location.number) { continue }
        let start = slot * RowPack.tokenByteCount
        try body(tokens[start..<start + RowPack.tokenByteCount], location)
      }
    }
    if let added = change.added { try eachRow(of: added.id, added.rows.tokens) }
    let condition = change.supersedes ? "t.id = ?2" : "(t.is_live = 1 OR t.id = ?2)"
    try forEach(
      """
      SELECT b.id AS id, b.tokens AS tokens FROM batches t JOIN blocks b ON b.batch = t.id
      WHERE t.entry = ?1 AND \(condition)
      """, [entry, change.batch ?? 0]
    ) { row in
      let id: Int64 = try row[0]
      var tokens: [UInt8] = try row[1]
      if let version = earlier[id] { tokens = try current(tokens, version) }
      try eachRow(of: id, tokens)
    }
  }

  /// Rows that a correction took out.
  package func removedLocations(_ entry: Int64) throws -> Set<Int64> {
    var removed: Set<Int64> = []
    try forEach("SELECT location FROM removed_records WHERE entry = ?1", [entry]) {
      removed.insert(try $0[0])
    }
    return removed
  }

  /// The blocks that lie under an earlier version of the keys, with that version.
  private func earlierBlocks(_ entry: Int64, before version: Int) throws -> [Int64: Int] {
    var versions: [Int64: Int] = [:]
    try forEach(
      """
      SELECT b.id, b.key_version FROM batches t JOIN blocks b ON b.batch = t.id
      WHERE t.entry = ?1 AND b.key_version < ?2
      """, [entry, version]
    ) { versions[try $0[0]] = try $0[1] as Int }
    return versions
  }

  /// The root over all rows as they lie now: that of the last commit, or of the seals that were changed since.
  package func storedRoot(_ entry: Int64) throws -> [UInt8]? {
    try queryOne("SELECT COALESCE(sealed_root, root) FROM resources WHERE entry = ?1", [entry])?[0]
  }

  /// Count and root of a batch's rows, computed from its blocks.
  package func contentOfBatch(_ batch: Int64) throws -> BatchContent {
    var tree = MerkleFrontier()
    var rows = 0
    try forEach(
      "SELECT tokens, ids, envelopes FROM blocks WHERE batch = ?1 ORDER BY id", [batch]
    ) { row in
      let tokens: [UInt8] = try row[0]
      rows += tokens.count / RowPack.tokenByteCount
      _ = tree.append(
        leafHash: StoredBlock.leafHash(tokens: tokens, ids: try row[1], envelopes: try row[2]))
    }
    return BatchContent(rows: rows, root: tree.root)
  }

  /// Entries with pieces that no row needs any more, since a commit was cut short after it stood.
  package func entriesWithSpent() throws -> [Int64] {
    try query(
      """
      SELECT DISTINCT t.entry FROM batches t WHERE t.state = 'committed' AND (
        EXISTS (SELECT 1 FROM staged s WHERE s.batch = t.id)
        OR t.is_live = 0 AND EXISTS (SELECT 1 FROM blocks b WHERE b.batch = t.id))
      ORDER BY t.entry
      """
    ).map { try $0[0] }
  }

  /// Count and root of a register, from its batches' roots or, where `recomputes`, from every stored row.
  package func contentOfRegister(_ entry: Int64, recomputes: Bool) throws
    -> (rows: Int, root: [UInt8])
  {
    var tree = MerkleFrontier()
    var count = 0
    for row in try query(
      """
      SELECT id, accepted, block_root FROM batches WHERE entry = ?1 AND is_live = 1 ORDER BY id
      """, [entry])
    {
      let batch: Int64 = try row[0]
      let kept = BatchContent(rows: try row[1], root: try row[2])
      let content = recomputes ? try contentOfBatch(batch) : kept
      count += content.rows
      var leaf = content.root
      appendBigEndian(UInt64(bitPattern: batch), 8, to: &leaf)
      appendBigEndian(UInt64(content.rows), 8, to: &leaf)
      _ = tree.append(leafHash: MerkleTree.leafHash(leaf))
    }
    for row in try query(
      "SELECT record FROM removed_records WHERE entry = ?1 ORDER BY record", [entry])
    {
      var leaf: [UInt8] = []
      appendBigEndian(UInt64(bitPattern: try row[0] as Int64), 8, to: &leaf)
      _ = tree.append(leafHash: MerkleTree.leafHash(leaf))
      count -= 1
    }
    return (count, tree.root)
  }
}

extension WriteTransaction {
  /// Writes blocks of a batch that is not committed yet; until it is, nobody sees them.
  package func insert(_ blocks: [StoredBlock]) throws {
    try execute(
      """
      INSERT INTO blocks (id, batch, first_id, last_id, tokens, ids, envelopes, key_version)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
      """,
      each: blocks.map { block in
        [
          .integer(block.id), .integer(block.batch), .integer(block.rows.ids.first ?? 0),
          .integer(block.rows.ids.last ?? 0), .blob(block.rows.tokens), .blob(block.rows.idColumn),
          .blob(block.rows.envelopeColumn), .integer(Int64(block.keyVersion)),
        ]
      })
  }

  /// Keeps the check value of keys that were in use before there were any.
  package func keepKeyCheck(_ check: [UInt8], of entry: Int64) throws {
    try execute(
      "UPDATE resources SET key_check = ?2 WHERE entry = ?1 AND key_check IS NULL", [entry, check])
  }

  /// Deletes some of what commits left behind: what was staged, and blocks that stand no more.
  ///
  /// - Returns: Whether there was any.
  package func deleteSpent(of entry: Int64, atMost count: Int) throws -> Bool {
    let blocks = try execute(
      """
      DELETE FROM blocks WHERE id IN (
        SELECT b.id FROM batches t JOIN blocks b ON b.batch = t.id
        WHERE t.entry = ?1 AND t.state = 'committed' AND t.is_live = 0 LIMIT ?2)
      """, [entry, count])
    let staged = try execute(
      """
      DELETE FROM staged WHERE (batch, part, chunk) IN (
        SELECT s.batch, s.part, s.chunk FROM batches t JOIN staged s ON s.batch = t.id
        WHERE t.entry = ?1 AND t.state = 'committed' LIMIT ?2)
      """, [entry, count])
    return blocks + staged > 0
  }

  package func deleteBlocks(of batch: Int64) throws {
    try execute("DELETE FROM blocks WHERE batch = ?1", [batch])
  }

  /// A record stands no more.
  package func remove(
    record: Int64, at location: RecordLocation, of entry: Int64, by batch: Int64
  ) throws {
    try execute(
      "INSERT INTO removed_records (entry, record, batch, location) VALUES (?1, ?2, ?3, ?4)",
      [entry, record, batch, location.number])
  }

  /// Lets a batch's rows stand, all at once; a stock supersedes the earlier ones.
  ///
  /// What is spent by it is left to ``deleteSpent(of:atMost:)``: rows of millions are not deleted while everybody's writes wait.
  ///
  /// - Parameters:
  ///   - content: Of the batch's blocks, which were counted before.
  ///   - keys: The check value of the register's keys, by which a start knows whether it has the right ones.
  ///   - current: The tokens of a block under a version of the keys, as those of the newest version.
  package func commit(
    _ batch: StoredBatch, content: BatchContent, keyVersion: Int, keys: [UInt8], at time: Instant,
    current: (_ tokens: [UInt8], _ version: Int) throws -> [UInt8]
  ) throws -> CommittedBatch {
    guard content.rows == batch.accepted else { throw UnreadableContent(what: "blocks") }
    var superseded: [Int64] = []
    var renamed: [RenamedRecords] = []
    if batch.terms.kind.supersedesEarlier {
      renamed = try passOnChecks(of: batch.terms.entry, to: batch.id, current: current)
      superseded = try liveBatches(batch.terms.entry).map(\.id)
      for earlier in superseded {
        try execute("UPDATE batches SET is_live = 0 WHERE id = ?1", [earlier])
      }
      try execute("DELETE FROM removed_records WHERE entry = ?1", [batch.terms.entry])
    }
    try execute(
      """
      UPDATE batches SET state = 'committed', closed = ?2, is_live = 1, block_root = ?3
      WHERE id = ?1
      """, [batch.id, time.milliseconds, content.root])
    let register = try contentOfRegister(batch.terms.entry, recomputes: false)
    try execute(
      """
      INSERT INTO resources (entry, owner, generation, key_version, row_count, root, newest_batch,
        is_withdrawn, key_check)
      VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, 0, ?7)
      ON CONFLICT (entry) DO UPDATE SET owner = excluded.owner,
        generation = resources.generation + 1, key_version = excluded.key_version,
        row_count = excluded.row_count, root = excluded.root, newest_batch = excluded.newest_batch,
        key_check = excluded.key_check, sealed_root = NULL
      """,
      [
        batch.terms.entry, batch.terms.owner.text, keyVersion, register.rows, register.root,
        try newestDelivery(batch.terms.entry), keys,
      ])
    try execute(
      "UPDATE batches SET resource_rows = ?2, resource_root = ?3 WHERE id = ?1",
      [batch.id, register.rows, register.root])
    guard let state = try self.register(batch.terms.entry) else {
      throw UnreadableContent(what: "register")
    }
    return CommittedBatch(register: state, superseded: superseded, renamed: renamed)
  }
}

extension RegisterState {
  fileprivate init(_ row: Row) throws {
    guard let owner = DepartmentCode(try row["owner"]) else {
      throw UnreadableContent(what: "owner")
    }
    self.init(
      entry: try row["entry"], owner: owner, generation: try row["generation"],
      keyVersion: try row["key_version"], rowCount: try row["row_count"], root: try row["root"],
      newestBatch: try row["newest_batch"], isWithdrawn: try row["is_withdrawn"])
  }
}

extension StoredBlock {
  fileprivate init(_ row: Row) throws {
    guard
      let rows = RowPack(
        tokens: try row["tokens"], ids: try row["ids"], envelopes: try row["envelopes"])
    else { throw UnreadableContent(what: "block") }
    self.init(
      id: try row["id"], batch: try row["batch"], rows: rows, keyVersion: try row["key_version"])
  }
}
