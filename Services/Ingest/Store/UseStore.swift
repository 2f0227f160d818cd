// Keeping the uses of grants: quotas, runs, disclosures with their sealed manifests, and who received which record.

package import Database
import Integrity
package import Vocabulary

/// A disclosure before it is kept.
package struct DisclosureDraft: Sendable, Equatable {
  package var entry: Int64
  package var grant: String
  package var grantee: String
  package var method: String
  package var callID: String
  package var time: Instant
  package var comparison = ""
  package var chunk = 0
  package var caseNumber = ""
  package var items: [String]
  package var root: [UInt8]

  package init(
    entry: Int64, grant: String, grantee: String, method: String, callID: String, time: Instant,
    items: [String], root: [UInt8]
  ) {
    self.entry = entry
    self.grant = grant
    self.grantee = grantee
    self.method = method
    self.callID = callID
    self.time = time
    self.items = items
    self.root = root
  }
}

/// A record that went out, and for which row of a roll.
package struct Delivery: Hashable, Sendable {
  package let record: Int64
  package let row: Int

  package init(record: Int64, row: Int) {
    self.record = record
    self.row = row
  }
}

/// Who received a record.
package struct Recipient: Sendable, Equatable {
  package let disclosure: Int64
  package let row: Int
  package let department: String
  package let grant: String
  package let callID: String
  package let time: Instant
  package let comparison: String
  package let chunk: Int
  package let caseNumber: String
  package let items: [String]
}

/// What one chunk of a comparison asked for, sealed.
package struct StoredManifest: Sendable {
  package let id: Int64
  package let entry: Int64
  package let callID: String
  package let comparison: String
  package let chunk: Int
  package let sealed: [UInt8]
}

extension SQLReading where Self: ~Copyable {
  /// The manifests of comparisons, the earliest first.
  package func chunkManifests(after id: Int64, limit: Int) throws -> [StoredManifest] {
    try query(
      """
      SELECT id, entry, call_id, comparison, chunk, sealed FROM disclosures
      WHERE id > ?1 AND comparison <> '' ORDER BY id LIMIT ?2
      """, [id, limit]
    ).map { row in
      StoredManifest(
        id: try row[0], entry: try row[1], callID: try row[2], comparison: try row[3],
        chunk: try row[4], sealed: try row[5])
    }
  }

  /// Why a grant may not be used, and whether only for a while; `nil` while Share lets it be used.
  package func endOfGrant(_ name: String) throws -> (reason: String, isSuspended: Bool)? {
    try queryOne("SELECT reason, is_suspended FROM ended_grants WHERE name = ?1", [name]).map {
      (try $0[0], try $0[1])
    }
  }

  /// A page of those who received a record since a moment, the earliest first.
  package func recipients(
    entry: Int64, record: Int64, since: Instant,
    after: (disclosure: Int64, row: Int64), limit: Int
  ) throws -> [Recipient] {
    try query(
      """
      SELECT s.*, d.roll_row FROM deliveries d JOIN disclosures s ON s.id = d.disclosure
      WHERE d.entry = ?1 AND d.record = ?2 AND s.time >= ?3
        AND (d.disclosure > ?4 OR d.disclosure = ?4 AND d.roll_row > ?5)
      ORDER BY d.disclosure, d.roll_row LIMIT ?6
      """,
      [entry, record, since.milliseconds, after.disclosure, after.row, limit]
    ).map { try Recipient($0) }
  }
}

extension WriteTransaction {
  /// Keeps a grant from being used.
  ///
  /// - Parameter isSuspended: Only until it is resumed.
  package func endGrant(_ name: String, reason: String, isSuspended: Bool) throws {
    try execute(
      """
      INSERT INTO ended_grants (name, reason, is_suspended) VALUES (?1, ?2, ?3)
      ON CONFLICT (name) DO UPDATE
      SET reason = excluded.reason, is_suspended = excluded.is_suspended
      WHERE ended_grants.is_suspended = 1
      """, [name, reason, isSuspended])
  }

  /// A grant that Share calls active again or anew. What ended for good goes on by no word of Share's.
  package func reviveGrant(_ name: String) throws {
    try execute("DELETE FROM ended_grants WHERE name = ?1 AND is_suspended = 1", [name])
  }

