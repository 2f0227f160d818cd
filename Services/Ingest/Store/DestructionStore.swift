// Keeping destructions, and taking rows away: a register's all at once, a person's by writing over their places.

package import Database
package import IngestRules
import Integrity
package import Vocabulary

/// What a destruction needs to go on after a stop.
package struct StandingDestruction: Sendable {
  package let destruction: Destruction
  /// The subject as it was named, sealed, until it is done.
  package let sealedSubject: [UInt8]?
  /// The certificate, a receipt of the log's entry.
  package let certificate: [UInt8]?
}

/// A person's rows in one block.
package struct ErasedSlots: Sendable, Equatable {
  package let block: Int64
  package let slots: [Int]

  package init(block: Int64, slots: [Int]) {
    self.block = block
    self.slots = slots
  }
}

extension SQLReading where Self: ~Copyable {
  package func destruction(_ number: Int64) throws -> StandingDestruction? {
    try destructions("WHERE id = ?1", [number]).first
  }

  /// Those of one department, the newest first.
  package func destructions(owner: DepartmentCode, before: Int64, limit: Int) throws
    -> [StandingDestruction]
  {
    try destructions(
      "WHERE owner = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3", [owner.text, before, limit])
  }

  /// Approved, and not certified.
  package func approvedDestructions() throws -> [StandingDestruction] {
    try destructions("WHERE state = ?1 ORDER BY id", [DestructionState.approved.rawValue])
  }

  /// What is destroyed, and since when.
  package func certifiedDestructions() throws -> [(number: Int64, time: Instant)] {
    try query(
      "SELECT id, certified FROM destructions WHERE certified IS NOT NULL ORDER BY id"
    ).map { (try $0[0], Instant(milliseconds: try $0[1])) }
  }

  private func destructions(_ rest: String, _ arguments: [any SQLConvertible]) throws
    -> [StandingDestruction]
  {
    try query("SELECT * FROM destructions \(rest)", arguments).map { row in
      let (kind, state): (String, String) = (try row["kind"], try row["state"])
      let (approved, certified): (Int64?, Int64?) = (try row["approved"], try row["certified"])
      guard let owner = DepartmentCode(try row["owner"]),
        let kind = DestructionKind(rawValue: kind),
        let state = DestructionState(rawValue: state)
      else { throw UnreadableContent(what: "destruction") }
      var destruction = Destruction(
        number: try row["id"], kind: kind, entry: try row["entry"], owner: owner,
        subject: try row["subject"], reason: try row["reason"], requester: try row["requester"],
        requested: Instant(milliseconds: try row["requested"]))
      destruction.approver = try row["approver"]
      destruction.approved = approved.map { Instant(milliseconds: $0) }
      destruction.state = state
      destruction.rows = try row["row_count"]
      destruction.rejects = try row["rejects"]
      destruction.certified = certified.map { Instant(milliseconds: $0) }
      return StandingDestruction(
        destruction: destruction, sealedSubject: try row["sealed"],
        certificate: try row["certificate"])
    }
  }

  /// The registers of a department, by entry.
  package func registers(of owner: DepartmentCode) throws -> [Int64] {
    try query("SELECT entry FROM resources WHERE owner = ?1 ORDER BY entry", [owner.text])
      .map { try $0[0] }
  }

  /// What keeps data of a register from being destroyed.
  ///
  /// - Parameter records: Those that would go; `nil` for the whole register.
  package func hold(_ entry: Int64, records: [Int64]?) throws -> DestructionHold {
    let issue: String?
    if let records {
      let disputed = try underCheck(entry)
      issue = records.lazy.compactMap { disputed[$0] }.first
    } else {
      issue = try queryOne(
        "SELECT issue FROM open_issues WHERE entry = ?1 ORDER BY issue LIMIT 1", [entry])?[0]
    }
    let batch: Int64? = try queryOne(
      """
      SELECT id FROM batches WHERE entry = ?1 AND kind <> 'correction'
        AND state IN ('open', 'loading', 'quality_failed') ORDER BY id LIMIT 1
      """, [entry])?[0]
    return DestructionHold(
      entry: ResourceName.entry(entry).text, issue: issue, isWithdrawn: try isWithdrawn(entry),
      openBatch: batch.map { ResourceName.batch($0).text })
  }

  /// Every batch of an entry, standing or not.
  package func batchIDs(ofEntry entry: Int64) throws -> [Int64] {
    try query("SELECT id FROM batches WHERE entry = ?1 ORDER BY id", [entry]).map { try $0[0] }
  }

  /// Whether anything of a register's rows is still stored.
  package func holdsRows(_ entry: Int64) throws -> Bool {
    for table in ["blocks", "staged", "rejects"] {
      let row = try queryOne(
        "SELECT 1 FROM batches t JOIN \(table) p ON p.batch = t.id WHERE t.entry = ?1 LIMIT 1",
        [entry])
      if row != nil { return true }
    }
    return try register(entry) != nil
  }

  /// Rejected rows of an entry, in pages.
  package func rejects(ofEntry entry: Int64, after: (batch: Int64, id: Int64), limit: Int) throws
    -> [(batch: Int64, reject: StoredReject)]
  {
    try query(
      """
      SELECT r.batch, r.id, r.sealed, r.key_version FROM batches t JOIN rejects r ON r.batch = t.id
      WHERE t.entry = ?1 AND (r.batch > ?2 OR r.batch = ?2 AND r.id > ?3)
      ORDER BY r.batch, r.id LIMIT ?4
      """, [entry, after.batch, after.id, limit]
    ).map { (try $0[0], StoredReject(id: try $0[1], sealed: try $0[2], keyVersion: try $0[3])) }
  }
}

