// What one side of a TLS link presents and what it believes. All links are TLS 1.3, with ALPN h2 but for witnesses'.

/// Certificates, key and trust of one side of a link.
///
/// A value: to renew a certificate, build a new one and hand it to `Server.update(tls:)` or `Channel.update(tls:)`.
package struct TLSConfiguration: Sendable {
  /// What a listener asks of its clients.
  package enum ClientCertificatePolicy: Sendable {
    case none
    case required
  }

  /// Own certificate first, then the intermediates up to but without the root; PEM. Empty for a client without one.
  package var certificateChainPEM: [UInt8]
  /// PKCS#8 (or SEC 1) private key, PEM; empty where there is no certificate.
  package var privateKeyPEM: [UInt8]
  /// The certificate authorities of the other side, each PEM (one or several certificates in each).
  package var trustRootsPEM: [[UInt8]]
  /// Authorities under the roots that are known beforehand, PEM. A session of a peer below one of them can be resumed only
  /// if it stands here, because its certificate is verified again without the chain that came with it.
  package var intermediatesPEM: [[UInt8]] = []
  /// Revocation lists (RFC 5280) of the authorities, PEM, one in each. Certificates of an authority without one are not
  /// looked up anywhere.
  package var revocationListsPEM: [[UInt8]] = []
  /// Servers only: what the authority's responder says of the certificate (an OCSP response, DER), for clients that ask.
  package var stapledStatus: [UInt8]?
  /// Clients only: take no server that does not show such a status, good and current.
  package var requiresStaple = false
  #if DEBUG
    /// Where the secrets of each connection are appended, for a debugger. A release build knows no such thing.
    package var keyLogFile: String?
  #endif
  /// Read by servers only.
  package var clientCertificates: ClientCertificatePolicy
  /// Servers only: an expired or revoked certificate of a trusted authority completes the handshake, so that its holder
  /// can be told by a status what is wrong. Everything else that verification finds ends in a TLS alert.
  package var toleratesExpired: Bool
  /// HTTP/1.1 instead of HTTP/2: for `PlainTLS` alone.
  var speaksHTTP1 = false

  package init(
    certificateChainPEM: [UInt8], privateKeyPEM: [UInt8], trustRootsPEM: [[UInt8]],
    clientCertificates: ClientCertificatePolicy = .required, toleratesExpired: Bool = true
  ) {
    self.certificateChainPEM = certificateChainPEM
    self.privateKeyPEM = privateKeyPEM
    self.trustRootsPEM = trustRootsPEM
    self.clientCertificates = clientCertificates
    self.toleratesExpired = toleratesExpired
  }
}

/// Why a TLS configuration cannot be used. No case carries key material.
package enum TLSError: Error, Sendable, Equatable {
  /// OpenSSL could not make a context: its own reason.
  case contextUnavailable(String)
  case certificateUnreadable(String)
  case privateKeyUnreadable
  case privateKeyDoesNotMatchCertificate
  case trustRootUnreadable(index: Int)
  case intermediateUnreadable(index: Int)
  /// Not a list, or one that does not say when the next one comes.
  case revocationListUnreadable(index: Int)
  /// A listener that requires client certificates has nobody to trust.
  case trustRootMissing
  /// A listener has no certificate.
  case certificateMissing
}
