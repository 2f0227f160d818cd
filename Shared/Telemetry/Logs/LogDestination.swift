// Where log lines go: a queue with a bound and a thread that writes, so that a full pipe never stops a reactor.

import Dispatch
package import Foundation
import Synchronization

/// Takes finished lines, each with its line break. May not block.
package protocol LogDestination: Sendable {
  func write(_ line: [UInt8])
}

/// Writes lines to a file on a thread of its own.
///
/// At most ``limit`` lines wait; what comes beyond is dropped and counted, and the next line written says how many were lost.
package final class QueuedLog: LogDestination {
  package static let defaultLimit = 8192

  private struct State {
    var lines: [[UInt8]] = []
    var dropped = 0
    var waiters: [DispatchSemaphore] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let wakeup = DispatchSemaphore(value: 0)
  private let file: FileHandle
  private let limit: Int

  /// - Parameter file: Standard error, or a file opened for appending.
  package init(file: FileHandle, limit: Int = QueuedLog.defaultLimit) {
    self.file = file
    self.limit = limit
    let thread = Thread { [self] in writeUntilClosed() }
    thread.name = "log"
    thread.start()
  }

  package func write(_ line: [UInt8]) {
    let wasTaken = state.withLock { state in
      guard state.lines.count < limit, !state.isClosed else {
        state.dropped += 1
        return false
      }
      state.lines.append(line)
      return true
    }
    if wasTaken { wakeup.signal() }
  }

  /// Waits until everything written before has reached the file; for the end of a process. Never called on a reactor.
  ///
  /// - Returns: Whether it did within `seconds`.
  @discardableResult
  package func flush(seconds: Double = 2) -> Bool {
    let done = DispatchSemaphore(value: 0)
    state.withLock { $0.waiters.append(done) }
    wakeup.signal()
    return done.wait(timeout: .now() + seconds) == .success
  }

  /// Writes what waits, then ends the thread. Lines that come later are dropped.
  package func close() {
    let wasOpen = state.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
    if wasOpen { flush() }
  }

  private func writeUntilClosed() {
    var isOpen = true
    while isOpen {
      wakeup.wait()
      let batch = state.withLock { state in
        defer { state = State(isClosed: state.isClosed) }
        return state
      }
      var bytes = batch.lines.flatMap { $0 }
      if batch.dropped > 0 {
        bytes += Array("{\"level\":\"warning\",\"message\":\"log lines dropped\",".utf8)
        bytes += Array("\"fields\":{\"count\":\"\(batch.dropped)\"}}\n".utf8)
      }
      // A log that cannot be written is no reason to stop the service that it describes.
      if !bytes.isEmpty { try? file.write(contentsOf: Data(bytes)) }
      for waiter in batch.waiters { waiter.signal() }
      isOpen = !batch.isClosed
    }
  }
}
