// What a profile says of whom and what it governs (policies.md a.2 policy.applicability-scope).

package import Vocabulary

/// A right in data (hebi-2021/5).
package enum DataRight: String, ClosedList {
  case ownership, collection, management, use, income

  package var term: BilingualText {
    switch self {
    case .ownership: BilingualText("所有权", "ownership")
    case .collection: BilingualText("采集权", "collection")
    case .management: BilingualText("管理权", "management")
    case .use: BilingualText("使用权", "use")
    case .income: BilingualText("收益权", "income")
    }
  }
}

/// What becomes of data that another department shares already (hebi-2021/11.1b, guangdong-2018/13.2).
package enum DuplicateRule: String, ClosedList {
  /// Refused, unless the authority gives leave.
  case refused
  /// Told; the source says why it goes on.
  case reasoned

  package var term: BilingualText {
    switch self {
    case .refused: BilingualText("不得重复采集", "refused")
    case .reasoned: BilingualText("须说明理由", "with a reason")
    }
  }
}

extension Profile {
  /// The kinds of body that may register and own entries; `nil`: every kind.
  package var bodyKinds: Provision<[BodyKind]>? { list(.scopeBodyKinds, of: BodyKind.self) }

  /// Those that follow it by reference only.
  package var byReferenceKinds: Provision<[BodyKind]>? {
    list(.scopeByReferenceKinds, of: BodyKind.self)
  }

  /// What an operator is (guangdong-2018/32.4); `nil` where no text says.
  package var operatorKinds: Provision<[BodyKind]>? { list(.scopeOperatorKinds, of: BodyKind.self) }

  /// Whether an authority is registered with the document that named it (guangdong-2018/32.2).
  package var authorityNeedsDocument: Provision<Bool>? { flag(.scopeAuthorityDocument) }

  /// Whether a body provides and asks for what its recorded functions cover alone (luyi-2019/5.i2).
  package var functionsBind: Provision<Bool>? {
    flag(.scopeFunctionsBind).flatMap { $0.value ? $0 : nil }
  }

  /// Whether a body delivers what stands on its collection list alone, once it has one (meizhou-public-2023/11c).
  package var collectionListBinds: Provision<Bool>? {
    flag(.ingestCollectionListBinds).flatMap { $0.value ? $0 : nil }
  }

  /// Set where data of public enterprises that are not of a public service stay outside (meizhou-public-2023/2.2).
  package var utilitiesExcluded: Provision<String>? {
    word(.scopeUtilities).flatMap { $0.value == "excluded" ? $0 : nil }
  }

  /// Set where a law or regulation on the data is followed instead of the text (meizhou-public-2023/2.3).
  package var otherLawFollowed: Provision<String>? {
    word(.scopeSpecialLaw).flatMap { $0.value == "followed" ? $0 : nil }
  }

  /// The classes that are shared without being asked for (luyi-2019/10).
  package var activeSharing: Provision<[ActiveSharing]>? {
    list(.catalogActiveSharing, of: ActiveSharing.self)
  }

  /// The rights in data that the text knows (hebi-2021/5).
  package var dataRights: Provision<[DataRight]>? { list(.catalogDataRights, of: DataRight.self) }

  package var duplicateRule: Provision<DuplicateRule>? {
    choice(.catalogDuplicates, of: DuplicateRule.self)
  }

  /// Whether the text is about data with these tags: one that names the four bases alone leaves what is none of them (luyi-2019/2).
  func covers(_ tags: Set<String>) -> Bool {
    guard let kinds = words(.scopeDataKinds)?.value else { return true }
    return !tags.contains(Profile.otherClass)
      || !kinds.allSatisfy { BaseKind(rawValue: $0) != nil }
  }

  /// The class of resources that are of none of the four bases.
  package static let otherClass = "other"
}

extension Profile {
  /// Whether the ground is published of what is opened conditionally or not at all (hebi-2021/18.3).
  package var openBasisPublished: Provision<Bool>? {
    flag(.openBasisPublished).flatMap { $0.value ? $0 : nil }
  }

  /// Who looks at what is to be opened first (hebi-2021/19.2a); `nil` where the text asks for nobody.
  package var openReview: Provision<Reviewer>? { choice(.openReview, of: Reviewer.self) }
}
