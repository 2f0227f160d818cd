// Certificates under which decisions were signed, and whether the registry ever logged them.

import AuditRules
package import Database
import Integrity
package import Vocabulary

extension WriteTransaction {
  /// Notes what entries say of certificates: issued by the registry, or signed under. One that the registry logged later than it signed
  /// travelled on another way, and has the grace of a decision.
  func followSigners(
    _ entries: [SealedEntry], of origin: Origin, at time: AppendTime, grace: DisclosureGrace
  ) throws {
    for entry in entries where !entry.facts.isForeign {
      try execute(
        "INSERT INTO issued_certificates (hash) VALUES (?1) ON CONFLICT (hash) DO NOTHING",
        each: entry.facts.issued.map { [.blob($0)] })
    }
    for entry in entries {
      guard let signer = entry.facts.signer, try !isIssued(signer) else { continue }
      try execute(
        """
        INSERT INTO signers (hash, origin, sequence, call, due, state)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (hash) DO NOTHING
        """,
        [
          signer, origin.text, Int64(clamping: entry.arrived.sequence), entry.facts.call,
          grace.end(received: time.received).milliseconds, DisclosureState.awaiting.rawValue,
        ])
    }
  }

  /// Settles the signers that waited: their certificate is logged by now, or an alarm is raised, once for each.
  package func judgeSigners(now: Instant, civil: Instant) throws {
    let waiting = try query(
      "SELECT hash, origin, sequence, call, due FROM signers WHERE state = ?1 LIMIT 1000",
      [DisclosureState.awaiting.rawValue])
    for row in waiting {
      let (hash, due, sequence): ([UInt8], Int64, Int64) = (try row[0], try row[4], try row[2])
      let state = judge(
        .awaiting, isDecided: try isIssued(hash), due: Instant(milliseconds: due), now: now)
      if state == .awaiting { continue }
      try execute("UPDATE signers SET state = ?2 WHERE hash = ?1", [hash, state.rawValue])
      guard state == .alarmed else { continue }
      try raise(
        .signerUnknown, origin: try row[1], sequence: UInt64(max(0, sequence)), call: try row[3],
        at: civil)
    }
  }
}

extension SQLReading where Self: ~Copyable {
  fileprivate func isIssued(_ hash: [UInt8]) throws -> Bool {
    try queryOne("SELECT 1 FROM issued_certificates WHERE hash = ?1", [hash]) != nil
  }

  /// Whether a signer waits for its certificate's entry.
  package func hasWaitingSigners() throws -> Bool {
    try queryOne(
      "SELECT 1 FROM signers WHERE state = ?1 LIMIT 1", [DisclosureState.awaiting.rawValue]) != nil
  }
}
