// OpenSSL's context: the checked form of a TLS configuration, shared by all reactors.

import COpenSSL

/// Certificates, key and trust, loaded once and used by every connection opened under them.
///
/// Holds the context's address instead of a pointer, which is not Sendable. That is sound: the context is complete when
/// `init` returns and never changed again, and OpenSSL counts its references atomically (SSL_new takes one).
final class TLSContext: Sendable {
  private let address: UInt
  let requiresClientCertificate: Bool
  let toleratesExpired: Bool
  /// Seconds since 1970 at which the first of the revocation lists ends; `nil` without a list.
  let listsEnd: Int64?
  let stapledStatus: [UInt8]?
  let requiresStaple: Bool
  let speaksHTTP1: Bool
  #if DEBUG
    let keyLog: KeyLog?
  #endif

  init(_ configuration: TLSConfiguration, forServer isServer: Bool) throws(TLSError) {
    ERR_clear_error()
    guard let context = SSL_CTX_new(isServer ? TLS_server_method() : TLS_client_method()) else {
      throw .contextUnavailable(lastOpenSSLReason())
    }
    address = UInt(bitPattern: context)
    requiresClientCertificate = isServer && configuration.clientCertificates == .required
    toleratesExpired = isServer && configuration.toleratesExpired
    stapledStatus = configuration.stapledStatus
    requiresStaple = configuration.requiresStaple
    speaksHTTP1 = configuration.speaksHTTP1
    #if DEBUG
      keyLog = configuration.keyLogFile.flatMap { KeyLog(path: $0) }
      if keyLog != nil { Self.setKeyLog(on: context) }
    #endif
    do throws(TLSError) {
      try Self.applyFixedSettings(to: context)
      Self.setProtocol(on: context, isServer: isServer, isHTTP1: speaksHTTP1)
      try Self.loadIdentity(configuration, into: context, isServer: isServer)
      try Self.loadTrust(configuration, into: context, isServer: isServer)
      listsEnd = try Self.loadRevocationLists(configuration, into: context)
      Self.setVerification(configuration, on: context, isServer: isServer)
      Self.setResumption(on: context, isServer: isServer)
      Self.setStapling(configuration, on: context, isServer: isServer)
    } catch {
      // Not every field is set, so deinit does not run.
      SSL_CTX_free(context)
      throw error
    }
  }

  deinit { SSL_CTX_free(OpaquePointer(bitPattern: address)) }

  var pointer: OpaquePointer? { OpaquePointer(bitPattern: address) }

  /// A new connection under this context, owned by the caller.
  func makeConnection() -> OpaquePointer? { SSL_new(pointer) }

  /// What a peer may choose from; all of TLS 1.3 (RFC 8446 appendix B.4) except those for devices that lack memory.
  private static let suites =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"

  /// TLS 1.3 only, and the suites above.
  private static func applyFixedSettings(to context: OpaquePointer) throws(TLSError) {
    SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_3_VERSION), nil)
    guard SSL_CTX_set_ciphersuites(context, suites) == 1 else {
      throw .contextUnavailable(lastOpenSSLReason())
    }
    // Partial writes from a moving buffer; several records in one read; no buffers held by idle connections.
    let mode =
      SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS
    SSL_CTX_ctrl(context, SSL_CTRL_MODE, Int(mode), nil)
    // A read ends behind messages of TLS itself (new keys, tickets), when what was read with them is used up. Else it would last
    // for as long as a peer sends such.
    SSL_CTX_ctrl(context, SSL_CTRL_CLEAR_MODE, Int(SSL_MODE_AUTO_RETRY), nil)
    SSL_CTX_set_info_callback(context) { ssl, what, _ in
      if what & SSL_CB_LOOP != 0 { TLSLink.of(ssl)?.noteMessage() }
    }
    SSL_CTX_ctrl(context, SSL_CTRL_SET_READ_AHEAD, 1, nil)
    SSL_CTX_set_default_read_buffer_len(context, 64 << 10)
  }

  /// ALPN h2, which a server demands. HTTP/1.1 is what speaks where nothing is said (RFC 7301 leaves that to both sides).
  private static func setProtocol(on context: OpaquePointer, isServer: Bool, isHTTP1: Bool) {
    if isServer, isHTTP1 { return }
    if isServer { return demandHTTP2(on: context) }
    let name = Array((isHTTP1 ? "http/1.1" : "h2").utf8)
    let protocols = [UInt8(name.count)] + name
    SSL_CTX_set_alpn_protos(context, protocols, UInt32(protocols.count))
  }

  /// Without h2 among what the client offers, or without an offer, the handshake ends with the alert
  /// `no_application_protocol` (RFC 7301 section 3.2).
  private static func demandHTTP2(on context: OpaquePointer) {
    // OpenSSL does not ask the callback below where a client offers nothing at all.
    SSL_CTX_set_client_hello_cb(
      context,
      { ssl, alert, _ in
        var content: UnsafePointer<UInt8>?
        var length = 0
        let name = UInt32(TLSEXT_TYPE_application_layer_protocol_negotiation)
        if SSL_client_hello_get0_ext(ssl, name, &content, &length) == 1 {
          return SSL_CLIENT_HELLO_SUCCESS
        }
        alert?.pointee = SSL_AD_NO_APPLICATION_PROTOCOL
        return SSL_CLIENT_HELLO_ERROR
      }, nil)
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
    // A chain still has to end at a root that signed itself: X509_V_FLAG_PARTIAL_CHAIN is not set.
    for (index, pem) in configuration.intermediatesPEM.enumerated() {
      let authorities = readCertificates(pem)
      defer { authorities.forEach(X509_free) }
      if authorities.isEmpty { throw .intermediateUnreadable(index: index) }
      for authority in authorities where X509_STORE_add_cert(store, authority) != 1 {
        throw .intermediateUnreadable(index: index)
      }
    }
    let needsTrust = !isServer || configuration.clientCertificates == .required
    if needsTrust, configuration.trustRootsPEM.isEmpty { throw .trustRootMissing }
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
