// Numbers of the things that a service makes.

import Database
import TestSupport
import Testing

@Suite("A sequence gives each number once")
struct SequenceTests {
  private struct Undone: Error {}

  @Test(
    "one by one, several at once, each name for itself; undone with its transaction",
    arguments: Backend.allCases)
  func numbers(_ backend: Backend) async throws {
    let place = try TestDatabase(backend)
    let database = try await place.open(schema: [
      SchemaStep(
        number: 1, name: "sequences",
        sql: ["CREATE TABLE sequences (name TEXT NOT NULL PRIMARY KEY, next INTEGER NOT NULL)"])
    ])
    let first = try await database.write { transaction in
      [
        try transaction.nextNumber("grants"), try transaction.nextNumber("grants", count: 5),
        try transaction.nextNumber("grants"), try transaction.nextNumber("entries"),
      ]
    }
    #expect(first == [1, 2, 7, 1])
    await #expect(throws: Undone.self) {
      try await database.write { transaction in
        _ = try transaction.nextNumber("grants")
        throw Undone()
      }
    }
    #expect(try await database.write { try $0.nextNumber("grants") } == 8)
    await database.close()
  }
}
