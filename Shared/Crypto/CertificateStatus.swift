// What an authority's responder says of one certificate (OCSP, RFC 6960), as a server staples it for its clients.

import COpenSSL

/// A responder's signed answer about one certificate.
package struct CertificateStatus: Sendable, Hashable {
  package enum State: Int32, Sendable {
    case good = 0
    case revoked = 1
    case unknown = 2
  }

  /// The whole response, as it is stapled.
  package let der: [UInt8]
  package let state: State
  /// Seconds since 1970 UTC.
  package let thisUpdate: Int64
  /// An answer that does not say when it ends cannot be kept (RFC 5019 section 2.2.4).
  package let nextUpdate: Int64

  /// Reads a response and checks that the issuer, or a responder that the issuer named, signed it about this certificate.
  ///
  /// - Parameter seconds: The time at which the responder's own certificate must hold, seconds since 1970 UTC.
  package init(
    der: [UInt8], of certificate: Certificate, issuer: Certificate, at seconds: Int64
  ) throws(CryptoError) {
    let response = try parsed(
      decoded(der, { d2i_OCSP_RESPONSE(nil, $0, $1) }, free: { OCSP_RESPONSE_free($0) }),
      "certificate status")
    defer { OCSP_RESPONSE_free(response) }
    let basic = try parsed(OCSP_response_get1_basic(response), "certificate status")
    defer { OCSP_BASICRESP_free(basic) }
    try Self.verify(basic, issuer: issuer, at: seconds)
    let id = try Self.id(of: certificate, issuer: issuer)
    defer { OCSP_CERTID_free(id) }
    var code: Int32 = -1
    var begin: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
    var end: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
    // The times that it lends belong to `basic`.
    guard OCSP_resp_find_status(basic, id, &code, nil, nil, &begin, &end) == 1,
      let state = State(rawValue: code), let begin, let end
    else {
      ERR_clear_error()
      throw .malformed("certificate status")
    }
    self.der = der
    self.state = state
    thisUpdate = try CertificateTime.seconds(of: begin)
    nextUpdate = try CertificateTime.seconds(of: end)
  }

  /// Five minutes are granted to clocks that differ.
  package func isCurrent(at seconds: Int64) -> Bool {
    thisUpdate - 300 <= seconds && seconds < nextUpdate
  }

  /// The question to a responder, DER, without a nonce: the answer is for many.
  package static func request(
    of certificate: Certificate, issuer: Certificate
  ) throws(CryptoError) -> [UInt8] {
    let request = try unwrap(OCSP_REQUEST_new(), "OCSP_REQUEST_new")
    defer { OCSP_REQUEST_free(request) }
    let id = try id(of: certificate, issuer: issuer)
    guard OCSP_request_add0_id(request, id) != nil else {
      OCSP_CERTID_free(id)
      throw libraryError("OCSP_request_add0_id")
    }
    return try encoded("i2d_OCSP_REQUEST") { i2d_OCSP_REQUEST(request, $0) }
  }

  /// By SHA-1, which every responder knows (RFC 5019 section 2.1.1); it names the certificate and proves nothing.
  private static func id(
    of certificate: Certificate, issuer: Certificate
  ) throws(CryptoError) -> OpaquePointer {
    let subject = try Certificate.pointer(der: certificate.der)
    defer { X509_free(subject) }
    let authority = try Certificate.pointer(der: issuer.der)
    defer { X509_free(authority) }
    return try unwrap(OCSP_cert_to_id(EVP_sha1(), subject, authority), "OCSP_cert_to_id")
  }

  private static func verify(
    _ basic: OpaquePointer, issuer: Certificate, at seconds: Int64
  ) throws(CryptoError) {
    let authority = try Certificate.pointer(der: issuer.der)
    defer { X509_free(authority) }
    let store = try unwrap(X509_STORE_new(), "X509_STORE_new")
    defer { X509_STORE_free(store) }
    let known = try unwrap(weir_certificates_new(), "sk_X509_new_null")
    defer { weir_certificates_free(known) }
    try check(weir_certificates_append(known, authority), "sk_X509_push")
    try check(X509_STORE_add_cert(store, authority), "X509_STORE_add_cert")
    // The issuer's own chain was verified with the certificate.
    try check(X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN)), "X509_STORE_set_flags")
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), time_t(seconds))
    let isSigned = OCSP_basic_verify(basic, known, store, 0) == 1
    ERR_clear_error()
    if !isSigned { throw .malformed("certificate status") }
  }
}
