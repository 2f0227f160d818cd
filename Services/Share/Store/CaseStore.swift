// Cases of comparisons as they are kept and found, the records in question, and the lines that are not paid.

package import Database
import Integrity
package import ShareRules
package import Vocabulary

/// An open issue on a row's record; null where its record is not in question.
func openIssue(_ table: String) -> String {
  "(SELECT MIN(checks.issue) FROM checks WHERE checks.record = \(table).record)"
}

/// What is known of the lead stays with the lead.
private let selectCases = """
  SELECT cases.*, leads.name_differs, leads.lineage, \(openIssue("cases")) AS open_issue
  FROM cases JOIN leads ON leads.comparison = cases.comparison AND leads.chunk = cases.chunk
    AND leads.chunk_row = cases.chunk_row AND leads.record = cases.record
  """

/// The state of a case at the revision `?5`: that from which it moved first after it.
private let stateThen = """
  COALESCE((SELECT moves.from_state FROM case_moves AS moves
    WHERE moves.comparison = cases.comparison AND moves.number = cases.number
      AND moves.revision > ?5
    ORDER BY moves.revision LIMIT 1), cases.state)
  """

extension SQLReading where Self: ~Copyable {
  package func comparisonCase(
    _ comparison: Int64, _ number: Int64, _ seal: any CaseSeal
  ) throws -> ComparisonCase? {
    try queryOne(
      "\(selectCases) WHERE cases.comparison = ?1 AND number = ?2", [comparison, number]
    ).map { try ComparisonCase($0, seal) }
  }

  /// A page of a run's cases.
  ///
  /// - Parameters:
  ///   - state: In which the cases were at the revision: so that none is passed over, and none told twice, because somebody works on
  ///     cases while another turns the pages. They are told as they stand now.
  ///   - revision: See ``caseRevision(of:)``.
  package func cases(
    of comparison: Int64, state: CaseState?, at revision: Int64, after: Int64, limit: Int,
    _ seal: any CaseSeal
  ) throws -> [ComparisonCase] {
    try query(
      """
      \(selectCases) WHERE cases.comparison = ?1 AND number > ?2
        AND (?3 = '' OR \(stateThen) = ?3)
      ORDER BY number LIMIT ?4
      """, [comparison, after, state?.rawValue ?? "", limit, revision]
    ).map { try ComparisonCase($0, seal) }
  }

  /// The cases of a line of the roll, those on one record where it is named.
  package func cases(
    of comparison: Int64, chunk: Int, row: Int, record: String, _ seal: any CaseSeal
  ) throws
    -> [ComparisonCase]
  {
    try query(
      """
      \(selectCases)
      WHERE cases.comparison = ?1 AND cases.chunk = ?2 AND cases.chunk_row = ?3
        AND (?4 = '' OR cases.record = ?4)
      ORDER BY number
      """, [comparison, chunk, row, record]
    ).map { try ComparisonCase($0, seal) }
  }

  /// Cases of a department that somebody must still work on.
  package func openCases(
    of department: DepartmentCode, after: (comparison: Int64, number: Int64), limit: Int,
    _ seal: any CaseSeal
  ) throws -> [ComparisonCase] {
    try query(
      """
      \(selectCases)
      WHERE department = ?1 AND state <> 'closed'
        AND (cases.comparison > ?2 OR cases.comparison = ?2 AND number > ?3)
      ORDER BY cases.comparison, number LIMIT ?4
      """, [department.text, after.comparison, after.number, limit]
    ).map { try ComparisonCase($0, seal) }
  }

  /// Cases that keep their line from being paid on a day.
  package func withholdingCases(
    of comparison: Int64, on day: CivilDate, after: Int64, limit: Int, _ seal: any CaseSeal
  )
    throws -> [ComparisonCase]
  {
    try query(
      """
      \(selectCases)
      WHERE cases.comparison = ?1 AND number > ?2 AND (state <> 'closed' OR held_until >= ?3)
      ORDER BY number LIMIT ?4
      """, [comparison, after, day.dayNumber, limit]
    ).map { try ComparisonCase($0, seal) }
  }

  /// How many lines are not paid on a day; two cases on one line keep back one line.
  package func withheldLineCount(of comparison: Int64, on day: CivilDate) throws -> Int64 {
    let row = try queryOne(
      """
      SELECT COUNT(*) AS number FROM (
        SELECT DISTINCT chunk, chunk_row FROM cases
        WHERE comparison = ?1 AND (state <> 'closed' OR held_until >= ?2)) AS withheld
      """, [comparison, day.dayNumber])
    return try row?["number"] ?? 0
  }

