// Issues as they are kept: functions over a transaction, so that rules run between reading and saving.

package import Database
package import FeedbackRules
import Integrity
import Regulation
package import Vocabulary

extension SQLReading where Self: ~Copyable {
  /// An issue with its records and history; `nil` when there is none.
  package func issue(_ number: Int64, _ texts: any TextSeal) throws -> QualityIssue? {
    try issues([number], texts).first
  }

  /// Several issues in the order asked for, by three statements.
  package func issues(_ numbers: [Int64], _ texts: any TextSeal) throws -> [QualityIssue] {
    if numbers.isEmpty { return [] }
    let places = numbers.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
    var records: [Int64: [IssueRecord]] = [:]
    for row in try query(
      "SELECT * FROM issue_records WHERE issue IN (\(places)) ORDER BY issue, position", numbers)
    {
      records[try row["issue"], default: []].append(
        try IssueRecord(row))
    }
    var steps: [Int64: [IssueStep]] = [:]
    for row in try query(
      "SELECT * FROM issue_steps WHERE issue IN (\(places)) ORDER BY issue, position", numbers)
    {
      steps[try row["issue"], default: []].append(try IssueStep(row, texts))
    }
    var found: [Int64: QualityIssue] = [:]
    for row in try query("SELECT * FROM issues WHERE id IN (\(places))", numbers) {
      let number: Int64 = try row["id"]
      var issue = try QualityIssue(row, texts, records: records[number] ?? [])
      issue.history = steps[number] ?? []
      found[number] = issue
    }
    return numbers.compactMap { found[$0] }
  }

  /// The departments that were told of an issue, besides its parties.
  package func departmentsTold(_ issue: Int64) throws -> [DepartmentCode] {
    try query(
      "SELECT department FROM issue_notices WHERE issue = ?1 ORDER BY department", [issue]
    ).compactMap { DepartmentCode(try $0["department"]) }
  }

  /// Which of these issues a department was told of.
  package func issuesTold(_ numbers: [Int64], to department: DepartmentCode) throws -> Set<Int64> {
    if numbers.isEmpty { return [] }
    let places = numbers.indices.map { "?\($0 + 2)" }.joined(separator: ", ")
    let rows = try query(
      "SELECT issue FROM issue_notices WHERE department = ?1 AND issue IN (\(places))",
      [department.text] + numbers)
    return Set(try rows.map { try $0["issue"] })
  }

  /// The departments that hold a grant on an entry now.
  package func holders(of entry: Int64) throws -> [DepartmentCode] {
    try query(
      "SELECT DISTINCT department FROM holders WHERE entry = ?1 ORDER BY department", [entry]
    ).compactMap { DepartmentCode(try $0["department"]) }
  }
}

extension WriteTransaction {
  /// The number of the next issue. Numbers of failed transactions may be given again.
  package func nextIssueNumber() throws -> Int64 { try nextNumber("issues") }

  package func insert(
    _ issue: QualityIssue, dueDay: CivilDate?, _ texts: any TextSeal
  ) throws {
    try execute(
      """
      INSERT INTO issues (id, entry, state, reporter, source, authority, profile, created, due_day,
        body)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
      """,
      [
        issue.number, issue.entry, issue.state.rawValue, issue.reporter.text, issue.source.text,
        issue.authority?.text, issue.profile.text, issue.created.milliseconds,
        dueDay?.dayNumber, try texts.seal(issue.body, at: .issue(issue.number), in: self),
      ])
    try insertRecords(issue)
    try insertSteps(issue, from: 0, texts)
  }

  /// Saves what a rule made of an issue; its history only grows.
  ///
  /// - Parameters:
  ///   - count: How many steps are kept already.
  ///   - dueDay: When what is due now is due; for the queries that look for what is late.
  package func save(
    _ issue: QualityIssue, wasHistory count: Int, dueDay: CivilDate?, _ texts: any TextSeal
  ) throws {
    try execute(
      "UPDATE issues SET state = ?2, due_day = ?3, body = ?4 WHERE id = ?1",
      [
        issue.number, issue.state.rawValue, dueDay?.dayNumber,
        try texts.seal(issue.body, at: .issue(issue.number), in: self),
      ])
    try execute("DELETE FROM issue_records WHERE issue = ?1", [issue.number])
    try insertRecords(issue)
    try insertSteps(issue, from: count, texts)
  }

