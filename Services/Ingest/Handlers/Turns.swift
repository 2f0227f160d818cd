// One at a time, in the order of arrival, for work that awaits in the middle.

import Access
import Database
import IngestStore
import Synchronization
import Vocabulary

/// The right to change one register, or to carry out one destruction: one call of one replica at a time.
struct Turn: Sendable {
  /// `nil` where there is one process.
  fileprivate let lease: Lease?

  /// Asked in every transaction that changes what the turn is about.
  func check(in transaction: borrowing some SQLReading & ~Copyable) throws {
    if let lease { try transaction.require(lease) }
  }
}

extension IngestService {
  /// Changes one register: what one department commits holds up no other.
  func inTurn<T>(_ entry: Int64, _ body: (Turn) async throws -> T) async throws -> T {
    try await turn(commits, entry, ResourceName.entry(entry).text, body)
  }

  /// Carries out one destruction.
  func inTurn<T>(
    ofDestruction number: Int64, _ body: (Turn) async throws -> T
  ) async throws -> T {
    try await turn(destructions, number, ResourceName.destruction(number).text, body)
  }

  private func turn<T>(
    _ turns: EntryTurns, _ number: Int64, _ name: String, _ body: (Turn) async throws -> T
  ) async throws -> T {
    try await turns.run(number) {
      guard let replica = outside.replica else { return try await body(Turn(lease: nil)) }
      do {
        return try await database.holding(name, as: replica.holder, now: outside.real) { lease in
          try await body(Turn(lease: lease))
        }
      } catch is LeaseLost {
        throw RequestRefusal.changedMeanwhile(name: name)
      }
    }
  }
}

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
