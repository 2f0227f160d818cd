// What the catalogue keeps, in its own nouns: functions over a transaction, so that rules run between reading and saving.

package import CatalogRules
package import Database
import Integrity
package import Regulation
package import Vocabulary

extension SQLReading where Self: ~Copyable {
  /// What is true of an entry whatever its version; `nil` when there is none.
  package func entryStanding(_ entry: Int64) throws -> EntryStanding? {
    guard let row = try queryOne("SELECT * FROM entries WHERE id = ?1", [entry]) else { return nil }
    return try EntryStanding(row)
  }

  /// The entry that bears a resource code; `nil` where none does.
  package func entryStanding(code: String) throws -> EntryStanding? {
    guard let row = try queryOne("SELECT * FROM entries WHERE resource_code = ?1", [code]) else {
      return nil
    }
    return try EntryStanding(row)
  }

  /// One version with its history; `nil` when there is none.
  package func entryVersion(_ entry: Int64, _ version: Int) throws -> EntryVersion? {
    try entryVersions([(entry, version)]).first
  }

  /// The newest version that was ever published, also of an entry that is withdrawn; `nil` where none was.
  package func lastPublished(_ entry: Int64) throws -> Int? {
    let row = try queryOne(
      "SELECT MAX(version) AS version FROM versions WHERE entry = ?1 AND published IS NOT NULL",
      [entry])
    let version: Int64? = try row?["version"] ?? nil
    return version.map(Int.init)
  }

  /// Several versions with their histories, in the order asked for, by two statements.
  package func entryVersions(_ wanted: [(entry: Int64, version: Int)]) throws -> [EntryVersion] {
    if wanted.isEmpty { return [] }
    let places = wanted.indices.map { "(?\(2 * $0 + 1), ?\(2 * $0 + 2))" }.joined(separator: ", ")
    let arguments = wanted.flatMap { [$0.entry, Int64($0.version)] }
    let steps = try query(
      """
      WITH wanted (entry, version) AS (VALUES \(places))
      SELECT s.* FROM steps s JOIN wanted w ON s.entry = w.entry AND s.version = w.version
      ORDER BY s.entry, s.version, s.position
      """, arguments)
    var histories: [VersionKey: [EntryStep]] = [:]
    for row in steps { try histories[VersionKey(row), default: []].append(EntryStep(row)) }
    let rows = try query(
      """
      WITH wanted (entry, version) AS (VALUES \(places))
      SELECT v.* FROM versions v JOIN wanted w ON v.entry = w.entry AND v.version = w.version
      """, arguments)
    var found: [VersionKey: EntryVersion] = [:]
    for row in rows {
      let key = try VersionKey(row)
      found[key] = try EntryVersion(row, history: histories[key] ?? [])
    }
    return wanted.compactMap { found[VersionKey(entry: $0.entry, version: Int64($0.version))] }
  }

  /// The seats of a version as they are kept.
  package func seats(of version: EntryVersion) throws -> KeptSeats {
    let rows = try query(
      "SELECT seat, is_awaited FROM seats WHERE entry = ?1 AND version = ?2",
      [version.entry, version.number])
    var kept = KeptSeats()
    for row in rows {
      let seat: String = try row["seat"]
      kept.all.insert(seat)
      if try row["is_awaited"] as Int64 == 1 { kept.awaited = seat }
    }
    return kept
  }

  /// Items that other entries of a category and region already claim (AC-16).
  package func itemClaims(category: String, region: String, except entry: Int64) throws
    -> [ItemClaim]
  {
    let claims = try query(
      """
      SELECT v.owner AS owner, v.content AS content
      FROM versions v JOIN entries e ON e.id = v.entry
      WHERE v.category = ?1 AND e.region = ?2 AND v.entry <> ?3
        AND v.state IN ('submitted', 'approved', 'published')
      ORDER BY v.entry, v.version
      """, [category, region, entry]
    ).flatMap { row -> [ItemClaim] in
      guard let owner = DepartmentCode(try row["owner"]) else { return [] }
      // What an item is, its content says: a row of an earlier release counts it by its role.
      return try EntryContent(contentOf: row).items.filter { !$0.isIdentity }
        .map { ItemClaim(title: $0.title, owner: owner) }
    }
    var told: Set<ItemClaim> = []
    return claims.filter { told.insert($0).inserted }
  }
}

