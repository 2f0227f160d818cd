// What follows another service's events is tried again whatever fails, and says so (DESIGN section 11).

import Boot
import Contracts
import Database
import RPC
import Synchronization
import Testing

@Suite("Following never ends the service, and is seen to fail")
struct FollowingLoopTests {
  private struct Unreadable: Error {}

  /// What each try does, in order; after the last one the loop is cancelled.
  private final class Script: Sendable {
    private let steps: Mutex<[(any Error)?]>
    let pauses = Mutex<[Duration]>([])
    let healthy = Mutex<[Bool]>([])
    let faults = Atomic<Int>(0)

    init(_ steps: [(any Error)?]) { self.steps = Mutex(steps) }

    func next() throws {
      let step = steps.withLock { steps -> (any Error)? in
        steps.isEmpty ? CancellationError() : steps.removeFirst()
      }
      if let step { throw step }
    }
  }

  private func run(_ steps: [(any Error)?]) async throws -> Script {
    let script = Script(steps)
    let health = HealthBoard(services: ["weir.ingest.v1.Ingest"])
    let loop = FollowingLoop(
      producer: "share", health: health, onFault: { _ in script.faults.add(1, ordering: .relaxed) },
      sleep: { pause in
        script.pauses.withLock { $0.append(pause) }
        let isHealthy = health.status(of: "events/share") == .serving
        script.healthy.withLock { $0.append(isHealthy) }
      })
    await #expect(throws: CancellationError.self) {
      try await loop.run { progressed in
        try script.next()
        progressed()
      }
    }
    // The process's own health is another matter, and turns no part.
    let part = health.status(of: "events/share")
    health.set(isServing: true)
    #expect(health.status(of: "weir.ingest.v1.Ingest") == .serving)
    #expect(health.status(of: "events/share") == part)
    return script
  }

  @Test("a full store, then a busy one, then an event: applied, and healthy again")
  func passing() async throws {
    let script = try await run([DatabaseError.full, DatabaseError.busy, nil])
    #expect(script.healthy.withLock { $0 } == [false, false, true])
  }

  @Test("an event that cannot be read is tried again, seldom, and is seen until it is applied")
  func unreadable() async throws {
    let script = try await run([Unreadable(), Unreadable(), nil, nil])
    #expect(script.healthy.withLock { $0 } == [false, false, true, true])
    #expect(script.pauses.withLock { Array($0.prefix(2)) } == [.seconds(5), .seconds(5)])
    #expect(script.faults.load(ordering: .relaxed) == 1)
  }

  @Test("a producer that is away is nothing to look at")
  func away() async throws {
    let script = try await run([Status(.unavailable, "gone"), nil])
    #expect(script.healthy.withLock { $0 } == [true, true])
  }
}
