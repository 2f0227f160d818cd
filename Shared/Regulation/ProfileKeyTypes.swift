// What type each parameter has. A value of another type never becomes a profile.

import Vocabulary

extension ProfileKey {
  /// The type that a row with this key must have.
  package var type: ProfileValueType {
    let type =
      documentType
      ?? catalogueType
      ?? deliveryType
      ?? sharingType
      ?? feedbackType
      ?? supervisionType
      ?? gateType
      ?? clockType
    guard let type else { preconditionFailure("every key of a profile has a type") }
    return type
  }

  /// Whether it is said of one document alone: what a parent says of itself holds for no child.
  var isOfItsDocument: Bool {
    switch self {
    case .inForceFrom, .inForceTo, .parentProfile, .repeals, .issuedOn, .printedOn, .publishedOn,
      .indexNumber, .draftedBy, .contact, .disclosure, .isTrial, .legalBases:
      true
    default: false
    }
  }

  private var documentType: ProfileValueType? {
    switch self {
    case .inForceFrom, .inForceTo, .issuedOn, .printedOn, .publishedOn:
      .date
    case .isTrial:
      .boolean
    case .legalBases:
      .texts
    case .disclosure:
      .word(["open", "on_application"])
    case .indexNumber, .draftedBy, .contact, .parentProfile, .repeals, .roleAuthority, .roleSource,
      .roleUser, .roleLeadingGroup,
      .platformName, .scopeByReference:
      .text
    case .levels:
      .words(["province", "city", "county", "functional_zone"])
    case .scopeDataKinds:
      .words([
        "specific_population", "public_data", "non_classified_government_data", "government_data",
        "population", "legal_person", "economy", "geography",
      ])
    case .scopeUtilities:
      .word(["excluded", "included"])
    case .scopeSpecialLaw:
      .word(["followed"])
    case .scopeBodyKinds, .scopeByReferenceKinds, .scopeOperatorKinds:
      .words(ProfileKey.all(BodyKind.self))
    case .scopeAuthorityDocument, .scopeAreaAndLine, .scopeFunctionsBind:
      .boolean
    default:
      nil
    }
  }

  private var catalogueType: ProfileValueType? {
    switch self {
    case .catalogMandatoryIdentityItems:
      .words(ProfileKey.all(IdentityItem.self))
    case .catalogRequiredFields:
      .words(ProfileKey.all(EntryField.self))
    case .catalogShareTypes:
      .words(ProfileKey.all(ShareType.self))
    case .catalogShareTypeGranularity:
      .word(["entry", "item", "entry_and_basic_items"])
    case .catalogBasisConditional, .catalogBasisNotShared:
      .words(ProfileKey.validBases)
    case .catalogDefaultWithoutBasis:
      .word(ProfileKey.all(ShareType.self))
    case .catalogConditionalScope:
      .words(["bodies", "items"])
    case .catalogNotSharedFiling:
      .word(ProfileKey.all(Reviewer.self))
    case .catalogTypeDecidedBy:
      .word(["same_level_authority", "city_authority", "construction_group"])
    case .catalogBaseDataUnconditional:
      .word(["whole_base_databases", "basic_items", "identifying_items"])
    case .catalogReviewNewDays, .catalogReviewUpdateDays, .catalogChangeDays:
      .integer(ProfileKey.workingDays)
    case .catalogReviewStarts, .catalogChangeStarts:
      .word(ProfileKey.all(ClockStart.self))
    case .catalogReviewer, .catalogReviewerUpdate:
      .words(ProfileKey.all(Reviewer.self))
    case .catalogChangeMustReach:
      .word(ProfileKey.all(ChangeGoal.self))
    case .catalogSingleSource, .catalogSecrecyReviewRequired, .catalogAcquisitionReference,
      .catalogOneRegistry:
      .boolean
    case .catalogAcquisitionModes:
      .words(ProfileKey.all(AcquisitionMode.self))
    case .catalogCollectionGrounds:
      .words(ProfileKey.all(CollectionGround.self))
    case .catalogActiveSharing:
      .words(ProfileKey.all(ActiveSharing.self))
    case .catalogDataRights:
      .words(ProfileKey.all(DataRight.self))
    case .catalogReviewAgeMonths:
      .integer(1...120)
    case .catalogBasisInstruments:
      .word(["known_or_with_text"])
    case .catalogDuplicates:
      .word(ProfileKey.all(DuplicateRule.self))
    default:
      nil
    }
  }

