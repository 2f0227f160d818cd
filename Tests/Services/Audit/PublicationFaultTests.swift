// A log whose system calls fail, one at a time: what was taken in stays, and what was published verifies.

import AuditHandlers
import Boot
import Crypto
import Foundation
import Integrity
import TestSupport
import Testing

@Suite("A failing disk costs no entry of the log", .timeLimit(.minutes(10 * patience)))
struct PublicationFaultTests {
  @Test(
    "a log of which any one system call fails keeps what it took in, and what is published verifies",
    .enabled(if: SyscallFaults.isPossible, "watching a process is not permitted here"))
  func everyCall() throws {
    let faults = try SyscallFaults(of: "log")
    #expect(faults.all.count > 100)
    let keys = try TestEvidenceKeys()
    for fault in faults.chosen(14, seed: 43) {
      let run = try faults.run(fault)
      #expect(run.status == 0 && run.output.last == "end", "\(fault): \(run.output)")
      #expect(run.mayLose == [], "\(fault)")
      let published = try Self.size(run, keys, "\(fault)")
      #expect(published >= Self.largest("published", run), "\(fault): \(run.output)")
      let again = try faults.restart(after: run)
      #expect(
        Self.largest("inspected", again) >= max(Self.largest("taken", run), published),
        "\(fault): \(again.output)")
      #expect(try Self.size(again, keys, "\(fault)") == 265, "\(fault): \(again.output)")
    }
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
