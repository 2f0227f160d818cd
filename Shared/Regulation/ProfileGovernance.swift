// What a profile says of the documents by which bodies govern their data: who must hold which.

package import Vocabulary

/// A kind of governance document (policies.md e.26).
package enum DocumentKind: String, ClosedList {
  case securitySystem = "security_system"
  case standards
  case securityRules = "security_rules"
  case gradeProtection = "grade_protection"
  case operatingProcedures = "operating_procedures"
  case secrecyRules = "secrecy_rules"
  case governanceSystem = "governance_system"

  package var term: BilingualText {
    switch self {
    case .securitySystem: BilingualText("安全保障体系", "security system")
    case .standards: BilingualText("标准规范", "standards")
    case .securityRules: BilingualText("数据安全管理制度", "data-security rules")
    case .gradeProtection: BilingualText("等级保护措施", "graded-protection measures")
    case .operatingProcedures: BilingualText("操作规程", "operating procedures")
    case .secrecyRules: BilingualText("保密管理制度", "secrecy rules")
    case .governanceSystem: BilingualText("安全治理体系", "governance system")
    }
  }
}

/// A part that a document has, where a text asks for parts (hebi-2021/24a).
package enum DocumentPart: String, ClosedList {
  case procedure, responsibility

  package var term: BilingualText {
    switch self {
    case .procedure: BilingualText("流程", "procedure")
    case .responsibility: BilingualText("责任", "responsibility")
    }
  }
}

/// A document that a body must hold, with the article that says so.
package struct DocumentDuty: Hashable, Sendable {
  package let kind: DocumentKind
  package let parts: [DocumentPart]
  package let citation: Citation
}

extension Profile {
  /// What a body must hold (guangdong-2018/27.2, 27.3a; hebi-2021/23a, 24a, 26.1a; meizhou-public-2023/38a, 39.1a).
  ///
  /// - Parameter isAuthority: An authority holds what its level needs beside what every body holds.
  package func documentDuties(isAuthority: Bool) -> [DocumentDuty] {
    let keys: [ProfileKey] =
      (isAuthority ? [.governanceAuthorityDocuments] : [])
      + [.governanceDepartmentDocuments, .governanceSecrecyDocuments]
    var duties: [DocumentDuty] = []
    for key in keys {
      guard let found = list(key, of: DocumentKind.self) else { continue }
      for kind in found.value where !duties.contains(where: { $0.kind == kind }) {
        duties.append(
          DocumentDuty(
            kind: kind, parts: key == .governanceSecrecyDocuments ? DocumentPart.allCases : [],
            citation: found.citation))
      }
    }
    return duties
  }
}
