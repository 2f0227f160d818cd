// What a rotation of keys leaves to be done: pieces under earlier keys are sealed anew in small steps, each durable by itself.

import Crypto
import Database
import IngestRules
import IngestStore
import Integrity
import Vocabulary

/// The leaves of a batch that is being sealed anew, kept from step to step.
private struct KnownLeaves {
  let batch: Int64
  let leaves: BlockLeaves
  let root: [UInt8]
}

extension IngestService {
  private static let stepRejects = 500

  /// Seals anew what lies under earlier keys, and destroys those keys when nothing does. Whoever is stopped anywhere goes on from
  /// there; calls are served all the while.
  ///
  /// - Parameter steps: At most so many, for tests that stop in the middle.
  package func resealEarlier(atMost steps: Int = .max) async throws {
    if try await database.read({ try $0.rotatingEntries() }).isEmpty { return }
    guard let replica = outside.replica else { return try await resealAll(atMost: steps) }
    // One replica does it all: what it knows of a batch's leaves serves it from step to step.
    try await database.holdingIfFree("resealing", as: replica.holder, now: outside.real) { _ in
      try await resealAll(atMost: steps)
    }
  }

  private func resealAll(atMost steps: Int) async throws {
    var left = steps
    var leaves: KnownLeaves?
    for entry in try await database.read({ try $0.rotatingEntries() }) {
      if try await isDamaged(entry) { continue }
      while left > 0 {
        left -= 1
        if try await !resealStep(entry, &leaves) { break }
      }
    }
  }

  /// Destroys key versions under which nothing lies: of rotations that never began, and of those that a stop kept from their end.
  func destroyUnusedKeys() async throws {
    let (keys, pool) = (keys, pool)
    for state in try await database.read({ try $0.keyStates(after: 0, limit: .max) }) {
      let (entry, version, previous) = (state.entry, state.version, state.previous)
      guard
        try await pool.run({
          try keys.hasUnused(entry, version: version, previous: previous)
        })
      else { continue }
      // Another replica may be about to begin a rotation with them.
      try await inTurn(entry) { _ in
        guard let now = try await database.read({ try $0.keyState(entry) }) else { return }
        try await pool.run {
          try keys.destroyUnused(entry, version: now.version, previous: now.previous)
        }
      }
    }
  }

  /// One step.
  ///
  /// - Returns: Whether there is more to do.
  private func resealStep(_ entry: Int64, _ leaves: inout KnownLeaves?) async throws -> Bool {
    try await inTurn(entry) { turn in
      guard let state = try await database.read({ try $0.keyState(entry) }),
        state.previous != nil
      else { return false }
      let keys = try await registerKeys(entry)
      do {
        if try await resealBlocks(entry, keys, &leaves, turn) { return true }
        if try await resealStaged(entry, keys, turn) { return true }
        if try await resealRejects(entry, keys, turn) { return true }
      } catch is SealError {
        try await markDamaged(entry)
        return false
      }
      try await finishRotation(entry, keys, turn)
      return false
    }
  }

  private func resealBlocks(
    _ entry: Int64, _ keys: RegisterKeySet, _ known: inout KnownLeaves?, _ turn: Turn
  ) async throws -> Bool {
    let (version, limit) = (keys.version, outside.resealedBlocks)
    guard
      let batch = try await database.read({
        try $0.batchesWithEarlierBlocks(entry, before: version).first
      })
    else { return false }
    guard batch.isLive else {
      // What a commit left that was cut short; the next try writes it anew.
      try await database.write { transaction in
        try turn.check(in: transaction)
        try transaction.deleteBlocks(of: batch.id)
      }
      return true
    }
    let (root, blocks) = try await database.read {
      (
        try $0.rootOfBatch(batch.id),
        try $0.earlierBlocks(of: batch.id, before: version, limit: limit)
      )
    }
    if known?.batch != batch.id || known?.root != root {
      let leaves = try await database.read { try $0.leaves(of: batch.id) }
      known = KnownLeaves(batch: batch.id, leaves: leaves, root: leaves.root)
    }
    guard var leaves = known?.leaves, known?.root == root else { throw SealError.notAuthentic }
    let fresh = try await resealed(blocks, of: batch, keys)
    try leaves.replace(fresh)
    let newRoot = leaves.root
    known = KnownLeaves(batch: batch.id, leaves: leaves, root: newRoot)
    try await database.write { transaction in
      try turn.check(in: transaction)
      let register = try transaction.replace(
        fresh, of: batch.id, root: newRoot, entry: entry, version: version)
      try transaction.append(
        topic: "ingest.register_resealed",
        payload: event([
          ("entry", .string(ResourceName.entry(entry).text)), ("batch", .string(batch.name)),
          ("key_version", .integer(Int64(version))), ("blocks", .integer(Int64(fresh.count))),
          ("root", .string(hex(register))),
        ]))
    }
    return true
  }

