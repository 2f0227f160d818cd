// Who may append: one process at a time, by a lease in the database and a number that fences off all before it.

package import Database
package import Vocabulary

/// How long an appender that says nothing is believed to be at work. Ours, no regulation's.
package struct AppenderTerm: Sendable {
  package let milliseconds: Int64

  package init(seconds: Int64 = 10) { milliseconds = seconds * 1_000 }

  /// It is renewed this often.
  package var renewal: Duration { .milliseconds(milliseconds / 5) }
}

extension WriteTransaction {
  /// Makes a process the appender: whoever was it before can append and publish no more.
  ///
  /// - Parameters:
  ///   - holder: The folder that it works on, whose lock it holds: who comes back to it has no need to wait for the lease's end.
  ///   - now: Real time.
  /// - Returns: The fencing number that stands with every append from here on.
  /// - Throws: ``LogFault/held(by:)`` while another's lease runs.
  package func becomeAppender(
    holder: String, at now: Instant, term: AppenderTerm = AppenderTerm()
  ) throws -> Int64 {
    try execute(
      """
      INSERT INTO log_state (one, size, frontier, appender, published, checkpoint)
      VALUES (1, 0, ?1, 0, 0, '') ON CONFLICT (one) DO NOTHING
      """, [[UInt8]()])
    if let row = try queryOne("SELECT holder, until FROM appender_lease") {
      let (other, until): (String, Int64) = (try row[0], try row[1])
      guard other == holder || until <= now.milliseconds else { throw LogFault.held(by: other) }
    }
    try execute("UPDATE log_state SET appender = appender + 1")
    try execute(
      """
      INSERT INTO appender_lease (one, holder, until) VALUES (1, ?1, ?2)
      ON CONFLICT (one) DO UPDATE SET holder = excluded.holder, until = excluded.until
      """, [holder, now.milliseconds + term.milliseconds])
    return try logState().appender
  }

  /// - Throws: ``LogFault/fencedOff`` when another process has become the appender.
  package func requireAppender(_ appender: Int64) throws {
    guard try logState().appender == appender else { throw LogFault.fencedOff }
  }

  /// Says that the appender is still at work.
  package func renewLease(
    _ appender: Int64, at now: Instant, term: AppenderTerm = AppenderTerm()
  ) throws {
    try requireAppender(appender)
    try execute("UPDATE appender_lease SET until = ?1", [now.milliseconds + term.milliseconds])
  }

  /// Ends the lease before its time, so that the next appender need not wait.
  package func endLease(_ appender: Int64) throws {
    guard try logState().appender == appender else { return }
    try execute("UPDATE appender_lease SET until = 0")
  }
}
