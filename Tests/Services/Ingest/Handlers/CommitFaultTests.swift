// Ingest whose system calls fail, one at a time: what was acknowledged stays, each batch is taken once, every row opens.

import Contracts
import Crypto
import Database
import Integrity
import Synth
import TestSupport
import Testing
import Vocabulary

@Suite("A failing disk costs no delivered row", .timeLimit(.minutes(10 * patience)))
struct CommitFaultTests {
  @Test(
    "an Ingest of which any one system call fails keeps what it acknowledged, takes each batch once, and says no honestly",
    .enabled(if: SyscallFaults.isPossible, "watching a process is not permitted here"))
  func everyCall() async throws {
    let faults = try SyscallFaults(of: "ingest")
    #expect(faults.all.count > 500)
    for fault in faults.chosen(10, seed: 45) {
      let run = try faults.run(fault)
      #expect(run.status == 0 && run.output.last == "end", "\(fault): \(run.output)")
      #expect(Self.dishonest(run) == [], "\(fault)")
      // Indexes are made again from the database.
      let index = run.folder + "/ingest/index"
      #expect(run.mayLose.filter { !$0.hasPrefix(index) } == [], "\(fault)")
      try await Self.checkStores(run, isDone: false, "\(fault)")
      // The department sends everything once more; nothing is done twice.
      let again = try faults.restart(after: run)
      let held = Self.number("holds", again)
      #expect(held >= Self.number("commit", run), "\(fault): \(run.output) \(again.output)")
      #expect(Self.dishonest(again) == [] && !again.output.contains { $0.hasPrefix("failed") })
      #expect(again.answers.count == 8, "\(fault): \(again.output)")
      #expect(Self.number("commit", again) == 9, "\(fault): \(again.output)")
      // What was answered before is answered again: the same batch, the same count.
      #expect(Set(run.answers.filter { $0[0] != "holds" }).isSubset(of: again.answers), "\(fault)")
      try await Self.checkStores(again, isDone: true, "\(fault)")
      try await Self.openEveryRow(of: again, "\(fault)")
    }
  }

  private static func number(_ word: String, _ run: FaultRun) -> Int {
    run.answers.filter { $0.first == word }.compactMap { $0.last.flatMap { Int($0) } }.max() ?? 0
  }

  /// Refusals that blame the caller for what the disk did, and registers that are not what was committed.
  private static func dishonest(_ run: FaultRun) -> [String] {
    run.output.filter { line in
      let words = line.split(separator: " ")
      if words.first == "damaged" { return true }
      // What does not start has promised nothing.
      guard words.first == "failed", words.dropFirst().first != "open" else { return false }
      return !line.contains(" fault ") && !line.contains(" store.") && !line.contains(" database.")
        && !line.contains(" UNAVAILABLE") && !line.contains(" service.")
    }
  }

  /// The files by themselves, and the outbox as `weir audit fsck` looks at it.
  private static func checkStores(
    _ run: FaultRun, isDone: Bool, _ fault: Comment
  ) async throws {
    // One that could not be opened holds nothing.
    guard run.answers.contains(where: { $0.first == "holds" }) else { return }
    let now = TestClock().now
    for name in ["ingest", "identity"] {
      let database = try await SQLDatabase.openToInspect(
        .sqlite(path: run.folder + "/ingest/\(name).sqlite"), now: now)
      try await database.checkIntegrity()
      if name == "ingest" {
        let signer = try NoteSigner(
          name: KeyList.evidenceName("weir.test", service: "ingest"),
          key: Ed25519PrivateKey(rawBytes: [UInt8](repeating: 1, count: 32)))
        let counts = try await database.read { transaction in
          for outbox in try transaction.storedOutboxes() {
            try transaction.check(outbox, keys: [signer.verifier]) { _, _ in }
          }
          let rows = try transaction.query("SELECT topic, COUNT(*) FROM outbox GROUP BY topic")
          return try rows.map { "\(try $0[0] as String) \(try $0[1] as Int64)" }.sorted()
        }
        if isDone {
          #expect(
            counts == [
              "ingest.batch_chunk 3", "ingest.batch_committed 2", "ingest.batch_created 2",
            ], fault)
        }
      }
      await database.close()
    }
  }

  /// Each row opens under its salt and its keys: looked up as a department would.
  private static func openEveryRow(of run: FaultRun, _ fault: Comment) async throws {
    let node = try await IngestNode(taking: run.folder)
    var entry = catalogEntry(.cremation)
    entry.items = entry.items.filter { [.subject, .subjectName].contains($0.role) }
    node.catalog.put(entry)
    try await node.publish(entry)
    let grant = try node.grant(items: ["name"])
    for (order, name) in "一二三四五六七八九".enumerated() {
      let found = try await node.lookUp(identityNumber(order), grant)
      #expect(found.records.map { $0.values.map(\.value) } == [["张\(name)"]], fault)
    }
    #expect(try await node.lookUp(identityNumber(9), grant).records.isEmpty, fault)
    await node.stop()
  }
}
