// Versions of the law in the gateway's database: the register of what was brought and decided.

package import Database
package import GatewayRules
package import Integrity
import Vocabulary

extension SQLReading where Self: ~Copyable {
  package func lawVersion(_ name: LawName) throws -> LawVersion? {
    try queryOne("SELECT \(lawColumns) FROM law_versions WHERE name = ?1", [name.text])
      .map { try LawVersion(row: $0) }
  }

  /// Every version after a name, in the order of the names.
  package func lawVersions(_ page: RegistryPage) throws -> [LawVersion] {
    try query(
      "SELECT \(lawColumns) FROM law_versions WHERE name > ?1 ORDER BY name LIMIT ?2",
      [page.after, page.limit]
    ).map { try LawVersion(row: $0) }
  }

  /// The names of all versions that were approved, the oldest of each first.
  package func approvedLaw() throws -> [LawName] {
    try query(
      "SELECT name FROM law_versions WHERE state = ?1 ORDER BY name", [LawState.approved.rawValue]
    ).map { row in
      let text: String = try row[0]
      guard let name = LawName(text) else { throw RegistryDamage(place: "law_versions \(text)") }
      return name
    }.sorted { ($0.key, $0.version) < ($1.key, $1.version) }
  }

  /// The file, and what it changed when it was brought.
  package func lawText(_ name: LawName) throws -> (text: [UInt8], changes: [LawChange])? {
    try queryOne("SELECT file, changes FROM law_versions WHERE name = ?1", [name.text])
      .map { row in
        let changes: [UInt8] = try row[1]
        return (try row[0], try lawChanges(changes, of: name))
      }
  }
}

extension WriteTransaction {
  /// Keeps a version that was brought; one that was sent back before is replaced.
  package func saveLaw(_ version: LawVersion, text: [UInt8], changes: [LawChange]) throws {
    try execute("DELETE FROM law_versions WHERE name = ?1", [version.name.text])
    try execute(
      """
      INSERT INTO law_versions (name, state, effective, sha256, reason, proposer, proposed, changes, file)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
      """,
      [
        version.name.text, version.state.rawValue,
        version.effectiveFrom.map { Int64($0.dayNumber) }, version.sha256, version.reason,
        version.proposer, version.proposed.milliseconds,
        CanonicalJSON.encode(.array(changes.map(\.json))), text,
      ])
  }

  /// Keeps what was decided.
  package func saveDecision(on version: LawVersion) throws {
    try execute(
      """
      UPDATE law_versions SET state = ?2, decider = ?3, decided = ?4, decide_reason = ?5
      WHERE name = ?1
      """,
      [
        version.name.text, version.state.rawValue, version.decider,
        version.decided?.milliseconds, version.decideReason,
      ])
  }
}

private let lawColumns =
  "name, state, effective, sha256, reason, proposer, proposed, decider, decided, decide_reason"

extension LawVersion {
  fileprivate init(row: Row) throws {
    let text: String = try row[0]
    let state: Int64 = try row[1]
    let effective: Int64? = try row[2]
    let decided: Int64? = try row[8]
    guard let name = LawName(text), let state = LawState(rawValue: state) else {
      throw RegistryDamage(place: "law_versions \(text)")
    }
    self.init(
      name: name, state: state, effectiveFrom: effective.map { CivilDate(dayNumber: Int($0)) },
      sha256: try row[3], reason: try row[4], proposer: try row[5],
      proposed: Instant(milliseconds: try row[6]), decider: try row[7],
      decided: decided.map { Instant(milliseconds: $0) }, decideReason: try row[9])
  }
}

extension LawChange {
  /// As it is kept, and as it stands in what people sign.
  package var json: JSONValue {
    [
      "key": .string(key), "former": .string(former), "former_article": .string(formerArticle),
      "value": .string(value), "article": .string(article), "kind": .string(kind),
    ]
  }
}

private func lawChanges(_ bytes: [UInt8], of name: LawName) throws -> [LawChange] {
  guard let rows = try CanonicalJSON.decodeCanonical(bytes).array else {
    throw RegistryDamage(place: "law_versions \(name.text)")
  }
  return rows.map { row in
    func text(_ member: String) -> String { row[member]?.string ?? "" }
    return LawChange(
      key: text("key"), former: text("former"), formerArticle: text("former_article"),
      value: text("value"), article: text("article"), kind: text("kind"))
  }
}
