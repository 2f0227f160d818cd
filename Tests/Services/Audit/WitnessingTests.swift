// The log with its witnesses: published when enough have signed, and told when one contradicts it.

import AuditHandlers
import AuditRules
import AuditStore
import Crypto
import Database
import Integrity
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// Witnesses in this process, which judge as every witness does; each can be away, hang or lie.
private final class Offices: Sendable {
  enum Mood: Sendable { case honest, away, hangs, lies }

  private struct State {
    var seen: [String: Checkpoint] = [:]
    var moods: [String: Mood] = [:]
    var asked = 0
  }

  static let names = ["data", "audit", "inspection"]
  let log: NoteVerifier
  private let state = Mutex(State())

  init(_ home: LogHome) throws {
    log = try NoteSigner(name: KeyList.auditName(LogHome.domain), key: home.key).verifier
  }

  static func signer(_ name: String) throws -> CosignatureSigner {
    try CosignatureSigner(
      name: "witness.test/" + name,
      key: try Ed25519PrivateKey(rawBytes: SHA256.hash(Array(name.utf8))))
  }

  static func policy() throws -> WitnessPolicy {
    let lines = try names.map { "witness \($0) \(try signer($0).verifier.text)\n" }
    return try WitnessPolicy(
      text: lines.joined() + "group two 2 data audit inspection\nquorum two\n")
  }

  func set(_ name: String, _ mood: Mood) { state.withLock { $0.moods[name] = mood } }
  func saw(_ name: String, _ checkpoint: Checkpoint?) {
    state.withLock { $0.seen[name] = checkpoint }
  }
  func size(_ name: String) -> UInt64? { state.withLock { $0.seen[name]?.size } }

  func ask(_ witness: WitnessPolicy.Witness, _ body: [UInt8]) async throws -> WitnessAnswer {
    let name = witness.name
    switch state.withLock({ $0.moods[name] ?? .honest }) {
    case .away: throw WitnessFinding.silent("away")
    case .hangs:
      let (never, held) = AsyncStream<Void>.makeStream()
      for await _ in never {}
      withExtendedLifetime(held) {}
      throw CancellationError()
    case .lies:
      let other = try Self.signer("nobody").sign("other text\n", time: 1)
      return WitnessAnswer(status: 200, contentType: "text/plain", body: Array(other.line.utf8))
    case .honest: break
    }
    let asked = try #require(AddCheckpoint(body))
    let verdict: Result<Checkpoint, WitnessRefusal> = try state.withLock { state in
      do {
        let checkpoint = try asked.judged(logs: [log]) { _ in state.seen[name] }
        state.seen[name] = checkpoint
        return .success(checkpoint)
      } catch let refusal as WitnessRefusal {
        return .failure(refusal)
      }
    }
    switch verdict {
    case .success:
      let line = try Self.signer(name).sign(asked.note.text, time: 1_700_000_000).line
      return WitnessAnswer(status: 200, contentType: "text/plain", body: Array(line.utf8))
    case .failure(.otherSize(let size)), .failure(.otherRoot(let size)):
      return WitnessAnswer(
        status: 409, contentType: "text/x.tlog.size", body: Array("\(size)\n".utf8))
    case .failure(let refusal):
      return WitnessAnswer(status: refusal.status, contentType: "text/plain", body: [])
    }
  }
}

/// A log with its offices, and what was reported of them.
private final class Witnessed: Sendable {
  let home: LogHome
  let offices: Offices
  let log: OpenLog
  let reports = Mutex<[String]>([])

  init(_ home: LogHome, _ offices: Offices) async throws {
    self.home = home
    self.offices = offices
    let told = Told()
    log = try await OpenLog(
      home,
      witnesses: Witnesses(policy: try Offices.policy(), ask: offices.ask) { witness, finding in
        told.lines.withLock {
          $0.append("\(witness.name): \(finding.map { "\($0)" } ?? "signs")")
        }
      })
    self.told = told
  }

  private final class Told: Sendable { let lines = Mutex<[String]>([]) }
  private let told: Told
  var lines: [String] { told.lines.withLock { $0 } }

  /// Appends entries and publishes.
  func publish(_ writer: inout OriginWriter, _ count: Int) async throws -> Bool {
    try await log.intake.take(writer.write(count), of: writer.origin)
    return try await log.publisher.publish()
  }

  var note: SignedNote? {
    get throws {
      try home.published.files[LogFile.checkpoint].map {
        try SignedNote(String(decoding: $0, as: UTF8.self))
      }
    }
  }

