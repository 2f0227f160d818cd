// OCSP stapling (RFC 6066 section 8): the server shows with its certificate what the authority's responder says of it.

import COpenSSL
import Crypto
import Glibc

extension TLSContext {
  static func setStapling(
    _ configuration: TLSConfiguration, on context: OpaquePointer, isServer: Bool
  ) {
    if isServer {
      if configuration.stapledStatus == nil { return }
    } else {
      if !configuration.requiresStaple { return }
      SSL_CTX_ctrl(
        context, SSL_CTRL_SET_TLSEXT_STATUS_REQ_TYPE, Int(TLSEXT_STATUSTYPE_ocsp), nil)
    }
    weir_set_status_callback(context) { ssl, _ in
      guard let ssl, let link = TLSLink.of(ssl) else { return SSL_TLSEXT_ERR_NOACK }
      // What the answers mean differs: a client says 1 for good and 0 for an alert.
      return link.isServer ? link.staple(on: ssl) : link.hasGoodStaple(on: ssl) ? 1 : 0
    }
  }
}

extension TLSLink {
  fileprivate func staple(on ssl: OpaquePointer) -> Int32 {
    guard let status = context.stapledStatus,
      let copy = CRYPTO_malloc(status.count, nil, 0)
    else { return SSL_TLSEXT_ERR_NOACK }
    // The copy is as long as the array, and OpenSSL frees it with the connection.
    UnsafeMutableRawBufferPointer(start: copy, count: status.count).copyBytes(from: status)
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP, status.count, copy)
    return SSL_TLSEXT_ERR_OK
  }

  /// Whether the server stapled that its certificate is good, now, signed by who issued it.
  fileprivate func hasGoodStaple(on ssl: OpaquePointer) -> Bool {
    var start: UnsafePointer<UInt8>?
    // Lends the response, which belongs to `ssl`.
    let length = withUnsafeMutablePointer(to: &start) {
      SSL_ctrl(ssl, SSL_CTRL_GET_TLSEXT_STATUS_REQ_OCSP_RESP, 0, $0)
    }
    guard let start, length > 0,
      let certificate = Self.certificate(SSL_get0_peer_certificate(ssl)),
      let chain = SSL_get0_verified_chain(ssl),
      let issuer = Self.certificate(OPENSSL_sk_value(chain, 1).map { OpaquePointer($0) })
    else { return false }
    let der = Array(UnsafeBufferPointer(start: start, count: length))
    let now = Int64(time(nil))
    let status = try? CertificateStatus(der: der, of: certificate, issuer: issuer, at: now)
    return status?.state == .good && status?.isCurrent(at: now) == true
  }

  private static func certificate(_ pointer: OpaquePointer?) -> Certificate? {
    guard let pointer else { return nil }
    var encoded: UnsafeMutablePointer<UInt8>?
    let length = i2d_X509(pointer, &encoded)
    guard length > 0, let encoded else { return nil }
    defer { CRYPTO_free(encoded, nil, 0) }
    return try? Certificate(der: Array(UnsafeBufferPointer(start: encoded, count: Int(length))))
  }
}
