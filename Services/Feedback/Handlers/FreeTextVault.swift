// The seal of what people wrote, under a key of Feedback's keyring.

package import Crypto
package import FeedbackStore
package import Vocabulary

/// Names of persons stand in causes, reasons and notes; outside the process they are read with the keyring alone (DESIGN 7).
package struct FreeTextVault: TextSeal {
  private static let resource = "feedback-texts"
  private let sealing: ResourceSeal

  /// - Parameter now: Real time.
  package init(keyring: Keyring, random: any RandomSource, now: Instant) throws {
    sealing = try ResourceSeal(
      keyring: keyring, resource: Self.resource, random: random, now: now.milliseconds)
  }

  package func seal(_ text: [UInt8], at place: TextPlace) throws -> [UInt8] {
    try sealing.seal(text, at: Self.context(place))
  }

  package func open(_ sealed: [UInt8], at place: TextPlace) throws -> [UInt8] {
    try sealing.open(sealed, at: Self.context(place))
  }

  private static func context(_ place: TextPlace) -> SealContext {
    let (part, number) =
      switch place {
      case .issue(let issue): ("issue", issue)
      case .step(let issue, let position): ("step/\(position)", issue)
      case .note(let recall, let position): ("note/\(position)", recall)
      }
    return SealContext(kind: .attachment, resource: resource, batch: part, recordID: number)
  }
}
