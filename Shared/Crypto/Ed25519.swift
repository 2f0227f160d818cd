// Ed25519 (RFC 8032): the signatures under evidence.

import COpenSSL

/// An Ed25519 signing key. Its 32 secret bytes lie inside OpenSSL and are wiped with the key.
package struct Ed25519PrivateKey: Sendable {
  private let key: OpenSSLKey
  /// The key that verifies what this one signs.
  package let publicKey: Ed25519PublicKey

  /// A fresh key.
  package init(random: any RandomSource) throws(CryptoError) {
    var seed = random.bytes(32)
    defer { wipe(&seed) }
    try self.init(rawBytes: seed)
  }

  /// The key of a 32-byte seed (RFC 8032 section 5.1.5).
  package init(rawBytes: [UInt8]) throws(CryptoError) {
    guard rawBytes.count == 32 else {
      throw .wrongLength(what: "Ed25519 private key", expected: 32, actual: rawBytes.count)
    }
    let pointer = EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, rawBytes, rawBytes.count)
    try self.init(OpenSSLKey(owning: try unwrap(pointer, "EVP_PKEY_new_raw_private_key_ex")))
  }

  /// A PKCS#8 key in PEM.
  package init(pem: String) throws(CryptoError) {
    try self.init(try OpenSSLKey.privateKey(pem: pem))
  }

  private init(_ key: OpenSSLKey) throws(CryptoError) {
    guard key.isKind("ED25519") else { throw .wrongKeyKind(expected: "Ed25519") }
    self.key = key
    var count = 32
    var bytes = [UInt8](repeating: 0, count: 32)
    try check(
      EVP_PKEY_get_raw_public_key(key.pointer, &bytes, &count), "EVP_PKEY_get_raw_public_key")
    publicKey = try Ed25519PublicKey(rawBytes: bytes)
  }

  /// The 32-byte seed, for the keyring.
  package func rawBytes() throws(CryptoError) -> [UInt8] {
    var count = 32
    var bytes = [UInt8](repeating: 0, count: 32)
    try check(
      EVP_PKEY_get_raw_private_key(key.pointer, &bytes, &count), "EVP_PKEY_get_raw_private_key")
    return bytes
  }

  /// PKCS#8 in PEM, without a password.
  package func pem() throws(CryptoError) -> String { try key.privatePEM() }

  /// The 64-byte signature of the message.
  package func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
    try key.sign(message, digest: nil)
  }
}

/// An Ed25519 verification key, equal by its 32 bytes.
package struct Ed25519PublicKey: Sendable, Hashable {
  /// The compressed point (RFC 8032 section 5.1.2).
  package let rawBytes: [UInt8]
  private let key: OpenSSLKey

  package init(rawBytes: [UInt8]) throws(CryptoError) {
    guard rawBytes.count == 32 else {
      throw .wrongLength(what: "Ed25519 public key", expected: 32, actual: rawBytes.count)
    }
    let pointer = EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, rawBytes, rawBytes.count)
    key = OpenSSLKey(owning: try unwrap(pointer, "EVP_PKEY_new_raw_public_key_ex"))
    self.rawBytes = rawBytes
  }

  /// A SubjectPublicKeyInfo in PEM.
  package init(pem: String) throws(CryptoError) {
    let key = try OpenSSLKey.publicKey(pem: pem)
    guard key.isKind("ED25519") else { throw .wrongKeyKind(expected: "Ed25519") }
    var count = 32
    var bytes = [UInt8](repeating: 0, count: 32)
    try check(
      EVP_PKEY_get_raw_public_key(key.pointer, &bytes, &count), "EVP_PKEY_get_raw_public_key")
    self.key = key
    rawBytes = bytes
  }

  package func pem() throws(CryptoError) -> String { try key.publicPEM() }

  /// Whether the signature is this key's over the message.
  package func isValid(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    signature.count == 64 && key.verifies(signature, of: message, digest: nil)
  }

  package static func == (left: Ed25519PublicKey, right: Ed25519PublicKey) -> Bool {
    left.rawBytes == right.rawBytes
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(rawBytes) }
}