extension EntryContent {
  /// The column `content` of a version.
  init(contentOf row: Row) throws {
    let stored: [UInt8] = try row["content"]
    try self.init(json: try CanonicalJSON.decodeCanonical(stored))
  }
}

extension WriteTransaction {
  /// Makes a new entry with its first draft.
  package func insertEntry(
    _ content: EntryContent, owner: DepartmentFacts, profile: ProfileReference, at time: Instant
  ) throws -> EntryVersion {
    let entry = try nextNumber("entries")
    try execute(
      "INSERT INTO entries (id, owner, region, newest_version) VALUES (?1, ?2, ?3, 1)",
      [entry, owner.code.text, owner.region])
    let version = EntryVersion(
      entry: entry, number: 1, content: content, state: .draft, profile: profile, created: time)
    try insert(version)
    return version
  }

  /// Opens the next version of an entry.
  package func insertNextVersion(_ version: EntryVersion) throws {
    try execute(
      "UPDATE entries SET newest_version = ?2 WHERE id = ?1", [version.entry, version.number])
    try insert(version)
  }

  /// Saves what a rule made of a version; its history only grows.
  package func save(
    _ version: EntryVersion, wasHistory count: Int, seats: EntrySeats
  ) throws {
    try execute(
      """
      UPDATE versions SET state = ?3, category = ?4, content = ?5, submitted = ?6,
        filing_number = ?7, filing_day = ?8, filing_reason = ?9, approved_by = ?10,
        published = ?11, secrecy_person = ?12, secrecy_time = ?13, withdrawal = ?14, profile = ?15,
        due_day = ?16, due_article = ?17, due_provisional = ?18, overdue_days = ?19
      WHERE entry = ?1 AND version = ?2
      """,
      [
        version.entry, version.number, version.state.rawValue, version.content.category,
        CanonicalJSON.encode(version.content.json), version.submitted?.dayNumber,
        version.filing?.number, version.filing?.date.dayNumber, version.filing?.reason,
        version.approvedBy.map(\.rawValue).joined(separator: " "),
        version.published?.milliseconds, version.secrecyReview?.person,
        version.secrecyReview?.time.milliseconds,
        version.withdrawal.map { CanonicalJSON.encode($0.json) }, version.profile.text,
        version.decided?.due.date.dayNumber, version.decided?.due.citation.text,
        version.decided.map { $0.due.isProvisional ? 1 : 0 }, version.decided?.overdueDays,
      ])
    for table in ["items", "seats"] {
      try execute(
        "DELETE FROM \(table) WHERE entry = ?1 AND version = ?2", [version.entry, version.number])
    }
    try insertItems(version)
    try reindex(version)
    try insertSeats(seats, of: version)
    try insertSteps(version, from: count)
  }

  /// Puts the seats of a version that took no step.
  package func replaceSeats(_ seats: EntrySeats, of version: EntryVersion) throws {
    try execute(
      "DELETE FROM seats WHERE entry = ?1 AND version = ?2", [version.entry, version.number])
    try insertSeats(seats, of: version)
  }

  package func setRegion(_ region: String, ofEntriesOf owner: DepartmentCode) throws {
    try execute("UPDATE entries SET region = ?2 WHERE owner = ?1", [owner.text, region])
  }

  /// Points the entry at its published version; mints its code the first time.
  package func publish(
    _ version: EntryVersion, code: (_ sequence: Int64) -> String
  ) throws {
    try execute(
      "UPDATE entries SET published_version = ?2 WHERE id = ?1", [version.entry, version.number])
    let standing = try entryStanding(version.entry)
    if standing?.resourceCode == nil {
      let minted = code(try nextNumber("resource-codes"))
      try execute(
        "UPDATE entries SET resource_code = ?2 WHERE id = ?1", [version.entry, minted])
    }
  }

