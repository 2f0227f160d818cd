// One change that a caller asks for by a `request_id`: authorised each time, done once, and told again to who repeats it.

package import Integrity

/// What a change answers.
package struct ChangeAnswer: Sendable {
  /// What the body answered, now or when the request came first.
  package let bytes: [UInt8]
  /// Of the entry that says what was done; nil where nothing was logged.
  package let receipt: Receipt?
}

extension SQLDatabase {
  /// Does a change in one transaction, or finds that it was done.
  ///
  /// A replay is authorised and logged like the first request, and judged by nothing else: what changed since does not matter to it
  /// (DESIGN.md, section 5).
  ///
  /// - Parameters:
  ///   - keyList: Goes out with the receipt.
  ///   - authorise: Throws where the caller may not ask for this at all; asked of a replay, too.
  ///   - replayed: Appends the entry that says that the answer was given again.
  ///   - body: Makes the change; its first entry is the one of which the receipt speaks.
  /// - Returns: `nil` where the `request_id` stood for other content.
  package func change(
    _ key: RequestKey, digest: [UInt8], receiptUnder keyList: SignedNote,
    authorise: @escaping @Sendable (borrowing WriteTransaction) throws -> Void,
    replayed: @escaping @Sendable (borrowing WriteTransaction) throws -> Void,
    _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> [UInt8]
  ) async throws -> ChangeAnswer? {
    let done = try await writeWithEvidence { transaction -> (bytes: [UInt8], kept: Receipt?)? in
      try authorise(transaction)
      switch try transaction.replay(of: key, digest: digest) {
      case .conflict: return nil
      case .same(let answer?):
        try replayed(transaction)
        return (answer, try transaction.keptReceipt(of: key))
      case .same(nil), .new: break
      }
      let answer = try body(transaction)
      try transaction.keep(answer: answer, of: key, receiptUnder: keyList)
      return (answer, nil)
    }
    return done.value.map { value in
      ChangeAnswer(
        bytes: value.bytes,
        receipt: value.kept ?? done.evidence?.receipts(keys: keyList).first)
    }
  }
}
