// Reads proto3 JSON (RFC 8259 text, strict), with limits on size and depth, without building a tree.

import Vocabulary

/// A cursor over one JSON text.
struct JSONReader {
  private let bytes: [UInt8]
  private var index = 0
  private var depth = 0
  private let limits: DecodeLimits

  init(_ bytes: [UInt8], _ limits: DecodeLimits) throws(DecodeFailure) {
    guard bytes.count <= limits.messageBytes else {
      throw DecodeFailure(.tooLarge(limitBytes: limits.messageBytes))
    }
    self.bytes = bytes
    self.limits = limits
  }

  // MARK: - Structure

  /// Reads a whole text that holds one message.
  mutating func whole<M: WireMessage>(_ message: inout M) throws(DecodeFailure) {
    try message.readJSON(from: &self)
    skipSpace()
    guard index == bytes.count else { throw DecodeFailure(.malformed) }
  }

  /// Reads an object, calling `member` for each name with the cursor at its value.
  mutating func object(
    _ member: (inout JSONReader, String) throws(DecodeFailure) -> Void
  ) throws(DecodeFailure) {
    try enter(0x7b)
    if !take(0x7d) {
      repeat {
        skipSpace()
        let name = try rawString()
        guard take(0x3a) else { throw atEnd(.malformed) }
        try member(&self, name)
      } while take(0x2c)
      guard take(0x7d) else { throw atEnd(.malformed) }
    }
    depth -= 1
  }

  /// Reads an array, calling `element` with the cursor at each.
  mutating func array(
    _ element: (inout JSONReader) throws(DecodeFailure) -> Void
  ) throws(DecodeFailure) {
    try enter(0x5b)
    if !take(0x5d) {
      var count = 0
      repeat {
        do throws(DecodeFailure) {
          try element(&self)
        } catch {
          throw error.inside("", index: count)
        }
        count += 1
      } while take(0x2c)
      guard take(0x5d) else { throw atEnd(.malformed) }
    }
    depth -= 1
  }

  private mutating func enter(_ byte: UInt8) throws(DecodeFailure) {
    guard take(byte) else { throw index < bytes.count ? wrongType() : DecodeFailure(.truncated) }
    depth += 1
    guard depth <= limits.depth else { throw DecodeFailure(.tooDeep(limit: limits.depth)) }
  }

  /// The byte at the cursor is a value of some other type, or no JSON at all.
  private func wrongType() -> DecodeFailure {
    guard index < bytes.count else { return DecodeFailure(.truncated) }
    switch bytes[index] {
    case 0x22, 0x2d, 0x30...0x39, 0x5b, 0x7b, 0x66, 0x6e, 0x74: return DecodeFailure(.wrongType)
    default: return DecodeFailure(.malformed)
    }
  }

  /// Truncated at the end of the text, otherwise the reason given.
  private func atEnd(_ reason: DecodeFailure.Cause) -> DecodeFailure {
    DecodeFailure(index < bytes.count ? reason : .truncated)
  }

  private mutating func skipSpace() {
    while index < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[index]) { index += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  private mutating func takeLiteral(_ text: StaticString) -> Bool {
    skipSpace()
    let end = index + text.utf8CodeUnitCount
    guard end <= bytes.count, bytes[index..<end].elementsEqual("\(text)".utf8) else { return false }
    index = end
    return true
  }

  /// `null` stands for the default of any field.
  mutating func takeNull() -> Bool { takeLiteral("null") }

  // MARK: - Values

  mutating func read(_ value: inout Bool) throws(DecodeFailure) {
    if takeLiteral("true") {
      value = true
    } else if takeLiteral("false") {
      value = false
    } else {
      throw wrongType()
    }
  }

  mutating func read(_ value: inout Int32) throws(DecodeFailure) { value = try integer() }
  mutating func read(_ value: inout UInt32) throws(DecodeFailure) { value = try integer() }
  mutating func read(_ value: inout Int64) throws(DecodeFailure) { value = try integer() }
  mutating func read(_ value: inout UInt64) throws(DecodeFailure) { value = try integer() }

  mutating func read(_ value: inout Double) throws(DecodeFailure) { value = try floatingPoint() }

  mutating func read(_ value: inout Float) throws(DecodeFailure) {
    let wide = try floatingPoint()
    value = Float(wide)
    guard value.isFinite || !wide.isFinite else { throw DecodeFailure(.outOfRange) }
  }

  mutating func read(_ value: inout String) throws(DecodeFailure) {
    skipSpace()
    value = try rawString()
    if limits.refusesNUL, value.utf8.contains(0) { throw DecodeFailure(.containsNUL) }
  }

  mutating func read(_ value: inout [UInt8]) throws(DecodeFailure) {
    skipSpace()
    let text = try rawString()
    guard let decoded = Base64.decoded(Array(text.utf8)) else { throw DecodeFailure(.outOfRange) }
    value = decoded
  }

  mutating func read<E: MessageEnum>(_ value: inout E) throws(DecodeFailure) {
    skipSpace()
    if index < bytes.count, bytes[index] == 0x22 {
      guard let known = E(name: try rawString()) else { throw DecodeFailure(.unknown) }
      value = known
    } else {
      value = E(rawValue: try integer())
    }
  }

  mutating func read<M: WireMessage>(_ value: inout M) throws(DecodeFailure) {
    try value.readJSON(from: &self)
  }

  mutating func read<M: WireMessage>(_ value: inout M?) throws(DecodeFailure) {
    var message = M()
    try message.readJSON(from: &self)
    value = message
  }

  /// The elements of a repeated field.
  mutating func readList<Element>(
    _ values: inout [Element], of empty: @autoclosure () -> Element,
    _ element: (inout JSONReader, inout Element) throws(DecodeFailure) -> Void
  ) throws(DecodeFailure) {
    var result: [Element] = []
    try array { (reader) throws(DecodeFailure) in
      var value = empty()
      try element(&reader, &value)
      result.append(value)
    }
    values = result
  }

  /// The entries of a map.
  mutating func readMap<Entry>(
    _ entries: inout [Entry],
    _ entry: (inout JSONReader, String) throws(DecodeFailure) -> Entry
  ) throws(DecodeFailure) {
    var result: [Entry] = []
    var names: Set<String> = []
    try object { (reader, name) throws(DecodeFailure) in
      guard names.insert(name).inserted else {
        throw DecodeFailure(.duplicate, at: DecodeFailure.shown(name))
      }
      do throws(DecodeFailure) {
        result.append(try entry(&reader, name))
      } catch {
        throw error.inside(DecodeFailure.shown(name))
      }
    }
    entries = result
  }

  // MARK: - Numbers

  /// The characters of a number, also when they stand in quotes.
  private mutating func numberText() throws(DecodeFailure) -> String {
    skipSpace()
    if index < bytes.count, bytes[index] == 0x22 { return try rawString() }
    let start = index
    while index < bytes.count, JSONReader.isPartOfNumber(bytes[index]) { index += 1 }
    guard index > start else { throw wrongType() }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private static func isPartOfNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x2b, 0x2d, 0x2e, 0x45, 0x65: true
    default: false
    }
  }

