// What the registry tells the log and the other services of its changes.

import Access
import Database
import Vocabulary

/// A change, told to the outbox.
struct RegistryEvent: Sendable {
  /// `registry.person_disabled`.
  let topic: String
  /// The name of what changed.
  let subject: String
  let fields: [(String, String)]
}

extension WriteTransaction {
  /// Puts the event into the outbox, in this transaction, with who did it and by which call.
  func record(_ event: RegistryEvent, by call: CallContext, now: Instant) throws {
  }
}