extension WriteTransaction {
  package func nextDestruction() throws -> Int64 { try nextNumber("destructions") }

  package func insert(_ destruction: Destruction) throws {
    try execute(
      """
      INSERT INTO destructions (id, kind, entry, owner, subject, reason, requester, requested,
        approver, approved, state, row_count, rejects, certified, sealed, certificate)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '', NULL, ?9, 0, 0, NULL, NULL, NULL)
      """,
      [
        destruction.number, destruction.kind.rawValue, destruction.entry, destruction.owner.text,
        destruction.subject, destruction.reason, destruction.requester,
        destruction.requested.milliseconds, destruction.state.rawValue,
      ])
  }

  /// The second person approved it; from here on it is carried out, whatever stops in between.
  package func approve(_ destruction: Destruction, sealedSubject: [UInt8]?) throws {
    try execute(
      """
      UPDATE destructions SET approver = ?2, approved = ?3, state = ?4, sealed = ?5 WHERE id = ?1
      """,
      [
        destruction.number, destruction.approver, destruction.approved?.milliseconds,
        destruction.state.rawValue, sealedSubject,
      ])
  }

  package func count(rows: Int, rejects: Int, in destruction: Int64) throws {
    try execute(
      "UPDATE destructions SET row_count = row_count + ?2, rejects = rejects + ?3 WHERE id = ?1",
      [destruction, rows, rejects])
  }

  /// Its certificate is there; who it was about is no longer kept.
  package func certify(_ destruction: Int64, certificate: [UInt8], at time: Instant) throws {
    try execute(
      """
      UPDATE destructions SET state = ?2, certified = ?3, certificate = ?4, sealed = NULL
      WHERE id = ?1
      """,
      [destruction, DestructionState.certified.rawValue, time.milliseconds, certificate])
  }

  /// Takes a register away with all its rows, staged and rejected ones too; what was counted of its batches stays.
  ///
  /// - Returns: How many rows stood, and how many rejected ones were kept.
  package func destroyRegister(_ entry: Int64, at time: Instant) throws -> (rows: Int, rejects: Int)
  {
    guard let register = try register(entry) else { return (0, 0) }
    var rejects = 0
    for batch in try batchIDs(ofEntry: entry) {
      rejects += try execute("DELETE FROM rejects WHERE batch = ?1", [batch])
      for table in ["blocks", "staged", "chunks"] {
        try execute("DELETE FROM \(table) WHERE batch = ?1", [batch])
      }
    }
    try execute(
      """
      UPDATE batches SET state = 'abandoned', closed = ?2
      WHERE entry = ?1 AND state IN ('open', 'loading', 'quality_failed')
      """, [entry, time.milliseconds])
    try execute("UPDATE batches SET is_live = 0 WHERE entry = ?1", [entry])
    for table in ["removed_records", "under_check", "resources"] {
      try execute("DELETE FROM \(table) WHERE entry = ?1", [entry])
    }
    return (register.rowCount, rejects)
  }

  /// Writes over a person's rows: token and seal are gone, the places stay empty. They stand no more.
  ///
  /// - Parameter batch: The batch that took them out in the list of removed rows; 0, for no batch did.
  /// - Returns: How many rows that stood are gone.
  package func erase(_ places: [ErasedSlots], of entry: Int64) throws -> Int {
    let removed = try removedLocations(entry)
    var rows = 0
    var batches: Set<Int64> = []
    for block in try blocks(places.map(\.block)) {
      guard let slots = places.first(where: { $0.block == block.id })?.slots else { continue }
      let wiped = block.rows.erasing(slots)
      try execute(
        "UPDATE blocks SET tokens = ?2, envelopes = ?3 WHERE id = ?1",
        [block.id, wiped.tokens, wiped.envelopeColumn])
      batches.insert(block.batch)
      for slot in slots {
        let location = RecordLocation(block: block.id, slot: slot)
        guard !removed.contains(location.number) else { continue }
        try remove(record: block.rows.ids[slot], at: location, of: entry, by: 0)
        rows += 1
      }
    }
    for batch in batches.sorted() {
      try execute(
        "UPDATE batches SET block_root = ?2 WHERE id = ?1", [batch, try contentOfBatch(batch).root])
    }
    let register = try contentOfRegister(entry, recomputes: false)
    try execute(
      """
      UPDATE resources SET generation = generation + 1, row_count = ?2, root = ?3,
        sealed_root = NULL WHERE entry = ?1
      """, [entry, register.rows, register.root])
    return rows
  }

  package func delete(_ rejects: [(batch: Int64, id: Int64)]) throws {
    try execute(
      "DELETE FROM rejects WHERE batch = ?1 AND id = ?2",
      each: rejects.map { [.integer($0.batch), .integer($0.id)] })
  }
}

extension WriteTransaction {
  /// Writes zeros over the salts of rows, in the identity store: what was sealed under them opens to nobody.
  package func eraseSalts(_ places: [ErasedSlots]) throws {
    let known = try salts(ofBlocks: places.map(\.block))
    try execute(
      "UPDATE salt_blocks SET salts = ?2 WHERE id = ?1",
      each: places.compactMap { place in
        guard var salts = known[place.block] else { return nil }
        for slot in place.slots {
          let start = slot * SaltedRows.saltByteCount
          guard start + SaltedRows.saltByteCount <= salts.count else { continue }
          salts.replaceSubrange(
            start..<start + SaltedRows.saltByteCount,
            with: [UInt8](repeating: 0, count: SaltedRows.saltByteCount))
        }
        return [.integer(place.block), .blob(salts)]
      })
  }
}
