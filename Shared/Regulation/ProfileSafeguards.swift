// What a profile says on the safety of shared data: to whom they may go on, how much a day, from which grade two people decide.

package import Vocabulary

/// On what it depends whether shared data go on to others or to the public (D23).
package enum ReleaseRule: String, ClosedList {
  case forbidden
  /// Whoever spreads without permission answers for it (meizhou-specific-2021/23.2b, guangdong-2018/21.2b).
  case liability
  case forbiddenWithoutPermission = "forbidden_without_permission"
  case providerConsent = "provider_consent"
  case writtenApplicationAndConsent = "written_application_and_consent"

  package var term: BilingualText {
    switch self {
    case .forbidden: BilingualText("禁止", "forbidden")
    case .liability: BilingualText("未经许可扩散的承担责任", "liable for spreading without permission")
    case .forbiddenWithoutPermission:
      BilingualText("未经许可禁止", "forbidden without permission")
    case .providerConsent: BilingualText("经提供部门同意", "with the provider's consent")
    case .writtenApplicationAndConsent:
      BilingualText("书面申请并经提供部门同意", "on written application, with the provider's consent")
    }
  }
}

/// On what it depends whether shared data leave the country (hebi-2021/27.i9).
package enum AbroadRule: String, ClosedList {
  case forbidden
  case assessmentAndReview = "assessment_and_review"

  package var term: BilingualText {
    switch self {
    case .forbidden: BilingualText("禁止", "forbidden")
    case .assessmentAndReview:
      BilingualText("经出境安全评估和国家安全审查", "after security assessment and national security review")
    }
  }
}

extension Profile {
  /// Whether data may go on to another unit or person; `nil`, as all these, where nothing is said: then they may not.
  package var thirdParty: Provision<ReleaseRule>? { choice(.shareThirdParty, of: ReleaseRule.self) }

  /// Whether data may be published.
  package var externalRelease: Provision<ReleaseRule>? {
    choice(.shareExternalRelease, of: ReleaseRule.self)
  }

  /// Whether data by which somebody can be identified go to others with that person's consent alone (hebi-2021/27.i1d).
  package var needsPersonalConsent: Bool { word(.sharePersonalConsent) != nil }

  package var abroad: Provision<AbroadRule>? { choice(.shareAbroad, of: AbroadRule.self) }

  /// From which grade on a second person of the source approves an item (hebi-2021/26, 27; AC-55).
  package var secondApprovalGrade: Provision<Int>? { integer(.shareSecondApprovalGrade) }

  /// The most distinct persons a day that a grant may set for itself; `nil` where bulk export and free query are allowed
  /// (AC-47, meizhou-public-2023/21.5).
  package var dailySubjectsMax: Provision<Int>? {
    if bulkExport?.value == .allowed, freeQuery?.value == .allowed { return nil }
    return integer(.shareDailySubjectsMax)
  }
}
