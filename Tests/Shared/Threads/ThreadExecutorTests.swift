// An actor with a thread of its own.

import Glibc
import Synchronization
import TestSupport
import Testing

import Threads

private actor Owner {
  nonisolated let executor = ThreadExecutor(name: "test-thread-with-a-long-name")
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private(set) var numbers: [Int] = []
  private(set) var turns = 0

  init() {
    executor.start { [weak self] in self?.assumeIsolated { $0.turns += 1 } }
  }

  deinit { executor.stop() }

  func add(_ number: Int) -> UInt {
    numbers.append(number)
    return UInt(pthread_self())
  }
}

@Suite("An actor has a thread of its own", .timeLimit(.minutes(10 * patience)))
struct ThreadExecutorTests {
  @Test("all its work is done on one thread, in the order of arrival, in turns")
  func oneThread() async {
    let owner = Owner()
    var threads: Set<UInt> = []
    for number in 0..<1000 { threads.insert(await owner.add(number)) }
    #expect(threads.count == 1)
    #expect(await owner.numbers == Array(0..<1000))
    #expect(await (1...1001).contains(owner.turns))
    #expect(owner.executor.isIsolatingCurrentContext() == false)
  }

  @Test("the thread ends with its owner")
  func ending() async throws {
    weak var executor: ThreadExecutor?
    do {
      let owner = Owner()
      executor = owner.executor
      _ = await owner.add(1)
    }
    // The thread holds the executor for as long as it runs.
    try await eventually("the thread has ended") { executor == nil }
  }
}
