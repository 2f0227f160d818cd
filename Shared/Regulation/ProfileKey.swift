// Every parameter that a profile can set: the keys of policies.md a.4, and those that FORMATS.md derives.

/// A parameter of a profile. The raw value is its name in the files.
package enum ProfileKey: String, CaseIterable, Sendable {

  // MARK: The document itself

  case inForceFrom = "in_force_from"
  case inForceTo = "in_force_to"
  /// The key of the profile that is asked where this one is silent.
  case parentProfile = "parent_profile"
  case repeals
  /// The head of the text (article 0): when it was made, printed and published, under which number, by whom, whom to ask.
  case issuedOn = "issued_on"
  case printedOn = "printed_on"
  case publishedOn = "published_on"
  case indexNumber = "index_number"
  case draftedBy = "drafted_by"
  case contact
  case disclosure
  case isTrial = "trial"
  case legalBases = "legal_bases"
  case roleAuthority = "role.authority"
  case roleSource = "role.source"
  case roleUser = "role.user"
  case roleLeadingGroup = "role.leading_group"
  case platformName = "platform_name"
  case levels
  case scopeDataKinds = "scope.data_kinds"
  case scopeByReference = "scope.by_reference"
  case scopeUtilities = "scope.utilities_non_public_service"

  // MARK: Catalogue

  case catalogMandatoryIdentityItems = "catalog.mandatory_identity_items"
  case catalogRequiredFields = "catalog.required_fields"
  case catalogShareTypes = "catalog.share_types"
  case catalogShareTypeGranularity = "catalog.share_type_granularity"
  case catalogBasisConditional = "catalog.basis_conditional"
  case catalogBasisNotShared = "catalog.basis_not_shared"
  case catalogDefaultWithoutBasis = "catalog.default_without_basis"
  case catalogNotSharedFiling = "catalog.not_shared_filing"
  case catalogTypeDecidedBy = "catalog.type_decided_by"
  case catalogBaseDataUnconditional = "catalog.base_data_unconditional"
  case catalogReviewNewDays = "catalog.review_new_wd"
  case catalogReviewUpdateDays = "catalog.review_update_wd"
  case catalogReviewStarts = "catalog.review_starts"
  case catalogReviewer = "catalog.reviewer"
  case catalogReviewerUpdate = "catalog.reviewer_update"
  case catalogChangeDays = "catalog.change_wd"
  case catalogChangeStarts = "catalog.change_starts"
  case catalogChangeMustReach = "catalog.change_must_reach"
  case catalogSingleSource = "catalog.single_source"
  case catalogSecrecyReviewRequired = "catalog.secrecy_review_required"
  case catalogAcquisitionModes = "catalog.acquisition_modes"
  case catalogAcquisitionReference = "catalog.acquisition_reference_required"
  case catalogCollectionGrounds = "catalog.collection_grounds"

  // MARK: Delivery

  case ingestStockDays = "ingest.stock_wd"
  case ingestStockStarts = "ingest.stock_starts"
  case ingestStockFromYear = "ingest.stock_from_year"
  case ingestIncrementDays = "ingest.increment_wd"
  case ingestIncrementStarts = "ingest.increment_starts"
  case ingestIncrementScope = "ingest.increment_scope"
  case ingestModes = "ingest.modes"
  case ingestAPINeedsReason = "ingest.api_needs_reason"
  case ingestSelfBuilt = "ingest.self_built"
  case ingestManualUploadOrigins = "ingest.manual_upload_origins"
  case ingestFreshness = "ingest.freshness"
  case ingestQualityThresholdPercent = "ingest.quality_threshold_percent"
  case ingestRejectsKeptDays = "ingest.rejects_kept_days"
  case ingestIdentifierDoubts = "ingest.identifier_doubts"

  // MARK: Sharing

  case shareReplyDays = "share.reply_wd"
  case shareReplyStarts = "share.reply_starts"
  case shareReviewers = "share.reviewers"
  case shareReviewTimeNegotiable = "share.review_time_negotiable"
  case shareReasonRequiredOn = "share.reason_required_on"
  case shareRefusalBasis = "share.refusal_basis"
  case shareInternalRuleIsBasis = "share.internal_rule_is_basis"
  case shareFreeBetweenDepartments = "share.free_between_departments"
  case shareUnconditionalNeedsPurpose = "share.unconditional_needs_purpose"
  case shareApplicationFields = "share.application_fields"
  case shareConcreteBusinessRequired = "share.concrete_business_required"
  case shareCaseNumberRequired = "share.case_number_required"
  case shareGrantElements = "share.grant_elements"
  case shareActivation = "share.activation"
  case shareBulkExport = "share.bulk_export"
  case shareFreeQuery = "share.free_query"
  case shareAccessModes = "share.access_modes"
  case shareModeFiling = "share.mode_filing"
  case shareVerificationRequest = "share.verification_request"
  case shareVerificationReplyDays = "share.verification_reply_wd"
  case shareVerificationAttempts = "share.verification_attempts"
  case shareNotSharedRequestPath = "share.not_shared_request_path"
  case shareNewChannels = "share.new_channels"
  case shareLegacyChannels = "share.legacy_channels"
  case shareCrossLevelRoute = "share.cross_level_route"
  case shareEnterprises = "share.enterprises"
  case shareExternalRelease = "share.external_release"
  case shareThirdParty = "share.third_party"
  case sharePersonalConsent = "share.personal_consent"
  case shareAbroad = "share.abroad"
  case shareSecondApprovalGrade = "share.second_approval_grade"
  case shareComparisonBeforePayout = "share.comparison_before_payout"
  case shareComparisonMonths = "share.comparison_months"
  case shareComparisonMaxAgeDays = "share.comparison_max_age_days"
  case shareDailySubjects = "share.daily_subjects"
  case shareDailySubjectsMax = "share.daily_subjects_max"
  case shareDailyNeighbours = "share.daily_neighbours"
  case shareHoldMaxDays = "share.hold_max_days"

  // MARK: Feedback

  case feedbackIssueChannels = "feedback.issue_channels"
  case feedbackIssueRequired = "feedback.issue_required"
  case feedbackVerifyDays = "feedback.verify_wd"
  case feedbackVerifyStarts = "feedback.verify_starts"
  case feedbackPersonVerifyDays = "feedback.person_verify_wd"
  case feedbackRectifyDays = "feedback.rectify_wd"
  case feedbackRectifyStarts = "feedback.rectify_starts"
  case feedbackExtensionDays = "feedback.extension_wd"
  case feedbackExtensionNeeds = "feedback.extension_needs"
  case feedbackExtensionTimes = "feedback.extension_times"
  case feedbackRectifyTimeNegotiable = "feedback.rectify_time_negotiable"
  case feedbackSilenceDays = "feedback.silence_wd"
  case feedbackUsageReportMonths = "feedback.usage_report_months"
  case feedbackUsageReportAlignment = "feedback.usage_report_alignment"
  case feedbackUsageReportTo = "feedback.usage_report_to"
  case feedbackUsageReportSections = "feedback.usage_report_sections"
  case feedbackDisputeSteps = "feedback.dispute_steps"
  case feedbackDataSubjectRights = "feedback.data_subject_rights"

  // MARK: Supervision, security, opening

  case auditLogRetentionYears = "audit.log_retention_years_min"
  case auditEvaluationMonths = "audit.evaluation_months"
  case auditEvaluationDimensions = "audit.evaluation_dimensions"
  case auditEvaluationVisibility = "audit.evaluation_visibility"
  case auditCheckKinds = "audit.check_kinds"
  case auditIncidentReportTo = "audit.incident_report_to"
  case auditIncidentReportTime = "audit.incident_report_time"
  case auditViolationKinds = "audit.violation_kinds"
  case auditThirdPartyAuditor = "audit.third_party_auditor"
  case securityBackup = "security.backup"
  case securityDeidentify = "security.deidentify"
  case securityDestruction = "security.destruction"
  case securityCertificateDays = "security.certificate_days"
  case openTypes = "open.types"
  case openPlatform = "open.platform"
  case openReview = "open.review"
  case projectGateBlocks = "project_gate.blocks"

  // MARK: Clocks of ours

  case clockReminderDays = "clock.reminder_wd"
  case clockPromptlyDays = "clock.promptly_wd"
}
