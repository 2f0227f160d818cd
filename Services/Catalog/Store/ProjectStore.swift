// Projects and what was decided on them; a project itself is a listing.

package import CatalogRules
package import Database
import Integrity
import Regulation
import Vocabulary

extension SQLReading where Self: ~Copyable {
  /// What was decided on a project, in order.
  package func projectDecisions(_ project: Int64) throws -> [CheckpointDecision] {
    try query(
      "SELECT * FROM project_decisions WHERE project = ?1 ORDER BY position", [project]
    ).map { try CheckpointDecision($0) }
  }

  /// The entries of a project as they stand.
  ///
  /// - Parameter parent: The region in whose catalogue they are looked for.
  package func boundEntries(_ entries: [Int64], parent: String) throws -> [BoundEntry] {
    let standings = try entries.compactMap { try entryStanding($0) }
    let newest = try entryVersions(standings.map { ($0.entry, $0.newestVersion) })
    let published = try entryVersions(
      standings.compactMap { standing in
        standing.publishedVersion.map { (standing.entry, $0) }
      })
    return try standings.compactMap { standing in
      guard let version = newest.first(where: { $0.entry == standing.entry }),
        version.state != .withdrawn
      else { return nil }
      return BoundEntry(
        name: "entries/E-\(standing.entry)", newest: version.content,
        published: published.first { $0.entry == standing.entry }?.content,
        isMounted: standing.sourceSystem != nil,
        isInParentCatalogue: try isCatalogued(standing.entry, in: parent))
    }
  }

  /// Whether the newest catalogue of a region has an entry of this node.
  private func isCatalogued(_ entry: Int64, in region: String) throws -> Bool {
    let row = try queryOne(
      """
      SELECT entry_version FROM catalogue_changes
      WHERE region = ?1 AND node = '' AND entry = ?2 ORDER BY id DESC LIMIT 1
      """, [region, "entries/E-\(entry)"])
    let version: Int64? = try row?["entry_version"]
    return (version ?? 0) > 0
  }
}

extension WriteTransaction {
  package func append(_ decision: CheckpointDecision, to project: Int64) throws {
    try execute(
      """
      INSERT INTO project_decisions (project, position, checkpoint, is_pass, actor, role, time,
        reason, is_override, report)
      VALUES (?1, (SELECT COUNT(*) FROM project_decisions WHERE project = ?1), ?2, ?3, ?4, ?5, ?6,
        ?7, ?8, ?9)
      """,
      [
        project, decision.checkpoint.rawValue, decision.isPass, decision.actor,
        decision.role.slug, decision.time.milliseconds, decision.reason, decision.isOverride,
        decision.report,
      ])
  }
}

extension CheckpointDecision {
  fileprivate init(_ row: Row) throws {
    guard let checkpoint = GateCheckpoint(rawValue: try row["checkpoint"]),
      let role = Role(rawValue: try row["role"])
    else { throw UnreadableContent(what: "project decision") }
    self.init(
      checkpoint: checkpoint, isPass: try row["is_pass"], actor: try row["actor"], role: role,
      time: Instant(milliseconds: try row["time"]), reason: try row["reason"],
      isOverride: try row["is_override"], report: try row["report"])
  }
}
