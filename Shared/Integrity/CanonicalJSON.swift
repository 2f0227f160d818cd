// The one encoding of a JSON value (RFC 8785), and a strict reader.

/// Why a text is not JSON as evidence uses it. Offsets count bytes from 0.
package enum JSONError: Error, Equatable, Sendable {
  case tooLarge(limitBytes: Int)
  case tooDeep(limit: Int)
  case unexpectedEnd
  case unexpectedByte(offset: Int)
  case invalidUTF8(offset: Int)
  /// A fraction, an exponent, a leading zero, -0, or an integer beyond ±(2^53 - 1).
  case unsupportedNumber(offset: Int)
  case invalidEscape(offset: Int)
  /// Two members of one object have one name; the offset is behind that object.
  case duplicateName(offset: Int)
  case notCanonical
}

/// RFC 8785 (JSON Canonicalization Scheme).
package enum CanonicalJSON {
  package static let sizeLimitBytes = 1 << 20
  package static let depthLimit = 32

  /// The canonical bytes. An integer beyond ±(2^53 - 1) is a defect of the caller.
  package static func encode(_ value: JSONValue) -> [UInt8] {
    var bytes: [UInt8] = []
    append(value, to: &bytes)
    return bytes
  }

  /// Reads any JSON text with the values that `JSONValue` knows.
  package static func decode(
    _ bytes: [UInt8], sizeLimitBytes: Int = sizeLimitBytes, depthLimit: Int = depthLimit
  ) throws(JSONError) -> JSONValue {
    try read(bytes, sizeLimitBytes, depthLimit).value
  }

  /// Reads a text that must be the canonical encoding of its value.
  package static func decodeCanonical(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    let (value, isCanonical) = try read(bytes, sizeLimitBytes, depthLimit)
    guard isCanonical else { throw .notCanonical }
    return value
  }

  private static func read(
    _ bytes: [UInt8], _ sizeLimitBytes: Int, _ depthLimit: Int
  ) throws(JSONError) -> (value: JSONValue, isCanonical: Bool) {
    guard bytes.count <= sizeLimitBytes else { throw .tooLarge(limitBytes: sizeLimitBytes) }
    var parser = JSONParser(bytes: bytes, depthLimit: depthLimit)
    let value = try parser.document()
    return (value, parser.isCanonical)
  }

  private static func append(_ value: JSONValue, to bytes: inout [UInt8]) {
    switch value {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .integer(let value):
      precondition(
        value.magnitude <= JSONValue.largestInteger.magnitude, "an integer is exact everywhere")
      bytes += String(value).utf8
    case .string(let value): append(value, to: &bytes)
    case .array(let values):
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        append(value, to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in object.members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        append(member.name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        append(member.value, to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  /// RFC 8785 section 3.2.2.2: the two-character escapes, `\u00xx` in lower case for other controls, all else as it is.
  private static func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    defer { bytes.append(UInt8(ascii: "\"")) }
    // Nearly every text is copied as it is, at once.
    if text.utf8.withContiguousStorageIfAvailable({ $0.allSatisfy(isPlain) }) == true {
      bytes.append(contentsOf: text.utf8)
      return
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes += "\\\"".utf8
      case UInt8(ascii: "\\"): bytes += "\\\\".utf8
      case 0x08: bytes += "\\b".utf8
      case 0x09: bytes += "\\t".utf8
      case 0x0a: bytes += "\\n".utf8
      case 0x0c: bytes += "\\f".utf8
      case 0x0d: bytes += "\\r".utf8
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        bytes += "\\u00".utf8
        bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: bytes.append(byte)
      }
    }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }
}
