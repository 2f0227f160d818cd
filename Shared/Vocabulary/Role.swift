// The roles that principals hold, and the groups that nobody may mix (policies.md f, AC-72).

/// A role of the regulations. Source, user and data subject of an entry are scopes of a call, not roles.
package enum Role: String, CaseIterable, Sendable {
  case departmentOfficer = "dept-officer"
  case departmentHead = "dept-head"
  case departmentSecurity = "dept-security"
  /// What a system's own certificate gives; never held by a person.
  case departmentSystem = "dept-system"
  case authority
  case populationBaseAdministrator = "population-base-administrator"
  case leadingGroup = "leading-group"
  case constructionGroup = "construction-group"
  case staffingOffice = "staffing-office"
  case finance
  case developmentReform = "development-reform"
  case auditOffice = "audit-office"
  case `operator` = "operator"
  case auditor
  case thirdPartyAuditor = "third-party-auditor"
  case regulator
  case archivesAuthority = "archives-authority"
  case processor
  case enterprise
  case anonymous

  /// The name on the wire, in certificates' registry rows and in profiles.
  package var slug: String { rawValue }

  package var term: BilingualText {
    switch self {
    case .departmentOfficer: BilingualText("部门经办人", "department officer")
    case .departmentHead: BilingualText("部门主要负责人", "principal head of a department")
    case .departmentSecurity: BilingualText("部门安全责任人", "security officer of a department")
    case .departmentSystem: BilingualText("部门应用系统", "application system of a department")
    case .authority: BilingualText("数据主管部门", "authority")
    case .populationBaseAdministrator: BilingualText("人口库管理员", "population-base administrator")
    case .leadingGroup: BilingualText("领导小组", "leading group")
    case .constructionGroup: BilingualText("建设小组", "construction group")
    case .staffingOffice: BilingualText("机构编制部门", "staffing office")
    case .finance: BilingualText("财政部门", "finance")
    case .developmentReform: BilingualText("发展改革部门", "development and reform")
    case .auditOffice: BilingualText("审计部门", "audit office")
    case .operator: BilingualText("运营机构", "operator")
    case .auditor: BilingualText("审计员", "auditor")
    case .thirdPartyAuditor: BilingualText("第三方安全管理机构", "third-party auditor")
    case .regulator: BilingualText("监管部门", "regulator")
    case .archivesAuthority: BilingualText("档案主管部门", "archives authority")
    case .processor: BilingualText("受托处理方", "processor")
    case .enterprise: BilingualText("企业", "enterprise")
    case .anonymous: BilingualText("公众", "anonymous")
    }
  }

  /// The group of AC-72 that the role belongs to.
  package var separation: RoleSeparation? {
    switch self {
    case .departmentOfficer, .departmentHead, .departmentSecurity, .departmentSystem, .authority:
      .management
    case .auditor, .thirdPartyAuditor, .regulator: .audit
    case .operator: .operation
    default: nil
    }
  }
}

/// Management, audit and operation are held by different principals (guangdong-2018/28.1, AC-72).
package enum RoleSeparation: String, CaseIterable, Sendable {
  case management, audit, operation
}

/// Two roles of a set that one principal may not hold together, or `nil` (AC-72).
///
/// No principal holds two of management, audit and operation; third-party auditor and regulator exclude
/// each other too. Of several conflicts the first in the order of ``Role`` is told.
package func conflictingRoles(_ roles: Set<Role>) -> (Role, Role)? {
  let ordered = Role.allCases.filter(roles.contains)
  for (index, first) in ordered.enumerated() {
    for second in ordered.dropFirst(index + 1) {
      if let one = first.separation, let other = second.separation, one != other {
        return (first, second)
      }
      if first == .thirdPartyAuditor, second == .regulator { return (first, second) }
    }
  }
  return nil
}