  /// Counts a subject against a grant's day.
  ///
  /// - Parameter subject: The subject's pseudonym.
  /// - Returns: Distinct subjects of that day, this one included.
  package func useSubject(_ subject: [UInt8], grant: String, day: CivilDate) throws -> Int {
    let isNew = try execute(
      """
      INSERT INTO quota_subjects (grant_name, day, subject) VALUES (?1, ?2, ?3)
      ON CONFLICT (grant_name, day, subject) DO NOTHING
      """, [grant, day.dayNumber, subject])
    if isNew == 1 {
      try execute(
        """
        INSERT INTO quota_days (grant_name, day, subjects) VALUES (?1, ?2, 1)
        ON CONFLICT (grant_name, day) DO UPDATE SET subjects = quota_days.subjects + 1
        """, [grant, day.dayNumber])
    }
    return try queryOne(
      "SELECT subjects FROM quota_days WHERE grant_name = ?1 AND day = ?2",
      [grant, day.dayNumber])?[0] ?? 0
  }

  /// What a chunk of a run is.
  package enum RollChunk: Sendable, Equatable {
    /// The run has now so many rows of so many stated.
    case new(sent: Int)
    case again
    /// The number came before with other content.
    case contentDiffers
    /// The run was begun with another grant, entry or row count.
    case runDiffers
  }

  /// Notes a chunk of a run; the first one charges the run.
  package func useRollChunk(
    comparison: String, grant: String, entry: Int64, statedRows: Int, turn: String,
    day: CivilDate, number: Int, digest: [UInt8], rows: Int
  ) throws -> RollChunk {
    try execute(
      """
      INSERT INTO comparison_runs
        (comparison, grant_name, entry, stated_rows, sent_rows, day, turn)
      VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6) ON CONFLICT (comparison) DO NOTHING
      """, [comparison, grant, entry, statedRows, day.dayNumber, turn])
    guard
      let run = try queryOne(
        "SELECT * FROM comparison_runs WHERE comparison = ?1", [comparison])
    else { throw UnreadableContent(what: "run") }
    guard try run["grant_name"] == grant, try run["entry"] == entry,
      try run["stated_rows"] == statedRows, ["", turn].contains(try run["turn"] as String)
    else { return .runDiffers }
    let known = try queryOne(
      "SELECT digest FROM comparison_chunks WHERE comparison = ?1 AND number = ?2",
      [comparison, number])
    if let known { return try known[0] == digest ? .again : .contentDiffers }
    try execute(
      "INSERT INTO comparison_chunks (comparison, number, digest) VALUES (?1, ?2, ?3)",
      [comparison, number, digest])
    try execute(
      "UPDATE comparison_runs SET sent_rows = sent_rows + ?2 WHERE comparison = ?1",
      [comparison, rows])
    let sent: Int = try run["sent_rows"]
    return .new(sent: sent + rows)
  }

  package func nextDisclosure() throws -> Int64 { try nextNumber("disclosures") }

  /// Keeps a disclosure with its sealed manifest and the records that go out under it.
  package func insert(
    _ draft: DisclosureDraft, id: Int64, sealed: [UInt8], deliveries: [Delivery]
  ) throws {
    try execute(
      """
      INSERT INTO disclosures (id, entry, grant_name, grantee, method, call_id, time, comparison,
        chunk, case_number, items, root, sealed)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
      """,
      [
        id, draft.entry, draft.grant, draft.grantee, draft.method, draft.callID,
        draft.time.milliseconds, draft.comparison, draft.chunk, draft.caseNumber,
        draft.items.joined(separator: " "), draft.root, sealed,
      ])
    try execute(
      """
      INSERT INTO deliveries (entry, record, disclosure, roll_row) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT (entry, record, disclosure, roll_row) DO NOTHING
      """,
      each: deliveries.map {
        [.integer(draft.entry), .integer($0.record), .integer(id), .integer(Int64($0.row))]
      })
  }

  /// Takes back what was announced and then did not go out, for a hidden row or one that is no hit.
  package func withdraw(_ deliveries: [Delivery], of entry: Int64, disclosure: Int64) throws {
    try execute(
      """
      DELETE FROM deliveries WHERE entry = ?1 AND record = ?2 AND disclosure = ?3
        AND roll_row = ?4
      """,
      each: deliveries.map {
        [.integer(entry), .integer($0.record), .integer(disclosure), .integer(Int64($0.row))]
      })
  }
}

extension Recipient {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    let items: String = try row["items"]
    self.init(
      disclosure: try row["id"], row: try row["roll_row"], department: try row["grantee"],
      grant: try row["grant_name"], callID: try row["call_id"],
      time: Instant(milliseconds: try row["time"]), comparison: try row["comparison"],
      chunk: try row["chunk"], caseNumber: try row["case_number"],
      items: items.split(separator: " ").map(String.init))
  }
}
