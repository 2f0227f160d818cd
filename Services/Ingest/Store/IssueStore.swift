// Keeping what Feedback says: which issues are open, and which records are under check (policies e.8, hebi-2021/13).

package import Database
import Vocabulary

/// Records of one issue that stand under other names since a new stock.
package struct RenamedRecords: Sendable, Equatable {
  package let issue: String
  /// By their old names' numbers, those of the rows that now stand for the same subject; none where it stands no more.
  package let successors: [(record: Int64, rows: [Int64])]

  package static func == (left: RenamedRecords, right: RenamedRecords) -> Bool {
    left.issue == right.issue
      && left.successors.elementsEqual(right.successors) {
        $0.record == $1.record && $0.rows == $1.rows
      }
  }
}

extension SQLReading where Self: ~Copyable {
  /// Which records are under check, with the issue.
  package func underCheck(_ entry: Int64) throws -> [Int64: String] {
    var issues: [Int64: String] = [:]
    for row in try query(
      "SELECT record, issue FROM under_check WHERE entry = ?1 ORDER BY record, issue", [entry])
    {
      issues[try row[0]] = try row[1] as String
    }
    return issues
  }

  /// Whether an issue is open on an entry.
  package func isOpen(issue: String, entry: Int64) throws -> Bool {
    try queryOne("SELECT 1 FROM open_issues WHERE issue = ?1 AND entry = ?2", [issue, entry]) != nil
  }

  /// Whether an open issue is about a record: it names the record, or is about the register as a whole.
  package func isOpen(issue: String, entry: Int64, about record: Int64) throws -> Bool {
    try queryOne(
      """
      SELECT 1 FROM open_issues i WHERE i.issue = ?1 AND i.entry = ?2 AND (i.is_whole = 1 OR EXISTS (
        SELECT 1 FROM under_check u
        WHERE u.entry = i.entry AND u.record = ?3 AND u.issue = i.issue))
      """, [issue, entry, record]) != nil
  }
}

extension WriteTransaction {
  /// An issue is open, or open again.
  ///
  /// - Parameter records: Those that it names; none for the register as a whole.
  package func open(issue: String, entry: Int64, records: [Int64]) throws {
    try execute(
      """
      INSERT INTO open_issues (issue, entry, is_whole) VALUES (?1, ?2, ?3)
      ON CONFLICT (issue) DO UPDATE SET entry = excluded.entry, is_whole = excluded.is_whole
      """, [issue, entry, records.isEmpty])
    try putUnderCheck(records, of: entry, issue: issue)
  }

  package func end(issue: String) throws {
    try execute("DELETE FROM open_issues WHERE issue = ?1", [issue])
    try execute("DELETE FROM under_check WHERE issue = ?1", [issue])
  }

  /// A corrected record is under check as long as the one that it replaced.
  package func passOnCheck(of record: Int64, to replacement: Int64, entry: Int64) throws {
    for issue in try issues(of: record, entry: entry) {
      try putUnderCheck([replacement], of: entry, issue: issue)
    }
  }

  /// Puts the rows of a new stock under check whose subjects are under check in the register that it replaces. Called
  /// while the old rows still stand.
  ///
  /// - Parameter current: The tokens of a block under a version of the keys, as those of the newest version.
  func passOnChecks(
    of entry: Int64, to batch: Int64,
    current: (_ tokens: [UInt8], _ version: Int) throws -> [UInt8]
  ) throws -> [RenamedRecords] {
    var successors: [String: [(record: Int64, rows: [Int64])]] = [:]
    let flagged = try query(
      "SELECT record, issue FROM under_check WHERE entry = ?1 ORDER BY issue, record", [entry]
    ).map { (record: try $0[0] as Int64, issue: try $0[1] as String) }
    for (record, issue) in flagged {
      guard let (block, slot) = try locate(record: record, entry: entry) else { continue }
      let token = try current(Array(block.rows.token(slot)), block.keyVersion)
      let rows = try self.rows(of: batch, under: token[...])
      successors[issue, default: []].append((record, rows))
    }
    try execute("DELETE FROM under_check WHERE entry = ?1", [entry])
    return try successors.sorted { $0.key < $1.key }.map { issue, records in
      try putUnderCheck(records.flatMap(\.rows), of: entry, issue: issue)
      return RenamedRecords(issue: issue, successors: records)
    }
  }

  /// The records of a batch that lie under a token.
  private func rows(of batch: Int64, under token: ArraySlice<UInt8>) throws -> [Int64] {
    let ids = RecordID.range(of: token)
    let near = try query(
      "SELECT id FROM blocks WHERE batch = ?1 AND first_id <= ?3 AND last_id >= ?2 ORDER BY id",
      [batch, ids.lowerBound, ids.upperBound]
    ).map { try $0[0] as Int64 }
    return try blocks(near).flatMap { block in
      (0..<block.rows.count).filter { block.rows.token($0) == token }.map { block.rows.ids[$0] }
    }
  }

  private func issues(of record: Int64, entry: Int64) throws -> [String] {
    try query(
      "SELECT issue FROM under_check WHERE entry = ?1 AND record = ?2", [entry, record]
    ).map { try $0[0] }
  }

  private func putUnderCheck(_ records: [Int64], of entry: Int64, issue: String) throws {
    try execute(
      """
      INSERT INTO under_check (entry, record, issue) VALUES (?1, ?2, ?3)
      ON CONFLICT (entry, record, issue) DO NOTHING
      """, each: records.map { [.integer(entry), .integer($0), .text(issue)] })
  }
}
