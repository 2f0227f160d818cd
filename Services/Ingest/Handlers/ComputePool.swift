// Threads for heavy work: parsing, sealing, opening and probing never run on a reactor, for there they would hold up every call.

import Database
import Synchronization
import Threads

/// A few threads, each an actor's executor; work goes to them in turn.
package final class ComputePool: Sendable {
  private let workers: [ComputeWorker]
  private let next = Atomic<Int>(0)

  package init(threadCount: Int) {
    workers = (0..<max(1, threadCount)).map { ComputeWorker(name: "compute-\($0)") }
  }

  package var threadCount: Int { workers.count }

  /// Work on so few bytes is done sooner than another thread is woken, twice.
  private static let smallBytes = 4_096

  /// Runs synchronous work on so many bytes: away from the caller's thread unless they are few.
  package func run<T: Sendable>(bytes: Int, _ work: @Sendable () throws -> T) async throws -> T {
    if bytes <= Self.smallBytes { return try work() }
    return try await run(work)
  }

  /// Runs synchronous work away from the caller's thread.
  package func run<T: Sendable>(_ work: @Sendable () throws -> T) async throws -> T {
    let turn = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return try await workers[(turn & .max) % workers.count].run(work)
  }
}

private actor ComputeWorker {
  nonisolated let executor: ThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(name: String) {
    executor = ThreadExecutor(name: name)
    executor.start()
  }

  deinit { executor.stop() }

  func run<T: Sendable>(_ work: @Sendable () throws -> T) throws -> T {
    try Task.checkCancellation()
    return try work()
  }
}
