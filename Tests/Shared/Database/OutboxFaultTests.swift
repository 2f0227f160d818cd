// A database whose system calls fail, one at a time: what was answered is stored once, with its evidence.

import Crypto
import Integrity
import TestSupport
import Testing
import Vocabulary

@testable import Database

@Suite("A failing disk costs no answered request", .timeLimit(.minutes(10 * patience)))
struct OutboxFaultTests {
  @Test(
    "a database of which any one system call fails stores each answered request once, with its evidence",
    .enabled(if: SyscallFaults.isPossible, "watching a process is not permitted here"))
  func everyCall() async throws {
    let faults = try SyscallFaults(of: "outbox")
    #expect(faults.all.count > 100)
    for fault in faults.chosen(20, seed: 42) {
      let run = try faults.run(fault)
      #expect(run.status == 0 && run.output.last == "end", "\(fault): \(run.output)")
      #expect(run.mayLose == [], "\(fault)")
      let answered = run.answers.compactMap { Int($0[0]) }
      let before = try await Self.stored(run.folder, after: run, "\(fault)")
      #expect(Set(answered).isSubset(of: before), "\(fault): \(run.output)")
      // The callers send once more what they sent; nothing is done twice.
      let again = try faults.restart(after: run)
      #expect(again.answers.compactMap { Int($0[0]) } == [0, 1, 2, 3], "\(fault): \(again.output)")
      let after = try await Self.stored(run.folder, after: run, "\(fault)")
      #expect(after.sorted() == [0, 1, 2, 3], "\(fault)")
    }
  }

  /// The numbers in the database, of which tables and evidence say the same.
  private static func stored(
    _ folder: String, after run: FaultRun, _ fault: Comment
  ) async throws -> [Int] {
    let random = SeededRandom(seed: 1)
    let configuration = OutboxConfiguration(
      service: "share", replica: "a",
      signer: try NoteSigner(
        name: KeyList.evidenceName("weir.test", service: "share"),
        key: Ed25519PrivateKey(rawBytes: [UInt8](repeating: 1, count: 32))),
      keyring: try Keyring(folder: folder + "/keys", creates: true, random: random), random: random)
    var options = DatabaseOptions()
    options.integrityCheck = .full
    let database = try await SQLDatabase.open(
      .sqlite(path: folder + "/data/probe.sqlite"),
      schema: [
        SchemaStep(
          number: 1, name: "pairs",
          sql: [
            "CREATE TABLE pair_left (id INTEGER NOT NULL, body BLOB NOT NULL)",
            "CREATE TABLE pair_right (id INTEGER NOT NULL, body BLOB NOT NULL)",
          ])
      ], options: options, outbox: configuration,
      now: { Instant(milliseconds: 1) })
    let (left, right) = try await database.read { transaction in
      (
        try transaction.query("SELECT id, body FROM pair_left ORDER BY id"),
        try transaction.query("SELECT id, body FROM pair_right ORDER BY id")
      )
    }
    #expect(left == right, fault)
    let outbox = try #require(database.outbox)
    let entries = try await allEntries(outbox)
    #expect(isChain(entries, of: outbox.origin), fault)
    let numbers = try entries.compactMap {
      try CanonicalJSON.decodeCanonical($0.leaf.payload)["number"]?.integer.map { Int($0) }
    }
    let ids = try left.map { Int(try $0["id"] as Int64) }
    #expect(numbers.sorted() == ids, fault)
    await database.close()
    return ids
  }
}
