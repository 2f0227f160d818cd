// Duties of bodies in the gateway's database: filings, checks and backups.

package import Database
package import GatewayRules
import Regulation
package import Vocabulary

extension SQLReading where Self: ~Copyable {
  /// All versions of all filings of a body, by duty, the newest first.
  package func dutyFilings(of department: DepartmentCode) throws -> [DutyFiling] {
    try query(
      """
      SELECT department, duty, version, unit, persons, filer, filed, confirmer, confirmed
      FROM duty_filings WHERE department = ?1 ORDER BY duty, version DESC
      """, [department.text]
    ).map { try DutyFiling(row: $0) }
  }

  /// The newest of each duty.
  package func currentDuties(of department: DepartmentCode) throws -> [DutyFiling] {
    try dutyFilings(of: department).reduce(into: []) { found, next in
      if found.last?.post != next.post { found.append(next) }
    }
  }

  /// The last check or backup of a body; of one day the one recorded last.
  package func lastSafeguard(
    _ kind: Safeguard.Kind, of department: DepartmentCode
  ) throws -> Safeguard? {
    try queryOne(
      """
      SELECT day, time, result, recorder FROM safeguards
      WHERE department = ?1 AND kind = ?2 ORDER BY day DESC, time DESC LIMIT 1
      """, [department.text, kind.rawValue]
    ).map { row in
      let day: Int64 = try row[0]
      return Safeguard(
        department: department, kind: kind, day: CivilDate(dayNumber: Int(day)),
        result: try row[2], recorder: try row[3], time: Instant(milliseconds: try row[1]))
    }
  }
}

extension WriteTransaction {
  /// Keeps a version of a filing, or what became of it.
  package func save(_ filing: DutyFiling) throws {
    try execute(
      """
      INSERT INTO duty_filings (department, duty, version, unit, persons, filer, filed, confirmer,
        confirmed)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
      ON CONFLICT (department, duty, version) DO UPDATE SET
        confirmer = excluded.confirmer, confirmed = excluded.confirmed
      """,
      [
        filing.department.text, filing.post.rawValue, filing.version, filing.unit,
        filing.persons.map(\.text).joined(separator: ","), filing.filer, filing.filed.milliseconds,
        filing.confirmation?.person, filing.confirmation?.time.milliseconds,
      ])
  }

  package func save(_ safeguard: Safeguard) throws {
    try execute(
      """
      INSERT INTO safeguards (department, kind, day, time, result, recorder)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      """,
      [
        safeguard.department.text, safeguard.kind.rawValue, safeguard.day.dayNumber,
        safeguard.time.milliseconds, safeguard.result, safeguard.recorder,
      ])
  }
}

extension DutyFiling {
  fileprivate init(row: Row) throws {
    let (department, duty, persons): (String, String, String) = (try row[0], try row[1], try row[4])
    let confirmer: String? = try row[7]
    let confirmed: Int64? = try row[8]
    guard let code = DepartmentCode(department), let post = DutyPost(rawValue: duty) else {
      throw RegistryDamage(place: "duty_filings \(department)")
    }
    var confirmation: Confirmation?
    if let confirmer, let confirmed {
      confirmation = Confirmation(person: confirmer, time: Instant(milliseconds: confirmed))
    }
    self.init(
      department: code, post: post, version: try row[2], unit: try row[3],
      persons: persons.split(separator: ",").compactMap { PersonID(String($0)) },
      filer: try row[5], filed: Instant(milliseconds: try row[6]), confirmation: confirmation)
  }
}
