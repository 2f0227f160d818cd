// Correcting what was registered of a body: its name, level, region, kinds and authority (meizhou-public-2023/5; policies f.7).

package import Vocabulary

/// What of a department can be corrected; the raw value is the field's name on the wire.
package enum DepartmentField: String, CaseIterable, Sendable {
  case title, level, region, kinds, authority, body, instrument, functions

  /// Reads the mask of a request: each field once, at least one.
  package static func mask(_ names: [String]) throws(RegistryRefusal) -> [DepartmentField] {
    let fields = names.compactMap(DepartmentField.init(rawValue:))
    guard !fields.isEmpty, fields.count == names.count, Set(fields).count == names.count else {
      throw .malformed(field: "update_mask", .mask)
    }
    return fields
  }

  /// How it is told in history and log.
  fileprivate func text(of department: RegisteredDepartment) -> String {
    switch self {
    case .title: department.title
    case .level: department.level.slug
    case .region: department.region.text
    case .kinds: department.kinds.joined(separator: ",")
    case .authority: department.authority?.text ?? ""
    case .body: department.body.rawValue
    case .instrument:
      department.instrument.map { "\($0.kind.rawValue):\($0.title):\($0.article)" } ?? ""
    case .functions: department.functions.joined(separator: "；")
    }
  }
}

/// One field that was corrected, as history and log tell it.
package struct DepartmentCorrection: Hashable, Sendable {
  package let field: DepartmentField
  package let former: String
  package let corrected: String
  package let reason: String
  /// "departments/d/persons/p"
  package let actor: String
  package let time: Instant

  package init(
    field: DepartmentField, former: String, corrected: String, reason: String, actor: String,
    time: Instant
  ) {
    self.field = field
    self.former = former
    self.corrected = corrected
    self.reason = reason
    self.actor = actor
    self.time = time
  }
}

extension RegisteredDepartment {
  /// The department as it should have been registered; the form of each field is checked as at its registration
  /// (`hebi-2021/6.3a`).
  package func corrected(
    _ fields: [DepartmentField], as draft: DepartmentDraft
  ) throws(RegistryRefusal) -> RegisteredDepartment {
    var whole = DepartmentDraft(
      code: code.text, title: title, level: level.rawValue, region: region.text, kinds: kinds,
      authority: authority?.text ?? "", body: body.rawValue, instrument: instrument,
      functions: functions)
    for field in fields {
      switch field {
      case .title: whole.title = draft.title
      case .level: whole.level = draft.level
      case .region: whole.region = draft.region
      case .kinds: whole.kinds = draft.kinds
      case .authority: whole.authority = draft.authority
      case .body: whole.body = draft.body
      case .instrument: whole.instrument = draft.instrument
      case .functions: whole.functions = draft.functions
      }
    }
    var next = try draftedDepartment(whole, demand: nil, now: created)
    next.state = state
    next.version = version
    return next
  }

  /// What differs from a former state of it.
  package func corrections(
    since former: RegisteredDepartment, reason: String, by manager: RegistryManager,
    at time: Instant
  ) -> [DepartmentCorrection] {
    DepartmentField.allCases.compactMap { field in
      let (old, new) = (field.text(of: former), field.text(of: self))
      if old == new { return nil }
      return DepartmentCorrection(
        field: field, former: old, corrected: new, reason: reason, actor: manager.principal.name,
        time: time)
    }
  }
}

/// Checks a correction against the registry (`meizhou-public-2023/5.i1`: an authority acts within its region).
///
/// Order of precedence: the manager's reach, its own body while one stands above, the reason, nothing differs, the body becomes an
/// authority or ceases to be one, its authority is no fit one or a second one of its level and region, bodies that name it and would be
/// out of its reach, the manager's reach after the correction.
///
/// - Parameters:
///   - authority: The row that the corrected one names, if there is one.
///   - rival: An authority of the corrected level and region, if there is one.
///   - subjects: The bodies that name it as their authority.
///   - hasSuperior: Whether an authority stands above it; only where none does can it correct itself, for nobody else could.
package func requireCorrectable(
  _ former: RegisteredDepartment, as next: RegisteredDepartment, reason: String,
  authority: RegisteredDepartment?, rival: RegisteredDepartment?,
  subjects: [RegisteredDepartment], hasSuperior: Bool, by manager: RegistryManager
) throws(RegistryRefusal) {
  try requireGovernment(of: former, by: manager)
  if former.code == manager.department.code, hasSuperior { throw .ownState(former.code) }
  try requireReason(reason)
  if next == former { throw .nothingToCorrect(former.name) }
  if next.isAuthority != former.isAuthority { throw .authorityStays(former.code) }
  try requireFitAuthority(next, authority: authority, rival: rival)
  if let left = subjects.first(where: { !governs(next, $0) }) {
    throw .stillAuthority(former.code, of: left.code)
  }
  if former.code != manager.department.code { try requireGovernment(of: next, by: manager) }
}
