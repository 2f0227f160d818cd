// A reminder or an escalation that a service told, as the departments whom it concerns are shown it (meizhou-public-2023/21.3b:
// what is late is the authority's to urge).

package import Vocabulary

/// A notice of a clock.
package struct DutyNotice: Hashable, Sendable {
  package let resource: String
  /// `reminder-2`, `escalation`.
  package let notice: String
  package let clock: String
  /// ISO 8601.
  package let due: String
  package let article: String
  /// Who must act.
  package let department: DepartmentCode
  /// Who is told beside them of what is late.
  package let authority: DepartmentCode?
  package let overdueDays: Int64
  package let time: Instant

  package init(
    resource: String, notice: String, clock: String, due: String, article: String,
    department: DepartmentCode, authority: DepartmentCode?, overdueDays: Int64, time: Instant
  ) {
    self.resource = resource
    self.notice = notice
    self.clock = clock
    self.due = due
    self.article = article
    self.department = department
    self.authority = authority
    self.overdueDays = overdueDays
    self.time = time
  }

  /// Whom it is kept for: each department once.
  package var recipients: [DepartmentCode] {
    [department] + (authority.map { $0 == department ? [] : [$0] } ?? [])
  }
}
