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
}
