// What services ask of the registry's answers about departments.

package import Vocabulary

extension RegistryV1.Department {
  /// `nil` for what is no level.
  package var administrativeLevel: AdministrativeLevel? {
    AdministrativeLevel(rawValue: Int64(level.rawValue))
  }

  /// The authority that decides where this department is party: its own, and for an authority the one above (AC-11). One rule for
  /// all services: `nil` where an authority has none above, and then nobody may decide.
  package var decidingAuthority: DepartmentCode? {
    ResourceName(authority.isEmpty ? superior : authority, in: .departments)
      .flatMap { DepartmentCode($0.id) }
  }

  /// Who decided where this department was party at a moment, as far as its authority was corrected since. By the registry's civil time.
  package func authorities(at time: Instant) -> Set<DepartmentCode> {
    var all: Set<DepartmentCode> = []
    if let now = decidingAuthority { all.insert(now) }
    for correction in corrections where correction.field == "authority" {
      guard let corrected = correction.time?.instant, corrected > time,
        let former = DepartmentCode(correction.former)
      else { continue }
      all.insert(former)
    }
    return all
  }

  /// Which departments of its region have somebody with a role that counts for the whole region.
  package var holders: [Role: Set<DepartmentCode>] {
    regionalRoles.reduce(into: [:]) { holders, regional in
      guard let role = Role(rawValue: regional.role) else { return }
      holders[role] = Set(
        regional.departments.compactMap { name in
          ResourceName(name, in: .departments).flatMap { DepartmentCode($0.id) }
        })
    }
  }
}