  private func resealed(
    _ blocks: [StoredBlock], of batch: StoredBatch, _ keys: RegisterKeySet
  ) async throws -> [ResealedBlock] {
    let ids = blocks.map(\.id)
    let salts = try await identity.read { try $0.salts(ofBlocks: ids) }
    let random = outside.random
    return try await pool.run {
      var resealing: [Int: Resealing] = [:]
      return try blocks.map { block in
        let work =
          try resealing[block.keyVersion]
          ?? keys.resealing(from: block.keyVersion, random: random)
        resealing[block.keyVersion] = work
        return ResealedBlock(
          id: block.id,
          rows: try work.resealed(block.rows, salts: salts[block.id] ?? [], of: batch))
      }
    }
  }

  /// Rows of batches that are not committed yet.
  private func resealStaged(
    _ entry: Int64, _ keys: RegisterKeySet, _ turn: Turn
  ) async throws -> Bool {
    let version = keys.version
    let parts = try await database.read { try $0.earlierStaged(entry, before: version) }
    for part in parts {
      let (batch, salts) = (
        try await database.read { try $0.batch(part.batch) },
        try await identity.read { try $0.stagedSalts(part.batch, part: part.part) }
      )
      guard let batch else { continue }
      let key = StagedSaltKey(chunk: part.chunk, attempt: part.attempt)
      let random = outside.random
      let rows = try await pool.run {
        try keys.current(part, salts[key] ?? [], of: batch, random: random)
      }
      try await database.write { transaction in
        try turn.check(in: transaction)
        // A chunk that was loaded anew meanwhile is another one, and under the new keys.
        guard try transaction.chunk(part.batch, part.chunk)?.attempt == part.attempt else { return }
        try transaction.replace(part, by: rows, version: version)
      }
    }
    return !parts.isEmpty
  }

  private func resealRejects(
    _ entry: Int64, _ keys: RegisterKeySet, _ turn: Turn
  ) async throws -> Bool {
    let version = keys.version
    let rejects = try await database.read {
      try $0.earlierRejects(entry, before: version, limit: Self.stepRejects)
    }
    if rejects.isEmpty { return false }
    var fresh: [(batch: Int64, reject: StoredReject)] = []
    for (id, rows) in Dictionary(grouping: rejects, by: \.batch).sorted(by: { $0.key < $1.key }) {
      guard let batch = try await database.read({ try $0.batch(id) }) else { continue }
      let random = outside.random
      let some = try await pool.run {
        try rows.map { row in
          (
            batch: id,
            reject: try keys.resealing(from: row.reject.keyVersion, random: random)
              .resealed(row.reject, of: batch)
          )
        }
      }
      fresh += some
    }
    let changed = fresh
    try await database.write { transaction in
      try turn.check(in: transaction)
      try transaction.replace(changed)
    }
    return true
  }

  /// Said first, then done: the keys go once nothing lies under them, and again at the next start if that was cut short.
  private func finishRotation(
    _ entry: Int64, _ set: RegisterKeySet, _ turn: Turn
  ) async throws {
    let time = outside.civil()
    let isDone = try await database.write { transaction -> Bool in
      try turn.check(in: transaction)
      guard try transaction.pendingUnderEarlierKeys(entry, before: set.version) == 0 else {
        return false
      }
      try transaction.endRotation(of: entry, to: set.version, at: time)
      try transaction.append(
        topic: "ingest.keys_rotated",
        payload: event([
          ("entry", .string(ResourceName.entry(entry).text)),
          ("key_version", .integer(Int64(set.version))), ("suite", .string(set.seal.suite.name)),
          ("destroyed", .integer(Int64(set.previous?.number ?? 0))),
        ]))
      return true
    }
    guard isDone else { return }
    let keys = keys
    try await pool.run { try keys.destroyUnused(entry, version: set.version, previous: nil) }
    try await tellKeysGone()
  }
}
