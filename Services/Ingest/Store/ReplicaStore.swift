// The replicas of Ingest as their database knows them: who lives, and who has taken in which change of keys.

package import Database
package import Vocabulary

/// What a replica found as it joined the others.
package enum Joining: Sendable, Equatable {
  /// It is one of them; the newest change of keys when it joined.
  case joined(change: Int64)
  /// Its name is another process's, which lives.
  case nameTaken
  /// It reads another folder of keys than the others.
  case otherKeys
}

/// How long a replica that says nothing is believed to live; clocks of replicas may differ by as much. Ours, no regulation's.
package let replicaTermMilliseconds: Int64 = 10_000

extension SQLReading where Self: ~Copyable {
  /// How many changes of keys there were.
  package func keyChange() throws -> Int64 {
    try queryOne("SELECT change FROM replica_keys")?[0] ?? 0
  }

  /// How many living replicas have not taken in a change yet.
  ///
  /// - Parameter now: Real time.
  package func replicas(behind change: Int64, except name: String, at now: Instant) throws -> Int {
    try queryOne(
      "SELECT COUNT(*) FROM replicas WHERE change < ?1 AND name <> ?2 AND seen >= ?3",
      [change, name, now.milliseconds - replicaTermMilliseconds])?[0] ?? 0
  }
}

extension WriteTransaction {
  /// Makes this process one of the replicas.
  ///
  /// - Parameters:
  ///   - holder: Tells processes of one name apart; the same after a restart.
  ///   - check: What tells this folder of keys from any other, and nothing of the keys.
  ///   - now: Real time.
  package func join(
    _ name: String, holder: String, check: [UInt8], at now: Instant
  ) throws -> Joining {
    try execute(
      "INSERT INTO replica_keys (one, change, key_check) VALUES (1, 0, ?1) ON CONFLICT DO NOTHING",
      [check])
    guard let kept = try queryOne("SELECT key_check, change FROM replica_keys"),
      try kept[0] as [UInt8] == check
    else { return .otherKeys }
    if let row = try queryOne("SELECT holder, seen FROM replicas WHERE name = ?1", [name]) {
      let (other, seen): (String, Int64) = (try row[0], try row[1])
      guard other == holder || seen < now.milliseconds - replicaTermMilliseconds else {
        return .nameTaken
      }
    }
    let change: Int64 = try kept[1]
    try execute(
      """
      INSERT INTO replicas (name, holder, change, seen) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, change = excluded.change,
        seen = excluded.seen
      """, [name, holder, change, now.milliseconds])
    return .joined(change: change)
  }

  /// Says that a replica lives, and which change of keys it has taken in.
  ///
  /// - Returns: Whether the name is still this process's.
  package func confirm(
    _ change: Int64, by name: String, holder: String, at now: Instant
  ) throws -> Bool {
    try execute(
      "UPDATE replicas SET change = ?3, seen = ?4 WHERE name = ?1 AND holder = ?2",
      [name, holder, change, now.milliseconds]) == 1
  }

  /// Tells the replicas that keys, or what was made from them, are no more.
  ///
  /// - Returns: The number of the change.
  package func changeKeys() throws -> Int64 {
    try queryOne(
      "UPDATE replica_keys SET change = change + 1 WHERE one = 1 RETURNING change AS change")?[
        "change"] ?? 0
  }
}
