// ECDSA on P-256 with SHA-256 (FIPS 186-4): certificates, tickets and statements.

import COpenSSL

/// A P-256 signing key. The scalar lies inside OpenSSL and is wiped with the key.
package struct P256PrivateKey: Sendable {
  let key: OpenSSLKey
  /// The key that verifies what this one signs.
  package let publicKey: P256PublicKey

  /// The number of points of the curve; scalars are below it (SEC 2 section 2.4.2).
  private static let order: [UInt8] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
  ]

  /// PKCS#8 of a P-256 key up to its 32-byte scalar, without the public point, which OpenSSL computes (RFC 5958, RFC 5915).
  private static let pkcs8Prefix: [UInt8] = [
    0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01,
    0x01, 0x04, 0x20,
  ]

  /// A fresh key: a random scalar in 1 ..< order, drawn again when outside (FIPS 186-4 B.4.2).
  package init(random: any RandomSource) throws(CryptoError) {
    var scalar = random.bytes(32)
    while !Self.isScalar(scalar) { random.fill(&scalar) }
    defer { wipe(&scalar) }
    try self.init(scalar: scalar)
  }

  /// The key of a 32-byte big-endian scalar.
  package init(scalar: [UInt8]) throws(CryptoError) {
    guard scalar.count == 32 else {
      throw .wrongLength(what: "P-256 private key", expected: 32, actual: scalar.count)
    }
    guard Self.isScalar(scalar) else { throw .malformed("private key") }
    var der = Self.pkcs8Prefix + scalar
    defer { wipe(&der) }
    try self.init(try OpenSSLKey.privateKey(pkcs8: der))
  }

  /// A PKCS#8 key in PEM.
  package init(pem: String) throws(CryptoError) {
    try self.init(try OpenSSLKey.privateKey(pem: pem))
  }

  private init(_ key: OpenSSLKey) throws(CryptoError) {
    self.key = key
    publicKey = try P256PublicKey(checking: key)
  }

  private static func isScalar(_ bytes: [UInt8]) -> Bool {
    bytes.lexicographicallyPrecedes(order) && bytes.contains { $0 != 0 }
  }

  /// PKCS#8 in PEM, without a password.
  package func pem() throws(CryptoError) -> String { try key.privatePEM() }

  /// The DER signature (RFC 3279 section 2.2.3) over the SHA-256 of the message.
  package func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
    try key.sign(message, digest: EVP_sha256())
  }
}

/// A P-256 verification key, equal by its SubjectPublicKeyInfo.
package struct P256PublicKey: Sendable, Hashable {
  let key: OpenSSLKey
  /// SubjectPublicKeyInfo in DER (RFC 5480).
  package let der: [UInt8]

  /// The SHA-256 of the SubjectPublicKeyInfo, a name of the key.
  package var sha256: [UInt8] { SHA256.hash(der) }

  /// A SubjectPublicKeyInfo in DER.
  package init(der: [UInt8]) throws(CryptoError) {
    try self.init(checking: try OpenSSLKey.publicKey(der: der))
  }

  /// A SubjectPublicKeyInfo in PEM.
  package init(pem: String) throws(CryptoError) {
    try self.init(checking: try OpenSSLKey.publicKey(pem: pem))
  }

  /// The uncompressed point, 0x04 ‖ x ‖ y (SEC 1 section 2.3.3).
  package init(point: [UInt8]) throws(CryptoError) {
    guard point.count == 65, point.first == 4 else { throw .malformed("public key") }
    try self.init(der: Self.spkiPrefix + point)
  }

  init(checking key: OpenSSLKey) throws(CryptoError) {
    guard key.isKind("EC") else { throw .wrongKeyKind(expected: "P-256") }
    der = try key.publicDER()
    guard der.count == 91, der.starts(with: Self.spkiPrefix) else {
      throw .wrongKeyKind(expected: "P-256")
    }
    self.key = key
  }

  /// What stands before the point of every P-256 SubjectPublicKeyInfo with a named curve.
  private static let spkiPrefix: [UInt8] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
  ]

  /// The uncompressed point, 65 bytes.
  package var point: [UInt8] { Array(der.suffix(65)) }

  package func pem() throws(CryptoError) -> String { try key.publicPEM() }

  /// Whether the DER signature is this key's over the SHA-256 of the message.
  package func isValid(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    key.verifies(signature, of: message, digest: EVP_sha256())
  }

  package static func == (left: P256PublicKey, right: P256PublicKey) -> Bool {
    left.der == right.der
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(der) }
}
