// A follower that does not know whether it knows everything says so within a second, and a producer waits for it no longer (AC-52).

import Contracts
import RPC
import Synchronization
import TestSupport
import Testing

@testable import Boot

@Suite("AC-52 a follower holds what its producer confirmed, for a second")
struct FollowerConfirmationTests {
  /// A producer that is at `newest`, or does not answer.
  private final class Producer: Sendable {
    let newest = Mutex<Int64?>(5)
    let told = Mutex<[Int64]>([])

    var transport: LocalTransport {
      LocalTransport([
        MethodHandler(
          path: "/weir.events.v1.Events/Confirm",
          implementation: .unary { [self] message, _ in
            guard let sequence = newest.withLock(\.self) else { throw Status(.unavailable) }
            let request = try EventsV1.ConfirmRequest(serialized: message)
            told.withLock { $0.append(request.positions.first?.sequence ?? 0) }
            let reply = EventsV1.ConfirmResponse(
              newest: .init(origin: "share/r1/00", sequence: sequence))
            return UnaryReply(try reply.serialized())
          })
      ])
    }
  }

  @Test(
    "current once everything up to the producer's word is applied; not before, and not without its word"
  )
  func current() async {
    let producer = Producer()
    let confirmation = FollowerConfirmation(producer: "share", channel: producer.transport)
    confirmation.note("share/r1/00", through: 4)
    #expect(await !confirmation.isCurrent())
    confirmation.note("share/r1/00", through: 5)
    #expect(await confirmation.isCurrent())
    // Within its second it is not asked again.
    producer.newest.withLock { $0 = nil }
    #expect(await confirmation.isCurrent())
    #expect(producer.told.withLock(\.self) == [4, 5])
    let silent = FollowerConfirmation(producer: "share", channel: producer.transport)
    #expect(await !silent.isCurrent())
    // Another service's position says nothing of this one.
    producer.newest.withLock { $0 = 0 }
    let other = FollowerConfirmation(producer: "catalog", channel: producer.transport)
    #expect(await !other.isCurrent())
  }

  @Test("a producer waits for whom it heard within the second, and for nobody longer")
  func waiting() async {
    let board = ConsumerBoard()
    let clock = ContinuousClock()
    var start = clock.now
    await board.wait(for: 9)
    #expect(clock.now - start < .seconds(120) * patience)
    board.note("ingest", through: 9)
    await board.wait(for: 9)
    start = clock.now
    await board.wait(for: 10)
    let waited = clock.now - start
    #expect(waited > .milliseconds(700) && waited < .seconds(120) * patience)
    board.note("ingest", through: 9)
    start = clock.now
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await board.wait(for: 10) }
      board.note("ingest", through: 10)
    }
    #expect(clock.now - start < .seconds(120) * patience)
  }
}
