// Who may deliver to an entry, and in which mode (AC-30, AC-34; meizhou-public-2023/12, meizhou-specific-2021/12).

package import Vocabulary

/// The modes of delivery that a profile offers (`ingest.modes`).
package struct OfferedModes: Hashable, Sendable {
  package let allowed: Set<DeliveryMode>
  package let citation: Citation

  package init(_ allowed: Set<DeliveryMode>, citation: Citation) {
    self.allowed = allowed
    self.citation = citation
  }
}

/// From which origins a person may upload by hand (`ingest.manual_upload_origins`).
package struct OfferedOrigins: Hashable, Sendable {
  package let allowed: Set<DataOrigin>
  package let citation: Citation

  package init(_ allowed: Set<DataOrigin>, citation: Citation) {
    self.allowed = allowed
    self.citation = citation
  }
}

/// What an entry and its governing profile say about delivery.
package struct DeliveryTerms: Hashable, Sendable {
  package let owner: DepartmentCode
  package let isPublished: Bool
  package let origin: DataOrigin
  /// The registered system that fills the entry; `nil` where none is named.
  package let sourceSystem: SystemName?
  /// `nil` where the profile sets none.
  package let modes: OfferedModes?
  /// The article by which a self-built system's data come as a table only (`ingest.self_built`), if the profile has one.
  package let tableOnlyForSelfBuilt: Citation?
  /// `nil` where the profile sets none.
  package let manualUploadOrigins: OfferedOrigins?
  /// The article by which an interface needs a reason (`ingest.api_needs_reason`), if the profile has one.
  package let reasonForInterface: Citation?
  package let basis: RuleBasis
  /// The article by which the source may not collect these data: its collection list does not name them (meizhou-public-2023/11c).
  package let offCollectionList: Citation?

  package init(
    owner: DepartmentCode, isPublished: Bool, origin: DataOrigin, sourceSystem: SystemName?,
    modes: OfferedModes?, tableOnlyForSelfBuilt: Citation?, manualUploadOrigins: OfferedOrigins?,
    reasonForInterface: Citation?, basis: RuleBasis, offCollectionList: Citation? = nil
  ) {
    self.offCollectionList = offCollectionList
    self.owner = owner
    self.isPublished = isPublished
    self.origin = origin
    self.sourceSystem = sourceSystem
    self.modes = modes
    self.tableOnlyForSelfBuilt = tableOnlyForSelfBuilt
    self.manualUploadOrigins = manualUploadOrigins
    self.reasonForInterface = reasonForInterface
    self.basis = basis
  }
}

/// How somebody wants to deliver.
package struct DeliveryOffer: Hashable, Sendable {
  package let department: DepartmentCode
  /// The system of the client certificate; `nil` under a person certificate.
  package let system: SystemName?
  /// Whether a person's own certificate was shown.
  package let hasPersonCertificate: Bool
  package let mode: DeliveryMode
  package let reason: String
  package let asOf: CivilDate

  package init(
    department: DepartmentCode, system: SystemName?, hasPersonCertificate: Bool,
    mode: DeliveryMode, reason: String, asOf: CivilDate
  ) {
    self.department = department
    self.system = system
    self.hasPersonCertificate = hasPersonCertificate
    self.mode = mode
    self.reason = reason
    self.asOf = asOf
  }
}

extension DeliveryMode {
  /// Uploaded by a person's hand rather than fed by a system.
  package var isByHand: Bool {
    switch self {
    case .file, .manualUpload, .fileUpload: true
    case .table, .api, .backflow, .frontEndInterface: false
    }
  }

  package var isInterface: Bool { self == .api }
}

/// Whether a batch may be opened in this way. The refusals, in their order of precedence:
///
/// 1. not the owner (AC-30; meizhou-specific-2021/7, luyi-2019/17, hebi-2021/27)
/// 2. the entry is not published
/// 3. the source may not collect these data (meizhou-public-2023/11c)
/// 4. by hand into a self-built system's entry, or into one of an origin from which the profile takes none by hand
///    (AC-34, meizhou-public-2023/12b, 12d)
/// 5. a mode the profile does not offer
/// 6. an interface without a reason (AC-34, meizhou-specific-2021/12b)
/// 7. the certificate does not fit the mode: a table wants the entry's registered system, a file a person
/// 8. an as-of day in the future
package func checkDelivery(
  _ offer: DeliveryOffer, under terms: DeliveryTerms, today: CivilDate
) throws(IngestRefusal) {
  guard offer.department == terms.owner else {
    throw .notOwner(citation: terms.basis.delivery)
  }
  guard terms.isPublished else { throw .entryNotPublished }
  if let citation = terms.offCollectionList { throw .offCollectionList(citation: citation) }
  if terms.origin == .selfBuilt, offer.mode.isByHand, let citation = terms.tableOnlyForSelfBuilt {
    throw .manualUploadRefused(citation: citation)
  }
  if let origins = terms.manualUploadOrigins, offer.mode.isByHand,
    !origins.allowed.contains(terms.origin)
  {
    throw .manualUploadOfOrigin(terms.origin, citation: origins.citation)
  }
  if let modes = terms.modes, !modes.allowed.contains(where: { $0.isSameWay(as: offer.mode) }) {
    throw .modeNotOffered(mode: offer.mode, citation: modes.citation)
  }
  if offer.mode.isInterface, let citation = terms.reasonForInterface,
    offer.reason.allSatisfy(\.isWhitespace)
  {
    throw .interfaceReasonMissing(citation: citation)
  }
  if offer.mode.isByHand {
    guard offer.hasPersonCertificate else { throw .personNeeded(mode: offer.mode) }
  } else {
    guard let system = offer.system else { throw .systemNeeded(mode: offer.mode) }
    if let expected = terms.sourceSystem, system != expected {
      throw .otherSystem(expected: expected)
    }
  }
  guard offer.asOf <= today else { throw .asOfInFuture(today: today) }
}

/// Whether who goes on with a batch may: a table is fed by the system that opened it, a file by a person, and the batch of a
/// correction by nobody (AC-31, AC-34, luyi-2019/18).
///
/// - Parameters:
///   - opener: Who opened the batch, as entries name principals.
///   - principal: Who goes on.
package func checkHand(
  mode: DeliveryMode, kind: BatchKind, opener: String, principal: String,
  hasPersonCertificate: Bool
) throws(IngestRefusal) {
  guard kind != .correction else { throw .batchOfCorrection }
  if mode.isByHand {
    guard hasPersonCertificate else { throw .personNeeded(mode: mode) }
  } else {
    guard !hasPersonCertificate else { throw .systemNeeded(mode: mode) }
    if principal != opener,
      let name = ResourceName(opener, in: .systems).flatMap({ SystemName($0.id) })
    {
      throw .otherSystem(expected: name)
    }
  }
}

extension DeliveryMode {
  /// The regulations name the same thing differently: 文件, 文件上传 and 人工网络上传 are all a file sent by a person.
  fileprivate func isSameWay(as other: DeliveryMode) -> Bool {
    self == other || (isByHand && other.isByHand)
      || (isFrontEnd && other.isFrontEnd) || (isTable && other.isTable)
  }

  private var isFrontEnd: Bool { self == .frontEndInterface || self == .api }
  private var isTable: Bool { self == .table || self == .backflow }
}
