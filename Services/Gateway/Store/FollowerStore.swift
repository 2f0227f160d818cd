// How far each replica of the gateway has followed the registry, told in the database that they share.

import Database
package import Vocabulary

extension RegistryStore {
  /// Says that a replica judges calls by this version of the registry, or a later one.
  ///
  /// - Parameter now: Real time.
  package func confirm(_ version: Int64, by replica: String, now: Instant) async throws {
    try await database.write { transaction in
      try transaction.execute(
        """
        INSERT INTO registry_followers (replica, version, seen) VALUES (?1, ?2, ?3)
        ON CONFLICT (replica) DO UPDATE SET version = excluded.version, seen = excluded.seen
        """, [replica, version, now.milliseconds])
    }
  }

  /// How many other replicas still judge by an older version.
  ///
  /// - Parameter since: Who has not been seen since then is gone, or refuses by itself.
  package func followers(behind version: Int64, except replica: String, since: Instant) async throws
    -> Int
  {
    try await database.read { transaction in
      let row = try transaction.queryOne(
        """
        SELECT COUNT(*) FROM registry_followers
        WHERE version < ?1 AND replica <> ?2 AND seen >= ?3
        """, [version, replica, since.milliseconds])
      let count: Int64 = try row?[0] ?? 0
      return Int(count)
    }
  }
}
