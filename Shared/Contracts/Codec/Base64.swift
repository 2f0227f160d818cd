// Base64 (RFC 4648) for bytes in JSON.

enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The standard alphabet, padded.
  static func encoded(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let first = bytes[index]
      let second = index + 1 < bytes.count ? bytes[index + 1] : 0
      let third = index + 2 < bytes.count ? bytes[index + 2] : 0
      result.append(digits[Int(first >> 2)])
      result.append(digits[Int((first & 3) << 4 | second >> 4)])
      result.append(
        index + 1 < bytes.count ? digits[Int((second & 15) << 2 | third >> 6)] : 0x3d)
      result.append(index + 2 < bytes.count ? digits[Int(third & 63)] : 0x3d)
      index += 3
    }
    return result
  }

  /// Reads the standard and the URL alphabet, padded or not, as proto3 JSON has it.
  ///
  /// - Returns: `nil` for another character, padding in the wrong place, an impossible length, or bits left over.
  static func decoded(_ text: some Collection<UInt8>) -> [UInt8]? {
    var body = text[...]
    let padding = text.reversed().prefix { $0 == 0x3d }.count
    if padding > 0 {
      guard padding <= 2, text.count % 4 == 0 else { return nil }
      body = text.dropLast(padding)
    }
    guard body.count % 4 != 1 else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(body.count / 4 * 3 + 2)
    var bits: UInt32 = 0
    var bitCount = 0
    for character in body {
      guard let digit = value(of: character) else { return nil }
      bits = bits << 6 | UInt32(digit)
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        result.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
        bits &= (1 << UInt32(bitCount)) - 1
      }
    }
    return bits == 0 ? result : nil
  }

  private static func value(of character: UInt8) -> UInt8? {
    switch character {
    case 0x41...0x5a: character - 0x41
    case 0x61...0x7a: character - 0x61 + 26
    case 0x30...0x39: character - 0x30 + 52
    case 0x2b, 0x2d: 62
    case 0x2f, 0x5f: 63
    default: nil
    }
  }
}
