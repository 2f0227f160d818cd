// What a seal is: suites, keys, the place a seal is bound to, and the envelope's layout.

/// The name of a key: 8 random bytes, so that keys made on different machines do not clash.
package struct KeyID: Sendable, Hashable, Comparable {
  package let rawValue: UInt64

  package init(rawValue: UInt64) { self.rawValue = rawValue }

  package init(random: any RandomSource) { rawValue = random.uint64() }

  /// 16 hexadecimal digits; nil for any other text.
  package init?(text: some StringProtocol) {
    guard let bytes = Hex.decode(text), let value = UInt64(bigEndianBytes: bytes) else {
      return nil
    }
    rawValue = value
  }

  package var text: String { Hex.encode(rawValue.bigEndianBytes) }

  package static func < (left: KeyID, right: KeyID) -> Bool { left.rawValue < right.rawValue }
}

/// How records are sealed. Raw values are stored in every envelope.
package enum SealSuite: UInt8, Sendable, CaseIterable {
  /// AES-256-GCM (NIST SP 800-38D): nonce 12 bytes, tag 16.
  case aes256GCM = 1
  /// SM4 in counter mode (GB/T 32907, GB/T 17964), then HMAC-SM3 over everything (GB/T 32905, GB/T 15852.2): nonce 16, tag 32.
  case sm4CTRHMACSM3 = 2

  /// As operators write it.
  package var name: String {
    switch self {
    case .aes256GCM: "aes-256-gcm"
    case .sm4CTRHMACSM3: "sm4-ctr-hmac-sm3"
    }
  }

  /// nil for any other text than a ``name``.
  package init?(name: String) {
    guard let suite = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = suite
  }

  package var nonceByteCount: Int { self == .aes256GCM ? 12 : 16 }
  package var tagByteCount: Int { self == .aes256GCM ? 16 : 32 }
  /// What an envelope is longer than its content.
  package var overheadByteCount: Int {
    SealEnvelope.headerByteCount + nonceByteCount + tagByteCount
  }
}

/// The key of a resource: 32 bytes, from which the key of each record is derived.
package struct SealKey: Sendable {
  package static let byteCount = 32

  package let id: KeyID
  /// The suite of the resource. An envelope that claims another is refused, whatever its header says.
  package let suite: SealSuite
  let secret: SecretBytes

  package init(id: KeyID, suite: SealSuite, secret: SecretBytes) throws(CryptoError) {
    guard secret.count == Self.byteCount else {
      throw .wrongLength(what: "seal key", expected: Self.byteCount, actual: secret.count)
    }
    self.id = id
    self.suite = suite
    self.secret = secret
  }
}

/// The place to which a seal is bound. An envelope moved to another place does not open.
///
/// Additional authenticated data, every number big-endian, every text behind its 4-byte length:
/// `"weir-seal-v1" ‖ suite (1) ‖ key id (8) ‖ kind (1) ‖ resource ‖ schema version (4) ‖ batch ‖ token (1 byte 0, or 1
/// byte 16 and 16 bytes) ‖ record id (8)`.
package struct SealContext: Sendable, Hashable {
  /// What kind of thing is sealed, so that a rejected row never opens as a record. Raw values are part of the format.
  package enum Kind: UInt8, Sendable, CaseIterable {
    case record = 1
    case rejectedRow = 2
    /// A row of a department's own roll, or a whole chunk of it.
    case roll = 3
    /// The subjects and items behind one evidence entry.
    case manifest = 4
    case comparisonCase = 5
    /// Salt and payload of an evidence entry.
    case evidence = 6
    case keyring = 7
    /// An identifier or mapping kept with identity.
    case identity = 8
    /// A document or free text that a case holds.
    case attachment = 9
  }

  package var kind: Kind
  package var resource: String
  package var schemaVersion: UInt32
  package var batch: String
  /// The token under which the row was sealed, where there is one.
  package var token: Token?
  package var recordID: Int64

  package init(
    kind: Kind, resource: String, schemaVersion: UInt32 = 1, batch: String = "",
    token: Token? = nil, recordID: Int64 = 0
  ) {
    self.kind = kind
    self.resource = resource
    self.schemaVersion = schemaVersion
    self.batch = batch
    self.token = token
    self.recordID = recordID
  }

  private static let label = Array("weir-seal-v1".utf8)

  /// Appends the authenticated data of this place under a key.
  func encode(suite: SealSuite, keyID: KeyID, into writer: inout ByteWriter) {
    writer.append(fixed: Self.label)
    writer.append(suite.rawValue)
    writer.append(keyID.rawValue)
    writer.append(kind.rawValue)
    writer.append(resource)
    writer.append(schemaVersion)
    writer.append(batch)
    if let token {
      writer.append(UInt8(16))
      writer.append(token.high)
      writer.append(token.low)
    } else {
      writer.append(UInt8(0))
    }
    writer.append(recordID)
  }
}

/// The layout of sealed bytes: `suite (1) ‖ key id (8, big-endian) ‖ nonce (12 or 16) ‖ ciphertext ‖ tag (16 or 32)`.
package enum SealEnvelope {
  package static let headerByteCount = 9

  /// The suite and key that an envelope names, to look the key up with; nothing is verified yet. nil when there is no header.
  package static func header(of envelope: [UInt8]) -> (suite: SealSuite, keyID: KeyID)? {
    guard envelope.count >= headerByteCount, let suite = SealSuite(rawValue: envelope[0]),
      let keyID = UInt64(bigEndianBytes: envelope[1..<headerByteCount])
    else { return nil }
    return (suite, KeyID(rawValue: keyID))
  }
}

/// Why sealed bytes do not open.
package enum SealError: Error, Equatable, Sendable {
  /// Shorter than the suite's header, nonce and tag.
  case truncated
  /// The header names another suite than the resource's.
  case wrongSuite
  /// The header names another key.
  case wrongKey
  /// The tag does not hold: the bytes, the key, the salt or the place are not those of the sealing.
  case notAuthentic
  /// OpenSSL failed.
  case failed(CryptoError)
}
