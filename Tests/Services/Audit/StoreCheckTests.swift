// Everything that a log's store holds, changed once each by somebody with the files: the check names it.

import AuditHandlers
import AuditRules
import AuditStore
import Crypto
import Database
import Foundation
import Integrity
import TestSupport
import Testing
import Vocabulary

/// A published log beside the outbox of one service, to be changed.
private struct CheckedStore {
  let home: LogHome
  let log: OpenLog
  /// Share's database: 300 entries in one group, 5 in another.
  let share: SQLDatabase
  let keys = try? TestEvidenceKeys()
  var policy: WitnessPolicy?

  static func outbox(_ home: LogHome, _ file: String = "share") async throws -> SQLDatabase {
    var outbox = OutboxConfiguration(
      service: "share", replica: "r1", signer: try TestEvidenceKeys().signer("share"),
      keyring: try Keyring(
        folder: home.folder.path("keys-" + file), creates: true, random: home.random),
      random: home.random)
    outbox.requiresAudit = false
    return try await SQLDatabase.open(
      .sqlite(path: home.folder.path("\(file)/share.sqlite")), schema: [], outbox: outbox,
      now: home.clock.now)
  }

  static func write(_ numbers: Range<Int>, to share: SQLDatabase, salt: String = "") async throws {
    try await share.write { transaction in
      for number in numbers {
        try transaction.append(
          topic: "share.decision",
          payload: [
            "call": .string("call-\(number)\(salt)"), "grant": "grants/G-1",
            "grantee": "civil-affairs", "time": .integer(1),
          ])
      }
    }
  }

  static func events(of share: SQLDatabase) async throws -> [ArrivedEvent] {
    try await #require(share.outbox).read(after: 0, limit: 1_000).map {
      ArrivedEvent(
        sequence: $0.sequence, topic: $0.topic, salt: $0.leaf.salt, payload: $0.leaf.payload,
        leaf: $0.commitment, chain: $0.chain)
    }
  }

  init(_ home: LogHome, _ log: OpenLog) async throws {
    self.home = home
    self.log = log
    share = try await Self.outbox(home)
    try await Self.write(0..<300, to: share)
    try await Self.write(300..<305, to: share)
    let origin = try #require(share.outbox).origin
    try await log.intake.take(try await Self.events(of: share), of: origin)
    var ingest = try home.origin("ingest")
    // The last of them has no decision.
    let disclosures = [4, 5, 999].map {
      ingest.write("ingest.disclosure", ["call": .string("call-\($0)")])
    }
    let named = ingest.write("ingest.canary_named", ["call": "call-5"])
    try await log.intake.take(disclosures + [named], of: ingest.origin)
    home.clock.pass(seconds: 60)
    try await DisclosureWatch(database: log.database, keys: log.keys, clocks: log.clocks).sweep()
    try await log.publisher.publish()
    home.published.set(LogFile.keys, Array(try TestEvidenceKeys().note().encoded.utf8))
  }

  func check(_ outbox: SQLDatabase? = nil) async throws -> StoreReport {
    let keys = try TestEvidenceKeys()
    let list = try KeyList(verifying: try keys.note(), by: keys.root.verifier)
    return await StoreCheck(
      database: log.database, folder: home.published, keys: log.keys, root: keys.root.verifier,
      log: log.signer.verifier, keyList: list, policy: policy,
      outboxes: [OutboxSource(service: "share", database: .success(outbox ?? share))]
    ).run()
  }

  func change(_ sql: String) async throws { try await log.database.write { try $0.execute(sql) } }
  func changeShare(_ sql: String) async throws { try await share.write { try $0.execute(sql) } }
}

/// `part code`, once each.
private func told(_ report: StoreReport) -> Set<String> {
  Set(report.parts.flatMap { part in part.findings.map { "\(part.part) \($0.code)" } })
}

@Suite(
  "What a log keeps on disk is looked through, and each change is named (AC-70, hebi-2021/13.3)")
struct StoreCheckTests {
  private func withStore(
    _ backend: Backend = .sqlite, _ body: (inout CheckedStore) async throws -> Void
  ) async throws {
    let home = try LogHome(backend)
    try await withLog(home) { log in
      var store = try await CheckedStore(home, log)
      try await body(&store)
      await store.share.close()
    }
  }

  @Test("a store that nobody touched is whole, in every part", arguments: Backend.allCases)
  func whole(_ backend: Backend) async throws {
    try await withStore(backend) { store in
      let report = try await store.check()
      #expect(told(report) == [] && !report.isBroken)
      #expect(report.entries == 309 && report.published == 309)
      #expect(report.parts.map(\.part) == StorePart.allCases)
      #expect(report.parts.map(\.lookedAt) == [1, 309, 3, 5, 1, 309, 309, 3, 305])
    }
  }

