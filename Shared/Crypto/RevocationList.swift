// A certificate revocation list (RFC 5280 section 5), for service certificates.

import COpenSSL

/// One revoked certificate.
package struct RevokedCertificate: Sendable, Hashable {
  /// CRLReason of RFC 5280 section 5.3.1; those that Weir gives.
  package enum Reason: Int32, Sendable, CaseIterable {
    case unspecified = 0
    case keyCompromise = 1
    case affiliationChanged = 3
    case superseded = 4
    case cessationOfOperation = 5

    /// The key was in nobody else's hands until then.
    var leavesThePast: Bool { self == .superseded || self == .cessationOfOperation }
  }

  /// As `Certificate.serialHex`.
  package let serialHex: String
  /// Seconds since 1970 UTC.
  package let revokedAt: Int64
  package let reason: Reason

  package init(serialHex: String, revokedAt: Int64, reason: Reason) {
    self.serialHex = serialHex
    self.revokedAt = revokedAt
    self.reason = reason
  }
}

/// A list as its issuer signed it. Reading checks form; `isSigned(by:)` checks who made it.
package struct RevocationList: Sendable, Hashable {
  package let der: [UInt8]
  package let issuer: String
  /// Seconds since 1970 UTC.
  package let thisUpdate: Int64
  package let nextUpdate: Int64?
  /// Grows with each list of an authority; `nil` where the list has none.
  package let number: Int64?
  package let entries: [RevokedCertificate]
  /// Serial number in hexadecimal → second of revocation.
  package let revoked: [String: Int64]

  package init(der: [UInt8]) throws(CryptoError) {
    let list = try Self.pointer(der: der)
    defer { X509_CRL_free(list) }
    self.der = der
    issuer = try SubjectName.text(of: X509_CRL_get_issuer(list))
    thisUpdate = try CertificateTime.seconds(of: X509_CRL_get0_lastUpdate(list))
    nextUpdate = try X509_CRL_get0_nextUpdate(list).map { (time) throws(CryptoError) in
      try CertificateTime.seconds(of: time)
    }
    let number = weir_list_number(list)
    self.number = number < 0 ? nil : number
    var entries: [RevokedCertificate] = []
    for index in 0..<weir_revoked_count(list) {
      let entry = weir_revoked_get(list, index)
      entries.append(
        RevokedCertificate(
          serialHex: try SerialNumber.hex(X509_REVOKED_get0_serialNumber(entry)),
          revokedAt: try CertificateTime.seconds(of: X509_REVOKED_get0_revocationDate(entry)),
          reason: RevokedCertificate.Reason(rawValue: weir_revoked_reason(entry)) ?? .unspecified))
    }
    self.entries = entries
    revoked = Dictionary(
      entries.map { ($0.serialHex, $0.revokedAt) }, uniquingKeysWith: { first, _ in first })
  }

  package init(pem: String) throws(CryptoError) {
    guard let block = try PEM.blocks(in: pem).first, block.label == "X509 CRL" else {
      throw .malformed("revocation list")
    }
    try self.init(der: block.bytes)
  }

  /// Whether the list says that this certificate is revoked.
  package func names(_ certificate: Certificate) -> Bool {
    certificate.issuer == issuer && revoked[certificate.serialHex] != nil
  }

  /// Whether the list takes a certificate back for something that was signed at a time: of one that was merely replaced, or whose
  /// authority ceased, what it signed before stands; of every other reason nobody knows since when.
  package func revokes(_ certificate: Certificate, at seconds: Int64) -> Bool {
    guard names(certificate) else { return false }
    return entries.contains {
      $0.serialHex == certificate.serialHex
        && (!$0.reason.leavesThePast || $0.revokedAt <= seconds)
    }
  }

  package var pem: String { PEM.encode(der, label: "X509 CRL") }

  /// Whether the authority of the certificate signed this list.
  package func isSigned(by authority: Certificate) -> Bool {
    guard let list = try? Self.pointer(der: der),
      let key = try? OpenSSLKey.publicKey(der: authority.publicKeyInfo)
    else { return false }
    defer {
      X509_CRL_free(list)
      ERR_clear_error()
    }
    return authority.subject == issuer && X509_CRL_verify(list, key.pointer) == 1
  }

  static func pointer(der: [UInt8]) throws(CryptoError) -> OpaquePointer {
    try parsed(
      decoded(der, { d2i_X509_CRL(nil, $0, $1) }, free: { X509_CRL_free($0) }), "revocation list")
  }

  static func make(
    _ revoked: [RevokedCertificate], number: Int64, thisUpdate: Int64, nextUpdate: Int64,
    issuer: Certificate, key: P256PrivateKey
  ) throws(CryptoError) -> RevocationList {
    let list = try unwrap(X509_CRL_new(), "X509_CRL_new")
    defer { X509_CRL_free(list) }
    let authority = try Certificate.pointer(der: issuer.der)
    defer { X509_free(authority) }
    try check(X509_CRL_set_version(list, 1), "X509_CRL_set_version")
    try check(
      X509_CRL_set_issuer_name(list, X509_get_subject_name(authority)), "X509_CRL_set_issuer_name")
    let from = try CertificateTime.make(thisUpdate)
    defer { ASN1_TIME_free(from) }
    let until = try CertificateTime.make(nextUpdate)
    defer { ASN1_TIME_free(until) }
    try check(X509_CRL_set1_lastUpdate(list, from), "X509_CRL_set1_lastUpdate")
    try check(X509_CRL_set1_nextUpdate(list, until), "X509_CRL_set1_nextUpdate")
    for entry in revoked { try add(entry, to: list) }
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, authority, nil, nil, list, 0)
    let item = try unwrap(
      X509V3_EXT_conf_nid(nil, &context, NID_authority_key_identifier, "keyid:always"),
      "X509V3_EXT_conf_nid")
    defer { X509_EXTENSION_free(item) }
    try check(X509_CRL_add_ext(list, item, -1), "X509_CRL_add_ext")
    try check(weir_list_set_number(list, number), "X509_CRL_add1_ext_i2d")
    try check(X509_CRL_sort(list), "X509_CRL_sort")
    guard X509_CRL_sign(list, key.key.pointer, EVP_sha256()) > 0 else {
      throw libraryError("X509_CRL_sign")
    }
    return try RevocationList(der: try encoded("i2d_X509_CRL") { i2d_X509_CRL(list, $0) })
  }

  private static func add(
    _ revoked: RevokedCertificate, to list: OpaquePointer
  ) throws(CryptoError) {
    guard let serial = Hex.decode(revoked.serialHex), !serial.isEmpty else {
      throw .malformed("serial number")
    }
    let entry = try unwrap(X509_REVOKED_new(), "X509_REVOKED_new")
    var isOwned = true
    defer { if isOwned { X509_REVOKED_free(entry) } }
    try SerialNumber.with(serial) { (number) throws(CryptoError) in
      try check(
        X509_REVOKED_set_serialNumber(entry, number), "X509_REVOKED_set_serialNumber")
    }
    let time = try CertificateTime.make(revoked.revokedAt)
    defer { ASN1_TIME_free(time) }
    try check(X509_REVOKED_set_revocationDate(entry, time), "X509_REVOKED_set_revocationDate")
    // RFC 5280 section 5.3.1: "unspecified" is said by leaving the reason out.
    if revoked.reason != .unspecified {
      try check(
        weir_revoked_set_reason(entry, revoked.reason.rawValue), "X509_REVOKED_add1_ext_i2d")
    }
    try check(X509_CRL_add0_revoked(list, entry), "X509_CRL_add0_revoked")
    isOwned = false
  }
}
