// The first rows of an empty registry, checked by the same rules as every later one.

package import Vocabulary

/// Who exists before anybody can be registered over the wire, as the founding file says it.
package struct FoundingDraft: Sendable, Equatable {
  package struct Certificate: Sendable, Equatable {
    package var fingerprint: [UInt8]
    package var serial: String
    package var notBefore: Instant
    package var notAfter: Instant

    package init(fingerprint: [UInt8], serial: String, notBefore: Instant, notAfter: Instant) {
      self.fingerprint = fingerprint
      self.serial = serial
      self.notBefore = notBefore
      self.notAfter = notAfter
    }
  }

  package struct Person: Sendable, Equatable {
    package var id: String
    package var title: String
    package var roles: [String]
    package var certificate: Certificate?

    package init(id: String, title: String, roles: [String], certificate: Certificate?) {
      self.id = id
      self.title = title
      self.roles = roles
      self.certificate = certificate
    }
  }

  package struct System: Sendable, Equatable {
    package var name: String
    package var title: String
    package var responsible: String
    package var certificate: Certificate?

    package init(name: String, title: String, responsible: String, certificate: Certificate?) {
      self.name = name
      self.title = title
      self.responsible = responsible
      self.certificate = certificate
    }
  }

  package struct Department: Sendable {
    package var draft: DepartmentDraft
    package var persons: [Person]
    package var systems: [System]

    package init(draft: DepartmentDraft, persons: [Person], systems: [System]) {
      self.draft = draft
      self.persons = persons
      self.systems = systems
    }
  }
}

/// The rows of a founding file. Roles exclude each other (AC-72), authorities are fit, every system has an active person
/// who answers for it, each name stands once, and every department has the persons that the node demands (AC-91): the file
/// is the operator's word that they act from the first day.
///
/// - Throws: The first refusal, in the order of the file.
package func foundedRows(
  _ departments: [FoundingDraft.Department], demand: ActivationDemand?, now: Instant
) throws(RegistryRefusal) -> [RegistryChange] {
  var rows: [DepartmentCode: RegisteredDepartment] = [:]
  var ordered: [(RegisteredDepartment, FoundingDraft.Department)] = []
  for department in departments {
    let row = try draftedDepartment(department.draft, demand: nil, now: now)
    guard rows.updateValue(row, forKey: row.code) == nil else { throw .exists(row.name) }
    ordered.append((row, department))
  }
  var changes: [RegistryChange] = []
  for (row, department) in ordered {
    let rival = ordered.first {
      $0.0.isAuthority && $0.0.code != row.code && $0.0.level == row.level
        && $0.0.region == row.region
    }
    try requireFitAuthority(row, authority: row.authority.flatMap { rows[$0] }, rival: rival?.0)
    changes += try foundedRows(of: row, department, demand: demand, now: now)
  }
  return changes
}

/// The rows of one department: itself, its workstation, its persons and systems, their certificates.
private func foundedRows(
  of row: RegisteredDepartment, _ department: FoundingDraft.Department,
  demand: ActivationDemand?, now: Instant
) throws(RegistryRefusal) -> [RegistryChange] {
  var persons: [PersonID: RegisteredPerson] = [:]
  var changes: [RegistryChange] = []
  for draft in department.persons {
    guard let id = PersonID(draft.id) else { throw .malformed(field: "persons.id", .slug) }
    try requireTitle(draft.title, field: "persons.title")
    let person = RegisteredPerson(
      department: row.code, id: id, title: draft.title,
      roles: try readRoles(draft.roles, field: "persons.roles"), state: .active, created: now)
    try requireConsistent(person.roles, in: row)
    guard persons.updateValue(person, forKey: id) == nil else {
      throw .exists(person.principal.name)
    }
    changes.append(.person(person))
    if let certificate = draft.certificate {
      changes.append(try founded(certificate, for: person.principal))
    }
  }
  var names: Set<SystemName> = []
  if let station = workstation(of: row) {
    changes.append(.system(station))
    names.insert(station.name)
  }
  for draft in department.systems {
    guard let name = SystemName(draft.name) else { throw .malformed(field: "systems.name", .slug) }
    try requireTitle(draft.title, field: "systems.title")
    guard let responsible = PersonID(draft.responsible), persons[responsible] != nil else {
      throw .responsibleUnfit(field: "systems.responsible_person")
    }
    let system = RegisteredSystem(
      department: row.code, name: name, title: draft.title, responsible: responsible,
      state: .active, created: now)
    guard names.insert(name).inserted else { throw .exists(system.principal.name) }
    changes.append(.system(system))
    if let certificate = draft.certificate {
      changes.append(try founded(certificate, for: system.principal))
    }
  }
  try requireActivation(row, persons: Array(persons.values), demand: demand)
  return [.department(row)] + changes
}

private func founded(
  _ draft: FoundingDraft.Certificate, for subject: Principal
) throws(RegistryRefusal) -> RegistryChange {
  guard draft.fingerprint.count == 32, !draft.serial.isEmpty, draft.notBefore < draft.notAfter
  else { throw .malformed(field: "certificate", .serial) }
  return .certificate(
    RegisteredCertificate(
      fingerprint: draft.fingerprint, serial: draft.serial.lowercased(), subject: subject,
      notBefore: draft.notBefore, notAfter: draft.notAfter))
}
