// The enumerations of weir.catalog.v1, member by member, as the rules name them.

import CatalogRules
import Contracts
import Vocabulary

extension CatalogV1.Origin {
  var origin: DataOrigin? {
    switch self {
    case .selfBuilt: .selfBuilt
    case .upperLevel: .upperLevel
    case .noSystem: .noSystem
    case .unspecified, .unrecognized: nil
    }
  }

  init(_ origin: DataOrigin) {
    switch origin {
    case .selfBuilt: self = .selfBuilt
    case .upperLevel: self = .upperLevel
    case .noSystem: self = .noSystem
    }
  }
}

extension CatalogV1.SecrecyMark {
  var mark: SecrecyMark? {
    switch self {
    case .notSecret: SecrecyMark.none
    case .tradeSecret: .tradeSecret
    case .privacy: .privacy
    case .stateSecret: .stateSecret
    case .secret: .secret
    case .confidential: .confidential
    case .topSecret: .topSecret
    case .unspecified, .unrecognized: nil
    }
  }

  init(_ mark: SecrecyMark) {
    switch mark {
    case .none: self = .notSecret
    case .tradeSecret: self = .tradeSecret
    case .privacy: self = .privacy
    case .stateSecret: self = .stateSecret
    case .secret: self = .secret
    case .confidential: self = .confidential
    case .topSecret: self = .topSecret
    }
  }
}

extension EntryState {
  var message: CatalogV1.EntryState {
    switch self {
    case .draft: .draft
    case .submitted: .submitted
    case .returned: .returned
    case .approved: .approved
    case .published: .published
    case .superseded: .superseded
    case .withdrawn: .withdrawn
    }
  }
}

extension CatalogV1.EntryState {
  var state: EntryState? {
    EntryState.allCases.first { $0.message == self }
  }
}

extension CatalogV1.ItemType {
  var type: ItemType? { ItemType.allCases.first { CatalogV1.ItemType($0) == self } }

  init(_ type: ItemType) {
    switch type {
    case .text: self = .text
    case .integer: self = .integer
    case .decimal: self = .decimal
    case .date: self = .date
    case .code: self = .code
    case .personID: self = .personID
    case .organisationID: self = .organisationID
    case .personName: self = .personName
    case .otherDocumentID: self = .otherDocumentID
    }
  }
}

extension CatalogV1.ItemRole {
  var role: ItemRole { ItemRole.allCases.first { CatalogV1.ItemRole($0) == self } ?? .none }

  init(_ role: ItemRole) {
    switch role {
    case .none: self = .unspecified
    case .subject: self = .subject
    case .subjectName: self = .subjectName
    case .eventDate: self = .eventDate
    case .periodStart: self = .periodStart
    case .periodEnd: self = .periodEnd
    case .revokedMark: self = .revokedMark
    }
  }
}
