// Tokens: identifiers behind a keyed permutation.

import COpenSSL

/// A sealed identifier: 16 bytes, ordered as its bytes are.
package struct Token: Sendable, Hashable, Comparable {
  /// The first and last eight bytes, big-endian.
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// nil unless there are 16 bytes. Not generic: it is asked for every row, and across modules that would cost more than
  /// all the rest of it.
  package init?(bytes: ArraySlice<UInt8>) {
    guard bytes.count == 16 else { return nil }
    // Sixteen bytes are there; the loads are of eight each, at any address.
    (high, low) = bytes.withUnsafeBytes { bytes in
      (
        UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
  }

  package init?(bytes: [UInt8]) { self.init(bytes: bytes[...]) }

  package var bytes: [UInt8] { high.bigEndianBytes + low.bigEndianBytes }

  package static func < (left: Token, right: Token) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}

/// The key under which identifiers of one resource become tokens (hebi-2021/27: mapping apart from data).
///
/// A block cipher over one block is a permutation: equal identifiers get equal tokens, tokens are as many as
/// identifiers, and the key turns every token back. So the key *is* the identity store and lies in a file of its own. An
/// unkeyed hash would hide nothing, since all identity numbers can be tried.
package struct TokenKey: Sendable {
  /// The length of identifier blocks and tokens in bytes.
  package static let blockByteCount = 16

  /// The permutation; raw values are stored.
  package enum Suite: UInt8, Sendable, CaseIterable {
    case aes256 = 16
    case sm4 = 17

    package var keyByteCount: Int { self == .aes256 ? 32 : 16 }
  }

  package let id: KeyID
  package let suite: Suite
  private let secret: SecretBytes

  package init(id: KeyID, suite: Suite, secret: SecretBytes) throws(CryptoError) {
    guard secret.count == suite.keyByteCount else {
      throw .wrongLength(what: "token key", expected: suite.keyByteCount, actual: secret.count)
    }
    self.id = id
    self.suite = suite
    self.secret = secret
  }

  /// The tokens of packed blocks, in their order; the count of bytes must be a multiple of 16.
  package func tokens(of blocks: RawSpan) throws(CryptoError) -> [UInt8] {
    try permute(blocks, isEncrypting: true)
  }

  package func tokens(of blocks: [UInt8]) throws(CryptoError) -> [UInt8] {
    try permute(blocks.span.bytes, isEncrypting: true)
  }

  /// The blocks of packed tokens, in their order.
  package func blocks(of tokens: [UInt8]) throws(CryptoError) -> [UInt8] {
    try permute(tokens.span.bytes, isEncrypting: false)
  }

  /// The token of one block of 16 bytes.
  package func token(of block: [UInt8]) throws(CryptoError) -> Token {
    guard block.count == Self.blockByteCount, let token = Token(bytes: try tokens(of: block)) else {
      throw .wrongLength(what: "block", expected: Self.blockByteCount, actual: block.count)
    }
    return token
  }

  /// One call of OpenSSL for each 64 KiB: the cost of the call vanishes, and the piece stays in the processor's cache.
  private static let pieceByteCount = 65_536

  private func permute(_ input: RawSpan, isEncrypting: Bool) throws(CryptoError) -> [UInt8] {
    guard input.byteCount.isMultiple(of: Self.blockByteCount) else {
      throw .wrongLength(
        what: "blocks", expected: (input.byteCount / 16 + 1) * 16, actual: input.byteCount)
    }
    let context = try unwrap(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new")
    // Freeing the context wipes the key schedule.
    defer { EVP_CIPHER_CTX_free(context) }
    let cipher = suite == .aes256 ? EVP_aes_256_ecb() : EVP_sm4_ecb()
    let direction: Int32 = isEncrypting ? 1 : 0
    let answer = secret.withBytes { EVP_CipherInit_ex(context, cipher, nil, $0, nil, direction) }
    try check(answer, "EVP_CipherInit_ex")
    try check(EVP_CIPHER_CTX_set_padding(context, 0), "EVP_CIPHER_CTX_set_padding")
    var isDone = true
    // Both buffers have `byteCount` bytes; without padding a whole number of blocks gives exactly as many bytes.
    let output = [UInt8](unsafeUninitializedCapacity: input.byteCount) { buffer, initialized in
      input.withUnsafeBytes { source in
        let source = source.bindMemory(to: UInt8.self)
        var offset = 0
        while offset < source.count, isDone, let from = source.baseAddress,
          let to = buffer.baseAddress
        {
          let count = min(Self.pieceByteCount, source.count - offset)
          var writtenCount: Int32 = 0
          isDone =
            EVP_CipherUpdate(context, to + offset, &writtenCount, from + offset, Int32(count)) == 1
            && Int(writtenCount) == count
          offset += count
        }
        initialized = isDone ? source.count : 0
      }
    }
    guard isDone else { throw libraryError("EVP_CipherUpdate") }
    return output
  }
}
