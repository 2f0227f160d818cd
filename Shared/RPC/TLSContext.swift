// OpenSSL's context: the checked form of a TLS configuration, shared by all reactors.

import COpenSSL

/// Certificates, key and trust, loaded once and used by every connection opened under them.
///
/// Holds the context's address instead of a pointer, which is not Sendable. That is sound: the context is complete when
/// `init` returns and never changed again, and OpenSSL counts its references atomically (SSL_new takes one).
final class TLSContext: Sendable {
  private let address: UInt
  let requiresClientCertificate: Bool

  init(_ configuration: TLSConfiguration, forServer isServer: Bool) throws(TLSError) {
    ERR_clear_error()
    guard let context = SSL_CTX_new(isServer ? TLS_server_method() : TLS_client_method()) else {
      throw .contextUnavailable(lastOpenSSLReason())
    }
    address = UInt(bitPattern: context)
    requiresClientCertificate = isServer && configuration.clientCertificates == .required
    // From here on deinit frees the context, also when a later step throws.
    Self.applyFixedSettings(to: context, isServer: isServer)
    try Self.loadIdentity(configuration, into: context, isServer: isServer)
    try Self.loadTrust(configuration, into: context, isServer: isServer)
    Self.setVerification(configuration, on: context, isServer: isServer)
  }

  deinit { SSL_CTX_free(OpaquePointer(bitPattern: address)) }

  /// A new connection under this context, owned by the caller.
  func makeConnection() -> OpaquePointer? { SSL_new(OpaquePointer(bitPattern: address)) }

  /// TLS 1.3 only; no tickets and no session cache, so that each connection proves its certificate afresh; ALPN h2.
  private static func applyFixedSettings(to context: OpaquePointer, isServer: Bool) {
    SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_3_VERSION), nil)
    let noTicket: UInt64 = 1 << 14  // SSL_OP_NO_TICKET, a function-like macro in C
    SSL_CTX_set_options(context, noTicket)
    SSL_CTX_set_num_tickets(context, 0)
    SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
    // Partial writes from a moving buffer; several records in one read; no buffers held by idle connections.
    let mode =
      SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS
    SSL_CTX_ctrl(context, SSL_CTRL_MODE, Int(mode), nil)
    SSL_CTX_ctrl(context, SSL_CTRL_SET_READ_AHEAD, 1, nil)
    SSL_CTX_set_default_read_buffer_len(context, 64 << 10)
    let protocols: [UInt8] = [2, UInt8(ascii: "h"), UInt8(ascii: "2")]
    if isServer {
      SSL_CTX_set_alpn_select_cb(
        context,
        { _, selected, selectedLength, offered, offeredLength, _ in
          // RFC 7301: a list of length-prefixed names. OpenSSL has checked that it is well formed.
          guard let offered, let selected, let selectedLength else {
            return SSL_TLSEXT_ERR_ALERT_FATAL
          }
          var index = 0
          while index < Int(offeredLength) {
            let length = Int(offered[index])
            if length == 2, offered[index + 1] == UInt8(ascii: "h"),
              offered[index + 2] == UInt8(ascii: "2")
            {
              selected.pointee = offered + index + 1
              selectedLength.pointee = 2
              return SSL_TLSEXT_ERR_OK
            }
            index += 1 + length
          }
          return SSL_TLSEXT_ERR_ALERT_FATAL
        }, nil)
    } else {
      SSL_CTX_set_alpn_protos(context, protocols, UInt32(protocols.count))
    }
  }

  private static func loadIdentity(
    _ configuration: TLSConfiguration, into context: OpaquePointer, isServer: Bool
  ) throws(TLSError) {
    if configuration.certificateChainPEM.isEmpty {
      if isServer { throw .certificateMissing }
      return
    }
    let chain = readCertificates(configuration.certificateChainPEM)
    defer { chain.forEach(X509_free) }
    guard let leaf = chain.first, SSL_CTX_use_certificate(context, leaf) == 1 else {
      throw .certificateUnreadable(lastOpenSSLReason())
    }
    for certificate in chain.dropFirst() {
      // SSL_CTX_add1_chain_cert: the context takes its own reference.
      let added = SSL_CTX_ctrl(
        context, SSL_CTRL_CHAIN_CERT, 1, UnsafeMutableRawPointer(certificate))
      if added != 1 { throw .certificateUnreadable(lastOpenSSLReason()) }
    }
    guard
      let key = withMemoryBIO(
        configuration.privateKeyPEM, { PEM_read_bio_PrivateKey($0, nil, nil, nil) })
    else { throw .privateKeyUnreadable }
    defer { EVP_PKEY_free(key) }
    if SSL_CTX_use_PrivateKey(context, key) != 1 || SSL_CTX_check_private_key(context) != 1 {
      ERR_clear_error()
      throw .privateKeyDoesNotMatchCertificate
    }
  }

  private static func loadTrust(
    _ configuration: TLSConfiguration, into context: OpaquePointer, isServer: Bool
  ) throws(TLSError) {
    let store = SSL_CTX_get_cert_store(context)
    for (index, pem) in configuration.trustRootsPEM.enumerated() {
      let roots = readCertificates(pem)
      defer { roots.forEach(X509_free) }
      if roots.isEmpty { throw .trustRootUnreadable(index: index) }
      for root in roots {
        if X509_STORE_add_cert(store, root) != 1 { throw .trustRootUnreadable(index: index) }
        // Tells clients which authorities' certificates are wanted.
        if isServer { SSL_CTX_add_client_CA(context, root) }
      }
    }
    let needsTrust = !isServer || configuration.clientCertificates == .required
    if needsTrust, configuration.trustRootsPEM.isEmpty { throw .trustRootMissing }
  }

  private static func setVerification(
    _ configuration: TLSConfiguration, on context: OpaquePointer, isServer: Bool
  ) {
    if !isServer {
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    } else if configuration.clientCertificates == .none {
      SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
    } else if configuration.toleratesExpired {
      SSL_CTX_set_verify(
        context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
        { isGood, store in
          // Only the caller's own certificate may be expired or revoked, and only that: see TLSConfiguration.
          if isGood == 1 { return 1 }
          if X509_STORE_CTX_get_error_depth(store) != 0 { return 0 }
          let error = X509_STORE_CTX_get_error(store)
          return error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_REVOKED ? 1 : 0
        })
    } else {
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    }
  }
}

/// All certificates of a PEM text; the caller frees them.
func readCertificates(_ pem: [UInt8]) -> [OpaquePointer] {
  withMemoryBIO(pem) { bio in
    var certificates: [OpaquePointer] = []
    while let certificate = PEM_read_bio_X509(bio, nil, nil, nil) {
      certificates.append(certificate)
    }
    // The end of the text leaves "no start line" in the queue.
    ERR_clear_error()
    return certificates
  }
}

/// Lends `bytes` as an OpenSSL input for the duration of `body`.
func withMemoryBIO<Result>(_ bytes: [UInt8], _ body: (OpaquePointer?) -> Result) -> Result {
  bytes.withUnsafeBytes { buffer in
    // The BIO only reads, and is freed before the buffer is gone.
    let bio = BIO_new_mem_buf(buffer.baseAddress, Int32(buffer.count))
    defer { BIO_free(bio) }
    return body(bio)
  }
}

/// OpenSSL's reason for its last error on this thread, and none left behind.
func lastOpenSSLReason() -> String {
  let code = ERR_peek_last_error()
  defer { ERR_clear_error() }
  guard code != 0, let reason = ERR_reason_error_string(code) else { return "no reason given" }
  return String(cString: reason)
}
