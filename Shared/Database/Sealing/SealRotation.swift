// New keys for what lies sealed in a service's tables, while it is served: in use at once, what lies there sealed anew in steps.

package import Crypto
package import Integrity
package import Vocabulary

/// How a seal's key stands.
package struct SealState: Sendable, Equatable {
  package enum Stage: String, Sendable {
    /// Nothing lies under another key.
    case settled
    /// What lies under the key before is sealed anew.
    case resealing
    /// Nothing lies under the key before any more; it still opens what was read before, and then goes.
    case emptied
  }

  package let purpose: KeyPurpose
  package let resource: String
  package let version: UInt32
  package let suite: KeySuite
  package let stage: Stage
  /// When the key came into use; `nil` for the first.
  package let since: Instant?
  /// Values sealed anew since then.
  package let resealed: Int64
  /// Values that are not what was sealed: while there are some, the key before stays.
  package let damaged: Int64
}

/// The rotation of all seals of one service. Resumable: the database says how far it is, and a stop anywhere costs one reading.
package struct SealRotation: Sendable {
  /// So long the key before opens what somebody read just before the last of it was sealed anew.
  package static let lingerMilliseconds: Int64 = 10_000

  let database: SQLDatabase
  let service: String
  let seals: [TableSeal]
  private let real: @Sendable () -> Instant
  private let civil: @Sendable () -> Instant
  var step = SealStep()

  /// - Parameters:
  ///   - seals: Those of the service; that of its outbox is added.
  ///   - real: Of keys.
  ///   - civil: Of entries.
  package init(
    _ database: SQLDatabase, service: String, seals: [TableSeal],
    real: @escaping @Sendable () -> Instant, civil: @escaping @Sendable () -> Instant
  ) {
    self.database = database
    self.service = service
    self.seals = seals + (database.outbox.map { [$0.core.seal] } ?? [])
    self.real = real
    self.civil = civil
  }

  package func states() async throws -> [SealState] {
    let seals = seals
    return try await database.read { transaction in
      try seals.map { try transaction.sealState(of: $0) }
    }
  }

  // MARK: - Beginning

  /// Gives every seal its next key, but for those of which something still lies under the one before.
  ///
  /// - Parameters:
  ///   - suite: Of the new keys; that of the old ones unless given.
  ///   - members: Who asked, and why, for the log.
  package func begin(
    suite: SealSuite?, members: [(String, JSONValue)]
  ) async throws -> [SealState] {
    let (seals, now) = (seals, real())
    // On a reader's thread, which may wait for the disk.
    let next = try await database.read { transaction in
      try seals.map { seal in
        try transaction.sealState(of: seal).stage == .settled
          ? try transaction.nextKey(of: seal, suite: suite, now: now) : nil
      }
    }
    let (service, time) = (service, civil())
    return try await database.write { transaction in
      for (seal, key) in zip(seals, next) {
        guard let key, try transaction.sealState(of: seal).stage == .settled else { continue }
        try transaction.use(key, of: seal, at: now)
        try transaction.append(
          topic: "\(service).seal_rotation_begun",
          payload: entry(seal, key, members, at: time))
      }
      return try seals.map { try transaction.sealState(of: $0) }
    }
  }

  // MARK: - Going on

  /// Seals anew what lies under earlier keys, and destroys those when nothing did for a while.
  ///
  /// - Parameter steps: At most so many, for tests that stop in the middle.
  package func run(atMost steps: Int = .max) async throws {
    var left = steps
    for seal in seals {
      guard let rotation = try await database.read({ try $0.storedRotation(of: seal) }) else {
        continue
      }
      if rotation.ended != nil {
        try await destroyEarlier(seal, rotation.key)
        continue
      }
      if let emptied = rotation.emptied,
        real() < emptied.adding(milliseconds: Self.lingerMilliseconds)
      {
        continue
      }
      guard let found = try await pass(seal, &left) else { return }
      try await conclude(seal, rotation, found)
    }
  }

  /// What one reading of everything found.
  private struct Found {
    var resealed = 0
    var damaged = 0
  }

  /// - Returns: `nil` where the steps did not suffice.
  private func pass(_ seal: TableSeal, _ left: inout Int) async throws -> Found? {
    var found = Found()
    for column in seal.columns {
      var cursor: [SQLValue]? = []
      while let place = cursor {
        guard left > 0 else { return nil }
        left -= 1
        let (work, step) = (SealWork(seal: seal, column: column), step)
        let page = try await database.read { try work.page($0, after: place, step) }
        found.resealed += page.fresh.count
        found.damaged += page.damaged
        if !page.fresh.isEmpty {
          try await database.write { transaction in
            try work.replace(page.fresh, in: transaction)
            try transaction.count(resealed: page.fresh.count, of: seal)
          }
        }
        cursor = page.next
      }
    }
    return found
  }

  private func conclude(
    _ seal: TableSeal, _ rotation: StoredRotation, _ found: Found
  ) async throws {
    let (service, now, time) = (service, real(), civil())
    let isOver = rotation.emptied != nil && found.resealed == 0 && found.damaged == 0
    try await database.write { transaction in
      guard let stored = try transaction.storedRotation(of: seal), stored.key.id == rotation.key.id,
        stored.ended == nil
      else { return }
      if found.damaged > 0, stored.damaged != found.damaged {
        try transaction.append(
          topic: "\(service).sealed_value_damaged",
          payload: entry(seal, stored.key, [("values", .integer(Int64(found.damaged)))], at: time))
      }
      try transaction.note(
        damaged: found.damaged,
        emptied: found.damaged > 0 ? nil : stored.emptied ?? now, ended: isOver ? now : nil,
        of: seal)
      if isOver {
        try transaction.append(
          topic: "\(service).seal_rotated",
          payload: entry(seal, stored.key, [("values", .integer(stored.resealed))], at: time))
      }
    }
    if isOver { try await destroyEarlier(seal, rotation.key) }
  }

  /// Said first, then done: once more at every look, where a stop kept it from its end.
  private func destroyEarlier(_ seal: TableSeal, _ key: KeyRecord) async throws {
    let ring = seal.keyring
    @Sendable func earlier() -> [KeyRecord] {
      ring.keys(seal.purpose, resource: seal.resource).filter { $0.version < key.version }
    }
    if earlier().isEmpty { return }
    try await database.read { _ in
      // Another replica may have done it.
      try ring.reload()
      for key in earlier() { try ring.destroy(key.id) }
    }
  }

  private func entry(
    _ seal: TableSeal, _ key: KeyRecord, _ members: [(String, JSONValue)], at time: Instant
  ) -> JSONValue {
    let given = Set(members.map(\.0))
    let own: [(String, JSONValue)] = [
      ("seal", .string(seal.resource)), ("key_version", .integer(Int64(key.version))),
      ("suite", .string(SealSuite(rawValue: key.suite.rawValue)?.name ?? "")),
      ("time", .integer(time.milliseconds)), ("call", ""),
      ("actor", .string("service/\(service)")),
    ]
    return .object(JSONObject(members + own.filter { !given.contains($0.0) }))
  }
}

