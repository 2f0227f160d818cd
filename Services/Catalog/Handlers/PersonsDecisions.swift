// What people sign of the catalogue: what their statements say, and how each is taken, once (DESIGN.md section 6).

import Access
import CatalogRules
import CatalogStore
import Contracts
import Crypto
import Database
import Integrity
import Regulation
import Vocabulary

extension CatalogServer {
  /// What a person is to sign, or has signed, of a step.
  struct Signing: Sendable {
    let action: DecisionAction
    let signed: CommonV1.SignedDecision?
    /// What he decides beside what becomes of the version.
    var words = JSONObject()

    init(
      _ action: DecisionAction, _ signed: CommonV1.SignedDecision?, _ words: JSONObject = [:]
    ) {
      self.action = action
      self.signed = signed
      self.words = words
    }

    /// The version as it becomes: whose it is, what it says, and how each item is shared; Ingest holds unconditional grants to it.
    func decision(on current: EntryVersion, as next: EntryVersion) -> Decision {
      var decided = words
      decided["to"] = .string(next.state.rawValue)
      decided["title"] = .string(next.content.title)
      decided["owner"] = .string(ResourceName.department(next.content.owner).text)
      decided["digest"] = .string(
        Hex.encode(SHA256.hash(CanonicalJSON.encode(next.content.json))))
      next.tellPublication(in: &decided)
      return Decision(
        action, on: current.versionName, etag: current.etag, profile: current.profile.text,
        decided)
    }
  }

  /// The statement that a caller is to sign of a step.
  func statement(
    _ signing: Signing, on current: EntryVersion, as next: EntryVersion, _ call: CallContext
  ) -> [UInt8] {
    decisions.statement(of: signing.decision(on: current, as: next), by: call.caller)
  }

  /// Takes the caller's statement of a step.
  ///
  /// - Returns: The members by which the log keeps it.
  func take(
    _ signing: Signing, on current: EntryVersion, as next: EntryVersion, _ call: CallContext,
    in transaction: borrowing WriteTransaction
  ) throws -> [(String, JSONValue)] {
    let decision = signing.decision(on: current, as: next)
    return try decisions.take(
      signing.signed.map { SignedStatement($0) }, for: decision, by: call.caller
    ) { hash, signed in
      try transaction.keepStatement(
        hash: hash, resource: decision.resource, action: decision.action.rawValue, signed: signed)
    }
  }
}
