// Which kinds of body a text takes in, on what instrument they act, and what their people may be (guangdong-2018/32, hebi-2021/3.2, 33).

package import Regulation
package import Vocabulary

/// Checks that the governing text takes in a body of this kind, and that the law behind it is named.
///
/// Order of precedence: the kind is not taken (meizhou-public-2023/2.1), an authorised body without the law that authorises it
/// (meizhou-specific-2021/5.6, hebi-2021/3.2, guangdong-2018/32.3), an authority without the document by which its government named it
/// (guangdong-2018/32.2).
///
/// - Parameter profile: `nil` where nothing governs: then every body is taken.
package func requireScope(
  of department: RegisteredDepartment, under profile: Profile?
) throws(RegistryRefusal) {
  guard let profile else { return }
  if let accepted = profile.bodyKinds {
    // The operator's body takes part as that alone (guangdong-2018/32.4).
    let taken = accepted.value + (profile.operatorKinds?.value ?? [])
    guard taken.contains(department.body) else {
      throw .bodyOutsideScope(department.body, accepted: taken, accepted.citation)
    }
    if department.body.isAuthorised, !isEmpowering(department.instrument) {
      throw .instrumentMissing(department.body, accepted.citation)
    }
  }
  if department.isAuthority, let named = profile.authorityNeedsDocument, named.value,
    department.instrument?.isComplete != true
  {
    throw .namingMissing(department.code, named.citation)
  }
}

/// Checks that a body's people hold roles that bodies of its kind have: an enterprise operates or audits, and neither approves nor reads
/// for a department (guangdong-2018/32.4); where the text says what an operator is, nobody else's people operate.
package func requireRoles(
  _ roles: Set<Role>, fitting department: RegisteredDepartment, under profile: Profile?
) throws(RegistryRefusal) {
  guard let operators = profile?.operatorKinds else { return }
  for role in Role.allCases where roles.contains(role) {
    let isFit =
      operators.value.contains(department.body)
      ? [.operator, .thirdPartyAuditor].contains(role) : role != .operator
    if !isFit { throw .roleNotForBody(role, department.body, operators.citation) }
  }
}

/// Law, regulation or rule, with its article; an internal rule gives nobody functions.
private func isEmpowering(_ instrument: LegalBasis?) -> Bool {
  guard let instrument else { return false }
  return instrument.isComplete && [.law, .regulation, .rule].contains(instrument.kind)
}

/// A region with bodies in it, and who is its authority.
package struct RegionStanding: Hashable, Sendable {
  package let code: RegionCode
  package let level: AdministrativeLevel
  /// `nil` is flagged: its government has named none, or it is not registered (hebi-2021/6.4).
  package let authority: DepartmentCode?
  package let departments: Int
}

/// The regions of the bodies that an authority governs, or of all, in the order of their codes.
package func regions(of departments: [RegisteredDepartment]) -> [RegionStanding] {
  Dictionary(grouping: departments.filter { $0.state == .active }, by: \.region)
    .map { region, bodies in
      // Branches of upper levels stand in a region without being its own.
      let level = bodies.map(\.level).max { $0.regionDigits < $1.regionDigits } ?? .city
      return RegionStanding(
        code: region, level: level,
        authority: bodies.first { $0.isAuthority && $0.level == level }?.code,
        departments: bodies.count)
    }
    .sorted { $0.code.text < $1.code.text }
}
