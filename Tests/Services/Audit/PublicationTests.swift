// Publishing the log: the order of its steps, stops between them, and what the check at the start finds.

import Access
import AuditHandlers
import AuditRules
import AuditStore
import Crypto
import Database
import Integrity
import TestSupport
import Testing
import Vocabulary

@Suite("The log is published, tiles first")
struct PublicationTests {
  private static func copy(_ home: LogHome) -> LogCopy {
    LogCopy(files: home.published.files)
  }

  private static func checkpoint(_ home: LogHome, _ log: OpenLog) throws -> Checkpoint {
    let bytes = try #require(home.published.files[LogFile.checkpoint])
    return try Checkpoint(
      verifying: try SignedNote(String(decoding: bytes, as: UTF8.self)), by: log.signer.verifier)
  }

  @Test(
    "a checkpoint comes after its tiles and covers what was in the log", arguments: Backend.allCases
  )
  func order(_ backend: Backend) async throws {
    let home = try LogHome(backend)
    var share = try home.origin("share")
    let events = share.write(3)
    try await withLog(home) { log in
      try await log.intake.take(events, of: share.origin)
      #expect(log.board.progress(of: "share").map(\.covered) == [0])
      try await log.publisher.publish()
      let tree = MemoryTree(entries: events.map(\.leaf))
      let checkpoint = try Self.checkpoint(home, log)
      #expect(checkpoint.size == 3 && checkpoint.root == tree.root)
      #expect(checkpoint.origin == "weir.test/audit")
      #expect(
        home.published.order == ["tile/0/000.p/3", "tile/entries/000.p/3", LogFile.checkpoint])
      #expect(log.board.progress(of: "share").map(\.covered) == [3])
      try await log.publisher.publish()
      #expect(home.published.order.count == 3)
    }
  }

  @Test(
    "growing by random steps, the published log is always the brute-force tree, and verifies",
    arguments: Backend.allCases)
  func growth(_ backend: Backend) async throws {
    let seed: UInt64 = 12
    let random = SeededRandom(seed: seed)
    let home = try LogHome(backend)
    var share = try home.origin("share")
    var leaves: [[UInt8]] = []
    try await withLog(home) { log in
      for _ in 0..<14 {
        let events = share.write(1 + Int(random.uniform(below: 90)))
        leaves += events.map(\.leaf)
        let origin = share.origin
        try await log.intake.take(events, of: origin)
        try await log.publisher.publish()
        let checkpoint = try Self.checkpoint(home, log)
        #expect(checkpoint.size == UInt64(leaves.count), "seed \(seed)")
        #expect(checkpoint.root == MemoryTree(entries: leaves).root, "seed \(seed)")
        for (path, content) in TileBuilder.files(of: leaves) {
          #expect(home.published.files[path] == content, "\(path), seed \(seed)")
        }
      }
      #expect(leaves.count > 300)
      #expect(home.published.files["tile/0/000"] != nil)
      let stale = home.published.files.keys.filter { $0.hasPrefix("tile/0/000.p/") }
      #expect(stale == [], "partial tiles go when the full one is there")
      try await log.inspection.run()
    }
  }

  @Test(
    "a stop after any step leaves a log that opens, and is published whole afterwards",
    arguments: 0...4)
  func stops(step: Int) async throws {
    let home = try LogHome()
    var share = try home.origin("share")
    let first = share.write(5)
    let second = share.write(300)
    let origin = share.origin
    try await withLog(home) { log in
      try await log.intake.take(first, of: origin)
      try await log.publisher.publish()
      try await log.intake.take(second, of: origin)
      home.published.stop(afterWrites: step)
      await #expect(throws: MemoryFolder.Stopped.self) { try await log.publisher.publish() }
      let size = try Self.checkpoint(home, log).size
      #expect(size == 5)
    }
    home.published.stop(afterWrites: .max)
    try await withLog(home) { log in
      try await log.inspection.run()
      try await log.inspection.repairFiles(with: log.publisher)
      #expect(log.board.progress(of: "share").map(\.covered) == [5])
      try await log.publisher.publish()
      let checkpoint = try Self.checkpoint(home, log)
      #expect(checkpoint.size == 305)
      #expect(checkpoint.root == MemoryTree(entries: (first + second).map(\.leaf)).root)
    }
  }

  @Test(
    "a stop between the checkpoint and the note of it is made good at the next start",
    arguments: Backend.allCases)
  func checkpointAhead(_ backend: Backend) async throws {
    let home = try LogHome(backend)
    var share = try home.origin("share")
    let events = share.write(4)
    let origin = share.origin
    try await withLog(home) { log in
      try await log.intake.take(events, of: origin)
      let tree = MemoryTree(entries: events.map(\.leaf))
      let note = try Checkpoint(origin: "weir.test/audit", size: 4, root: tree.root)
        .signed(by: log.signer)
      home.published.set(LogFile.checkpoint, Array(note.encoded.utf8))
    }
    try await withLog(home) { log in
      #expect(try await log.inspection.run() == 4)
      try await log.publisher.publish()
      #expect(log.board.progress(of: "share").map(\.covered) == [4])
    }
  }

  @Test(
    "missing tiles are written again; other bytes under a published name stop everything",
    arguments: Backend.allCases)
  func repair(_ backend: Backend) async throws {
    let home = try LogHome(backend)
    var share = try home.origin("share")
    let events = share.write(300)
    let origin = share.origin
    try await withLog(home) { log in
      try await log.intake.take(events, of: origin)
      try await log.publisher.publish()
      let before = home.published.files
      for path in ["tile/0/000", "tile/entries/001.p/44"] { home.published.set(path, nil) }
      #expect(try await log.inspection.repairFiles(with: log.publisher) == 2)
      #expect(home.published.files == before)
      home.published.set("tile/1/000.p/1", [UInt8](repeating: 0, count: 32))
      await #expect(throws: LogFault.broken("tile/1/000.p/1 was published with other content")) {
        try await log.inspection.repairFiles(with: log.publisher)
      }
    }
  }

  @Test(
    "a rewritten entry, a database set back or a foreign checkpoint is found at the start",
    arguments: Backend.allCases)
  func broken(_ backend: Backend) async throws {
    let home = try LogHome(backend)
    var share = try home.origin("share")
    let events = share.write(6)
    let origin = share.origin
    try await withLog(home) { log in
      try await log.intake.take(events, of: origin)
      try await log.publisher.publish()
      let good = try #require(home.published.files[LogFile.checkpoint])
      try await log.database.write { transaction in
        try transaction.execute(
          "UPDATE entries SET leaf = ?1 WHERE position = 2", [[UInt8](repeating: 1, count: 32)])
      }
      await #expect(
        throws: LogFault.broken("the first 6 entries are not those of the checkpoint")
      ) { try await log.inspection.run() }
      try await log.database.write { transaction in
        try transaction.execute(
          "UPDATE entries SET leaf = ?1 WHERE position = 2", [events[2].leaf])
      }
      try await log.inspection.run()

      let root = [UInt8](repeating: 3, count: 32)
      func publish(_ size: UInt64, by signer: NoteSigner) throws {
        let note = try Checkpoint(origin: signer.verifier.name, size: size, root: root)
          .signed(by: signer)
        home.published.set(LogFile.checkpoint, Array(note.encoded.utf8))
      }
      try publish(9, by: log.signer)
      await #expect(
        throws: LogFault.broken("a checkpoint of 9 entries is out, the database has fewer")
      ) { try await log.inspection.run() }
      try publish(6, by: log.signer)
      await #expect(
        throws: LogFault.broken("two checkpoints state different logs of one size")
      ) { try await log.inspection.run() }
      let stranger = try NoteSigner(
        name: "weir.test/audit", key: try Ed25519PrivateKey(random: home.random))
      try publish(6, by: stranger)
      await #expect(throws: LogFault.broken("a checkpoint is not signed by the log's key")) {
        try await log.inspection.run()
      }
      home.published.set(LogFile.checkpoint, good)
      try await log.inspection.run()
    }
  }

  @Test("an entry moved or changed in the file does not open", arguments: Backend.allCases)
  func swapped(_ backend: Backend) async throws {
    let home = try LogHome(backend)
    var share = try home.origin("share")
    let events = share.write(4)
    let origin = share.origin
    try await withLog(home) { log in
      try await log.intake.take(events, of: origin)
      let entries = try await log.database.read { try $0.entries(from: 0, limit: 4) }
      try await log.database.write { transaction in
        try transaction.execute(
          "UPDATE entries SET sealed = ?1 WHERE position = 1", [entries[2].sealed])
      }
      await #expect(throws: LogFault.notAuthentic(position: 1)) {
        try await log.inspection.openAll(with: log.keys)
      }
    }
  }
}

