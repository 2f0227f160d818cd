// What people wrote is kept sealed: names stand in it. The keys are with the handlers.

package import Database

/// Where a sealed text stands; it opens nowhere else.
package enum TextPlace: Hashable, Sendable {
  /// The report of an issue with its clocks and the answer to it.
  case issue(Int64)
  /// The reason of a step of an issue's history.
  case step(issue: Int64, position: Int)
  /// Whom an issue is about, until the person's records are found.
  case subject(issue: Int64)
  /// What a receiver noted on a recall.
  case note(recall: Int64, position: Int)
}

/// Seals texts and opens them.
package protocol TextSeal: Sendable {
  /// In the transaction that stores it.
  func seal(_ text: [UInt8], at place: TextPlace, in transaction: borrowing WriteTransaction)
    throws -> [UInt8]
  func open(_ sealed: [UInt8], at place: TextPlace) throws -> [UInt8]
}

extension TextSeal {
  func seal(_ text: String, at place: TextPlace, in transaction: borrowing WriteTransaction)
    throws -> [UInt8]
  {
    try seal(Array(text.utf8), at: place, in: transaction)
  }

  func openText(_ sealed: [UInt8], at place: TextPlace) throws -> String {
    guard let text = String(validating: try open(sealed, at: place), as: UTF8.self) else {
      throw UnreadableIssue(what: "text")
    }
    return text
  }
}
