// Which roles a person may be given, by whom, and which exclude each other (AC-72).

package import Vocabulary

/// Roles that a principal head hands out within the own department (`hebi-2021/6.3c`: the head defines its staff).
package let departmentRoles: Set<Role> = [
  .departmentOfficer, .departmentHead, .departmentSecurity,
]

/// Roles that are kept apart from management (`guangdong-2018/28.1`).
package let watchingRoles: Set<Role> = [
  .operator, .auditor, .thirdPartyAuditor, .regulator,
]

/// Checks the roles that a person is to hold.
///
/// Order of precedence: a role that no person can hold, roles that exclude each other (`guangdong-2018/28.1`: operation,
/// management and supervision are kept apart, AC-72), the authority's role outside an authority, roles beyond the
/// manager's own reach.
package func requireAssignable(
  _ roles: Set<Role>, in department: RegisteredDepartment, by manager: RegistryManager
) throws(RegistryRefusal) {
  try requireConsistent(roles, in: department)
  if manager.roles.contains(.authority), governs(manager.department, department) { return }
  let ordered = Role.allCases.filter(roles.contains)
  if let beyond = ordered.first(where: { !departmentRoles.contains($0) }) {
    throw .roleNotYours(beyond)
  }
}

/// The part of the check that holds whoever assigns the roles, and for the founding file too.
package func requireConsistent(
  _ roles: Set<Role>, in department: RegisteredDepartment
) throws(RegistryRefusal) {
  let ordered = Role.allCases.filter(roles.contains)
  if let impossible = ordered.first(where: { !isHeldByPersons($0) }) {
    throw .roleNotForPersons(impossible)
  }
  if let (first, second) = conflictingRoles(roles) { throw .rolesExclude(first, second) }
  if roles.contains(.authority), !department.isAuthority {
    throw .authorityRoleElsewhere(department.code)
  }
}

/// Reads the roles of a request.
package func readRoles(_ slugs: [String], field: String) throws(RegistryRefusal) -> Set<Role> {
  var roles: Set<Role> = []
  for slug in slugs {
    guard let role = Role(rawValue: slug) else {
      throw .roleUnknown(String(slug.prefix(40)), field: field)
    }
    roles.insert(role)
  }
  return roles
}

/// A system's role comes with its certificate, and nobody registers as the public.
private func isHeldByPersons(_ role: Role) -> Bool {
  role != .departmentSystem && role != .anonymous
}
