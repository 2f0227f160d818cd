// What services believe of each other's certificates, renewed while the process runs.

package import Crypto
import Synchronization

/// The service root and its revocation list as they are now.
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

  /// Verifies a signer's certificate. One that a list names is refused, whether the list has ended or not: that it has
  /// ended turns away new connections, not the calls of those that stand.
  package func verify(_ certificate: Certificate, at seconds: Int64) throws(CryptoError) {
    let (roots, lists) = state.withLock { ($0.roots, $0.lists) }
    try roots.verify(certificate, at: seconds)
    if lists.contains(where: { $0.names(certificate) }) {
      throw .untrustedChain(code: 23, depth: 0, reason: "certificate revoked")
    }
  }
}
