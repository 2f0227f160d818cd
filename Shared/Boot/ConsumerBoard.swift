// What consumers of an outbox have said of how far they are: a producer can wait until what it wrote holds with them (AC-52).

import Synchronization

/// The newest word of each consumer, in memory: one that says nothing for a second refuses by itself (``FollowerConfirmation``).
package final class ConsumerBoard: Sendable {
  /// FORMATS "Certificates and keys": a follower unconfirmed for so long refuses.
  package static let limit = Duration.seconds(1)

  private struct Word {
    var through: UInt64
    var at: ContinuousClock.Instant
  }

  private let words = Mutex<[String: Word]>([:])

  package init() {}

  /// A consumer has applied everything up to here.
  package func note(_ consumer: String, through sequence: UInt64) {
    words.withLock { $0[consumer] = Word(through: sequence, at: .now) }
  }

  /// Waits until every consumer that was heard within the last second has applied an event, at most until that second is over.
  package func wait(for sequence: UInt64) async {
    while !Task.isCancelled {
      let isAwaited = words.withLock { words in
        words.values.contains { $0.through < sequence && $0.at.duration(to: .now) < Self.limit }
      }
      guard isAwaited else { return }
      try? await Task.sleep(for: .milliseconds(5))
    }
  }
}
