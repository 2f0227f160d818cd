// Persons whose records have yet to be found: sealed, and kept no longer than until then.

package import Database
package import Vocabulary

/// A report that states a person.
package struct WaitingSubject: Hashable, Sendable {
  package let issue: Int64
  package let sealed: [UInt8]
  /// How often it was tried.
  package let tries: Int
}

extension SQLReading where Self: ~Copyable {
  /// Those whose turn has come.
  package func subjectsToLocate(at time: Instant, limit: Int) throws -> [WaitingSubject] {
    try query(
      """
      SELECT issue, subject, tries FROM locating WHERE next_try <= ?1
      ORDER BY next_try, issue LIMIT ?2
      """, [time.milliseconds, limit]
    ).map {
      WaitingSubject(
        issue: try $0["issue"], sealed: try $0["subject"], tries: try $0["tries"])
    }
  }
}

extension WriteTransaction {
  package func keepSubject(_ sealed: [UInt8], of issue: Int64, at time: Instant) throws {
    try execute(
      "INSERT INTO locating (issue, subject, tries, next_try) VALUES (?1, ?2, 0, ?3)",
      [issue, sealed, time.milliseconds])
  }

  package func postpone(_ waiting: WaitingSubject, until time: Instant) throws {
    try execute(
      "UPDATE locating SET tries = ?2, next_try = ?3 WHERE issue = ?1",
      [waiting.issue, waiting.tries + 1, time.milliseconds])
  }

  /// - Returns: Whether it was still kept.
  @discardableResult
  package func forgetSubject(of issue: Int64) throws -> Bool {
    try execute("DELETE FROM locating WHERE issue = ?1", [issue]) > 0
  }
}
