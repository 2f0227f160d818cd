// The threads that do all network work of a process; shared by its servers and channels.

import Glibc
import Synchronization
import Threads

/// A number of reactors, each an actor on a thread of its own.
package final class ReactorGroup: Sendable {
  let reactors: [Reactor]
  private let nextReactor = Atomic<Int>(0)
  private let hasStopped = Atomic<Bool>(false)

  /// - Parameters:
  ///   - threadCount: How many reactors; one for each core is a good number.
  ///   - seed: For the jitter of reconnects and for fault references; take it from the process's random source.
  ///   - clock: What all timers go by; a test gives one that it moves itself, and wakes the threads when it has.
  package init(
    threadCount: Int, seed: UInt64,
    clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    precondition(threadCount > 0, "a group has at least one reactor")
    // A peer that closes while we write is an error of that write, not a reason to end the process.
    signal(SIGPIPE, SIG_IGN)
    var seeds = SplitMix(seed: seed)
    reactors = (0..<threadCount).map { _ in Reactor(seed: seeds.next(), clock: clock) }
    for (index, reactor) in reactors.enumerated() {
      startThread(named: "weir-rpc-\(index)") { reactor.run() }
    }
  }

  deinit {
    if !hasStopped.load(ordering: .relaxed) { for reactor in reactors { reactor.abandon() } }
  }

  /// Closes every connection, cancels every handler and ends the threads when the handlers have returned.
  package func shutdown() async {
    if hasStopped.exchange(true, ordering: .relaxed) { return }
    for reactor in reactors { await reactor.shutdown() }
  }

  var isStopped: Bool { hasStopped.load(ordering: .relaxed) }

  /// The reactor whose thread this is, else the next in turn.
  var currentOrNext: Reactor {
    for reactor in reactors where reactor.executor.isCurrent { return reactor }
    let index = nextReactor.wrappingAdd(1, ordering: .relaxed).oldValue
    return reactors[Int(UInt(bitPattern: index) % UInt(reactors.count))]
  }

  var leastLoaded: Reactor {
    var best = reactors[0]
    for reactor in reactors.dropFirst()
    where reactor.load.load(ordering: .relaxed) < best.load.load(ordering: .relaxed) {
      best = reactor
    }
    return best
  }
}
