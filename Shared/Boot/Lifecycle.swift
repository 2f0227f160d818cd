// A process from its first line to its last: signals, and the end when they come.

import CLinux
import Glibc
import Synchronization
import Threads

/// Waits for the signals that end a process.
///
/// A handler passes them through a pipe to a thread of our own, so that nothing of ours runs in it.
package final class StopSignals: Sendable {
  private let stream: AsyncStream<Int32>

  /// Call once, before anything that must not be cut short: from here on the signals no longer end the process by themselves.
  package init() {
    let pipe = weir_stop_pipe()
    precondition(pipe >= 0, "a process has a pipe left when it starts")
    signal(SIGPIPE, SIG_IGN)
    // A limit on the size of files is told by the write that meets it, like a full disk.
    signal(SIGXFSZ, SIG_IGN)
    let (stream, continuation) = AsyncStream<Int32>.makeStream(
      bufferingPolicy: .bufferingNewest(4))
    self.stream = stream
    startThread(named: "signals") {
      var received: UInt8 = 0
      while true {
        // Sound: one byte is read into one byte.
        let count = read(pipe, &received, 1)
        if count == 1 { continuation.yield(Int32(received)) }
        if count == 0 || (count < 0 && errno != EINTR) { return }
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

/// Lets nobody have this process's memory as a file, whatever kills it and whatever the machine's limits say: keys and opened
/// records are in it. A debugger of another user gets in no more either.
package func leaveNoCoreImage() {
  let failure = weir_leave_no_core_image()
  precondition(failure == 0, "PR_SET_DUMPABLE takes 0")
}

/// Lets this process have as many descriptors as it may be given: the limit that shells begin with is for programs of theirs.
package func takeDescriptors() { weir_raise_descriptor_limit() }
