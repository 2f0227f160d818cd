// A root and its revocation list, renewed while the process runs: what services believe of each other and of persons.

package import Crypto
import Synchronization

/// The root of the services, or of the departments, and its revocation list as they are now.
package final class ServiceTrust: Sendable {
  private struct State {
    var roots: CertificateTrust
    var lists: [RevocationList]
    var version: Int
  }

  private let state: Mutex<State>

  package init(roots: CertificateTrust, lists: [RevocationList] = []) {
    state = Mutex(State(roots: roots, lists: lists, version: 0))
  }

  /// Grows with each renewal.
  package var version: Int { state.withLock { $0.version } }

  package func renew(roots: CertificateTrust, lists: [RevocationList]) {
    state.withLock { $0 = State(roots: roots, lists: lists, version: $0.version + 1) }
  }

  /// Verifies a signer's certificate. One that a list takes back for that time is refused, whether the list has ended or not: that it
  /// has ended turns away new connections, not the calls of those that stand.
  ///
  /// - Parameter issuers: Between the certificate and the root; the list may name one of them, too.
  package func verify(
    _ certificate: Certificate, issuers: [Certificate] = [], at seconds: Int64
  ) throws(CryptoError) {
    let (roots, lists) = state.withLock { ($0.roots, $0.lists) }
    try roots.verify(certificate, intermediates: issuers, at: seconds)
    for (depth, link) in ([certificate] + issuers).enumerated()
    where lists.contains(where: { $0.revokes(link, at: seconds) }) {
      throw .untrustedChain(code: 23, depth: depth, reason: "certificate revoked")
    }
  }
}
