// What a service keeps sealed gets new keys while it is read and written; the old ones go when nothing lies under them any more.

import Crypto
import Foundation
import Integrity
import TestSupport
import Testing
import Vocabulary

@testable import Database

private let schema = [
  SchemaStep(
    number: 1, name: "notes",
    sql: [
      """
      CREATE TABLE notes (
        owner INTEGER NOT NULL, number INTEGER NOT NULL, body BLOB, PRIMARY KEY (owner, number))
      """
    ])
]

/// A database with sealed notes, its keyring in a folder, and what rotates them.
private struct Notes {
  let evidence: TestEvidence
  let test: TestDatabase
  let clock = TestClock()
  let keyring: Keyring
  let database: SQLDatabase
  let seal: TableSeal
  let rotation: SealRotation

  init(_ evidence: TestEvidence, _ test: TestDatabase, replica: String = "a") async throws {
    self.evidence = evidence
    self.test = test
    keyring = try Keyring(folder: evidence.keysPath, creates: true, random: SystemRandom())
    seal = try Self.seal(keyring)
    var outbox = OutboxConfiguration(
      service: "share", replica: replica, signer: evidence.signer, keyring: keyring,
      random: SystemRandom())
    outbox.requiresAudit = false
    database = try await test.open(schema: schema, outbox: outbox)
    var rotation = SealRotation(
      database, service: "share", seals: [seal], real: clock.now, civil: clock.now)
    rotation.step = SealStep(rows: 16, bytes: 1_000)
    self.rotation = rotation
  }

  static func seal(_ keyring: Keyring) throws -> TableSeal {
    try TableSeal(
      keyring: keyring, resource: "notes",
      columns: [
        SealedColumn(table: "notes", keys: ["owner", "number"], column: "body") {
          place(try $0["owner"], try $0["number"])
        }
      ], random: SystemRandom(), now: 0)
  }

  static func place(_ owner: Int64, _ number: Int64) -> SealContext {
    SealContext(kind: .attachment, resource: "notes", batch: "\(owner)", recordID: number)
  }

  static func text(_ owner: Int64, _ number: Int64) -> [UInt8] {
    Array("note \(owner)/\(number) on a person".utf8)
  }

  func write(_ owner: Int64, _ number: Int64) async throws {
    let seal = seal
    try await database.write { transaction in
      let body = try seal.seal(
        Self.text(owner, number), at: Self.place(owner, number), in: transaction)
      try transaction.execute(
        """
        INSERT INTO notes (owner, number, body) VALUES (?1, ?2, ?3)
        ON CONFLICT (owner, number) DO UPDATE SET body = excluded.body
        """, [owner, number, body])
      try transaction.append(topic: "test.note", payload: ["number": .integer(number)])
    }
  }

  func fill(_ count: Int64 = 200) async throws {
    for number in 0..<count { try await write(number % 3, number) }
    // Nothing is written yet, and what was is taken away.
    try await database.write {
      try $0.execute("INSERT INTO notes (owner, number, body) VALUES (9, 9, NULL)")
    }
  }

  /// How many notes open and say what was written.
  func readable(_ seal: TableSeal? = nil) async throws -> Int {
    let seal = seal ?? self.seal
    return try await database.read { transaction in
      try transaction.query("SELECT owner, number, body FROM notes WHERE body IS NOT NULL")
        .count { row in
          let (owner, number): (Int64, Int64) = (try row[0], try row[1])
          return (try? seal.open(try row[2], at: Self.place(owner, number)))
            == Self.text(owner, number)
        }
    }
  }

  func state() async throws -> SealState { try await rotation.states()[0] }

  func versions() throws -> [UInt32] {
    try Keyring(folder: evidence.keysPath, creates: false, random: SystemRandom())
      .keys(.identity, resource: "notes").map(\.version)
  }

  /// Until the old keys are gone.
  func finish() async throws {
    try await rotation.run()
    clock.pass(milliseconds: SealRotation.lingerMilliseconds)
    try await rotation.run()
  }
}

@Suite(
  "DESIGN 7 what is sealed gets new keys while it is served", .timeLimit(.minutes(10 * patience)))
