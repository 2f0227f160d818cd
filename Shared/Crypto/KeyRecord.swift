// A key with its name, purpose and age, and its encoding in key files.

/// What a key is for. Raw values are stored.
package enum KeyPurpose: UInt8, Sendable, CaseIterable {
  /// Seals the records of a resource.
  case resource = 1
  /// Turns identifiers into tokens.
  case token = 2
  /// Signs evidence.
  case evidence = 3
  /// Seals what waits in the outbox.
  case outbox = 4
  /// Seals one month of the audit log's payloads.
  case month = 5
  /// Makes pseudonyms of persons.
  case pseudonym = 6
  /// Authenticates the token index.
  case index = 7
  /// Seals identifiers, mappings and case data kept with identity.
  case identity = 8
}

/// How the key's bytes are used. Raw values are stored; the first two are those of `SealSuite`.
package enum KeySuite: UInt8, Sendable, CaseIterable {
  case aes256GCM = 1
  case sm4CTRHMACSM3 = 2
  case aes256Permutation = 16
  case sm4Permutation = 17
  case hmacSHA256 = 32
  case ed25519 = 48

  package var keyByteCount: Int { self == .sm4Permutation ? 16 : 32 }
}

/// One named key.
package struct KeyRecord: Sendable {
  package let id: KeyID
  package let purpose: KeyPurpose
  /// The resource, month or domain that the key serves.
  package let resource: String
  /// Counts the keys of one purpose and resource from 1.
  package let version: UInt32
  package let suite: KeySuite
  /// Milliseconds since 1970 UTC.
  package let createdAt: Int64
  /// From when on the key opens and no longer seals; nil while it is in use.
  package internal(set) var retiredAt: Int64?
  let secret: SecretBytes

  /// A key with fresh random bytes and a fresh id.
  package init(
    purpose: KeyPurpose, resource: String, version: UInt32, suite: KeySuite, createdAt: Int64,
    random: any RandomSource
  ) {
    id = KeyID(random: random)
    self.purpose = purpose
    self.resource = resource
    self.version = version
    self.suite = suite
    self.createdAt = createdAt
    secret = SecretBytes(count: suite.keyByteCount, random: random)
  }

  // MARK: The key in its use

  package func sealKey() throws(CryptoError) -> SealKey {
    guard let suite = SealSuite(rawValue: suite.rawValue) else {
      throw .wrongKeyKind(expected: "seal")
    }
    return try SealKey(id: id, suite: suite, secret: secret)
  }

  package func tokenKey() throws(CryptoError) -> TokenKey {
    guard let suite = TokenKey.Suite(rawValue: suite.rawValue) else {
      throw .wrongKeyKind(expected: "token")
    }
    return try TokenKey(id: id, suite: suite, secret: secret)
  }

  package func hmacKey() throws(CryptoError) -> HMACSHA256 {
    guard suite == .hmacSHA256 else { throw .wrongKeyKind(expected: "HMAC") }
    return HMACSHA256(key: secret.copy())
  }

  package func ed25519Key() throws(CryptoError) -> Ed25519PrivateKey {
    guard suite == .ed25519 else { throw .wrongKeyKind(expected: "Ed25519") }
    var bytes = secret.copy()
    defer { wipe(&bytes) }
    return try Ed25519PrivateKey(rawBytes: bytes)
  }

  // MARK: Encoding

  /// `id (8) ‖ purpose (1) ‖ resource ‖ version (4) ‖ suite (1) ‖ created (8) ‖ retired (8, or the lowest number) ‖ secret`,
  /// text and secret behind their 4-byte lengths.
  func encode(into writer: inout ByteWriter) {
    writer.append(id.rawValue)
    writer.append(purpose.rawValue)
    writer.append(resource)
    writer.append(version)
    writer.append(suite.rawValue)
    writer.append(createdAt)
    writer.append(retiredAt ?? Int64.min)
    writer.append(secret.copy())
  }

  /// nil when the bytes are not a key.
  init?(reading reader: inout ByteReader) {
    guard let id = reader.number(UInt64.self),
      let purpose = reader.number(UInt8.self).flatMap(KeyPurpose.init),
      let resource = reader.text(), let version = reader.number(UInt32.self),
      let suite = reader.number(UInt8.self).flatMap(KeySuite.init),
      let createdAt = reader.number(Int64.self), let retiredAt = reader.number(Int64.self),
      var bytes = reader.bytes(), bytes.count == suite.keyByteCount
    else { return nil }
    self.id = KeyID(rawValue: id)
    self.purpose = purpose
    self.resource = resource
    self.version = version
    self.suite = suite
    self.createdAt = createdAt
    self.retiredAt = retiredAt == .min ? nil : retiredAt
    secret = SecretBytes(bytes)
    wipe(&bytes)
  }
}
