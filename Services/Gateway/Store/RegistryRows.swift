// Between the rows of the registry's tables and its values.

import Database
import GatewayRules
import Integrity
import Vocabulary

/// A row that no rule could have written: the database was changed by another hand.
package struct RegistryDamage: Error, Equatable {
  /// `persons departments/x/persons/y`, no content.
  package let place: String
}

/// The columns of each table, in the order in which the values below are read and written.
enum RegistryColumns {
  static let department =
    "code, title, level, region, kinds, authority, state, created, version, body, instrument, functions"
  static let system = "department, name, title, responsible, state, created, version, region"
  static let person = "department, id, title, roles, state, successor, created, version"
  static let run = "department, name, system, title, responsible, state, created, version"
  static let certificate =
    "fingerprint, serial, subject, not_before, not_after, revoke_reason, revoke_time, version"
}

extension RegisteredDepartment {
  init(row: Row) throws {
    let code: String = try row[0]
    let level: Int64 = try row[2]
    let region: String = try row[3]
    let kinds: String = try row[4]
    let authority: String? = try row[5]
    let state: Int64 = try row[6]
    let body: String = try row[9]
    guard let code = DepartmentCode(code), let level = AdministrativeLevel(rawValue: level),
      let region = RegionCode(region), let state = RegistryState(rawValue: state),
      let body = BodyKind(rawValue: body),
      authority == nil || authority.flatMap({ DepartmentCode($0) }) != nil
    else { throw RegistryDamage(place: "departments \(code)") }
    self.init(
      code: code, title: try row[1], level: level, region: region, kinds: list(kinds),
      authority: authority.flatMap { DepartmentCode($0) }, state: state,
      created: Instant(milliseconds: try row[7]), version: try row[8], body: body,
      instrument: try keptInstrument(try row[10]), functions: lines(try row[11]))
  }

  var arguments: [SQLValue] {
    [
      .text(code.text), .text(title), .integer(level.rawValue), .text(region.text),
      .text(kinds.joined(separator: ",")), (authority?.text).sqlValue, .integer(state.rawValue),
      .integer(created.milliseconds), .integer(version), .text(body.rawValue),
      instrument.map { .blob($0.json.stored) } ?? .null,
      .text(functions.joined(separator: "\n")),
    ]
  }
}

private func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

/// The law behind a body, kept as canonical JSON.
private func keptInstrument(_ stored: [UInt8]?) throws -> LegalBasis? {
  guard let stored else { return nil }
  guard let basis = LegalBasis(try JSONObject(stored: stored)) else {
    throw RegistryDamage(place: "departments instrument")
  }
  return basis
}

extension RegisteredSystem {
  init(row: Row) throws {
    let department: String = try row[0]
    let name: String = try row[1]
    let responsible: String? = try row[3]
    let state: Int64 = try row[4]
    guard let code = DepartmentCode(department), let system = SystemName(name),
      let state = RegistryState(rawValue: state),
      responsible == nil || responsible.flatMap({ PersonID($0) }) != nil
    else { throw RegistryDamage(place: "systems \(department)/\(name)") }
    self.init(
      department: code, name: system, title: try row[2],
      responsible: responsible.flatMap { PersonID($0) }, state: state,
      created: Instant(milliseconds: try row[5]), version: try row[6], region: try row[7])
  }

  var arguments: [SQLValue] {
    [
      .text(department.text), .text(name.text), .text(title), (responsible?.text).sqlValue,
      .integer(state.rawValue), .integer(created.milliseconds), .integer(version), .text(region),
    ]
  }
}

extension RegisteredPerson {
  init(row: Row) throws {
    let department: String = try row[0]
    let id: String = try row[1]
    let slugs: String = try row[3]
    let state: Int64 = try row[4]
    let successor: String? = try row[5]
    let roles = list(slugs).map { Role(rawValue: $0) }
    guard let code = DepartmentCode(department), let person = PersonID(id),
      let state = RegistryState(rawValue: state), !roles.contains(nil),
      successor == nil || successor.flatMap({ PersonID($0) }) != nil
    else { throw RegistryDamage(place: "persons \(department)/\(id)") }
    self.init(
      department: code, id: person, title: try row[2], roles: Set(roles.compactMap(\.self)),
      state: state, successor: successor.flatMap { PersonID($0) },
      created: Instant(milliseconds: try row[6]), version: try row[7])
  }

  var arguments: [SQLValue] {
    [
      .text(department.text), .text(id.text), .text(title),
      .text(Role.allCases.filter(roles.contains).map(\.slug).joined(separator: ",")),
      .integer(state.rawValue), (successor?.text).sqlValue, .integer(created.milliseconds),
      .integer(version),
    ]
  }
}

extension ScheduledRun {
  init(row: Row) throws {
    let department: String = try row[0]
    let name: String = try row[1]
    let system: String = try row[2]
    let responsible: String = try row[4]
    let state: Int64 = try row[5]
    guard let code = DepartmentCode(department), let run = RunName(name),
      let system = SystemName(system), let person = PersonID(responsible),
      let state = RegistryState(rawValue: state)
    else { throw RegistryDamage(place: "scheduled_runs \(department)/\(name)") }
    self.init(
      department: code, name: run, system: system, title: try row[3], responsible: person,
      state: state, created: Instant(milliseconds: try row[6]), version: try row[7])
  }

  var arguments: [SQLValue] {
    [
      .text(department.text), .text(name.text), .text(system.text), .text(title),
      .text(responsible.text), .integer(state.rawValue), .integer(created.milliseconds),
      .integer(version),
    ]
  }
}

extension RegisteredCertificate {
  init(row: Row) throws {
    let serial: String = try row[1]
    let subject: String = try row[2]
    let reason: String? = try row[5]
    let time: Int64? = try row[6]
    guard let subject = Principal(subject), (reason == nil) == (time == nil) else {
      throw RegistryDamage(place: "certificates \(serial)")
    }
    var revocation: Revocation?
    if let reason, let time {
      revocation = Revocation(reason: reason, time: Instant(milliseconds: time))
    }
    self.init(
      fingerprint: try row[0], serial: serial, subject: subject,
      notBefore: Instant(milliseconds: try row[3]), notAfter: Instant(milliseconds: try row[4]),
      revocation: revocation, version: try row[7])
  }
}

private func list(_ text: String) -> [String] {
  text.split(separator: ",").map(String.init)
}
