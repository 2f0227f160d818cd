// A service's database that takes four requests, each with its evidence.

import Crypto
import Database
import Integrity
import Vocabulary

extension FaultProbe {
  static let pairs = [
    SchemaStep(
      number: 1, name: "pairs",
      sql: [
        "CREATE TABLE pair_left (id INTEGER NOT NULL, body BLOB NOT NULL)",
        "CREATE TABLE pair_right (id INTEGER NOT NULL, body BLOB NOT NULL)",
      ])
  ]

  /// Says `ok NUMBER` when a request is answered. A request that is sent again is done once, by its `request_id`.
  static func useOutbox(_ folder: String) async throws {
    let random = SystemRandom()
    let configuration = OutboxConfiguration(
      service: "share", replica: "a",
      signer: try NoteSigner(
        name: KeyList.evidenceName("weir.test", service: "share"),
        key: Ed25519PrivateKey(rawBytes: [UInt8](repeating: 1, count: 32))),
      keyring: try Keyring(folder: folder + "/keys", creates: true, random: random), random: random)
    let database = try await SQLDatabase.open(
      .sqlite(path: folder + "/data/probe.sqlite"), schema: pairs, outbox: configuration,
      now: { Instant(milliseconds: 1) })
    for number in 0..<4 {
      await twice("\(number)") { try await write(number, to: database) }
      // The log is folded into the file between two requests, as SQLite does from time to time.
      if number == 1 { try? await database.checkpoint() }
    }
    await database.close()
  }

  private static func write(_ number: Int, to database: SQLDatabase) async throws {
    // Ever shorter, so that one that failed leaves more behind than the next covers.
    let body = [UInt8](repeating: UInt8(number), count: 20_000 - number * 4_000)
    let key = RequestKey(caller: "probe", method: "write", requestID: "\(number)")
    try await database.write { transaction in
      guard try transaction.replay(of: key, digest: [1]) == .new else { return }
      try transaction.execute("INSERT INTO pair_left VALUES (?1, ?2)", [number, body])
      try transaction.append(topic: "probe", payload: ["number": .integer(Int64(number))])
      try transaction.execute("INSERT INTO pair_right VALUES (?1, ?2)", [number, body])
      try transaction.keep(answer: [1], of: key)
    }
  }
}
