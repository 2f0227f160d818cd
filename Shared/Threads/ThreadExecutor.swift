// A thread of ours that runs the jobs of one actor, so that a blocking call blocks nobody else.

import CLinux
import Glibc
import Synchronization

/// The executor of an actor that has a thread for itself.
///
/// A database call blocks (a disk, a server), so it must run neither on a reactor nor on a thread of the shared pool. An
/// actor whose `unownedExecutor` is a `ThreadExecutor` has all its work done on one thread, in the order of arrival, and the
/// compiler proves that its connection never leaves that thread.
///
/// Jobs run in turns: a turn takes everything that waits, and may be asked for without a job. After each turn the owner is told, which is where a writer
/// commits what the turn has brought.
///
/// The thread ends after ``stop()``, when its queue is empty. The owning actor calls that in its `deinit`: as long as anyone
/// can reach the actor, its thread runs.
package final class ThreadExecutor: SerialExecutor, Sendable {
  private struct Inbox {
    var jobs: [UnownedJob] = []
    /// Somebody asks for a turn though there may be no job.
    var isAsked = false
    var isAsleep = false
    var isStopped = false
  }

  private let name: String
  private let inbox = Mutex(Inbox())
  private let wake: Int32
  private let thread = Atomic<UInt>(0)

  /// - Parameter name: Shown by `top -H` and debuggers; Linux keeps the first 15 bytes.
  package init(name: String) {
    self.name = name
    wake = eventfd(0, Int32(EFD_CLOEXEC))
    precondition(wake >= 0, "the process has no file descriptor left for a thread's eventfd")
  }

  deinit { close(wake) }

  /// Starts the thread. Called once, before the first job can be served.
  ///
  /// - Parameter turnEnded: Called on the thread after each turn of jobs, outside of any job.
  package func start(turnEnded: (@Sendable () -> Void)? = nil) {
    startThread(named: name) { [self] in run(turnEnded) }
  }

  /// Lets the thread end once what is queued has run.
  package func stop() {
    add { $0.isStopped = true }
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    add { $0.jobs.append(job) }
  }

  /// Asks for a turn, at whose end the owner finds what it has been given meanwhile. From any thread.
  package func askForTurn() { add { $0.isAsked = true } }

  private func add(_ insert: (inout Inbox) -> Void) {
    let mustWake = inbox.withLock { inbox in
      insert(&inbox)
      defer { inbox.isAsleep = false }
      return inbox.isAsleep
    }
    if mustWake { signal() }
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  package func checkIsolated() {
    let isOurs = isCurrent
    precondition(isOurs, "called on another thread than the actor's")
  }

  package func isIsolatingCurrentContext() -> Bool? { isCurrent }

  private var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

  private func run(_ turnEnded: (@Sendable () -> Void)?) {
    thread.store(UInt(pthread_self()), ordering: .relaxed)
    while true {
      let (jobs, isAsked, isStopped) = inbox.withLock { inbox in
        let (jobs, isAsked) = (inbox.jobs, inbox.isAsked)
        inbox.jobs.removeAll(keepingCapacity: true)
        inbox.isAsked = false
        inbox.isAsleep = jobs.isEmpty && !isAsked && !inbox.isStopped
        return (jobs, isAsked, inbox.isStopped)
      }
      if jobs.isEmpty, !isAsked {
        if isStopped { return }
        sleep()
        continue
      }
      for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
      turnEnded?()
    }
  }

  private func signal() {
    var one: UInt64 = 1
    // The eventfd lives as long as self. The counter cannot overflow: one signal for each time of sleep.
    _ = withUnsafeBytes(of: &one) { write(wake, $0.baseAddress, $0.count) }
  }

  private func sleep() {
    var count: UInt64 = 0
    // Blocks until signal(). An interruption (EINTR) wakes for one empty look at the queue.
    _ = withUnsafeMutableBytes(of: &count) { read(wake, $0.baseAddress, $0.count) }
  }
}
