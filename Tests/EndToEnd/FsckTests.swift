// weir audit fsck on a node's folder, as the operator runs it.

import Boot
import Foundation
import Integrity
import TestSupport
import Testing

@testable import WeirCLI

@Suite("weir audit fsck (AC-70: what the log keeps is looked through, and says how it ended)")
struct FsckTests {
  private func fsck(
    _ data: String, _ more: [String] = []
  ) async throws -> (exit: ProgramExit?, output: String) {
    let end = try await runToEnd(
      builtProgram("weir"), ["audit", "fsck", "--data", data, "--lang", "en"] + more)
    return (ProgramExit(rawValue: end.status), end.output)
  }

  /// A partial tile of the log, if there is any.
  private static func tile(of log: String) throws -> String? {
    guard FileManager.default.fileExists(atPath: log) else { return nil }
    return try FileManager.default.subpathsOfDirectory(atPath: log).first {
      $0.hasPrefix("tile/0/000.p/")
    }
  }

  /// The state of each part by its name.
  private func states(_ data: String) async throws -> [String: String] {
    let answer = try await fsck(data, ["--output", "json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
    let checks = try #require(object["checks"] as? [[String: Any]])
    return Dictionary(
      uniqueKeysWithValues: checks.map {
        ($0["part"] as? String ?? "", $0["state"] as? String ?? "")
      }
    )
  }

  @Test(
    "6 while it runs, 0 when whole or mended at the next start, 7 when evidence was changed, 2 for what is no node"
  )
  func exits() async throws {
    let folder = try TemporaryFolder()
    let data = folder.path("node")
    try await withNode(nodeOptions(folder), tell: { _ in }) { _ in
      let answer = try await fsck(data)
      #expect(answer.exit == .tryAgain, "\(answer)")
      // What the start itself put into the log is on the disk before the node is stopped.
      try await eventually("a tile of the log, and its checkpoint") {
        let note = try? String(contentsOfFile: data + "/audit/log/checkpoint", encoding: .utf8)
        let size = note?.split(separator: "\n").dropFirst().first.flatMap { Int($0) } ?? 0
        return try size > 0 && Self.tile(of: data + "/audit/log") != nil
      }
    }
    let answer = try await fsck(data)
    #expect(answer.exit == .done, "\(answer)")
    #expect(answer.output.contains("whole"))
    var states = try await states(data)
    #expect(states.count == 9 && states.values.allSatisfy { $0 == "whole" }, "\(states)")

    let log = data + "/audit/log"
    let tile = try #require(try Self.tile(of: log))
    let bytes = try readBytes("\(log)/\(tile)")
    Files.remove("\(log)/\(tile)")
    states = try await self.states(data)
    #expect(states["files"] == "mended_at_start" && states["log"] == "whole", "\(states)")
    #expect(try await fsck(data).exit == .done)

    try Files.write([bytes[0] ^ 1] + bytes.dropFirst(), to: "\(log)/\(tile)", isPrivate: false)
    let broken = try await fsck(data)
    #expect(broken.exit == .evidenceBroken, "\(broken)")
    #expect(broken.output.contains(tile))
    try Files.write(bytes, to: "\(log)/\(tile)", isPrivate: false)

    // The outbox of one service, put back to nothing.
    let share = data + "/share/share.sqlite"
    try FileManager.default.moveItem(atPath: share, toPath: share + ".aside")
    states = try await self.states(data)
    #expect(states["outboxes"] == "broken" && states["log"] == "whole", "\(states)")
    try FileManager.default.moveItem(atPath: share + ".aside", toPath: share)
    #expect(try await fsck(data).exit == .done)
    #expect(try await fsck(folder.path("elsewhere")).exit == .usage)
  }
}
