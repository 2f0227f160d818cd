// A process from its first line to its last: signals, and the end when they come.

import CLinux
import Glibc
import Synchronization

/// Waits for the signals that end a process.
///
/// They are blocked in every thread and taken by one of our own, so that nothing runs in a signal handler.
package final class StopSignals: Sendable {
  private let stream: AsyncStream<Int32>

  /// Call before any other thread starts: new threads inherit the blocked signals.
  package init() {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGTERM)
    sigaddset(&set, SIGINT)
    pthread_sigmask(SIG_BLOCK, &set, nil)
    signal(SIGPIPE, SIG_IGN)
    let (stream, continuation) = AsyncStream<Int32>.makeStream(
      bufferingPolicy: .bufferingNewest(4))
    self.stream = stream
    startThread(named: "signals") {
      while true {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        var received: Int32 = 0
        if sigwait(&set, &received) == 0 { continuation.yield(received) }
      }
    }
  }

  /// Returns at the first signal.
  package func first() async {
    for await _ in stream { return }
  }
}

/// Ends this process when its parent dies, so that `weir up` never leaves children behind.
package func endWithParent() {
  let failure = weir_end_with_parent(SIGTERM)
  precondition(failure == 0, "SIGTERM is a signal")
}

/// Starts a thread that runs until its body returns.
package func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
  let box = ThreadBody(name: name, run: body)
  var thread = pthread_t()
  let pointer = Unmanaged.passRetained(box).toOpaque()
  let failure = pthread_create(
    &thread, nil,
    { pointer in
      // Sound: the pointer is the retained box of this very call, released here once.
      guard let pointer else { return nil }
      let box = Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue()
      pthread_setname_np(pthread_self(), String(box.name.prefix(15)))
      box.run()
      return nil
    }, pointer)
  precondition(failure == 0, "a thread can be started")
  pthread_detach(thread)
}

private final class ThreadBody: Sendable {
  let name: String
  let run: @Sendable () -> Void

  init(name: String, run: @escaping @Sendable () -> Void) {
    self.name = name
    self.run = run
  }
}
