// One suite for both backends: what a store can rely on.

import Crypto
import Foundation
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Database

private let schema = [
  SchemaStep(
    number: 1, name: "things",
    sql: [
      "CREATE TABLE thing (id TEXT PRIMARY KEY, number INTEGER, body BLOB)",
      "CREATE UNIQUE INDEX thing_pair ON thing (number, body)",
      "CREATE TABLE value (id TEXT PRIMARY KEY, label TEXT, number INTEGER, body BLOB)",
      """
      CREATE TABLE part (
        thing TEXT NOT NULL REFERENCES thing (id), place INTEGER NOT NULL CHECK (place > 0),
        PRIMARY KEY (thing, place))
      """,
    ])
]

@Suite("A database keeps what it was given", .timeLimit(.minutes(10 * patience)))
struct DatabaseTests {
  @Test("every kind of value comes back as it was", arguments: Backend.allCases)
  func roundTrips(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: schema)
    let texts = ["", "a", "堰\u{20000}é", "it's", "\\x00", String(repeating: "长", count: 100_000)]
    let numbers: [Int64?] = [nil, 0, -1, 1, .min, .max]
    let blobs: [[UInt8]?] = [nil, [], [0], Array(0...255), Array(repeating: 7, count: 1 << 20)]
    for (index, text) in texts.enumerated() {
      let id = "t\(index)"
      let (number, blob) = (numbers[index], blobs[index % blobs.count])
      let row = try await database.write { transaction in
        try transaction.execute(
          "INSERT INTO value (id, label, number, body) VALUES (?1, ?2, ?3, ?4)",
          [id, text, number, blob])
        return try transaction.queryOne("SELECT label, number, body FROM value WHERE id = ?1", [id])
      }
      let read = try await database.read { transaction in
        try transaction.queryOne("SELECT label, number, body FROM value WHERE id = ?1", [id])
      }
      #expect(row == read)
      let found = try #require(read)
      #expect(found.columnNames == ["label", "number", "body"])
      #expect(try found["label"] == text)
      #expect(try found["number"] as Int64? == number)
      #expect(try found[2] as [UInt8]? == blob)
    }
    await database.close()
  }

  @Test("portable expressions give the same on both", arguments: Backend.allCases)
  func expressions(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: schema)
    try await database.write { transaction in
      try transaction.execute(
        "INSERT INTO thing (id, number, body) VALUES (?1, ?2, ?3)",
        each: (1...3).map { [.text("t\($0)"), .integer(Int64($0) * 10), .blob([UInt8($0)])] })
    }
    let row = try await database.read { transaction in
      try transaction.queryOne(
        """
        SELECT COUNT(*), SUM(number), MAX(id), ?1 + 1, CAST(?2 AS INTEGER), X'00ff', 7 / 2,
          ?3, LENGTH(?4), EXISTS (SELECT 1 FROM thing WHERE id = ?5) FROM thing WHERE number < ?6
        """, [41, "5", "t", [1, 2] as [UInt8], "t2", 1000])
    }
    let expected: [SQLValue] = [
      .integer(3), .integer(60), .text("t3"), .integer(42), .integer(5), .blob([0, 255]),
      .integer(3), .text("t"), .integer(2), .integer(1),
    ]
    #expect(row?.values == expected)
    let returned = try await database.write { transaction in
      try transaction.query(
        """
        INSERT INTO thing (id, number) VALUES (?1, 1) ON CONFLICT (id)
        DO UPDATE SET number = thing.number + 1 RETURNING number
        """, ["t1"])
    }
    #expect(returned.map(\.values) == [[.integer(11)]])
    await database.close()
  }

  @Test("changes are counted", arguments: Backend.allCases)
  func changes(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: schema)
    let counts = try await database.write { transaction in
      [
        try transaction.execute("INSERT INTO thing (id) VALUES ('a'), ('b'), ('c')"),
        try transaction.execute("UPDATE thing SET number = 1 WHERE id > ?1", ["a"]),
        try transaction.execute("UPDATE thing SET number = 1 WHERE id = 'z'"),
        try transaction.execute("INSERT INTO thing (id) VALUES ('a') ON CONFLICT DO NOTHING"),
        try transaction.execute(
          "DELETE FROM thing WHERE id = ?1", each: [[.text("a")], [.text("b")], [.text("z")]]),
        try transaction.execute("INSERT INTO thing (id) VALUES (?1)", each: []),
      ]
    }
    #expect(counts == [3, 2, 0, 0, 2, 0])
    await database.close()
  }

  @Test("a long result streams, and other statements run meanwhile", arguments: Backend.allCases)
  func streaming(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: schema)
    let count = Limits.streamedRows * 2 + 1
    let (sum, nested) = try await database.write { transaction in
      try transaction.execute(
        "INSERT INTO thing (id, number) VALUES (?1, ?2)",
        each: (1...count).map { [.text("t\($0)"), .integer(Int64($0))] })
      var sum: Int64 = 0
      var nested = 0
      try transaction.forEach("SELECT number FROM thing WHERE number > ?1 ORDER BY number", [0]) {
        sum += try $0[0]
        nested += try transaction.query("SELECT id FROM thing WHERE number = ?1", [sum]).count
      }
      return (sum, nested)
    }
    #expect(sum == Int64(count * (count + 1) / 2))
    // The triangular numbers up to `count`.
    #expect(nested == (1...count).prefix { $0 * ($0 + 1) / 2 <= count }.count)
    struct Enough: Error {}
    await #expect(throws: Enough.self) {
      try await database.read { transaction in
        try transaction.forEach("SELECT id FROM thing", []) { _ in throw Enough() }
      }
    }
    let total: Int? = try await database.read { transaction in
      try transaction.queryOne("SELECT COUNT(*) FROM thing")?[0]
    }
    #expect(total == count)
    await database.close()
  }

  @Test("both backends page in the same order, by bytes")
  func samePageOrder() async throws {
    let ids = [
      "a", "B", "b", "A", "é", "z", "Z", "_", "-", "堰", "水", "10", "9", "", "aa", "a-b", "a b",
    ]
    var pages: [[String]] = []
    for backend in Backend.allCases {
      let database = try await TestDatabase(backend).open(schema: schema)
      pages.append(
        try await database.write { transaction in
          try transaction.execute(
            "INSERT INTO thing (id) VALUES (?1)", each: ids.map { [.text($0)] })
          var page: [String] = []
          var last = ""
          // Page by page, by the token of the last row.
          while true {
            let rows = try transaction.query(
              "SELECT id FROM thing WHERE id > ?1 ORDER BY id LIMIT ?2", [last, 3])
            guard let end = rows.last else { return page }
            page += try rows.map { try $0[0] }
            last = try end[0]
          }
        })
      await database.close()
    }
    #expect(pages[0] == pages[1])
    #expect(
      pages[0]
        == ids.filter { $0 != "" }.sorted {
          Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8))
        })
  }

  @Test("settings for durability and secrecy are read back", arguments: Backend.allCases)
  func settings(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: schema)
    let (writer, reader) = try await database.settings()
    switch backend {
    case .sqlite:
      for settings in [writer, reader] {
        // 2 is FULL, and 2 is MEMORY.
        #expect(settings["synchronous"] == "2")
        #expect(settings["secure_delete"] == "1")
        #expect(settings["temp_store"] == "2")
        #expect(settings["foreign_keys"] == "1")
        #expect(settings["cell_size_check"] == "1")
        #expect(settings["journal_mode"] == "wal")
      }
      #expect(reader["query_only"] == "1")
    case .postgres:
      for settings in [writer, reader] {
        #expect(settings["synchronous_commit"] == "on")
        #expect(settings["fsync"] == "on")
        #expect(settings["default_transaction_isolation"] == "serializable")
      }
    }
    await database.close()
  }

  @Test("the file is the owner's alone, and so is its folder")
  func fileModes() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("service/service.sqlite")
    let database = try await SQLDatabase.open(
      .sqlite(path: path), schema: schema, now: { TestDatabase.noon })
    try await database.write { try $0.execute("INSERT INTO thing (id) VALUES ('a')") }
    func mode(_ path: String) throws -> Int {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      return try #require(attributes[.posixPermissions] as? Int)
    }
    #expect(try mode(folder.path("service")) == 0o700)
    for suffix in ["", "-wal", "-shm"] { #expect(try mode(path + suffix) == 0o600) }
    await database.close()
    // A shared folder is not ours to close.
    await #expect(throws: DatabaseError.self) {
      try await SQLDatabase.open(
        .sqlite(path: "/tmp/weir.sqlite"), schema: schema, now: { TestDatabase.noon })
    }
  }
}
