// Percent-encoding of text in headers: grpc-message and any value outside printable ASCII.

/// Percent-encoding as gRPC uses it for `grpc-message` (gRPC over HTTP/2, "Percent-Encoded").
package enum PercentText {
  /// Encodes what lies outside printable ASCII, and `%` itself.
  package static func encode(_ text: String) -> String {
    encode(text, keepingPercent: false)
  }

  /// Decodes leniently, as the specification asks: a broken escape stays as it is, broken UTF-8 is repaired.
  package static func decode(_ text: some Collection<UInt8>) -> String {
    guard text.contains(UInt8(ascii: "%")) else { return String(decoding: text, as: UTF8.self) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      let next = text.index(after: index)
      if byte == UInt8(ascii: "%"),
        let second = text.index(next, offsetBy: 1, limitedBy: text.endIndex),
        second < text.endIndex, let high = hexValue(text[next]), let low = hexValue(text[second])
      {
        bytes.append(high << 4 | low)
        index = text.index(after: second)
      } else {
        bytes.append(byte)
        index = next
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Leaves printable ASCII untouched, `%` included, and encodes the rest.
  static func headerSafe(_ text: String) -> String {
    encode(text, keepingPercent: true)
  }

  private static func encode(_ text: String, keepingPercent: Bool) -> String {
    func isPlain(_ byte: UInt8) -> Bool {
      byte >= 0x20 && byte <= 0x7E && (keepingPercent || byte != UInt8(ascii: "%"))
    }
    if text.utf8.allSatisfy(isPlain) { return text }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count * 3)
    for byte in text.utf8 {
      if isPlain(byte) {
        bytes.append(byte)
      } else {
        bytes.append(UInt8(ascii: "%"))
        bytes.append(hexDigit(byte >> 4))
        bytes.append(hexDigit(byte & 15))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

private func hexDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
}

private func hexValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
  default: nil
  }
}
