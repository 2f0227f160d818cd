// HMAC (RFC 2104) and HKDF (RFC 5869) over SHA-256.

/// A key of HMAC-SHA-256 with its two padded blocks hashed beforehand, so that a short message costs two compressions.
package struct HMACSHA256: Sendable {
  private let inner: SHA256
  private let outer: SHA256

  package init(key: [UInt8]) {
    var padded = key.count > 64 ? SHA256.hash(key) : key
    padded += [UInt8](repeating: 0, count: 64 - padded.count)
    var inner = SHA256()
    inner.update(padded.map { $0 ^ 0x36 })
    var outer = SHA256()
    outer.update(padded.map { $0 ^ 0x5c })
    self.inner = inner
    self.outer = outer
    wipe(&padded)
  }

  /// The 32-byte code of the message.
  package func code(of message: [UInt8]) -> [UInt8] { code(of: message.span.bytes) }

  package func code(of message: RawSpan) -> [UInt8] {
    var hash = inner
    hash.update(message)
    return finish(hash)
  }

  /// Whether the code is the message's, compared in constant time.
  package func isValid(_ code: [UInt8], of message: [UInt8]) -> Bool {
    ConstantTime.equal(code, self.code(of: message))
  }

  /// A running code, for a message that comes in parts.
  package func begin() -> SHA256 { inner }

  /// The code of what was fed to a hash from `begin`.
  package func finish(_ hash: SHA256) -> [UInt8] {
    var result = outer
    result.update(digestOf: hash)
    return result.digest()
  }
}

/// HKDF-SHA-256 (RFC 5869).
package enum HKDFSHA256 {
  /// Concentrates key material into a 32-byte pseudorandom key (RFC 5869 section 2.2).
  package static func extract(salt: [UInt8], keyMaterial: [UInt8]) -> [UInt8] {
    HMACSHA256(key: salt).code(of: keyMaterial)
  }

  /// Stretches a pseudorandom key to `count` bytes, at most 255 x 32 (RFC 5869 section 2.3).
  package static func expand(_ key: HMACSHA256, info: [UInt8], count: Int) -> [UInt8] {
    precondition(count >= 0 && count <= 255 * SHA256.byteCount, "HKDF gives at most 255 blocks")
    var output: [UInt8] = []
    var block: [UInt8] = []
    var index: UInt8 = 1
    while output.count < count {
      block = key.code(of: block + info + [index])
      output += block.prefix(count - output.count)
      index &+= 1
    }
    return output
  }

  /// Extract, then expand.
  package static func derive(
    keyMaterial: [UInt8], salt: [UInt8], info: [UInt8], count: Int
  ) -> [UInt8] {
    let key = extract(salt: salt, keyMaterial: keyMaterial)
    return expand(HMACSHA256(key: key), info: info, count: count)
  }
}
