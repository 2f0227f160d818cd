// Time that moves only when a test says so.

import Synchronization

@testable import RPC

/// A clock for reactors; every timer of the RPC core goes by it.
final class ManualClock: Sendable {
  /// Apart from the clock: the groups go by it, and the clock holds the groups.
  private final class Time: Sendable {
    let now = Mutex(ContinuousClock.now)
  }

  private let time = Time()
  private let groups = Mutex<[ReactorGroup]>([])

  func reactors(_ threads: Int) -> ReactorGroup {
    let group = ReactorGroup(threadCount: threads, seed: 7) { [time] in time.now.withLock { $0 } }
    groups.withLock { $0.append(group) }
    return group
  }

  /// Moves the time, and has every reactor look at it.
  func advance(by duration: Duration) {
    time.now.withLock { $0 += duration }
    for group in groups.withLock({ $0 }) {
      for reactor in group.reactors { reactor.post { $0.core.readClock() } }
    }
  }
}
