// Refusals on their way into the outbox: thinned, queued with a bound, written in groups.

package import GatewayRules
import Synchronization
package import Vocabulary

/// Takes note of refusals on the reactors and hands what is to be written to one writer.
package final class RefusalLog: Sendable {
  /// So many kinds of refusal are told apart in a minute.
  package static let mostKinds = 1000

  private let ledger = Mutex(RefusalLedger(mostKinds: RefusalLog.mostKinds))
  private let queue: AsyncStream<RefusalRecord>
  private let entrance: AsyncStream<RefusalRecord>.Continuation
  private let dropped = Atomic<Int64>(0)
  private let now: @Sendable () -> Instant

  package init(now: @escaping @Sendable () -> Instant) {
    self.now = now
    // Two minutes' worth; while the writer stands still, later ones are dropped and counted.
    (queue, entrance) = AsyncStream.makeStream(
      bufferingPolicy: .bufferingOldest(4 * RefusalLog.mostKinds))
  }

  /// Notes one refusal. Does not wait.
  package func note(principal: String, method: String, reason: String) {
    let key = RefusalKey(principal: principal, method: method, reason: reason)
    let moment = now().milliseconds
    for record in ledger.withLock({ $0.note(key, now: moment) }) { enqueue(record) }
  }

  /// How many records found the queue full.
  package var droppedCount: Int64 { dropped.load(ordering: .relaxed) }

  /// Writes until cancelled; call it in one task.
  ///
  /// - Parameter write: Makes a group of records durable. One that fails is tried again with the next group.
  package func run(
    write: @Sendable ([RefusalRecord]) async throws -> Void,
    onFault: @Sendable (any Error) -> Void
  ) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.turnEachMinute() }
      var waiting: [RefusalRecord] = []
      for await record in queue {
        waiting.append(record)
        do {
          try await write(waiting)
          waiting.removeAll()
        } catch {
          onFault(error)
          // Bounded even when the store stays away.
          waiting = Array(waiting.suffix(4 * RefusalLog.mostKinds))
        }
      }
      group.cancelAll()
    }
  }

  /// Tells the counts of a minute that ended without a further refusal.
  private func turnEachMinute() async {
    while (try? await Task.sleep(for: .seconds(20))) != nil {
      let moment = now().milliseconds
      for record in ledger.withLock({ $0.turn(now: moment) }) { enqueue(record) }
    }
  }

  private func enqueue(_ record: RefusalRecord) {
    if case .dropped = entrance.yield(record) { dropped.add(1, ordering: .relaxed) }
  }
}
