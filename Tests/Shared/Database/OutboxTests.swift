// Evidence is stored with what it is about, without a gap, signed once per commit, and kept until everyone has it.

import Foundation
import Integrity
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Database

private struct Refusal: Error {}

/// What tasks gather.
private final class Collected<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])
  func add(_ new: [Element]) { elements.withLock { $0 += new } }
  var all: [Element] { elements.withLock { $0 } }
}

@Suite("Evidence is stored with what it is about", .timeLimit(.minutes(10 * patience)))
struct OutboxTests {
  @Test(
    "sequences have no gap and the chain holds, whatever fails between", arguments: Backend.allCases
  )
  func gapless(backend: Backend) async throws {
    let evidence = try TestEvidence()
    let test = try TestDatabase(backend)
    let configuration = evidence.configuration()
    let database = try await test.open(schema: counterSchema, outbox: configuration)
    let outbox = try #require(database.outbox)
    let receipts = Collected<Receipt>()
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          let committed = try? await database.writeWithEvidence { transaction in
            for part in 0..<(number % 4) {
              try transaction.append(
                topic: "test.part",
                payload: ["number": .integer(Int64(number)), "part": .integer(Int64(part))])
            }
            try transaction.execute("INSERT INTO counter VALUES (?1, 0)", ["c\(number)"])
            if number % 5 == 0 { throw Refusal() }
            if number % 7 == 0 { try transaction.execute("INSERT INTO nowhere VALUES (1)") }
          }
          #expect((committed == nil) == (number % 5 == 0 || number % 7 == 0))
          #expect(committed == nil || (committed?.evidence?.entries.count ?? 0) == number % 4)
          let new = committed?.evidence?.receipts(keys: evidence.keys) ?? []
          receipts.add(new)
        }
      }
    }
    let expected = (0..<200).filter { $0 % 5 != 0 && $0 % 7 != 0 }.reduce(0) { $0 + $1 % 4 }
    let entries = try await allEntries(outbox)
    #expect(entries.count == expected)
    #expect(isChain(entries, of: outbox.origin))
    #expect(outbox.lastSequence == UInt64(expected))
    // Every receipt verifies against the root alone, and is the same when it is asked for again.
    let all = receipts.all
    #expect(Set(all.map(\.sequence)) == Set(1...UInt64(expected)))
    for receipt in all {
      let verified = try receipt.verify(root: evidence.root.verifier)
      #expect(verified.origin == outbox.origin && verified.sequence == receipt.sequence)
      #expect(try await outbox.receipt(for: receipt.sequence, keys: evidence.keys) == receipt)
    }
    #expect(try await outbox.receipt(for: UInt64(expected) + 1, keys: evidence.keys) == nil)
    await database.close()
    // A restart goes on where it was, under the same incarnation.
    let again = try await test.open(schema: counterSchema, outbox: configuration)
    let outboxAgain = try #require(again.outbox)
    #expect(outboxAgain.origin == outbox.origin)
    try await again.write { try $0.append(topic: "test.part", payload: .null) }
    #expect(isChain(try await allEntries(outboxAgain), of: outbox.origin))
    #expect(outboxAgain.lastSequence == UInt64(expected) + 1)
    await again.close()
  }

  @Test("a group has one signature, over a root of all its entries", arguments: Backend.allCases)
  func oneSignature(backend: Backend) async throws {
    let evidence = try TestEvidence()
    let database = try await TestDatabase(backend).open(
      schema: counterSchema, outbox: evidence.configuration())
    let committed = try await database.writeWithEvidence { transaction in
      for number in 0..<10 {
        try transaction.append(topic: "t", payload: .integer(Int64(number)))
      }
    }
    let own = try #require(committed.evidence)
    let group = try #require(EvidenceGroup(text: own.note.text))
    #expect(group.first == 1 && group.last == 10)
    #expect(try own.note.verified(by: [evidence.signer.verifier]) == [evidence.signer.verifier])
    let stored = try await database.read {
      try $0.query("SELECT first, last, root, note FROM outbox_group")
    }
    #expect(
      stored.map(\.values) == [
        [.integer(1), .integer(10), .blob(group.root), .text(own.note.encoded)]
      ])
    await database.close()
  }

  @Test("salt and payload lie sealed, and an entry that was touched does not open")
  func sealing() async throws {
    let evidence = try TestEvidence()
    let test = try TestDatabase(.sqlite)
    let database = try await test.open(schema: counterSchema, outbox: evidence.configuration())
    let outbox = try #require(database.outbox)
    for number in 0..<2 {
      try await database.write {
        try $0.append(
          topic: "t", payload: ["who": "a secret of twenty bytes", "n": .integer(Int64(number))])
      }
    }
    try await database.checkpoint()
    guard case .sqlite(let path) = test.location else { return }
    let file = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(file.range(of: Data("outbox".utf8)) != nil)
    #expect(file.range(of: Data("a secret of twenty bytes".utf8)) == nil)
    // The same bytes in another place, or under another topic, are another entry's.
    try await database.write { transaction in
      let row = try #require(
        try transaction.queryOne("SELECT sealed FROM outbox WHERE sequence = 1"))
      try transaction.execute(
        "UPDATE outbox SET sealed = ?1 WHERE sequence = 2", [try row[0] as [UInt8]])
    }
    await #expect(throws: OutboxError.notAuthentic(sequence: 2)) {
      try await outbox.read(after: 1, limit: 10)
    }
    try await database.write { try $0.execute("UPDATE outbox SET topic = 'u' WHERE sequence = 1") }
    await #expect(throws: OutboxError.notAuthentic(sequence: 1)) {
      try await outbox.read(after: 0, limit: 1)
    }
    await database.close()
  }

  @Test("a page holds no more than its limits, and at least one entry", arguments: Backend.allCases)
  func pages(backend: Backend) async throws {
    let evidence = try TestEvidence()
    let database = try await TestDatabase(backend).open(
      schema: counterSchema, outbox: evidence.configuration())
    let outbox = try #require(database.outbox)
    let large = JSONValue.string(String(repeating: "x", count: 1_000_000))
    // One by one: to encode them all takes a sanitizer longer than a transaction may stand idle.
    for _ in 0..<6 {
      try await database.write { try $0.append(topic: "large", payload: large) }
    }
    #expect(try await outbox.read(after: 0, limit: 100).map(\.sequence) == [1, 2, 3, 4])
    #expect(try await outbox.read(after: 4, limit: 100).map(\.sequence) == [5, 6])
    #expect(try await outbox.read(after: 0, limit: 1).map(\.sequence) == [1])
    #expect(try await outbox.read(after: 6, limit: 1) == [])
    await #expect(throws: DatabaseError.self) {
      try await database.write {
        try $0.append(topic: "large", payload: .string(String(repeating: "x", count: 1 << 20)))
      }
    }
    await database.close()
  }

  @Test("whoever listens hears of each commit, and of the end", arguments: Backend.allCases)
  func listening(backend: Backend) async throws {
    let evidence = try TestEvidence()
    let database = try await TestDatabase(backend).open(
      schema: counterSchema, outbox: evidence.configuration())
    let outbox = try #require(database.outbox)
    try await database.write { try $0.append(topic: "t", payload: .null) }
    var changes = outbox.changes().makeAsyncIterator()
    #expect(await changes.next() == 1)
    try await database.write { _ in }
    try await database.write { transaction in
      for _ in 0..<3 { try transaction.append(topic: "t", payload: .null) }
    }
    #expect(await changes.next() == 4)
    await database.close()
    #expect(await changes.next() == nil)
    var late = outbox.changes().makeAsyncIterator()
    #expect(await late.next() == 4)
    #expect(await late.next() == nil)
  }

  @Test("without an outbox nothing can be appended", arguments: Backend.allCases)
  func withoutOutbox(backend: Backend) async throws {
    let database = try await TestDatabase(backend).open(schema: counterSchema)
    #expect(database.outbox == nil)
    await #expect(throws: DatabaseError.misuse("the database was opened without an outbox")) {
      try await database.write { try $0.append(topic: "t", payload: .null) }
    }
    await database.close()
  }

  @Test("replicas in one database have a chain each, and even one name twice leaves no gap")
  func replicas() async throws {
    let evidence = try TestEvidence()
    let test = try TestDatabase(.postgres)
    var databases: [SQLDatabase] = []
    for name in ["a", "b", "b"] {
      databases.append(
        try await test.open(schema: counterSchema, outbox: evidence.configuration(replica: name)))
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for database in databases {
        for _ in 0..<4 {
          group.addTask {
            var done = 0
            while done < 10 {
              do {
                try await database.write { try $0.append(topic: "t", payload: .null) }
                done += 1
              } catch DatabaseError.serialization {
              }
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let outbox = try #require(databases[0].outbox)
    let heads = try await outbox.heads()
    #expect(heads.map(\.sequence) == [40, 80])
    let origins = heads.map(\.origin)
    #expect(origins.map(\.replica) == ["a", "b"])
    for (origin, count) in zip(origins, [40, 80]) {
      let entries = try await allEntries(outbox, of: origin)
      #expect(entries.count == count)
      #expect(isChain(entries, of: origin))
    }
    for database in databases { await database.close() }
  }
}

@Suite("Entries stay until everyone has them", .timeLimit(.minutes(10 * patience)))
struct PurgeTests {
  @Test(
    "an entry goes when it is covered and every configured consumer has confirmed",
    arguments: Backend.allCases)
  func rules(backend: Backend) async throws {
    let evidence = try TestEvidence()
    let test = try TestDatabase(backend)
    let configuration = evidence.configuration(consumers: ["ingest", "feedback"])
    let database = try await test.open(schema: counterSchema, outbox: configuration)
    let outbox = try #require(database.outbox)
    // Groups of 2: [1, 2], [3, 4], [5, 6].
    for _ in 0..<3 {
      try await database.write { transaction in
        for _ in 0..<2 { try transaction.append(topic: "t", payload: .null) }
      }
    }
    func kept() async throws -> [Int] {
      try await database.read {
        try $0.query("SELECT sequence FROM outbox ORDER BY sequence").map { try $0[0] }
      }
    }
    try await outbox.answered(durable: 6, covered: 4)
    #expect(try await kept() == [1, 2, 3, 4, 5, 6])
    try await outbox.confirm("ingest", through: 6)
    #expect(try await kept() == [1, 2, 3, 4, 5, 6])
    // Whole groups only: a receipt needs its neighbours.
    try await outbox.confirm("feedback", through: 3)
    #expect(try await kept() == [3, 4, 5, 6])
    #expect(try await outbox.receipt(for: 3, keys: evidence.keys) != nil)
    #expect(try await outbox.receipt(for: 2, keys: evidence.keys) == nil)
    // Confirmations never go back.
    try await outbox.confirm("feedback", through: 1)
    try await outbox.confirm("feedback", through: 6)
    #expect(try await kept() == [5, 6])
    try await outbox.answered(durable: 6, covered: 2)
    #expect(try await kept() == [5, 6])
    try await outbox.answered(durable: 6, covered: 6)
    #expect(try await kept() == [])
    await #expect(throws: OutboxError.unknownConsumer("audit")) {
      try await outbox.confirm("audit", through: 6)
    }
    await #expect(throws: OutboxError.purged(through: 6)) {
      try await outbox.read(after: 5, limit: 1)
    }
    #expect(try await outbox.read(after: 6, limit: 1) == [])
    // The sequence goes on after everything is gone, over a restart.
    await database.close()
    let again = try await test.open(schema: counterSchema, outbox: configuration)
    try await again.write { try $0.append(topic: "t", payload: .null) }
    #expect(again.outbox?.lastSequence == 7)
    await again.close()
  }

  @Test(
    "past a bound of count or age data calls are refused, until Audit has caught up",
    arguments: Backend.allCases)
  func bounds(backend: Backend) async throws {
    let evidence = try TestEvidence()
    let test = try TestDatabase(backend)
    let configuration = evidence.configuration(consumers: ["slow"]) {
      $0.limits.uncoveredEntries = 3
      $0.limits.uncoveredAgeSeconds = 60
      $0.limits.uncoveredRefusals = 2
    }
    let clock = TestClock()
    var database = try await test.open(schema: counterSchema, outbox: configuration, now: clock.now)
    var outbox = try #require(database.outbox)
    func admission() -> OutboxError? {
      do throws(OutboxError) {
        try outbox.admitData(now: clock.now())
        return nil
      } catch {
        return error
      }
    }
    #expect(admission() == .awaitingAudit)
    try await outbox.answered(durable: 0, covered: 0)
    #expect(admission() == nil)
    for _ in 0..<2 { try await database.write { try $0.append(topic: "t", payload: .null) } }
    // Refusals have their own share, and use no other's.
    let refusals = try await database.write { transaction in
      try (0..<3).map { _ in try transaction.appendRefusal(topic: "r", payload: .null) }
    }
    #expect(refusals == [3, 4, nil])
    #expect(admission() == nil)
    clock.pass(seconds: 30)
    try await database.write { try $0.append(topic: "t", payload: .null) }
    #expect(admission() == .tooMany(limit: 3))
    // Decisions and upkeep go on.
    try await database.write { try $0.append(topic: "t", payload: .null) }
    // A restart knows the same from the tables.
    await database.close()
    database = try await test.open(schema: counterSchema, outbox: configuration, now: clock.now)
    outbox = try #require(database.outbox)
    #expect(admission() == .awaitingAudit)
    try await outbox.answered(durable: 6, covered: 1)
    #expect(admission() == .tooMany(limit: 3))
    try await outbox.answered(durable: 6, covered: 3)
    #expect(admission() == nil)
    #expect(try await database.write { try $0.appendRefusal(topic: "r", payload: .null) } == 7)
    clock.pass(seconds: 29)
    #expect(admission() == nil)
    // The oldest that is not covered was written at noon (4, a refusal too).
    clock.pass(seconds: 1)
    #expect(admission() == .tooOld(limitSeconds: 60))
    // A consumer that lags stops nobody: all is covered, nothing is deleted.
    try await outbox.answered(durable: 7, covered: 7)
    #expect(admission() == nil)
    let kept: Int? = try await database.read { try $0.queryOne("SELECT COUNT(*) FROM outbox")?[0] }
    #expect(kept == 7)
    await database.close()
  }

  @Test("a database that was set back behind Audit gives no data", arguments: Backend.allCases)
  func rolledBack(backend: Backend) async throws {
    let evidence = try TestEvidence()
    let database = try await TestDatabase(backend).open(
      schema: counterSchema, outbox: evidence.configuration())
    let outbox = try #require(database.outbox)
    try await database.write { try $0.append(topic: "t", payload: .null) }
    let error = OutboxError.rolledBack(own: 1, audit: 2)
    await #expect(throws: error) {
      try await outbox.auditAnswered(durable: 2, chain: OutboxChain.start, covered: 1)
    }
    #expect(throws: error) { try outbox.admitData(now: TestDatabase.noon) }
    await database.close()
  }

  @Test(
    "a database set back stays refused when its sequence passes the log's, over a restart too",
    arguments: Backend.allCases)
  func forked(backend: Backend) async throws {
    let evidence = try TestEvidence()
    let test = try TestDatabase(backend)
    var database = try await test.open(
      schema: counterSchema, outbox: evidence.configuration())
    var outbox = try #require(database.outbox)
    try await database.write { try $0.append(topic: "t", payload: .null) }
    // The log has three entries, of which this database has one.
    let held = [UInt8](repeating: 9, count: 32)
    await #expect(throws: OutboxError.rolledBack(own: 1, audit: 3)) {
      try await outbox.auditAnswered(durable: 3, chain: held, covered: 3)
    }
    // Refusals alone let it grow past them.
    for _ in 0..<3 { try await database.write { try $0.appendRefusal(topic: "r", payload: .null) } }
    for isRestarted in [false, true] {
      if isRestarted {
        await database.close()
        database = try await test.open(
          schema: counterSchema, outbox: evidence.configuration())
        outbox = try #require(database.outbox)
        #expect(throws: OutboxError.awaitingAudit) {
          try outbox.admitData(now: TestDatabase.noon)
        }
      }
      await #expect(throws: OutboxError.forked(at: 3)) {
        try await outbox.auditAnswered(durable: 3, chain: held, covered: 3)
      }
      #expect(throws: OutboxError.forked(at: 3)) { try outbox.admitData(now: TestDatabase.noon) }
      #expect(try await outbox.read(after: 0, limit: 9).count == 4)
    }
    // An operator has brought the log or the database to where both agree.
    try await outbox.answered(durable: 3, covered: 0)
    try outbox.admitData(now: TestDatabase.noon)
    await database.close()
  }

  @Test(
    "what another replica of this database wrote must be in it, too: less, other or nothing of it gives no data",
    arguments: Backend.allCases)
  func otherReplica(backend: Backend) async throws {
    let evidence = try TestEvidence()
    let test = try TestDatabase(backend)
    var database = try await test.open(schema: counterSchema, outbox: evidence.configuration())
    for _ in 0..<2 { try await database.write { try $0.append(topic: "t", payload: .null) } }
    let former = try #require(database.outbox).origin
    let chain = try #require(try await database.outbox?.read(after: 1, limit: 1).first).chain
    await database.close()
    database = try await test.open(
      schema: counterSchema, outbox: evidence.configuration(replica: "b"))
    let outbox = try #require(database.outbox)
    #expect(outbox.origin.incarnation == former.incarnation)
    // Another replica's answer alone does not stand for its own.
    try await outbox.auditAnswered(of: former, durable: 2, chain: chain)
    #expect(throws: OutboxError.awaitingAudit) { try outbox.admitData(now: TestDatabase.noon) }
    try await outbox.answered(durable: 0, covered: 0)
    try outbox.admitData(now: TestDatabase.noon)
    let unknown = try #require(
      Origin(service: "share", replica: "c", incarnation: former.incarnation))
    let anew = try #require(
      Origin(service: "share", replica: "a", incarnation: [UInt8](repeating: 1, count: 16)))
    let cases: [(Origin, UInt64, [UInt8], OutboxError)] = [
      (former, 3, chain, .rolledBack(own: 2, audit: 3)),
      (former, 2, OutboxChain.start, .forked(at: 2)),
      (unknown, 1, chain, .rolledBack(own: 0, audit: 1)),
    ]
    for (origin, durable, held, error) in cases {
      await #expect(throws: error) {
        try await outbox.auditAnswered(of: origin, durable: durable, chain: held)
      }
      try await outbox.answered(durable: 0, covered: 0)
      #expect(throws: error) { try outbox.admitData(now: TestDatabase.noon) }
      try await outbox.auditAnswered(of: origin, durable: 0, chain: OutboxChain.start)
      try outbox.admitData(now: TestDatabase.noon)
    }
    // Whether another database may give data is Audit's to say.
    try await outbox.auditAnswered(of: anew, durable: 9, chain: chain)
    try outbox.admitData(now: TestDatabase.noon)
    await #expect(throws: OutboxError.notAdmitted) {
      try await outbox.auditAnswered(
        durable: 0, chain: OutboxChain.start, covered: 0, isAdmitted: false)
    }
    #expect(throws: OutboxError.notAdmitted) { try outbox.admitData(now: TestDatabase.noon) }
    await database.close()
  }

  @Test("what was deleted stays comparable at its end", arguments: Backend.allCases)
  func purgedPlace(backend: Backend) async throws {
    let evidence = try TestEvidence()
    let database = try await TestDatabase(backend).open(
      schema: counterSchema, outbox: evidence.configuration())
    let outbox = try #require(database.outbox)
    for _ in 0..<3 { try await database.write { try $0.append(topic: "t", payload: .null) } }
    let chain = try #require(try await outbox.read(after: 1, limit: 1).first).chain
    try await outbox.auditAnswered(durable: 2, chain: chain, covered: 2)
    #expect(try await outbox.read(after: 2, limit: 9).map(\.sequence) == [3])
    try await outbox.auditAnswered(durable: 2, chain: chain, covered: 2)
    await #expect(throws: OutboxError.forked(at: 2)) {
      try await outbox.auditAnswered(durable: 2, chain: OutboxChain.start, covered: 2)
    }
    // The log was set back behind what it once had: it cannot go on from there.
    await #expect(throws: OutboxError.purged(through: 2)) {
      try await outbox.auditAnswered(durable: 1, chain: chain, covered: 1)
    }
    #expect(throws: OutboxError.purged(through: 2)) {
      try outbox.admitData(now: TestDatabase.noon)
    }
    await database.close()
  }
}
