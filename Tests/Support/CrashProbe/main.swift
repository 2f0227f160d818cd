// A program that writes to a database until it is killed: it prints a number when its write has been answered.

import Crypto
import Database
import Glibc
import Integrity
import Vocabulary

await CrashProbe.run()

/// Started by the crash tests as `database-crash-probe sqlite|postgres LOCATION KEYS FIRST`.
///
/// Each number is stored in two tables and in one entry of evidence, signed with the key of 32 ones.
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
    guard arguments.count == 5, let first = Int(arguments[4]) else { exit(2) }
    let location: DatabaseLocation =
      arguments[1] == "sqlite"
      ? .sqlite(path: arguments[2]) : .postgres(connectionString: arguments[2])
    do {
      let random = SystemRandom()
      let signer = try NoteSigner(
        name: KeyList.evidenceName("weir.test", service: "share"),
        key: Ed25519PrivateKey(rawBytes: [UInt8](repeating: 1, count: 32)))
      let outbox = OutboxConfiguration(
        service: "share", replica: "a", signer: signer,
        keyring: try Keyring(folder: arguments[3], creates: false, random: random), random: random)
      let database = try await SQLDatabase.open(
        location, schema: schema, outbox: outbox, now: { Instant(milliseconds: 0) })
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
        try transaction.append(topic: "probe", payload: ["number": .integer(Int64(number))])
        try transaction.execute("INSERT INTO pair_right VALUES (?1, ?2)", [number, body])
      }
      let line = Array("\(number)\n".utf8)
      // One write per line: whole or absent in the pipe.
      guard Glibc.write(1, line, line.count) == line.count else { exit(1) }
    }
  }
}
