// Two processes of Ingest over PostgreSQL behind one gateway: what is true of one is true of both, and of whichever is left.

import Access
import Boot
import Contracts
import Crypto
import Database
import Foundation
import Glibc
import Integrity
import RPC
import Synchronization
import Synth
import TestSupport
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("Ingest in several replicas", .serialized, .timeLimit(.minutes(10 * patience)))
struct IngestReplicaTests {
  @Test("the demonstration over two replicas goes as planned, and each has its part in it")
  func demonstration() async throws {
    let demo = try SmallDemo(seed: 41, replicas: 2)
    let outcome = try await demo.play { node in
      let curl = try Curl(node.keys)
      for replica in ["ingest", "ingest-2"] {
        let page = try await curl.ask(
          try #require(node.ready.internal[replica]), "/metrics",
          as: node.keys.path + "/services/node")
        for method in ["UploadChunk", "OpenRecords", "CompareChunk"] {
          #expect(
            page.text.contains(
              #"code="OK",listener="internal",method="/weir.ingest.v1.Ingest/\#(method)""#),
            "\(replica) had no \(method)")
        }
      }
    }
    #expect(differences(outcome) == [])
  }

  @Test(
    "a batch loaded at both; SIGKILL of the one that commits it in the middle: the other goes on, nothing acknowledged is lost"
  )
  func killed() async throws {
    let demo = try SmallDemo(seed: 42, replicas: 2)
    let place = try #require(demo.options.ingest)
    try await demo.play(through: "subscriptions") { stage in
      let before = try await stage.lookups(3)
      var delivery = try await Delivery(stage, requestID: "second")
      try await delivery.send(chunks: 8)
      let (batch, rows) = (delivery.batch, delivery.acknowledgedRows)
      let client = try stage.wire.client(DemoCast.civilAffairs.systemName).ingest
      let request = delivery.commit(chunks: 8)
      let records = try await SQLDatabase.openToInspect(
        .postgres(connectionString: place.postgres), now: { TestDatabase.noon })
      // No salts of blocks can be written: the commit stands in its middle.
      try place.hold("salt_blocks")
      async let commit = client.commitBatch(request)
      var victim = ""
      try await eventually("a replica to have the turn") {
        victim = try await records.read { transaction in
          try transaction.queryOne(
            "SELECT holder FROM leases WHERE until > 0 AND name LIKE 'entries/%'")?[0] ?? ""
        }
        return !victim.isEmpty
      }
      let killed = victim.contains("/ingest-2#") ? "ingest-2" : "ingest"
      Glibc.kill(try #require(await stage.running.processIDs()[killed]), SIGKILL)
      try place.letGo()
      let committed: IngestV1.Batch? = try await commit
      await records.close()
      let done = try #require(committed)
      #expect(done.name == batch && done.acceptedRows + done.rejectedRows == rows)
      print("\(killed) was killed in the middle of a commit of \(rows) rows; the other ended it")
      // The new stock has each row of the first chunk eight times.
      func isAsBefore() async throws -> Bool {
        try await stage.lookups(3).elementsEqual(before) { new, old in
          new.count == 8 && new.allSatisfy { old.contains($0) }
        }
      }
      #expect(try await isAsBefore())
      for replica in ["ingest", "ingest-2"] {
        try await eventually("\(replica) to serve") {
          await stage.running.client.isServing(replica)
        }
        // Its start looked through all rows.
        let log = try readBytes("\(stage.running.dataFolder)/log/\(replica).log")
        #expect(!String(decoding: log, as: UTF8.self).contains("not what was committed"))
      }
      for _ in 0..<6 { #expect(try await isAsBefore()) }
    }
  }

  @Test(
    "AC-47 AC-52 a day's quota is exact over both, asked at once; and a grant that is revoked under load opens nothing at either"
  )
  func quotaAndRevocation() async throws {
    let demo = try SmallDemo(seed: 43, replicas: 2)
    try await demo.play(through: "subscriptions") { stage in
      let doors = try ["ingest", "ingest-2"].map { try Door(stage, to: $0) }
      let small = try await stage.carried(
        try stage.grant(.cremation), as: "grants/G-900", dailySubjects: 10)
      let roll = RollRows(stage.plan, .pension)
      let persons = try (0..<30).map { try stage.opening(small, roll.fields(ofRow: $0)) }
      let refused = try await withThrowingTaskGroup(of: String?.self) { group in
        for request in persons {
          // Each person at both at once; again at the other is the same subject.
          for door in doors {
            group.addTask { try await refusal { _ = try await door.open(request) }?.reason }
          }
        }
        return try await group.reduce(into: [String]()) { if let reason = $1 { $0.append(reason) } }
      }
      let charged = try await stage.distinctSubjects(of: small, in: demo.options.ingest)
      print(
        "quota of 10 over two replicas, 60 calls about 30 persons at once: \(charged) charged, \(refused.count) refused"
      )
      #expect(charged == 10 && Set(refused) == ["ingest.quota_used"])
      // Each of the ten was answered at both.
      #expect(refused.count == 40)
      for door in doors { await door.close() }
      try await revocation(stage)
    }
  }

  /// When calls of one replica were answered last.
  private final class Tally: Sendable {
    private let state = Mutex((revoked: ContinuousClock.Instant?.none, all: 0, late: 0))

    var count: (all: Int, late: Int) { state.withLock { ($0.all, $0.late) } }
    func revoked() { state.withLock { $0.revoked = .now } }
    func passed(begun: ContinuousClock.Instant) {
      state.withLock {
        $0.all += 1
        if let end = $0.revoked, begun > end { $0.late += 1 }
      }
    }
  }

  /// Asked at Ingest itself, as a Share would that goes on with what it once signed.
  private func revocation(_ stage: DemoStage) async throws {
    let clock = ContinuousClock()
    // Another grant than the one whose day is used up.
    let granted = try stage.grant(.cancellation)
    let request = try stage.opening(
      try await stage.carried(granted), stage.plan.leads(of: .pension, in: .cancellation)[0])
    let doors = try ["ingest", "ingest-2"].map { try Door(stage, to: $0) }
    let tallies = doors.map { _ in Tally() }
    try await withThrowingTaskGroup(
      of: (door: Int, reason: String, end: ContinuousClock.Instant).self
    ) {
      group in
      for (number, door) in doors.enumerated() {
        for _ in 0..<4 {
          group.addTask {
            while true {
              let begun = clock.now
              if let refused = try await refusal({ _ = try await door.open(request) }) {
                return (number, refused.reason, clock.now)
              }
              tallies[number].passed(begun: begun)
            }
          }
        }
      }
      try await eventually("the load to run at both") { tallies.allSatisfy { $0.count.all > 25 } }
      let source = DemoCast.publicSecurity
      let keeper = try stage.wire.client(source.principal(source.officer)).share
      let start = clock.now
      _ = try await keeper.revokeGrant(
        .init(name: granted.name, reason: "核查", requestID: "revoke-43"))
      let answered = clock.now
      for tally in tallies { tally.revoked() }
      var ends: [Int: ContinuousClock.Instant] = [:]
      for try await (door, reason, end) in group {
        #expect(reason == "ingest.grant_ended")
        ends[door] = max(ends[door] ?? end, end)
      }
      for (number, name) in ["ingest", "ingest-2"].enumerated() {
        let end = try #require(ends[number])
        print(
          "revocation at \(name): \(tallies[number].count.all) answers before, the last call refused \(end - start) after it was asked for, \(end - answered) after it was answered; late \(tallies[number].count.late)"
        )
        #expect(tallies[number].count.late == 0)
        #expect(end - start < .seconds(5) * patience)
      }
    }
    for door in doors { await door.close() }
  }

  @Test(
    "keys are rotated while both serve, and a person's erasure is seen by both: nobody else is gone, and no replica has an index of before"
  )
  func keysAndErasure() async throws {
    let demo = try SmallDemo(seed: 44, replicas: 2)
    let folder = demo.folder
    try await demo.play(through: "subscriptions") { stage in
      let entry = try stage.grant(.cremation).entry
      let doors = try ["ingest", "ingest-2"].map { try Door(stage, to: $0) }
      let grant = try await stage.carried(try stage.grant(.cremation))
      let leads = stage.plan.leads(of: .pension, in: .cremation).prefix(3)
      let requests = try leads.map { try stage.opening(grant, $0) }
      let before = try await doors[0].values(requests)
      try #require(before.allSatisfy { !$0.isEmpty })
      let isOver = Flag()
      let answers = try await withThrowingTaskGroup(of: Int.self) { group in
        for door in doors {
          group.addTask {
            var count = 0
            while !isOver.isSet || count == 0 {
              // One whom the swap overtakes again and again may come again.
              do {
                let found = try await door.values(requests)
                #expect(found == before)
                count += 1
              } catch let status as Status where status.code == .aborted {}
            }
            return count
          }
        }
        let operations = try stage.wire.client("departments/operations/persons/zhou").ingest
        for version in Int32(2)...3 {
          _ = try await operations.rotateKeys(
            .init(
              entry: entry, suite: version == 2 ? "sm4-ctr-hmac-sm3" : "aes-256-gcm",
              reason: "yearly", requestID: "rotate-\(version)"))
          try await eventually("nothing to lie under the old keys") {
            try await operations.listRegisterKeys(.init()).keys.contains {
              $0.entry == entry && $0.version == version && $0.previousVersion == 0
            }
          }
        }
        isOver.set()
        return try await group.reduce(into: [Int]()) { $0.append($1) }
      }
      print("two rotations, answers meanwhile at both: \(answers)")
      #expect(answers.count == 2 && answers.allSatisfy { $0 > 0 })
      func indexes() throws -> Set<String> { try stage.indexes(of: entry) }
      let former = try indexes()
      #expect(!former.isEmpty)
      try await destroyPerson(leads[0], stage, folder)
      // With the certificate no file of an index that held him is left, at neither.
      #expect(try indexes().isDisjoint(with: former))
      for door in doors {
        let after = try await door.values(requests)
        #expect(after[0].isEmpty && Array(after.dropFirst()) == Array(before.dropFirst()))
      }
      for door in doors { await door.close() }
    }
  }

  @Test("a second process of the same number, and one with other keys, do not start, and say why")
  func refusedStarts() async throws {
    let demo = try SmallDemo(seed: 45, replicas: 2)
    let folder = demo.folder
    try await demo.play(through: "departments") { stage in
      let file = stage.running.dataFolder + "/run/ingest-2.yaml"
      func ended(_ change: (inout ServiceConfiguration) -> Void) async throws -> String {
        var other = try ServiceConfiguration.load(path: file)
        other.listen = "127.0.0.1:\(try freeLoopbackPort())"
        other.dataFolder = folder.path("other")
        change(&other)
        try Files.write(try other.yaml(), to: folder.path("other.yaml"), isPrivate: true)
        let end = try await runToEnd(
          builtProgram("weir-ingest"), ["--configuration", folder.path("other.yaml")])
        #expect(end.status != 0)
        return end.output
      }
      let same = try await ended { $0.replica = 2 }
      #expect(same.contains("another process runs as replica r2"))
      let others = try await ended {
        $0.replica = 3
        $0.keysFolder = folder.path("other-keys")
      }
      #expect(others.contains("keysFolder is not the folder of keys"))
      let folderOfAnother = try await ended { $0.dataFolder = stage.running.dataFolder + "/ingest" }
      #expect(folderOfAnother.contains("give each its own"))
      let together = try await ended {
        $0.replica = 3
        $0.identityPostgres = $0.postgres.map { $0 + " " }
      }
      #expect(together.contains("mapping store"))
      let examined = await weir(["doctor", "--data", stage.running.dataFolder, "--lang", "en"])
      #expect(examined.output.contains("2 processes; records and mapping store in two"))
      #expect(examined.output.contains("service ingest-2"))
    }
  }
}
