// What comes twice is done once: events by their position, requests by their identifier.

import Crypto
import Integrity
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Database

@Suite("What comes twice is done once", .timeLimit(.minutes(10 * patience)))
struct OnceTests {
  @Test("an event is applied with its position or not at all", arguments: Backend.allCases)
  func positions(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: counterSchema)
    let origin = try #require(
      Origin(service: "share", replica: "a", incarnation: [UInt8](repeating: 7, count: 16)))
    let other = try #require(
      Origin(service: "share", replica: "b", incarnation: [UInt8](repeating: 7, count: 16)))
    struct Failed: Error {}
    func apply(_ sequence: UInt64, fails: Bool = false) async throws -> Bool {
      try await database.write { transaction in
        guard try transaction.advance(origin, to: sequence) else { return false }
        try transaction.execute(
          """
          INSERT INTO counter VALUES ('a', 1) ON CONFLICT (id) DO UPDATE SET value = counter.value + 1
          """)
        if fails { throw Failed() }
        return true
      }
    }
    func position() async throws -> UInt64 {
      try await database.read { try $0.position(of: origin) }
    }
    #expect(try await position() == 0)
    #expect(try await apply(1))
    #expect(try await !apply(1))
    await #expect(throws: Failed.self) { try await apply(2, fails: true) }
    #expect(try await position() == 1)
    #expect(try await apply(2))
    // Events of other topics are passed over.
    #expect(try await apply(9))
    #expect(try await !apply(5))
    #expect(try await position() == 9)
    let count: Int? = try await database.read { try $0.queryOne("SELECT value FROM counter")?[0] }
    #expect(count == 3)
    #expect(try await database.read { try $0.position(of: other) } == 0)
    #expect(try await database.read { try $0.positions() } == [origin.text: 9])
    await database.close()
  }

  @Test(
    "a request is new once, then the same or in conflict, for a day", arguments: Backend.allCases)
  func replay(backend: Backend) async throws {
    let clock = TestClock()
    let database = try await TestDatabase(backend).open(schema: counterSchema, now: clock.now)
    let key = RequestKey(caller: "human-resources/wang", method: "/m", requestID: "r1")
    func ask(_ key: RequestKey, _ digest: [UInt8], answer: [UInt8]? = nil) async throws -> Replay {
      try await database.write { transaction in
        let replay = try transaction.replay(of: key, digest: digest)
        if let answer, replay == .new { try transaction.keep(answer: answer, of: key) }
        return replay
      }
    }
    #expect(try await ask(key, [1], answer: [42]) == .new)
    #expect(try await ask(key, [1]) == .same(answer: [42]))
    #expect(try await ask(key, [2]) == .conflict)
    // Caller and method are part of the name.
    #expect(try await ask(RequestKey(caller: "other", method: "/m", requestID: "r1"), [2]) == .new)
    #expect(
      try await ask(RequestKey(caller: key.caller, method: "/n", requestID: "r1"), [2]) == .new)
    // A marker without an answer: to be computed again.
    #expect(
      try await ask(RequestKey(caller: key.caller, method: "/n", requestID: "r1"), [2])
        == .same(answer: nil))
    clock.pass(milliseconds: 24 * 3_600_000 - 1)
    #expect(try await ask(key, [1]) == .same(answer: [42]))
    clock.pass(milliseconds: 1)
    #expect(try await ask(key, [2]) == .new)
    #expect(try await ask(key, [2]) == .same(answer: nil))
    // The expired ones were swept on the way.
    let count: Int? = try await database.read {
      try $0.queryOne("SELECT COUNT(*) FROM answered_request")?[0]
    }
    #expect(count == 1)
    await database.close()
  }

  @Test("a body that fails leaves its request unanswered", arguments: Backend.allCases)
  func failedRequest(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: counterSchema)
    let key = RequestKey(caller: "a", method: "/m", requestID: "r")
    struct Failed: Error {}
    await #expect(throws: Failed.self) {
      try await database.write { transaction in
        _ = try transaction.replay(of: key, digest: [1])
        throw Failed()
      }
    }
    #expect(try await database.write { try $0.replay(of: key, digest: [1]) } == .new)
    await #expect(throws: DatabaseError.self) {
      try await database.write {
        try $0.keep(answer: [], of: RequestKey(caller: "b", method: "/m", requestID: "r"))
      }
    }
    await database.close()
  }

  @Test(
    "a change is authorised each time, made once, and its replay is noted",
    arguments: Backend.allCases)
  func change(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: counterSchema)
    let root = try NoteSigner(
      name: KeyList.rootName("weir.test"),
      key: try Ed25519PrivateKey(random: SeededRandom(seed: 5)))
    let keyList = try KeyList(domain: "weir.test", number: 1, issuedAt: 0, entries: [])
      .signed(by: root)
    struct Refused: Error {}
    struct Counts: Equatable {
      var asked = 0
      var made = 0
      var replayed = 0
    }
    let counts = Mutex(Counts())
    func change(_ digest: [UInt8], isAllowed: Bool = true) async throws -> [UInt8]? {
      let answer = try await database.change(
        RequestKey(caller: "a", method: "/m", requestID: "r"), digest: digest,
        receiptUnder: keyList,
        authorise: { _ in
          counts.withLock { $0.asked += 1 }
          if !isAllowed { throw Refused() }
        }, replayed: { _ in counts.withLock { $0.replayed += 1 } }
      ) { _ in
        counts.withLock { $0.made += 1 }
        return [42]
      }
      return answer?.bytes
    }
    await #expect(throws: Refused.self) { try await change([1], isAllowed: false) }
    #expect(counts.withLock { $0 } == Counts(asked: 1))
    #expect(try await change([1]) == [42])
    #expect(try await change([1]) == [42])
    #expect(try await change([2]) == nil)
    await #expect(throws: Refused.self) { try await change([1], isAllowed: false) }
    #expect(counts.withLock { $0 } == Counts(asked: 5, made: 1, replayed: 1))
    await database.close()
  }

  @Test("of two that come at once, one does it", arguments: Backend.allCases)
  func race(backend: Backend) async throws {
    let test = try TestDatabase(backend)
    // On PostgreSQL from two replicas.
    let first = try await test.open(schema: counterSchema)
    let second = backend == .postgres ? try await test.open(schema: counterSchema) : first
    let key = RequestKey(caller: "a", method: "/m", requestID: "r")
    let replays = try await withThrowingTaskGroup(of: Replay.self) { group in
      for number in 0..<20 {
        let database = number % 2 == 0 ? first : second
        group.addTask {
          while true {
            do {
              return try await database.write { try $0.replay(of: key, digest: [1]) }
            } catch DatabaseError.serialization {
            }
          }
        }
      }
      return try await group.reduce(into: [Replay]()) { $0.append($1) }
    }
    #expect(replays.count { $0 == .new } == 1)
    #expect(replays.count { $0 == .same(answer: nil) } == 19)
    await first.close()
    await second.close()
  }
}
