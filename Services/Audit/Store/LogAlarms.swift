// Alarms, disclosures that wait for their decision, and what was published.

package import AuditRules
package import Database
package import Vocabulary

extension WriteTransaction {
  /// Puts an alarm on record, once for its subject.
  package func raise(
    _ kind: AlarmKind, origin: String, sequence: UInt64, call: String = "", at civil: Instant
  ) throws {
    let next: Int64 =
      (try queryOne("SELECT MAX(id) FROM alarms")?[0] as Int64? ?? nil ?? 0) + 1
    try execute(
      """
      INSERT INTO alarms (id, kind, origin, sequence, call, time) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT (kind, origin, sequence, call) DO NOTHING
      """,
      [next, kind.rawValue, origin, Int64(clamping: sequence), call, civil.milliseconds])
  }

  func raise(_ refusal: OriginRefusal, at time: AppendTime) throws {
    try raise(
      refusal.alarm, origin: refusal.origin, sequence: refusal.sequence, at: time.civil)
  }

  /// Notes what became of a disclosure; an alarm is put on record with it.
  ///
  /// - Parameter decision: The place of the decision behind it, which serves no other from now on.
  package func settle(
    _ disclosure: StoredDisclosure, as state: DisclosureState, by decision: UInt64?,
    at civil: Instant
  ) throws {
    try execute(
      "UPDATE disclosures SET state = ?2, decision = ?3 WHERE position = ?1",
      [
        Int64(clamping: disclosure.position), state.rawValue,
        decision.map { Int64(clamping: $0) },
      ])
    guard state == .alarmed else { return }
    try raise(
      .disclosureWithoutDecision, origin: disclosure.origin, sequence: disclosure.sequence,
      call: disclosure.call, at: civil)
  }

  /// Notes a published checkpoint and how far it covers each origin.
  ///
  /// - Parameter origins: As they stood in the read from which the checkpoint was made.
  package func published(
    size: UInt64, checkpoint: String, origins: [HeldOrigin], appender: Int64
  ) throws {
    let changed = try execute(
      "UPDATE log_state SET published = ?1, checkpoint = ?2 WHERE appender = ?3",
      [Int64(clamping: size), checkpoint, appender])
    guard changed == 1 else { throw LogFault.fencedOff }
    try execute(
      "UPDATE origins SET covered = ?2 WHERE name = ?1 AND covered < ?2",
      each: origins.map { [.text($0.name), .integer(Int64(clamping: $0.sequence))] })
  }
}

extension SQLReading where Self: ~Copyable {
  /// Disclosures in a state, oldest first.
  package func disclosures(_ state: DisclosureState, limit: Int) throws -> [StoredDisclosure] {
    try query(
      """
      SELECT position, origin, sequence, call, due FROM disclosures
      WHERE state = ?1 ORDER BY position LIMIT ?2
      """, [state.rawValue, limit]
    ).map { row in
      let position: Int64 = try row[0]
      let sequence: Int64 = try row[2]
      return StoredDisclosure(
        position: UInt64(max(0, position)), origin: try row[1],
        sequence: UInt64(max(0, sequence)), call: try row[3],
        due: Instant(milliseconds: try row[4]), state: state, decision: nil)
    }
  }

  /// Whether a decision stands behind a disclosure already.
  package func isUsed(decision: UInt64) throws -> Bool {
    try queryOne(
      "SELECT 1 FROM disclosures WHERE decision = ?1", [Int64(clamping: decision)]) != nil
  }

  /// Alarms in the order in which they were raised.
  package func alarms(after id: Int64, limit: Int) throws -> [StoredAlarm] {
    try query(
      """
      SELECT id, kind, origin, sequence, call, time FROM alarms WHERE id > ?1 ORDER BY id LIMIT ?2
      """, [id, limit]
    ).map { row in
      let name: String = try row[1]
      let sequence: Int64 = try row[3]
      guard let kind = AlarmKind(rawValue: name) else {
        throw LogFault.broken("an alarm is of no known kind")
      }
      return StoredAlarm(
        id: try row[0], kind: kind, origin: try row[2], sequence: UInt64(max(0, sequence)),
        call: try row[4], time: Instant(milliseconds: try row[5]))
    }
  }
}
