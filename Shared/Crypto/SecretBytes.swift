// Bytes that are wiped when nobody needs them any more, and comparison that tells nothing by its time.

import COpenSSL

/// Overwrites the array's own storage with zeros, in a way that the optimiser keeps.
func wipe(_ bytes: inout [UInt8]) {
  bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
}

/// Key bytes with one owner, wiped when it ends.
///
/// `@unchecked Sendable` is sound: the memory is filled before the object exists and never written again until `deinit`.
package final class SecretBytes: @unchecked Sendable {
  private let storage: UnsafeMutableRawBufferPointer

  /// Copies the bytes. The caller's array is the caller's to drop.
  package init(_ bytes: [UInt8]) {
    storage = .allocate(byteCount: bytes.count, alignment: 16)
    storage.copyBytes(from: bytes)
  }

  /// Fresh random bytes.
  package convenience init(count: Int, random: any RandomSource) {
    var bytes = random.bytes(count)
    self.init(bytes)
    wipe(&bytes)
  }

  deinit {
    OPENSSL_cleanse(storage.baseAddress, storage.count)
    storage.deallocate()
  }

  package var count: Int { storage.count }

  /// A copy, for the few callers that must write the secret to a file.
  package func copy() -> [UInt8] { Array(storage) }

  /// Lends the bytes to one synchronous call inside this module.
  func withBytes<Result>(_ body: (UnsafePointer<UInt8>?) -> Result) -> Result {
    // The memory holds bytes only and outlives the call, because `self` does.
    body(storage.bindMemory(to: UInt8.self).baseAddress.map { UnsafePointer($0) })
  }
}

/// Comparison whose time depends on the lengths only.
package enum ConstantTime {
  package static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
  }
}