  func cosigners() throws -> Set<String> {
    Set(try Offices.policy().cosigners(of: try #require(try note)).map(\.name))
  }
}

@Suite("The log is published once a quorum of witnesses has signed (DESIGN 9)")
struct WitnessingTests {
  private func withWitnesses(
    _ backend: Backend = .sqlite, _ body: (Witnessed, inout OriginWriter) async throws -> Void
  ) async throws {
    let home = try LogHome(backend)
    let witnessed = try await Witnessed(home, try Offices(home))
    var share = try home.origin("share")
    do {
      try await body(witnessed, &share)
    } catch {
      await witnessed.log.database.close()
      throw error
    }
    await witnessed.log.database.close()
  }

  @Test("all three sign each checkpoint as it grows, and the policy's verifier accepts it")
  func grows() async throws {
    try await withWitnesses { (witnessed, share) async throws -> Void in
      for count in [1, 2, 300, 1] {
        #expect(try await witnessed.publish(&share, count))
        #expect(try witnessed.cosigners() == ["data", "audit", "inspection"])
      }
      #expect(witnessed.offices.size("inspection") == 304)
      #expect(witnessed.lines == [])
      #expect(try await witnessed.log.alarms() == [])
    }
  }

  @Test(
    "two of three are enough, whether the third is away or hangs; it catches up by the size that it names"
  )
  func quorum() async throws {
    try await withWitnesses { (witnessed, share) async throws -> Void in
      #expect(try await witnessed.publish(&share, 5))
      witnessed.offices.set("audit", .hangs)
      #expect(try await witnessed.publish(&share, 5))
      #expect(try witnessed.cosigners() == ["data", "inspection"])
      witnessed.offices.set("audit", .away)
      #expect(try await witnessed.publish(&share, 5))
      #expect(witnessed.lines.first?.hasPrefix("audit: silent") == true)
      witnessed.offices.set("audit", .honest)
      #expect(try await witnessed.publish(&share, 5))
      #expect(try witnessed.cosigners().count == 3)
      #expect(witnessed.lines.last == "audit: signs")
    }
  }

  @Test(
    "with fewer than the quorum nothing is published or covered, and goes out when they are back")
  func tooFew() async throws {
    try await withWitnesses { (witnessed, share) async throws -> Void in
      witnessed.offices.set("data", .away)
      witnessed.offices.set("audit", .lies)
      #expect(try await !witnessed.publish(&share, 4))
      let note = try witnessed.note
      #expect(note == nil)
      #expect(witnessed.log.board.progress(of: "share").map(\.covered) == [0])
      #expect(Set(witnessed.lines).contains("audit: badSignature"))
      witnessed.offices.set("audit", .honest)
      #expect(try await witnessed.publish(&share, 1))
      #expect(try witnessed.cosigners() == ["audit", "inspection"])
      #expect(witnessed.log.board.progress(of: "share").map(\.covered) == [5])
    }
  }

  @Test(
    "a witness that has signed another face of the log is named: alarm log_forked",
    arguments: [3, 5, 9])
  func forked(size: Int) async throws {
    try await withWitnesses { (witnessed, share) async throws -> Void in
      let other = MemoryTree(entries: (0..<size).map { SHA256.hash([UInt8($0)]) })
      witnessed.offices.saw(
        "data",
        Checkpoint(origin: witnessed.offices.log.name, size: UInt64(size), root: other.root))
      // The other two have seen this one, and are the quorum.
      #expect(try await witnessed.publish(&share, 5))
      let alarms = try await witnessed.log.alarms()
      #expect(alarms.map(\.origin) == ["witness.test/data"])
      // A size that this log does not have yet is told as such, until it has grown so far.
      #expect(alarms.map(\.kind) == [size > 5 ? .logRolledBack : .logForked])
      #expect(alarms.map(\.sequence) == [UInt64(size)])
      #expect(try await witnessed.publish(&share, 5))
      #expect(try await witnessed.log.alarms().last?.kind == .logForked)
      #expect(try witnessed.cosigners() == ["audit", "inspection"])
      for alarm in try await witnessed.log.alarms() {
        let sentence = alarm.kind.sentence(origin: alarm.origin, sequence: alarm.sequence, call: "")
        #expect(sentence.english.contains("witness.test/data"))
      }
    }
  }

  @Test("a log set back behind what a quorum has signed publishes nothing: alarm log_rolled_back")
  func rolledBack() async throws {
    let home = try LogHome()
    let offices = try Offices(home)
    for name in Offices.names {
      offices.saw(
        name,
        Checkpoint(
          origin: offices.log.name, size: 50,
          root: MemoryTree(entries: (0..<50).map { SHA256.hash([$0]) }).root))
    }
    let witnessed = try await Witnessed(home, offices)
    var share = try home.origin("share")
    #expect(try await !witnessed.publish(&share, 7))
    let note = try witnessed.note
    #expect(note == nil)
    let alarms = try await witnessed.log.alarms()
    #expect(alarms.map(\.kind) == [.logRolledBack, .logRolledBack, .logRolledBack])
    #expect(Set(alarms.map(\.sequence)) == [50])
    await witnessed.log.database.close()
  }

  @Test(
    "a stop after the witnesses signed loses nothing: the next start publishes beyond what they have"
  )
  func stopped() async throws {
    let home = try LogHome()
    let offices = try Offices(home)
    var share = try home.origin("share")
    let first = try await Witnessed(home, offices)
    try await first.log.intake.take(share.write(6), of: share.origin)
    // Two tiles, and no checkpoint any more.
    home.published.stop(afterWrites: 2)
    await #expect(throws: MemoryFolder.Stopped.self) { try await first.log.publisher.publish() }
    #expect(offices.size("data") == 6)
    await first.log.database.close()
    home.published.stop(afterWrites: .max)
    let second = try await Witnessed(home, offices)
    #expect(try await second.publish(&share, 3))
    #expect(try second.cosigners().count == 3)
    #expect(try await second.log.alarms() == [])
    await second.log.database.close()
  }
}
