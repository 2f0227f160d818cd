// Errors are typed, alike on both backends, and hold nothing of what is stored.

import TestSupport
import Testing
import Vocabulary

@testable import Database

private let schema = [
  SchemaStep(
    number: 1, name: "tables",
    sql: [
      "CREATE TABLE parent (id TEXT PRIMARY KEY, a INTEGER, b TEXT, UNIQUE (a, b))",
      """
      CREATE TABLE child (
        id INTEGER NOT NULL CHECK (id > 0), parent TEXT NOT NULL REFERENCES parent (id))
      """,
    ])
]

@Suite("Errors are typed and hold no content", .timeLimit(.minutes(10 * patience)))
struct ErrorTests {
  @Test("constraints are told apart, and named alike", arguments: Backend.allCases)
  func constraints(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: schema)
    try await database.write { transaction in
      try transaction.execute("INSERT INTO parent VALUES ('secret', 1, 'private')")
    }
    func error(_ sql: String, _ arguments: [any SQLConvertible & Sendable] = []) async
      -> DatabaseError?
    {
      do {
        try await database.write { try $0.execute(sql, arguments) }
        return nil
      } catch {
        #expect(!"\(error)".contains("secret") && !"\(error)".contains("private"))
        return error as? DatabaseError
      }
    }
    #expect(
      await error("INSERT INTO parent VALUES ('secret', 2, 'x')")
        == .uniqueViolation(constraint: "parent.id"))
    #expect(
      await error("INSERT INTO parent VALUES ('b', 1, 'private')")
        == .uniqueViolation(constraint: "parent.a, parent.b"))
    #expect(
      await error("INSERT INTO child VALUES (1, 'secret2')")
        == .constraintViolation(.foreignKey, constraint: ""))
    #expect(
      await error("INSERT INTO child VALUES (1, NULL)")
        == .constraintViolation(.notNull, constraint: "child.parent"))
    guard
      case .constraintViolation(.check, _) = await error("INSERT INTO child VALUES (0, 'secret')")
    else {
      Issue.record("a check was expected")
      return
    }
    // Strict tables: a text that is no number does not become one.
    guard
      case .constraintViolation(.other, constraint: "datatype") = await error(
        "INSERT INTO parent (id, a) VALUES ('c', ?1)", ["secret"])
    else {
      Issue.record("a datatype was expected")
      return
    }
    await database.close()
  }

  @Test(
    "mistakes in calling are told apart",
    arguments: Backend.allCases)
  func misuse(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: schema)
    func error(_ body: @escaping @Sendable (borrowing WriteTransaction) throws -> Void) async
      -> DatabaseError?
    {
      do {
        try await database.write(body)
        return nil
      } catch {
        return error as? DatabaseError
      }
    }
    let misused: [@Sendable (borrowing WriteTransaction) throws -> Void] = [
      { try $0.execute("INSERT INTO parent (id) VALUES (?1)") },
      { try $0.execute("INSERT INTO parent (id) VALUES (?1)", ["a", "b"]) },
      { try $0.execute("INSERT INTO nowhere VALUES (1)") },
      { try $0.execute("INSRT INTO parent VALUES (1)") },
      { _ = try $0.query("SELECT nothing FROM parent") },
      {
        try $0.execute("INSERT INTO parent (id) VALUES ('a'), ('b')")
        _ = try $0.queryOne("SELECT id FROM parent")
      },
    ]
    for body in misused {
      guard case .misuse = await error(body) else {
        Issue.record("misuse was expected")
        continue
      }
    }
    #expect(
      await error { try $0.execute("INSERT INTO parent (id) VALUES (?1)", ["a\0b"]) }
        == .unsupportedValue(argument: 1))
    // A read transaction cannot write, whatever the SQL says.
    await #expect(throws: DatabaseError.self) {
      try await database.read { try $0.query("INSERT INTO parent (id) VALUES ('x') RETURNING id") }
    }
    let count: Int? = try await database.read { try $0.queryOne("SELECT COUNT(*) FROM parent")?[0] }
    #expect(count == 0)
    await database.close()
  }

  @Test(
    "a column of another type, of another range, or missing, is named", arguments: Backend.allCases)
  func typedRows(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: schema)
    let row = try #require(
      try await database.write { transaction in
        try transaction.execute("INSERT INTO parent VALUES ('a', 2, NULL)")
        return try transaction.queryOne("SELECT id, a, b FROM parent")
      })
    #expect(throws: DatabaseError.wrongType(column: "id", expected: .integer, found: .text)) {
      let _: Int64 = try row["id"]
    }
    #expect(throws: DatabaseError.wrongType(column: "b", expected: .text, found: .null)) {
      let _: String = try row["b"]
    }
    #expect(throws: DatabaseError.wrongType(column: "1", expected: .blob, found: .integer)) {
      let _: [UInt8]? = try row[1]
    }
    #expect(throws: DatabaseError.outOfRange(column: "a")) { let _: Bool = try row["a"] }
    #expect(throws: DatabaseError.noSuchColumn("c")) { let _: Int = try row["c"] }
    #expect(throws: DatabaseError.noSuchColumn("3")) { let _: Int = try row[3] }
    let missing: String? = try row["b"]
    #expect(missing == nil)
    await database.close()
  }

  @Test("a result too long for memory is refused, not cut", arguments: Backend.allCases)
  func tooManyRows(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: schema)
    await #expect(throws: DatabaseError.tooManyRows(limit: Limits.queryRows)) {
      try await database.read { transaction in
        try transaction.query(
          """
          WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= ?1)
          SELECT i FROM n
          """, [Limits.queryRows])
      }
    }
    await database.close()
  }
}

