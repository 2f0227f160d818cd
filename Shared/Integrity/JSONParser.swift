// The strict JSON reader (RFC 8259) under CanonicalJSON.

/// One pass over the bytes. Depth is limited, so recursion is too.
struct JSONParser {
  private let bytes: [UInt8]
  private let depthLimit: Int
  private var offset = 0
  /// Whether what was read so far is as RFC 8785 writes it: nothing is encoded again to know.
  private(set) var isCanonical = true

  init(bytes: [UInt8], depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  mutating func document() throws(JSONError) -> JSONValue {
    let result = try value(depth: 0)
    skipBlanks()
    guard offset == bytes.count else { throw .unexpectedByte(offset: offset) }
    return result
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    skipBlanks()
    switch try peek() {
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
    case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
    default: throw .unexpectedByte(offset: offset)
    }
  }

  // MARK: Structures

  private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
    guard depth <= depthLimit else { throw .tooDeep(limit: depthLimit) }
    offset += 1
    var values: [JSONValue] = []
    if try takes(UInt8(ascii: "]")) { return values }
    while true {
      values.append(try value(depth: depth))
      if try takes(UInt8(ascii: "]")) { return values }
      try expect(UInt8(ascii: ","))
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
    guard depth <= depthLimit else { throw .tooDeep(limit: depthLimit) }
    offset += 1
    var members: [JSONObject.Member] = []
    if try takes(UInt8(ascii: "}")) { return JSONObject() }
    while true {
      skipBlanks()
      guard try peek() == UInt8(ascii: "\"") else { throw .unexpectedByte(offset: offset) }
      let name = try string()
      try expect(UInt8(ascii: ":"))
      members.append(JSONObject.Member(name: name, value: try value(depth: depth)))
      if try takes(UInt8(ascii: "}")) { break }
      try expect(UInt8(ascii: ","))
    }
    if JSONObject.isInOrder(members) { return JSONObject(inOrder: members) }
    isCanonical = false
    guard let object = JSONObject(distinct: members) else { throw .duplicateName(offset: offset) }
    return object
  }

  // MARK: Scalars

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for byte in word.utf8 {
      guard try peek() == byte else { throw .unexpectedByte(offset: offset) }
      offset += 1
    }
    return value
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = offset
    let isNegative = bytes[offset] == UInt8(ascii: "-")
    if isNegative { offset += 1 }
    var magnitude: Int64 = 0
    let first = offset
    while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) {
      // 16 digits hold every allowed integer and cannot overflow.
      guard offset - first < 16 else { throw .unsupportedNumber(offset: start) }
      magnitude = magnitude * 10 + Int64(bytes[offset] - UInt8(ascii: "0"))
      offset += 1
    }
    guard offset > first else {
      throw offset == bytes.count ? .unexpectedEnd : .unexpectedByte(offset: offset)
    }
    let hasLeadingZero = bytes[first] == UInt8(ascii: "0") && (offset - first > 1 || isNegative)
    let goesOn = offset < bytes.count && Array(".eE".utf8).contains(bytes[offset])
    guard !hasLeadingZero, !goesOn, magnitude <= JSONValue.largestInteger else {
      throw .unsupportedNumber(offset: start)
    }
    return .integer(isNegative ? -magnitude : magnitude)
  }

  private mutating func string() throws(JSONError) -> String {
    let start = offset
    offset += 1
    let end = plainEnd
    // Nearly every text ends without an escape and is read where it lies.
    if end < bytes.count, bytes[end] == UInt8(ascii: "\"") {
      offset = end + 1
      guard let string = String(validating: bytes[start + 1..<end], as: UTF8.self) else {
        throw .invalidUTF8(offset: start)
      }
      return string
    }
    var text = Array(bytes[offset..<end])
    offset = end
    while true {
      let byte = try peek()
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw .invalidUTF8(offset: start)
        }
        return string
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw .unexpectedByte(offset: offset)
      default:
        text.append(byte)
        offset += 1
      }
    }
  }

  /// The next quotation mark, backslash or control character, or the end of the bytes.
  private var plainEnd: Int {
    var end = offset
    while end < bytes.count, bytes[end] >= 0x20, bytes[end] != UInt8(ascii: "\""),
      bytes[end] != UInt8(ascii: "\\")
    {
      end += 1
    }
    return end
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    let start = offset
    offset += 1
    let kind = try peek()
    offset += 1
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(kind)
    case UInt8(ascii: "/"):
      text.append(kind)
      isCanonical = false
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "u"):
      var code = UInt32(try codeUnit(start))
      if !isCanonicalEscape(code, endingAt: offset) { isCanonical = false }
      if (0xd800..<0xdc00).contains(code) {
        guard try peek() == UInt8(ascii: "\\") else { throw .invalidEscape(offset: start) }
        offset += 1
        guard try peek() == UInt8(ascii: "u") else { throw .invalidEscape(offset: start) }
        offset += 1
        let low = UInt32(try codeUnit(start))
        guard (0xdc00..<0xe000).contains(low) else { throw .invalidEscape(offset: start) }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
      // A low surrogate alone is no character.
      guard let scalar = Unicode.Scalar(code) else { throw .invalidEscape(offset: start) }
      text += String(Character(scalar)).utf8
    default: throw .invalidEscape(offset: start)
    }
  }

  /// RFC 8785 section 3.2.2.2 writes `\u00xx`, in lower case, for controls that have no escape of two characters, and for nothing else.
  private func isCanonicalEscape(_ code: UInt32, endingAt end: Int) -> Bool {
    guard code < 0x20, ![0x08, 0x09, 0x0a, 0x0c, 0x0d].contains(code) else { return false }
    return !(UInt8(ascii: "A")...UInt8(ascii: "F")).contains(bytes[end - 1])
  }

  private mutating func codeUnit(_ start: Int) throws(JSONError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      let byte = try peek()
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw .invalidEscape(offset: start)
      }
      value = value << 4 | UInt16(digit)
      offset += 1
    }
    return value
  }

  // MARK: Bytes

  private func peek() throws(JSONError) -> UInt8 {
    guard offset < bytes.count else { throw .unexpectedEnd }
    return bytes[offset]
  }

  private mutating func skipBlanks() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0a, 0x0d:
        offset += 1
        isCanonical = false
      default: return
      }
    }
  }

  private mutating func takes(_ byte: UInt8) throws(JSONError) -> Bool {
    skipBlanks()
    guard try peek() == byte else { return false }
    offset += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard try takes(byte) else { throw .unexpectedByte(offset: offset) }
  }
}
