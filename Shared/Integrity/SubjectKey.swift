// How a person stands in each entry under another name, so that no reader of the log joins what is about one.

package import Crypto

/// Finds the entries about one person, and nothing else does: each bears the person blinded by a nonce of its own.
///
/// `s-`, 16 bytes of nonce and 16 of HMAC-SHA-256 over `"weir-subject-v1" ‖ nonce` under this key, in hexadecimal. The key is
/// HMAC-SHA-256 over `"weir-subject-key-v1" ‖ identifier block` under Ingest's key of pseudonyms; it leaves Ingest for a trace that two
/// persons signed, and stands in no entry and no store.
package struct SubjectKey: Sendable, Hashable {
  private static let keyLabel = Array("weir-subject-key-v1".utf8)
  private static let label = Array("weir-subject-v1".utf8)
  private static let prefix = "s-"
  package static let nonceBytes = 16

  package let bytes: [UInt8]

  /// The key of an identifier block of 16 bytes.
  package init(of block: [UInt8], key: HMACSHA256) {
    bytes = key.code(of: Self.keyLabel + block)
  }

  /// nil unless there are 32 bytes.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// The person's name in one entry.
  ///
  /// - Parameter nonce: 16 random bytes, of this entry alone.
  package func blinded(_ nonce: [UInt8]) -> String {
    let code = HMACSHA256(key: bytes).code(of: Self.label + nonce).prefix(16)
    return Self.prefix + Hex.encode(nonce + code)
  }

  /// Whether a name in an entry is this person's.
  package func isNamed(by text: String) -> Bool {
    guard text.hasPrefix(Self.prefix), let bytes = Hex.decode(text.dropFirst(2)),
      bytes.count == 2 * Self.nonceBytes
    else { return false }
    return blinded(Array(bytes.prefix(Self.nonceBytes))) == text
  }
}
