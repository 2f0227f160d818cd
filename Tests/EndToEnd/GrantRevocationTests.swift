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
}
