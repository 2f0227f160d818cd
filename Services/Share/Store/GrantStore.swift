// Grants as they are kept and found.

package import Database
import Integrity
import Regulation
package import ShareRules
package import Vocabulary

/// What a list of grants is narrowed to.
package struct GrantFilter: Hashable, Sendable {
  /// `nil` for a reader of all, as an auditor is.
  package var department: DepartmentCode?
  package var entry: Int64?
  package var state: GrantState?

  package init(department: DepartmentCode?, entry: Int64? = nil, state: GrantState? = nil) {
    self.department = department
    self.entry = entry
    self.state = state
  }
}

extension SQLReading where Self: ~Copyable {
  package func grant(_ number: Int64) throws -> Grant? {
    try queryOne("SELECT * FROM grants WHERE id = ?1", [number]).map { try Grant($0) }
  }

  /// A page of grants in the order of their numbers.
  package func grants(_ filter: GrantFilter, after: Int64, limit: Int) throws -> [Grant] {
    try query(
      """
      SELECT * FROM grants
      WHERE id > ?1 AND (?2 = '' OR grantee = ?2 OR source = ?2 OR authority = ?2)
        AND (?3 = 0 OR entry = ?3) AND (?4 = '' OR state = ?4)
      ORDER BY id LIMIT ?5
      """,
      [
        after, filter.department?.text ?? "", filter.entry ?? 0, filter.state?.rawValue ?? "",
        limit,
      ]
    ).map { try Grant($0) }
  }

  /// Grants of a department that wait for its security officer.
  package func grantsToAccept(of department: DepartmentCode, after: Int64, limit: Int) throws
    -> [Grant]
  {
    try query(
      """
      SELECT * FROM grants WHERE grantee = ?2 AND state = 'pending_acceptance' AND id > ?1
      ORDER BY id LIMIT ?3
      """, [after, department.text, limit]
    ).map { try Grant($0) }
  }

  /// Active grants of a department, its own and on its entries, whose last day is not after a day.
  package func endingGrants(
    of department: DepartmentCode, until day: CivilDate, after: Int64, limit: Int
  ) throws -> [Grant] {
    try query(
      """
      SELECT * FROM grants
      WHERE (grantee = ?2 OR source = ?2) AND state = 'active' AND until_day <= ?3 AND id > ?1
      ORDER BY id LIMIT ?4
      """, [after, department.text, day.dayNumber, limit]
    ).map { try Grant($0) }
  }

  /// Grants that may still be used and whose last day lies before a day; at most 1,000 at once.
  package func overrunGrants(on day: CivilDate) throws -> [Grant] {
    try query(
      """
      SELECT * FROM grants
      WHERE state IN ('pending_acceptance', 'active', 'suspended') AND until_day < ?1
      ORDER BY id LIMIT 1000
      """, [day.dayNumber]
    ).map { try Grant($0) }
  }

  /// Grants of a department that may still be used.
  package func livingGrants(of grantee: DepartmentCode) throws -> [Grant] {
    try query(
      """
      SELECT * FROM grants
      WHERE grantee = ?1 AND state IN ('pending_acceptance', 'active', 'suspended') ORDER BY id
      """, [grantee.text]
    ).map { try Grant($0) }
  }

  /// Grants of an entry that may still be used.
  package func livingGrants(of entry: Int64) throws -> [Grant] {
    try query(
      """
      SELECT * FROM grants
      WHERE entry = ?1 AND state IN ('pending_acceptance', 'active', 'suspended') ORDER BY id
      """, [entry]
    ).map { try Grant($0) }
  }
}

extension WriteTransaction {
  /// Keeps a grant as a rule made it.
  package func save(_ grant: Grant) throws {
    try execute(
      """
      INSERT INTO grants
        (id, entry, source, authority, grantee, state, until_day, profile, created, content)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
      ON CONFLICT (id) DO UPDATE SET state = excluded.state, content = excluded.content
      """,
      [
        grant.number, grant.entry, grant.source.text, grant.authority?.text, grant.grantee.text,
        grant.state.rawValue, grant.until.dayNumber, grant.profile.text,
        grant.created.milliseconds, grant.content.stored,
      ])
  }
}

extension Grant {
  fileprivate var content: JSONObject {
    var object = JSONObject()
    object.set("entry_version", Int64(entryVersion))
    object.set("items", texts: items)
    object.set("purpose", purpose)
    object.set("business", business)
    object.set("scenario", scenario)
    object.set("modes", texts: modes.map(\.rawValue).sorted())
    object.set("rows", rows.map(\.json))
    object.set("roll", roll?.json)
    object.set("daily_subjects", Int64(dailySubjects))
    object.set("application", application ?? 0)
    object.set("security_officer", securityOfficer)
    object.set("systems", texts: systems.sorted().map(\.text))
    object.set("access_modes", texts: accessModes.map(\.rawValue).sorted())
    object.set("recipients", recipients.map(\.json))
    object.set("twice_approved", texts: twiceApproved)
    object.set("activated", activated)
    object.set("awaits_mounting", awaitsMounting)
    object.set("awaits_grantee", awaitsGrantee)
    object.set("history", history.map(\.json))
    return object
  }

  fileprivate init(_ row: Row) throws {
    let object = try JSONObject(stored: try row["content"])
    let authority: String? = try row["authority"]
    guard let state = GrantState(rawValue: try row["state"]) else {
      throw UnreadableContent(what: "grant")
    }
    let application = object.number("application")
    self.init(
      number: try row["id"], entry: try row["entry"],
      entryVersion: Int(object.number("entry_version")), source: try code(try row["source"]),
      authority: try authority.map(code), grantee: try code(try row["grantee"]),
      items: object.texts("items"), purpose: object.text("purpose"),
      business: object.text("business"), scenario: object.text("scenario"),
      modes: Set(object.texts("modes").compactMap(UseMode.init(rawValue:))),
      until: CivilDate(dayNumber: try row["until_day"]),
      rows: object.objects("rows").map { RowRule($0) }, roll: RollLimits(object.object("roll")),
      dailySubjects: Int(object.number("daily_subjects")),
      application: application == 0 ? nil : application, profile: try reference(try row["profile"]),
      created: Instant(milliseconds: try row["created"]), state: state)
    securityOfficer = object.text("security_officer")
    systems = Set(object.texts("systems").compactMap { SystemName($0) })
    accessModes = Set(object.texts("access_modes").compactMap(AccessMode.init(rawValue:)))
    recipients = try object.objects("recipients").map { try Recipient($0) }
    twiceApproved = object.texts("twice_approved")
    activated = object.time("activated")
    awaitsMounting = object.flag("awaits_mounting")
    awaitsGrantee = object.flag("awaits_grantee")
    history = object.objects("history").map { CaseStep($0) }
  }
}
