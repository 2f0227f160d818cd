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

/// The index of a register as one change will leave it, made while the old one still answers: look-ups do not wait for what takes long.
struct NextIndex: Sendable {
  fileprivate let entry: Int64
  fileprivate let draft: IndexDraft
  fileprivate let keys: RegisterKeySet
  /// Of the register after the change: any other change in between makes it another.
  fileprivate let generation: Int64
}

/// Keeps indexes mapped, and rebuilds what does not match its database. Never serves another state.
final class IndexShelf: Sendable {
  private let folder: String
  private let database: SQLDatabase
  /// A thread of its own: an index takes long, and calls take turns on the others.
  private let pool = ComputePool(threadCount: 1)
  private let served = Mutex<[Int64: ServedRegister]>([:])
  private let turns = EntryTurns()

  init(folder: String, database: SQLDatabase) throws {
    self.folder = folder
    self.database = database
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
  }

  /// Makes the index of a register as a change will leave it. The caller has the register's turn, from here to the change.
  ///
  /// - Parameter keys: Of the register after the change.
  func next(
    _ entry: Int64, keys: RegisterKeySet, after change: RegisterChange = .none
  ) async throws -> NextIndex {
    let rows = Handover<[IndexEntry]>()
    let generation = try await database.read { transaction in
      rows.put(try transaction.indexEntries(entry, keys: keys, after: change))
      return (try transaction.register(entry)?.generation ?? 0) + 1
    }
    let path = "\(folder)/E-\(entry).next"
    let draft = try await pool.run { try IndexDraft(path: path, entries: rows.take() ?? []) }
    return NextIndex(entry: entry, draft: draft, keys: keys, generation: generation)
  }

  /// Runs a change of a register while no index of it is looked for or made, and puts the next index in its place.
  func changing<T>(to next: NextIndex, _ change: () async throws -> T) async throws -> T {
    try await turns.run(next.entry) {
      let result = try await change()
      // The change stands, whatever becomes of what is derived from it: the next call makes the index anew.
      try? await adopt(next)
      return result
    }
  }

  private func adopt(_ next: NextIndex) async throws {
    let around = try await database.read { try $0.surroundings(next.entry) }
    let state = around.state
    guard state.generation == next.generation, state.keyVersion == next.keys.version else { return }
    let (binding, path) = (binding(state), path(state))
    let index = try await pool.run {
      try next.draft.bound(to: binding, key: next.keys.index, path: path)
    }
    put(around, index)
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
      return try await opened(entry, keys: keys)
    }
  }

  /// From now on this index answers; the file of the one before goes.
  @discardableResult
  private func put(_ around: Surroundings, _ index: TokenIndex) -> ServedRegister {
    let fresh = ServedRegister(
      state: around.state, index: index, batches: around.batches, claim: around.claim,
      unrepairedRejects: around.rejects)
    let old = served.withLock { served in
      defer { served[fresh.state.entry] = fresh }
      return served[fresh.state.entry]
    }
    if let old, old.state.generation != fresh.state.generation {
      try? FileManager.default.removeItem(atPath: path(old.state))
    }
    return fresh
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

  /// Opens the file of the register's state, or makes it anew from the database.
  private func opened(_ entry: Int64, keys: RegisterKeySet) async throws -> ServedRegister {
    let around = try await database.read { try $0.surroundings(entry) }
    let (binding, path) = (binding(around.state), path(around.state))
    let index = try await pool.run {
      try? TokenIndex(path: path, expected: binding, key: keys.index)
    }
    guard let index else { return try await rebuilt(entry, keys: keys) }
    return put(around, index)
  }

  private func rebuilt(_ entry: Int64, keys: RegisterKeySet) async throws -> ServedRegister {
    // State and rows are read in one transaction, so that they are of one moment.
    let rows = Handover<[IndexEntry]>()
    let around = try await database.read { transaction in
      let around = try transaction.surroundings(entry)
      // Another replica may have rotated the keys since.
      guard around.state.keyVersion == keys.version else { throw StaleRegister() }
      rows.put(try transaction.indexEntries(entry, keys: keys))
      return around
    }
    let (binding, path) = (binding(around.state), path(around.state))
    let index = try await pool.run {
      try TokenIndex.write(to: path, binding: binding, key: keys.index, entries: rows.take() ?? [])
    }
    return put(around, index)
  }

  private func binding(_ state: RegisterState) -> IndexBinding {
    IndexBinding(
      resource: state.name, keyVersion: UInt64(state.keyVersion),
      generation: UInt64(state.generation), databaseRoot: state.root, rowCount: state.rowCount)
  }
}

/// What a served register is besides its index.
private struct Surroundings: Sendable {
  let state: RegisterState
  let batches: [Int64: StoredBatch]
  let claim: RegisterClaim?
  let rejects: Int
}

extension ReadTransaction {
  fileprivate func surroundings(_ entry: Int64) throws -> Surroundings {
    guard let state = try register(entry) else { throw UnreadableContent(what: "register") }
    let batches = try liveBatches(entry)
    return Surroundings(
      state: state,
      batches: Dictionary(batches.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }),
      claim: RegisterClaim(batches.filter { $0.terms.kind != .correction }),
      rejects: try unrepairedRejects(entry))
  }

  /// The rows of an index, of this moment.
  fileprivate func indexEntries(
    _ entry: Int64, keys: RegisterKeySet, after change: RegisterChange = .none
  ) throws -> [IndexEntry] {
    var entries: [IndexEntry] = []
    entries.reserveCapacity(try register(entry)?.rowCount ?? 0)
    try eachStandingRow(
      entry, version: keys.version, after: change, current: keys.currentTokens
    ) { token, location in
      guard let token = Token(bytes: token) else { throw UnreadableContent(what: "token") }
      entries.append(IndexEntry(token: token, record: location.number))
    }
    return entries
  }
}

/// A value that passes from one thread to another whole: no second holder makes the taker copy it.
private final class Handover<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)

  func put(_ new: Value) { value.withLock { $0 = new } }
  func take() -> Value? { value.withLock { $0.take() } }
}
