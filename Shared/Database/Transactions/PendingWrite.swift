// A write that waits for its turn, with the caller that waits for its answer.

import Synchronization

/// A member of a group commit, whatever its result type.
protocol PendingWrite: AnyObject, Sendable {
  /// Claims it for the writer.
  ///
  /// - Returns: false when the caller was cancelled before; it has been answered then.
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
    case created
    case waiting(CheckedContinuation<Committed<T>, any Error>)
    case started(CheckedContinuation<Committed<T>, any Error>)
    case finished
  }

  private struct Content {
    var state = State.created
    var result: T?
  }

  private let body: @Sendable (borrowing WriteTransaction) throws -> T
  private let content = Mutex(Content())

  init(_ body: @escaping @Sendable (borrowing WriteTransaction) throws -> T) { self.body = body }

  /// - Returns: false when the caller was cancelled on the way here; it is answered at once.
  func wait(_ continuation: CheckedContinuation<Committed<T>, any Error>) -> Bool {
    let isWaiting = content.withLock { content in
      guard case .created = content.state else { return false }
      content.state = .waiting(continuation)
      return true
    }
    if !isWaiting { continuation.resume(throwing: CancellationError()) }
    return isWaiting
  }

  func cancel() {
    let continuation = content.withLock {
      content -> CheckedContinuation<Committed<T>, any Error>? in
      switch content.state {
      case .created:
        content.state = .finished
        return nil
      case .waiting(let continuation):
        content.state = .finished
        return continuation
      // What has started is answered with what became of it.
      case .started, .finished: return nil
      }
    }
    continuation?.resume(throwing: CancellationError())
  }

  func start() -> Bool {
    content.withLock { content in
      guard case .waiting(let continuation) = content.state else { return false }
      content.state = .started(continuation)
      return true
    }
  }

  func run(in session: Session) throws {
    let result = try body(WriteTransaction(session: session))
    content.withLock { $0.result = result }
  }

  func succeed(_ evidence: CommittedEvidence?) {
    let (continuation, result) = finish()
    guard let result else { preconditionFailure("a write is answered after its body has run") }
    continuation?.resume(returning: Committed(value: result, evidence: evidence))
  }

  func fail(_ error: any Error) { finish().0?.resume(throwing: error) }

  private func finish() -> (CheckedContinuation<Committed<T>, any Error>?, T?) {
    content.withLock { content in
      defer { content = Content(state: .finished, result: nil) }
      guard case .started(let continuation) = content.state else { return (nil, nil) }
      return (continuation, content.result)
    }
  }
}
