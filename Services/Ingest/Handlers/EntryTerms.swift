// What a published entry of the catalogue means to Ingest: the schema of its rows and the terms of its delivery.

import Contracts
import IngestRules
import Regulation
import Vocabulary

extension EntrySchema {
  /// The schema of an entry. A row without its subject could never be found again, so the subject is required whatever
  /// the entry says.
  init(_ entry: CatalogV1.Entry) {
    self.init(
      items: entry.items.map(ItemSchema.init), excludesMinors: entry.excludesMinors,
      rejectThresholdPercent: entry.rejectThresholdPercent.map { Int($0) },
      isMembershipHarmless: entry.membershipHarmless)
  }
}

extension ItemSchema {
  init(_ item: CatalogV1.Item) {
    self.init(
      name: item.name, title: item.title, type: ItemType(item.type), role: ItemRole(item.role),
      isRequired: item.required || item.role == .subject,
      maximumLength: item.maxLength > 0 ? Int(item.maxLength) : nil,
      codes: Set(item.codes.map(\.value)),
      mask: item.mask.isEmpty ? .none : Mask(rawValue: item.mask) ?? .whole,
      documentType: item.standard)
  }
}

extension ItemType {
  init(_ type: CatalogV1.ItemType) {
    switch type {
    case .integer: self = .integer
    case .decimal: self = .decimal
    case .date: self = .date
    case .code: self = .code
    case .personID: self = .personIdentifier
    case .organisationID: self = .organisationIdentifier
    case .personName: self = .name
    case .otherDocumentID: self = .otherDocument
    case .text, .unspecified, .unrecognized: self = .text
    }
  }
}

extension ItemRole {
  init?(_ role: CatalogV1.ItemRole) {
    switch role {
    case .subject: self = .subject
    case .subjectName: self = .subjectName
    case .eventDate: self = .eventDate
    case .periodStart: self = .periodStart
    case .periodEnd: self = .periodEnd
    case .revokedMark: self = .revokedMark
    case .unspecified, .unrecognized: return nil
    }
  }
}

extension DataOrigin {
  init(_ origin: CatalogV1.Origin) {
    switch origin {
    case .selfBuilt: self = .selfBuilt
    case .upperLevel: self = .upperLevel
    case .noSystem: self = .noSystem
    // What is not known allows no more than the strictest.
    case .unspecified, .unrecognized: self = .selfBuilt
    }
  }
}

extension DeliveryMode {
  /// A file sent by a person is named differently by the regulations; all of them are a file here.
  init?(_ mode: IngestV1.DeliveryMode) {
    switch mode {
    case .table: self = .table
    case .file: self = .file
    case .interface: self = .api
    case .unspecified, .unrecognized: return nil
    }
  }

  var message: IngestV1.DeliveryMode {
    switch self {
    case .table, .backflow: .table
    case .file, .manualUpload, .fileUpload: .file
    case .api, .frontEndInterface: .interface
    }
  }
}

extension DeliveryTerms {
  /// - Parameter profile: The profile that governs the entry, by its reference.
  init(_ entry: CatalogV1.Entry, owner: DepartmentCode, profile: Profile) {
    let basis = RuleBasis(profile: profile.key)
    let interface = profile.interfaceNeedsReason
    self.init(
      owner: owner, isPublished: entry.state == .published, origin: DataOrigin(entry.origin),
      sourceSystem: SystemName(entry.sourceSystem),
      modes: profile.deliveryModes.map { OfferedModes(Set($0.value), citation: $0.citation) },
      tableOnlyForSelfBuilt: profile.selfBuiltDelivery?.citation,
      manualUploadOrigins: profile.manualUploadOrigins.map {
        OfferedOrigins(Set($0.value), citation: $0.citation)
      },
      reasonForInterface: interface?.value == true ? interface?.citation : nil, basis: basis,
      offCollectionList: entry.offCollectionList ? profile.collectionListBinds?.citation : nil)
  }
}
