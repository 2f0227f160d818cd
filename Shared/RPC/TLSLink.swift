// TLS on one socket: handshake, reads and writes that never block, and the certificate of the other side.

import COpenSSL
import Glibc

/// One TLS connection. Confined to its reactor; owns the OpenSSL object, not the socket.
final class TLSLink {
  enum Progress {
    case done
    /// Waits for the socket to become readable or writable.
    case waits
    case failed(String)
  }

  /// What one TLS record carries (RFC 8446 section 5.1).
  static let recordBytes = 16 << 10

  let context: TLSContext
  let isServer: Bool
  let ssl: OpaquePointer
  /// The last attempt to write or to shake hands waits for room in the socket.
  private(set) var wantsWrite = false
  /// What is wrong with the peer's certificate, of what verification let pass.
  private(set) var defect: PeerCertificate.Defect?
  /// Clients only: the newest session that the server gave; whoever connects next takes it.
  var session: TLSSession?

  /// - Parameters:
  ///   - serverName: Clients only: what the certificate must bear; `nil` where a URI is checked instead.
  ///   - session: Clients only: of an earlier connection to the same server; not used if it is not good any more.
  init?(
    _ context: TLSContext, descriptor: Int32, isServer: Bool, serverName: String? = nil,
    isAddress: Bool = false, session: TLSSession? = nil
  ) {
    guard let ssl = context.makeConnection() else { return nil }
    self.context = context
    self.isServer = isServer
    self.ssl = ssl
    // Unretained: the link owns `ssl`, whose callbacks run only inside calls that the link makes.
    SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
    SSL_set_fd(ssl, descriptor)
    if isServer {
      SSL_set_accept_state(ssl)
      return
    }
    SSL_set_connect_state(ssl)
    // OpenSSL takes a reference of its own. A resumed handshake shows no status.
    if let session, session.context === context, !context.requiresStaple, session.isGood {
      SSL_set_session(ssl, session.pointer)
    }
    guard let serverName else { return }
    if isAddress {
      if X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), serverName) != 1 { return nil }
    } else {
      if SSL_set1_host(ssl, serverName) != 1 { return nil }
      // SSL_set_tlsext_host_name; OpenSSL copies the name.
      _ = serverName.withCString { name in
        SSL_ctrl(
          ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name),
          UnsafeMutableRawPointer(mutating: name))
      }
    }
  }

  deinit { SSL_free(ssl) }

  /// The link of an OpenSSL connection, for its callbacks.
  static func of(_ ssl: OpaquePointer?) -> TLSLink? {
    // Sound: `init` put the link there, which lives as long as `ssl`.
    SSL_get_ex_data(ssl, 0).map { Unmanaged<TLSLink>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Whether the handshake was the short one, with a session of before.
  var isResumed: Bool { SSL_session_reused(ssl) == 1 }

  /// Keeps what weighs most: that a certificate is revoked counts for more than that it cannot be known.
  func note(_ defect: PeerCertificate.Defect) {
    if self.defect?.rawValue ?? 0 < defect.rawValue { self.defect = defect }
  }

  func handshake() -> Progress {
    ERR_clear_error()
    let result = SSL_do_handshake(ssl)
    if result == 1 {
      wantsWrite = false
      return context.speaksHTTP1 || hasSelectedHTTP2
        ? .done : .failed("the peer did not offer HTTP/2 (ALPN h2)")
    }
    return progress(after: result, doing: "handshake")
  }

  /// What OpenSSL has told of messages of TLS itself, in the handshake and after it.
  private(set) var messageCount = 0

  /// OpenSSL's info callback. It is not called for what carries data, so that the count costs a call nothing.
  func noteMessage() { messageCount += 1 }

  /// Reads what is there. `count` is meaningful with `.done` only; it is 0 for messages of TLS itself, which carry nothing, and
  /// behind which more may have come.
  func read(into buffer: UnsafeMutableRawBufferPointer, count: inout Int) -> Progress {
    ERR_clear_error()
    let messagesBefore = messageCount
    let result = SSL_read(ssl, buffer.baseAddress, Int32(buffer.count))
    if result > 0 {
      count = Int(result)
      return .done
    }
    let progress = progress(after: result, doing: "read")
    if case .waits = progress, messageCount != messagesBefore {
      count = 0
      return .done
    }
    return progress
  }

  /// Whether bytes are already here that epoll will not announce.
  var hasPending: Bool { SSL_has_pending(ssl) == 1 }

  /// Writes some of `bytes`. `count` is meaningful with `.done` only.
  func write(_ bytes: UnsafeRawBufferPointer, count: inout Int) -> Progress {
    ERR_clear_error()
    let result = SSL_write(ssl, bytes.baseAddress, Int32(bytes.count))
    if result > 0 {
      wantsWrite = false
      count = Int(result)
      return .done
    }
    return progress(after: result, doing: "write")
  }

  /// Says goodbye; whether the peer hears it does not matter.
  func shutdown() {
    ERR_clear_error()
    SSL_shutdown(ssl)
    ERR_clear_error()
  }

  private func progress(after result: Int32, doing what: String) -> Progress {
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ:
      return .waits
    case SSL_ERROR_WANT_WRITE:
      wantsWrite = true
      return .waits
    case SSL_ERROR_ZERO_RETURN:
      return .failed("closed by the peer")
    case SSL_ERROR_SYSCALL:
      let reason = errno == 0 ? "closed by the peer" : String(cString: strerror(errno))
      ERR_clear_error()
      return .failed(reason)
    default:
      let verification = SSL_get_verify_result(ssl)
      let reason = lastOpenSSLReason()
      guard verification != X509_V_OK, let text = X509_verify_cert_error_string(verification) else {
        return .failed(reason)
      }
      return .failed("\(reason): \(String(cString: text))")
    }
  }

  private var hasSelectedHTTP2: Bool {
    var name: UnsafePointer<UInt8>?
    var length: UInt32 = 0
    SSL_get0_alpn_selected(ssl, &name, &length)
    guard let name, length == 2 else { return false }
    return name[0] == UInt8(ascii: "h") && name[1] == UInt8(ascii: "2")
  }

  /// What the other side proved to hold; `nil` where it was asked for nothing.
  func peerCertificate() -> PeerCertificate? {
    guard let certificate = SSL_get0_peer_certificate(ssl) else { return nil }
    return PeerCertificate(certificate, verifyError: defect?.rawValue ?? 0)
  }

  /// Lends the peer's certificate and the chain that came with it, `nil` where a session was resumed.
  func withPeer(_ body: (OpaquePointer?, OpaquePointer?) -> Bool) -> Bool {
    // Both belong to `ssl`, which outlives the call.
    body(SSL_get0_peer_certificate(ssl), SSL_get_peer_cert_chain(ssl))
  }
}

