// Sealing and opening in bulk, with contexts that are made once.

import COpenSSL

/// Seals and opens under one resource key. Contexts and random bytes are reused, so a record costs well under a
/// microsecond; make one per thread and batch, not per record. Not Sendable, because the contexts are not.
///
/// Each record has a key of its own, derived from the resource key and the subject's random salt (HKDF-Expand, RFC 5869
/// section 2.3, whose extract step a uniformly random key may leave out, section 3.3), with SHA-256 or SM3 as the suite says:
/// `info = "weir-record-key-v1" ‖ suite ‖ salt`. Deleting the salt deletes what was sealed under it, in backups too.
/// What belongs to no subject is sealed with an empty salt.
package final class Sealer {
  private let key: SealKey
  private let cipher: AuthenticatedCipher
  private let derivation: RecordKeyDerivation
  private let random: any RandomSource
  private var nonces: [UInt8] = []
  private var usedNonceBytes = 0
  private var associated = ByteWriter()
  private var currentSalt: [UInt8]?

  private static let noncePoolByteCount = 4_080

  package init(key: SealKey, random: any RandomSource) throws(SealError) {
    self.key = key
    self.random = random
    do throws(CryptoError) {
      cipher = try AuthenticatedCipher(suite: key.suite)
      derivation = try RecordKeyDerivation(key: key)
    } catch {
      throw .failed(error)
    }
  }

  /// Appends the envelope of the content, under a nonce that is new at each call.
  package func seal(
    _ content: RawSpan, salt: [UInt8], context: SealContext, into output: inout [UInt8]
  ) throws(SealError) {
    try prepare(salt: salt, context: context)
    let nonceCount = key.suite.nonceByteCount
    if nonces.count - usedNonceBytes < nonceCount {
      nonces = random.bytes(Self.noncePoolByteCount)
      usedNonceBytes = 0
    }
    let pool = nonces
    let nonce = pool.span.bytes.extracting(usedNonceBytes..<usedNonceBytes + nonceCount)
    usedNonceBytes += nonceCount
    output.reserveCapacity(output.count + content.byteCount + key.suite.overheadByteCount)
    output.append(key.suite.rawValue)
    withUnsafeBytes(of: key.id.rawValue.bigEndian) { output.append(contentsOf: $0) }
    nonce.withUnsafeBytes { output.append(contentsOf: $0) }
    let place = associated.bytes
    do throws(CryptoError) {
      try cipher.encrypt(content, nonce: nonce, associated: place.span.bytes, into: &output)
    } catch {
      throw .failed(error)
    }
  }

  package func seal(
    _ content: [UInt8], salt: [UInt8] = [], context: SealContext
  ) throws(SealError) -> [UInt8] {
    var output: [UInt8] = []
    try seal(content.span.bytes, salt: salt, context: context, into: &output)
    return output
  }

  /// Appends the content of the envelope; appends nothing when it throws.
  package func open(
    _ envelope: RawSpan, salt: [UInt8], context: SealContext, into output: inout [UInt8]
  ) throws(SealError) {
    let suite = key.suite
    guard envelope.byteCount >= SealEnvelope.headerByteCount else { throw .truncated }
    guard envelope.unsafeLoad(as: UInt8.self) == suite.rawValue else { throw .wrongSuite }
    let id = UInt64(bigEndian: envelope.unsafeLoadUnaligned(fromByteOffset: 1, as: UInt64.self))
    guard id == key.id.rawValue else { throw .wrongKey }
    guard envelope.byteCount >= suite.overheadByteCount else { throw .truncated }
    try prepare(salt: salt, context: context)
    let nonceEnd = SealEnvelope.headerByteCount + suite.nonceByteCount
    let place = associated.bytes
    let isAuthentic: Bool
    do throws(CryptoError) {
      isAuthentic = try cipher.decrypt(
        envelope.extracting(nonceEnd..<envelope.byteCount),
        nonce: envelope.extracting(SealEnvelope.headerByteCount..<nonceEnd),
        associated: place.span.bytes, into: &output)
    } catch {
      throw .failed(error)
    }
    guard isAuthentic else { throw .notAuthentic }
  }

  package func open(
    _ envelope: [UInt8], salt: [UInt8] = [], context: SealContext
  ) throws(SealError) -> [UInt8] {
    var output: [UInt8] = []
    try open(envelope.span.bytes, salt: salt, context: context, into: &output)
    return output
  }

  private func prepare(salt: [UInt8], context: SealContext) throws(SealError) {
    associated.removeAll()
    context.encode(suite: key.suite, keyID: key.id, into: &associated)
    guard salt != currentSalt else { return }
    do throws(CryptoError) {
      var recordKey = try derivation.recordKey(salt: salt)
      defer { wipe(&recordKey) }
      try cipher.setKey(recordKey)
      currentSalt = salt
    } catch {
      currentSalt = nil
      throw .failed(error)
    }
  }
}

/// How the key of a record follows from the key of its resource.
private struct RecordKeyDerivation {
  private enum Function {
    case sha256(HMACSHA256)
    case sm3(HMACSM3)
  }

  private static let label = Array("weir-record-key-v1".utf8)
  private let suite: SealSuite
  private let function: Function

  init(key: SealKey) throws(CryptoError) {
    suite = key.suite
    switch key.suite {
    case .aes256GCM: function = .sha256(HMACSHA256(key: key.secret.copy()))
    case .sm4CTRHMACSM3:
      let mac = try HMACSM3()
      try mac.setKey(key.secret)
      function = .sm3(mac)
    }
  }

  /// 32 bytes for AES-256, or 16 for SM4 and then 32 for HMAC-SM3.
  func recordKey(salt: [UInt8]) throws(CryptoError) -> [UInt8] {
    switch function {
    case .sha256(let key):
      var hash = key.begin()
      hash.update(Self.label)
      hash.update(suite.rawValue)
      hash.update(salt)
      hash.update(UInt8(1))
      return key.finish(hash)
    case .sm3(let mac):
      let info = Self.label + [suite.rawValue] + salt
      let first = try mac.code(of: info + [1])
      let second = try mac.code(of: first + info + [2])
      return first + second.prefix(16)
    }
  }
}