  package func withdraw(_ entry: Int64) throws {
    try execute("UPDATE entries SET published_version = NULL WHERE id = ?1", [entry])
  }

  /// - Parameter system: The system that fills the entry; `nil` unmounts it.
  package func mount(_ entry: Int64, system: String?, resource: BoundResource? = nil) throws {
    let kept = resource.map { resource in
      var object: JSONObject = ["location": .string(resource.location)]
      object.set("columns", texts: resource.columns)
      object.set("description", resource.description)
      return object.stored
    }
    try execute(
      "UPDATE entries SET source_system = ?2, resource = ?3 WHERE id = ?1", [entry, system, kept])
  }

  private func insert(_ version: EntryVersion) throws {
    try execute(
      """
      INSERT INTO versions (entry, version, state, owner, category, profile, content, approved_by,
        created)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '', ?8)
      """,
      [
        version.entry, version.number, version.state.rawValue, version.content.owner.text,
        version.content.category, version.profile.text,
        CanonicalJSON.encode(version.content.json), version.created.milliseconds,
      ])
    try insertItems(version)
    try index(version)
    try insertSteps(version, from: 0)
  }

  private func insertItems(_ version: EntryVersion) throws {
    try execute(
      "INSERT INTO items (entry, version, position, title, is_identity) VALUES (?1, ?2, ?3, ?4, ?5)",
      each: version.content.items.enumerated().map { position, item in
        [
          .integer(version.entry), .integer(Int64(version.number)), .integer(Int64(position)),
          .text(item.title),
          .integer(item.isIdentity ? 1 : 0),
        ]
      })
  }

  private func insertSeats(_ seats: EntrySeats, of version: EntryVersion) throws {
    let kept = KeptSeats(seats)
    try execute(
      "INSERT INTO seats (seat, entry, version, is_awaited) VALUES (?1, ?2, ?3, ?4)",
      each: kept.all.sorted().map { seat in
        [
          .text(seat), .integer(version.entry), .integer(Int64(version.number)),
          .integer(seat == kept.awaited ? 1 : 0),
        ]
      })
  }

  private func insertSteps(_ version: EntryVersion, from first: Int) throws {
    try execute(
      """
      INSERT INTO steps (entry, version, position, from_state, to_state, actor, time, reason,
        action, detail, basis)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
      """,
      each: version.history.enumerated().dropFirst(first).map { position, step in
        [
          .integer(version.entry), .integer(Int64(version.number)), .integer(Int64(position)),
          step.from.map { .text($0.rawValue) } ?? .null, .text(step.to.rawValue),
          .text(step.actor), .integer(step.time.milliseconds), .text(step.reason),
          step.action.map { .text($0.rawValue) } ?? .null, .text(step.detail),
          step.basis.map { .blob($0.json.stored) } ?? .null,
        ]
      })
  }
}

/// The seats of a version by their words in the table.
package struct KeptSeats: Hashable, Sendable {
  var awaited: String?
  var all: Set<String> = []

  init() {}

  package init(_ seats: EntrySeats) {
    awaited = seats.awaited?.text
    all = Set((seats.insiders.union(seats.awaited.map { [$0] } ?? [])).map(\.text))
  }
}

private struct VersionKey: Hashable {
  let entry: Int64
  let version: Int64

  init(entry: Int64, version: Int64) {
    self.entry = entry
    self.version = version
  }

  init(_ row: Row) throws(DatabaseError) {
    try self.init(entry: row["entry"], version: row["version"])
  }
}