  private var deliveryType: ProfileValueType? {
    switch self {
    case .ingestStockDays, .ingestIncrementDays:
      .integer(ProfileKey.workingDays)
    case .ingestStockStarts, .ingestIncrementStarts:
      .word(ProfileKey.all(ClockStart.self))
    case .ingestStockFromYear:
      .integer(1900...2100)
    case .ingestIncrementScope:
      .word(["specific_population", "population"])
    case .ingestModes:
      .words(ProfileKey.all(DeliveryMode.self))
    case .ingestAPINeedsReason, .ingestCollectionListBinds:
      .boolean
    case .ingestSelfBuilt:
      .words(["table", "realtime", "full"])
    case .ingestManualUploadOrigins:
      .words(ProfileKey.all(DataOrigin.self))
    case .ingestFreshness:
      .words(ProfileKey.all(Freshness.self))
    case .ingestQualityThresholdPercent:
      .integer(0...100)
    case .ingestRejectsKeptDays:
      .integer(1...3_660)
    case .ingestIdentifierDoubts:
      .word(["warn", "reject", "ignore"])
    default:
      nil
    }
  }

  private var sharingType: ProfileValueType? {
    switch self {
    case .shareReplyDays, .shareVerificationReplyDays:
      .integer(ProfileKey.workingDays)
    case .shareReplyStarts:
      .word(ProfileKey.all(ClockStart.self))
    case .shareReviewers:
      .words(ProfileKey.all(Reviewer.self))
    case .shareReviewTimeNegotiable, .shareInternalRuleIsBasis, .shareFreeBetweenDepartments,
      .shareUnconditionalNeedsPurpose, .shareConcreteBusinessRequired,
      .shareCaseNumberRequired:
      .boolean
    case .shareReasonRequiredOn:
      .words(ProfileKey.all(ReviewDecision.self))
    case .shareRefusalBasis:
      .words(ProfileKey.validBases)
    case .shareApplicationFields:
      .words(ProfileKey.all(ApplicationField.self))
    case .shareGrantElements:
      .words(ProfileKey.all(GrantElement.self))
    case .shareActivation:
      .word(ProfileKey.all(GrantActivation.self))
    case .shareBulkExport:
      .word(["forbidden", "forbidden_in_principle", "allowed"])
    case .shareFreeQuery:
      .word(["forbidden", "allowed"])
    case .shareAccessModes:
      .words([
        "system_to_system", "offline", "web", "file_download", "front_end_interface", "platform",
      ])
    case .shareModeFiling:
      .word(ProfileKey.all(Reviewer.self))
    case .shareVerificationRequest:
      .words(["not_shared", "unmet_conditional"])
    case .shareVerificationAttempts:
      .integer(1...100)
    case .shareNotSharedRequestPath:
      .words(["verification", "negotiation", "authority", "leading_group"])
    case .shareComparisonBeforePayout:
      .word(["every_month_or_batch"])
    case .shareComparisonMonths:
      .integer(ProfileKey.months)
    case .shareComparisonMaxAgeDays, .shareHoldMaxDays:
      .integer(1...366)
    case .shareDailySubjects, .shareDailySubjectsMax, .shareDailyNeighbours:
      .integer(1...10_000_000)
    default:
      channelType
    }
  }

  /// How data may travel, and to whom outside the departments.
  private var channelType: ProfileValueType? {
    switch self {
    case .shareNewChannels:
      .word(["forbidden", "city_government_approval", "allowed"])
    case .shareLegacyChannels:
      .word(["may_be_kept", "integrate", "migrate_or_approval"])
    case .shareCrossLevelRoute:
      .word(["direct", "through_county_authority", "upper_data_through_city_authority"])
    case .shareEnterprises:
      .word(["sponsor_department", "city_authority_authorisation"])
    case .shareExternalRelease:
      .word([
        "forbidden", "forbidden_without_permission", "provider_consent",
        "written_application_and_consent",
      ])
    case .shareThirdParty:
      .word(["forbidden", "provider_consent", "liability"])
    case .sharePersonalConsent:
      .word(["if_identifiable"])
    case .shareAbroad:
      .word(ProfileKey.all(AbroadRule.self))
    case .shareSecondApprovalGrade:
      .integer(1...4)
    default:
      nil
    }
  }

