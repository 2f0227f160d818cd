// Registering a body and letting it act: what must be known of it, and who must be named first (AC-91).

package import Vocabulary

/// What a department must have before it may act (AC-91). Which demand holds is chosen by the node's governing
/// document; a node without one lets a department act from its registration on.
package struct ActivationDemand: Hashable, Sendable {
  /// At least one active person must hold each of them.
  package let roles: [Role]
  package let citation: Citation

  /// The demand of a document; `nil` for one that makes none.
  package static func of(document: String) -> ActivationDemand? {
    switch document {
    case "hebi-2021":
      // The principal head is the first responsible person; dedicated staff are filed with the authority.
      ActivationDemand(
        roles: [.departmentHead, .departmentOfficer],
        citation: Citation(document: document, article: "6.3c"))
    case "meizhou-public-2023":
      // Each body names a security management unit and a responsible person.
      ActivationDemand(
        roles: [.departmentSecurity], citation: Citation(document: document, article: "39.2a"))
    default: nil
    }
  }
}

/// The parts of a request that registers a department, as the wire brought them.
package struct DepartmentDraft: Sendable {
  package var code: String
  package var title: String
  package var level: Int64
  package var region: String
  package var kinds: [String]
  /// A department's code; empty where the new body is itself an authority.
  package var authority: String
  /// Empty for an administrative organ.
  package var body: String
  package var instrument: LegalBasis?
  package var functions: [String]

  package init(
    code: String, title: String, level: Int64, region: String, kinds: [String], authority: String,
    body: String = "", instrument: LegalBasis? = nil, functions: [String] = []
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
  }
}

/// The longest title of anything in the registry, in bytes of UTF-8.
package let longestTitleBytes = 300
/// The most kinds that one body bears.
package let mostKinds = 32
/// The most functions that are recorded of one body.
package let mostFunctions = 200

/// A department as it will stand in the registry, from a draft whose form is checked (`hebi-2021/6.3a`).
///
/// It begins disabled where the node's governing document demands named persons first (AC-91), else active.
package func draftedDepartment(
  _ draft: DepartmentDraft, demand: ActivationDemand?, now: Instant
) throws(RegistryRefusal) -> RegisteredDepartment {
  guard let code = DepartmentCode(draft.code) else {
    throw .malformed(field: "department.name", .slug)
  }
  try requireTitle(draft.title, field: "department.title")
  guard let level = AdministrativeLevel(rawValue: draft.level) else {
    throw .malformed(field: "department.level", .level)
  }
  guard let region = RegionCode(draft.region) else {
    throw .malformed(field: "department.region", .region)
  }
  guard draft.kinds.count <= mostKinds, draft.kinds.allSatisfy(isKind) else {
    throw .malformed(field: "department.kinds", .kind)
  }
  if draft.kinds.contains(where: { IdentityNumbers.occur(in: $0) }) {
    throw .identityNumberInText(field: "department.kinds")
  }
  var authority: DepartmentCode?
  if !draft.authority.isEmpty {
    guard let code = DepartmentCode(draft.authority) else {
      throw .malformed(field: "department.authority", .slug)
    }
    authority = code
  }
  guard let body = draft.body.isEmpty ? .administrativeOrgan : BodyKind(rawValue: draft.body) else {
    throw .malformed(field: "department.body", .body)
  }
  if let instrument = draft.instrument {
    try requireTitle(instrument.title, field: "department.instrument.title")
    try requireTitle(instrument.article, field: "department.instrument.article")
  }
  guard draft.functions.count <= mostFunctions,
    Set(draft.functions).count == draft.functions.count
  else { throw .malformed(field: "department.functions", .functions) }
  for function in draft.functions { try requireTitle(function, field: "department.functions") }
  return RegisteredDepartment(
    code: code, title: draft.title, level: level, region: region,
    kinds: Set(draft.kinds).sorted(), authority: authority,
    state: demand == nil ? .active : .disabled, created: now, body: body,
    instrument: draft.instrument, functions: draft.functions)
}

/// Checks a new department against the registry (`meizhou-public-2023/5.0`: each level has its authority;
/// `meizhou-public-2023/5.i1`: an authority acts within its region).
///
/// Order of precedence: the code is taken, the named authority is no fit one, a second authority of one level and region,
/// the caller does not govern the new body.
///
/// - Parameters:
///   - authority: The row that the draft names, if it names one and there is one.
///   - rival: An authority of the same level and region, if there is one.
package func requireRegistrable(
  _ department: RegisteredDepartment, existing: RegisteredDepartment?,
  authority: RegisteredDepartment?, rival: RegisteredDepartment?, by manager: RegistryManager
) throws(RegistryRefusal) {
  guard existing == nil else { throw .exists(department.name) }
  try requireFitAuthority(department, authority: authority, rival: rival)
  try requireGovernment(of: department, by: manager)
}

/// The part of the check that holds for the founding file too.
package func requireFitAuthority(
  _ department: RegisteredDepartment, authority: RegisteredDepartment?,
  rival: RegisteredDepartment?
) throws(RegistryRefusal) {
  if let named = department.authority {
    guard let authority, authority.code == named, authority.state == .active,
      governs(authority, department)
    else { throw .authorityUnfit(named) }
  } else if let rival, rival.code != department.code {
    throw .authorityExists(rival.code)
  }
}

/// Checks that a department may act: every role that its governing document demands is held by an active person (AC-91:
/// `hebi-2021/6.3c`, `meizhou-public-2023/39.2a`).
package func requireActivation(
  _ department: RegisteredDepartment, persons: [RegisteredPerson], demand: ActivationDemand?
) throws(RegistryRefusal) {
  guard let demand else { return }
  let missing = openDuties(department, persons: persons, demand: demand)
  guard missing.isEmpty else {
    throw .activationIncomplete(department.code, missing: missing, demand.citation)
  }
}

/// The demanded roles of a department that no active person holds. One that is lost later stops nobody's work, but is told
/// (`hebi-2021/6.3c`, `meizhou-public-2023/39.2a`).
package func openDuties(
  _ department: RegisteredDepartment, persons: [RegisteredPerson], demand: ActivationDemand?
) -> [Role] {
  let held = persons.filter { $0.state == .active && $0.department == department.code }
    .reduce(into: Set<Role>()) { $0.formUnion($1.roles) }
  return demand?.roles.filter { !held.contains($0) } ?? []
}

/// Checks who changes a department's state: an authority that governs it, and not itself (`meizhou-public-2023/5.i1`).
package func requireStateChange(
  of department: RegisteredDepartment, reason: String, by manager: RegistryManager
) throws(RegistryRefusal) {
  try requireGovernment(of: department, by: manager)
  guard department.code != manager.department.code else { throw .ownState(department.code) }
  try requireReason(reason)
}

/// A word by which a regulation names a body: `公安`, `civil-affairs`. No comma, which parts them where they are kept.
private func isKind(_ text: String) -> Bool {
  !text.isEmpty && text.utf8.count <= 60
    && !text.unicodeScalars.contains { $0.value < 0x21 || $0.value == 0x7f || $0 == "," }
}

package func requireTitle(_ title: String, field: String) throws(RegistryRefusal) {
  guard !title.isEmpty, title.utf8.count <= longestTitleBytes,
    !title.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f })
  else { throw .malformed(field: field, .title) }
  // It stands in lists and in the log (meizhou-public-2023/39).
  if IdentityNumbers.occur(in: title) { throw .identityNumberInText(field: field) }
}

package func requireReason(_ reason: String) throws(RegistryRefusal) {
  try requireTitle(reason, field: "reason")
}