  private mutating func integer<Number: FixedWidthInteger>() throws(DecodeFailure) -> Number {
    let text = try numberText()
    guard JSONReader.isNumber(text) else { throw DecodeFailure(.malformed) }
    if let value = Number(text) { return value }
    // 1e3 and 5.0 are integers too; beyond 2^53 a double is not exact.
    guard text.contains(where: { ".eE".contains($0) }), let wide = Double(text),
      wide.magnitude <= 0x1p53, let value = Number(exactly: wide)
    else { throw DecodeFailure(.outOfRange) }
    return value
  }

  private mutating func floatingPoint() throws(DecodeFailure) -> Double {
    let text = try numberText()
    switch text {
    case "NaN": return .nan
    case "Infinity": return .infinity
    case "-Infinity": return -.infinity
    default:
      guard JSONReader.isNumber(text), let value = Double(text) else {
        throw DecodeFailure(.malformed)
      }
      guard value.isFinite else { throw DecodeFailure(.outOfRange) }
      return value
    }
  }

  /// The grammar of RFC 8259, section 6: no plus, no leading zero, digits on both sides of the point.
  private static func isNumber(_ text: String) -> Bool {
    var rest = text.utf8[...]
    func digits() -> Int {
      let count = rest.prefix { (0x30...0x39).contains($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    if rest.first == 0x2d { rest = rest.dropFirst() }
    let startsWithZero = rest.first == 0x30
    let whole = digits()
    guard whole > 0, !startsWithZero || whole == 1 else { return false }
    if rest.first == 0x2e {
      rest = rest.dropFirst()
      guard digits() > 0 else { return false }
    }
    if rest.first == 0x45 || rest.first == 0x65 {
      rest = rest.dropFirst()
      if rest.first == 0x2b || rest.first == 0x2d { rest = rest.dropFirst() }
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  // MARK: - Strings

  /// A string at the cursor, with its escapes resolved.
  mutating func rawString() throws(DecodeFailure) -> String {
    guard index < bytes.count, bytes[index] == 0x22 else { throw wrongType() }
    index += 1
    var result: [UInt8] = []
    while index < bytes.count {
      let start = index
      while index < bytes.count, bytes[index] != 0x22, bytes[index] != 0x5c, bytes[index] >= 0x20 {
        index += 1
      }
      result.append(contentsOf: bytes[start..<index])
      guard index < bytes.count else { break }
      switch bytes[index] {
      case 0x22:
        index += 1
        guard let text = String(utf8: result.span) else {
          throw DecodeFailure(.invalidUTF8)
        }
        return text
      case 0x5c:
        index += 1
        try escape(into: &result)
      default: throw DecodeFailure(.malformed)
      }
    }
    throw DecodeFailure(.truncated)
  }

  private mutating func escape(into result: inout [UInt8]) throws(DecodeFailure) {
    guard index < bytes.count else { throw DecodeFailure(.truncated) }
    let byte = bytes[index]
    index += 1
    switch byte {
    case 0x22, 0x5c, 0x2f: result.append(byte)
    case 0x62: result.append(0x08)
    case 0x66: result.append(0x0c)
    case 0x6e: result.append(0x0a)
    case 0x72: result.append(0x0d)
    case 0x74: result.append(0x09)
    case 0x75: result.append(contentsOf: String(Character(try escapedScalar())).utf8)
    default: throw DecodeFailure(.malformed)
    }
  }

  /// What stands after `\u`, with the second half of a surrogate pair.
  private mutating func escapedScalar() throws(DecodeFailure) -> Unicode.Scalar {
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xdc00, index + 1 < bytes.count, bytes[index] == 0x5c, bytes[index + 1] == 0x75
    else { throw DecodeFailure(.invalidUTF8) }
    index += 2
    let second = try fourHexDigits()
    guard (0xdc00..<0xe000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
    else { throw DecodeFailure(.invalidUTF8) }
    return scalar
  }

  private mutating func fourHexDigits() throws(DecodeFailure) -> UInt32 {
    guard index + 4 <= bytes.count else { throw DecodeFailure(.truncated) }
    var value: UInt32 = 0
    for byte in bytes[index..<index + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw DecodeFailure(.malformed)
      }
      value = value << 4 | UInt32(digit)
    }
    index += 4
    return value
  }
}
