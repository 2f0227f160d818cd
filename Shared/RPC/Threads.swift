// Starting a thread, and waiting for something that a thread will do once.

import CLinux
import Glibc
import Synchronization

/// Runs `body` on a new detached thread; the name shows in `top -H`.
func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
  final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void
    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
  var thread = pthread_t()
  let start = Unmanaged.passRetained(Start(name, body)).toOpaque()
  let error = pthread_create(
    &thread, nil,
    { argument in
      // The new thread takes over the one reference that was retained for it.
      guard let argument else { return nil }
      let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
      pthread_setname_np(pthread_self(), start.name)
      start.body()
      return nil
    }, start)
  precondition(error == 0, "the system has no thread left")
  pthread_detach(thread)
}

/// Opens once; everyone who waited goes on.
final class Latch: Sendable {
  private struct State {
    var isOpen = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }
  private let state = Mutex(State())

  func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      let waiting = state.waiting
      state.waiting = []
      return waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        if !state.isOpen { state.waiting.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }
}
