// Whose certificate is let in: the chain, the revocation lists, and the same judgement again at a later time.

import COpenSSL
import Glibc

extension TLSContext {
  /// Loads the lists and has OpenSSL look each certificate of a chain up in them.
  ///
  /// - Returns: When the first of them ends, seconds since 1970; `nil` without a list.
  static func loadRevocationLists(
    _ configuration: TLSConfiguration, into context: OpaquePointer
  ) throws(TLSError) -> Int64? {
    let store = SSL_CTX_get_cert_store(context)
    var earliest: Int64?
    for (index, pem) in configuration.revocationListsPEM.enumerated() {
      guard let list = withMemoryBIO(pem, { PEM_read_bio_X509_CRL($0, nil, nil, nil) }) else {
        ERR_clear_error()
        throw .revocationListUnreadable(index: index)
      }
      defer { X509_CRL_free(list) }
      // RFC 5280 section 5.1.2.5: every list says when the next one comes.
      guard let end = seconds(X509_CRL_get0_nextUpdate(list)),
        X509_STORE_add_crl(store, list) == 1
      else { throw .revocationListUnreadable(index: index) }
      earliest = min(earliest ?? .max, end)
    }
    if earliest != nil {
      X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL))
    }
    return earliest
  }

  static func setVerification(
    _ configuration: TLSConfiguration, on context: OpaquePointer, isServer: Bool
  ) {
    if isServer, configuration.clientCertificates == .none {
      return SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
    }
    let mode = isServer ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_PEER
    SSL_CTX_set_verify(context, mode) { isGood, store in
      if isGood == 1 { return 1 }
      let code = X509_STORE_CTX_get_error(store)
      let ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx())
      guard let link = TLSLink.of(ssl.map { OpaquePointer($0) }),
        link.letsPass(code, depth: X509_STORE_CTX_get_error_depth(store))
      else { return 0 }
      // The link has noted it; a session must not carry it on as the result of verification.
      X509_STORE_CTX_set_error(store, X509_V_OK)
      return 1
    }
  }

  // MARK: Once more

  /// Whether a certificate that was good once is good now: chain, dates and lists, as in a handshake.
  func isGood(_ certificate: OpaquePointer?, forServer isServer: Bool) -> Bool {
    if let listsEnd, listsEnd <= Int64(time(nil)) { return false }
    return verify(certificate, chain: nil, isServer: isServer) == X509_V_OK
  }

  /// Whether the peer of a running connection has been revoked by the lists of this context.
  ///
  /// Nothing else ends what runs: not another root, not the end of a list or of a certificate.
  func isRevoked(_ link: TLSLink) -> Bool {
    if listsEnd == nil { return false }
    return link.withPeer { certificate, chain in
      verify(certificate, chain: chain, isServer: link.isServer) == X509_V_ERR_CERT_REVOKED
    }
  }

  /// - Parameter chain: What the peer sent with it; `nil` where only the authorities that are known beforehand may help.
  /// - Returns: `X509_V_…` of the first error.
  private func verify(
    _ certificate: OpaquePointer?, chain: OpaquePointer?, isServer: Bool
  ) -> Int32 {
    guard let certificate, let context = X509_STORE_CTX_new() else {
      return X509_V_ERR_OUT_OF_MEM
    }
    defer {
      X509_STORE_CTX_free(context)
      ERR_clear_error()
    }
    // The store context borrows store, certificate and chain; it is freed here, before any of them can be.
    guard X509_STORE_CTX_init(context, SSL_CTX_get_cert_store(pointer), certificate, chain) == 1,
      X509_STORE_CTX_set_default(context, isServer ? "ssl_client" : "ssl_server") == 1
    else { return X509_V_ERR_OUT_OF_MEM }
    X509_STORE_CTX_set_verify_cb(context) { isGood, store in
      if isGood == 1 { return 1 }
      // What is revoked on a list that has ended stays revoked.
      switch X509_STORE_CTX_get_error(store) {
      case X509_V_ERR_UNABLE_TO_GET_CRL, X509_V_ERR_CRL_HAS_EXPIRED, X509_V_ERR_CRL_NOT_YET_VALID:
        X509_STORE_CTX_set_error(store, X509_V_OK)
        return 1
      default: return 0
      }
    }
    if X509_verify_cert(context) == 1 { return X509_V_OK }
    let code = X509_STORE_CTX_get_error(context)
    return code == X509_V_OK ? X509_V_ERR_UNSPECIFIED : code
  }
}

extension TLSLink {
  /// Whether verification goes on after an error. What a peer of ours is to be told is noted; the rest ends in an alert.
  func letsPass(_ code: Int32, depth: Int32) -> Bool {
    switch code {
    case X509_V_ERR_UNABLE_TO_GET_CRL:
      // An authority without a list revokes by other means: the gateway's, in the registry.
      return true
    case X509_V_ERR_CRL_HAS_EXPIRED, X509_V_ERR_CRL_NOT_YET_VALID:
      note(.revocationListEnded)
      return true
    case X509_V_ERR_CERT_NOT_YET_VALID where depth == 0 && context.toleratesExpired:
      note(.notYetValid)
      return true
    case X509_V_ERR_CERT_HAS_EXPIRED where depth == 0 && context.toleratesExpired:
      note(.expired)
      return true
    case X509_V_ERR_CERT_REVOKED where depth == 0 && context.toleratesExpired:
      note(.revoked)
      return true
    default: return false
    }
  }
}

/// Seconds since 1970 of an ASN.1 time.
func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
  var parts = tm()
  guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
  return Int64(timegm(&parts))
}
