// The token indexes in use: one for each register, always of the state that the database has.

import Crypto
import Database
import Foundation
package import IngestIndex
import IngestRules
import IngestStore
import Integrity
import Synchronization
package import Vocabulary

/// A register with the index of exactly its state, and the batches that stand in it.
struct ServedRegister: Sendable {
  let state: RegisterState
  let index: TokenIndex
  let batches: [Int64: StoredBatch]
  /// What it says of itself as a whole.
  let claim: RegisterClaim?
  let unrepairedRejects: Int
}

/// An index is derived: one that found no room is made again by the next call that needs it.
extension IndexError: Fault {
  package var passing: PassingFault? { isOutOfSpace ? .storeFull : nil }
}

/// Keeps indexes mapped, and rebuilds what does not match its database. Never serves another state.
final class IndexShelf: Sendable {
  private let folder: String
  private let database: SQLDatabase
  private let pool: ComputePool
  private let served = Mutex<[Int64: ServedRegister]>([:])
  private let turns = EntryTurns()

  init(folder: String, database: SQLDatabase, pool: ComputePool) throws {
    self.folder = folder
    self.database = database
    self.pool = pool
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
  }

  /// Runs the body while no index of the register is looked for or made.
  func exclusively<T>(_ entry: Int64, _ body: () async throws -> T) async throws -> T {
    try await turns.run(entry, body)
  }

  /// The index of a register as it stands now; `nil` where nothing was ever delivered.
  ///
  /// - Throws: ``StaleRegister`` where the keys are not those of the register any more.
  func register(_ entry: Int64, keys: RegisterKeySet) async throws -> ServedRegister? {
    guard let state = try await database.read({ try $0.register(entry) }) else { return nil }
    if let known = served.withLock({ $0[entry] }), known.state == state { return known }
    return try await turns.run(entry) {
      guard let state = try await database.read({ try $0.register(entry) }) else { return nil }
      guard state.keyVersion == keys.version else { throw StaleRegister() }
      if let known = served.withLock({ $0[entry] }), known.state == state { return known }
      let fresh = try await opened(state, keys: keys)
      let old = served.withLock { served in
        defer { served[entry] = fresh }
        return served[entry]
      }
      if let old, old.state.generation != fresh.state.generation {
        try? FileManager.default.removeItem(atPath: path(old.state))
      }
      return fresh
    }
  }

  /// Removes what there is of a register's index, whatever state it is of.
  func forget(_ entry: Int64) async throws {
    try await turns.run(entry) {
      served.withLock { $0[entry] = nil }
      for name in try FileManager.default.contentsOfDirectory(atPath: folder)
      where name.hasPrefix("E-\(entry)-") {
        try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
      }
    }
  }

  /// Removes what there is of indexes of other states than the registers have.
  func forgetStale() async throws {
    let entries = Set(
      try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { name in
        name.split(separator: "-").dropFirst().first.flatMap { Int64($0) }
      })
    for entry in entries.sorted() {
      try await turns.run(entry) {
        let state = try await database.read { try $0.register(entry) }
        served.withLock { served in
          if served[entry]?.state != state { served[entry] = nil }
        }
        let current = state.map { path($0) }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder)
        where name.hasPrefix("E-\(entry)-") && "\(folder)/\(name)" != current {
          try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
      }
    }
  }

  /// Removes index files of other states than the registers have now: what a process that died left behind.
  func sweep(_ registers: [RegisterState]) throws {
    let current = Set(registers.map { path($0) })
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      let file = "\(folder)/\(name)"
      if !current.contains(file) { try FileManager.default.removeItem(atPath: file) }
    }
  }

  private func path(_ state: RegisterState) -> String {
    "\(folder)/E-\(state.entry)-\(state.generation).index"
  }

  /// Opens the file of this state, or makes it anew from the database.
  private func opened(_ state: RegisterState, keys: RegisterKeySet) async throws -> ServedRegister {
    let path = path(state)
    let around = try await surroundings(state.entry)
    guard around.state == state else { return try await rebuilt(around, keys: keys) }
    let binding = binding(state)
    let index = try await pool.run {
      try? TokenIndex(path: path, expected: binding, key: keys.index)
    }
    guard let index else { return try await rebuilt(around, keys: keys) }
    return ServedRegister(
      state: state, index: index, batches: around.batches, claim: around.claim,
      unrepairedRejects: around.rejects)
  }

  private struct Surroundings: Sendable {
    let state: RegisterState
    let batches: [Int64: StoredBatch]
    let claim: RegisterClaim?
    let rejects: Int
  }

  private func surroundings(_ entry: Int64) async throws -> Surroundings {
    try await database.read { transaction in
      guard let state = try transaction.register(entry) else {
        throw UnreadableContent(what: "register")
      }
      let batches = try transaction.liveBatches(entry)
      return Surroundings(
        state: state,
        batches: Dictionary(batches.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }),
        claim: RegisterClaim(batches.filter { $0.terms.kind != .correction }),
        rejects: try transaction.unrepairedRejects(entry))
    }
  }

  private func rebuilt(_ around: Surroundings, keys: RegisterKeySet) async throws -> ServedRegister
  {
    let entry = around.state.entry
    // State and rows are read in one transaction, so that they are of one moment.
    let rows = Handover<[IndexEntry]>()
    let state = try await database.read { transaction in
      guard let state = try transaction.register(entry) else {
        throw UnreadableContent(what: "register")
      }
      // Another replica may have rotated the keys since.
      guard state.keyVersion == keys.version else { throw StaleRegister() }
      var entries: [IndexEntry] = []
      entries.reserveCapacity(state.rowCount)
      try transaction.eachStandingRow(entry, current: keys.currentTokens) { token, location in
        guard let token = Token(bytes: token) else { throw UnreadableContent(what: "token") }
        entries.append(IndexEntry(token: token, record: location.number))
      }
      rows.put(entries)
      return state
    }
    let binding = binding(state)
    let path = path(state)
    let index = try await pool.run {
      try TokenIndex.write(
        to: path, binding: binding, key: keys.index, entries: rows.take() ?? [])
      return try TokenIndex(path: path, expected: binding, key: keys.index)
    }
    let newest = state == around.state ? around : try await surroundings(entry)
    return ServedRegister(
      state: state, index: index, batches: newest.batches, claim: newest.claim,
      unrepairedRejects: newest.rejects)
  }

  private func binding(_ state: RegisterState) -> IndexBinding {
    IndexBinding(
      resource: state.name, keyVersion: UInt64(state.keyVersion),
      generation: UInt64(state.generation), databaseRoot: state.root, rowCount: state.rowCount)
  }
}

/// A value that passes from one thread to another whole: no second holder makes the taker copy it.
private final class Handover<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)

  func put(_ new: Value) { value.withLock { $0 = new } }
  func take() -> Value? { value.withLock { $0.take() } }
}
