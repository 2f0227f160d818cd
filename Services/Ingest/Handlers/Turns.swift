// One at a time, in the order of arrival, for work that awaits in the middle.

import Synchronization

/// A queue of one for each entry: what one department commits holds up no other.
final class EntryTurns: Sendable {
  private let queues = Mutex<[Int64: Turns]>([:])

  func run<T>(_ entry: Int64, _ body: () async throws -> T) async throws -> T {
    let turns = queues.withLock { queues in
      if let turns = queues[entry] { return turns }
      let turns = Turns()
      queues[entry] = turns
      return turns
    }
    return try await turns.run(body)
  }
}

/// A queue of one. Used where two runs of the same work would spoil each other: commits, rebuilding an index.
final class Turns: Sendable {
  private struct State {
    var isTaken = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  func run<T>(_ body: () async throws -> T) async throws -> T {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if state.isTaken {
          state.waiting.append(continuation)
          return false
        }
        state.isTaken = true
        return true
      }
      if isFree { continuation.resume() }
    }
    defer { pass() }
    return try await body()
  }

  private func pass() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      if state.waiting.isEmpty {
        state.isTaken = false
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}