  /// Notes that departments were told of an issue; who was told before stays told.
  package func tell(_ departments: [DepartmentCode], of issue: Int64, at time: Instant) throws {
    try execute(
      """
      INSERT INTO issue_notices (issue, department, told) VALUES (?1, ?2, ?3)
      ON CONFLICT (issue, department) DO NOTHING
      """,
      each: departments.map {
        [.integer(issue), .text($0.text), .integer(time.milliseconds)]
      })
  }

  /// A grant became active: its holder is told of issues of the entry from now on.
  package func setHolder(grant: String, entry: Int64, department: DepartmentCode) throws {
    try execute(
      """
      INSERT INTO holders (grant_name, entry, department) VALUES (?1, ?2, ?3)
      ON CONFLICT (grant_name) DO UPDATE SET entry = excluded.entry,
        department = excluded.department
      """, [grant, entry, department.text])
  }

  package func removeHolder(grant: String) throws {
    try execute("DELETE FROM holders WHERE grant_name = ?1", [grant])
  }

  private func insertRecords(_ issue: QualityIssue) throws {
    try execute(
      """
      INSERT INTO issue_records (issue, position, record, corrected_by, is_named, replacements)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      """,
      each: issue.records.enumerated().map { position, record in
        [
          .integer(issue.number), .integer(Int64(position)), .text(record.name),
          record.correctedBy.sqlValue, .integer(record.isNamed ? 1 : 0),
          .text(record.replacements.joined(separator: " ")),
        ]
      })
  }

  private func insertSteps(
    _ issue: QualityIssue, from first: Int, _ texts: any TextSeal
  ) throws {
    try execute(
      """
      INSERT INTO issue_steps (issue, position, from_state, to_state, actor, time, reason)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """,
      each: try issue.history.enumerated().dropFirst(first).map { position, step in
        [
          .integer(issue.number), .integer(Int64(position)), (step.from?.rawValue).sqlValue,
          .text(step.to.rawValue), .text(step.actor), .integer(step.time.milliseconds),
          .blob(
            try texts.seal(
              step.reason, at: .step(issue: issue.number, position: position), in: self)),
        ]
      })
  }
}

extension QualityIssue {
  fileprivate init(_ row: Row, _ texts: any TextSeal, records: [IssueRecord]) throws {
    let body = try texts.open(try row["body"], at: .issue(try row["id"]))
    let fields = Fields(try CanonicalJSON.decodeCanonical(body))
    let authority: String? = try row["authority"]
    guard let state = IssueState(rawValue: try row["state"]),
      let reporter = DepartmentCode(try row["reporter"]),
      let source = DepartmentCode(try row["source"]),
      let profile = ProfileReference(try row["profile"])
    else { throw UnreadableIssue(what: "issue") }
    self.init(
      number: try row["id"], entry: try row["entry"], report: IssueReport(fields),
      reporter: reporter, source: source, authority: authority.flatMap { DepartmentCode($0) },
      profile: profile, created: Instant(milliseconds: try row["created"]), state: state,
      records: records, clocks: IssueClocks())
    try read(fields)
  }
}

extension IssueRecord {
  fileprivate init(_ row: Row) throws {
    let replacements: String = try row["replacements"]
    self.init(
      name: try row["record"], isNamed: try row["is_named"], correctedBy: try row["corrected_by"],
      replacements: replacements.split(separator: " ").map(String.init))
  }
}

extension IssueStep {
  fileprivate init(_ row: Row, _ texts: any TextSeal) throws {
    guard let to = IssueState(rawValue: try row["to_state"]) else {
      throw UnreadableIssue(what: "step")
    }
    let from: String? = try row["from_state"]
    self.init(
      from: from.flatMap(IssueState.init(rawValue:)), to: to, actor: try row["actor"],
      time: Instant(milliseconds: try row["time"]),
      reason: try texts.openText(
        try row["reason"], at: .step(issue: try row["issue"], position: try row["position"])))
  }
}
