// SIGKILL of each service in turn while records arrive and while a roll is compared: nothing acknowledged is lost or doubled.

import Boot
import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import WeirCLI

@Suite("a service killed at work", .serialized)
struct KillTests {
  @Test(
    "comes back, and every count is as planned",
    arguments: ["ingest", "share", "catalog", "gateway", "feedback", "audit"])
  func killed(_ service: String) async throws {
    var demo = try SmallDemo(seed: 3)
    let killer = Killer(service: service)
    demo.options.duringStep = { step, node in
      guard ["delivery", "pension-run"].contains(step) else { return }
      try await killer.kill(in: node)
    }
    let outcome = try await demo.play()
    #expect(differences(outcome) == [])
    #expect(killer.count == 2)
  }
}

/// Kills a service's process once a step, in the middle of the work.
private final class Killer: Sendable {
  let service: String
  private let kills = Mutex(0)

  init(service: String) { self.service = service }

  var count: Int { kills.withLock { $0 } }

  func kill(in node: RunningNode) async throws {
    guard let pid = await node.processIDs()[service] else { return }
    // The step has begun beside this task; what it does is written down by Ingest first.
    let log = node.dataFolder + "/ingest/ingest.sqlite-wal"
    let before = lastWrite(log)
    try await eventually("the step to be under way") { lastWrite(log) != before }
    Glibc.kill(pid, SIGKILL)
    kills.withLock { $0 += 1 }
  }
}

private func lastWrite(_ path: String) -> Date? {
  try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
}
