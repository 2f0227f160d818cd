// Keeping salts, in a database of their own: without a subject's salt its records open to nobody (hebi-2021/27).

package import Database

extension SQLReading where Self: ~Copyable {
  /// The staged salts of one part, by chunk and try.
  package func stagedSalts(_ batch: Int64, part: Int) throws -> [StagedSaltKey: [UInt8]] {
    var salts: [StagedSaltKey: [UInt8]] = [:]
    try forEach(
      "SELECT chunk, attempt, salts FROM staged_salts WHERE batch = ?1 AND part = ?2",
      [batch, part]
    ) { row in
      salts[StagedSaltKey(chunk: try row[0], attempt: try row[1])] = try row[2] as [UInt8]
    }
    return salts
  }

  /// The salts of these blocks, 16 bytes a row.
  package func salts(ofBlocks ids: [Int64]) throws -> [Int64: [UInt8]] {
    var salts: [Int64: [UInt8]] = [:]
    for start in stride(from: 0, to: ids.count, by: 200) {
      let some = Array(ids[start..<min(start + 200, ids.count)])
      let places = some.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
      try forEach("SELECT id, salts FROM salt_blocks WHERE id IN (\(places))", some) { row in
        salts[try row[0]] = try row[1] as [UInt8]
      }
    }
    return salts
  }

  /// Every batch that has salts here.
  package func saltedBatches() throws -> Set<Int64> {
    let rows = try query(
      "SELECT DISTINCT batch FROM salt_blocks UNION SELECT DISTINCT batch FROM staged_salts")
    return try Set(rows.map { try $0[0] as Int64 })
  }
}

/// One try at one chunk.
package struct StagedSaltKey: Hashable, Sendable {
  package let chunk: Int
  package let attempt: Int64

  package init(chunk: Int, attempt: Int64) {
    self.chunk = chunk
    self.attempt = attempt
  }
}

extension WriteTransaction {
  /// Written before the rows that they belong to; whoever dies between leaves salts without rows, which are swept.
  package func stageSalts(
    _ salts: [Int: [UInt8]], batch: Int64, _ key: StagedSaltKey
  ) throws {
    try execute(
      """
      INSERT INTO staged_salts (batch, part, chunk, attempt, salts) VALUES (?1, ?2, ?3, ?4, ?5)
      """,
      each: salts.map { part, bytes in
        [
          .integer(batch), .integer(Int64(part)), .integer(Int64(key.chunk)),
          .integer(key.attempt), .blob(bytes),
        ]
      })
  }

  package func insertSalts(_ blocks: [(id: Int64, salts: [UInt8])], batch: Int64) throws {
    try execute(
      "INSERT INTO salt_blocks (id, batch, salts) VALUES (?1, ?2, ?3)",
      each: blocks.map { [.integer($0.id), .integer(batch), .blob($0.salts)] })
  }

  /// - Parameter id: Only blocks before it: what an earlier try left, never what another replica writes since.
  package func deleteSaltBlocks(of batch: Int64, before id: Int64 = .max) throws {
    try execute("DELETE FROM salt_blocks WHERE batch = ?1 AND id < ?2", [batch, id])
  }

  package func deleteStagedSalts(of batch: Int64) throws {
    try execute("DELETE FROM staged_salts WHERE batch = ?1", [batch])
  }

  /// The salts of a try whose rows were never kept.
  package func deleteStagedSalts(of batch: Int64, _ key: StagedSaltKey) throws {
    try execute(
      "DELETE FROM staged_salts WHERE batch = ?1 AND chunk = ?2 AND attempt = ?3",
      [batch, key.chunk, key.attempt])
  }
}

extension WriteTransaction {
  /// Deletes the staged salts of every try but these.
  package func keepStagedSalts(of batch: Int64, only kept: Set<StagedSaltKey>) throws {
    for row in try query(
      "SELECT DISTINCT chunk, attempt FROM staged_salts WHERE batch = ?1", [batch])
    {
      let key = StagedSaltKey(chunk: try row[0], attempt: try row[1])
      if !kept.contains(key) { try deleteStagedSalts(of: batch, key) }
    }
  }
}
