// Group commit, savepoints, cancellation and bounds: what callers that wait together do to each other.

import Foundation
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Database

let counterSchema = [
  SchemaStep(
    number: 1, name: "counters",
    sql: [
      "CREATE TABLE counter (id TEXT PRIMARY KEY, value INTEGER NOT NULL CHECK (value >= 0))",
      "CREATE TABLE mark (id TEXT PRIMARY KEY, counter TEXT REFERENCES counter (id))",
    ])
]

private struct Refusal: Error, Equatable {
  var number = 0
}

/// Holds the writer inside a body until it is released, so that calls pile up behind it.
private final class Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  private let isHeld = Atomic<Bool>(false)

  /// Occupies the writer; the body is answered after `open()`.
  func hold(_ database: SQLDatabase, in group: inout ThrowingTaskGroup<Void, any Error>)
    async throws
  {
    group.addTask {
      try await database.write { _ in
        self.isHeld.store(true, ordering: .relaxed)
        self.semaphore.wait()
      }
    }
    try await eventually("the writer is held") { isHeld.load(ordering: .relaxed) }
  }

  func open() { semaphore.signal() }
}

@Suite("Writes share a commit and nothing else", .timeLimit(.minutes(10 * patience)))
struct GroupCommitTests {
  @Test("callers that wait together share a commit", arguments: Backend.allCases)
  func sharedCommit(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: counterSchema)
    let before = database.commitCount
    try await withThrowingTaskGroup(of: Void.self) { group in
      let gate = Gate()
      try await gate.hold(database, in: &group)
      for number in 0..<200 {
        group.addTask {
          _ = try await database.write { transaction in
            try transaction.execute("INSERT INTO counter VALUES (?1, ?2)", ["c\(number)", number])
          }
        }
      }
      try await eventually("all wait") { database.waitingWrites.load(ordering: .relaxed) == 201 }
      gate.open()
      try await group.waitForAll()
    }
    // One for the gate, one for the rest; a straggler between counting itself and queueing may need another.
    #expect(database.commitCount - before <= 4)
    let count: Int? = try await database.read {
      try $0.queryOne("SELECT COUNT(*) FROM counter")?[0]
    }
    #expect(count == 200)
    await database.close()
  }

  @Test("a body that fails undoes its own work alone", arguments: Backend.allCases)
  func savepoints(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: counterSchema)
    try await withThrowingTaskGroup(of: Void.self) { group in
      let gate = Gate()
      try await gate.hold(database, in: &group)
      for number in 0..<40 {
        group.addTask {
          let result = await Result.catching {
            try await database.write { transaction in
              try transaction.execute("INSERT INTO counter VALUES (?1, 1)", ["c\(number)"])
              switch number % 4 {
              case 1: throw Refusal(number: number)
              case 2: try transaction.execute("INSERT INTO counter VALUES (?1, 2)", ["c\(number)"])
              case 3: try transaction.execute("INSERT INTO nowhere VALUES (1)")
              default: break
              }
            }
          }
          switch (number % 4, result) {
          case (0, .success): break
          case (1, .failure(let error)): #expect(error as? Refusal == Refusal(number: number))
          case (2, .failure(let error)):
            #expect(error as? DatabaseError == .uniqueViolation(constraint: "counter.id"))
          case (3, .failure(DatabaseError.misuse)): break
          default: Issue.record("\(number): \(result)")
          }
        }
      }
      try await eventually("all wait") { database.waitingWrites.load(ordering: .relaxed) == 41 }
      gate.open()
      try await group.waitForAll()
    }
    let kept = try await database.read {
      try $0.query("SELECT id FROM counter").map { try $0[0] as String }
    }
    #expect(Set(kept) == Set((0..<40).filter { $0 % 4 == 0 }.map { "c\($0)" }))
    await database.close()
  }

  @Test("many writers lose no update, and each sees what was answered", arguments: Backend.allCases)
  func concurrentWriters(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: counterSchema)
    try await database.write { try $0.execute("INSERT INTO counter VALUES ('a', 0)") }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask {
          for _ in 0..<20 {
            let written: Int = try await database.write { transaction in
              let value: Int = try #require(
                try transaction.queryOne("SELECT value FROM counter WHERE id = 'a'"))[0]
              try transaction.execute("UPDATE counter SET value = ?1 WHERE id = 'a'", [value + 1])
              return value + 1
            }
            let read: Int? = try await database.read {
              try $0.queryOne("SELECT value FROM counter WHERE id = 'a'")?[0]
            }
            #expect((read ?? 0) >= written)
          }
        }
      }
      try await group.waitForAll()
    }
    let value: Int? = try await database.read { try $0.queryOne("SELECT value FROM counter")?[0] }
    #expect(value == 400)
    #expect(database.commitCount <= 402)
    await database.close()
  }

  @Test(
    "a failed statement loses the transaction, even when the body caught it",
    arguments: Backend.allCases)
  func caughtFailure(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: counterSchema)
    await #expect(throws: DatabaseError.uniqueViolation(constraint: "counter.id")) {
      try await database.write { transaction in
        try transaction.execute("INSERT INTO counter VALUES ('a', 1)")
        _ = try? transaction.execute("INSERT INTO counter VALUES ('a', 2)")
        _ = try? transaction.execute("INSERT INTO counter VALUES ('b', 2)")
      }
    }
    let count: Int? = try await database.read {
      try $0.queryOne("SELECT COUNT(*) FROM counter")?[0]
    }
    #expect(count == 0)
    await database.close()
  }

  @Test(
    "a cancelled caller leaves the queue at once, and its body never runs",
    arguments: Backend.allCases)
  func cancellation(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: counterSchema)
    try await withThrowingTaskGroup(of: Void.self) { group in
      let gate = Gate()
      try await gate.hold(database, in: &group)
      let waiting = Task {
        try await database.write { try $0.execute("INSERT INTO counter VALUES ('a', 1)") }
      }
      try await eventually("it waits") { database.waitingWrites.load(ordering: .relaxed) == 2 }
      gate.open()
      try await group.waitForAll()
      _ = try await waiting.value
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      let gate = Gate()
      try await gate.hold(database, in: &group)
      let waiting = Task {
        try await database.write { try $0.execute("INSERT INTO counter VALUES ('b', 1)") }
      }
      try await eventually("it waits") { database.waitingWrites.load(ordering: .relaxed) == 2 }
      waiting.cancel()
      gate.open()
      try await group.waitForAll()
      await #expect(throws: CancellationError.self) { try await waiting.value }
    }
    let kept = try await database.read {
      try $0.query("SELECT id FROM counter").map { try $0[0] as String }
    }
    #expect(kept == ["a"])
    await database.close()
  }

  @Test(
    "more callers than the bound are turned away, and the others are served",
    arguments: Backend.allCases)
  func overload(backend: Backend) async throws {
    var options = DatabaseOptions()
    options.queueLimit = 3
    let database = try await TestDatabase(backend).open(schema: counterSchema, options: options)
    try await withThrowingTaskGroup(of: Void.self) { group in
      let gate = Gate()
      try await gate.hold(database, in: &group)
      for number in 0..<2 {
        group.addTask {
          _ = try await database.write {
            try $0.execute("INSERT INTO counter VALUES (?1, 1)", ["\(number)"])
          }
        }
      }
      try await eventually("the queue is full") {
        database.waitingWrites.load(ordering: .relaxed) == 3
      }
      let refused = await #expect(throws: DatabaseError.overloaded(limit: 3)) {
        try await database.write { _ in }
      }
      #expect(refused?.passing?.reason == "store.overloaded")
      gate.open()
      try await group.waitForAll()
    }
    try await database.write { _ in }
    let count: Int? = try await database.read {
      try $0.queryOne("SELECT COUNT(*) FROM counter")?[0]
    }
    #expect(count == 2)
    await database.close()
  }

  @Test("a reader sees one state while others write", arguments: Backend.allCases)
  func snapshots(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: counterSchema)
    let hasRead = DispatchSemaphore(value: 0)
    let hasWritten = DispatchSemaphore(value: 0)
    async let counts = database.read { transaction -> [Int] in
      let first: Int = try #require(try transaction.queryOne("SELECT COUNT(*) FROM counter"))[0]
      hasRead.signal()
      hasWritten.wait()
      let second: Int = try #require(try transaction.queryOne("SELECT COUNT(*) FROM counter"))[0]
      return [first, second]
    }
    try await database.write { transaction in
      hasRead.wait()
      try transaction.execute("INSERT INTO counter VALUES ('a', 1)")
    }
    hasWritten.signal()
    #expect(try await counts == [0, 0])
    await database.close()
  }

  @Test(
    "a page costs a constant number of statements, and BEGIN is not counted",
    arguments: Backend.allCases)
  func statementCount(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: counterSchema)
    try await database.write { transaction in
      try transaction.execute(
        "INSERT INTO counter VALUES (?1, 1)", each: (0..<100).map { [.text("c\($0)")] })
    }
    let before = database.statementCount
    _ = try await database.read { try $0.query("SELECT id FROM counter LIMIT ?1", [10]) }
    _ = try await database.read { try $0.query("SELECT id FROM counter LIMIT ?1", [100]) }
    #expect(database.statementCount - before == 2)
    await database.close()
  }

  @Test("after closing, calls are refused", arguments: Backend.allCases)
  func closing(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: counterSchema)
    await database.close()
    let closed = await #expect(throws: DatabaseError.closed) {
      try await database.write { _ in }
    }
    #expect(closed?.passing?.reason == "store.not_ready")
    await #expect(throws: DatabaseError.closed) { try await database.read { _ in } }
    await database.close()
  }
}

extension Result where Failure == any Error {
  fileprivate static func catching(_ body: () async throws -> Success) async -> Self {
    do { return .success(try await body()) } catch { return .failure(error) }
  }
}
