// Units and persons whom bodies name for a duty, and who lacks them (meizhou-public-2023/6.i1, 39.2a; hebi-2021/6.3c, 6.3d).

package import Regulation
package import Vocabulary

/// Who does a duty of a body, as filed.
package struct DutyFiling: Hashable, Sendable {
  package struct Confirmation: Hashable, Sendable {
    package let person: String
    package let time: Instant

    package init(person: String, time: Instant) {
      self.person = person
      self.time = time
    }
  }

  package let department: DepartmentCode
  package let post: DutyPost
  package var version: Int64
  /// The unit's own name.
  package let unit: String
  package var persons: [PersonID]
  /// Who filed it.
  package var filer: String
  package var filed: Instant
  package var confirmation: Confirmation?

  package init(
    department: DepartmentCode, post: DutyPost, version: Int64, unit: String,
    persons: [PersonID], filer: String, filed: Instant, confirmation: Confirmation? = nil
  ) {
    self.department = department
    self.post = post
    self.version = version
    self.unit = unit
    self.persons = persons
    self.filer = filer
    self.filed = filed
    self.confirmation = confirmation
  }

  package static func name(_ department: DepartmentCode, _ post: DutyPost) -> String {
    "departments/\(department.text)/duties/\(post.rawValue)"
  }
  package var name: String { Self.name(department, post) }

  /// Whether one of its persons can act.
  package func isHeld(among staff: [RegisteredPerson]) -> Bool {
    staff.contains {
      $0.state == .active && $0.department == department && persons.contains($0.id)
    }
  }
}

/// The most persons that one filing names.
package let mostDutyPersons = 50

/// Checks a filing: active persons of the body, in a unit with a name; versions count up (hebi-2021/6.3d: with history).
///
/// Order of precedence: the manager's reach, the unit, the persons, the next version.
package func requireFileable(
  _ filing: DutyFiling, newest: Int64, staff: [RegisteredPerson],
  in department: RegisteredDepartment, by manager: RegistryManager
) throws(RegistryRefusal) {
  try requireManagement(
    of: department, by: manager, ownRoles: [.departmentHead, .departmentSecurity])
  try requireTitle(filing.unit, field: "filing.unit")
  guard !filing.persons.isEmpty, filing.persons.count <= mostDutyPersons,
    Set(filing.persons).count == filing.persons.count
  else { throw .dutyPersonMissing(filing.name) }
  for person in filing.persons {
    guard
      staff.contains(where: {
        $0.id == person && $0.department == filing.department && $0.state == .active
      })
    else { throw .dutyPersonUnfit(ResourceName.person(filing.department, person).text) }
  }
  guard filing.version == newest + 1 else { throw .exists("\(filing.name)@\(newest)") }
}

extension DutyFiling {
  /// The filing as the authority has taken note of it (hebi-2021/6.3c); once.
  package func confirmed(
    by manager: RegistryManager, in department: RegisteredDepartment, at time: Instant
  ) throws(RegistryRefusal) -> DutyFiling {
    try requireGovernment(of: department, by: manager)
    guard confirmation == nil else { throw .exists("\(name)@\(version)") }
    var next = self
    next.confirmation = Confirmation(person: manager.principal.name, time: time)
    return next
  }

  /// The filing as it is filed anew for a successor when one of its persons leaves (hebi-2021/6.3d); the authority confirms it anew.
  ///
  /// - Returns: `nil` where the person is none of its own, or nobody succeeds.
  package func succeeded(
    after person: PersonID, by successor: PersonID?, filer: String, at time: Instant
  ) -> DutyFiling? {
    guard persons.contains(person), let successor else { return nil }
    var next = self
    next.persons = persons.map { $0 == person ? successor : $0 }
    if persons.contains(successor) { next.persons = persons.filter { $0 != person } }
    next.version += 1
    next.filer = filer
    next.filed = time
    next.confirmation = nil
    return next
  }
}

/// What a body lacks of the duties that the governing text speaks of.
package struct DutyGap: Hashable, Sendable {
  package enum Kind: String, Sendable {
    case missing, vacant, unconfirmed
  }

  package let department: DepartmentCode
  package let post: DutyPost
  package let kind: Kind
  package let citation: Citation
  package let isRequired: Bool
}

/// The gaps of a body, by duty. A filing counts while one of its persons is active; where the text has it filed with the authority, that
/// one's confirmation is told as missing too (hebi-2021/6.3c).
///
/// - Parameters:
///   - filings: The current ones of the body.
///   - staff: Its persons.
package func dutyGaps(
  of department: DepartmentCode, filings: [DutyFiling], staff: [RegisteredPerson],
  under profile: Profile
) -> [DutyGap] {
  DutyPost.allCases.compactMap { post in
    guard let demand = profile.dutyDemand(post) ?? profile.gradedDemand(post) else { return nil }
    let held = filings.first { $0.post == post }
    let kind: DutyGap.Kind
    if let held {
      if !held.isHeld(among: staff) {
        kind = .vacant
      } else if post == .dedicated, held.confirmation == nil {
        kind = .unconfirmed
      } else {
        return nil
      }
    } else {
      kind = .missing
    }
    return DutyGap(
      department: department, post: post, kind: kind, citation: demand.citation,
      isRequired: demand.value == .required)
  }
}

extension Profile {
  /// Where sensitive data alone ask for a security unit, a body without one is told so (hebi-2021/26.1d).
  fileprivate func gradedDemand(_ post: DutyPost) -> Provision<DutyDemand>? {
    post == .security ? securityUnitGrade.map { $0.map { _ in .flagged } } : nil
  }
}

/// A security check or a backup, as a body puts it on record (meizhou-public-2023/6.i5).
package struct Safeguard: Hashable, Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    case check, backup
  }

  package let department: DepartmentCode
  package let kind: Kind
  package let day: CivilDate
  package let result: String
  package let recorder: String
  package let time: Instant

  package init(
    department: DepartmentCode, kind: Kind, day: CivilDate, result: String, recorder: String,
    time: Instant
  ) {
    self.department = department
    self.kind = kind
    self.day = day
    self.result = result
    self.recorder = recorder
    self.time = time
  }
}

/// Checks what is put on record: it was done, by a body's own or its authority's word.
package func requireRecordable(
  _ safeguard: Safeguard, in department: RegisteredDepartment, by manager: RegistryManager
) throws(RegistryRefusal) {
  try requireManagement(
    of: department, by: manager, ownRoles: [.departmentHead, .departmentSecurity])
  guard safeguard.day <= safeguard.time.civilDate else {
    throw .malformed(field: "safeguard.date", .pastDay)
  }
  try requireTitle(safeguard.result, field: "safeguard.result")
}
