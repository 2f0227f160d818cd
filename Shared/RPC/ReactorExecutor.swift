// One reactor thread's queue of jobs, and what wakes the thread.

import CLinux
import Glibc
import Synchronization
import Threads

/// The executor of a reactor: jobs run on the reactor's thread, between two rounds of epoll.
///
/// Sendable without a promise: everything in it is a lock, an atomic or a constant.
final class ReactorExecutor: SerialExecutor, Sendable {
  /// What is waiting for the thread.
  private struct Inbox {
    var jobs: [UnownedJob] = []
    var posts: [@Sendable (isolated Reactor) -> Void] = []
    /// The reactor's thread has ended; late jobs run on a thread made for them.
    var hasEnded = false
    var hasLateThread = false
    /// The thread waits in epoll, or is about to: whoever adds something must wake it.
    var isAsleep = false
    var isEmpty: Bool { jobs.isEmpty && posts.isEmpty }
  }

  let epoll: Int32
  let wakeDescriptor: Int32
  private let inbox = Mutex(Inbox())
  private let owner = Atomic<UInt>(0)

  init() {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
  }

  deinit {
    close(epoll)
    close(wakeDescriptor)
  }

  /// Makes the calling thread the reactor's.
  func bind() { owner.store(UInt(pthread_self()), ordering: .relaxed) }

  var isCurrent: Bool { owner.load(ordering: .relaxed) == UInt(pthread_self()) }

  var hasWork: Bool { inbox.withLock { !$0.isEmpty } }

  /// The reactor's thread wants to wait; false when something is there for it.
  func fallsAsleep() -> Bool {
    inbox.withLock { inbox in
      inbox.isAsleep = inbox.isEmpty
      return inbox.isAsleep
    }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    add { $0.jobs.append(job) }
  }

  /// Has `work` run on the reactor soon; from any thread, never at once.
  func post(_ work: @escaping @Sendable (isolated Reactor) -> Void) {
    add { $0.posts.append(work) }
  }

  private func add(_ insert: (inout Inbox) -> Void) {
    enum Next { case nothing, wake, lateThread }
    let next: Next = inbox.withLock { inbox in
      insert(&inbox)
      if inbox.hasEnded, !inbox.hasLateThread {
        inbox.hasLateThread = true
        return .lateThread
      }
      if !inbox.isAsleep { return .nothing }
      inbox.isAsleep = false
      return .wake
    }
    switch next {
    case .nothing: break
    case .wake: wake()
    case .lateThread: startThread(named: "weir-late") { self.runLateJobs() }
    }
  }

  private func wake() {
    var one: UInt64 = 1
    _ = write(wakeDescriptor, &one, 8)
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  func checkIsolated() { precondition(isCurrent, "this code runs on its reactor's thread only") }

  func isIsolatingCurrentContext() -> Bool? { isCurrent }

  func takePosts() -> [@Sendable (isolated Reactor) -> Void] {
    inbox.withLock { inbox in
      inbox.isAsleep = false
      if inbox.posts.isEmpty { return [] }
      let posts = inbox.posts
      inbox.posts.removeAll()
      return posts
    }
  }

  /// Runs jobs until none waits.
  func drain() {
    while true {
      let jobs = inbox.withLock { inbox in
        let jobs = inbox.jobs
        inbox.jobs.removeAll(keepingCapacity: true)
        return jobs
      }
      if jobs.isEmpty { return }
      for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
    }
  }

  /// Called by the reactor's thread as its last act.
  func end() {
    inbox.withLock { $0.hasEnded = true }
  }

  /// A task that outlives the reactor (it was waiting elsewhere) still ends properly.
  private func runLateJobs() {
    bind()
    while true {
      drain()
      let isDone = inbox.withLock { inbox in
        inbox.posts.removeAll()
        if inbox.jobs.isEmpty { inbox.hasLateThread = false }
        return inbox.jobs.isEmpty
      }
      if isDone { return }
    }
  }
}
