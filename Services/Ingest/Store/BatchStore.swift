// Keeping batches: opened, fed in chunks, closed.

package import Database
package import IngestRules
import Integrity
package import Vocabulary

extension SQLReading where Self: ~Copyable {
  /// A batch with its counts; `nil` when there is none.
  package func batch(_ id: Int64) throws -> StoredBatch? {
    guard let row = try queryOne("SELECT * FROM batches WHERE id = ?1", [id]) else { return nil }
    return try withCounts([try StoredBatch(row)]).first
  }

  /// A page of an owner's batches, the newest first.
  ///
  /// - Parameters:
  ///   - entry: Only those of this entry; `nil` for all.
  ///   - before: The last batch of the page before; `Int64.max` for the first page.
  package func batches(
    owner: DepartmentCode, entry: Int64?, before: Int64, limit: Int
  ) throws -> [StoredBatch] {
    let rows = try query(
      """
      SELECT * FROM batches WHERE owner = ?1 AND (?2 IS NULL OR entry = ?2) AND id < ?3
      ORDER BY id DESC LIMIT ?4
      """, [owner.text, entry, before, limit])
    return try withCounts(rows.map { try StoredBatch($0) })
  }

  /// Batches of an owner whose pre-check failed and which still wait.
  package func failedBatches(
    owner: DepartmentCode, after: Int64, limit: Int
  ) throws -> [StoredBatch] {
    try query(
      """
      SELECT * FROM batches WHERE owner = ?1 AND state = 'quality_failed' AND id > ?2
      ORDER BY id LIMIT ?3
      """, [owner.text, after, limit]
    ).map { try StoredBatch($0) }
  }

  /// Batches of corrections that are not closed.
  package func openCorrections() throws -> [StoredBatch] {
    try query(
      """
      SELECT * FROM batches WHERE kind = 'correction' AND state IN ('open', 'loading') ORDER BY id
      """
    ).map { try StoredBatch($0) }
  }

  /// The last day for which a source delivered to an entry, or declared that nothing was new.
  package func deliveredUntil(_ entry: Int64) throws -> CivilDate? {
    let day: Int? = try queryOne(
      """
      SELECT MAX(as_of) FROM batches WHERE entry = ?1 AND kind <> 'correction'
        AND (is_live = 1 OR state = 'nil_declared')
      """, [entry])?[0]
    return day.map { CivilDate(dayNumber: $0) }
  }

  /// The newest version of an entry for which something was delivered, or declared to be nothing; `nil` before.
  package func deliveredVersion(_ entry: Int64) throws -> Int? {
    try queryOne(
      """
      SELECT MAX(entry_version) FROM batches WHERE entry = ?1 AND kind <> 'correction'
        AND (is_live = 1 OR state = 'nil_declared')
      """, [entry])?[0]
  }

  /// The committed batches whose rows stand, by their ids.
  package func liveBatches(_ entry: Int64) throws -> [StoredBatch] {
    try query("SELECT * FROM batches WHERE entry = ?1 AND is_live = 1 ORDER BY id", [entry])
      .map { try StoredBatch($0) }
  }

  /// The first delivery that stands; another one once a stock replaced them all. 0 for none.
  package func firstLiveBatch(_ entry: Int64) throws -> Int64 {
    try queryOne(
      "SELECT COALESCE(MIN(id), 0) FROM batches WHERE entry = ?1 AND is_live = 1", [entry])?[0] ?? 0
  }

  package func chunk(_ batch: Int64, _ number: Int) throws -> StoredChunk? {
    try queryOne("SELECT * FROM chunks WHERE batch = ?1 AND number = ?2", [batch, number])
      .map { try StoredChunk($0) }
  }

  package func chunks(_ batch: Int64) throws -> [StoredChunk] {
    try query("SELECT * FROM chunks WHERE batch = ?1 ORDER BY number", [batch])
      .map { try StoredChunk($0) }
  }

  /// The staged rows of one part, by chunk.
  package func stagedRows(_ batch: Int64, part: Int) throws -> [StagedPart] {
    try stagedParts("s.batch = ?1 AND s.part = ?2", [batch, part])
  }

