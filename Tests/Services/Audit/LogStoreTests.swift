// The log's store on a real database: appended once, found again, held to its tree, and never deleted.

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

@Suite("The log takes each entry once")
struct LogStoreTests {
  @Test(
    "entries of several origins go into one tree, each in its own order",
    arguments: Backend.allCases)
  func appending(_ backend: Backend) async throws {
    let home = try LogHome(backend)
    var share = try home.origin("share")
    var ingest = try home.origin("ingest")
    let first = share.write(3)
    let second = ingest.write(600)
    let third = share.write(2)
    try await withLog(home) { log in
      try await log.intake.take(first, of: share.origin)
      try await log.intake.take(second, of: ingest.origin)
      try await log.intake.take(third, of: share.origin)
      let tree = MemoryTree(entries: (first + second + third).map(\.leaf))
      #expect(try await log.root() == tree.root)
      #expect(log.board.progress(of: "share").map(\.held.sequence) == [5])
      #expect(try await log.inspection.run() == 605)
      #expect(try await log.inspection.openAll(with: log.keys) == 605)
      #expect(try await log.alarms() == [])
    }
  }

  @Test("what comes again is not doubled, also across a restart", arguments: Backend.allCases)
  func again(_ backend: Backend) async throws {
    let home = try LogHome(backend)
    var share = try home.origin("share")
    let events = share.write(10)
    try await withLog(home) { log in
      try await log.intake.take(Array(events[..<6]), of: share.origin)
      try await log.intake.take(Array(events[2..<8]), of: share.origin)
    }
    try await withLog(home) { log in
      try await log.intake.take(events, of: share.origin)
      #expect(try await log.size() == 10)
      #expect(try await log.root() == MemoryTree(entries: events.map(\.leaf)).root)
      #expect(try await log.alarms() == [])
    }
  }

