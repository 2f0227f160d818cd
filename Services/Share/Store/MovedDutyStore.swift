// Which disabled departments' duties lie with whom (AC-92).

package import Database
package import Vocabulary

extension SQLReading where Self: ~Copyable {
  /// The departments whose duties moved to another.
  package func departments(movedTo department: DepartmentCode) throws -> Set<DepartmentCode> {
    Set(
      try query(
        "SELECT department FROM moved_duties WHERE moved_to = ?1", [department.text]
      ).compactMap { DepartmentCode(try $0[0]) })
  }
}

extension WriteTransaction {
  /// From now on another department sees to what this one owes.
  package func moveDuties(
    of department: DepartmentCode, to other: DepartmentCode, at time: Instant
  ) throws {
    try execute(
      """
      INSERT INTO moved_duties (department, moved_to, moved) VALUES (?1, ?2, ?3)
      ON CONFLICT (department) DO UPDATE SET moved_to = excluded.moved_to, moved = excluded.moved
      """, [department.text, other.text, time.milliseconds])
  }

  /// It sees to them itself again.
  ///
  /// - Returns: Who had them; `nil` where they had not moved.
  package func returnDuties(to department: DepartmentCode) throws -> DepartmentCode? {
    try queryOne(
      "DELETE FROM moved_duties WHERE department = ?1 RETURNING moved_to AS moved_to",
      [department.text]
    )
    .flatMap { DepartmentCode(try $0["moved_to"]) }
  }
}
