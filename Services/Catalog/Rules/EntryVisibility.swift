// Who sees which version (AC-13, AC-20; meizhou-public-2023/7, 9, 10).

package import Vocabulary

/// What one caller may see of the catalogue; the store turns it into part of its query.
///
/// Published versions are for all bodies, not-shared ones too. What is not yet published is for the owner, and for the
/// reviewing authority once it was handed in (AC-13).
package struct EntryVisibility: Hashable, Sendable {
  /// Sees every version of its own entries.
  package let department: DepartmentCode
  /// Whose departments' entries it reviews: those of which it is the authority.
  package let authority: DepartmentCode?
  /// Reviews all entries whose region begins so: a city authority its counties' (hebi-2021/8), a base administrator its
  /// own region's (luyi-2019/9).
  package let regionPrefix: String?

  package init(_ actor: Actor) {
    department = actor.department.code
    authority = actor.roles.contains(.authority) ? actor.department.code : nil
    if actor.roles.contains(.authority), actor.department.level == .city {
      regionPrefix = String(actor.department.region.prefix(4))
    } else if actor.roles.contains(.populationBaseAdministrator) {
      regionPrefix = actor.department.region
    } else {
      regionPrefix = nil
    }
  }

  /// Whether the caller reviews entries of this owner.
  package func reviews(_ owner: DepartmentFacts) -> Bool {
    (authority != nil && owner.authority == authority)
      || (regionPrefix.map(owner.region.hasPrefix) ?? false)
  }

  package func sees(_ state: EntryState, of owner: DepartmentFacts) -> Bool {
    if state == .published || owner.code == department { return true }
    return reviews(owner) && state != .draft && state != .returned
  }

  /// Why something was filed as not shared, and what is being prepared, is for the owner and the authority (AC-13, AC-20).
  package func seesInside(of owner: DepartmentFacts) -> Bool {
    owner.code == department || reviews(owner)
  }
}
