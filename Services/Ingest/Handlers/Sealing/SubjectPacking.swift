// From a subject to the block under its token.

import Contracts
import Crypto
import IngestRules
import Vocabulary

extension RegisterKeySet {
  /// The block of a subject; other documents are packed under the register's own key, here alone.
  func block(of subject: SubjectIdentifier) -> IdentifierBlock {
    switch subject {
    case .block(let block): return block
    case .document(let type, let number):
      let digest = documents.code(of: Array("\(type)\0\(number)".utf8))
      guard let block = IdentifierBlock(otherDocument: digest) else {
        preconditionFailure("an HMAC-SHA-256 has more than 15 bytes")
      }
      return block
    }
  }
}

extension SubjectIdentifier {
  /// A subject as submitted: a public block, or a document's type and number.
  init(_ subject: IngestV1.Subject?) throws(DataRefusal) {
    guard let subject else { throw .subjectMalformed(field: "subject") }
    if !subject.block.isEmpty {
      guard let block = IdentifierBlock(wire: subject.block) else {
        throw .subjectMalformed(field: "subject.block")
      }
      self = .block(block)
      return
    }
    let number = documentNumber(subject.documentNumber)
    guard !subject.documentType.isEmpty, !number.isEmpty else {
      throw .subjectMalformed(field: "subject.document_number")
    }
    self = .document(type: subject.documentType, number: number)
  }
}