// MARK: - What is stored of it

/// A seal's rotation as the database tells it; there is none before the first.
struct StoredRotation: Sendable {
  /// In use.
  let key: KeyRecord
  let since: Instant
  let resealed: Int64
  let damaged: Int
  let emptied: Instant?
  let ended: Instant?
}

extension SQLReading where Self: ~Copyable {
  func storedRotation(of seal: TableSeal) throws -> StoredRotation? {
    guard
      let row = try queryOne(
        """
        SELECT key_id, since, resealed, damaged, emptied, ended FROM sealing_key
        WHERE purpose = ?1 AND resource = ?2
        """, [Int64(seal.purpose.rawValue), seal.resource])
    else { return nil }
    let (id, emptied, ended): ([UInt8], Int64?, Int64?) = (try row[0], try row[4], try row[5])
    guard let id = UInt64(bigEndianBytes: id[...]),
      let key = try seal.keyring.key(named: KeyID(rawValue: id))
    else { throw SealError.wrongKey }
    return StoredRotation(
      key: key, since: Instant(milliseconds: try row[1]), resealed: try row[2],
      damaged: try row[3], emptied: emptied.map { Instant(milliseconds: $0) },
      ended: ended.map { Instant(milliseconds: $0) })
  }

  fileprivate func sealState(of seal: TableSeal) throws -> SealState {
    let stored = try storedRotation(of: seal)
    let key = try stored?.key ?? seal.keyring.sealingKey(seal.purpose, resource: seal.resource)
    let stage: SealState.Stage =
      stored == nil || stored?.ended != nil
      ? .settled : stored?.emptied == nil ? .resealing : .emptied
    return SealState(
      purpose: seal.purpose, resource: seal.resource, version: key.version, suite: key.suite,
      stage: stage, since: stored?.since, resealed: stored?.resealed ?? 0,
      damaged: Int64(stored?.damaged ?? 0))
  }

  /// The next key, durable, in use by nobody yet. One that a stop kept from its use is taken.
  fileprivate func nextKey(
    of seal: TableSeal, suite: SealSuite?, now: Instant
  ) throws -> KeyRecord {
    let current = try sealingKey(of: seal)
    let suite = suite.flatMap { KeySuite(rawValue: $0.rawValue) } ?? current.suite
    return try seal.keyring.keys(seal.purpose, resource: seal.resource)
      .last { $0.version > current.version && $0.suite == suite }
      ?? seal.keyring.add(
        seal.purpose, resource: seal.resource, suite: suite, createdAt: now.milliseconds)
  }
}

extension WriteTransaction {
  fileprivate func use(_ key: KeyRecord, of seal: TableSeal, at now: Instant) throws {
    try execute(
      """
      INSERT INTO sealing_key (purpose, resource, key_id, since, resealed, damaged, emptied, ended)
      VALUES (?1, ?2, ?3, ?4, 0, 0, NULL, NULL)
      ON CONFLICT (purpose, resource) DO UPDATE SET key_id = excluded.key_id,
        since = excluded.since, resealed = 0, damaged = 0, emptied = NULL, ended = NULL
      """,
      [
        Int64(seal.purpose.rawValue), seal.resource, key.id.rawValue.bigEndianBytes,
        now.milliseconds,
      ])
  }

  fileprivate func count(resealed: Int, of seal: TableSeal) throws {
    try execute(
      """
      UPDATE sealing_key SET resealed = resealed + ?3 WHERE purpose = ?1 AND resource = ?2
      """, [Int64(seal.purpose.rawValue), seal.resource, resealed])
  }

  fileprivate func note(
    damaged: Int, emptied: Instant?, ended: Instant?, of seal: TableSeal
  ) throws {
    try execute(
      """
      UPDATE sealing_key SET damaged = ?3, emptied = ?4, ended = ?5
      WHERE purpose = ?1 AND resource = ?2
      """,
      [
        Int64(seal.purpose.rawValue), seal.resource, damaged, emptied?.milliseconds,
        ended?.milliseconds,
      ])
  }
}
