// Whom a record is about: the identifier by which it is found (FORMATS, identifiers on the wire and rolls).

package import Vocabulary

/// A subject before it becomes a token.
package enum SubjectIdentifier: Hashable, Sendable {
  /// GB 11643 or GB 32100, packed as every client packs it.
  case block(IdentifierBlock)
  /// Another document; packed by Ingest alone, under its own key.
  case document(type: String, number: String)

  /// 16 bytes of what is packed in public; of a document none.
  package var bytes: [UInt8] {
    switch self {
    case .block(let block): block.bytes
    case .document: []
    }
  }
}

extension EntrySchema {
  /// The subject of a checked row; `nil` where the row has none.
  package func subject(of row: CheckedRow) -> SubjectIdentifier? {
    guard let index = index(of: .subject) else { return nil }
    switch row.values[index].value {
    case .person(let person): return .block(IdentifierBlock(person))
    case .organisation(let organisation): return .block(IdentifierBlock(organisation))
    case .text(let text):
      return .document(type: items[index].documentType, number: documentNumber(text))
    case .integer, .date, .absent: return nil
    }
  }
}
