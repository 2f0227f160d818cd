// What only the check of the whole store reads: search terms by place, disclosures, alarms, months and coverage as they lie.

package import AuditRules
package import Database
import Integrity
package import Vocabulary

extension SQLReading where Self: ~Copyable {
  /// The runs of the search index, by the entries that each covers.
  package func termRuns() throws -> [Range<UInt64>] {
    try query("SELECT first, past FROM term_runs ORDER BY first").map { row in
      let (first, past): (Int64, Int64) = (try row[0], try row[1])
      guard first >= 0, past >= first else { throw LogFault.broken("a run of terms has no range") }
      return UInt64(first)..<UInt64(past)
    }
  }

  /// Under which terms each entry of a run is found.
  package func terms(ofRun run: Range<UInt64>) throws -> [UInt64: Set<Int64>] {
    var terms: [UInt64: Set<Int64>] = [:]
    try forEach(
      "SELECT content FROM term_pages WHERE run = ?1", [Int64(clamping: run.lowerBound)]
    ) { row in
      for item in try TermRun.decode(try row[0]) {
        terms[UInt64(clamping: item.position), default: []].insert(item.term)
      }
    }
    return terms
  }

  /// Whether an entry is found under its leaf and under each of these terms.
  package static func isFound(_ leaf: [UInt8], _ terms: [Int64], among held: Set<Int64>?) -> Bool {
    guard let held else { return false }
    return held.contains(LogTerm.number(ofLeaf: leaf)) && terms.allSatisfy(held.contains)
  }

  /// Entries that came before their provider was known, and whose provider is known now.
  package func lateProvided() throws -> [(
    position: UInt64, month: String, provider: DepartmentCode
  )] {
    try query(
      """
      SELECT u.position, u.month, p.department FROM unprovided u
      JOIN providers p ON p.entry = u.entry
      WHERE u.month NOT IN (SELECT month FROM months WHERE destroyed > 0) ORDER BY u.position
      """
    ).compactMap { row in
      let (position, month, provider): (Int64, String, String) = (
        try row[0], try row[1], try row[2]
      )
      guard let code = DepartmentCode(provider) else { return nil }
      return (position: UInt64(clamping: position), month: month, provider: code)
    }
  }

  /// Every disclosure whose decision is or was waited for.
  package func watchedDisclosures() throws -> [StoredDisclosure] {
    var found: [StoredDisclosure] = []
    for state in DisclosureState.allCases {
      try forEach(
        "SELECT position, origin, sequence, call, due, decision FROM disclosures WHERE state = ?1",
        [state.rawValue]
      ) { row in
        let (position, sequence): (Int64, Int64) = (try row[0], try row[2])
        let decision: Int64? = try row[5]
        found.append(
          StoredDisclosure(
            position: UInt64(clamping: position), origin: try row[1],
            sequence: UInt64(clamping: sequence), call: try row[3],
            due: Instant(milliseconds: try row[4]), state: state,
            decision: decision.map { UInt64(clamping: $0) }))
      }
    }
    return found
  }

  /// From which position on each disclosure has its own decision, and claims are disclosures.
  package func decisionsMatchedFrom() throws -> UInt64 {
    let first: Int64? = try queryOne("SELECT matched_from FROM log_state")?[0]
    return UInt64(clamping: first ?? 0)
  }

  /// Whether an alarm is on record.
  package func hasAlarm(
    _ kind: AlarmKind, origin: String, sequence: UInt64, call: String
  ) throws -> Bool {
    try queryOne(
      """
      SELECT id FROM alarms WHERE kind = ?1 AND origin = ?2 AND sequence = ?3 AND call = ?4
      """,
      [
        kind.rawValue, origin, Int64(clamping: sequence), call,
      ]) != nil
  }

  /// The last entry of an origin among the first entries of the log; 0 where there is none.
  package func lastSequence(of origin: String, within size: UInt64) throws -> UInt64 {
    let row = try queryOne(
      """
      SELECT e.sequence FROM entries e JOIN origins o ON o.id = e.origin
      WHERE o.name = ?1 AND e.position < ?2 ORDER BY e.position DESC LIMIT 1
      """, [origin, Int64(clamping: size)])
    return UInt64(clamping: try row?[0] as Int64? ?? 0)
  }

  /// The leaves of an origin from a sequence on, in order.
  package func leaves(of origin: String, from sequence: UInt64, limit: Int) throws -> [[UInt8]] {
    try query(
      """
      SELECT e.leaf FROM entries e JOIN origins o ON o.id = e.origin
      WHERE o.name = ?1 AND e.sequence >= ?2 ORDER BY e.sequence LIMIT ?3
      """, [origin, Int64(clamping: sequence), limit]
    ).map { try $0[0] }
  }

  /// Whether another process is believed to append (`AppenderLease.swift`).
  package func isHeld(at now: Instant) throws -> Bool {
    let until: Int64? = try queryOne("SELECT until FROM appender_lease")?[0]
    return (until ?? 0) > now.milliseconds
  }
}