  @Test(
    "one statement in the log's database is found out",
    arguments: [
      ("UPDATE entries SET leaf = zeroblob(32) WHERE position = 7", "log inconsistent"),
      (
        "UPDATE tiles SET content = zeroblob(8192) WHERE level = 0 AND number = 0",
        "tiles tile_wrong"
      ),
      ("UPDATE origins SET covered = sequence + 1 WHERE id = 1", "log covered_too_far"),
      (
        "UPDATE entries SET sealed = (SELECT sealed FROM entries WHERE position = 1) WHERE position = 2",
        "contents unreadable"
      ),
      ("UPDATE entries SET month = '2020-01' WHERE position = 3", "contents month_wrong"),
      ("UPDATE months SET first = 9", "contents month_wrong"),
      ("UPDATE months SET destroyed = 1", "contents keys_kept"),
      ("UPDATE term_pages SET content = substr(content, 17)", "search not_findable"),
      ("DELETE FROM term_runs WHERE first > 0", "search not_findable"),
      ("DELETE FROM disclosures WHERE call = 'call-999'", "disclosures unwatched"),
      ("UPDATE disclosures SET state = 1", "disclosures falsely_decided"),
      ("DELETE FROM alarms WHERE call = 'call-999'", "disclosures alarm_missing"),
      ("DELETE FROM alarms WHERE kind = 'canary_named'", "disclosures alarm_missing"),
    ])
  func changedDatabase(_ sql: String, _ finding: String) async throws {
    try await withStore { store in
      try await store.change(sql)
      let report = try await store.check()
      #expect(told(report).contains(finding), "\(sql): \(told(report))")
      #expect(report.isBroken == (finding != "contents keys_kept"), "\(sql)")
    }
  }

  @Test("a published file that was changed is broken, one that is missing is written again")
  func changedFiles() async throws {
    try await withStore { store in
      let (files, published) = (store.home.published.files, store.home.published)
      for path in files.keys.sorted() {
        let isSigned = [LogFile.checkpoint, LogFile.keys].contains(path)
        published.set(path, [UInt8](files[path, default: []].dropLast()))
        var report = try await store.check()
        #expect(report.isBroken, "\(path)")
        #expect(told(report).contains(isSigned ? "signatures signature" : "files file_wrong"))
        published.set(path, nil)
        report = try await store.check()
        #expect(!report.isBroken, "\(path): \(told(report))")
        #expect(told(report) == [isSigned ? "signatures signature" : "files file_missing"])
        published.set(path, files[path])
      }
      #expect(told(try await store.check()) == [])
    }
  }

  @Test("a checkpoint that the witnesses whom the node asks for did not sign is told")
  func witnesses() async throws {
    try await withStore { store in
      let key = try Ed25519PrivateKey(rawBytes: [UInt8](repeating: 3, count: 32))
      let witness = try CosignatureSigner(name: "office.test/witness", key: key)
      store.policy = try WitnessPolicy(
        text: "witness office \(witness.verifier.text)\nquorum office\n")
      #expect(told(try await store.check()) == ["signatures signature"])
    }
  }

  @Test(
    "one statement in a service's outbox is found out",
    arguments: [
      ("DELETE FROM outbox WHERE sequence = 10", "outboxes outbox"),
      ("DELETE FROM outbox WHERE sequence = 305", "outboxes outbox"),
      ("UPDATE outbox SET commitment = zeroblob(32) WHERE sequence = 10", "outboxes outbox"),
      ("UPDATE outbox SET chain = zeroblob(32) WHERE sequence = 10", "outboxes outbox"),
      ("UPDATE outbox_origin SET head = zeroblob(32)", "outboxes outbox"),
      ("UPDATE outbox_group SET root = zeroblob(32)", "outboxes outbox"),
      ("UPDATE outbox_group SET note = replace(note, 'r1', 'r2')", "outboxes outbox"),
      ("UPDATE outbox_origin SET purged = covered + 400", "outboxes outbox"),
      ("DROP TABLE outbox_group", "outboxes outbox_unreadable"),
    ])
  func changedOutbox(_ sql: String, _ finding: String) async throws {
    try await withStore { store in
      try await store.changeShare(sql)
      let report = try await store.check()
      #expect(told(report).contains(finding) && report.isBroken, "\(sql): \(told(report))")
    }
  }

  @Test("an outbox that was set back is behind the log, one that was written anew differs from it")
  func otherOutbox() async throws {
    try await withStore { store in
      let incarnation = try #require(store.share.outbox).origin.incarnation
      for (name, count, finding) in [
        ("shorter", 40, "outboxes outbox_behind"), ("other", 305, "outboxes outbox_differs"),
      ] {
        let first = try await CheckedStore.outbox(store.home, name)
        try await first.write {
          try $0.execute("UPDATE database_incarnation SET incarnation = ?1", [incarnation])
        }
        await first.close()
        let anew = try await CheckedStore.outbox(store.home, name)
        try await CheckedStore.write(0..<count, to: anew, salt: "anew")
        let report = try await store.check(anew)
        #expect(told(report).contains(finding), "\(name): \(told(report))")
        await anew.close()
      }
    }
  }

  @Test("a database that is opened to be looked at is not written, nor made where there is none")
  func opening() async throws {
    try await withStore { store in
      let seen = try await SQLDatabase.openToInspect(store.home.location, now: store.home.clock.now)
      #expect(try await seen.read { try $0.logState().published } == 309)
      await #expect(throws: DatabaseError.self) {
        try await seen.write { try $0.execute("DELETE FROM alarms") }
      }
      await seen.close()
      let absent = store.home.folder.path("absent/audit.sqlite")
      await #expect(throws: DatabaseError.self) {
        _ = try await SQLDatabase.openToInspect(
          .sqlite(path: absent), now: store.home.clock.now)
      }
      #expect(!FileManager.default.fileExists(atPath: absent))
    }
  }
}
