// How a task waits for something without another thread being woken when it goes on.

import Synchronization

/// One wait of one task.
///
/// A continuation resumes its task on the global executor, whose thread only then sends it back to the actor on which it
/// waited: two threads are woken where none need be. This actor is its own executor instead. It keeps the job that
/// brings the task here, and whoever ends the pause runs it; from there the task goes straight back to where it came
/// from.
///
/// Sendable without a promise: everything in it is a lock.
package actor Pause: SerialExecutor {
  package enum End: Sendable { case asked, cancelled }

  private struct State {
    var job: UnownedJob?
    var end: End?
  }

  private nonisolated let state = Mutex(State())

  package init() {}

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  package nonisolated func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isOver = state.withLock { state in
      if state.end == nil { state.job = job }
      return state.end != nil
    }
    if isOver { job.runSynchronously(on: unownedExecutor) }
  }

  /// Lets the task go on; what is said first holds. Not for a cancellation handler, where the task is still being cancelled.
  package nonisolated func end(_ end: End) {
    let job = state.withLock { state -> UnownedJob? in
      if state.end != nil { return nil }
      state.end = end
      return state.job.take()
    }
    job?.runSynchronously(on: unownedExecutor)
  }

  /// Waits for the end. The hop to this actor is the wait; what runs here only reads how it ended.
  package func untilEnd() -> End { state.withLock { $0.end ?? .asked } }
}
