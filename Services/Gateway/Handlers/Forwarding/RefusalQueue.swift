// Refusals on their way from the reactors into the outbox: queued with a bound, thinned by the recorder behind it.

package import Access
import Synchronization

/// Takes note of refusals without waiting, and hands them to the recorder in one task.
package final class RefusalQueue: RefusalRecorder {
  private struct Refused: Sendable {
    let principal: String
    let method: String
    let reason: String
  }

  /// So many wait at most; what comes beyond is only counted.
  package static let longest = 20_000
  /// Under this reason stands what was dropped, by number alone.
  package static let droppedReason = "access.refusals_not_told_apart"

  private let entries: AsyncStream<Refused>
  private let entrance: AsyncStream<Refused>.Continuation
  private let dropped = Atomic<Int>(0)

  package init() {
    (entries, entrance) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.longest))
  }

  package func note(principal: String, method: String, reason: String) {
    let refused = Refused(principal: principal, method: method, reason: reason)
    if case .dropped = entrance.yield(refused) { dropped.add(1, ordering: .relaxed) }
  }

  package func record(principal: String, method: String, reason: String) async {
    note(principal: principal, method: method, reason: reason)
  }

  /// Feeds the recorder until cancelled.
  package func feed(_ recorder: any RefusalRecorder) async {
    for await refused in entries {
      await recorder.record(
        principal: refused.principal, method: refused.method, reason: refused.reason)
      for _ in 0..<dropped.exchange(0, ordering: .relaxed) {
        await recorder.record(principal: "*", method: "*", reason: Self.droppedReason)
      }
    }
  }
}
