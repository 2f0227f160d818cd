// The signed grant that Ingest checks by itself, made once for each grant.

import Access
package import Contracts
package import Crypto
package import ShareRules
import Regulation
import Synchronization
import Vocabulary

/// Signs grants with Share's evidence key and keeps what it signed; a grant's terms never change.
package final class GrantSigner: Sendable {
  private static let mostKept = 10_000

  private let key: Ed25519PrivateKey
  private let kept = Mutex<[Int64: IngestV1.SignedGrant]>([:])

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
}

extension GrantDocument {
  init(_ grant: Grant, issued: Instant) {
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
      issued: issued, systems: grant.systems, recipients: grant.recipients.map(\.granted))
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
