// Whether a certificate chain leads to a root that the verifier trusts, at a given time.

import COpenSSL

/// Trusted roots, and optionally the revocation lists of the authorities under them.
package struct CertificateTrust: Sendable {
  package let roots: [Certificate]
  package let revocationLists: [RevocationList]

  package init(roots: [Certificate], revocationLists: [RevocationList] = []) {
    self.roots = roots
    self.revocationLists = revocationLists
  }

  /// Verifies the chain from the certificate through the intermediates to one of the roots (RFC 5280 section 6).
  ///
  /// - Parameters:
  ///   - seconds: The time at which the chain must hold, seconds since 1970 UTC.
  ///   - usage: What the holder wants to do, when that matters.
  /// - Throws: `untrustedChain` with OpenSSL's X509_V_ERR code and the depth at which it arose. Where revocation lists
  ///   are given, an issuer without a current one is refused too (code 3, unable to get CRL).
  package func verify(
    _ certificate: Certificate, intermediates: [Certificate] = [], at seconds: Int64,
    usage: CertificateTemplate.Usage? = nil
  ) throws(CryptoError) {
    let store = try makeStore()
    defer { X509_STORE_free(store) }
    let chain = try unwrap(weir_certificates_new(), "sk_X509_new_null")
    defer { weir_certificates_free(chain) }
    for intermediate in intermediates {
      try Self.withPointer(to: intermediate) { (pointer) throws(CryptoError) in
        try check(weir_certificates_append(chain, pointer), "sk_X509_push")
      }
    }
    let context = try unwrap(X509_STORE_CTX_new(), "X509_STORE_CTX_new")
    defer { X509_STORE_CTX_free(context) }
    try Self.withPointer(to: certificate) { (leaf) throws(CryptoError) in
      try check(X509_STORE_CTX_init(context, store, leaf, chain), "X509_STORE_CTX_init")
      let parameters = X509_STORE_CTX_get0_param(context)
      X509_VERIFY_PARAM_set_time(parameters, time_t(seconds))
      if let usage {
        let purpose = usage == .client ? X509_PURPOSE_SSL_CLIENT : X509_PURPOSE_SSL_SERVER
        try check(
          X509_VERIFY_PARAM_set_purpose(parameters, purpose), "X509_VERIFY_PARAM_set_purpose")
      }
      let isTrusted = X509_verify_cert(context) == 1
      ERR_clear_error()
      guard !isTrusted else { return }
      let code = X509_STORE_CTX_get_error(context)
      let depth = X509_STORE_CTX_get_error_depth(context)
      throw .untrustedChain(
        code: Int(code), depth: Int(depth),
        reason: String(cString: X509_verify_cert_error_string(Int(code))))
    }
  }

  private func makeStore() throws(CryptoError) -> OpaquePointer {
    let store = try unwrap(X509_STORE_new(), "X509_STORE_new")
    do throws(CryptoError) {
      for root in roots {
        try Self.withPointer(to: root) { (pointer) throws(CryptoError) in
          try check(X509_STORE_add_cert(store, pointer), "X509_STORE_add_cert")
        }
      }
      for list in revocationLists {
        let pointer = try RevocationList.pointer(der: list.der)
        defer { X509_CRL_free(pointer) }
        try check(X509_STORE_add_crl(store, pointer), "X509_STORE_add_crl")
      }
      if !revocationLists.isEmpty {
        try check(X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK)), "X509_STORE_set_flags")
      }
    } catch {
      X509_STORE_free(store)
      throw error
    }
    return store
  }

  private static func withPointer(
    to certificate: Certificate, _ body: (OpaquePointer) throws(CryptoError) -> Void
  ) throws(CryptoError) {
    let pointer = try Certificate.pointer(der: certificate.der)
    defer { X509_free(pointer) }
    try body(pointer)
  }
}
