// Waiting in tests: for a condition, with a limit, and nowhere else by the clock.

import Glibc

/// What was waited for did not come true in time.
package struct WaitedInVain: Error, CustomStringConvertible {
  package let what: String
  package let limit: Duration

  package var description: String { "waited \(limit) in vain for \(what)" }
}

/// How many times as long a test may wait as by itself: WEIR_TEST_PATIENCE, 1 where that is not set. A sanitizer makes
/// everything slower, and `make test-asan` and `make test-tsan` set it.
package let patience: Int = {
  let word = getenv("WEIR_TEST_PATIENCE").map { String(cString: $0) } ?? ""
  return max(1, Int(word) ?? 1)
}()

/// Waits until `condition` holds, and throws `WaitedInVain` when it does not within `limit` (times `patience`).
///
/// The limit only ends a failing test; a passing one goes on within milliseconds of the condition.
///
/// - Parameter what: What is waited for, in words that complete "waited in vain for".
package func eventually(
  _ what: String, within limit: Duration = .seconds(180), _ condition: () async throws -> Bool
) async throws {
  let clock = ContinuousClock()
  let limit = limit * patience
  let end = clock.now + limit
  while try await !condition() {
    guard clock.now < end else { throw WaitedInVain(what: what, limit: limit) }
    try await Task.sleep(for: .milliseconds(5))
  }
}
