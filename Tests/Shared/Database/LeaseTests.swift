// Work that one process at a time carries on.

import Database
import Synchronization
import TestSupport
import Testing
import Vocabulary

private let schema = [
  SchemaStep.leases(number: 1),
  SchemaStep(
    number: 2, name: "work", sql: ["CREATE TABLE work (number INTEGER NOT NULL PRIMARY KEY)"]),
]

private final class Tries: Sendable {
  let count = Atomic(0)
}

@Suite("A lease is one process's at a time", .timeLimit(.minutes(10 * patience)))
struct LeaseTests {
  @Test(
    "it is held for its term, renewed, ended, and taken from whoever says nothing; what the former holder writes is refused",
    arguments: Backend.allCases)
  func fencing(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: schema)
    let (start, term) = (TestDatabase.noon, Lease.termMilliseconds)
    func take(_ holder: String, after milliseconds: Int64) async throws -> Lease? {
      try await database.write {
        try $0.takeLease("work", holder: holder, at: start.adding(milliseconds: milliseconds))
      }
    }
    let first = try #require(try await take("a", after: 0))
    #expect(try await take("b", after: term - 1) == nil)
    // Whoever comes back to its own need not wait.
    let again = try #require(try await take("a", after: 1))
    await #expect(throws: LeaseLost.self) {
      try await database.write { try $0.require(first) }
    }
    try await database.write { try $0.renew(again, at: start.adding(milliseconds: 5_000)) }
    #expect(try await take("b", after: term + 4_999) == nil)
    let other = try #require(try await take("b", after: term + 5_000))
    #expect(other.fence > again.fence)
    for late in [first, again] {
      await #expect(throws: LeaseLost.self) {
        try await database.write { transaction in
          try transaction.require(late)
          try transaction.execute("INSERT INTO work (number) VALUES (1)")
        }
      }
      await #expect(throws: LeaseLost.self) {
        try await database.write { try $0.renew(late, at: start) }
      }
    }
    // One that was lost ends nobody's.
    try await database.write { try $0.end(again) }
    #expect(try await take("c", after: term + 5_001) == nil)
    try await database.write { try $0.end(other) }
    #expect(try await take("c", after: term + 5_001) != nil)
    await database.close()
  }

  @Test(
    "processes over one database that write in turns never cross, and each sees all that was answered before",
    arguments: [true, false])
  func turns(takesTurns: Bool) async throws {
    let place = try TestDatabase(.postgres)
    var options = DatabaseOptions()
    options.writersTakeTurns = takesTurns
    let counting = [
      SchemaStep(
        number: 1, name: "count",
        sql: ["CREATE TABLE count (one INTEGER NOT NULL PRIMARY KEY, value INTEGER NOT NULL)"])
    ]
    let processes = [
      try await place.open(schema: counting, options: options),
      try await place.open(schema: counting, options: options),
    ]
    try await processes[0].write {
      try $0.execute("INSERT INTO count (one, value) VALUES (1, 0)")
    }
    let tries = Tries()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for database in processes {
        for _ in 0..<8 {
          group.addTask {
            for _ in 0..<25 {
              while true {
                do {
                  try await database.write { transaction in
                    tries.count.add(1, ordering: .relaxed)
                    let value: Int64 = try transaction.queryOne("SELECT value FROM count")?[0] ?? 0
                    try transaction.execute("UPDATE count SET value = ?1", [value + 1])
                  }
                  break
                } catch DatabaseError.serialization {}
              }
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let value: Int64 = try await processes[1].read {
      try $0.queryOne("SELECT value FROM count")?[0] ?? 0
    }
    #expect(value == 400)
    let ran = tries.count.load(ordering: .relaxed)
    print("400 counts by two writers, in turns \(takesTurns): \(ran) runs of a body")
    if takesTurns { #expect(ran == 400) }
    for database in processes { await database.close() }
  }
}
