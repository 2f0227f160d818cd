// Who sees which version (AC-13, AC-20; meizhou-public-2023/7, 9, 10).

package import Vocabulary

/// What one caller may see of the catalogue; the store turns it into part of its query.
///
/// Published versions are for all bodies, not-shared ones too. What is not yet published is for the owner, and for the
/// reviewing authority once it was handed in (AC-13).
package struct EntryVisibility: Hashable, Sendable {
  /// Sees every version of its own entries.
  package let department: DepartmentCode
  /// Where the caller decides on others' entries.
  package let seats: Set<Seat>

  package init(_ actor: Actor) {
    department = actor.department.code
    seats = actor.seats
  }

  package func sees(_ version: EntryVersion, insiders: Set<Seat>) -> Bool {
    if version.state == .published || version.content.owner == department { return true }
    return !seats.isDisjoint(with: insiders) && version.state != .draft
      && version.state != .returned
  }

  /// Why something was filed as not shared, and what is being prepared, is for the owner and the authority (AC-13, AC-20).
  package func seesInside(_ version: EntryVersion, insiders: Set<Seat>) -> Bool {
    version.content.owner == department || !seats.isDisjoint(with: insiders)
  }
}
