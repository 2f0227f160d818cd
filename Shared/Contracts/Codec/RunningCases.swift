// What the lists of running cases of all services have in common.

package import Access
package import Vocabulary

extension CallContext {
  /// Whether the caller may see every case of the node: who operates or audits it, and the authority that decides on versions of
  /// the law, above which no other stands (AC-90).
  package func overseesCases(
    _ directory: (DepartmentCode) async throws -> RegistryV1.Department
  ) async throws -> Bool {
    if caller.roles.contains(.operator) || caller.roles.contains(.auditor) { return true }
    guard caller.roles.contains(.authority) else { return false }
    let department = try await directory(caller.department)
    return department.authority.isEmpty && department.superior.isEmpty
  }
}

extension [CommonV1.RunningCase] {
  /// Those that rest on a profile, itself or behind another; all where none is named.
  package func resting(on profile: String) -> [CommonV1.RunningCase] {
    if profile.isEmpty { return self }
    return filter { running in
      running.profile.split(separator: "+").contains {
        $0.split(separator: "@").first.map(String.init) == profile
      }
    }
  }
}