@Suite("A schema is brought up to date in steps", .timeLimit(.minutes(10 * patience)))
struct SchemaTests {
  private let first = SchemaStep(number: 1, name: "a", sql: ["CREATE TABLE a (x INTEGER)"])
  private let second = SchemaStep(
    number: 2, name: "b", sql: ["CREATE TABLE b (x INTEGER)", "INSERT INTO b VALUES (7)"])

  @Test("steps run once, in order, over restarts", arguments: Backend.allCases)
  func steps(backend: Backend) async throws {
    let test = try TestDatabase(backend)
    for schema in [[], [first], [first, second], [first, second]] {
      let database = try await test.open(schema: schema)
      let rows = try await database.read { transaction in
        try transaction.query(
          "SELECT number, name, applied_at FROM schema_step WHERE module = 'service' ORDER BY number"
        )
      }
      #expect(try rows.map { try $0["name"] as String } == schema.map(\.name))
      #expect(try rows.allSatisfy { try $0[2] == TestDatabase.noon.milliseconds })
      await database.close()
    }
    let database = try await test.open(schema: [first, second])
    let count: Int? = try await database.read { try $0.queryOne("SELECT COUNT(*) FROM b")?[0] }
    #expect(count == 1)
    await database.close()
  }

  @Test("a step that fails leaves nothing of any", arguments: Backend.allCases)
  func failure(backend: Backend) async throws {
    let test = try TestDatabase(backend)
    let broken = SchemaStep(
      number: 2, name: "b", sql: ["CREATE TABLE b (x INTEGER)", "CREATE TABLE a (x INTEGER)"])
    await #expect(throws: DatabaseError.self) { try await test.open(schema: [first, broken]) }
    let database = try await test.open(schema: [first, second])
    await database.close()
  }

  @Test("an edited step, a gap and a newer database are refused", arguments: Backend.allCases)
  func refusals(backend: Backend) async throws {
    let test = try TestDatabase(backend)
    await test.openAndClose([first, second])
    let edited = SchemaStep(number: 1, name: "a", sql: ["CREATE TABLE a (x INTEGER, y TEXT)"])
    await #expect(throws: DatabaseError.schemaStepEdited(module: "service", number: 1)) {
      try await test.open(schema: [edited, second])
    }
    await #expect(throws: DatabaseError.schemaIsNewer(module: "service", found: 2, known: 1)) {
      try await test.open(schema: [first])
    }
    await #expect(throws: DatabaseError.self) { try await test.open(schema: [second]) }
    // The name is for people.
    await test.openAndClose([SchemaStep(number: 1, name: "renamed", sql: first.sql), second])
  }

  @Test("the previous release works on over an additive step", arguments: Backend.allCases)
  func additive(backend: Backend) async throws {
    let test = try TestDatabase(backend)
    let addition = SchemaStep(
      number: 2, name: "c", sql: ["ALTER TABLE a ADD COLUMN y TEXT"], isAdditive: true)
    await test.openAndClose([first, addition])
    await test.openAndClose([first])
    await test.openAndClose([first, addition])
  }

  @Test("two replicas that start together apply each step once")
  func twoReplicas() async throws {
    let test = try TestDatabase(.postgres)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask { try await test.open(schema: [first, second]).close() }
      }
      try await group.waitForAll()
    }
    let database = try await test.open(schema: [first, second])
    let count: Int? = try await database.read { try $0.queryOne("SELECT COUNT(*) FROM b")?[0] }
    #expect(count == 1)
    await database.close()
  }
}

extension TestDatabase {
  fileprivate func openAndClose(_ schema: [SchemaStep]) async {
    await #expect(throws: Never.self) { try await open(schema: schema).close() }
  }
}
