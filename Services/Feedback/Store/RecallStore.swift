// Corrections that wait for their recall, and recalls with everyone who received the wrong value.

package import Database
package import FeedbackRules
package import Vocabulary

/// A correction whose receivers have not been asked for yet.
package struct PendingCorrection: Hashable, Sendable {
  package let id: Int64
  package let issue: Int64
  /// Without a record where a batch answered an issue that names none: there is nothing to recall.
  package let correction: Correction
}

extension SQLReading where Self: ~Copyable {
  /// The oldest corrections without a recall.
  package func pendingCorrections(limit: Int) throws -> [PendingCorrection] {
    try query("SELECT * FROM corrections WHERE recall IS NULL ORDER BY id LIMIT ?1", [limit]).map {
      try PendingCorrection($0)
    }
  }

  /// Whether an issue still has corrections whose recall is not made.
  package func hasPendingCorrections(_ issue: Int64) throws -> Bool {
    try !query(
      "SELECT id FROM corrections WHERE issue = ?1 AND recall IS NULL LIMIT 1", [issue]
    ).isEmpty
  }

  package func recall(_ number: Int64, _ texts: any TextSeal) throws -> Recall? {
    try recalls([number], texts).first
  }

  /// Several recalls in the order asked for, by two statements.
  package func recalls(_ numbers: [Int64], _ texts: any TextSeal) throws -> [Recall] {
    if numbers.isEmpty { return [] }
    let places = numbers.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
    var receivers: [Int64: [RecallReceiver]] = [:]
    for row in try query(
      "SELECT * FROM receivers WHERE recall IN (\(places)) ORDER BY recall, position", numbers)
    {
      receivers[try row["recall"], default: []].append(try RecallReceiver(row, texts))
    }
    var found: [Int64: Recall] = [:]
    for row in try query("SELECT * FROM recalls WHERE id IN (\(places))", numbers) {
      let number: Int64 = try row["id"]
      found[number] = Recall(
        number: number, issue: try row["issue"], entry: try row["entry"],
        record: try row["record"], created: Instant(milliseconds: try row["created"]),
        receivers: receivers[number] ?? [])
    }
    return numbers.compactMap { found[$0] }
  }

  /// The recalls of each of these issues, the oldest first.
  package func recallNumbers(of issues: [Int64]) throws -> [Int64: [Int64]] {
    if issues.isEmpty { return [:] }
    let places = issues.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
    var numbers: [Int64: [Int64]] = [:]
    for row in try query(
      "SELECT issue, id FROM recalls WHERE issue IN (\(places)) ORDER BY issue, id", issues)
    {
      numbers[try row["issue"], default: []].append(try row["id"])
    }
    return numbers
  }

  /// A page of the recalls that concern a department: as a receiver, as the source, as its authority.
  ///
  /// - Parameter isOpen: Only those that wait for an acknowledgement; of a receiver, its own.
  package func findRecalls(
    visibleTo visibility: IssueVisibility, isOpen: Bool, after: Int64, limit: Int
  ) throws -> [Int64] {
    let open = isOpen ? "AND v.outcome IS NULL" : ""
    let any =
      isOpen
      ? "AND EXISTS (SELECT 1 FROM receivers v WHERE v.recall = r.id AND v.outcome IS NULL)" : ""
    return try query(
      """
      SELECT r.id AS id FROM recalls r WHERE r.id > ?1 AND (
        EXISTS (SELECT 1 FROM receivers v WHERE v.recall = r.id AND v.department = ?2 \(open))
        OR ((r.source = ?2 OR (?3 = 1 AND r.authority = ?2)) \(any)))
      ORDER BY r.id LIMIT ?4
      """, [after, visibility.department.text, visibility.isAuthority, limit]
    ).map { try $0["id"] }
  }
}

