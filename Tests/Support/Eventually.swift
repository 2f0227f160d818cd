// Waiting in tests: for a condition, with a limit, and nowhere else by the clock.

/// What was waited for did not come true in time.
package struct WaitedInVain: Error, CustomStringConvertible {
  package let what: String
  package let limit: Duration

  package var description: String { "waited \(limit) in vain for \(what)" }
}

/// Waits until `condition` holds, and throws `WaitedInVain` when it does not within `limit`.
///
/// The limit only ends a failing test; a passing one goes on within milliseconds of the condition.
///
/// - Parameter what: What is waited for, in words that complete "waited in vain for".
package func eventually(
  _ what: String, within limit: Duration = .seconds(180), _ condition: () async throws -> Bool
) async throws {
  let clock = ContinuousClock()
  let end = clock.now + limit
  while try await !condition() {
    guard clock.now < end else { throw WaitedInVain(what: what, limit: limit) }
    try await Task.sleep(for: .milliseconds(5))
  }
}
