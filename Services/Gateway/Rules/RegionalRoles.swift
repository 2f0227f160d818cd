// Who holds a role that counts for a whole region (luyi-2019/4: the construction group; luyi-2019/9: the population base's manager).

package import Vocabulary

/// Such roles; services ask where they are held, since nobody decides on what is his own department's (AC-11, AC-19).
package let regionalRoles: [Role] = [.populationBaseAdministrator, .leadingGroup]

extension RegistrySnapshot {
  /// The active departments of a region with an active person of a role, sorted.
  package func holders(of role: Role, in region: RegionCode) -> [DepartmentCode] {
    Set(
      (regionalHolders[role] ?? []).map(\.department).filter { code in
        departments[code].map { $0.state == .active && $0.region == region } ?? false
      }
    ).sorted { $0.text < $1.text }
  }
}
