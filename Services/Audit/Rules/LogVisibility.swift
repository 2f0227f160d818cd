// AC-71: who sees which entries of the log.

package import Vocabulary

/// Where a body stands among the others, as far as seeing logs is concerned.
package struct BodyPlace: Hashable, Sendable {
  /// 1 province, 2 city, 3 county, 4 functional zone.
  package let level: Int
  /// Six digits (GB/T 2260).
  package let region: String
  /// Whether it is an authority above which none is registered: the one that answers for the platform.
  package let isTopmost: Bool

  package init(level: Int, region: String, isTopmost: Bool = false) {
    self.level = level
    self.region = region
    self.isTopmost = isTopmost
  }

  /// The digits of a region code that name the area of this level.
  private var areaDigits: Int {
    switch level {
    case 1: 2
    case 2: 4
    default: 6
    }
  }

  /// Whether an authority at this place supervises a body there: its own level and below, in its region
  /// (`meizhou-specific-2021/6`, `hebi-2021/28`, AC-74).
  package func supervises(_ other: BodyPlace) -> Bool {
    level <= other.level && region.prefix(areaDigits) == other.region.prefix(areaDigits)
  }
}

/// What of the log a caller sees (AC-71; `hebi-2021/13.3`, `guangdong-2018/28.3a`, `meizhou-specific-2021/34`).
package enum LogView: Hashable, Sendable {
  /// Auditors and regulators: every entry. Payloads hold no row content.
  case everything
  /// An authority: the entries of the bodies that it supervises.
  case region(BodyPlace)
  /// A department: what it provided and what it used.
  case own(DepartmentCode)
}

/// The widest view that the roles give (AC-71).
///
/// Precedence: auditors before an authority before a department's head and security officer.
///
/// - Parameter place: Of the caller's department; `nil` when the registry does not say.
/// - Throws: ``AuditRefusal/notYourLog`` for any other role; ``AuditRefusal/regionUnknown`` for an authority without a place.
package func logView(
  roles: Set<Role>, department: DepartmentCode, place: BodyPlace?
) throws(AuditRefusal) -> LogView {
  if !roles.isDisjoint(with: [.auditor, .thirdPartyAuditor, .regulator]) { return .everything }
  if roles.contains(.authority) {
    guard let place else { throw .regionUnknown }
    return .region(place)
  }
  if !roles.isDisjoint(with: [.departmentHead, .departmentSecurity]) { return .own(department) }
  throw .notYourLog
}

extension LogView {
  /// Whether an entry is in this view (AC-71).
  ///
  /// - Parameters:
  ///   - departments: Those that the entry names, and the provider of the catalogue entry that it is about.
  ///   - place: Where a department stands.
  package func shows(
    _ departments: Set<DepartmentCode>, place: (DepartmentCode) -> BodyPlace?
  ) -> Bool {
    switch self {
    case .everything: true
    case .own(let department): departments.contains(department)
    case .region(let own): departments.contains { place($0).map(own.supervises) ?? false }
    }
  }
}

extension LogView {
  /// Whether entries of a topic are in this view at all: what was planted works only as long as nobody but who audits can tell
  /// (AC-71; `meizhou-public-2023/39`).
  package func shows(topic: String) -> Bool {
    self == .everything || AlarmKind(topic: topic) != .canaryNamed
  }

  /// Whether an alarm is in this view (AC-71, AC-74; `meizhou-specific-2021/6`, `guangdong-2018/28.3a`).
  ///
  /// An alarm about a use of data is shown as the use is. One about the log itself concerns the whole platform: auditors see it, and the
  /// authority that answers for the platform; those below it supervise bodies, not the platform.
  ///
  /// - Parameter departments: Whom the use was by and of; empty where nobody can say any more.
  package func shows(
    _ kind: AlarmKind, about departments: Set<DepartmentCode>,
    place: (DepartmentCode) -> BodyPlace?
  ) -> Bool {
    switch (self, kind) {
    case (.everything, _): true
    case (_, .canaryNamed): false
    case (.own, .enumerationSuspected), (.region, .enumerationSuspected),
      (_, .disclosureWithoutDecision), (_, .dutyOpen):
      shows(departments, place: place)
    case (.region(let own), _): own.isTopmost
    case (.own, _): false
    }
  }
}

/// Refuses a filter for a department that the view does not hold, rather than answer with nothing (AC-71).
package func requireVisible(
  _ department: DepartmentCode?, in view: LogView, place: BodyPlace?
) throws(AuditRefusal) {
  guard let department else { return }
  guard view.shows([department], place: { _ in place }) else {
    throw .foreignDepartment(department)
  }
}
