// An X.509 certificate, read once into plain values.

import COpenSSL

/// A certificate (RFC 5280) with what Weir asks of one, equal by its DER bytes.
///
/// Reading checks form only; whom to trust is decided by `CertificateTrust`.
package struct Certificate: Sendable, Hashable {
  package let der: [UInt8]
  /// SHA-256 of the DER bytes, the name of the certificate in tickets and registry.
  package let sha256: [UInt8]
  /// RFC 2253 texts.
  package let subject: String
  package let issuer: String
  package let commonName: String
  /// The serial number in lower-case hexadecimal, whole bytes, no leading zero byte.
  package let serialHex: String
  /// Seconds since 1970 UTC.
  package let notBefore: Int64
  package let notAfter: Int64
  package let names: CertificateNames
  /// Whether basicConstraints make this a certificate authority.
  package let isAuthority: Bool
  /// The key as SubjectPublicKeyInfo in DER.
  package let publicKeyInfo: [UInt8]

  package var uris: [String] { names.uris }
  package var dnsNames: [String] { names.dnsNames }
  package var ipAddresses: [String] { names.ipAddresses }
  /// SHA-256 of the SubjectPublicKeyInfo.
  package var publicKeySHA256: [UInt8] { SHA256.hash(publicKeyInfo) }

  package init(der: [UInt8]) throws(CryptoError) {
    let certificate = try Self.pointer(der: der)
    defer { X509_free(certificate) }
    try self.init(reading: certificate, der: der)
  }

  /// The first certificate of a PEM text.
  package init(pem: String) throws(CryptoError) {
    guard let first = try Self.all(pem: pem).first else { throw .malformed("certificate") }
    self = first
  }

  /// Every certificate of a PEM text, in its order; other PEM blocks are refused, text around the blocks is not.
  package static func all(pem: String) throws(CryptoError) -> [Certificate] {
    try PEM.blocks(in: pem).map { (block) throws(CryptoError) -> Certificate in
      guard block.label == "CERTIFICATE" else { throw .malformed("certificate") }
      return try Certificate(der: block.bytes)
    }
  }

  init(reading certificate: OpaquePointer, der: [UInt8]) throws(CryptoError) {
    self.der = der
    sha256 = SHA256.hash(der)
    subject = try SubjectName.text(of: X509_get_subject_name(certificate))
    issuer = try SubjectName.text(of: X509_get_issuer_name(certificate))
    commonName = SubjectName.commonName(of: X509_get_subject_name(certificate))
    serialHex = try SerialNumber.hex(X509_get0_serialNumber(certificate))
    notBefore = try CertificateTime.seconds(of: X509_get0_notBefore(certificate))
    notAfter = try CertificateTime.seconds(of: X509_get0_notAfter(certificate))
    let list = weir_certificate_names(certificate)
    defer { weir_names_free(list) }
    names = try CertificateNames(reading: list)
    isAuthority = X509_check_ca(certificate) == 1
    let key = try unwrap(X509_get0_pubkey(certificate), "X509_get0_pubkey")
    publicKeyInfo = try encoded("i2d_PUBKEY") { i2d_PUBKEY(key, $0) }
  }

  package var pem: String { PEM.encode(der, label: "CERTIFICATE") }

  /// Whether the time lies within the term. The second `notAfter` itself is already outside, as OpenSSL decides in the
  /// handshake (RFC 5280 section 4.1.2.5 would still count it).
  package func isInTerm(at seconds: Int64) -> Bool { notBefore <= seconds && seconds < notAfter }

  /// The key of a P-256 certificate.
  package func p256PublicKey() throws(CryptoError) -> P256PublicKey {
    try P256PublicKey(der: publicKeyInfo)
  }

  /// OpenSSL's form of the bytes, nothing left over; the caller frees it.
  static func pointer(der: [UInt8]) throws(CryptoError) -> OpaquePointer {
    try parsed(decoded(der, { d2i_X509(nil, $0, $1) }, free: { X509_free($0) }), "certificate")
  }

  package static func == (left: Certificate, right: Certificate) -> Bool { left.der == right.der }

  package func hash(into hasher: inout Hasher) { hasher.combine(sha256) }
}

/// Serial numbers of certificates.
enum SerialNumber {
  /// 16 random bytes that begin with the bits 01, so that the number is positive and always 16 bytes long: 126 random
  /// bits, above the 64 that the CA/Browser Forum asks for.
  static func make(random: any RandomSource) -> [UInt8] {
    var bytes = random.bytes(16)
    bytes[0] = bytes[0] & 0x3f | 0x40
    return bytes
  }

  static func hex(_ serial: UnsafePointer<ASN1_INTEGER>?) throws(CryptoError) -> String {
    let number = try unwrap(ASN1_INTEGER_to_BN(serial, nil), "ASN1_INTEGER_to_BN")
    defer { BN_free(number) }
    var bytes = [UInt8](repeating: 0, count: Int(BN_num_bits(number) + 7) / 8)
    _ = BN_bn2bin(number, &bytes)
    return Hex.encode(bytes)
  }

  /// Lends OpenSSL's form of the number to one call.
  static func with(
    _ bytes: [UInt8],
    _ body: (UnsafeMutablePointer<ASN1_INTEGER>) throws(CryptoError) -> Void
  ) throws(CryptoError) {
    let number = try unwrap(BN_bin2bn(bytes, Int32(bytes.count), nil), "BN_bin2bn")
    defer { BN_free(number) }
    let serial = try unwrap(BN_to_ASN1_INTEGER(number, nil), "BN_to_ASN1_INTEGER")
    defer { ASN1_INTEGER_free(serial) }
    try body(serial)
  }
}

/// PEM blocks (RFC 7468) without headers.
package enum PEM {
  package struct Block: Sendable, Equatable {
    package let label: String
    package let bytes: [UInt8]
  }

  /// One block, lines of 64 characters.
  package static func encode(_ bytes: [UInt8], label: String) -> String {
    var text = "-----BEGIN \(label)-----\n"
    var line = Base64.encode(bytes)[...]
    while !line.isEmpty {
      text += line.prefix(64) + "\n"
      line = line.dropFirst(64)
    }
    return text + "-----END \(label)-----\n"
  }

  /// Every block of the text; what stands between blocks is ignored (RFC 7468 section 2).
  package static func blocks(in text: String) throws(CryptoError) -> [Block] {
    var blocks: [Block] = []
    var label: Substring?
    var body = ""
    for rawLine in text.split(whereSeparator: \.isNewline) {
      let line = rawLine.trimmingSuffix { $0 == " " || $0 == "\t" }
      if let open = label {
        if line == "-----END \(open)-----" {
          guard let bytes = Base64.decode(body) else { throw .malformed("PEM") }
          blocks.append(Block(label: String(open), bytes: bytes))
          label = nil
          body = ""
        } else {
          body += line
        }
      } else if line.hasPrefix("-----BEGIN "), line.hasSuffix("-----"), line.count > 16 {
        label = line.dropFirst(11).dropLast(5)
      }
    }
    guard label == nil else { throw .malformed("PEM") }
    return blocks
  }
}

extension Substring {
  fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
    var result = self
    while let last = result.last, isTrimmed(last) { result.removeLast() }
    return result
  }
}
