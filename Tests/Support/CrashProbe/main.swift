// A program that writes to a database until it is killed: it prints a number when its write has been answered.

import Database
import Glibc
import Vocabulary

await CrashProbe.run()

/// Started by the crash tests as `database-crash-probe sqlite|postgres LOCATION FIRST`.
enum CrashProbe {
  static let schema = [
    SchemaStep(
      number: 1, name: "pairs",
      sql: [
        "CREATE TABLE pair_left (id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
        "CREATE TABLE pair_right (id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
      ])
  ]

  static func run() async {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let first = Int(arguments[3]) else { exit(2) }
    let location: DatabaseLocation =
      arguments[1] == "sqlite"
      ? .sqlite(path: arguments[2]) : .postgres(connectionString: arguments[2])
    do {
      let database = try await SQLDatabase.open(
        location, schema: schema, now: { Instant(milliseconds: 0) })
      try await withThrowingTaskGroup(of: Void.self) { group in
        for lane in 0..<8 {
          group.addTask { try await write(to: database, from: first + lane, by: 8) }
        }
        try await group.waitForAll()
      }
    } catch {
      let line = Array("\(error)\n".utf8)
      _ = Glibc.write(2, line, line.count)
      exit(1)
    }
  }

  /// Writes number after number, for ever.
  private static func write(to database: SQLDatabase, from first: Int, by step: Int) async throws {
    for number in stride(from: first, to: .max, by: step) {
      let body = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 500 + number % 4000)
      try await database.write { transaction in
        try transaction.execute("INSERT INTO pair_left VALUES (?1, ?2)", [number, body])
        try transaction.execute("INSERT INTO pair_right VALUES (?1, ?2)", [number, body])
      }
      let line = Array("\(number)\n".utf8)
      // One write per line: whole or absent in the pipe.
      guard Glibc.write(1, line, line.count) == line.count else { exit(1) }
    }
  }
}
