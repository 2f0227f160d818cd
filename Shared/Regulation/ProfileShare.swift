// What a profile says about sharing (policies.md a.4 share.*).

package import Vocabulary

/// When an approved grant begins to work (FORMATS "Decisions and grants").
package enum GrantActivation: String, ClosedList {
  /// Pending until a security officer is named and accepts (meizhou-public-2023/39).
  case acceptance
  /// At once (meizhou-specific-2021/21, guangdong-2018/19).
  case approval
  /// Pending until the way of access is filed (luyi-2019/13).
  case filing

  package var term: BilingualText {
    switch self {
    case .acceptance: BilingualText("接受责任后生效", "on acceptance")
    case .approval: BilingualText("批准后即时生效", "on approval")
    case .filing: BilingualText("访问方式备案后生效", "once the access mode is filed")
    }
  }
}

/// What a verification request may be filed for (meizhou-public-2023/21.4).
package enum VerificationScope: String, ClosedList {
  case notShared = "not_shared"
  case unmetConditional = "unmet_conditional"

  package var term: BilingualText {
    switch self {
    case .notShared: BilingualText("不予共享的数据", "not-shared data")
    case .unmetConditional:
      BilingualText("不满足条件的有条件共享数据", "conditional data whose conditions are not met")
    }
  }
}

/// The step that follows where not-shared data are needed (D13).
package enum NotSharedStep: String, ClosedList {
  case verification, negotiation, authority
  case leadingGroup = "leading_group"

  package var term: BilingualText {
    switch self {
    case .verification: BilingualText("申请核实、比对", "file a verification request")
    case .negotiation: BilingualText("与提供部门协商", "negotiate with the source")
    case .authority: BilingualText("报主管部门协调", "ask the authority to coordinate")
    case .leadingGroup: BilingualText("报领导小组决定", "ask the leading group to decide")
    }
  }
}

/// Whether and how strictly something is forbidden.
package enum Permission: String, ClosedList {
  case forbidden
  case forbiddenInPrinciple = "forbidden_in_principle"
  case allowed

  package var term: BilingualText {
    switch self {
    case .forbidden: BilingualText("禁止", "forbidden")
    case .forbiddenInPrinciple: BilingualText("原则上禁止", "forbidden in principle")
    case .allowed: BilingualText("允许", "allowed")
    }
  }
}

extension Profile {
  /// Who must give an opinion on a conditional application (D01).
  package var reviewers: Provision<[Reviewer]>? { list(.shareReviewers, of: Reviewer.self) }

  /// Whether user and source may agree another day for the answer (meizhou-specific-2021/21g).
  package var reviewTimeNegotiable: Provision<Bool>? { flag(.shareReviewTimeNegotiable) }

  /// On which decisions a reason must be given (D04).
  package var reasonRequiredOn: Provision<[ReviewDecision]>? {
    list(.shareReasonRequiredOn, of: ReviewDecision.self)
  }

  /// Basis kinds on which a refusal may rest; `nil` where the text has no such rule (D12). Never an internal rule.
  package var refusalBasis: Provision<[BasisKind]>? { list(.shareRefusalBasis, of: BasisKind.self) }

  package var applicationFields: Provision<[ApplicationField]>? {
    list(.shareApplicationFields, of: ApplicationField.self)
  }

  /// Whether every use names a concrete business (meizhou-specific-2021/20c, guangdong-2018/16.2a).
  /// Whether each look-up names the case for which it is made.
  package var caseNumberRequired: Provision<Bool>? { flag(.shareCaseNumberRequired) }
  package var concreteBusinessRequired: Provision<Bool>? { flag(.shareConcreteBusinessRequired) }

  /// Whether unconditional data need a stated use (meizhou-public-2023/21.2).
  package var unconditionalNeedsPurpose: Provision<Bool>? { flag(.shareUnconditionalNeedsPurpose) }

  package var grantElements: Provision<[GrantElement]>? {
    list(.shareGrantElements, of: GrantElement.self)
  }

  package var grantActivation: Provision<GrantActivation>? {
    choice(.shareActivation, of: GrantActivation.self)
  }

  package var bulkExport: Provision<Permission>? { choice(.shareBulkExport, of: Permission.self) }

  package var freeQuery: Provision<Permission>? { choice(.shareFreeQuery, of: Permission.self) }

  /// With whom the access mode is filed (luyi-2019/13.1).
  package var modeFiling: Provision<Reviewer>? { choice(.shareModeFiling, of: Reviewer.self) }

  /// What verification requests may be filed for; `nil`: there are none (D13).
  package var verificationScopes: Provision<[VerificationScope]>? {
    list(.shareVerificationRequest, of: VerificationScope.self)
  }

  /// How many claims about one person a department may have checked under one entry.
  package var verificationAttempts: Provision<Int>? { integer(.shareVerificationAttempts) }

  /// The steps open to a department that needs not-shared data, the next one first; `nil`: none is given.
  package var notSharedPath: Provision<[NotSharedStep]>? {
    list(.shareNotSharedRequestPath, of: NotSharedStep.self)
  }

  /// Distinct persons whom a grant may be used about on one civil day, where none was asked for (AC-47).
  package var dailySubjects: Provision<Int>? { integer(.shareDailySubjects) }

  /// Distinct persons of one area and day of birth that may be looked up under a grant on one civil day.
  package var dailyNeighbours: Provision<Int>? { integer(.shareDailyNeighbours) }

  /// The most days that a line may be held back by one decision (e.7).
  package var holdMaxDays: Provision<Int>? { integer(.shareHoldMaxDays) }

  /// The oldest comparison, in days, on which a payout may be cleared.
  package var comparisonMaxAgeDays: Provision<Int>? { integer(.shareComparisonMaxAgeDays) }
}