extension WriteTransaction {
  /// Keeps a correction until its receivers are known.
  package func insert(_ correction: Correction, of issue: Int64, at time: Instant) throws {
    try execute(
      """
      INSERT INTO corrections (id, issue, record, batch, is_removed, items, time, decides)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
      """,
      [
        try nextNumber("corrections"), issue, correction.record ?? "", correction.batch,
        correction.isRemoved, correction.items.joined(separator: " "), time.milliseconds,
        correction.decides,
      ])
  }

  package func nextRecallNumber() throws -> Int64 { try nextNumber("recalls") }

  /// Keeps a recall and ties the correction to it.
  package func insert(
    _ recall: Recall, source: DepartmentCode, authority: DepartmentCode?, correction: Int64
  ) throws {
    try execute(
      """
      INSERT INTO recalls (id, issue, entry, record, source, authority, created)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """,
      [
        recall.number, recall.issue, recall.entry, recall.record, source.text, authority?.text,
        recall.created.milliseconds,
      ])
    try execute(
      """
      INSERT INTO receivers (recall, position, department, grant_name, call_id, received,
        comparison, chunk, line, case_number)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
      """,
      each: recall.receivers.enumerated().map { position, receiver in
        [
          .integer(recall.number), .integer(Int64(position)), .text(receiver.department.text),
          .text(receiver.grant), .text(receiver.callID),
          (receiver.received?.milliseconds).sqlValue, .text(receiver.comparison),
          .integer(Int64(receiver.chunk)), .integer(Int64(receiver.row)),
          .text(receiver.caseNumber),
        ]
      })
    try settle(correction: correction, recall: recall.number)
  }

  /// Notes that nothing of a correction waits any more.
  ///
  /// - Parameter recall: 0 where there was nothing to recall.
  package func settle(correction: Int64, recall: Int64) throws {
    try execute("UPDATE corrections SET recall = ?2 WHERE id = ?1", [correction, recall])
  }

  /// Saves who has acknowledged.
  package func save(_ recall: Recall, _ texts: any TextSeal) throws {
    try execute(
      """
      UPDATE receivers SET acknowledged_by = ?3, acknowledged = ?4, outcome = ?5, note = ?6
      WHERE recall = ?1 AND position = ?2
      """,
      each: try recall.receivers.enumerated().compactMap { position, receiver in
        try receiver.acknowledgement.map {
          [
            .integer(recall.number), .integer(Int64(position)), .text($0.by),
            .integer($0.time.milliseconds), .text($0.outcome.rawValue),
            .blob(
              try texts.seal(
                $0.note, at: .note(recall: recall.number, position: position), in: self)),
          ]
        }
      })
  }
}

extension PendingCorrection {
  fileprivate init(_ row: Row) throws {
    let record: String = try row["record"]
    let items: String = try row["items"]
    self.init(
      id: try row["id"], issue: try row["issue"],
      correction: Correction(
        record: record.isEmpty ? nil : record, batch: try row["batch"],
        isRemoved: try row["is_removed"], items: items.split(separator: " ").map(String.init),
        decides: try row["decides"]))
  }
}

extension RecallReceiver {
  fileprivate init(_ row: Row, _ texts: any TextSeal) throws {
    guard let department = DepartmentCode(try row["department"]) else {
      throw UnreadableIssue(what: "receiver")
    }
    let received: Int64? = try row["received"]
    let outcome: String? = try row["outcome"]
    var acknowledgement: Acknowledgement?
    if let outcome = outcome.flatMap(RecallOutcome.init(rawValue:)) {
      acknowledgement = Acknowledgement(
        by: try row["acknowledged_by"], time: Instant(milliseconds: try row["acknowledged"]),
        outcome: outcome,
        note: try texts.openText(
          try row["note"], at: .note(recall: try row["recall"], position: try row["position"])))
    }
    self.init(
      department: department, grant: try row["grant_name"], callID: try row["call_id"],
      received: received.map { Instant(milliseconds: $0) }, comparison: try row["comparison"],
      chunk: try row["chunk"], row: try row["line"], caseNumber: try row["case_number"],
      acknowledgement: acknowledgement)
  }
}