extension EntryStanding {
  init(_ row: Row) throws {
    guard let owner = DepartmentCode(try row["owner"]) else {
      throw UnreadableContent(what: "owner")
    }
    let published: Int64? = try row["published_version"]
    let newest: Int64 = try row["newest_version"]
    let resource: [UInt8]? = try row["resource"]
    self.init(
      entry: try row["id"], owner: owner, resourceCode: try row["resource_code"],
      publishedVersion: published.map(Int.init), newestVersion: Int(newest),
      sourceSystem: try row["source_system"],
      resource: try resource.map {
        let object = try JSONObject(stored: $0)
        return BoundResource(
          location: object.text("location"), columns: object.texts("columns"),
          description: object.text("description"))
      })
  }
}

extension EntryVersion {
  fileprivate init(_ row: Row, history: [EntryStep]) throws {
    let content: [UInt8] = try row["content"]
    guard let state = EntryState(rawValue: try row["state"]),
      let profile = ProfileReference(try row["profile"])
    else { throw UnreadableContent(what: "version") }
    let number: Int64 = try row["version"]
    let approved: String = try row["approved_by"]
    let submitted: Int64? = try row["submitted"]
    let published: Int64? = try row["published"]
    let withdrawal: [UInt8]? = try row["withdrawal"]
    self.init(
      entry: try row["entry"], number: Int(number),
      content: try EntryContent(json: try CanonicalJSON.decodeCanonical(content)), state: state,
      profile: profile, submitted: submitted.map { CivilDate(dayNumber: Int($0)) },
      decided: try EntryVersion.decided(row),
      filing: try EntryVersion.filing(row),
      secrecyReview: try EntryVersion.secrecyReview(row),
      withdrawal: try withdrawal.map {
        try Withdrawal(json: try CanonicalJSON.decodeCanonical($0))
      },
      approvedBy: approved.split(separator: " ").compactMap { Reviewer(rawValue: String($0)) },
      history: history, created: Instant(milliseconds: try row["created"]),
      published: published.map { Instant(milliseconds: $0) })
  }

  /// A row of an earlier release has a due day and no word on how late the decision was: it is computed as before.
  private static func decided(_ row: Row) throws(DatabaseError) -> ClockReading? {
    let day: Int64? = try row["due_day"]
    let article: String? = try row["due_article"]
    let provisional: Int64? = try row["due_provisional"]
    let overdue: Int64? = try row["overdue_days"]
    guard let day, let citation = article.flatMap({ Citation($0) }), let overdue else { return nil }
    return ClockReading(
      due: DueDate(
        date: CivilDate(dayNumber: Int(day)), citation: citation, isProvisional: provisional == 1),
      overdueDays: Int(overdue))
  }

  private static func secrecyReview(_ row: Row) throws(DatabaseError) -> SecrecyReview? {
    let person: String? = try row["secrecy_person"]
    let time: Int64? = try row["secrecy_time"]
    guard let person, let time else { return nil }
    return SecrecyReview(person: person, time: Instant(milliseconds: time))
  }

  private static func filing(_ row: Row) throws(DatabaseError) -> Filing? {
    let number: String? = try row["filing_number"]
    let day: Int64? = try row["filing_day"]
    let reason: String? = try row["filing_reason"]
    guard let number, let day, let reason else { return nil }
    return Filing(number: number, date: CivilDate(dayNumber: Int(day)), reason: reason)
  }
}

extension EntryStep {
  fileprivate init(_ row: Row) throws {
    guard let to = EntryState(rawValue: try row["to_state"]) else {
      throw UnreadableContent(what: "step")
    }
    let from: String? = try row["from_state"]
    let action: String? = try row["action"]
    let detail: String? = try row["detail"]
    let basis: [UInt8]? = try row["basis"]
    self.init(
      from: from.flatMap(EntryState.init(rawValue:)), to: to, actor: try row["actor"],
      time: Instant(milliseconds: try row["time"]), reason: try row["reason"],
      action: action.flatMap(EntryAction.init(rawValue:)), detail: detail ?? "",
      basis: try basis.map { try Basis(json: try CanonicalJSON.decodeCanonical($0)) })
  }
}
