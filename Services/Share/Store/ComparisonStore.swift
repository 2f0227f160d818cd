// Comparison runs, the chunks that came and the leads they gave. Of a chunk only its digest is kept, of a person nothing.

package import Database
import Integrity
import Regulation
package import ShareRules
package import Vocabulary

/// A lead as Ingest answered it, without a value of it.
package struct StoredLead: Hashable, Sendable {
  package let place: LeadPlace
  package let nameDiffers: Bool
  package let lineage: Lineage?

  package init(place: LeadPlace, nameDiffers: Bool, lineage: Lineage?) {
    self.place = place
    self.nameDiffers = nameDiffers
    self.lineage = lineage
  }
}

/// How many cases a run has, and how they stand.
package struct CaseTally: Hashable, Sendable {
  package var leads: Int64 = 0
  package var openCases: Int64 = 0
  package var heldLines: Int64 = 0

  package init() {}
}

extension SQLReading where Self: ~Copyable {
  package func comparison(_ number: Int64) throws -> ComparisonRun? {
    try queryOne("SELECT * FROM comparisons WHERE id = ?1", [number])
      .map { try ComparisonRun($0) }
  }

  package func comparisons(of department: DepartmentCode, after: Int64, limit: Int) throws
    -> [ComparisonRun]
  {
    try query(
      "SELECT * FROM comparisons WHERE department = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
      [department.text, after, limit]
    ).map { try ComparisonRun($0) }
  }

  /// The runs of a department with which something is left to do.
  package func openComparisons(of department: DepartmentCode) throws -> [ComparisonRun] {
    try query(
      "SELECT * FROM comparisons WHERE department = ?1 AND stage <> 'cleared' ORDER BY id",
      [department.text]
    ).map { try ComparisonRun($0) }
  }

  /// What was done before under a grant, for its frequency and growth.
  ///
  /// - Parameter since: The beginning of the civil day.
  package func earlierRuns(grant: Int64, turn: String, since: Instant) throws -> EarlierRuns {
    let same = try queryOne(
      "SELECT MIN(id) AS id FROM comparisons WHERE grant_id = ?1 AND turn = ?2", [grant, turn])
    let number: Int64? = try same?["id"] ?? nil
    let today = try queryOne(
      """
      SELECT CAST(COALESCE(SUM(roll_rows), 0) AS BIGINT) AS day_rows FROM comparisons
      WHERE grant_id = ?1 AND created >= ?2
      """, [grant, since.milliseconds])
    let last = try queryOne(
      """
      SELECT roll_rows FROM comparisons WHERE grant_id = ?1 AND received_rows > 0
      ORDER BY id DESC LIMIT 1
      """, [grant])
    return EarlierRuns(
      sameTurn: number.map { ResourceName.comparison($0).text },
      dayRows: try today?["day_rows"] ?? 0, lastRows: try last?["roll_rows"])
  }

  package func chunk(_ comparison: Int64, _ number: Int) throws -> RollChunk? {
    try queryOne(
      "SELECT row_count, digest, next_row FROM chunks WHERE comparison = ?1 AND number = ?2",
      [comparison, number]
    ).map {
      RollChunk(
        number: number, rows: try $0["row_count"], digest: try $0["digest"],
        nextRow: try $0["next_row"])
    }
  }

  /// The chunks that came and were answered to their last row.
  package func chunkNumbers(_ comparison: Int64) throws -> [Int] {
    try query(
      "SELECT number FROM chunks WHERE comparison = ?1 AND next_row = 0 ORDER BY number",
      [comparison]
    ).map { try $0["number"] }
  }

  /// The tallies of several runs, by three statements.
  package func tallies(_ comparisons: [Int64], on day: CivilDate) throws -> [Int64: CaseTally] {
    if comparisons.isEmpty { return [:] }
    let places = comparisons.indices.map { "?\($0 + 2)" }.joined(separator: ", ")
    var tallies: [Int64: CaseTally] = [:]
    for row in try query(
      """
      SELECT comparison, COUNT(*) AS number FROM leads
      WHERE comparison IN (\(places)) AND ?1 = ?1 GROUP BY comparison
      """, [Int64(day.dayNumber)] + comparisons)
    {
      tallies[try row["comparison"], default: CaseTally()].leads = try row["number"]
    }
    for row in try query(
      """
      SELECT comparison, SUM(CASE WHEN state <> 'closed' THEN 1 ELSE 0 END) AS open_cases,
        SUM(CASE WHEN held_until >= ?1 THEN 1 ELSE 0 END) AS held
      FROM cases WHERE comparison IN (\(places)) GROUP BY comparison
      """, [Int64(day.dayNumber)] + comparisons)
    {
      let comparison: Int64 = try row["comparison"]
      tallies[comparison, default: CaseTally()].openCases = try row["open_cases"]
      tallies[comparison, default: CaseTally()].heldLines = try row["held"]
    }
    return tallies
  }
}

