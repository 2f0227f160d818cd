// Who is at the other end of a connection: its address and the certificate it proved to hold.

/// The other end of a connection.
package struct Peer: Sendable {
  /// `127.0.0.1:40312` or `[::1]:40312`.
  package let address: String
  /// `nil` where the listener asks for none.
  package let certificate: PeerCertificate?

  package init(address: String, certificate: PeerCertificate?) {
    self.address = address
    self.certificate = certificate
  }
}

/// A certificate that its holder proved to hold in the TLS handshake, read once for each connection.
///
/// A class, so that the context of each call costs one reference instead of a copy of every field.
package final class PeerCertificate: Sendable {
  /// The certificate as it was sent, DER.
  package let der: [UInt8]
  /// SHA-256 over `der`.
  package let sha256: [UInt8]
  /// Upper-case hexadecimal, as `openssl x509 -serial` prints it.
  package let serialHex: String
  /// The URI names among the subject's alternative names, in their order.
  package let uris: [String]
  /// The issuer's name, RFC 2253.
  package let issuer: String
  /// Seconds since 1970; valid from this second on.
  package let notBefore: Int64
  /// Seconds since 1970; valid up to and including this second.
  package let notAfter: Int64
  /// What verification noted when the connection began (`X509_V_ERR_…`): 0 for nothing, else a ``Defect``, which a listener
  /// may let pass so that the caller gets a readable answer.
  package let verifyError: Int

  /// What can be wrong with a certificate whose holder is answered all the same.
  package enum Defect: Int, Sendable {
    case notYetValid = 9
    case expired = 10
    /// The authority's revocation list has ended: nobody knows whether the certificate still holds.
    case revocationListEnded = 12
    case revoked = 23
  }

  package var defect: Defect? { Defect(rawValue: verifyError) }

  /// The same certificate with another judgement.
  func judged(_ defect: Defect) -> PeerCertificate {
    PeerCertificate(
      der: der, sha256: sha256, serialHex: serialHex, uris: uris, issuer: issuer,
      notBefore: notBefore, notAfter: notAfter, verifyError: defect.rawValue)
  }

  package init(
    der: [UInt8], sha256: [UInt8], serialHex: String, uris: [String], issuer: String,
    notBefore: Int64, notAfter: Int64, verifyError: Int
  ) {
    self.der = der
    self.sha256 = sha256
    self.serialHex = serialHex
    self.uris = uris
    self.issuer = issuer
    self.notBefore = notBefore
    self.notAfter = notAfter
    self.verifyError = verifyError
  }
}
