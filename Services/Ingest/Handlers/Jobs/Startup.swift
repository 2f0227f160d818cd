// What is looked at once, before the first call: salts without rows, registers that are not what was committed, old indexes.

import Crypto
import Database
import IngestStore
import Integrity
import Synchronization
import Vocabulary
import IngestRules

/// Registers that answer no more, because what is stored is not what was committed.
final class DamagedRegisters: Sendable {
  private let entries = Mutex<Set<Int64>>([])

  func contains(_ entry: Int64) -> Bool { entries.withLock { $0.contains(entry) } }
  func insert(_ entry: Int64) { entries.withLock { _ = $0.insert(entry) } }
  func remove(_ entry: Int64) { entries.withLock { _ = $0.remove(entry) } }
}

/// Why the service does not start.
package enum StartRefusal: Error, Equatable, CustomStringConvertible {
  /// Rows lie here under keys that are not here.
  case keysMissing(entries: [String])

  package var description: String {
    switch self {
    case .keysMissing(let entries):
      "keys of \(entries.joined(separator: ", ")) are missing from the keyring or the token-*.key files, or are not "
        + "those under which the rows were stored; put the key files back where they were (no key was made anew)"
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
    let registers = try await database.read { try $0.registers() }
    try await checkKeys(of: registers)
    try await destroyUnusedKeys()
    try await closeCorrections()
    try await sweepSalts()
    try await deleteOldRejects()
    try await loadCanaries()
    var report = StartReport()
    for register in registers {
      let (content, root) = try await database.read {
        (
          try $0.contentOfRegister(register.entry, recomputes: true),
          try $0.storedRoot(register.entry)
        )
      }
      report.registers += 1
      report.rows += content.rows
      guard content.rows == register.rowCount, content.root == root else {
        damaged.insert(register.entry)
        let payload = event([
          ("entry", .string(register.name)), ("rows", .integer(Int64(content.rows))),
          ("root", .string(hex(content.root))),
        ])
        try await database.write {
          try $0.append(topic: "ingest.register_damaged", payload: payload)
        }
        report.damaged.append(register.name)
        continue
      }
      _ = try await shelf.register(register.entry, keys: registerKeys(register.entry))
    }
    try shelf.sweep(registers)
    return report
  }

  /// A correction that a crash cut short is over: who asked for it asks again. Its batch is nobody's to fill.
  private func closeCorrections() async throws {
    let time = outside.civil()
    let left = try await database.read { try $0.openCorrections() }
    for batch in left {
      let payload = event([
        ("batch", .string(batch.name)), ("entry", .string(batch.entryName)),
        ("reason", "interrupted"),
      ])
      try await database.write { transaction in
        try transaction.setState(.abandoned, of: batch.id, closedAt: time)
        try transaction.append(topic: "ingest.batch_abandoned", payload: payload)
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

  /// Salts are written before their rows, so a process that died leaves some that belong to nothing.
  private func sweepSalts() async throws {
    for id in try await identity.read({ try $0.saltedBatches() }) {
      let (batch, chunks) = try await database.read {
        (try $0.batch(id), try $0.chunks(id))
      }
      let kept = Set(chunks.map { StagedSaltKey(chunk: $0.number, attempt: $0.attempt) })
      let isLoading = batch.map { !$0.state.isClosed } ?? false
      try await identity.write { transaction in
        if batch?.isLive != true { try transaction.deleteSaltBlocks(of: id) }
        if !isLoading {
          try transaction.deleteStagedSalts(of: id)
        } else {
          try transaction.keepStagedSalts(of: id, only: kept)
        }
      }
    }
  }
}
