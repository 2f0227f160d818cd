// Refusals as the outbox keeps them: the first of a minute, then a count, fair to each principal.

import Foundation
import Integrity
import Synchronization
import TestSupport
import Testing
import Vocabulary
@testable import Database

@Suite("Being refused costs little", .timeLimit(.minutes(10 * patience)))
struct RefusalLogTests {
  @Test("one principal's kinds do not push out another's; what is too many of its own is counted")
  func fairness() async throws {
    let evidence = try TestEvidence()
    let clock = TestClock()
    let database = try await TestDatabase(.sqlite).open(
      schema: counterSchema, outbox: evidence.configuration(), now: clock.now)
    let outbox = try #require(database.outbox)
    let log = RefusalLog(database: database, topic: "access.refused", now: clock.now) { record in
      switch record {
      case .first(let key, _): ["first": .string(key.principal)]
      case .more(let key, _, _): ["more": .string(key.principal)]
      case .rest(let principal, let count, _):
        ["rest": .string(principal), "count": .integer(Int64(count))]
      case .other(let count): ["other": .integer(Int64(count))]
      }
    }
    for number in 0..<11_000 {
      try await log.record(RefusalKey(principal: "a", method: "/m\(number)", reason: "r.s"))
    }
    try await log.record(RefusalKey(principal: "b", method: "/m", reason: "r.s"))
    let entries = try await allEntries(outbox)
    let principals = try entries.map {
      try #require(try CanonicalJSON.decodeCanonical($0.leaf.payload)["first"]?.string)
    }
    #expect(principals == Array(repeating: "a", count: 50) + ["b"])
    clock.pass(seconds: 60)
    try await log.flush()
    let last = try await allEntries(outbox, after: 51).map {
      String(decoding: $0.leaf.payload, as: UTF8.self)
    }
    #expect(last == [#"{"count":10950,"rest":"a","topic":"access.refused"}"#])
    // The minute is over: all may be told apart again.
    try await log.record(RefusalKey(principal: "a", method: "/n", reason: "r.s"))
    #expect(try await allEntries(outbox, after: 52).count == 1)
    await database.close()
  }

  @Test("the first of each minute is written, the rest are counted", arguments: Backend.allCases)
  func throttling(backend: Backend) async throws {
    let evidence = try TestEvidence()
    let clock = TestClock()
    let database = try await TestDatabase(backend).open(
      schema: counterSchema,
      outbox: evidence.configuration { $0.limits.uncoveredRefusals = 5 }, now: clock.now)
    let outbox = try #require(database.outbox)
    let log = RefusalLog(database: database, topic: "access.refused", now: clock.now) { record in
      switch record {
      case .first(let key, _): ["first": .string(key.principal)]
      case .more(let key, let count, _):
        ["more": .string(key.principal), "count": .integer(Int64(count))]
      case .rest(let principal, let count, _):
        ["rest": .string(principal), "count": .integer(Int64(count))]
      case .other(let count): ["other": .integer(Int64(count))]
      }
    }
    func written(after sequence: UInt64 = 0) async throws -> [String] {
      try await allEntries(outbox, after: sequence).map {
        #expect($0.isRefusal && $0.topic == "access.refused")
        var payload = try #require(try CanonicalJSON.decodeCanonical($0.leaf.payload).object)
        // What an entry is called is committed with it.
        #expect(payload["topic"]?.string == "access.refused")
        payload["topic"] = nil
        return String(decoding: CanonicalJSON.encode(.object(payload)), as: UTF8.self)
      }
    }
    let key = RefusalKey(principal: "a", method: "/m", reason: "r.s")
    for _ in 0..<100 { try await log.record(key) }
    try await log.record(RefusalKey(principal: "b", method: "/m", reason: "r.s"))
    #expect(try await written() == [#"{"first":"a"}"#, #"{"first":"b"}"#])
    try await log.flush()
    #expect(try await written().count == 2)
    clock.pass(seconds: 60)
    try await log.record(key)
    #expect(try await written().suffix(2) == [#"{"first":"a"}"#, #"{"count":99,"more":"a"}"#])
    // The share has one place left; what does not fit is counted together.
    for name in ["c", "d", "d"] {
      try await log.record(RefusalKey(principal: name, method: "/m", reason: "r.s"))
    }
    #expect(try await written().count == 5)
    try await outbox.answered(durable: 5, covered: 5)
    try await log.flush(all: true)
    let counts = try await written(after: 5)
    #expect(Set(counts) == [#"{"other":1}"#, #"{"count":1,"more":"d"}"#])
    await database.close()
  }
}
