// What services ask of the catalogue's answers about items.

package import Vocabulary

extension CatalogV1.ShareType {
  /// `nil` where the sender names none: the entry's type holds then. A type that this program does not know is not shared.
  package var type: ShareType? {
    switch self {
    case .unconditional: .unconditional
    case .conditional: .conditional
    case .notShared, .unrecognized: .notShared
    case .unspecified: nil
    }
  }

  package init(_ type: ShareType) {
    switch type {
    case .unconditional: self = .unconditional
    case .conditional: self = .conditional
    case .notShared: self = .notShared
    }
  }
}
