// Who manages whom: the authority those of its region, a department its own people.

package import Vocabulary

/// A person who changes the registry, with what the registry itself says of them.
package struct RegistryManager: Sendable {
  package let department: RegisteredDepartment
  package let person: PersonID
  package let roles: Set<Role>

  package init(department: RegisteredDepartment, person: PersonID, roles: Set<Role>) {
    self.department = department
    self.person = person
    self.roles = roles
  }

  package var principal: Principal { .person(department.code, person) }
}

/// Whether an authority coordinates a body: itself, and every body of its level or below in its region.
///
/// `meizhou-public-2023/5.i1` and `meizhou-specific-2021/6` bind the authority to its own region, `hebi-2021/6.4` gives
/// county and zone an authority of their own below the city's.
package func governs(_ authority: RegisteredDepartment, _ department: RegisteredDepartment) -> Bool
{
  guard authority.isAuthority else { return false }
  if authority.code == department.code { return true }
  // One authority does not govern another of its own level.
  if department.isAuthority && department.level <= authority.level { return false }
  return authority.level <= department.level
    && authority.region.contains(department.region, at: authority.level)
}

/// The authority above another one: of those that govern it, the nearest. It decides where the lower one is party itself
/// (`meizhou-public-2023/42.2`: across levels the common superior; AC-11: nobody decides on its own).
///
/// - Returns: `nil` for a department that is no authority, and where no active authority stands above.
package func superior(
  of authority: RegisteredDepartment, among departments: some Sequence<RegisteredDepartment>
) -> RegisteredDepartment? {
  guard authority.isAuthority else { return nil }
  return departments.filter { above in
    above.code != authority.code && above.state == .active && governs(above, authority)
  }.max { ($0.level, $1.code.text) < ($1.level, $0.code.text) }
}

/// What a manager may do to a department's systems, persons and certificates, by the role that permits it.
///
/// - Parameter ownRoles: The roles that suffice within one's own department (`hebi-2021/6.3a`: each department answers
///   for itself); the authority's role suffices for every body that it governs.
/// - Throws: `RegistryRefusal.notYourDepartment`.
package func requireManagement(
  of department: RegisteredDepartment, by manager: RegistryManager,
  ownRoles: Set<Role> = [.departmentHead]
) throws(RegistryRefusal) {
  if manager.roles.contains(.authority), governs(manager.department, department) { return }
  if manager.department.code == department.code, !manager.roles.isDisjoint(with: ownRoles) {
    return
  }
  throw .notYourDepartment(department.code, caller: manager.department.code)
}

/// Whether a manager decides on a department itself: an authority's person on the bodies that it governs
/// (`meizhou-public-2023/5.i1`).
///
/// - Throws: `RegistryRefusal.notYourDepartment`.
package func requireGovernment(
  of department: RegisteredDepartment, by manager: RegistryManager
) throws(RegistryRefusal) {
  guard manager.roles.contains(.authority), governs(manager.department, department) else {
    throw .notYourDepartment(department.code, caller: manager.department.code)
  }
}

/// Whose rows a reader may list: those of the own department, and for an authority those of every body that it governs.
/// The operator keeps the registry running and the auditor inspects it, so both see all of it (`guangdong-2018/28.1`).
///
/// - Throws: `RegistryRefusal.notYourDepartment`.
package func requireListing(
  of department: RegisteredDepartment, by reader: RegisteredDepartment, roles: Set<Role>
) throws(RegistryRefusal) {
  if reader.code == department.code { return }
  if roles.contains(.authority), governs(reader, department) { return }
  if roles.contains(.operator) || roles.contains(.auditor) { return }
  throw .notYourDepartment(department.code, caller: reader.code)
}
