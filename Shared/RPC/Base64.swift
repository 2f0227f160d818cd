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
    // Named once: each use of the table asks whether it was made.
    let alphabet = alphabet.span
    let bytes = bytes.span
    text.reserveCapacity(text.count + bytes.count * 4 / 3 + 2)
    var index = 0
    while index + 2 < bytes.count {
      let group = Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
      text.append(alphabet[group >> 18])
      text.append(alphabet[group >> 12 & 63])
      text.append(alphabet[group >> 6 & 63])
      text.append(alphabet[group & 63])
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
    // Sound: read here alone, while the caller's buffer is there.
    let text = text.span
    var count = text.count
    if count.isMultiple(of: 4) {
      for _ in 0..<2 where count > 0 && text[count - 1] == UInt8(ascii: "=") { count -= 1 }
    }
    if count % 4 == 1 { return nil }
    let values = values.span
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * 3 / 4)
    var index = 0
    while index + 3 < count {
      let group =
        UInt32(values[Int(text[index])]) << 24 | UInt32(values[Int(text[index + 1])]) << 16
        | UInt32(values[Int(text[index + 2])]) << 8 | UInt32(values[Int(text[index + 3])])
      // 255 stands for no symbol; all others are below 64.
      if group & 0xC0C0_C0C0 != 0 { return nil }
      bytes.append(UInt8(truncatingIfNeeded: group >> 22 | group >> 20 & 3))
      bytes.append(UInt8(truncatingIfNeeded: group >> 12 & 0xF0 | group >> 10 & 15))
      bytes.append(UInt8(truncatingIfNeeded: group >> 2 & 0xC0 | group & 63))
      index += 4
    }
    var buffer = 0
    for place in index..<count {
      let value = values[Int(text[place])]
      if value == 255 { return nil }
      buffer = buffer << 6 | Int(value)
    }
    switch count - index {
    case 2: bytes.append(UInt8(truncatingIfNeeded: buffer >> 4))
    case 3:
      bytes.append(UInt8(truncatingIfNeeded: buffer >> 10))
      bytes.append(UInt8(truncatingIfNeeded: buffer >> 2))
    default: break
    }
    return bytes
  }
}
