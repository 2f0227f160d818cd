// Starting a thread.

import CLinux
import Glibc

/// Runs `body` on a new detached thread.
///
/// - Parameter name: Shown by `top -H` and debuggers; Linux keeps the first 15 bytes.
package func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
  var thread = pthread_t()
  let start = Unmanaged.passRetained(ThreadStart(name, body)).toOpaque()
  let error = pthread_create(
    &thread, nil,
    { argument in
      // Sound: the argument is the box retained for this very thread, which takes over its one reference.
      guard let argument else { return nil }
      let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
      pthread_setname_np(pthread_self(), String(start.name.utf8.prefix(15)) ?? "weir")
      start.body()
      return nil
    }, start)
  precondition(error == 0, "the system has no thread left")
  pthread_detach(thread)
}

/// What the new thread runs, in a box that crosses pthread_create.
private final class ThreadStart: Sendable {
  let name: String
  let body: @Sendable () -> Void

  init(_ name: String, _ body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}
