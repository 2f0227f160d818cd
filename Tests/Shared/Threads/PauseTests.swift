// A wait ends without a detour: the task goes from who ends it straight to the actor that it came from.

import Glibc
import Synchronization
import TestSupport
import Testing

import Threads

/// An executor that remembers which thread brought each of its jobs.
private final class RecordingExecutor: SerialExecutor, Sendable {
  private struct Record {
    var broughtBy: [UInt] = []
    var finished = 0
  }
  private let record = Mutex(Record())

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    record.withLock { $0.broughtBy.append(UInt(pthread_self())) }
    startThread(named: "job") {
      job.runSynchronously(on: self.asUnownedSerialExecutor())
      self.record.withLock { $0.finished += 1 }
    }
  }

  var broughtBy: [UInt] { record.withLock { $0.broughtBy } }
  var finished: Int { record.withLock { $0.finished } }
}

private actor Waiting {
  nonisolated let executor = RecordingExecutor()
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private var steps = 0

  /// Does something of its own before and after: else nothing need come back here.
  func wait(_ pause: Pause) async -> Pause.End {
    steps += 1
    let end = await pause.untilEnd()
    steps += 1
    return end
  }
}

@Suite("a task that waits")
struct PauseTests {
  @Test("is brought back to its actor by the thread that ends the wait, and by no other")
  func comesBackDirectly() async throws {
    let actor = Waiting()
    let pause = Pause()
    async let end = actor.wait(pause)
    try await eventually("the task waits") { actor.executor.finished == 1 }
    let ender = Mutex<UInt>(0)
    startThread(named: "ender") {
      ender.withLock { $0 = UInt(pthread_self()) }
      pause.end(.cancelled)
      pause.end(.asked)
    }
    #expect(await end == .cancelled, "what is said first holds")
    #expect(actor.executor.broughtBy.last == ender.withLock { $0 })
  }

  @Test("does not wait where the end was said before")
  func endsBefore() async {
    let pause = Pause()
    pause.end(.asked)
    #expect(await pause.untilEnd() == .asked)
  }
}
