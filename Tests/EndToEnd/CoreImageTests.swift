// A process of ours that is killed in the hard way leaves no image of its memory, where keys and opened records are.

import Boot
import Foundation
import TestSupport
import Testing

@testable import WeirCLI

@Suite("a service that aborts (AC-33, AC-35)")
struct CoreImageTests {
  /// Whether this machine writes the memory of a process that aborts into its folder: pipes and other places tell nothing here.
  private static let leavesImages: Bool = {
    guard let folder = try? TemporaryFolder(),
      (try? runBlocking(
        "/bin/sh",
        ["-c", "ulimit -c unlimited && cd \"$1\" && kill -ABRT $$", "sh", folder.path("")])) != nil
    else { return false }
    return !images(in: folder.path("")).isEmpty
  }()

  private static func images(in folder: String) -> Set<String> {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return Set(names.filter { $0 == "core" || $0.hasPrefix("core.") })
  }

  @Test(
    "leaves no image of its memory, even where the machine would write one",
    .enabled(if: leavesImages, "this machine writes no memory images into a process's folder"))
  func none() async throws {
    let folder = try TemporaryFolder()
    let here = FileManager.default.currentDirectoryPath
    let before = Self.images(in: here)
    try await withNode(nodeOptions(folder), tell: { _ in }) { node in
      let ingest = try #require(await node.processIDs()["ingest"])
      let limit = try await runToEnd(
        "/usr/bin/prlimit", ["--pid", "\(ingest)", "--core=unlimited:unlimited"])
      try #require(limit.status == 0, "\(limit.output)")
      kill(ingest, SIGABRT)
      try await eventually("another process in its place") {
        let now = await node.processIDs()["ingest"]
        return now != nil && now != ingest
      }
    }
    #expect(Self.images(in: here) == before)
  }
}
