// What has been answered survives: a killed process, a full disk, a broken connection; damage is noticed.

import Foundation
import Integrity
import TestSupport
import Testing

@testable import Database

private let schema = [
  SchemaStep(
    number: 1, name: "pairs",
    sql: [
      "CREATE TABLE pair_left (id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
      "CREATE TABLE pair_right (id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    ])
]

@Suite("What was answered is stored", .timeLimit(.minutes(10 * patience)))
struct CrashTests {
  @Test(
    "after SIGKILL in mid-write every answered write is there, and none by half",
    arguments: Backend.allCases)
  func killedProcess(backend: Backend) async throws {
    let test = try TestDatabase(backend)
    let evidence = try TestEvidence()
    var answered: Set<Int> = []
    for round in 0..<5 {
      // Killed after ever more answers, so that the stop falls into different work.
      answered.formUnion(
        try kill(
          after: 20 + round * 60, test.location, evidence.keysPath, from: round * 1_000_000))
      let database = try await test.open(schema: schema, outbox: evidence.configuration())
      let (left, right) = try await database.read { transaction in
        (
          try transaction.query("SELECT id, body FROM pair_left ORDER BY id"),
          try transaction.query("SELECT id, body FROM pair_right ORDER BY id")
        )
      }
      #expect(left == right)
      let stored = try left.map { try $0["id"] as Int64 }
      #expect(answered.subtracting(stored.map { Int($0) }) == [])
      #expect(answered.count >= 20)
      // The evidence too: of each row one entry, without a gap, and provable.
      let outbox = try #require(database.outbox)
      let entries = try await allEntries(outbox)
      #expect(isChain(entries, of: outbox.origin))
      let numbers = try entries.map { entry in
        try CanonicalJSON.decodeCanonical(entry.leaf.payload)["number"]?.integer
      }
      #expect(numbers.compactMap { $0 }.sorted() == stored)
      let last = try await outbox.receipt(for: outbox.lastSequence, keys: evidence.keys)
      _ = try #require(last).verify(root: evidence.root.verifier)
      await database.close()
    }
  }

  /// Runs the probe until it has printed so many numbers, and kills it.
  ///
  /// - Returns: All numbers that it printed.
  private func kill(after count: Int, _ location: DatabaseLocation, _ keys: String, from first: Int)
    throws -> [Int]
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: builtProgram("database-crash-probe"))
    process.arguments =
      switch location {
      case .sqlite(let path): ["sqlite", path, keys, "\(first)"]
      case .postgres(let text): ["postgres", text, keys, "\(first)"]
      }
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    var text: [UInt8] = []
    var isKilled = false
    while true {
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { break }
      text += data
      if !isKilled, text.count(where: { $0 == UInt8(ascii: "\n") }) >= count {
        Foundation.kill(process.processIdentifier, SIGKILL)
        isKilled = true
      }
    }
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    return text.split(separator: UInt8(ascii: "\n")).compactMap {
      Int(String(decoding: $0, as: UTF8.self))
    }
  }

  @Test(
    "a full disk fails the write, keeps what was answered, and writing works again with space",
    .enabled(if: SmallDisk.isPossible, "mounting a file system needs root"))
  func fullDisk() async throws {
    let disk = try SmallDisk(megabytes: 4)
    let ballast = disk.folder.path("ballast")
    try Data(count: 2 << 20).write(to: URL(fileURLWithPath: ballast))
    let database = try await SQLDatabase.open(
      .sqlite(path: disk.folder.path("data/test.sqlite")), schema: schema,
      now: { TestDatabase.noon })
    let body = [UInt8](repeating: 1, count: 50_000)
    var answered = 0
    var failure: DatabaseError?
    for number in 0..<1000 where failure == nil {
      do {
        try await database.write {
          try $0.execute("INSERT INTO pair_left VALUES (?1, ?2)", [number, body])
        }
        answered += 1
      } catch {
        failure = error as? DatabaseError
      }
    }
    #expect(failure == .full)
    #expect(answered > 0)
    let count: Int? = try await database.read {
      try $0.queryOne("SELECT COUNT(*) FROM pair_left")?[0]
    }
    #expect(count == answered)
    try FileManager.default.removeItem(atPath: ballast)
    try await database.write {
      try $0.execute("INSERT INTO pair_left VALUES (?1, ?2)", [-1, body])
    }
    await database.close()
    let again = try await SQLDatabase.open(
      .sqlite(path: disk.folder.path("data/test.sqlite")), schema: schema,
      now: { TestDatabase.noon })
    let stored: Int? = try await again.read {
      try $0.queryOne("SELECT COUNT(*) FROM pair_left")?[0]
    }
    #expect(stored == answered + 1)
    await again.close()
  }

  @Test("a member that fills the database fails alone")
  func fullForOne() async throws {
    let database = try await TestDatabase(.sqlite).open(schema: schema)
    try await database.writer.withConnection { connection in
      _ = try connection.query("PRAGMA max_page_count = 100", [], limit: 1)
    }
    let large = [UInt8](repeating: 1, count: 1 << 20)
    let results = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<20 {
        group.addTask {
          do {
            try await database.write {
              try $0.execute(
                "INSERT INTO pair_left VALUES (?1, ?2)", [number, number == 7 ? large : [1]])
            }
            return true
          } catch {
            #expect(number == 7 && error as? DatabaseError == .full)
            return false
          }
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(results == 19)
    await database.close()
  }

  @Test("a damaged file is refused when it is opened", arguments: [0, 1])
  func damage(page: Int) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("data/test.sqlite")
    let database = try await SQLDatabase.open(
      .sqlite(path: path), schema: schema, now: { TestDatabase.noon })
    try await database.write { transaction in
      try transaction.execute(
        "INSERT INTO pair_left VALUES (?1, ?2)",
        each: (0..<1000).map { [.integer($0), .blob([1, 2, 3])] })
    }
    await database.close()
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    if page == 0 {
      try file.write(contentsOf: Data("no database at all".utf8))
    } else {
      // Not the first page, which holds the schema, but one of the tables' own.
      try file.seek(toOffset: file.seekToEnd() - 4096)
      try file.write(contentsOf: Data(repeating: 0xee, count: 2048))
    }
    try file.close()
    do {
      _ = try await SQLDatabase.open(
        .sqlite(path: path), schema: schema, now: { TestDatabase.noon })
      Issue.record("the damaged file was opened")
    } catch DatabaseError.corrupt {
    }
  }
}

/// A file system in memory that is soon full.
private final class SmallDisk {
  let folder: TemporaryFolder

  /// Mounting needs root, which the tests have where they are run in a container.
  init(megabytes: Int) throws {
    folder = try TemporaryFolder()
    try run(
      "/bin/mount", ["-t", "tmpfs", "-o", "mode=700,size=\(megabytes)m", "tmpfs", folder.path])
  }

  deinit { try? run("/bin/umount", ["-l", folder.path]) }

  private func run(_ program: String, _ arguments: [String]) throws {
    guard try runBlocking(program, arguments).status == 0 else {
      throw CocoaError(.fileWriteUnknown)
    }
  }

  /// Whether this machine lets the tests mount.
  static let isPossible = (try? SmallDisk(megabytes: 1)) != nil
}

@Suite("Replicas share a PostgreSQL database", .timeLimit(.minutes(10 * patience)))
struct ReplicaTests {
  @Test("crossing transactions of two replicas lose no update")
  func crossing() async throws {
    let test = try TestDatabase(.postgres)
    let replicas = [
      try await test.open(schema: counterSchema), try await test.open(schema: counterSchema),
    ]
    try await replicas[0].write { try $0.execute("INSERT INTO counter VALUES ('a', 0)") }
    // A conflict that outlasts all attempts is answered as such; the caller's retry is counted here.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for replica in replicas {
        for _ in 0..<4 {
          group.addTask {
            var done = 0
            while done < 25 {
              do {
                try await replica.write { transaction in
                  let value: Int = try #require(
                    try transaction.queryOne("SELECT value FROM counter WHERE id = 'a'"))[0]
                  try transaction.execute(
                    "UPDATE counter SET value = ?1 WHERE id = 'a'", [value + 1])
                }
                done += 1
              } catch DatabaseError.serialization {
              }
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let value: Int? = try await replicas[1].read {
      try $0.queryOne("SELECT value FROM counter")?[0]
    }
    #expect(value == 200)
    for replica in replicas { await replica.close() }
  }

  @Test("write skew between replicas is refused or repeated, never stored")
  func writeSkew() async throws {
    let test = try TestDatabase(.postgres)
    let replicas = [
      try await test.open(schema: counterSchema), try await test.open(schema: counterSchema),
    ]
    struct NobodyLeft: Error {}
    for round in 0..<20 {
      let names = ["a\(round)", "b\(round)"]
      try await replicas[0].write { transaction in
        try transaction.execute(
          "INSERT INTO counter VALUES (?1, 1)", each: names.map { [.text($0)] })
      }
      // Each takes one away, if another stays.
      await withTaskGroup(of: Void.self) { group in
        for (replica, name) in zip(replicas, names) {
          group.addTask {
            try? await replica.write { transaction in
              let sum: Int = try #require(
                try transaction.queryOne(
                  "SELECT SUM(value) FROM counter WHERE id IN (?1, ?2)", [names[0], names[1]]))[0]
              guard sum > 1 else { throw NobodyLeft() }
              try transaction.execute("UPDATE counter SET value = 0 WHERE id = ?1", [name])
            }
          }
        }
      }
      let sum: Int? = try await replicas[0].read { transaction in
        try transaction.queryOne(
          "SELECT SUM(value) FROM counter WHERE id IN (?1, ?2)", [names[0], names[1]])?[0]
      }
      #expect(sum == 1)
    }
    for replica in replicas { await replica.close() }
  }

  @Test("a body that asks before it inserts never meets a taken key")
  func hiddenConflicts() async throws {
    let test = try TestDatabase(.postgres)
    let replicas = [
      try await test.open(schema: counterSchema), try await test.open(schema: counterSchema),
    ]
    for round in 0..<20 {
      await withTaskGroup(of: Void.self) { group in
        for replica in replicas {
          group.addTask {
            do {
              try await replica.write { transaction in
                let id = "r\(round)"
                let known = try transaction.queryOne("SELECT id FROM counter WHERE id = ?1", [id])
                if known == nil {
                  try transaction.execute("INSERT INTO counter VALUES (?1, 1)", [id])
                }
              }
            } catch DatabaseError.serialization {
            } catch {
              Issue.record("\(error)")
            }
          }
        }
      }
    }
    let count: Int? = try await replicas[0].read {
      try $0.queryOne("SELECT COUNT(*) FROM counter")?[0]
    }
    #expect(count == 20)
    for replica in replicas { await replica.close() }
  }

  @Test("a column that another replica adds disturbs nobody who runs")
  func changedTable() async throws {
    let test = try TestDatabase(.postgres)
    let old = try await test.open(schema: counterSchema)
    let all = "SELECT * FROM mark"
    #expect(try await old.read { try $0.query(all) }.isEmpty)
    let addition = SchemaStep(
      number: 2, name: "note", sql: ["ALTER TABLE mark ADD COLUMN note TEXT"], isAdditive: true)
    let new = try await test.open(schema: counterSchema + [addition])
    try await new.write { try $0.execute("INSERT INTO mark (id, note) VALUES ('a', 'b')") }
    for _ in 0..<2 {
      #expect(
        try await old.read { try $0.query(all) }.first?.columnNames == ["id", "counter", "note"])
    }
    await old.close()
    await new.close()
  }

  @Test("a connection that broke is opened anew; only the call in flight fails")
  func reconnection() async throws {
    let test = try TestDatabase(.postgres)
    let database = try await test.open(schema: counterSchema)
    try await database.write { try $0.execute("INSERT INTO counter VALUES ('a', 0)") }
    let end =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    // While nobody uses it: not noticed by any caller.
    try test.command(end)
    try await database.write { try $0.execute("UPDATE counter SET value = 1") }
    #expect(
      try await database.read { try $0.queryOne("SELECT value FROM counter")?[0] as Int? } == 1)
    // In the middle of a body: that call fails, and nothing of it is stored.
    await #expect(throws: DatabaseError.connectionLost(isOutcomeUnknown: false)) {
      try await database.write { transaction in
        try transaction.execute("UPDATE counter SET value = 2")
        try test.command(end)
        try transaction.execute("UPDATE counter SET value = 3")
      }
    }
    #expect(
      try await database.read { try $0.queryOne("SELECT value FROM counter")?[0] as Int? } == 1)
    try await database.write { try $0.execute("UPDATE counter SET value = 4") }
    #expect(
      try await database.read { try $0.queryOne("SELECT value FROM counter")?[0] as Int? } == 4)
    await database.close()
  }

  @Test("a server that is not there is a clear error without secrets")
  func noServer() async throws {
    do {
      _ = try await SQLDatabase.open(
        .postgres(connectionString: "host=/nonexistent dbname=x password=secret"), schema: [],
        now: { TestDatabase.noon })
      Issue.record("opened")
    } catch DatabaseError.cannotOpen(let reason) {
      #expect(!reason.contains("secret"))
    }
  }
}
