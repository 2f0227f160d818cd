// The gateway's side of person tokens: each signature is verified once, then known by hash.

import Crypto
import Synchronization
package import Vocabulary

/// Verifies person tokens and remembers those that were good, in a bounded memory.
package final class PersonTokenVerifier: Sendable {
  private struct Key: Hashable {
    /// SHA-256 of the certificate on whose connection the token came.
    let certificate: [UInt8]
    let token: [UInt8]
  }

  private let mostKnown: Int
  private let known = Mutex<[Key: PersonToken]>([:])

  package init(mostKnown: Int = 10_000) {
    self.mostKnown = mostKnown
  }

  /// How many are known.
  package var count: Int { known.withLock { $0.count } }

  /// The token, if the system of this connection signed it and its time has not passed.
  ///
  /// - Parameters:
  ///   - certificate: In DER; it was judged before.
  ///   - fingerprint: Its SHA-256.
  ///   - now: Real time.
  package func verify(
    _ bytes: [UInt8], system: SystemName, of department: DepartmentCode, certificate: [UInt8],
    fingerprint: [UInt8], now: Instant
  ) throws(PersonTokenError) -> PersonToken {
    guard bytes.count <= PersonToken.mostBytes else { throw .malformed }
    let key = Key(certificate: fingerprint, token: SHA256.hash(bytes))
    let found = known.withLock { $0[key] }
    let token = if let found { found } else { try PersonToken(bytes: bytes) }
    guard token.department == department, token.system == system else { throw .systemDiffers }
    guard now < token.end else { throw .expired }
    guard token.end.milliseconds - now.milliseconds <= PersonToken.longestMilliseconds else {
      throw .endTooFar
    }
    if found != nil { return token }
    guard let signer = try? Certificate(der: certificate).p256PublicKey(),
      signer.isValid(token.signature, of: token.signed)
    else { throw .signature }
    known.withLock { known in
      if known.count >= mostKnown {
        known = known.filter { now < $0.value.end }
        if known.count >= mostKnown { known.removeAll() }
      }
      known[key] = token
    }
    return token
  }
}
