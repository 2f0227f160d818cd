// What a profile says about the catalogue (policies.md a.4 catalog.*).

package import Vocabulary

/// How a due share type is decided when the source does not decide alone (hebi-2021/14.4, luyi-2019/10).
package enum TypeDecider: String, ClosedList {
  case sameLevelAuthority = "same_level_authority"
  case cityAuthority = "city_authority"
  case constructionGroup = "construction_group"

  package var term: BilingualText {
    switch self {
    case .sameLevelAuthority: BilingualText("同级数据主管部门", "authority of the same level")
    case .cityAuthority: BilingualText("市级数据主管部门", "city authority")
    case .constructionGroup: BilingualText("建设小组", "construction group")
    }
  }
}

/// Which part of base data may be nothing but unconditional (hebi-2021/14.2, guangdong-2018/17.2, luyi-2019/10).
package enum BaseDataRule: String, ClosedList {
  case wholeBaseDatabases = "whole_base_databases"
  case basicItems = "basic_items"
  case identifyingItems = "identifying_items"

  package var term: BilingualText {
    switch self {
    case .wholeBaseDatabases: BilingualText("基础数据库整体", "whole base databases")
    case .basicItems: BilingualText("基础数据项", "basic items")
    case .identifyingItems: BilingualText("标识性信息", "identifying items")
    }
  }
}

/// How far an entry must have come within the term after law or function changed (meizhou-specific-2021/10b, meizhou-public-2023/8a,
/// hebi-2021/10a).
package enum ChangeGoal: String, ClosedList {
  case updated, submitted, applied

  package var term: BilingualText {
    switch self {
    case .updated: BilingualText("完成更新", "updated")
    case .submitted: BilingualText("更新并报审", "updated and submitted")
    case .applied: BilingualText("申请更新", "applied for")
    }
  }
}

extension Profile {
  /// What ends the clock after a change of law or function.
  package var changeMustReach: Provision<ChangeGoal>? {
    choice(.catalogChangeMustReach, of: ChangeGoal.self)
  }

  /// Items that every entry must have (meizhou-specific-2021/9c).
  package var mandatoryIdentityItems: Provision<[IdentityItem]>? {
    list(.catalogMandatoryIdentityItems, of: IdentityItem.self)
  }

  /// Fields that every entry must fill (meizhou-public-2023/7.3, luyi-2019/8.1b).
  package var requiredEntryFields: Provision<[EntryField]>? {
    list(.catalogRequiredFields, of: EntryField.self)
  }

  /// The ways in which data may be obtained, of which an entry names one (meizhou-specific-2021/16, guangdong-2018/12).
  package var acquisitionModes: Provision<[AcquisitionMode]>? {
    list(.catalogAcquisitionModes, of: AcquisitionMode.self)
  }

  /// Whether the law, the producing system or the agreement is named with it (guangdong-2018/12).
  package var acquisitionReferenceRequired: Provision<Bool>? {
    flag(.catalogAcquisitionReference)
  }

  /// What must be said of why data are obtained (meizhou-specific-2021/17, hebi-2021/11.1, guangdong-2018/13.1).
  package var collectionGrounds: Provision<[CollectionGround]>? {
    list(.catalogCollectionGrounds, of: CollectionGround.self)
  }

  /// The share types there are; luyi-2019 knows no "not shared" (D06).
  package var shareTypes: Provision<[ShareType]>? { list(.catalogShareTypes, of: ShareType.self) }

  /// Basis kinds that may make an item conditional or not shared; `nil` for unconditional, or where nothing is said.
  package func typingBasis(for type: ShareType) -> Provision<[BasisKind]>? {
    switch type {
    case .unconditional: nil
    case .conditional: list(.catalogBasisConditional, of: BasisKind.self)
    case .notShared: list(.catalogBasisNotShared, of: BasisKind.self)
    }
  }

  /// The instruments that may be named without their wording where a text asks for known ones (hebi-2021/1): those it stands on and the
  /// text itself; `nil` where any may be named.
  package var knownInstruments: Provision<[String]>? {
    word(.catalogBasisInstruments)?.map { _ in
      (words(.legalBases)?.value ?? []) + [document.title]
    }
  }

  /// The type an item has when no basis is stated; `nil`: back to the source for completion (D09).
  package var typeWithoutBasis: Provision<ShareType>? {
    choice(.catalogDefaultWithoutBasis, of: ShareType.self)
  }

  /// With whom a not-shared entry is filed before publication (meizhou-public-2023/10.2b).
  package var notSharedFiling: Provision<Reviewer>? {
    choice(.catalogNotSharedFiling, of: Reviewer.self)
  }

  /// Who fixes the share type; `nil`: the source, with its basis (D10).
  package var typeDecider: Provision<TypeDecider>? {
    choice(.catalogTypeDecidedBy, of: TypeDecider.self)
  }

  package var baseDataUnconditional: Provision<BaseDataRule>? {
    choice(.catalogBaseDataUnconditional, of: BaseDataRule.self)
  }

  /// Who approves a version before publication; `nil`: nobody, publishing is a technical check (e.1).
  package func entryReviewers(isUpdate: Bool) -> Provision<[Reviewer]>? {
    if isUpdate, let update = list(.catalogReviewerUpdate, of: Reviewer.self) { return update }
    return list(.catalogReviewer, of: Reviewer.self)
  }

  /// Whether a datum has one source and no second (meizhou-public-2023/11b).
  package var singleSource: Provision<Bool>? { flag(.catalogSingleSource) }

  /// Whether a secrecy review must be passed before publication (meizhou-public-2023/39.1e, hebi-2021/15.3).
  package var secrecyReviewRequired: Provision<Bool>? { flag(.catalogSecrecyReviewRequired) }
}
