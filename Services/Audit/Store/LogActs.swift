// Acts of two persons, and the months whose contents they destroy. No statement here takes a row away.

package import AuditRules
package import Database
import Integrity
package import Vocabulary

/// A month of the log.
package struct StoredMonth: Sendable, Equatable {
  package let month: String
  package let first: UInt64
  package let entries: UInt64
  /// `nil` while its contents are kept.
  package let destroyed: Instant?
}

extension WriteTransaction {
  /// Puts an act on record; the number is given here.
  package func insert(_ act: TwoPersonAct) throws -> TwoPersonAct {
    let next: Int64 = (try queryOne("SELECT MAX(id) FROM acts")?[0] as Int64? ?? nil ?? 0) + 1
    try execute(
      """
      INSERT INTO acts
        (id, kind, month, subject, reason, requester, requested, approver, approved, state, until,
         origin)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
      """,
      [
        next, act.kind.rawValue, act.month, act.subject, act.reason, act.requester,
        act.requested.milliseconds, act.approver, act.approved?.milliseconds ?? 0,
        act.state.rawValue, act.until.milliseconds, act.origin,
      ])
    return TwoPersonAct(
      number: next, kind: act.kind, month: act.month, subject: act.subject, origin: act.origin,
      reason: act.reason, requester: act.requester, requested: act.requested, until: act.until)
  }

  /// Writes down how an act stands now.
  package func save(_ act: TwoPersonAct) throws {
    try execute(
      "UPDATE acts SET approver = ?2, approved = ?3, state = ?4, until = ?5 WHERE id = ?1",
      [
        act.number, act.approver, act.approved?.milliseconds ?? 0, act.state.rawValue,
        act.until.milliseconds,
      ])
  }

  /// Notes that a month's contents are to be destroyed; its keys go afterwards, and again at the next start if that was cut short.
  package func destroyed(_ month: String, at time: Instant) throws {
    try execute(
      "UPDATE months SET destroyed = ?2 WHERE month = ?1 AND destroyed = 0",
      [month, time.milliseconds])
  }
}

extension SQLReading where Self: ~Copyable {
  package func act(_ number: Int64) throws -> TwoPersonAct? {
    try acts("WHERE id = ?1", [number]).first
  }

  /// The newest first.
  package func acts(before number: Int64, limit: Int) throws -> [TwoPersonAct] {
    try acts("WHERE id < ?1 ORDER BY id DESC LIMIT ?2", [number, limit])
  }

  private func acts(_ rest: String, _ arguments: [any SQLConvertible]) throws
    -> [TwoPersonAct]
  {
    try query(
      """
      SELECT id, kind, month, subject, reason, requester, requested, approver, approved, state,
        until, origin FROM acts \(rest)
      """, arguments
    ).map { row in
      let (kind, state): (String, String) = (try row[1], try row[9])
      let approved: Int64 = try row[8]
      guard let kind = ActKind(rawValue: kind), let state = ActState(rawValue: state) else {
        throw LogFault.broken("an act is of no known kind")
      }
      return TwoPersonAct(
        number: try row[0], kind: kind, month: try row[2], subject: try row[3],
        origin: try row[11], reason: try row[4], requester: try row[5],
        requested: Instant(milliseconds: try row[6]), approver: try row[7],
        approved: approved == 0 ? nil : Instant(milliseconds: approved), state: state,
        until: Instant(milliseconds: try row[10]))
    }
  }

  /// The months of the log with what each holds, in order.
  package func storedMonths() throws -> [StoredMonth] {
    let size = try logState().frontier.size
    let rows = try query("SELECT month, first, destroyed FROM months ORDER BY first")
    let firsts = try rows.map { row -> UInt64 in
      let first: Int64 = try row[1]
      return UInt64(max(0, first))
    }
    return try rows.enumerated().map { index, row in
      let end = index + 1 < firsts.count ? firsts[index + 1] : size
      let destroyed: Int64 = try row[2]
      return StoredMonth(
        month: try row[0], first: firsts[index], entries: end - firsts[index],
        destroyed: destroyed == 0 ? nil : Instant(milliseconds: destroyed))
    }
  }
}
