// A grant revoked while it is used: refused on the next call and chunk, and Ingest cannot be used around Share for longer than a second
// (AC-52).

import Contracts
import Foundation
import RPC
import Synchronization
import Synth
import TestSupport
import Testing

@testable import WeirCLI

@Suite("AC-52 a revoked grant opens nothing more, under load", .serialized)
struct GrantRevocationTests {
  /// The look-ups that were answered, and those of them that began after the revocation was.
  private final class Tally: Sendable {
    private struct State {
      var revoked: ContinuousClock.Instant?
      var all = 0
      var late = 0
    }
    private let state = Mutex(State())

    var count: (all: Int, late: Int) { state.withLock { ($0.all, $0.late) } }
    func revoked() { state.withLock { $0.revoked = .now } }
    func passed(begun: ContinuousClock.Instant) {
      state.withLock {
        $0.all += 1
        if let end = $0.revoked, begun > end { $0.late += 1 }
      }
    }
  }

  @Test(
    "no look-up that begins after the revoker was answered finds anything, and the answer comes within a second or so"
  )
  func underLoad() async throws {
    let demo = try SmallDemo(seed: 31)
    try await demo.play(through: "subscriptions") { stage in
      let request = try stage.lookup(of: stage.plan.wronglyDead)
      let grant = try stage.grant(.cremation)
      let caller = try stage.impatient(DemoCast.humanResources.systemName).share
      let clock = ContinuousClock()
      let tally = Tally()
      let end = try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<6 {
          group.addTask {
            while true {
              let begun = clock.now
              if let refused = try await refusal({ _ = try await caller.lookup(request) }) {
                return refused.reason
              }
              tally.passed(begun: begun)
            }
          }
        }
        try await eventually("the load to run") { tally.count.all > 50 }
        let source = DemoCast.civilAffairs
        let keeper = try stage.wire.client(source.principal(source.officer)).share
        let start = clock.now
        _ = try await keeper.revokeGrant(
          .init(name: grant.name, reason: "核查", requestID: stage.request()))
        let time = clock.now - start
        tally.revoked()
        var reasons: Set<String> = []
        for try await reason in group { reasons.insert(reason) }
        // One that Share let pass a moment before is refused by Ingest.
        #expect(reasons.isSubset(of: ["share.grant_revoked", "ingest.grant_ended"]))
        return time
      }
      let (all, late) = tally.count
      #expect(late == 0)
      #expect(end < .seconds(2) * patience)
      print(
        "revocation of a grant under load, \(all) look-ups before: answered after \(end), 0 late")
    }
  }

  @Test(
    "a comparison of many chunks ends at the first one after the revocation, beside look-ups, and the answers stop within a second or so"
  )
  func amidComparison() async throws {
    let demo = try SmallDemo(seed: 33)
    try await demo.play(through: "subscriptions") { stage in
      let (bureau, clock, tally) = (DemoCast.humanResources, ContinuousClock(), Tally())
      let grant = try stage.grant(.cremation)
      let system = try stage.wire.client(bureau.systemName, run: bureau.runName).share
      let run = try await system.createComparison(
        .init(
          comparison: DemoComparison.declaration(.pension, grant, stage.plan),
          requestID: stage.request()))
      let chunks = try Self.chunks(of: run.name, stage)
      let caller = try stage.impatient(bureau.systemName).share
      let request = try stage.lookup(of: stage.plan.wronglyDead)
      let (answered, reasons, last) = try await withThrowingTaskGroup(
        of: (reason: String, end: ContinuousClock.Instant).self
      ) { group in
        group.addTask {
          var next = 0
          while true {
            let (begun, chunk) = (clock.now, chunks[next % chunks.count])
            if let refused = try await refusal({ _ = try await caller.uploadComparisonChunk(chunk) }
            ) {
              return (refused.reason, clock.now)
            }
            tally.passed(begun: begun)
            next += 1
          }
        }
        for _ in 0..<3 {
          group.addTask {
            while true {
              if let refused = try await refusal({ _ = try await caller.lookup(request) }) {
                return (refused.reason, clock.now)
              }
            }
          }
        }
        try await eventually("the comparison to run") { tally.count.all > 20 }
        let source = DemoCast.civilAffairs
        let keeper = try stage.wire.client(source.principal(source.officer)).share
        _ = try await keeper.revokeGrant(
          .init(name: grant.name, reason: "核查", requestID: stage.request()))
        let answered = clock.now
        tally.revoked()
        var (reasons, last): (Set<String>, ContinuousClock.Instant) = ([], answered)
        for try await ended in group {
          reasons.insert(ended.reason)
          last = max(last, ended.end)
        }
        return (answered, reasons, last)
      }
      let (all, late) = tally.count
      #expect(late == 0)
      #expect(reasons.isSubset(of: ["share.grant_revoked", "ingest.grant_ended"]))
      #expect(last - answered < .seconds(2) * patience)
      print("revocation amid a comparison, \(all) chunks before: ended after \(last - answered)")
    }
  }

  /// As many chunks as the roll gives; sent again each is judged anew.
  private static func chunks(
    of comparison: String, _ stage: DemoStage
  ) throws -> [ShareV1.UploadComparisonChunkRequest] {
    let rows = RollRows(stage.plan, .pension)
    return try stride(from: 0, to: rows.count, by: 40).enumerated().map { number, first in
      try DemoComparison.chunk(
        comparison, Int32(number + 1), rows, first..<min(first + 40, rows.count))
    }
  }
}