extension PeerCertificate {
  /// Reads a certificate that OpenSSL holds; copies everything.
  fileprivate convenience init?(_ certificate: OpaquePointer, verifyError: Int) {
    var encoded: UnsafeMutablePointer<UInt8>?
    let length = i2d_X509(certificate, &encoded)
    guard length > 0, let encoded else { return nil }
    defer { CRYPTO_free(encoded, nil, 0) }
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    X509_digest(certificate, EVP_sha256(), &digest, nil)
    guard let notBefore = seconds(X509_get0_notBefore(certificate)),
      let notAfter = seconds(X509_get0_notAfter(certificate))
    else { return nil }
    self.init(
      der: Array(UnsafeBufferPointer(start: encoded, count: Int(length))), sha256: digest,
      serialHex: serialText(certificate), uris: uriNames(certificate),
      issuer: issuerName(certificate), notBefore: notBefore, notAfter: notAfter,
      verifyError: verifyError)
  }
}

private func serialText(_ certificate: OpaquePointer) -> String {
  let number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nil)
  defer { BN_free(number) }
  guard let text = BN_bn2hex(number) else { return "" }
  defer { CRYPTO_free(text, nil, 0) }
  return String(cString: text)
}

private func issuerName(_ certificate: OpaquePointer) -> String {
  let bio = BIO_new(BIO_s_mem())
  defer { BIO_free(bio) }
  // XN_FLAG_RFC2253, whose macro Swift cannot see, without the escaping of non-ASCII text.
  let flags: UInt = 0x313 | 1 << 16 | 1 << 20 | 1 << 24
  X509_NAME_print_ex(bio, X509_get_issuer_name(certificate), 0, flags)
  var start: UnsafeMutablePointer<CChar>?
  // BIO_get_mem_data: lends the BIO's own buffer until the BIO is freed.
  let length = withUnsafeMutablePointer(to: &start) { BIO_ctrl(bio, BIO_CTRL_INFO, 0, $0) }
  guard let start, length > 0 else { return "" }
  return String(
    decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
}

private func uriNames(_ certificate: OpaquePointer) -> [String] {
  guard let names = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return [] }
  let stack = OpaquePointer(names)
  defer { GENERAL_NAMES_free(stack) }
  var uris: [String] = []
  for index in 0..<max(OPENSSL_sk_num(stack), 0) {
    guard let entry = OPENSSL_sk_value(stack, index) else { continue }
    // The stack holds GENERAL_NAME; its type says which member of the union is set.
    let name = entry.assumingMemoryBound(to: GENERAL_NAME.self).pointee
    guard name.type == GEN_URI, let text = name.d.uniformResourceIdentifier,
      let data = ASN1_STRING_get0_data(text)
    else { continue }
    let bytes = UnsafeBufferPointer(start: data, count: Int(ASN1_STRING_length(text)))
    uris.append(String(decoding: bytes, as: UTF8.self))
  }
  return uris
}
