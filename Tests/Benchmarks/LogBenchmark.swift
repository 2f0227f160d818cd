// Audit's own append: entries taken in, put into the tree and published under signed checkpoints, against raw inserts.

import AuditHandlers
import AuditRules
import AuditStore
import Boot
import Crypto
import Database
import Foundation
import Integrity
import Vocabulary

/// Ours: leaf and chain computed again, sealed, searchable, in the tree; the time ends when the last entry lies under a
/// checkpoint on disk, from which it is then proved. The peer: SQLite's own shell, WAL, synchronous=FULL, the payloads alone.
func logFigure(_ workshop: Workshop) async throws -> Figure {
  let batches = workshop.quick ? 4 : 100
  let batch = 1_000
  let outbox = try WrittenOutbox(count: batches * batch)
  var ours: [Double] = []
  var peer: [Double] = []
  for round in 0..<workshop.rounds {
    ours.append(try await intake(workshop, round, outbox, batch: batch))
    peer.append(try rawInserts(workshop, "log-\(round)", outbox.events.map(\.payload), batch))
  }
  return .rate(
    "append to the log, \(batch) a transaction, sealed, searchable, under a checkpoint",
    unit: "entries/s", ours: median(ours), peer: median(peer),
    against: "sqlite3 INSERT, WAL, synchronous=FULL", target: 0.8)
}

/// What a service wrote: decisions of the size that Share's have.
private struct WrittenOutbox {
  let origin: Origin
  let events: [ArrivedEvent]

  init(count: Int) throws {
    let random = SeededRandom(seed: 5)
    guard let origin = Origin(service: "share", replica: "r1", incarnation: random.bytes(16)) else {
      throw BenchError.unreadable("an origin")
    }
    var chain = OutboxChain(origin: origin)
    self.origin = origin
    events = (0..<count).map { number in
      let leaf = Leaf(
        [
          "actor": "departments/human-resources/systems/payroll",
          "call": .string(Hex.encode(random.bytes(16))), "case": "", "entry": "entries/E-7",
          "grant": .string("grants/G-\(number % 50)"), "grantee": "departments/human-resources",
          "items": ["name", "status", "valid_until"], "method": "compare",
          "purpose": "pension payment check", "time": .integer(1_709_524_800_000 + Int64(number)),
          "topic": "share.decision",
        ], random: random)
      chain.append(commitment: leaf.commitment)
      return ArrivedEvent(
        sequence: chain.sequence, topic: "share.decision", salt: leaf.salt, payload: leaf.payload,
        leaf: leaf.commitment, chain: chain.head)
    }
  }
}

extension DurableFolder: LogFolder {}

private func intake(
  _ workshop: Workshop, _ round: Int, _ outbox: WrittenOutbox, batch: Int
) async throws -> Double {
  let random = SystemRandom()
  let clock = { @Sendable in Instant(milliseconds: 1_709_524_800_000) }
  let database = try await SQLDatabase.open(
    .sqlite(path: workshop.path("log-\(round)/audit.sqlite")), schema: auditSchema, now: clock)
  let appender = try await database.write { try $0.becomeAppender(holder: "bench", at: clock()) }
  let board = OriginBoard([])
  let intake = Intake(
    database: database,
    keys: MonthKeys(
      keyring: try Keyring(
        folder: workshop.path("log-keys-\(round)"), creates: true, random: random),
      random: random),
    board: board, appender: appender, grace: DisclosureGrace(),
    clocks: AuditClocks(civil: clock, real: clock))
  let signer = try NoteSigner(
    name: KeyList.auditName("bench"), key: try Ed25519PrivateKey(random: random))
  let folder = DurableFolder(path: workshop.path("log-\(round)/log"))
  let publisher = LogPublisher(
    database: database, folder: folder, signer: signer, board: board, appender: appender,
    civil: clock)
  try await publishEntry(intake, random)
  let start = DispatchTime.now().uptimeNanoseconds
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await publisher.run(pause: .milliseconds(100)) }
    group.addTask {
      for first in stride(from: 0, to: outbox.events.count, by: batch) {
        let events = outbox.events[first..<min(first + batch, outbox.events.count)]
        try await intake.take(Array(events), of: outbox.origin)
      }
      for await _ in board.coverage.stream() {
        let covered = board.progress(of: outbox.origin.service).first?.covered ?? 0
        if covered == UInt64(outbox.events.count) { return }
      }
    }
    try await group.next()
    group.cancelAll()
    do { try await group.waitForAll() } catch is CancellationError {}
  }
  let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
  try prove(outbox, folder, signer.verifier)
  await database.close()
  return Double(outbox.events.count) / elapsed
}

/// The catalogue entry of which all decisions are, so that its provider is known as it is in a running node.
private func publishEntry(_ intake: Intake, _ random: any RandomSource) async throws {
  guard let origin = Origin(service: "catalog", replica: "r1", incarnation: random.bytes(16)) else {
    throw BenchError.unreadable("an origin")
  }
  let topic = "catalog.entry_published"
  let leaf = Leaf(
    ["entry": "entries/E-7", "owner": "civil-affairs", "topic": .string(topic)], random: random)
  var chain = OutboxChain(origin: origin)
  chain.append(commitment: leaf.commitment)
  try await intake.take(
    [
      ArrivedEvent(
        sequence: 1, topic: topic, salt: leaf.salt, payload: leaf.payload, leaf: leaf.commitment,
        chain: chain.head)
    ], of: origin)
}

/// The published checkpoint holds an entry of the last batch.
private func prove(
  _ outbox: WrittenOutbox, _ folder: DurableFolder, _ key: NoteVerifier
) throws {
  let note = try SignedNote(
    String(decoding: try folder.read(LogFile.checkpoint) ?? [], as: UTF8.self))
  let checkpoint = try Checkpoint(verifying: note, by: key)
  let index = checkpoint.size - 7
  let leaf = outbox.events[outbox.events.count - 7].leaf
  let hashes = TileHashes<any Error>(size: checkpoint.size) { tile in
    guard let content = try folder.read(tile.path) else { throw BenchError.unreadable(tile.path) }
    return content
  }
  let isProved = MerkleTree.isIncluded(
    leafHash: MerkleTree.leafHash(leaf), index: index, size: checkpoint.size,
    root: checkpoint.root,
    proof: try MerkleTree.inclusionProof(index: index, size: checkpoint.size, from: hashes))
  precondition(isProved, "every entry is proved by the published checkpoint")
}

/// The time in which SQLite's shell inserts the same payloads in batches, as a rate.
func rawInserts(
  _ workshop: Workshop, _ name: String, _ payloads: [[UInt8]], _ batch: Int
) throws -> Double {
  var script = "PRAGMA journal_mode=WAL;\nPRAGMA synchronous=FULL;\n"
  script += "CREATE TABLE entries (sequence INTEGER PRIMARY KEY, topic TEXT, payload TEXT);\n"
  for (sequence, payload) in payloads.enumerated() {
    if sequence % batch == 0 { script += "BEGIN IMMEDIATE;\n" }
    let text = String(decoding: payload, as: UTF8.self)
    script += "INSERT INTO entries VALUES (\(sequence), 'bench.entry', '\(text)');\n"
    if sequence % batch == batch - 1 || sequence == payloads.count - 1 { script += "COMMIT;\n" }
  }
  let file = workshop.path("\(name).sql")
  try script.write(toFile: file, atomically: true, encoding: .utf8)
  let start = DispatchTime.now().uptimeNanoseconds
  try workshop.run("sqlite3", [workshop.path("raw-\(name).sqlite"), ".read \(file)"])
  return Double(payloads.count) / (Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
}
