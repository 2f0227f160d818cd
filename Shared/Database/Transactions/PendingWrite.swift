// A write that waits for its turn, with the caller that waits for its answer.

import Synchronization
import Threads

/// A member of a group commit, whatever its result type.
protocol PendingWrite: AnyObject, Sendable {
  /// Claims it for the writer.
  ///
  /// - Returns: false when the caller was cancelled before; it is answered with that.
  func start() -> Bool
  /// Runs the body and keeps its result.
  func run(in session: Session) throws
  /// Answers with the result of the last run. Called after the commit.
  func succeed(_ evidence: CommittedEvidence?)
  func fail(_ error: any Error)
}

/// One call of `write`. Cancelling it before its body has started takes it out of the queue.
final class PendingBody<T: Sendable>: PendingWrite {
  private enum State {
    case waiting
    case cancelled
    case started(result: T?)
    case finished(Result<Committed<T>, any Error>)
  }

  private let body: @Sendable (borrowing WriteTransaction) throws -> T
  private let state = Mutex(State.waiting)
  private let pause = Pause()

  init(_ body: @escaping @Sendable (borrowing WriteTransaction) throws -> T) { self.body = body }

  /// Waits until the writer has answered.
  func outcome() async throws -> Committed<T> {
    _ = await pause.untilEnd()
    return try state.withLock { state in
      guard case .finished(let outcome) = state else {
        preconditionFailure("a pause ends with the answer")
      }
      return try outcome.get()
    }
  }

  /// What has started is answered with what became of it; what has not, by the writer's next turn.
  func cancel() {
    state.withLock { state in
      if case .waiting = state { state = .cancelled }
    }
  }

  func start() -> Bool {
    let isCancelled = state.withLock { state in
      if case .cancelled = state { return true }
      state = .started(result: nil)
      return false
    }
    if isCancelled { finish(with: .failure(CancellationError())) }
    return !isCancelled
  }

  func run(in session: Session) throws {
    let result = try body(WriteTransaction(session: session))
    state.withLock { $0 = .started(result: result) }
  }

  func succeed(_ evidence: CommittedEvidence?) {
    let result: T? = state.withLock { if case .started(let result) = $0 { result } else { nil } }
    guard let result else { preconditionFailure("a write is answered after its body has run") }
    finish(with: .success(Committed(value: result, evidence: evidence)))
  }

  func fail(_ error: any Error) { finish(with: .failure(error)) }

  private func finish(with outcome: Result<Committed<T>, any Error>) {
    state.withLock { $0 = .finished(outcome) }
    pause.end(.asked)
  }
}