  func stagedParts(_ condition: String, _ arguments: [any SQLConvertible]) throws -> [StagedPart] {
    try query(
      """
      SELECT s.batch, s.part, s.chunk, c.attempt, s.key_version, s.tokens, s.ids, s.envelopes
      FROM batches t JOIN staged s ON s.batch = t.id
        JOIN chunks c ON c.batch = s.batch AND c.number = s.chunk
      WHERE \(condition) ORDER BY s.batch, s.part, s.chunk
      """, arguments
    ).map { row in
      guard
        let rows = RowPack(tokens: try row[5], ids: try row[6], envelopes: try row[7])
      else { throw UnreadableContent(what: "staged rows") }
      return StagedPart(
        batch: try row[0], part: try row[1], chunk: try row[2], attempt: try row[3],
        keyVersion: try row[4], rows: rows)
    }
  }

  package func rejects(_ batch: Int64, after: Int64, limit: Int) throws -> [StoredReject] {
    try query(
      """
      SELECT id, sealed, key_version FROM rejects WHERE batch = ?1 AND id > ?2 ORDER BY id LIMIT ?3
      """, [batch, after, limit]
    ).map { StoredReject(id: try $0[0], sealed: try $0[1], keyVersion: try $0[2]) }
  }

  /// The batch of rejected rows; `nil` when there is none.
  package func rejectSource(_ id: Int64) throws -> RejectSource? {
    guard
      let row = try queryOne(
        "SELECT entry, entry_version, owner, profile, rejected, closed FROM batches WHERE id = ?1",
        [id])
    else { return nil }
    guard let owner = DepartmentCode(try row[2]) else { throw UnreadableContent(what: "batch") }
    let closed: Int64? = try row[5]
    return RejectSource(
      batch: id, entry: try row[0], entryVersion: try row[1], owner: owner, profile: try row[3],
      rejected: try row[4], closed: closed.map { Instant(milliseconds: $0) })
  }

  /// The batches of which rejected rows lie here, closed before an instant.
  package func batchesWithRejects(closedBefore instant: Instant) throws -> [StoredBatch] {
    try query(
      """
      SELECT * FROM batches b WHERE b.closed < ?1
        AND EXISTS (SELECT 1 FROM rejects r WHERE r.batch = b.id) ORDER BY b.id
      """, [instant.milliseconds]
    ).map { try StoredBatch($0) }
  }

  /// Rejected rows of the batches that stand: "no hit" is not "clean" while there are any.
  package func unrepairedRejects(_ entry: Int64) throws -> Int {
    try queryOne(
      "SELECT COALESCE(SUM(rejected), 0) FROM batches WHERE entry = ?1 AND is_live = 1", [entry])?[
        0] ?? 0
  }

  private func withCounts(_ batches: [StoredBatch]) throws -> [StoredBatch] {
    if batches.isEmpty { return [] }
    let places = batches.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
    var rules: [Int64: [String: Int]] = [:]
    var marks: [Int64: [String: Int]] = [:]
    for row in try query(
      "SELECT * FROM batch_counts WHERE batch IN (\(places))", batches.map(\.id))
    {
      let (batch, kind, name): (Int64, String, String) = (
        try row["batch"], try row["kind"], try row["name"]
      )
      if kind == "rule" {
        rules[batch, default: [:]][name] = try row["amount"]
      } else {
        marks[batch, default: [:]][name] = try row["amount"]
      }
    }
    return batches.map { batch in
      var batch = batch
      batch.rejectsByRule = rules[batch.id] ?? [:]
      batch.cleanedByMark = marks[batch.id] ?? [:]
      return batch
    }
  }
}

extension WriteTransaction {
  /// Opens a batch.
  package func insertBatch(_ terms: BatchTerms, actor: String, at time: Instant) throws
    -> StoredBatch
  {
    let id = try nextNumber("batches")
    try execute(
      """
      INSERT INTO batches (id, entry, entry_version, owner, kind, mode, format, encoding, header,
        as_of, coverage, mode_reason, issue, profile, content, state, next_chunk, accepted,
        rejected, actor, created, is_live)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 'open', 1, 0, 0,
        ?16, ?17, 0)
      """,
      [
        id, terms.entry, terms.entryVersion, terms.owner.text, terms.kind.rawValue,
        terms.mode.rawValue, terms.format, terms.encoding, terms.header, terms.asOf.dayNumber,
        terms.coverage, terms.modeReason, terms.issue, terms.profile,
        CanonicalJSON.encode(terms.schema.json), actor, time.milliseconds,
      ])
    guard let batch = try batch(id) else { throw UnreadableContent(what: "batch") }
    return batch
  }