struct SealRotationTests {
  @Test(
    "with the new key alone everything opens, the old one opens nothing and is gone from disk; entries that wait are read on",
    arguments: Backend.allCases)
  func whole(_ backend: Backend) async throws {
    let notes = try await Notes(try TestEvidence(), try TestDatabase(backend))
    try await notes.fill()
    // A thief's copy of the keys of before.
    let copy = notes.evidence.folder.path("copy")
    try FileManager.default.copyItem(atPath: notes.evidence.keysPath, toPath: copy)
    let begun = try await notes.rotation.begin(
      suite: .sm4CTRHMACSM3, members: [("reason", "yearly"), ("actor", "zhou")])
    #expect(begun.map(\.stage) == [.resealing, .resealing] && begun.map(\.version) == [2, 2])
    #expect(try await notes.readable() == 200)
    try await notes.write(0, 500)
    // Asked again nothing happens: what runs goes on.
    #expect(
      try await notes.rotation.begin(suite: nil, members: []).map(\.version) == [2, 2])
    try await notes.rotation.run()
    #expect(try await notes.state().stage == .emptied)
    #expect(try await notes.state().resealed == 200)
    #expect(try notes.versions() == [1, 2])
    try await notes.finish()
    #expect(try await notes.state().stage == .settled)
    #expect(try await notes.state().suite == .sm4CTRHMACSM3)
    #expect(try notes.versions() == [2])
    #expect(try await notes.readable() == 201)
    let old = try Keyring(folder: copy, creates: false, random: SystemRandom())
    #expect(try await notes.readable(try Notes.seal(old)) == 0)
    let new = try Keyring(
      folder: notes.evidence.keysPath, creates: false, random: SystemRandom())
    #expect(new.keys.count { $0.purpose == .outbox } == 1)
    #expect(try await notes.readable(try Notes.seal(new)) == 201)
    let outbox = try #require(notes.database.outbox)
    let topics = try await allEntries(outbox).map(\.topic)
    #expect(topics.count { $0 == "test.note" } == 201)
    #expect(topics.count { $0 == "share.seal_rotation_begun" } == 2)
    #expect(topics.count { $0 == "share.seal_rotated" } == 2)
    await notes.database.close()
  }

  @Test("stopped after any step it goes on where it was", arguments: Backend.allCases)
  func stopped(_ backend: Backend) async throws {
    let (evidence, test) = (try TestEvidence(), try TestDatabase(backend))
    var notes = try await Notes(evidence, test)
    try await notes.fill()
    _ = try await notes.rotation.begin(suite: nil, members: [])
    for steps in 1..<18 {
      try await notes.rotation.run(atMost: steps)
      #expect(try await notes.readable() == 200)
      await notes.database.close()
      notes = try await Notes(evidence, test)
      #expect(try await notes.readable() == 200)
    }
    try await notes.finish()
    #expect(try notes.versions() == [2])
    #expect(try await notes.readable() == 200)
    // Said, and stopped before it was done: the next look does it.
    _ = try notes.keyring.add(
      .identity, resource: "notes", version: 1, suite: .aes256GCM, createdAt: 0)
    try await notes.rotation.run()
    #expect(try notes.versions() == [2])
    await notes.database.close()
  }

  @Test("nobody who reads or writes meanwhile notices", arguments: Backend.allCases)
  func served(_ backend: Backend) async throws {
    let notes = try await Notes(try TestEvidence(), try TestDatabase(backend))
    try await notes.fill()
    let isOver = Flag()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for owner in Int64(0)..<3 {
        group.addTask {
          var number: Int64 = 0
          while !isOver.isSet {
            // New ones, and old ones anew.
            try await notes.write(owner, number % 2 == 0 ? number : 1_000 + number)
            number += 1
          }
        }
      }
      group.addTask {
        while !isOver.isSet {
          let all = try await notes.database.read {
            try $0.queryOne("SELECT COUNT(*) FROM notes WHERE body IS NOT NULL")?[0] ?? 0
          }
          #expect(try await notes.readable() >= all)
        }
      }
      group.addTask {
        defer { isOver.set() }
        for version in UInt32(2)...4 {
          _ = try await notes.rotation.begin(suite: nil, members: [])
          try await notes.finish()
          #expect(try await notes.state().stage == .settled)
          #expect(try notes.versions() == [version])
        }
      }
      try await group.waitForAll()
    }
    let all = try await notes.database.read {
      try $0.queryOne("SELECT COUNT(*) FROM notes WHERE body IS NOT NULL")?[0] ?? 0
    }
    #expect(try await notes.readable() == all && all > 200)
    await notes.database.close()
  }

  @Test("values that were swapped keep the old key, and are told once; put right, it ends")
  func swapped() async throws {
    let notes = try await Notes(try TestEvidence(), try TestDatabase(.sqlite))
    try await notes.fill(40)
    @Sendable func swap(_ transaction: borrowing WriteTransaction) throws {
      let rows = try transaction.query(
        "SELECT number, body FROM notes WHERE owner = 0 ORDER BY number LIMIT 2")
      for (row, other) in [(0, 1), (1, 0)] {
        try transaction.execute(
          "UPDATE notes SET body = ?2 WHERE owner = 0 AND number = ?1",
          [try rows[row][0] as Int64, try rows[other][1] as [UInt8]])
      }
    }
    try await notes.database.write { try swap($0) }
    _ = try await notes.rotation.begin(suite: nil, members: [])
    for _ in 0..<2 { try await notes.finish() }
    #expect(try await notes.state().stage == .resealing)
    #expect(try await notes.state().damaged == 2)
    #expect(try notes.versions() == [1, 2])
    #expect(try await notes.readable() == 38)
    let outbox = try #require(notes.database.outbox)
    #expect(
      try await allEntries(outbox).count { $0.topic == "share.sealed_value_damaged" } == 1)
    try await notes.database.write { try swap($0) }
    try await notes.finish()
    #expect(try await notes.state().stage == .settled)
    #expect(try notes.versions() == [2])
    #expect(try await notes.readable() == 40)
    await notes.database.close()
  }

  @Test("another replica seals under the new key from the commit on, and opens what lies under it")
  func replicas() async throws {
    let (evidence, test) = (try TestEvidence(), try TestDatabase(.postgres))
    let (first, second) = (
      try await Notes(evidence, test), try await Notes(evidence, test, replica: "b")
    )
    try await first.fill(30)
    _ = try await first.rotation.begin(suite: nil, members: [])
    // It has not read its keyring since.
    try await second.write(0, 700)
    #expect(try await second.readable() == 31)
    try await first.finish()
    #expect(try first.versions() == [2])
    #expect(try await second.readable() == 31)
    try await second.write(0, 701)
    #expect(try await first.readable() == 32)
    try await second.rotation.run()
    #expect(second.keyring.keys(.identity, resource: "notes").map(\.version) == [2])
    for notes in [first, second] {
      let outbox = try #require(notes.database.outbox)
      for head in try await outbox.heads() {
        #expect(try await !allEntries(outbox, of: head.origin).isEmpty)
      }
      await notes.database.close()
    }
  }
}
