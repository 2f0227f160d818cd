// What the registry holds: departments, systems, persons and their certificates, as plain values.

package import Vocabulary

/// The code of a region, six digits (GB/T 2260): `441400` is the city of Meizhou.
package struct RegionCode: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  /// `nil` for anything but six digits of which the first is not 0.
  package init?(_ text: String) {
    let bytes = text.utf8
    guard bytes.count == 6, bytes.first != UInt8(ascii: "0"),
      bytes.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
    else { return nil }
    self.text = text
  }

  /// Whether the area of a body of this region and of that level holds the other region.
  package func contains(_ other: RegionCode, at level: AdministrativeLevel) -> Bool {
    text.prefix(level.regionDigits) == other.text.prefix(level.regionDigits)
  }

  package var description: String { text }
}

/// Whether a department, system or person may act at present.
package enum RegistryState: Int64, Sendable, CaseIterable {
  case active = 1
  case disabled = 2
}

/// A body that takes part (org.department-registry: hebi-2021/3.2, guangdong-2018/32.3).
package struct RegisteredDepartment: Hashable, Sendable {
  package var code: DepartmentCode
  package var title: String
  package var level: AdministrativeLevel
  package var region: RegionCode
  /// The kinds by which laws name it: `民政`, `公安`; sorted, each once.
  package var kinds: [String]
  /// The authority of its level and region; `nil` for an authority itself.
  package var authority: DepartmentCode?
  package var state: RegistryState
  package var created: Instant
  /// The registry version that wrote this row last; 0 before it is kept.
  package var version: Int64
  package var body: BodyKind
  /// The law that gives it its functions, or the document that named it an authority.
  package var instrument: LegalBasis?
  /// What it is there for, by law (luyi-2019/5).
  package var functions: [String]

  package init(
    code: DepartmentCode, title: String, level: AdministrativeLevel, region: RegionCode,
    kinds: [String], authority: DepartmentCode?, state: RegistryState, created: Instant,
    version: Int64 = 0, body: BodyKind = .administrativeOrgan, instrument: LegalBasis? = nil,
    functions: [String] = []
  ) {
    self.functions = functions
    self.body = body
    self.instrument = instrument
    self.code = code
    self.title = title
    self.level = level
    self.region = region
    self.kinds = kinds
    self.authority = authority
    self.state = state
    self.created = created
    self.version = version
  }

  package var isAuthority: Bool { authority == nil }
  package var name: String { ResourceName.department(code).text }
}

/// An application system of a department.
package struct RegisteredSystem: Hashable, Sendable {
  package var department: DepartmentCode
  package var name: SystemName
  package var title: String
  /// Answers for what the system does by itself (AC-03); `nil` for the workstation alone, where the person at it does.
  package var responsible: PersonID?
  package var state: RegistryState
  package var created: Instant
  package var version: Int64
  /// Where it stands, by ISO 3166-1; empty for the mainland (AC-51).
  package var region: String

  package init(
    department: DepartmentCode, name: SystemName, title: String, responsible: PersonID?,
    state: RegistryState, created: Instant, version: Int64 = 0, region: String = ""
  ) {
    self.department = department
    self.name = name
    self.title = title
    self.responsible = responsible
    self.state = state
    self.created = created
    self.version = version
    self.region = region
  }

  package var principal: Principal { .system(department, name) }
  package var isWorkstation: Bool { name.text == workstationName }
}

/// The system that every department has from the start: where its persons work under their own certificates.
package let workstationName = "workstation"

/// A person of a department, with roles.
package struct RegisteredPerson: Hashable, Sendable {
  package var department: DepartmentCode
  package var id: PersonID
  /// The official's own name, shown on decisions.
  package var title: String
  package var roles: Set<Role>
  package var state: RegistryState
  /// Who took over the duties when this person was disabled (AC-92).
  package var successor: PersonID?
  package var created: Instant
  package var version: Int64

  package init(
    department: DepartmentCode, id: PersonID, title: String, roles: Set<Role>,
    state: RegistryState, successor: PersonID? = nil, created: Instant, version: Int64 = 0
  ) {
    self.department = department
    self.id = id
    self.title = title
    self.roles = roles
    self.state = state
    self.successor = successor
    self.created = created
    self.version = version
  }

  package var principal: Principal { .person(department, id) }
}

/// Work that a system does by itself, at its times: no person asks for it, so one is named beforehand who answers for it
/// (AC-03 `luyi-2019/18.2b`, `meizhou-public-2023/39.2a`).
package struct ScheduledRun: Hashable, Sendable {
  package var department: DepartmentCode
  package var name: RunName
  /// The one system that may state it.
  package var system: SystemName
  package var title: String
  package var responsible: PersonID
  package var state: RegistryState
  package var created: Instant
  package var version: Int64

  package init(
    department: DepartmentCode, name: RunName, system: SystemName, title: String,
    responsible: PersonID, state: RegistryState, created: Instant, version: Int64 = 0
  ) {
    self.department = department
    self.name = name
    self.system = system
    self.title = title
    self.responsible = responsible
    self.state = state
    self.created = created
    self.version = version
  }

  package var actor: StatedActor { .run(department, name) }
}

/// Whom a certificate names.
package enum Principal: Hashable, Sendable {
  case person(DepartmentCode, PersonID)
  case system(DepartmentCode, SystemName)

  /// Reads `departments/d/persons/p` or `departments/d/systems/s`.
  package init?(_ text: String) {
    guard let name = ResourceName(text), let parent = name.parentID,
      let department = DepartmentCode(parent)
    else { return nil }
    switch name.collection {
    case .persons:
      guard let id = PersonID(name.id) else { return nil }
      self = .person(department, id)
    case .systems:
      guard let system = SystemName(name.id) else { return nil }
      self = .system(department, system)
    default: return nil
    }
  }

  package var department: DepartmentCode {
    switch self {
    case .person(let department, _), .system(let department, _): department
    }
  }

  package var name: String {
    switch self {
    case .person(let department, let id): ResourceName.person(department, id).text
    case .system(let department, let name): ResourceName.system(department, name).text
    }
  }

  /// The name in the certificate (FORMATS "Names").
  package func uri(domain: String) -> String {
    switch self {
    case .person(let department, let id):
      "spiffe://\(domain)/department/\(department)/person/\(id)"
    case .system(let department, let name):
      "spiffe://\(domain)/department/\(department)/system/\(name)"
    }
  }
}

/// A certificate that the registry issued; the row decides, the certificate only points to it.
package struct RegisteredCertificate: Hashable, Sendable {
  /// A certificate that may no longer be used.
  package struct Revocation: Hashable, Sendable {
    package var reason: String
    package var time: Instant

    package init(reason: String, time: Instant) {
      self.reason = reason
      self.time = time
    }
  }

  /// SHA-256 over the certificate's DER.
  package var fingerprint: [UInt8]
  /// Lower-case hexadecimal.
  package var serial: String
  package var subject: Principal
  package var notBefore: Instant
  /// The first moment outside the term, as OpenSSL decides in the handshake.
  package var notAfter: Instant
  package var revocation: Revocation?
  package var version: Int64

  package init(
    fingerprint: [UInt8], serial: String, subject: Principal, notBefore: Instant,
    notAfter: Instant, revocation: Revocation? = nil, version: Int64 = 0
  ) {
    self.fingerprint = fingerprint
    self.serial = serial
    self.subject = subject
    self.notBefore = notBefore
    self.notAfter = notAfter
    self.revocation = revocation
    self.version = version
  }
}
