// A log for one test: a real database and keyring, a folder in memory or on disk, and origins that write entries.

import AuditHandlers
import AuditRules
import AuditStore
import Crypto
import Database
import Foundation
import Integrity
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// A published folder in memory, which can stop in the middle as a crash would.
final class MemoryFolder: LogFolder {
  struct Stopped: Error {}

  private struct State {
    var files: [String: [UInt8]] = [:]
    var writesLeft = Int.max
    var order: [String] = []
  }

  private let state = Mutex(State())

  var files: [String: [UInt8]] { state.withLock { $0.files } }
  var order: [String] { state.withLock { $0.order } }

  func set(_ path: String, _ bytes: [UInt8]?) { state.withLock { $0.files[path] = bytes } }
  func stop(afterWrites count: Int) { state.withLock { $0.writesLeft = count } }

  func read(_ path: String) throws -> [UInt8]? { state.withLock { $0.files[path] } }

  func write(_ files: [String: [UInt8]]) async throws {
    try state.withLock { state in
      for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
        guard state.writesLeft > 0 else { throw Stopped() }
        state.writesLeft -= 1
        state.files[path] = bytes
        state.order.append(path)
      }
    }
  }

  func removeFolder(_ path: String) throws {
    state.withLock { state in
      state.files = state.files.filter { !$0.key.hasPrefix(path + "/") }
    }
  }
}

/// An outbox that exists in a test only: writes entries and their chain.
struct OriginWriter {
  private(set) var chain: OutboxChain
  private let random: any RandomSource
  private(set) var events: [ArrivedEvent] = []

  init(_ service: String, replica: String = "r1", incarnation: UInt8 = 7, random: any RandomSource)
    throws
  {
    chain = OutboxChain(
      origin: try #require(
        Origin(
          service: service, replica: replica,
          incarnation: [UInt8](repeating: incarnation, count: 16))))
    self.random = random
  }

  var origin: Origin { chain.origin }

  mutating func write(_ topic: String, _ payload: JSONObject = [:]) -> ArrivedEvent {
    var payload = payload
    if payload["time"] == nil { payload["time"] = .integer(TestDatabase.noon.milliseconds) }
    payload["topic"] = .string(topic)
    let leaf = Leaf(.object(payload), random: random)
    chain.append(commitment: leaf.commitment)
    let event = ArrivedEvent(
      sequence: chain.sequence, topic: topic, salt: leaf.salt, payload: leaf.payload,
      leaf: leaf.commitment, chain: chain.head)
    events.append(event)
    return event
  }

  /// Entries under a topic of the service's own.
  mutating func write(_ count: Int) -> [ArrivedEvent] {
    let topic = origin.service == "share" ? "share.decision" : origin.service + ".noted"
    return (0..<count).map { write(topic, ["number": .integer(Int64($0))]) }
  }
}

extension ArrivedEvent {
  func with(
    sequence: UInt64? = nil, payload: [UInt8]? = nil, leaf: [UInt8]? = nil, chain: [UInt8]? = nil
  ) -> ArrivedEvent {
    ArrivedEvent(
      sequence: sequence ?? self.sequence, topic: topic, salt: salt,
      payload: payload ?? self.payload, leaf: leaf ?? self.leaf, chain: chain ?? self.chain)
  }
}

/// What outlives a restart of the log.
final class LogHome: Sendable {
  static let domain = "weir.test"
  let folder: TemporaryFolder
  let published = MemoryFolder()
  let clock = TestClock()
  let random = SeededRandom(seed: 70)
  let key: Ed25519PrivateKey
  let location: DatabaseLocation

  init(_ backend: Backend = .sqlite) throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    location =
      switch backend {
      case .sqlite: .sqlite(path: folder.path("audit/audit.sqlite"))
      case .postgres: try TestDatabase(.postgres).location
      }
    key = try Ed25519PrivateKey(rawBytes: [UInt8](repeating: 9, count: 32))
  }

  func open() async throws -> OpenLog { try await OpenLog(self) }

  func origin(_ service: String, replica: String = "r1", incarnation: UInt8 = 7) throws
    -> OriginWriter
  {
    try OriginWriter(service, replica: replica, incarnation: incarnation, random: random)
  }
}

/// A log that is open.
struct OpenLog: Sendable {
  let home: LogHome
  let database: SQLDatabase
  let keys: MonthKeys
  let board: OriginBoard
  let intake: Intake
  let publisher: LogPublisher
  let inspection: LogInspection
  let signer: NoteSigner
  let clocks: AuditClocks

  init(
    _ home: LogHome, outbox: OutboxConfiguration? = nil, signer: NoteSigner? = nil,
    witnesses: Witnesses? = nil
  ) async throws {
    self.home = home
    let now = home.clock.now
    clocks = AuditClocks(civil: now, real: now)
    database = try await SQLDatabase.open(
      home.location, schema: auditSchema, outbox: outbox, now: now)
    keys = MonthKeys(
      keyring: try Keyring(
        folder: home.folder.path("keys"), creates: true, random: home.random),
      random: home.random)
    try keys.prepareActs(at: now())
    let appender = try await database.write { try $0.becomeAppender(holder: "test", at: now()) }
    board = OriginBoard(try await database.read { try $0.origins() })
    intake = Intake(
      database: database, keys: keys, board: board, appender: appender, grace: DisclosureGrace(),
      clocks: clocks)
    self.signer =
      try signer ?? NoteSigner(name: KeyList.auditName(LogHome.domain), key: home.key)
    publisher = LogPublisher(
      database: database, folder: home.published, signer: self.signer, board: board,
      appender: appender, witnesses: witnesses, civil: now)
    inspection = LogInspection(
      database: database, folder: home.published, verifier: self.signer.verifier)
  }

  func alarms() async throws -> [StoredAlarm] {
    try await database.read { try $0.alarms(after: 0, limit: 100) }
  }

  func size() async throws -> UInt64 {
    try await database.read { try $0.logState().frontier.size }
  }

  func root() async throws -> [UInt8] {
    try await database.read { try $0.logState().frontier.root }
  }
}

/// Runs a body on a log that is closed afterwards, whatever happens.
func withLog<Result: Sendable>(
  _ home: LogHome, _ body: (OpenLog) async throws -> Result
) async throws -> Result {
  let log = try await home.open()
  do {
    let result = try await body(log)
    await log.database.close()
    return result
  } catch {
    await log.database.close()
    throw error
  }
}
