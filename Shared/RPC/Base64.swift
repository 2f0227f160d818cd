// Base64 of "-bin" headers (RFC 4648 section 4): sent without padding, accepted with or without.

enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 255, count: 256)
    for (value, symbol) in alphabet.enumerated() { table[Int(symbol)] = UInt8(value) }
    return table
  }()

  /// Appends the encoded form of `bytes`, without padding.
  static func encode(_ bytes: [UInt8], into text: inout [UInt8]) {
    var index = 0
    while index + 2 < bytes.count {
      let group = Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
      for shift in [18, 12, 6, 0] { text.append(alphabet[group >> shift & 63]) }
      index += 3
    }
    switch bytes.count - index {
    case 1:
      let group = Int(bytes[index]) << 4
      text.append(alphabet[group >> 6])
      text.append(alphabet[group & 63])
    case 2:
      let group = (Int(bytes[index]) << 8 | Int(bytes[index + 1])) << 2
      text.append(alphabet[group >> 12])
      text.append(alphabet[group >> 6 & 63])
      text.append(alphabet[group & 63])
    default: break
    }
  }

  /// The bytes, or `nil` for anything that is not base64.
  static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    var symbols = text[...]
    if text.count % 4 == 0 {
      for _ in 0..<2 where symbols.last == UInt8(ascii: "=") { symbols = symbols.dropLast() }
    }
    if symbols.count % 4 == 1 { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(symbols.count * 3 / 4)
    var buffer = 0
    var bits = 0
    for symbol in symbols {
      let value = values[Int(symbol)]
      if value == 255 { return nil }
      buffer = (buffer << 6 | Int(value)) & 0xFFFF
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: buffer >> bits))
      }
    }
    return bytes
  }
}
