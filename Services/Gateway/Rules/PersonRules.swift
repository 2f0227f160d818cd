// Registering, changing and disabling persons and systems; who succeeds whom (AC-92).

package import Vocabulary

/// Checks a person to be registered (`meizhou-public-2023/39.2b`: persons have accounts of their own).
///
/// Order of precedence: the manager's reach, the id is taken, title, roles.
package func requireRegistrable(
  _ person: RegisteredPerson, in department: RegisteredDepartment, existing: RegisteredPerson?,
  by manager: RegistryManager
) throws(RegistryRefusal) {
  try requireManagement(of: department, by: manager)
  guard existing == nil else { throw .exists(person.principal.name) }
  try requireTitle(person.title, field: "person.title")
  try requireAssignable(person.roles, in: department, by: manager)
}

/// A person with other roles (AC-72); a disabled one has none to change.
///
/// Nobody makes an operator or auditor of an id of his own making (AC-72, AC-93): such a role is given before the certificate, which
/// two persons sign with the roles in it.
///
/// - Parameter isCertified: Whether the person holds a good certificate.
package func reassigned(
  _ person: RegisteredPerson, roles: Set<Role>, isCertified: Bool,
  in department: RegisteredDepartment, by manager: RegistryManager
) throws(RegistryRefusal) -> RegisteredPerson {
  try requireManagement(of: department, by: manager)
  guard person.state == .active else { throw .disabled(person.principal.name) }
  try requireAssignable(roles, in: department, by: manager)
  // Roles beyond a head's reach are not the head's to take away either.
  try requireAssignable(person.roles, in: department, by: manager)
  let added = Role.allCases.filter { roles.contains($0) && !person.roles.contains($0) }
  if isCertified, let role = added.first(where: watchingRoles.contains) {
    throw .rolesCertified(person.principal.name, role)
  }
  var changed = person
  changed.roles = roles
  return changed
}

/// A person whose access ends at once, with the one who takes over the open duties (AC-92,
/// `meizhou-public-2023/39.2b` leaver handling).
///
/// A successor must be named while the department has another active person; duties without a holder would lie.
///
/// - Parameters:
///   - successor: The person whom the request names, if it names one; `found` says whether there is one.
///   - colleagues: The other persons of the department.
package func disabled(
  _ person: RegisteredPerson, successor: PersonID?, colleagues: [RegisteredPerson],
  reason: String, in department: RegisteredDepartment, by manager: RegistryManager
) throws(RegistryRefusal) -> RegisteredPerson {
  try requireManagement(of: department, by: manager)
  guard person.state == .active else { throw .disabled(person.principal.name) }
  try requireReason(reason)
  let able = colleagues.filter {
    $0.department == person.department && $0.id != person.id && $0.state == .active
  }
  if let successor {
    guard able.contains(where: { $0.id == successor }) else {
      throw .successorUnfit(ResourceName.person(person.department, successor).text)
    }
  } else if !able.isEmpty {
    throw .successorMissing(person.principal.name)
  }
  var changed = person
  changed.state = .disabled
  changed.successor = successor
  return changed
}

extension RegistrySnapshot {
  /// Who holds a person's duties now: the person, or along the successors the first who is active (AC-92,
  /// `meizhou-public-2023/39.2b`); `nil` when nobody is.
  package func dutyHolder(of person: PersonID, in department: DepartmentCode) -> RegisteredPerson? {
    var current = person
    // A successor is active when named and nobody becomes active again, so the chain has no ring; the count bounds it
    // even if a row were changed by hand.
    for _ in 0...persons.count {
      guard let row = persons[.person(department, current)] else { return nil }
      if row.state == .active { return row }
      guard let next = row.successor else { return nil }
      current = next
    }
    return nil
  }
}

/// Checks a system to be registered (`luyi-2019/18.2b`: application systems are identified and authorised).
package func requireRegistrable(
  _ system: RegisteredSystem, in department: RegisteredDepartment, existing: RegisteredSystem?,
  responsible: RegisteredPerson?, by manager: RegistryManager
) throws(RegistryRefusal) {
  try requireManagement(of: department, by: manager)
  guard existing == nil else { throw .exists(system.principal.name) }
  try requireTitle(system.title, field: "system.title")
  guard system.region.isEmpty || isTerritory(system.region) else {
    throw .malformed(field: "system.region", .territory)
  }
  guard let responsible, responsible.id == system.responsible,
    responsible.department == system.department, responsible.state == .active
  else { throw .responsibleUnfit(field: "system.responsible_person") }
}

/// The workstation that comes with every department.
package func workstation(of department: RegisteredDepartment) -> RegisteredSystem? {
  guard let name = SystemName(workstationName) else { return nil }
  return RegisteredSystem(
    department: department.code, name: name, title: "工作站 / Workstation", responsible: nil,
    state: .active, created: department.created)
}

/// A system in another state; enabling one again asks that somebody answers for it.
package func changed(
  _ system: RegisteredSystem, to state: RegistryState, reason: String,
  responsible: RegisteredPerson?, in department: RegisteredDepartment, by manager: RegistryManager
) throws(RegistryRefusal) -> RegisteredSystem {
  try requireManagement(of: department, by: manager)
  try requireReason(reason)
  if state == .active, !system.isWorkstation, responsible?.state != .active {
    throw .responsibleUnfit(field: "name")
  }
  var changed = system
  changed.state = state
  return changed
}
