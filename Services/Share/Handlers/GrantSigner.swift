// The signed grant that Ingest checks by itself, made once for each grant.

package import Access
package import Contracts
package import Crypto
package import ShareRules
import Regulation
import Synchronization
package import Vocabulary

/// Signs grants with Share's evidence key and keeps what it signed; a grant's terms never change.
package final class GrantSigner: Sendable {
  private static let mostKept = 10_000

  private let key: Ed25519PrivateKey
  private let kept = Mutex<[Int64: IngestV1.SignedGrant]>([:])
  /// The same with their reviewers' statements.
  private let complete = Mutex<[Int64: IngestV1.SignedGrant]>([:])

  package init(key: Ed25519PrivateKey) { self.key = key }

  /// The grant as Ingest takes it; `nil` before it begins.
  package func signed(_ grant: Grant) throws -> IngestV1.SignedGrant? {
    guard let activated = grant.activated else { return nil }
    if let found = kept.withLock({ $0[grant.number] }) { return found }
    let document = GrantDocument(grant, issued: activated)
    let signed = IngestV1.SignedGrant(
      json: document.encoded, signature: try document.signature(by: key))
    kept.withLock { kept in
      if kept.count >= Self.mostKept { kept.removeAll() }
      kept[grant.number] = signed
    }
    return signed
  }

  /// The grant as Ingest opens records for it: with what its reviewers signed. An answered application gets no further opinion.
  ///
  /// - Parameter decisions: Reads the statements, where they are not at hand.
  package func complete(
    _ grant: Grant, decisions: () async throws -> [CommonV1.SignedDecision]
  ) async throws -> IngestV1.SignedGrant? {
    if let found = complete.withLock({ $0[grant.number] }) { return found }
    guard var signed = try signed(grant) else { return nil }
    signed.decisions = try await decisions()
    let whole = signed
    complete.withLock { complete in
      if complete.count >= Self.mostKept { complete.removeAll() }
      complete[grant.number] = whole
    }
    return whole
  }
}

extension GrantDocument {
  /// What is signed of a grant.
  package init(_ grant: Grant, issued: Instant) {
    self.init(
      name: grant.name, entry: grant.entryName, entryVersion: grant.entryVersion,
      source: grant.source, grantee: grant.grantee, items: grant.items, purpose: grant.purpose,
      scenario: grant.scenario, modes: Set(grant.modes.map(\.granted)), until: grant.until,
      rows: grant.rows.compactMap { row in
        RowCondition.Operator(rawValue: row.comparison).map {
          RowCondition(item: row.item, comparison: $0, values: row.values)
        }
      },
      roll: grant.roll.map {
        RollTerms(
          roll: $0.roll, maxRows: Int($0.maxRows), maxGrowthPercent: $0.maxGrowthPercent,
          frequency: $0.frequency)
      }, dailySubjects: grant.dailySubjects, profile: grant.profile.text,
      application: grant.application.map { ResourceName.application($0).text } ?? "",
      issued: issued, systems: grant.systems, recipients: grant.recipients.map(\.granted),
      authority: grant.authority)
  }
}

extension UseMode {
  fileprivate var granted: GrantMode {
    switch self {
    case .lookup: .lookup
    case .comparison: .comparison
    }
  }
}
