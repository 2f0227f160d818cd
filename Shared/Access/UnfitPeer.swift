// What callers are told whose certificate is of our authority and holds no longer.

package import RPC
import Vocabulary

/// The answer to each call of a peer whose certificate has a defect (DESIGN.md section 6: named, not just cut off).
///
/// - Parameter leavesExpired: A certificate out of its term is for the handlers to judge: the gateway's, which look into the registry.
package func unfitPeerRefusal(
  leavesExpired: Bool
) -> @Sendable (PeerCertificate, ServerContext) -> Status? {
  { peer, context in
    let serial = peer.serialHex.lowercased()
    let refusal: AccessRefusal
    switch peer.defect {
    case .notYetValid:
      if leavesExpired { return nil }
      refusal = .certificateNotYetValid(
        serial: serial, from: Instant(milliseconds: peer.notBefore &* 1000))
    case .expired:
      if leavesExpired { return nil }
      refusal = .certificateExpired(
        serial: serial, at: Instant(milliseconds: peer.notAfter &* 1000))
    case .revoked: refusal = .certificateOnRevocationList(serial: serial, issuer: peer.issuer)
    case .revocationListEnded: refusal = .revocationListEnded(serial: serial, issuer: peer.issuer)
    case nil: return nil
    }
    return Status(
      refusal, language: CallMetadata.language(of: context.metadata),
      reference: context.metadata[CallMetadata.callID] ?? "")
  }
}