extension WriteTransaction {
  /// Keeps a run as a rule made it.
  ///
  /// - Parameter turn: What it may not be done twice for.
  package func save(_ run: ComparisonRun, turn: String) throws {
    try execute(
      """
      INSERT INTO comparisons
        (id, grant_id, entry, department, turn, stage, roll_rows, received_rows, finished, profile,
        created, content)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
      ON CONFLICT (id) DO UPDATE SET stage = excluded.stage,
        received_rows = excluded.received_rows, finished = excluded.finished,
        content = excluded.content
      """,
      [
        run.number, run.grant, run.entry, run.department.text, turn, run.stage.rawValue,
        run.plan.rollRows, run.receivedRows, run.finished?.milliseconds, run.profile.text,
        run.created.milliseconds, run.content.stored,
      ])
  }

  /// Keeps who answers for a run from now on.
  package func saveResponsible(of run: ComparisonRun) throws {
    try execute(
      "UPDATE comparisons SET content = ?2 WHERE id = ?1", [run.number, run.content.stored])
  }

  /// Keeps that a chunk came, and what leads it gave from its first row on. A chunk that comes again brings the leads of today.
  package func save(_ chunk: RollChunk, leads: [StoredLead], of comparison: Int64) throws {
    try execute(
      """
      INSERT INTO chunks (comparison, number, row_count, digest, next_row)
      VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT (comparison, number) DO UPDATE SET next_row = excluded.next_row
      """, [comparison, chunk.number, chunk.rows, chunk.digest, chunk.nextRow])
    try execute(
      "DELETE FROM leads WHERE comparison = ?1 AND chunk = ?2 AND chunk_row >= ?3",
      [comparison, chunk.number, chunk.firstRow])
    try execute(
      """
      INSERT INTO leads
        (comparison, chunk, chunk_row, record, name_differs, lineage)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      """,
      each: leads.map { lead in
        [
          .integer(comparison), .integer(Int64(lead.place.chunk)),
          .integer(Int64(lead.place.row)), .text(lead.place.record),
          .integer(lead.nameDiffers ? 1 : 0), lead.lineage.map { .blob($0.json.stored) } ?? .null,
        ]
      })
  }

  /// A record on which leads of an unfinished run stand was recalled; their cases begin with it.
  package func recallLeads(
    of comparison: Int64, chunk: Int, row: Int, record: String, recall: String, issue: String
  ) throws {
    try execute(
      """
      UPDATE leads SET recall = ?5, recall_issue = ?6
      WHERE comparison = ?1 AND chunk = ?2 AND chunk_row = ?3 AND (?4 = '' OR record = ?4)
      """, [comparison, chunk, row, record, recall, issue])
  }

  /// Makes a case of each lead of a finished run, numbered in the order of the roll, by one statement however long the roll is.
  ///
  /// - Returns: How many.
  package func openCases(
    of run: ComparisonRun, at time: Instant, _ seal: any CaseSeal
  ) throws -> Int {
    let count = try execute(
      """
      INSERT INTO cases
        (comparison, number, department, chunk, chunk_row, record, state, issue, is_reopened,
        content)
      SELECT comparison, ROW_NUMBER() OVER (ORDER BY chunk, chunk_row, record), ?2, chunk,
        chunk_row, record, ?3, COALESCE(\(openIssue("leads")), ''), 0, ?4
      FROM leads WHERE comparison = ?1
      """, [run.number, run.department.text, CaseState.open.rawValue, [UInt8]()])
    // Few, if any: their cases begin with the recall.
    try forEach(
      "SELECT * FROM leads WHERE comparison = ?1 AND recall <> ''", [run.number]
    ) { row in
      let recall: String = try row["recall"]
      let record: String = try row["record"]
      for opened in try cases(
        of: run.number, chunk: try row["chunk"], row: try row["chunk_row"], record: record, seal)
      where opened.place.record == record {
        try save(opened.recalled(recall, issue: try row["recall_issue"], at: time), seal)
      }
    }
    return count
  }
}

extension ComparisonRun {
  fileprivate var content: JSONObject {
    var object = JSONObject()
    object.set("direction", plan.direction.rawValue)
    object.set("period_first", plan.period.first)
    object.set("period_last", plan.period.last)
    object.set("roll", plan.roll)
    object.set("purpose", plan.purpose)
    object.set("responsible_person", plan.responsiblePerson)
    object.set("payout", plan.payout)
    object.set("lineage", lineage?.json)
    return object
  }

  fileprivate init(_ row: Row) throws {
    let object = try JSONObject(stored: try row["content"])
    guard let stage = ComparisonState(rawValue: try row["stage"]),
      let direction = ComparisonDirection(rawValue: object.text("direction")),
      let first = object.day("period_first"), let last = object.day("period_last")
    else { throw UnreadableContent(what: "comparison") }
    self.init(
      number: try row["id"], grant: try row["grant_id"], entry: try row["entry"],
      department: try code(try row["department"]),
      plan: ComparisonPlan(
        direction: direction, period: PaymentPeriod(first: first, last: last),
        rollRows: try row["roll_rows"], roll: object.text("roll"), purpose: object.text("purpose"),
        responsiblePerson: object.text("responsible_person"), payout: object.text("payout")),
      profile: try reference(try row["profile"]),
      created: Instant(milliseconds: try row["created"]))
    self.stage = stage
    receivedRows = try row["received_rows"]
    let ended: Int64? = try row["finished"]
    finished = ended.map { Instant(milliseconds: $0) }
    lineage = Lineage(object.object("lineage"))
  }
}
