// What all work beside the calls has in common: it goes on until it is stopped, and a failure is told and tried again.

extension FeedbackServer {
  /// Does work again and again until the task is cancelled; at once while there is more of it.
  ///
  /// - Parameters:
  ///   - onFault: Told of each failure, for the log.
  ///   - work: How much was done.
  func follow(
    every pause: Duration, onFault: @Sendable (any Error) -> Void,
    _ work: () async throws -> Int
  ) async throws {
    while !Task.isCancelled {
      do {
        if try await work() > 0 { continue }
      } catch {
        if error is CancellationError { return }
        onFault(error)
      }
      try await Task.sleep(for: pause)
    }
  }
}
