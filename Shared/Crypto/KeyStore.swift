// A key with its certificates in one file under a password (PKCS #12, RFC 7292), as Java and browsers take it.

import COpenSSL

/// How a key store is locked.
package enum KeyStoreForm: String, Sendable, CaseIterable {
  /// AES-256 and SHA-256: Java 8 from update 301 on, every browser of today.
  case modern
  /// Three-key triple DES and SHA-1, for what is older. It holds no longer than its password does; the file is a secret either way.
  case legacy
}

package enum KeyStore {
  /// Rounds of the password's derivation.
  private static let rounds: Int32 = 100_000

  /// The key store of a key, its certificate and the certificates above it.
  ///
  /// - Parameters:
  ///   - chain: The leaf first.
  ///   - alias: By which Java finds the entry.
  /// - Throws: `keyMismatch` where the first certificate is not the key's.
  package static func encode(
    _ key: P256PrivateKey, chain: [Certificate], alias: String, password: String,
    form: KeyStoreForm
  ) throws(CryptoError) -> [UInt8] {
    guard let leaf = chain.first, leaf.publicKeyInfo == key.publicKey.der else {
      throw .keyMismatch
    }
    let certificate = try Certificate.pointer(der: leaf.der)
    defer { X509_free(certificate) }
    let above = try unwrap(weir_certificates_new(), "sk_X509_new_null")
    defer { weir_certificates_free(above) }
    for issuer in chain.dropFirst() {
      let pointer = try Certificate.pointer(der: issuer.der)
      // The list takes a reference of its own.
      defer { X509_free(pointer) }
      try check(weir_certificates_append(above, pointer), "sk_X509_push")
    }
    let cipher =
      form == .legacy ? NID_pbe_WithSHA1And3_Key_TripleDES_CBC : NID_aes_256_cbc
    // Without a check sum at first (-1): which digest makes it is said below.
    let store = try unwrap(
      PKCS12_create(
        password, alias, key.key.pointer, certificate, above, cipher, cipher, rounds, -1, 0),
      "PKCS12_create")
    defer { PKCS12_free(store) }
    let digest = form == .legacy ? EVP_sha1() : EVP_sha256()
    try check(PKCS12_set_mac(store, password, -1, nil, 0, rounds, digest), "PKCS12_set_mac")
    return try encoded("i2d_PKCS12") { i2d_PKCS12(store, $0) }
  }
}