@Suite("A disclosure without a decision raises an alarm (hebi-2021/13.3)")
struct DisclosureWatchTests {
  @Test(
    "a decision before or after the disclosure settles it; none within the grace does not",
    arguments: Backend.allCases)
  func watching(_ backend: Backend) async throws {
    let home = try LogHome(backend)
    var share = try home.origin("share")
    var ingest = try home.origin("ingest")
    func call(_ digit: Character) -> JSONValue { .string(String(repeating: digit, count: 32)) }
    let decisions = ["a", "b"].map { share.write("share.decision", ["call": call($0)]) }
    let disclosures = ["a", "b", "c", "d"].map {
      ingest.write("ingest.disclosure", ["call": call($0)])
    }
    let late = share.write("share.decision", ["call": call("d")])
    let (origin, other) = (share.origin, ingest.origin)
    try await withLog(home) { log in
      let watch = DisclosureWatch(database: log.database, keys: log.keys, clocks: log.clocks)
      func count(_ state: DisclosureState) async throws -> Int {
        try await log.database.read { try $0.disclosures(state, limit: 10).count }
      }
      try await log.intake.take([decisions[0]], of: origin)
      try await log.intake.take(disclosures, of: other)
      try await log.intake.take([decisions[1]], of: origin)
      try await watch.sweep()
      #expect(try await count(.decided) == 2)
      #expect(try await count(.awaiting) == 2)
      home.clock.pass(seconds: 30)
      try await watch.sweep()
      #expect(try await log.alarms() == [])
      home.clock.pass(milliseconds: 1)
      try await watch.sweep()
      try await watch.sweep()
      let alarms = try await log.alarms()
      #expect(alarms.map(\.kind) == [.disclosureWithoutDecision, .disclosureWithoutDecision])
      #expect(alarms.map(\.call) == ["c", "d"].map { String(repeating: $0, count: 32) })
      #expect(alarms.map(\.sequence) == [3, 4])
      try await log.intake.take([late], of: origin)
      try await watch.sweep()
      #expect(try await count(.decided) == 3)
      #expect(try await log.alarms().count == 2)
    }
  }

