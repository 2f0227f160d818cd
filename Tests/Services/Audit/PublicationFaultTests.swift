// A log whose system calls fail, one at a time: what was taken in stays, what was published verifies, and its store is whole.

import AuditHandlers
import Boot
import Crypto
import Database
import Foundation
import Integrity
import TestSupport
import Testing

extension DurableFolder: LogFolder {}

@Suite("A failing disk costs no entry of the log", .timeLimit(.minutes(10 * patience)))
struct PublicationFaultTests {
  @Test(
    "a log of which any one system call fails keeps what it took in, and what is published verifies",
    .enabled(if: SyscallFaults.isPossible, "watching a process is not permitted here"))
  func everyCall() async throws {
    let faults = try SyscallFaults(of: "log")
    #expect(faults.all.count > 100)
    let keys = try TestEvidenceKeys()
    for fault in faults.chosen(14, seed: 43) {
      let run = try faults.run(fault)
      #expect(run.status == 0 && run.output.last == "end", "\(fault): \(run.output)")
      #expect(run.mayLose == [], "\(fault)")
      try await Self.check(run, keys, "\(fault)")
      let published = try Self.size(run, keys, "\(fault)")
      #expect(published >= Self.largest("published", run), "\(fault): \(run.output)")
      let again = try faults.restart(after: run)
      #expect(
        Self.largest("inspected", again) >= max(Self.largest("taken", run), published),
        "\(fault): \(again.output)")
      try await Self.check(again, keys, "\(fault)")
      #expect(try Self.size(again, keys, "\(fault)") == 265, "\(fault): \(again.output)")
    }
  }

  /// What `weir audit fsck` looks at, as the run left it: whole, but for files that the next start writes.
  private static func check(
    _ run: FaultRun, _ keys: TestEvidenceKeys, _ fault: Comment
  ) async throws {
    // One that could not be opened holds nothing.
    guard run.answers.contains(where: { $0.first == "taken" }) else { return }
    let now = TestClock().now
    let database = try await SQLDatabase.openToInspect(
      .sqlite(path: run.folder + "/data/audit.sqlite"), now: now)
    let random = SystemRandom()
    let ring = try Keyring(folder: run.folder + "/keys", creates: false, random: random)
    let report = await StoreCheck(
      database: database, folder: DurableFolder(path: run.folder + "/log"),
      keys: MonthKeys(keyring: ring, random: random), root: keys.root.verifier,
      log: keys.audit.verifier,
      keyList: try KeyList(verifying: keys.note(), by: keys.root.verifier),
      policy: nil, outboxes: [OutboxSource(service: "audit", database: .success(database))]
    ).run()
    await database.close()
    #expect(!report.isBroken, "\(fault): \(report.parts.flatMap { $0.findings })")
    #expect(report.entries >= largest("taken", run), fault)
  }

  private static func largest(_ word: String, _ run: FaultRun) -> UInt64 {
    run.answers.filter { $0.first == word }.compactMap { UInt64($0[1]) }.max() ?? 0
  }

  /// How many entries an outside reader finds and believes; 0 where nothing is published.
  private static func size(
    _ run: FaultRun, _ keys: TestEvidenceKeys, _ fault: Comment
  ) throws -> UInt64 {
    let folder = DurableFolder(path: run.folder + "/log")
    guard try folder.read(LogFile.checkpoint) != nil else { return 0 }
    let list = Array(try keys.note().encoded.utf8)
    let copy = LogCopy { $0 == LogCopy.keysPath ? list : try folder.read($0) }
    return try LogVerifier(root: keys.root.verifier).verify(copy).checkpoint.size
  }
}
