// Notices of clocks in the gateway's database, one row a recipient.

package import Database
package import GatewayRules
package import Vocabulary

extension WriteTransaction {
  /// Keeps a notice for each whom it concerns. Called in the transaction that takes the event, so each is kept once.
  package func save(_ notice: DutyNotice) throws {
    for recipient in notice.recipients {
      let row = try queryOne("SELECT COALESCE(MAX(number), 0) + 1 FROM notices")
      let number: Int64 = try row?[0] ?? 1
      try execute(
        """
        INSERT INTO notices (number, recipient, resource, notice, clock, due, article, department,
          overdue_days, time)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        """,
        [
          number, recipient.text, notice.resource, notice.notice, notice.clock, notice.due,
          notice.article, notice.department.text, notice.overdueDays, notice.time.milliseconds,
        ])
    }
  }
}

extension SQLReading where Self: ~Copyable {
  /// The notices of a department after a number, in order.
  package func notices(
    for recipient: DepartmentCode, after: Int64, limit: Int
  ) throws -> [(number: Int64, notice: DutyNotice)] {
    try query(
      """
      SELECT number, resource, notice, clock, due, article, department, overdue_days, time
      FROM notices WHERE recipient = ?1 AND number > ?2 ORDER BY number LIMIT ?3
      """, [recipient.text, after, limit]
    ).map { row in
      let number: Int64 = try row[0]
      guard let department = DepartmentCode(try row[6]) else {
        throw RegistryDamage(place: "notices \(number)")
      }
      return (
        number,
        DutyNotice(
          resource: try row[1], notice: try row[2], clock: try row[3], due: try row[4],
          article: try row[5], department: department, authority: nil, overdueDays: try row[7],
          time: Instant(milliseconds: try row[8]))
      )
    }
  }
}