  private var feedbackType: ProfileValueType? {
    switch self {
    case .feedbackIssueChannels:
      .words(ProfileKey.all(IssueChannel.self))
    case .feedbackIssueRequired:
      .words(ProfileKey.all(IssueElement.self))
    case .feedbackVerifyDays, .feedbackPersonVerifyDays, .feedbackRectifyDays,
      .feedbackExtensionDays, .feedbackSilenceDays:
      .integer(ProfileKey.workingDays)
    case .feedbackVerifyStarts, .feedbackRectifyStarts:
      .word(ProfileKey.all(ClockStart.self))
    case .feedbackExtensionNeeds:
      .words(ProfileKey.all(ExtensionNeed.self))
    case .feedbackExtensionTimes:
      .integer(1...10)
    case .feedbackRectifyTimeNegotiable:
      .boolean
    case .feedbackUsageReportMonths:
      .integer(ProfileKey.months)
    case .feedbackUsageReportAlignment:
      .word(["activation", "half_year"])
    case .feedbackUsageReportTo:
      .words(["same_level_authority", "providing_body", "authority", "big_data_bureau"])
    case .feedbackUsageReportSections:
      .words(ProfileKey.all(UsageReportSection.self))
    case .feedbackDisputeSteps:
      .words(["negotiation", "authority", "joint_consultation", "leading_group", "decision"])
    case .feedbackDataSubjectRights:
      .words([
        "use", "consult", "copy", "object", "correct", "delete", "complain", "consent",
        "notice_of_incident",
      ])
    default:
      nil
    }
  }

  private var supervisionType: ProfileValueType? {
    switch self {
    case .auditLogRetentionYears:
      .integer(3...100)
    case .auditEvaluationMonths:
      .integer(ProfileKey.months)
    case .auditEvaluationDimensions:
      .words([
        "quality", "exchange_degree", "application_support", "collection", "catalog", "aggregation",
        "provision", "sharing", "opening", "use", "security",
      ])
    case .auditEvaluationVisibility:
      .word(["public", "circulated"])
    case .auditCheckKinds:
      .words(["random", "regular", "electronic", "supervision"])
    case .auditIncidentReportTo:
      .words([
        "same_level_authority", "cyberspace_office", "public_security", "sector_department",
        "right_holders", "big_data_bureau",
      ])
    case .auditIncidentReportTime:
      .word(["immediate", "promptly", "measures_immediate_notice_promptly"])
    case .auditViolationKinds:
      .texts
    case .auditThirdPartyAuditor, .openBasisPublished:
      .boolean
    case .securityBackup, .securityDestruction, .openPlatform:
      .text
    case .securityDeidentify:
      .word(["analytics", "use", "always_separate_store"])
    case .securityCertificateDays:
      .integer(1...825)
    case .openTypes:
      .words(["unconditional", "conditional", "not_open", "per_entry"])
    case .governanceAuthorityDocuments, .governanceDepartmentDocuments,
      .governanceSecrecyDocuments:
      .words(ProfileKey.all(DocumentKind.self))
    case .governanceImplementingUnit, .governanceDedicatedStaff, .governanceSecurityUnit:
      .word(ProfileKey.all(DutyDemand.self))
    case .governanceSecurityUnitGrade:
      .integer(1...4)
    case .openReview:
      .word(ProfileKey.all(Reviewer.self))
    default:
      nil
    }
  }

  private var gateType: ProfileValueType? {
    switch self {
    case .projectGateBlocks:
      .words(ProfileKey.all(GateConsequence.self))
    case .projectGateCheckpoints, .projectGateAuthority, .projectGateDevelopmentReform,
      .projectGateFinance:
      .words(ProfileKey.all(GateCheckpoint.self))
    case .projectGateInitiationNeeds, .projectGateAcceptanceNeeds:
      .words(ProfileKey.all(GateCondition.self))
    case .projectGateStatuses:
      .words(ProfileKey.all(GateStatus.self))
    case .projectGateExempts:
      .words(ProfileKey.all(GateExemption.self))
    case .projectGateOverride:
      .boolean
    default:
      nil
    }
  }

  private var clockType: ProfileValueType? {
    switch self {
    case .clockReminderDays:
      .integers(0...60)
    case .clockPromptlyDays:
      .integer(ProfileKey.workingDays)
    default:
      nil
    }
  }

  /// Longer than a year is no period of a working-day clock.
  private static let workingDays = 1...250
  private static let months = 1...120

  /// What may justify withholding data. An internal rule never does (meizhou-specific-2021/20, guangdong-2018/16),
  /// so no profile can list it.
  private static let validBases = BasisKind.allCases.filter { $0 != .internalRule }.map(\.rawValue)

  private static func all<List: ClosedList>(_ list: List.Type) -> [String] {
    List.allCases.map(\.rawValue)
  }
}