  @Test(
    "who signs under a certificate that the registry never logged raises an alarm, once; who is logged, founded or renewed does not",
    arguments: Backend.allCases)
  func signers(_ backend: Backend) async throws {
    let home = try LogHome(backend)
    var gateway = try home.origin("gateway")
    var share = try home.origin("share")
    func signed(_ certificate: UInt8, _ call: Character) -> JSONObject {
      let statement = SignedStatement(
        statement: [1], signature: [2], certificate: [certificate], issuers: [])
      return [
        "call": .string(String(repeating: call, count: 32)), "signed": statement.json,
      ]
    }
    func hash(_ certificate: UInt8) -> JSONValue { .string(Hex.encode(SHA256.hash([certificate]))) }
    let founded = gateway.write("registry.founded", ["fingerprints": .array([hash(1)])])
    let decisions = [1, 2, 3, 4, 4].map {
      share.write("share.grant_revoked", signed($0, "a"))
    }
    // Another service's word for the registry's counts for nothing.
    let foreign = share.write("registry.certificate_issued", ["certificate": hash(4)])
    let issued = gateway.write("registry.certificate_issued", ["certificate": hash(2)])
    let renewed = gateway.write("registry.certificate_renewed", ["certificate": hash(3)])
    let (ofGateway, ofShare) = (gateway.origin, share.origin)
    try await withLog(home) { log in
      let watch = DisclosureWatch(database: log.database, keys: log.keys, clocks: log.clocks)
      try await log.intake.take([founded], of: ofGateway)
      try await log.intake.take(decisions + [foreign], of: ofShare)
      try await watch.sweep()
      home.clock.pass(seconds: 30)
      try await log.intake.take([issued, renewed], of: ofGateway)
      try await watch.sweep()
      #expect(try await log.alarms().map(\.kind) == [.foreignTopic])
      home.clock.pass(milliseconds: 1)
      try await watch.sweep()
      try await watch.sweep()
      let alarms = try await log.alarms()
      #expect(alarms.map(\.kind) == [.foreignTopic, .signerUnknown])
      #expect(alarms.last?.sequence == 4 && alarms.last?.call.first == "a")
    }
  }

  @Test("AC-91 a demanded role that nobody holds any more raises an alarm at once")
  func openDuty() async throws {
    let home = try LogHome()
    var gateway = try home.origin("gateway")
    let event = gateway.write(
      "registry.duty_open",
      [
        "subject": "departments/civil-affairs", "roles": "dept-security",
        "call": .string(String(repeating: "b", count: 32)),
      ])
    let origin = gateway.origin
    try await withLog(home) { log in
      try await log.intake.take([event], of: origin)
      let alarms = try await log.alarms()
      #expect(alarms.map(\.kind) == [.dutyOpen])
      #expect(alarms.first?.kind.citation == .accessRule(91))
    }
  }

  @Test("a decision out of Ingest's own outbox settles nothing, and is an alarm itself")
  func foreignDecision() async throws {
    let home = try LogHome()
    var ingest = try home.origin("ingest")
    let call = JSONValue.string(String(repeating: "a", count: 32))
    let events = [
      ingest.write("ingest.disclosure", ["call": call]),
      ingest.write("share.decision", ["call": call]),
    ]
    let origin = ingest.origin
    try await withLog(home) { log in
      let watch = DisclosureWatch(database: log.database, keys: log.keys, clocks: log.clocks)
      try await log.intake.take(events, of: origin)
      #expect(try await log.alarms().map(\.kind) == [.foreignTopic])
      #expect(try await log.alarms().map(\.sequence) == [2])
      home.clock.pass(milliseconds: 30_001)
      try await watch.sweep()
      #expect(try await log.alarms().map(\.kind) == [.foreignTopic, .disclosureWithoutDecision])
      // It is in the log all the same: it was written.
      #expect(try await log.size() == 2)
    }
  }
}
