// Telling waiting streams that something changed.

import Synchronization

/// A signal with any number of listeners. What is told while a listener is busy comes to it as one.
package final class Signal: Sendable {
  private struct State {
    var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
    var next = 0
    var isClosed = false
  }

  private let state = Mutex(State())

  package init() {}

  package func tell() {
    for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield() }
  }

  /// Signals at once, and then whenever it is told; ends when this is closed.
  package func stream() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let (number, isClosed) = state.withLock { state in
      state.next += 1
      if !state.isClosed { state.listeners[state.next] = continuation }
      return (state.next, state.isClosed)
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { $0.listeners[number] = nil }
    }
    continuation.yield()
    if isClosed { continuation.finish() }
    return stream
  }

  /// Ends all streams.
  package func close() {
    let ended = state.withLock { state in
      state.isClosed = true
      defer { state.listeners = [:] }
      return Array(state.listeners.values)
    }
    for listener in ended { listener.finish() }
  }
}
