// Following for ever: what fails is tried again, is seen from outside, and never ends the service.

import Contracts
import RPC
import Vocabulary

/// Repeats the following of one producer's events.
///
/// A lost stream is opened again after a pause that grows; while the producer is away, nothing is lost: it keeps what this
/// consumer has not confirmed. An event that cannot be applied is not passed over either, for what it says would be unknown
/// here for ever; it comes again and again, everything else of the service goes on, and health says `events/<producer>` is not
/// serving until it is applied.
package struct FollowingLoop: Sendable {
  private let producer: String
  private let onFault: @Sendable (any Error) -> Void
  private let health: HealthBoard
  private let sleep: @Sendable (Duration) async throws -> Void

  /// How long an event waits that cannot be applied for a cause that does not pass by itself.
  private static let longestPause = Duration.seconds(5)

  /// - Parameter onFault: Told once of a row of failures; the log does not fill while somebody looks.
  package init(
    producer: String, health: HealthBoard, onFault: @escaping @Sendable (any Error) -> Void,
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.producer = producer
    self.onFault = onFault
    self.health = health
    self.sleep = sleep
  }

  /// Runs until the task is cancelled.
  ///
  /// - Parameter follow: Follows until the stream ends or something fails, and tells of each event that was applied.
  package func run(_ follow: (_ progressed: () -> Void) async throws -> Void) async throws {
    var pause = Duration.milliseconds(50)
    var isStuck = false
    health.set(part: part, isServing: true)
    while !Task.isCancelled {
      do {
        try await follow {
          pause = .milliseconds(50)
          if isStuck { health.set(part: part, isServing: true) }
          isStuck = false
        }
      } catch let error as CancellationError {
        throw error
      } catch let status as Status
        where [.unavailable, .cancelled, .deadlineExceeded].contains(status.code)
      {
        // The producer restarts, is not up yet, or the stream has had its day.
      } catch {
        if !isStuck {
          health.set(part: part, isServing: false)
          onFault(error)
        }
        isStuck = true
        pause = max(pause, self.pause(after: error))
      }
      try await sleep(pause)
      pause = min(pause * 2, Self.longestPause)
    }
  }

  private var part: String { "events/\(producer)" }

  private func pause(after error: any Error) -> Duration {
    switch error {
    case is Status: .milliseconds(50)
    // A full disk, say. The position did not move either: the event comes again.
    case let fault as any Fault where fault.passing != nil: faultPause
    default: Self.longestPause
    }
  }
}
