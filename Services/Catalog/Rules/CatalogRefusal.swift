// Every way in which the catalogue says no, with the article of the governing profile behind it or the access rule (AC-10 to AC-21).

package import Regulation
package import Vocabulary

/// A refusal of the catalogue. Of several, the rule that throws them says which is told first.
package enum CatalogRefusal: Refusal, Hashable {
  case notOwner(entry: String)
  case notReviewer(entry: String, expected: [Reviewer], citation: Citation?)
  case ownReview(entry: String)
  case outsideJurisdiction(owner: String)
  case noAuthorityAbove(entry: String, Reviewer, citation: Citation?)
  case noAdministrator(entry: String, citation: Citation?)
  case secondPersonNeeded(entry: String, citation: Citation?)
  case wrongState(entry: String, state: EntryState, action: BilingualText)
  case reasonMissing(action: BilingualText)
  case stateSecret
  case notInForce(resourceClass: String)
  case fieldMissing(path: String, term: BilingualText, citation: Citation)
  case fieldTooLong(path: String, limit: Int)
  case identityNumberInText(path: String)
  case unknownCategory(String)
  case classNotOfCategory(category: String, expected: String)
  case categoryChangesProfile(category: String)
  /// - origin: The text that made the category; it may be older than what governs.
  case categoryNotYours(String, owners: [String], origin: Citation, citation: Citation)
  case itemNameInvalid(path: String)
  case itemRepeated(path: String, name: String)
  case tooManyItems(limit: Int)
  case itemMalformed(path: String, rule: BilingualText)
  case identityItemMissing(IdentityItem, origin: Citation, citation: Citation)
  case shareTypeUnknown(path: String, ShareType, citation: Citation)
  case basisMissing(path: String, ShareType, citation: Citation)
  case basisInvalid(path: String, kind: BasisKind, allowed: [BasisKind], citation: Citation)
  case basisIncomplete(path: String)
  case instrumentUnknown(path: String, title: String, known: [String], citation: Citation)
  case codeTaken(String, by: String, owner: String, citation: Citation)
  case conditionsMissing(path: String, citation: Citation)
  case baseDataLocked(path: String, citation: Citation)
  case receivedData(path: String, from: String, citation: Citation)
  case claimedByOther(item: String, by: String, citation: Citation)
  case filingMissing(citation: Citation)
  case filingNotNeeded
  case secrecyReviewMissing(citation: Citation?)
  case typeNotYours(citation: Citation)
  case itemUnknown(path: String, name: String)
  case withdrawalNotRequested(entry: String)
  case notElectronic(entry: String)
  case sourceSystemForeign
  case systemNotRegistered(String)
  case bodyOutsideScope(BodyKind, citation: Citation)
  case businessOutsideScope(citation: Citation)
  case specialLawNotOpen(citation: Citation)
  case listingNotYours(ListingKind, citation: Citation)
  case listingWrongState(String, ListingState, action: BilingualText)
  case assignedAlready(path: String, item: String, by: String, to: String, citation: Citation)
  case guideNotMet(path: String, term: BilingualText, guide: String, citation: Citation)
  case sharedAlready(path: String, item: String, by: String, isBarred: Bool, citation: Citation)
  case catalogueOutOfReach(region: String)
  case packageNotBelieved(BilingualText)
  case groupDecisionMissing(path: String, citation: Citation)
  case activeSharingUnknown(path: String, citation: Citation)
  case columnsMissing([String])
  case notOpenable(path: String, mark: BilingualText, citation: Citation)
  case dutyNotNamed(DutyPost, citation: Citation)
  case coverageOutsideArea(path: String, area: String, citation: Citation)
  case functionNotRecorded(String, citation: Citation)
  case notOpenToAll(String, OpeningType, citation: Citation)
  case gate(GateRefusal)
  case systemNamed(path: String)
  case modeContradictsFormat(ResourceFormat, ShareMode)

  package var reason: String {
    switch self {
    case .notOwner: "catalog.not_owner"
    case .notReviewer: "catalog.not_reviewer"
    case .ownReview: "catalog.own_review"
    case .outsideJurisdiction: "catalog.outside_jurisdiction"
    case .noAuthorityAbove: "catalog.no_authority_above"
    case .noAdministrator: "catalog.no_administrator"
    case .secondPersonNeeded: "catalog.second_person_needed"
    case .wrongState: "catalog.wrong_state"
    case .reasonMissing: "catalog.reason_missing"
    case .stateSecret: "catalog.state_secret"
    case .notInForce: "catalog.no_profile_in_force"
    case .fieldMissing: "catalog.field_missing"
    case .fieldTooLong: "catalog.field_too_long"
    case .identityNumberInText: "catalog.identity_number_in_text"
    case .unknownCategory: "catalog.unknown_category"
    case .classNotOfCategory: "catalog.class_not_of_category"
    case .categoryChangesProfile: "catalog.category_changes_profile"
    case .categoryNotYours: "catalog.category_not_yours"
    case .itemNameInvalid: "catalog.item_name_invalid"
    case .itemRepeated: "catalog.item_repeated"
    case .tooManyItems: "catalog.too_many_items"
    case .itemMalformed: "catalog.item_malformed"
    case .identityItemMissing: "catalog.identity_item_missing"
    case .shareTypeUnknown: "catalog.share_type_unknown"
    case .basisMissing: "catalog.basis_missing"
    case .basisInvalid: "catalog.basis_invalid"
    case .basisIncomplete: "catalog.basis_incomplete"
    case .conditionsMissing: "catalog.conditions_missing"
    case .baseDataLocked: "catalog.base_data_locked"
    case .receivedData: "catalog.received_data"
    case .claimedByOther: "catalog.claimed_by_other"
    case .filingMissing: "catalog.filing_missing"
    case .filingNotNeeded: "catalog.filing_not_needed"
    case .secrecyReviewMissing: "catalog.secrecy_review_missing"
    case .typeNotYours: "catalog.type_not_yours"
    case .itemUnknown: "catalog.item_unknown"
    case .withdrawalNotRequested: "catalog.withdrawal_not_requested"
    case .notElectronic: "catalog.not_electronic"
    case .sourceSystemForeign: "catalog.source_system_foreign"
    case .systemNotRegistered: "catalog.system_not_registered"
    case .bodyOutsideScope: "catalog.body_outside_scope"
    case .businessOutsideScope: "catalog.business_outside_scope"
    case .specialLawNotOpen: "catalog.special_law_not_open"
    case .listingNotYours: "catalog.listing_not_yours"
    case .listingWrongState: "catalog.listing_wrong_state"
    case .assignedAlready: "catalog.assigned_already"
    case .guideNotMet: "catalog.guide_not_met"
    case .sharedAlready: "catalog.shared_already"
    case .catalogueOutOfReach: "catalog.catalogue_out_of_reach"
    case .packageNotBelieved: "catalog.package_not_believed"
    case .groupDecisionMissing: "catalog.group_decision_missing"
    case .activeSharingUnknown: "catalog.active_sharing_unknown"
    case .gate(let refusal): refusal.reason
    default: reasonOfBounds
    }
  }

  /// What contradicts itself, what a body may not do for what it is or has not seen to, and who may not read.
  private var reasonOfBounds: String {
    switch self {
    case .columnsMissing: "catalog.columns_missing"
    case .notOpenable: "catalog.not_openable"
    case .systemNamed: "catalog.system_named"
    case .modeContradictsFormat: "catalog.mode_contradicts_format"
    case .dutyNotNamed: "catalog.duty_not_named"
    case .coverageOutsideArea: "catalog.coverage_outside_area"
    case .functionNotRecorded: "catalog.function_not_recorded"
    case .instrumentUnknown: "catalog.instrument_unknown"
    case .codeTaken: "catalog.resource_code_taken"
    default: "catalog.not_open_to_all"
    }
  }

  package var kind: RefusalKind {
    switch self {
    case .notOwner, .notReviewer, .ownReview, .outsideJurisdiction, .categoryNotYours,
      .typeNotYours, .secondPersonNeeded, .receivedData, .bodyOutsideScope, .businessOutsideScope,
      .listingNotYours, .catalogueOutOfReach, .coverageOutsideArea, .functionNotRecorded,
      .notOpenToAll:
      .notAllowed
    case .wrongState, .notInForce, .filingMissing, .filingNotNeeded, .claimedByOther,
      .secrecyReviewMissing, .withdrawalNotRequested, .categoryChangesProfile,
      .systemNotRegistered, .noAuthorityAbove, .notElectronic, .noAdministrator,
      .listingWrongState, .assignedAlready, .sharedAlready, .packageNotBelieved,
      .groupDecisionMissing, .dutyNotNamed:
      .wrongState
    case .codeTaken: .alreadyExists
    case .gate(let refusal): refusal.kind
    default: .malformed
    }
  }

  package var field: String? {
    switch self {
    case .fieldMissing(let path, _, _), .fieldTooLong(let path, _), .itemNameInvalid(let path),
      .itemRepeated(let path, _), .itemMalformed(let path, _), .shareTypeUnknown(let path, _, _),
      .basisMissing(let path, _, _), .basisInvalid(let path, _, _, _), .basisIncomplete(let path),
      .conditionsMissing(let path, _), .baseDataLocked(let path, _), .itemUnknown(let path, _),
      .identityNumberInText(let path), .receivedData(let path, _, _),
      .coverageOutsideArea(let path, _, _), .instrumentUnknown(let path, _, _, _):
      path
    case .typeNotYours: "share_types"
    case .codeTaken: "entry.resource_code"
    case .secrecyReviewMissing: "secrecy_passed"
    case .reasonMissing: "reason"
    case .stateSecret: "entry.secrecy"
    case .notInForce, .classNotOfCategory: "entry.resource_class"
    case .unknownCategory, .categoryNotYours, .categoryChangesProfile: "entry.category"
    case .tooManyItems, .identityItemMissing, .claimedByOther: "entry.items"
    case .filingMissing, .filingNotNeeded: "filing"
    case .notElectronic: "entry.data_form"
    case .sourceSystemForeign, .systemNotRegistered: "source_system"
    case .bodyOutsideScope, .dutyNotNamed: "entry.owner"
    case .functionNotRecorded: "entry.function"
    case .notOpenToAll: "listing"
    case .businessOutsideScope: "entry.business_class"
    case .specialLawNotOpen: "entry.share_type"
    case .guideNotMet(let path, _, _, _), .sharedAlready(let path, _, _, _, _),
      .assignedAlready(let path, _, _, _, _),
      .groupDecisionMissing(let path, _), .activeSharingUnknown(let path, _),
      .notOpenable(let path, _, _):
      path
    case .catalogueOutOfReach: "region"
    case .packageNotBelieved: "head"
    case .columnsMissing: "resource.columns"
    case .gate(let refusal): refusal.field
    case .systemNamed(let path): path
    case .modeContradictsFormat: "entry.share_mode"
    default: nil
    }
  }

  /// An article of the profile that governs, or the access rule of ours; never another city's text.
  package var citation: Citation? {
    switch self {
    case .notOwner: .accessRule(10)
    case .ownReview: .accessRule(11)
    case .outsideJurisdiction: .accessRule(12)
    case .stateSecret: .accessRule(18)
    case .sourceSystemForeign: .accessRule(30)
    case .catalogueOutOfReach: .accessRule(74)
    case .packageNotBelieved, .systemNamed, .modeContradictsFormat:
      Citation(document: Citation.productDocument, article: "catalog")
    case .columnsMissing: Citation(document: Citation.productDocument, article: "e.1")
    case .listingWrongState: Citation(document: Citation.productDocument, article: "registers")
    case .systemNotRegistered: .accessRule(3)
    // Who is meant stands with the identities alone, never beside what is said of him.
    case .identityNumberInText: .accessRule(33)
    // The source with a legal reason, and the authority.
    case .withdrawalNotRequested: Citation(document: Citation.productDocument, article: "e.1")
    // A case is judged by one profile from its beginning to its end.
    case .classNotOfCategory, .categoryChangesProfile:
      Citation(document: Citation.productDocument, article: "D43")
    case .notReviewer(_, _, let citation): citation ?? .accessRule(11)
    case .noAuthorityAbove(_, _, let citation), .secrecyReviewMissing(let citation),
      .noAdministrator(_, let citation), .secondPersonNeeded(_, let citation):
      citation
    case .fieldMissing(_, _, let citation), .categoryNotYours(_, _, _, let citation),
      .identityItemMissing(_, _, let citation), .shareTypeUnknown(_, _, let citation),
      .basisMissing(_, _, let citation), .basisInvalid(_, _, _, let citation),
      .conditionsMissing(_, let citation), .baseDataLocked(_, let citation),
      .claimedByOther(_, _, let citation), .receivedData(_, _, let citation),
      .filingMissing(let citation),
      .typeNotYours(let citation), .bodyOutsideScope(_, let citation),
      .businessOutsideScope(let citation), .specialLawNotOpen(let citation),
      .listingNotYours(_, let citation), .guideNotMet(_, _, _, let citation),
      .sharedAlready(_, _, _, _, let citation), .assignedAlready(_, _, _, _, let citation),
      .groupDecisionMissing(_, let citation),
      .activeSharingUnknown(_, let citation), .notOpenable(_, _, let citation),
      .dutyNotNamed(_, let citation), .coverageOutsideArea(_, _, let citation),
      .functionNotRecorded(_, let citation), .notOpenToAll(_, _, let citation),
      .instrumentUnknown(_, _, _, let citation), .codeTaken(_, _, _, let citation):
      citation
    case .gate(let refusal): refusal.citation
    default: nil
    }
  }

  package var nextStep: BilingualText? {
    switch self {
    case .claimedByOther:
      BilingualText(
        "如确应变更来源，请数据主管部门会同机构编制部门先行调整。",
        "Where the source should change, the authority and the staffing office move it first.")
    case .receivedData:
      BilingualText(
        "需要数据的部门应直接向来源部门申请。", "Whoever needs these data applies to their source.")
    case .filingMissing:
      BilingualText(
        "请主管部门先登记备案：weir catalog file。", "Let the authority file it first: weir catalog file.")
    case .secrecyReviewMissing:
      BilingualText(
        "请审核人完成保密审查：weir catalog review … approve --secrecy-passed。",
        "Let a reviewer pass it: weir catalog review … approve --secrecy-passed.")
    case .noAuthorityAbove:
      BilingualText(
        "请先登记上一级数据主管部门：weir department register … --level …，再提交。",
        "Have the authority above registered first: weir department register … --level …; then submit."
      )
    case .noAdministrator:
      BilingualText(
        "请先指定：weir department person roles … --role population-base-administrator，再提交。",
        "Have one named first: weir department person roles … --role population-base-administrator; then submit."
      )
    case .identityNumberInText:
      BilingualText("请删去号码。", "Take the number out.")
    case .secondPersonNeeded:
      BilingualText("请由另一人审核。", "Let another person review it.")
    case .systemNotRegistered:
      BilingualText(
        "请先登记或启用该系统：weir department system add|state。",
        "Register or enable it first: weir department system add|state.")
    case .categoryChangesProfile:
      BilingualText(
        "请另行编制该分类的条目：weir catalog draft。",
        "Draft an entry of its own for that category: weir catalog draft.")
    case .withdrawalNotRequested:
      BilingualText(
        "请来源部门负责人先行申请：weir catalog withdraw … --reason … --basis …。",
        "Let the head of the source ask first: weir catalog withdraw … --reason … --basis ….")
    case .typeNotYours:
      BilingualText(
        "请退回并写明理由，由来源部门修改。", "Return it with the reason, so that the source changes it.")
    case .basisInvalid, .basisMissing, .basisIncomplete:
      BilingualText(
        "请写明文件名称和条款；没有依据的，应无条件共享。",
        "Name the document and its article; what has no basis is shared unconditionally.")
    case .wrongState(let entry, _, _):
      BilingualText(
        "weir catalog show \(entry) 可查看其经过。", "See what led to it: weir catalog show \(entry).")
    case .outsideJurisdiction, .notOwner:
      BilingualText("请由归属部门办理。", "Ask the owning department to do it.")
    default: nextStepOfLists
    }
  }
}
