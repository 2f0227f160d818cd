// SHA-256 (FIPS 180-4), one shot and incremental.

import COpenSSL

/// A running SHA-256. A value: copying it forks the hash.
package struct SHA256: Sendable {
  /// The length of a digest in bytes.
  package static let byteCount = 32

  private var state = SHA256_CTX()

  package init() { weir_sha256_init(&state) }

  package mutating func update(_ bytes: [UInt8]) {
    weir_sha256_update(&state, bytes, bytes.count)
  }

  package mutating func update(_ bytes: RawSpan) {
    bytes.withUnsafeBytes { weir_sha256_update(&state, $0.baseAddress, $0.count) }
  }

  package mutating func update(_ byte: UInt8) {
    withUnsafeBytes(of: byte) { weir_sha256_update(&state, $0.baseAddress, 1) }
  }

  /// The digest of what came so far; the hash itself can go on.
  package func digest() -> [UInt8] {
    var copy = state
    // The function writes exactly 32 bytes.
    return [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, initialized in
      weir_sha256_final(&copy, buffer.baseAddress)
      initialized = Self.byteCount
    }
  }

  /// Feeds another hash's digest, without an array between the two.
  mutating func update(digestOf other: SHA256) {
    var copy = other.state
    // The temporary memory has exactly the 32 bytes that are written and then read.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.byteCount) { buffer in
      weir_sha256_final(&copy, buffer.baseAddress)
      weir_sha256_update(&state, buffer.baseAddress, Self.byteCount)
    }
  }

  package static func hash(_ bytes: [UInt8]) -> [UInt8] { hash(bytes.span.bytes) }

  package static func hash(_ bytes: RawSpan) -> [UInt8] {
    var hash = SHA256()
    hash.update(bytes)
    return hash.digest()
  }
}
