// Bytes as text: hexadecimal and Base64 (RFC 4648), without Foundation. Decoding is strict: one text for one value.

/// Lower-case hexadecimal.
package enum Hex {
  private static let digits = Array("0123456789abcdef".utf8)

  package static func encode(_ bytes: some Collection<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes, or nil when the text is not an even number of hexadecimal digits of either case.
  package static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in text.utf8 {
      guard let digit = value(of: character) else { return nil }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return high == nil ? bytes : nil
  }

  private static func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// Base64 with padding (RFC 4648 section 4), or with the URL-safe alphabet and without padding (section 5).
package enum Base64 {
  package enum Alphabet: Sendable { case standard, urlSafe }

  private static let common = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
  private static let standard = common + Array("+/".utf8)
  private static let urlSafe = common + Array("-_".utf8)
  private static let pad = UInt8(ascii: "=")

  private static func symbols(_ alphabet: Alphabet) -> [UInt8] {
    alphabet == .standard ? standard : urlSafe
  }

  package static func encode(_ bytes: [UInt8], _ alphabet: Alphabet = .standard) -> String {
    let symbols = symbols(alphabet)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    let whole = bytes.count / 3 * 3
    for start in stride(from: 0, to: whole, by: 3) {
      let bits = Int(bytes[start]) << 16 | Int(bytes[start + 1]) << 8 | Int(bytes[start + 2])
      text.append(symbols[bits >> 18])
      text.append(symbols[bits >> 12 & 63])
      text.append(symbols[bits >> 6 & 63])
      text.append(symbols[bits & 63])
    }
    if whole < bytes.count {
      let second = whole + 1 < bytes.count ? Int(bytes[whole + 1]) : nil
      let bits = Int(bytes[whole]) << 16 | (second ?? 0) << 8
      text.append(symbols[bits >> 18])
      text.append(symbols[bits >> 12 & 63])
      if second != nil { text.append(symbols[bits >> 6 & 63]) }
      while alphabet == .standard, !text.count.isMultiple(of: 4) { text.append(pad) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes, or nil when the text is not exactly what `encode` writes: foreign characters, wrong padding and set
  /// spare bits are all refused, so that a signed text cannot be spelled twice.
  package static func decode(
    _ text: some StringProtocol, _ alphabet: Alphabet = .standard
  ) -> [UInt8]? {
    let symbols = symbols(alphabet)
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var bitCount = 0
    for character in text.utf8 where character != pad || alphabet == .urlSafe {
      guard let value = value(of: character, symbols) else { return nil }
      bits = bits << 6 | value
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
        bits &= (1 << UInt32(bitCount)) - 1
      }
    }
    return encode(bytes, alphabet).utf8.elementsEqual(text.utf8) ? bytes : nil
  }

  private static func value(of character: UInt8, _ symbols: [UInt8]) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case symbols[62]: 62
    case symbols[63]: 63
    default: nil
    }
  }
}
