// Waiting with a word for the one who is cancelled, without leaving the thread.

/// `withTaskCancellationHandler` for a caller that may be on any actor: the operation runs where the caller is.
///
/// The library's own takes a closure that says of itself where it runs, and one written in a `nonisolated` function says: on the
/// global executor. There and back are two changes of threads for each wait.
package func withCancellation<T>(
  isolation: isolated (any Actor)? = #isolation,
  _ operation: () async throws -> T, onCancel: @Sendable () -> Void
) async rethrows -> T {
  try await withTaskCancellationHandler(
    operation: {
      // Named here, the caller's actor is this closure's too.
      _ = isolation
      return try await operation()
    }, onCancel: onCancel)
}
