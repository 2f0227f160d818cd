// What a service does every so often beside answering calls.

import Logging

extension ServiceEnvironment {
  /// Runs a job again and again until the task is cancelled. A fault is logged and the job tried again at its next turn: it
  /// must never end the process.
  package func repeating(
    _ name: String, every pause: Duration, _ body: @Sendable () async throws -> Void
  ) async throws {
    while true {
      try await Task.sleep(for: pause)
      do {
        try await body()
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        log.error("job failed", metadata: ["job": "\(name)", "cause": "\(error)"])
      }
    }
  }
}
