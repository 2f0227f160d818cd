// Changes that entries must follow, as the catalogue keeps them.

package import CatalogRules
package import Database
import Integrity
import Regulation
package import Vocabulary

/// Which changes are looked for.
package struct ChangeFilter: Hashable, Sendable {
  /// `nil` for all.
  package var entry: Int64?
  package var endedToo = false
  /// Those of this department's entries, and those at the seats.
  package let department: DepartmentCode
  package let seats: Set<Seat>

  package init(department: DepartmentCode, seats: Set<Seat>) {
    self.department = department
    self.seats = seats
  }
}

extension SQLReading where Self: ~Copyable {
  package func change(_ entry: Int64, _ number: Int64) throws -> ChangeEvent? {
    try queryOne(
      "SELECT * FROM changes WHERE entry = ?1 AND number = ?2", [entry, number]
    ).map { try ChangeEvent($0) }
  }

  /// What an entry has still to follow.
  package func openChanges(of entry: Int64) throws -> [ChangeEvent] {
    try query(
      """
      SELECT * FROM changes WHERE entry = ?1 AND state IN ('registered', 'in_progress')
      ORDER BY number
      """, [entry]
    ).map { try ChangeEvent($0) }
  }

  /// What an entry has still to follow, and what it had followed by a version.
  package func changes(followedBy version: EntryVersion) throws -> [ChangeEvent] {
    try query("SELECT * FROM changes WHERE entry = ?1 ORDER BY number", [version.entry])
      .map { try ChangeEvent($0) }
      .filter { $0.state.isOpen || ($0.state == .fulfilled && $0.version == version.number) }
  }

  /// What any entry has still to follow.
  package func openChanges(after: (entry: Int64, number: Int64), limit: Int) throws -> [ChangeEvent]
  {
    try query(
      """
      SELECT * FROM changes WHERE state IN ('registered', 'in_progress')
        AND (entry > ?1 OR entry = ?1 AND number > ?2)
      ORDER BY entry, number LIMIT ?3
      """, [after.entry, after.number, limit]
    ).map { try ChangeEvent($0) }
  }

  package func findChanges(
    _ filter: ChangeFilter, after: (entry: Int64, number: Int64), limit: Int
  ) throws -> [ChangeEvent] {
    var arguments: [any SQLConvertible] = [
      after.entry, after.number, limit, filter.department.text,
    ]
    let seats = filter.seats.map(\.text).sorted().map { seat in
      arguments.append(seat)
      return "?\(arguments.count)"
    }.joined(separator: ", ")
    var conditions = "(owner = ?4 OR seat IN (\(seats)))"
    if !filter.endedToo { conditions += " AND state IN ('registered', 'in_progress')" }
    if let entry = filter.entry {
      arguments.append(entry)
      conditions += " AND entry = ?\(arguments.count)"
    }
    return try query(
      """
      SELECT * FROM changes
      WHERE (entry > ?1 OR entry = ?1 AND number > ?2) AND \(conditions)
      ORDER BY entry, number LIMIT ?3
      """, arguments
    ).map { try ChangeEvent($0) }
  }

  package func nextChange(of entry: Int64) throws -> Int64 {
    let row = try queryOne("SELECT MAX(number) AS last FROM changes WHERE entry = ?1", [entry])
    let last: Int64? = try row?["last"] ?? nil
    return (last ?? 0) + 1
  }
}

extension WriteTransaction {
  /// - Parameter seat: Who is told when it is overdue; `nil` where nobody is above.
  package func save(_ change: ChangeEvent, seat: Seat?) throws {
    try execute(
      """
      INSERT INTO changes (entry, number, owner, seat, state, profile, content)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      ON CONFLICT (entry, number) DO UPDATE SET seat = excluded.seat, state = excluded.state,
        content = excluded.content
      """,
      [
        change.entry, change.number, change.owner.text, seat?.text, change.state.rawValue,
        change.profile.text, CanonicalJSON.encode(change.json),
      ])
  }
}

extension ChangeEvent {
  fileprivate init(_ row: Row) throws {
    let content: [UInt8] = try row["content"]
    guard let owner = DepartmentCode(try row["owner"]),
      let state = ChangeState(rawValue: try row["state"]),
      let profile = ProfileReference(try row["profile"]),
      case .object(let json) = try CanonicalJSON.decodeCanonical(content),
      let kind = (json["kind"]?.string).flatMap(ChangeKind.init(rawValue:)),
      let date = (json["date"]?.string).flatMap({ CivilDate(iso: $0) })
    else { throw UnreadableContent(what: "change") }
    self.init(
      entry: try row["entry"], number: try row["number"], owner: owner, kind: kind, date: date,
      description: json["description"]?.string ?? "", profile: profile, state: state,
      version: (json["version"]?.integer).map(Int.init), ended: try json["ended"].map(Self.clock),
      history: try (json["history"]?.array ?? []).map(Self.step))
  }

  fileprivate var json: JSONValue {
    var object: JSONObject = [
      "kind": .string(kind.rawValue), "date": .string(date.iso),
      "description": .string(description),
      "history": .array(
        history.map { step in
          [
            "from": .string(step.from?.rawValue ?? ""), "to": .string(step.to.rawValue),
            "actor": .string(step.actor), "time": .integer(step.time.milliseconds),
            "reason": .string(step.reason),
          ]
        }),
    ]
    if let version { object["version"] = .integer(Int64(version)) }
    if let ended {
      object["ended"] = [
        "date": .string(ended.due.date.iso), "article": .string(ended.due.citation.text),
        "provisional": .bool(ended.due.isProvisional),
        "overdue": .integer(Int64(ended.overdueDays)),
      ]
    }
    return .object(object)
  }

  private static func clock(_ json: JSONValue) throws -> ClockReading {
    guard let date = (json["date"]?.string).flatMap({ CivilDate(iso: $0) }),
      let citation = (json["article"]?.string).flatMap({ Citation($0) }),
      let overdue = json["overdue"]?.integer
    else { throw UnreadableContent(what: "change's clock") }
    return ClockReading(
      due: DueDate(
        date: date, citation: citation, isProvisional: json["provisional"] == .bool(true)),
      overdueDays: Int(overdue))
  }

  private static func step(_ json: JSONValue) throws -> ChangeStep {
    guard let to = (json["to"]?.string).flatMap(ChangeState.init(rawValue:)),
      let time = json["time"]?.integer
    else { throw UnreadableContent(what: "change's step") }
    return ChangeStep(
      from: (json["from"]?.string).flatMap(ChangeState.init(rawValue:)), to: to,
      actor: json["actor"]?.string ?? "", time: Instant(milliseconds: time),
      reason: json["reason"]?.string ?? "")
  }
}
