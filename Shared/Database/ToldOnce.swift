// What is told once: an entry of the outbox and the note that it was written, in one transaction.

import Integrity
package import Vocabulary

extension SchemaStep {
  /// The register of what was told, for services whose clocks remind and escalate.
  package static func toldOnce(number: Int) -> SchemaStep {
    SchemaStep(
      number: number, name: "told once",
      sql: [
        """
        CREATE TABLE told_once (
          resource TEXT NOT NULL, kind TEXT NOT NULL, due INTEGER NOT NULL,
          PRIMARY KEY (resource, kind, due))
        """
      ], isAdditive: true)
  }
}

/// Something that is told once: of a resource, of a kind, for a due day.
package struct Telling: Sendable {
  package let topic: String
  package let resource: String
  /// `reminder-2`, `escalation`.
  package let kind: String
  /// The day's number: a notice of another due day is another notice.
  package let due: Int
  package let overdueDays: Int
  /// What else the entry says.
  package let members: [(String, String)]

  package init(
    topic: String, resource: String, kind: String, due: Int, overdueDays: Int,
    members: [(String, String)]
  ) {
    self.topic = topic
    self.resource = resource
    self.kind = kind
    self.due = due
    self.overdueDays = overdueDays
    self.members = members
  }

  fileprivate func payload(by service: String, at time: Instant) -> JSONValue {
    .object(
      JSONObject(
        members.map { ($0.0, .string($0.1)) } + [
          ("resource", .string(resource)), ("notice", .string(kind)),
          ("overdue_days", .integer(Int64(overdueDays))), ("time", .integer(time.milliseconds)),
          ("call", .string("")), ("actor", .string("service/" + service)),
        ]))
  }
}

extension SQLDatabase {
  /// Writes an entry unless the same was told before; a restart, or another replica, tells nothing twice.
  ///
  /// - Parameter service: Who tells.
  /// - Returns: Whether it was told now.
  package func tellOnce(
    _ telling: Telling, by service: String, at time: Instant
  ) async throws -> Bool {
    let key: [any SQLConvertible & Sendable] = [telling.resource, telling.kind, telling.due]
    let isKnown = try await read { transaction in
      try transaction.queryOne(
        "SELECT due FROM told_once WHERE resource = ?1 AND kind = ?2 AND due = ?3", key) != nil
    }
    if isKnown { return false }
    return try await write { transaction in
      let isFirst =
        try transaction.execute(
          """
          INSERT INTO told_once (resource, kind, due) VALUES (?1, ?2, ?3)
          ON CONFLICT (resource, kind, due) DO NOTHING
          """, key) == 1
      if isFirst {
        try transaction.append(
          topic: telling.topic, payload: telling.payload(by: service, at: time))
      }
      return isFirst
    }
  }
}
