// What grants rest on, and when Ingest saw it first: neither is left to the service that hands grants on.

package import Database
package import IngestRules
package import Vocabulary

/// When something came here first, by Ingest's own clocks.
package struct FirstSight: Hashable, Sendable {
  package let civil: Instant
  package let real: Instant

  package init(civil: Instant, real: Instant) {
    self.civil = civil
    self.real = real
  }
}

extension SQLReading where Self: ~Copyable {
  /// When a signed statement came here first; `nil` where it did not.
  ///
  /// - Parameter hash: Of the statement with its signature: nobody lacks the key who knows it.
  package func firstSight(of hash: [UInt8]) throws -> FirstSight? {
    try queryOne("SELECT civil, observed FROM seen_statements WHERE hash = ?1", [hash]).map {
      FirstSight(
        civil: Instant(milliseconds: try $0["civil"]),
        real: Instant(milliseconds: try $0["observed"]))
    }
  }

  /// The runs of a grant that began before this one; `nil` where this one began already.
  package func earlierRolls(
    of grant: String, before comparison: String, turn: String, day: CivilDate
  ) throws -> EarlierRolls? {
    let begun = try queryOne(
      "SELECT 1 FROM comparison_runs WHERE comparison = ?1", [comparison])
    if begun != nil { return nil }
    let runs = try queryOne(
      """
      SELECT MIN(CASE WHEN turn = ?2 AND turn <> '' THEN comparison END) AS same_turn,
        CAST(COALESCE(SUM(CASE WHEN day = ?3 THEN stated_rows ELSE 0 END), 0) AS BIGINT) AS day_rows,
        MAX(stated_rows) AS most_rows
      FROM comparison_runs WHERE grant_name = ?1
      """, [grant, turn, day.dayNumber])
    guard let runs else { return nil }
    return EarlierRolls(
      sameTurn: try runs["same_turn"], dayRows: try runs["day_rows"],
      mostRows: try runs["most_rows"])
  }
}

extension WriteTransaction {
  /// Keeps that a signed statement came here, the first time that it does.
  package func see(_ hash: [UInt8], at sight: FirstSight) throws {
    try execute(
      """
      INSERT INTO seen_statements (hash, civil, observed) VALUES (?1, ?2, ?3)
      ON CONFLICT (hash) DO NOTHING
      """, [hash, sight.civil.milliseconds, sight.real.milliseconds])
  }

  /// Binds a grant to what it rests on, for ever: quotas, runs and ends, which go by its name, are that of the application then.
  ///
  /// - Returns: Whether it is this grant's alone, and this grant has no other.
  package func bind(_ grant: String, to origin: String) throws -> Bool {
    if let known = try queryOne(
      "SELECT grant_name FROM grant_origins WHERE origin = ?1", [origin])
    {
      return try known["grant_name"] == grant
    }
    return try execute(
      "INSERT INTO grant_origins (origin, grant_name) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
      [origin, grant]) == 1
  }
}
