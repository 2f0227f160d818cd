// How a person appears in evidence: never by number, always by a name that only the key's holder can make.

package import Crypto

/// A person's or organisation's name in evidence: 16 bytes of HMAC-SHA-256 under a key that no other use has.
///
/// The code is over `"weir-pseudonym-v1" ‖ identifier block`. Its text is `p-` and 32 hexadecimal digits. One person has
/// one pseudonym under one key, so "who looked at me" can be answered by who holds the key, and by nobody else.
package struct Pseudonym: Sendable, Hashable {
  private static let label = Array("weir-pseudonym-v1".utf8)
  private static let prefix = "p-"

  package let bytes: [UInt8]

  /// The pseudonym of an identifier block of 16 bytes (FORMATS.md) under the key.
  package init(of block: [UInt8], key: HMACSHA256) {
    bytes = Array(key.code(of: Self.label + block).prefix(16))
  }

  /// nil for any other text.
  package init?(text: String) {
    guard text.hasPrefix(Self.prefix), let bytes = Hex.decode(text.dropFirst(2)),
      bytes.count == 16
    else { return nil }
    self.bytes = bytes
    guard self.text == text else { return nil }
  }

  package var text: String { Self.prefix + Hex.encode(bytes) }
}