  /// Forgets what was loaded, for a batch that begins anew after a failed pre-check or is abandoned.
  package func dropLoad(_ batch: Int64) throws {
    for table in ["staged", "chunks", "batch_counts", "rejects", "blocks"] {
      try execute("DELETE FROM \(table) WHERE batch = ?1", [batch])
    }
    try execute(
      "UPDATE batches SET next_chunk = 1, accepted = 0, rejected = 0 WHERE id = ?1", [batch])
  }

  /// Deletes a batch's rejected rows; what it counted of them stays.
  ///
  /// - Returns: How many there were.
  package func deleteRejects(of batch: Int64) throws -> Int {
    try execute("DELETE FROM rejects WHERE batch = ?1", [batch])
  }

  /// Keeps a chunk's rows, all sealed, and moves the batch on.
  ///
  /// - Parameter keyVersion: Of the keys under which rows and rejects were sealed.
  package func insert(
    _ chunk: StoredChunk, parts: [Int: RowPack], rejects: [StoredReject], keyVersion: Int,
    byRule: [String: Int], byMark: [String: Int], into batch: Int64
  ) throws {
    try execute(
      """
      INSERT INTO chunks (batch, number, digest, attempt, accepted, rejected)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      """,
      [batch, chunk.number, chunk.digest, chunk.attempt, chunk.accepted, chunk.rejected])
    try execute(
      """
      INSERT INTO staged (batch, part, chunk, tokens, ids, envelopes, key_version)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """,
      each: parts.sorted { $0.key < $1.key }.map { part, rows in
        [
          .integer(batch), .integer(Int64(part)), .integer(Int64(chunk.number)),
          .blob(rows.tokens), .blob(rows.idColumn), .blob(rows.envelopeColumn),
          .integer(Int64(keyVersion)),
        ]
      })
    try execute(
      "INSERT INTO rejects (batch, id, sealed, key_version) VALUES (?1, ?2, ?3, ?4)",
      each: rejects.map {
        [
          .integer(batch), .integer($0.id), .blob($0.sealed), .integer(Int64($0.keyVersion)),
        ]
      })
    let counts = byRule.map { ("rule", $0, $1) } + byMark.map { ("mark", $0, $1) }
    try execute(
      """
      INSERT INTO batch_counts (batch, kind, name, amount) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT (batch, kind, name) DO UPDATE SET amount = batch_counts.amount + excluded.amount
      """,
      each: counts.map { kind, name, amount in
        [.integer(batch), .text(kind), .text(name), .integer(Int64(amount))]
      })
    try execute(
      """
      UPDATE batches SET state = 'loading', next_chunk = ?2, accepted = accepted + ?3,
        rejected = rejected + ?4 WHERE id = ?1
      """, [batch, chunk.number + 1, chunk.accepted, chunk.rejected])
  }

  /// The rows of a batch that came without chunks, as a correction does.
  package func load(_ batch: StoredBatch, rows: Int) throws -> StoredBatch {
    try execute(
      "UPDATE batches SET state = 'loading', accepted = ?2 WHERE id = ?1", [batch.id, rows])
    guard let loaded = try self.batch(batch.id) else { throw UnreadableContent(what: "batch") }
    return loaded
  }

  package func setState(_ state: BatchState, of batch: Int64, closedAt time: Instant?) throws {
    try execute(
      "UPDATE batches SET state = ?2, closed = ?3 WHERE id = ?1",
      [batch, state.rawValue, time?.milliseconds])
  }
}

extension StoredChunk {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      number: try row["number"], digest: try row["digest"], attempt: try row["attempt"],
      accepted: try row["accepted"], rejected: try row["rejected"])
  }
}