  @Test(
    "a gap, a fork or a bad leaf ends the batch there, is on record once, and other origins go on",
    arguments: Backend.allCases)
  func refusals(_ backend: Backend) async throws {
    let home = try LogHome(backend)
    var share = try home.origin("share")
    var ingest = try home.origin("ingest")
    let events = share.write(6)
    let others = ingest.write(2)
    try await withLog(home) { log in
      for _ in 0..<2 {
        await #expect(throws: OriginRefusal(.gap, origin: share.origin.text, sequence: 3)) {
          try await log.intake.take([events[0], events[1], events[3]], of: share.origin)
        }
      }
      await #expect(throws: OriginRefusal(.badLeaf, origin: share.origin.text, sequence: 3)) {
        let forged = events[2].with(payload: Array(#"{"time":1}"#.utf8))
        try await log.intake.take([forged], of: share.origin)
      }
      await #expect(throws: OriginRefusal(.fork, origin: share.origin.text, sequence: 3)) {
        try await log.intake.take(
          [events[2].with(chain: [UInt8](repeating: 0, count: 32))], of: share.origin)
      }
      var twin = try home.origin("share")
      let other = twin.write(1)
      let origin = twin.origin
      await #expect(throws: OriginRefusal(.fork, origin: share.origin.text, sequence: 1)) {
        try await log.intake.take(other, of: origin)
      }
      try await log.intake.take(others, of: ingest.origin)
      try await log.intake.take(Array(events[2...]), of: share.origin)
      #expect(try await log.size() == 8)
      let alarms = try await log.alarms()
      #expect(alarms.map(\.kind) == [.gap, .badLeaf, .fork, .fork])
      #expect(alarms.map(\.sequence) == [3, 3, 3, 1])
      #expect(try await log.inspection.run() == 8)
    }
  }

  @Test(
    "a payload that says another topic than its event is a bad leaf", arguments: Backend.allCases)
  func topics(_ backend: Backend) async throws {
    let home = try LogHome(backend)
    var share = try home.origin("share")
    let event = share.write("share.decision")
    let renamed = ArrivedEvent(
      sequence: 1, topic: "share.grant_revoked", salt: event.salt, payload: event.payload,
      leaf: event.leaf, chain: event.chain)
    try await withLog(home) { log in
      await #expect(throws: OriginRefusal(.badLeaf, origin: share.origin.text, sequence: 1)) {
        try await log.intake.take([renamed], of: share.origin)
      }
      let size = try await log.size()
      #expect(size == 0)
    }
  }

  @Test(
    "an origin that lost entries is rolled back; a database begun anew is told",
    arguments: Backend.allCases)
  func rollback(_ backend: Backend) async throws {
    let home = try LogHome(backend)
    var share = try home.origin("share")
    let events = share.write(4)
    let anew = try home.origin("share", incarnation: 8)
    try await withLog(home) { log in
      try await log.intake.meet(share.origin, newest: 0)
      #expect(log.board.progress(of: "share").map(\.held.sequence) == [0])
      try await log.intake.take(events, of: share.origin)
      try await log.intake.meet(share.origin, newest: 4)
      await #expect(throws: OriginRefusal(.rolledBack, origin: share.origin.text, sequence: 4)) {
        try await log.intake.meet(share.origin, newest: 3)
      }
      try await log.intake.meet(anew.origin, newest: 0)
      let alarms = try await log.alarms()
      #expect(alarms.map(\.kind) == [.rolledBack, .newIncarnation])
      #expect(alarms.map(\.origin) == [share.origin.text, anew.origin.text])
    }
  }

  @Test("only the newest appender appends", arguments: Backend.allCases)
  func fencing(_ backend: Backend) async throws {
    let home = try LogHome(backend)
    var share = try home.origin("share")
    let events = share.write(2)
    try await withLog(home) { old in
      try await old.intake.take([events[0]], of: share.origin)
      try await withLog(home) { new in
        await #expect(throws: LogFault.fencedOff) {
          try await old.intake.take([events[1]], of: share.origin)
        }
        await #expect(throws: LogFault.fencedOff) { try await old.publisher.publish() }
        try await new.intake.take([events[1]], of: share.origin)
        #expect(try await new.size() == 2)
      }
    }
  }

  @Test("payloads and what they are about lie sealed; the file holds neither")
  func sealed() async throws {
    let home = try LogHome()
    var share = try home.origin("share")
    let events = [
      share.write(
        "share.decision",
        ["call": "feedfacefeedface", "purpose": "planted-purpose", "grantee": "human-resources"])
    ]
    try await withLog(home) { log in
      try await log.intake.take(events, of: share.origin)
      try await log.database.checkpoint()
    }
    let folder = home.folder.path("audit")
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
      for planted in ["planted-purpose", "human-resources", "share.decision", "feedfacefeedface"] {
        #expect(bytes.range(of: Data(planted.utf8)) == nil, "\(planted) in \(name)")
      }
    }
  }

  @Test(
    "every entry is found by its leaf and by its terms, however the runs were merged",
    arguments: Backend.allCases)
  func terms(_ backend: Backend) async throws {
    let home = try LogHome(backend)
    var share = try home.origin("share")
    let seed: UInt64 = 41
    let sizes = SeededRandom(seed: seed)
    try await withLog(home) { log in
      // Many small appends, then some large: runs of several levels.
      var places: [[UInt64]] = Array(repeating: [], count: 7)
      var count: UInt64 = 0
      for round in 0..<300 {
        let size = round < 290 ? 1 + sizes.uniform(below: 3) : 200 + sizes.uniform(below: 400)
        let events = (0..<size).map { offset -> ArrivedEvent in
          let grant = Int((count + offset) % 7)
          places[grant].append(count + offset)
          return share.write("share.decision", ["grant": .string("grants/G-\(grant + 1)")])
        }
        try await log.intake.take(events, of: share.origin)
        count += size
      }
      let (written, keys, expected, total) = (share.events, log.keys, places, count)
      let month = MonthKeys.month(of: home.clock.now())
      try await log.database.read { transaction in
        for (grant, places) in expected.enumerated() {
          let term = try keys.term(LogTerm.grant("G-\(grant + 1)"), month: month)
          let all = try transaction.positions(ofTerm: term, from: 0, limit: 10_000)
          #expect(all == places, "seed \(seed)")
          let middle = places[places.count / 2]
          #expect(
            try transaction.positions(ofTerm: term, from: middle, limit: 5)
              == Array(places.drop { $0 < middle }.prefix(5)))
          #expect(
            try transaction.entries(withTerm: term, from: middle, limit: 50).map(\.position)
              == Array(places.drop { $0 < middle }.prefix(50)))
          let last = places.last ?? 0
          #expect(
            try transaction.place(ofTerms: [1, term], from: last) { $0 == last } == last)
          #expect(try transaction.place(ofTerms: [term], from: 0) { _ in false } == nil)
          #expect(try transaction.place(ofTerms: [term], from: total) { _ in true } == nil)
        }
        for position in stride(from: 0, to: total, by: 13) {
          #expect(
            try transaction.position(ofLeaf: written[Int(position)].leaf) == position)
        }
        #expect(try transaction.position(ofLeaf: [UInt8](repeating: 3, count: 32)) == nil)
        let runs = try transaction.query("SELECT level FROM term_runs ORDER BY first")
        let highest: Int = try #require(runs.first)[0]
        #expect(runs.count < 40 && highest >= 2)
      }
    }
  }

  @Test("no statement deletes or changes an entry: there is no purge before the term (AC-70)")
  func nothingDeletes() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../Services/Audit").standardizedFileURL
    let files = try #require(
      FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var read = 0
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      read += 1
      // Runs of search terms are merged: what goes is derived, and stands in the merged run.
      let rest = text.replacing(#/DELETE FROM term_(pages|runs) /#, with: "")
      for word in ["DELETE ", "DROP ", "TRUNCATE ", "UPDATE entries", "UPDATE term", "REPLACE "] {
        #expect(!rest.contains(word), "\(word) in \(file.lastPathComponent)")
      }
    }
    #expect(read > 10)
  }
}
