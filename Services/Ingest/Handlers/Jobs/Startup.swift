// What is looked at once, before the first call: salts without rows, registers that are not what was committed, old indexes.

import Crypto
import Database
import IngestStore
import Integrity
import Synchronization
import Vocabulary
import IngestRules

/// Registers that answer no more, because what is stored is not what was committed; each with the first delivery that stood then.
final class DamagedRegisters: Sendable {
  private let entries = Mutex<[Int64: Int64]>([:])

  func first(_ entry: Int64) -> Int64? { entries.withLock { $0[entry] } }
  func insert(_ entry: Int64, first: Int64) { entries.withLock { $0[entry] = first } }
  func remove(_ entry: Int64) { entries.withLock { _ = $0.removeValue(forKey: entry) } }
}

extension IngestService {
  /// Whether a register was found damaged. A new stock, whoever committed it, leaves nothing of what was.
  func isDamaged(_ entry: Int64) async throws -> Bool {
    guard let first = damaged.first(entry) else { return false }
    if try await database.read({ try $0.firstLiveBatch(entry) }) == first { return true }
    damaged.remove(entry)
    return false
  }

  /// It answers no more, and is not sealed anew either.
  func markDamaged(_ entry: Int64, _ members: [(String, JSONValue)] = []) async throws {
    damaged.insert(entry, first: try await database.read { try $0.firstLiveBatch(entry) })
    let payload = event([("entry", .string(ResourceName.entry(entry).text))] + members)
    try await database.write { try $0.append(topic: "ingest.register_damaged", payload: payload) }
  }
}

/// Why the service does not start.
package enum StartRefusal: Error, Equatable, CustomStringConvertible {
  /// Rows lie here under keys that are not here.
  case keysMissing(entries: [String])
  /// Another process is this replica, and lives.
  case replicaRuns(name: String)
  /// The other replicas read another folder of keys.
  case otherKeys

  package var description: String {
    switch self {
    case .keysMissing(let entries):
      "keys of \(entries.joined(separator: ", ")) are missing from the keyring or the token-*.key files, or are not "
        + "those under which the rows were stored; put the key files back where they were (no key was made anew)"
    case .replicaRuns(let name):
      "another process runs as replica \(name) over this database; give each its own number (replica: …)"
    case .otherKeys:
      "keysFolder is not the folder of keys that the other replicas over this database read; all share one (keysFolder: …)"
    }
  }
}

/// What the start found.
package struct StartReport: Sendable, Equatable {
  /// Registers whose row count or root is not the one that was logged at their last commit.
  package var damaged: [String] = []
  package var registers = 0
  package var rows = 0
}

extension IngestService {
  /// Sweeps and checks; called once, before the listener opens.
  ///
  /// - Throws: ``StartRefusal`` where a register's keys are not those it was made under: without them everybody would be
  ///   answered as not found.
  package func start() async throws -> StartReport {
    try await join()
    let registers = try await database.read { try $0.registers() }
    try await checkKeys(of: registers)
    try await destroyUnusedKeys()
    try await closeCorrections()
    try await sweepSalts()
    for entry in try await database.read({ try $0.entriesWithSpent() }) {
      try await inTurn(entry) { turn in try await deleteSpent(of: entry, turn) }
    }
    try await deleteOldRejects()
    try await loadCanaries()
    var report = StartReport()
    for entry in registers.map(\.entry) {
      // Rows and what is said of them of one moment: another replica may commit meanwhile.
      let (register, content, root) = try await database.read {
        (
          try $0.register(entry), try $0.contentOfRegister(entry, recomputes: true),
          try $0.storedRoot(entry)
        )
      }
      guard let register else { continue }
      report.registers += 1
      report.rows += content.rows
      guard content.rows == register.rowCount, content.root == root else {
        try await markDamaged(
          entry, [("rows", .integer(Int64(content.rows))), ("root", .string(hex(content.root)))])
        report.damaged.append(register.name)
        continue
      }
      // What another replica changes now is looked at by the first call that needs it.
      do { _ = try await shelf.register(entry, keys: registerKeys(entry)) } catch is StaleRegister {
      }
    }
    try shelf.sweep(try await database.read { try $0.registers() })
    return report
  }

  /// A correction that a crash cut short is over: who asked for it asks again. Its batch is nobody's to fill. One that another replica
  /// is at has the turn.
  private func closeCorrections() async throws {
    let time = outside.civil()
    for batch in try await database.read({ try $0.openCorrections() }) {
      let payload = event([
        ("batch", .string(batch.name)), ("entry", .string(batch.entryName)),
        ("reason", "interrupted"),
      ])
      try await inTurn(batch.terms.entry) { turn in
        try await database.write { transaction in
          try turn.check(in: transaction)
          guard try transaction.batch(batch.id)?.state.isClosed == false else { return }
          try transaction.setState(.abandoned, of: batch.id, closedAt: time)
          try transaction.append(topic: "ingest.batch_abandoned", payload: payload)
        }
      }
    }
  }

  /// An entry of the outbox on the service's own account.
  func event(_ members: [(String, JSONValue)]) -> JSONValue {
    .object(
      JSONObject(
        members + [
          ("time", .integer(outside.civil().milliseconds)), ("call", ""),
          ("actor", "service/ingest"),
        ]))
  }

  private func checkKeys(of registers: [RegisterState]) async throws {
    var missing: [String] = []
    for register in registers {
      do {
        let check = try await registerKeys(register.entry).check()
        try await database.write { try $0.keepKeyCheck(check, of: register.entry) }
      } catch DataRefusal.registerKeysMissing {
        missing.append(register.name)
      }
    }
    if !missing.isEmpty { throw StartRefusal.keysMissing(entries: missing) }
  }

  /// Salts are written before their rows, so a process that died leaves some that belong to nothing. Those of a batch that is being
  /// loaded may be another replica's, whose rows are on the way; they go when the batch is closed.
  private func sweepSalts() async throws {
    for id in try await identity.read({ try $0.saltedBatches() }) {
      guard let entry = try await database.read({ try $0.batch(id)?.terms.entry }) else {
        try await identity.write { transaction in
          try transaction.deleteSaltBlocks(of: id)
          try transaction.deleteStagedSalts(of: id)
        }
        continue
      }
      // A commit writes salts of a batch that does not stand yet, and has the turn.
      try await inTurn(entry) { _ in try await sweepSalts(of: id) }
    }
  }

  private func sweepSalts(of id: Int64) async throws {
    let (batch, chunks) = try await database.read { (try $0.batch(id), try $0.chunks(id)) }
    let kept = Set(chunks.map { StagedSaltKey(chunk: $0.number, attempt: $0.attempt) })
    let isLoading = batch.map { !$0.state.isClosed } ?? false
    let isAlone = outside.replica == nil
    try await identity.write { transaction in
      if batch?.isLive != true { try transaction.deleteSaltBlocks(of: id) }
      if !isLoading {
        try transaction.deleteStagedSalts(of: id)
      } else if isAlone {
        try transaction.keepStagedSalts(of: id, only: kept)
      }
    }
  }
}