  /// How many changes of state the cases of a run have seen: what a list keeps from its first page to its last.
  package func caseRevision(of comparison: Int64) throws -> Int64 {
    try queryOne(
      "SELECT COALESCE(MAX(revision), 0) FROM case_moves WHERE comparison = ?1", [comparison])?[0]
      ?? 0
  }
}

extension WriteTransaction {
  /// Keeps a case as a rule made it; what is written about it only sealed.
  package func save(_ case: ComparisonCase, _ seal: any CaseSeal) throws {
    try execute(
      """
      INSERT INTO case_moves (comparison, revision, number, from_state)
      SELECT comparison, ?3, number, state FROM cases
      WHERE comparison = ?1 AND number = ?2 AND state <> ?4
      """,
      [
        `case`.comparison, `case`.number, try caseRevision(of: `case`.comparison) + 1,
        `case`.state.rawValue,
      ])
    try execute(
      """
      INSERT INTO cases
        (comparison, number, department, chunk, chunk_row, record, state, issue, held_until,
        is_reopened, content)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
      ON CONFLICT (comparison, number) DO UPDATE SET state = excluded.state,
        issue = excluded.issue, held_until = excluded.held_until, is_reopened = excluded.is_reopened,
        content = excluded.content
      """,
      [
        `case`.comparison, `case`.number, `case`.department.text, `case`.place.chunk,
        `case`.place.row, `case`.place.record, `case`.state.rawValue, `case`.issue,
        `case`.hold?.until.dayNumber, `case`.isReopened,
        try seal.seal(
          `case`.content.stored, comparison: `case`.comparison, case: `case`.number, in: self),
      ])
  }

  /// A question about these records is open: every lead and case on them is in question.
  package func openCheck(records: [String], issue: String) throws {
    try execute(
      "INSERT INTO checks (record, issue) VALUES (?1, ?2) ON CONFLICT (record, issue) DO NOTHING",
      each: records.filter { !$0.isEmpty }.map { [.text($0), .text(issue)] })
  }

  /// The question is answered; a record stays in question while another is open.
  package func endCheck(issue: String) throws {
    try execute("DELETE FROM checks WHERE issue = ?1", [issue])
  }
}

extension ComparisonCase {
  fileprivate var content: JSONObject {
    var object = JSONObject()
    object.set("outcome", outcome?.rawValue ?? "")
    if let evidence {
      var seen = JSONObject()
      seen.set("kind", evidence.kind)
      seen.set("date", evidence.date)
      seen.set("seen_by", evidence.seenBy)
      seen.set("note", evidence.note)
      object.set("evidence", seen)
    }
    object.set("concluded_by", concludedBy)
    object.set("confirmed_by", confirmedBy)
    if let hold {
      var held = JSONObject()
      held.set("official", hold.official)
      held.set("reason", hold.reason)
      held.set("notice", hold.notice)
      held.set("until", hold.until)
      object.set("hold", held)
    }
    object.set("referred", isReferred)
    object.set("history", history.map(\.json))
    return object
  }

  fileprivate init(_ row: Row, _ seal: any CaseSeal) throws {
    // Nothing is written about a case that nobody has touched.
    let sealed: [UInt8] = try row["content"]
    let object =
      sealed.isEmpty
      ? JSONObject()
      : try JSONObject(
        stored: try seal.open(
          sealed, comparison: try row["comparison"], case: try row["number"]))
    let lineage: [UInt8]? = try row["lineage"]
    guard let state = CaseState(rawValue: try row["state"]) else {
      throw UnreadableContent(what: "case")
    }
    let open: String? = try row["open_issue"]
    self.init(
      comparison: try row["comparison"], number: try row["number"],
      department: try code(try row["department"]),
      place: LeadPlace(
        chunk: try row["chunk"], row: try row["chunk_row"], record: try row["record"]),
      nameDiffers: try row["name_differs"],
      lineage: try lineage.flatMap { Lineage(try JSONObject(stored: $0)) },
      underCheck: open != nil, issue: try open ?? row["issue"])
    self.state = state
    outcome = ComparisonOutcome(rawValue: object.text("outcome"))
    evidence = object.object("evidence").map {
      Evidence(
        kind: $0.text("kind"), date: $0.text("date"), seenBy: $0.text("seen_by"),
        note: $0.text("note"))
    }
    concludedBy = object.text("concluded_by")
    confirmedBy = object.text("confirmed_by")
    if let held = object.object("hold"), let until = held.day("until") {
      hold = Hold(
        official: held.text("official"), reason: held.text("reason"), notice: held.text("notice"),
        until: until)
    }
    isReferred = object.flag("referred")
    isReopened = try row["is_reopened"]
    history = object.objects("history").map { CaseStep($0) }
  }
}
