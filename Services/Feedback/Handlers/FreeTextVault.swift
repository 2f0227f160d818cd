// The seal of what people wrote, and the code by which a repeated request is known, under keys of Feedback's keyring.

package import Crypto
package import Database
package import FeedbackStore
package import Vocabulary

/// Names of persons stand in causes, reasons and notes; outside the process they are read with the keyring alone (DESIGN 7).
package struct FreeTextVault: TextSeal {
  private static let resource = "feedback-texts"
  private let keys: PersonalSeal

  /// - Parameter now: Real time.
  package init(keyring: Keyring, random: any RandomSource, now: Instant) throws {
    keys = try PersonalSeal(
      keyring: keyring, resource: Self.resource, columns: Self.columns, random: random,
      now: now.milliseconds)
  }

  /// What rotates.
  package var sealing: TableSeal { keys.sealing }

  package func seal(
    _ text: [UInt8], at place: TextPlace, in transaction: borrowing WriteTransaction
  ) throws -> [UInt8] {
    try keys.sealing.seal(text, at: Self.context(place), in: transaction)
  }

  package func open(_ sealed: [UInt8], at place: TextPlace) throws -> [UInt8] {
    try keys.sealing.open(sealed, at: Self.context(place))
  }

  /// The digest by which a request that comes again is known.
  func digest(of request: [UInt8]) -> [UInt8] { keys.digest(ofRequest: request) }

  private static let columns = [
    SealedColumn(table: "issues", keys: ["id"], column: "body") {
      context(.issue(try $0["id"]))
    },
    SealedColumn(table: "issue_steps", keys: ["issue", "position"], column: "reason") {
      context(.step(issue: try $0["issue"], position: try $0["position"]))
    },
    SealedColumn(table: "receivers", keys: ["recall", "position"], column: "note") {
      context(.note(recall: try $0["recall"], position: try $0["position"]))
    },
    SealedColumn(table: "locating", keys: ["issue"], column: "subject") {
      context(.subject(issue: try $0["issue"]))
    },
  ]

  private static func context(_ place: TextPlace) -> SealContext {
    let (part, number) =
      switch place {
      case .issue(let issue): ("issue", issue)
      case .step(let issue, let position): ("step/\(position)", issue)
      case .note(let recall, let position): ("note/\(position)", recall)
      case .subject(let issue): ("subject", issue)
      }
    return SealContext(
      kind: part == "subject" ? .identity : .attachment, resource: resource, batch: part,
      recordID: number)
  }
}
