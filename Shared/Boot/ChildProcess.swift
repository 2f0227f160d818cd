// A program started by another: `weir up` and the tests start the services with it.

import CLinux
import Foundation
import Synchronization
import Threads

/// A running child. It ends with this process, and its end can be awaited by any number of tasks.
package final class ChildProcess: Sendable {
  package let pid: Int32
  private let end: Mutex<End>

  private struct End {
    var status: Int32?
    var waiting: [CheckedContinuation<Int32, Never>] = []
  }

  /// Starts a program with an empty environment but for PATH, HOME, LANG, TZ and a sanitizer's options, without Swift's backtraces, all signals unblocked.
  ///
  /// - Parameters:
  ///   - log: A file that takes its output and errors, appended to; `nil` leaves them on this terminal.
  ///   - extra: Further variables: what the vendor's library of a token reads.
  package init(
    executable: String, arguments: [String], log: String?, environment extra: [String: String] = [:]
  ) throws(FileError) {
    let pid = Mutex<Result<Int32, FileError>?>(nil)
    let started = DispatchSemaphore(value: 0)
    let handover = Mutex<ChildProcess?>(nil)
    let taken = DispatchSemaphore(value: 0)
    // The child's PR_SET_PDEATHSIG looks at the thread that made it, not at the process: a thread of the pool may end when it
    // is idle, and would take the child with it. So the thread that waits for the child's end also makes it.
    startThread(named: "child") {
      let result = Result { () throws(FileError) in
        try Self.spawn(executable: executable, arguments: arguments, log: log, extra)
      }
      pid.withLock { $0 = result }
      started.signal()
      guard case .success = result else { return }
      taken.wait()
      handover.withLock { $0.take() }?.reap()
    }
    started.wait()
    guard let result = pid.withLock({ $0 }) else { preconditionFailure("the thread has answered") }
    self.pid = try result.get()
    end = Mutex(End())
    handover.withLock { $0 = self }
    taken.signal()
  }

  private static func spawn(
    executable: String, arguments: [String], log: String?, _ extra: [String: String]
  ) throws(FileError) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    if let log {
      posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
      posix_spawn_file_actions_adddup2(&actions, 1, 2)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    let names = [
      "PATH", "HOME", "LANG", "TZ",
      // Where builds with a sanitizer report to.
      "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS",
    ]
    var environment = names.compactMap { (name: String) -> String? in
      guard let value = getenv(name) else { return nil }
      return name + "=" + String(cString: value)
    }
    // What Swift's runtime says of a crash holds the memory behind each register.
    environment.append("SWIFT_BACKTRACE=enable=no")
    environment += extra.sorted { $0.key < $1.key }.map { $0.key + "=" + $0.value }
    var pid: Int32 = 0
    let failure = withStrings([executable] + arguments) { argv in
      withStrings(environment) { envp in
        posix_spawn(&pid, executable, &actions, &attributes, argv, envp)
      }
    }
    guard failure == 0 else { throw FileError(path: executable, operation: "spawn", code: failure) }
    return pid
  }

  /// The exit code, or 128 + the signal that ended it.
  package func exitStatus() async -> Int32 {
    await withCheckedContinuation { continuation in
      let known = end.withLock { end in
        if end.status == nil { end.waiting.append(continuation) }
        return end.status
      }
      if let known { continuation.resume(returning: known) }
    }
  }

  /// The exit status if it has ended.
  package var statusIfEnded: Int32? { end.withLock { $0.status } }

  package func send(_ signal: Int32) {
    // Not after its end: the number could be another process's by then.
    end.withLock { end in
      if end.status == nil { kill(pid, signal) }
    }
  }

  private func reap() {
    // First only wait, then reap under the lock: while it is not reaped, its number is nobody else's.
    var information = siginfo_t()
    while waitid(P_PID, UInt32(pid), &information, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
    let (code, waiting) = end.withLock { end in
      var status: Int32 = 0
      waitpid(pid, &status, 0)
      let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
      end.status = code
      defer { end.waiting = [] }
      return (code, end.waiting)
    }
    for continuation in waiting { continuation.resume(returning: code) }
  }
}

/// Lends a C array of C strings, ended by a null pointer, for the time of one call.
private func withStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  // Sound: each copy is freed below, after the only call that sees it.
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return body(copies + [nil])
}
