// What Share needs to know of a catalogue entry to judge who may have what of it (AC-40, AC-41, AC-42).

package import Regulation
package import Vocabulary

/// One data item of an entry, with the share type that holds for it (inherited types are resolved by the reader).
package struct SharedItem: Hashable, Sendable {
  package let name: String
  package let title: String
  package let shareType: ShareType
  /// 1 general to 4 core; 0 where nobody has graded it. The entry's where the item has none.
  package let grade: Int
  /// Whether it names a person or holds an identifier.
  package let isIdentifying: Bool

  package init(
    name: String, title: String, shareType: ShareType, grade: Int = 0, isIdentifying: Bool = false
  ) {
    self.name = name
    self.title = title
    self.shareType = shareType
    self.grade = grade
    self.isIdentifying = isIdentifying
  }
}

/// A published entry as the catalogue answers it.
package struct SharedEntry: Hashable, Sendable {
  package let number: Int64
  package let version: Int
  package let title: String
  /// `specific_population`, `public`: by it and the day the governing profile is found.
  package let resourceClass: String
  package let items: [SharedItem]
  /// Whether it harms nobody to learn that somebody is in the register (e.6).
  package let isMembershipHarmless: Bool
  package let isPublished: Bool
  package let source: DepartmentStanding
  /// To whom its conditional items are open; empty for whoever meets its conditions (meizhou-public-2023/9.4).
  package let openTo: Set<DepartmentCode>
  /// In the source's words.
  package let conditions: String

  package init(
    number: Int64, version: Int, title: String, resourceClass: String, items: [SharedItem],
    isMembershipHarmless: Bool, isPublished: Bool, source: DepartmentStanding,
    openTo: Set<DepartmentCode> = [], conditions: String = ""
  ) {
    self.openTo = openTo
    self.conditions = conditions
    self.number = number
    self.version = version
    self.title = title
    self.resourceClass = resourceClass
    self.items = items
    self.isMembershipHarmless = isMembershipHarmless
    self.isPublished = isPublished
    self.source = source
  }

  package var name: String { ResourceName.entry(number).text }

  package func item(_ name: String) -> SharedItem? { items.first { $0.name == name } }
}

/// A department as the registry has it.
package struct DepartmentStanding: Hashable, Sendable {
  package let code: DepartmentCode
  package let level: AdministrativeLevel
  /// GB/T 2260.
  package let region: String
  /// The authority that decides where it is party: of its level and region, for an authority the one above; `nil` where none is.
  package let authority: DepartmentCode?
  /// Whether it is an authority itself.
  package let isAuthority: Bool
  /// Duties for which a unit and an active person are on file.
  package let duties: Set<DutyPost>
  /// What it is there for, as recorded; none where nothing is.
  package let functions: [String]

  package init(
    code: DepartmentCode, level: AdministrativeLevel, region: String, authority: DepartmentCode?,
    isAuthority: Bool = false, duties: Set<DutyPost> = [],
    functions: [String] = []
  ) {
    self.functions = functions
    self.duties = duties
    self.code = code
    self.level = level
    self.region = region
    self.authority = authority
    self.isAuthority = isAuthority
  }
}

/// Who acts: a department through a system, and the person behind it (AC-03).
package struct Actor: Hashable, Sendable {
  package let department: DepartmentCode
  /// "departments/d/persons/p"; of the system where nobody stands behind it.
  package let name: String
  package let roles: Set<Role>
  /// Through which system the call came; a person comes through the department's workstation.
  package let system: SystemName?
  /// Whether a person's own certificate was shown, and not a system's.
  package let isInPerson: Bool
  /// Where the system stands, by ISO 3166-1; empty for the mainland (AC-51).
  package let systemRegion: String
  /// Disabled departments whose duties moved to the person's own (AC-92); none for whoever does not speak for an authority.
  package var standsFor: Set<DepartmentCode> = []

  package init(
    department: DepartmentCode, name: String, roles: Set<Role>, system: SystemName? = nil,
    isInPerson: Bool = true, systemRegion: String = ""
  ) {
    self.department = department
    self.name = name
    self.roles = roles
    self.system = system
    self.isInPerson = isInPerson
    self.systemRegion = systemRegion
  }

  /// Enterprises and the public use no exchange method (AC-40, AC-49).
  package var isGovernmentBody: Bool {
    !roles.contains(.enterprise) && !roles.contains(.anonymous)
  }

  package var isOfficerOrHead: Bool {
    roles.contains(.departmentOfficer) || roles.contains(.departmentHead)
  }
}

/// Who did what to a case, when and why. A history only grows.
package struct CaseStep: Hashable, Sendable {
  /// Empty for the first step.
  package let from: String
  package let to: String
  /// Empty where the system acted.
  package let actor: String
  package let time: Instant
  package let reason: String

  package init(from: String, to: String, actor: String, time: Instant, reason: String) {
    self.from = from
    self.to = to
    self.actor = actor
    self.time = time
    self.reason = reason
  }
}
