// A clock that stands still until a test moves it.

import Synchronization
package import Vocabulary

/// Hand `clock.now` where the product wants the time.
package final class TestClock: Sendable {
  private let moment: Mutex<Instant>

  package init(_ moment: Instant = TestDatabase.noon) { self.moment = Mutex(moment) }

  package var now: @Sendable () -> Instant {
    { [self] in moment.withLock { $0 } }
  }

  package func pass(seconds: Int64) { pass(milliseconds: seconds * 1_000) }

  package func pass(milliseconds: Int64) {
    moment.withLock { $0 = $0.adding(milliseconds: milliseconds) }
  }
}
