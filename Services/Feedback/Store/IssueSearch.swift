// Lists of issues and duties: what a caller may see is part of the query, a page costs a constant number of statements.

package import Database
package import FeedbackRules
package import Vocabulary

/// What a list of issues is narrowed to.
package struct IssueFilter: Hashable, Sendable {
  package var entry: Int64?
  package var state: IssueState?
  /// Only those whose due day lies before this one, while the source still has to act.
  package var lateOn: CivilDate?

  package init() {}
}

/// What waits for a department, in the order in which its list shows it.
package enum DutyKind: Int64, CaseIterable, Sendable {
  case verify = 1
  case rectify = 2
  case close = 3
  case acknowledge = 4
  /// For the authority (meizhou-specific-2021/31c).
  case urge = 5
}

package struct DutyPlace: Hashable, Sendable {
  package let kind: DutyKind
  /// The issue's number; the recall's for `acknowledge`.
  package let number: Int64
}

private let sourceStates = "'opened', 'verifying', 'confirmed', 'rectifying'"

extension SQLReading where Self: ~Copyable {
  /// A page of issues in the order of their numbers.
  package func findIssues(
    _ filter: IssueFilter, visibleTo visibility: IssueVisibility, after: Int64, limit: Int
  ) throws -> [Int64] {
    var arguments: [any SQLConvertible] = [
      after, visibility.department.text, visibility.isAuthority,
    ]
    var conditions = [
      "i.id > ?1",
      """
      (i.reporter = ?2 OR i.source = ?2 OR (?3 = 1 AND i.authority = ?2)
        OR EXISTS (SELECT 1 FROM issue_notices n WHERE n.issue = i.id AND n.department = ?2))
      """,
    ]
    func narrow(_ condition: String, _ value: any SQLConvertible) {
      arguments.append(value)
      conditions.append("\(condition) ?\(arguments.count)")
    }
    if let entry = filter.entry { narrow("i.entry =", entry) }
    if let state = filter.state { narrow("i.state =", state.rawValue) }
    if let day = filter.lateOn {
      conditions.append("i.state IN (\(sourceStates))")
      narrow("i.due_day <", day.dayNumber)
    }
    arguments.append(limit)
    return try query(
      """
      SELECT i.id AS id FROM issues i WHERE \(conditions.joined(separator: " AND "))
      ORDER BY i.id LIMIT ?\(arguments.count)
      """, arguments
    ).map { try $0["id"] }
  }

  /// A page of what waits for a department.
  package func findDuties(
    for visibility: IssueVisibility, today: CivilDate, after: (kind: Int64, number: Int64),
    limit: Int
  ) throws -> [DutyPlace] {
    try query(
      """
      SELECT d.kind AS kind, d.id AS id FROM (
        SELECT 1 AS kind, id FROM issues WHERE source = ?1 AND state IN ('opened', 'verifying')
        UNION ALL
        SELECT 2 AS kind, id FROM issues WHERE source = ?1 AND state IN ('confirmed', 'rectifying')
        UNION ALL
        SELECT 3 AS kind, id FROM issues WHERE reporter = ?1 AND state = 'informed'
        UNION ALL
        SELECT DISTINCT 4 AS kind, recall AS id FROM receivers
        WHERE department = ?1 AND outcome IS NULL
        UNION ALL
        SELECT 5 AS kind, id FROM issues
        WHERE ?2 = 1 AND authority = ?1 AND state IN (\(sourceStates)) AND due_day < ?3
      ) d
      WHERE d.kind > ?4 OR (d.kind = ?4 AND d.id > ?5) ORDER BY d.kind, d.id LIMIT ?6
      """,
      [
        visibility.department.text, visibility.isAuthority, today.dayNumber, after.kind,
        after.number, limit,
      ]
    ).compactMap { row in
      guard let kind = DutyKind(rawValue: try row["kind"]) else { return nil }
      return DutyPlace(kind: kind, number: try row["id"])
    }
  }

  /// Issues whose source is late and of which nobody has been told so, for this due day.
  package func issuesNewlyLate(on day: CivilDate, limit: Int) throws -> [Int64] {
    try query(
      """
      SELECT id FROM issues WHERE state IN (\(sourceStates)) AND due_day < ?1
        AND (overdue_told IS NULL OR overdue_told <> due_day)
      ORDER BY id LIMIT ?2
      """, [day.dayNumber, limit]
    ).map { try $0["id"] }
  }

  /// A page of a source's issues that are past due.
  package func issuesLate(
    of source: DepartmentCode, on day: CivilDate, after: Int64, limit: Int
  ) throws -> [Int64] {
    try query(
      """
      SELECT id FROM issues WHERE source = ?1 AND state IN (\(sourceStates)) AND due_day < ?2
        AND id > ?3
      ORDER BY id LIMIT ?4
      """, [source.text, day.dayNumber, after, limit]
    ).map { try $0["id"] }
  }

  /// Issues whose reporter has been silent for too long.
  package func issuesSilent(on day: CivilDate, limit: Int) throws -> [Int64] {
    try query(
      "SELECT id FROM issues WHERE state = 'informed' AND due_day < ?1 ORDER BY id LIMIT ?2",
      [day.dayNumber, limit]
    ).map { try $0["id"] }
  }

  /// A page of the issues that have not ended, for a new consumer and for a changed calendar.
  package func openIssues(after: Int64, limit: Int) throws -> [Int64] {
    try query(
      """
      SELECT id FROM issues WHERE id > ?1 AND state NOT IN ('closed', 'withdrawn')
      ORDER BY id LIMIT ?2
      """, [after, limit]
    ).map { try $0["id"] }
  }
}

extension WriteTransaction {
  /// Notes that the delay has been told; told again only when another day is due.
  package func markOverdueTold(_ issue: Int64) throws {
    try execute("UPDATE issues SET overdue_told = due_day WHERE id = ?1", [issue])
  }

  /// Sets the day that queries go by, after the calendar has changed.
  package func setDueDay(_ day: CivilDate?, of issue: Int64) throws {
    try execute("UPDATE issues SET due_day = ?2 WHERE id = ?1", [issue, day?.dayNumber])
  }
}
