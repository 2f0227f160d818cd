// A keyring whose system calls fail, one at a time: what was promised is kept, and nothing else is believed.

import TestSupport
import Testing

@testable import Crypto

@Suite("A failing disk costs no key that was promised", .timeLimit(.minutes(10 * patience)))
struct KeyringFaultTests {
  @Test(
    "a keyring of which any one system call fails keeps its promises, and knows what the disk holds",
    .enabled(if: SyscallFaults.isPossible, "watching a process is not permitted here"))
  func everyCall() throws {
    let faults = try SyscallFaults(of: "keyring")
    #expect(faults.all.count > 100)
    for fault in faults.chosen(24, seed: 41) {
      let run = try faults.run(fault)
      #expect(run.status == 0 && run.output.last == "end", "\(fault): \(run.output)")
      #expect(run.mayLose == [], "\(fault)")
      // Where a close fails, calls on folders are not watched.
      #expect(fault.call == "close" || Self.isOrderKept(run.calls, in: run.folder), "\(fault)")
      guard run.output.contains(where: { $0.hasPrefix("holds") }) else {
        #expect(run.answers == [], "\(fault)")
        continue
      }
      let found = try Keyring(folder: run.folder, creates: false, random: SystemRandom())
      let held = run.output.filter { $0.hasPrefix("holds ") }.map { String($0.dropFirst(6)) }
      #expect(held.sorted() == found.keys.map { "\($0.id.rawValue)" }.sorted(), "\(fault)")
      for answer in run.answers { Self.check(answer, in: found, run, "\(fault)") }
    }
  }

  private static func check(
    _ answer: [String], in found: Keyring, _ run: FaultRun, _ fault: Comment
  ) {
    let key = found.keys.first { "\($0.id.rawValue)" == answer.last }
    switch answer[0] {
    case "add": #expect(key != nil || run.answers.contains(["destroy", answer[1]]), fault)
    case "retire": #expect(key?.retiredAt == 2, fault)
    default: #expect(found.keys(.month, resource: answer[1]).isEmpty, fault)
    }
  }

  /// Whether the old epoch key was overwritten only when the keyring's new name was durable: else a power cut could leave the old
  /// keyring without its key.
  private static func isOrderKept(_ calls: [String], in folder: String) -> Bool {
    var isRenamedOnly = false
    for call in calls {
      if call.contains("rename(\"\(folder)/keyring.new\""), call.hasSuffix("= 0") {
        isRenamedOnly = true
      }
      if call.contains("fsync("), call.contains("<\(folder)>"), call.hasSuffix("= 0") {
        isRenamedOnly = false
      }
      if isRenamedOnly, call.contains("write("), call.contains("<\(folder)/epoch.key>") {
        return false
      }
    }
    return true
  }
}
