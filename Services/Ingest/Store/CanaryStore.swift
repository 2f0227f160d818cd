// Keeping planted identifiers, sealed, and the neighbours that were asked for under a grant.

package import Database
package import Vocabulary

/// A planted identifier; whom it names opens under its key alone.
package struct StoredCanary: Sendable, Equatable {
  package let id: Int64
  package let sealed: [UInt8]
  package let note: String
  package let planter: String
  package let planted: Instant
  /// `nil` while it stands.
  package let removed: Instant?

  package init(
    id: Int64, sealed: [UInt8], note: String, planter: String, planted: Instant,
    removed: Instant? = nil
  ) {
    self.id = id
    self.sealed = sealed
    self.note = note
    self.planter = planter
    self.planted = planted
    self.removed = removed
  }
}

extension SQLReading where Self: ~Copyable {
  /// How many were ever planted and removed: another pair means that there is something to load.
  package func canaryVersion() throws -> [Int64] {
    let row = try queryOne(
      "SELECT COUNT(*), COALESCE(SUM(CASE WHEN removed > 0 THEN 1 ELSE 0 END), 0) FROM canaries")
    return [try row?[0] ?? 0, try row?[1] ?? 0]
  }

  /// All that stand, and those that were removed, in the order in which they were planted.
  package func canaries(after id: Int64 = 0, limit: Int = 100_000) throws -> [StoredCanary] {
    try query(
      """
      SELECT id, sealed, note, planter, planted, removed FROM canaries WHERE id > ?1
      ORDER BY id LIMIT ?2
      """, [id, limit]
    ).map { row in
      let removed: Int64 = try row[5]
      return StoredCanary(
        id: try row[0], sealed: try row[1], note: try row[2], planter: try row[3],
        planted: Instant(milliseconds: try row[4]),
        removed: removed == 0 ? nil : Instant(milliseconds: removed))
    }
  }
}

extension WriteTransaction {
  package func insert(_ canary: StoredCanary) throws {
    try execute(
      "INSERT INTO canaries (id, sealed, note, planter, planted) VALUES (?1, ?2, ?3, ?4, ?5)",
      [canary.id, canary.sealed, canary.note, canary.planter, canary.planted.milliseconds])
  }

  package func removeCanary(_ id: Int64, at time: Instant) throws {
    try execute(
      "UPDATE canaries SET removed = ?2 WHERE id = ?1 AND removed = 0", [id, time.milliseconds])
  }

  /// Counts a subject among its neighbours of a grant's day.
  ///
  /// - Returns: Distinct subjects of that neighbourhood and day, this one included.
  package func useNeighbour(
    _ subject: [UInt8], of neighbourhood: [UInt8], grant: String, day: CivilDate
  ) throws -> Int {
    try execute(
      """
      INSERT INTO quota_neighbours (grant_name, day, neighbourhood, subject)
      VALUES (?1, ?2, ?3, ?4) ON CONFLICT (grant_name, day, neighbourhood, subject) DO NOTHING
      """, [grant, day.dayNumber, neighbourhood, subject])
    return try queryOne(
      """
      SELECT COUNT(*) FROM quota_neighbours
      WHERE grant_name = ?1 AND day = ?2 AND neighbourhood = ?3
      """, [grant, day.dayNumber, neighbourhood])?[0] ?? 0
  }

  /// Notes that a grant was used to try neighbours.
  ///
  /// - Returns: Whether that is new today.
  package func noteEnumeration(
    of neighbourhood: [UInt8], grant: String, day: CivilDate
  ) throws -> Bool {
    try execute(
      """
      INSERT INTO enumerations (grant_name, day, neighbourhood) VALUES (?1, ?2, ?3)
      ON CONFLICT (grant_name, day, neighbourhood) DO NOTHING
      """, [grant, day.dayNumber, neighbourhood]) == 1
  }
}
