// How a consumer knows that it has applied what its producer wrote up to now (AC-52).

package import Contracts
import RPC
import Synchronization

/// Asks a producer how far it is, and holds for a second what has been applied since.
package final class FollowerConfirmation: Sendable {
  private static let interval = Duration.milliseconds(50)

  private struct State {
    var applied: [String: UInt64] = [:]
    /// When the producer was asked how far it was, and everything up to there has been applied since.
    var confirmed: ContinuousClock.Instant?
  }

  private let producer: String
  private let channel: any MessageTransport
  private let state = Mutex(State())

  package init(producer: String, channel: any MessageTransport) {
    self.producer = producer
    self.channel = channel
  }

  /// Everything of an origin up to here was applied.
  func note(_ origin: String, through sequence: UInt64) {
    state.withLock { $0.applied[origin] = max($0.applied[origin] ?? 0, sequence) }
  }

  private var isConfirmed: Bool {
    state.withLock(\.confirmed).map { $0.duration(to: .now) < ConsumerBoard.limit } ?? false
  }

  /// Whether what is known here was so within the last second. One who does not know asks at once.
  package func isCurrent() async -> Bool {
    if isConfirmed { return true }
    try? await ask()
    return isConfirmed
  }

  /// Asks again and again, until cancelled.
  package func run() async throws {
    while true {
      do { try await ask() } catch is Status {}
      try await Task.sleep(for: Self.interval)
    }
  }

  /// Asks once, and waits until what the producer had by then was applied, at most a second.
  private func ask() async throws {
    let asked = ContinuousClock.now
    let applied = state.withLock(\.applied)
    let reply = try await EventsV1.EventsClient(channel).confirm(
      .init(positions: applied.map { .init(origin: $0.key, sequence: Int64(clamping: $0.value)) }),
      CallOptions(timeout: ConsumerBoard.limit))
    guard let newest = reply.newest, newest.origin.hasPrefix(producer + "/") else { return }
    let end = UInt64(max(0, newest.sequence))
    while asked.duration(to: .now) < ConsumerBoard.limit {
      let isReached = state.withLock { state in
        guard (state.applied[newest.origin] ?? 0) >= end else { return false }
        state.confirmed = max(state.confirmed ?? asked, asked)
        return true
      }
      if isReached { return }
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}
