// A strict, small reader of XML (W3C XML 1.0): elements, attributes and text; no document types and no entities of one's own.

/// Reads a document element by element. Names come without their prefixes: the format uses each name in one meaning.
struct XMLReader {
  enum Event {
    case start(String)
    case end(String)
    case text(String)
  }

  /// Of the element that has just begun.
  private(set) var attributes: [(name: String, value: String)] = []

  private let bytes: [UInt8]
  private let part: String
  private let limits: SpreadsheetLimits
  private var at = 0
  private var open: [String] = []
  /// An element without content ends where it began.
  private var isClosing = false
  private var hasRoot = false

  init(_ bytes: [UInt8], part: String, limits: SpreadsheetLimits) throws(SpreadsheetRefusal) {
    self.bytes = bytes
    self.part = part
    self.limits = limits
    do { _ = try UTF8Span(validating: bytes.span) } catch {
      throw .damaged(part: part, what: .encoding)
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
  }

  func attribute(_ name: String) -> String? { attributes.first { $0.name == name }?.value }

  /// How many elements are open.
  var depth: Int { open.count }

  /// The next event, or `nil` at the end of a document that is whole.
  mutating func next() throws(SpreadsheetRefusal) -> Event? {
    if isClosing {
      isClosing = false
      return .end(open.removeLast())
    }
    while at < bytes.count {
      guard bytes[at] == UInt8(ascii: "<") else {
        let text = try text()
        if !open.isEmpty { return .text(text) }
        guard text.utf8.allSatisfy(Self.isBlank) else { throw malformed }
        continue
      }
      guard at + 1 < bytes.count else { throw malformed }
      switch bytes[at + 1] {
      case UInt8(ascii: "?"): try skip(past: "?>")
      case UInt8(ascii: "!"):
        if let text = try declaration() { return .text(text) }
      case UInt8(ascii: "/"): return try endTag()
      default: return try startTag()
      }
    }
    guard hasRoot, open.isEmpty else { throw malformed }
    return nil
  }

  /// Steps over the element that has just begun, with all that is in it.
  mutating func skipElement() throws(SpreadsheetRefusal) {
    let outside = depth - 1
    while depth > outside || isClosing { _ = try next() }
  }

  private var malformed: SpreadsheetRefusal { .damaged(part: part, what: .xml) }

  private mutating func declaration() throws(SpreadsheetRefusal) -> String? {
    if starts("<!--") {
      try skip(past: "-->")
      return nil
    }
    if starts("<![CDATA["), !open.isEmpty {
      let first = at + 9
      try skip(past: "]]>")
      return String(decoding: bytes[first..<(at - 3)], as: UTF8.self)
    }
    // Entities are declared there, and a few of them become gigabytes.
    throw .damaged(part: part, what: starts("<!DOCTYPE") ? .documentType : .xml)
  }

  private mutating func startTag() throws(SpreadsheetRefusal) -> Event {
    guard !open.isEmpty || !hasRoot else { throw malformed }
    hasRoot = true
    at += 1
    let name = try name()
    attributes.removeAll(keepingCapacity: true)
    while true {
      skipBlanks()
      guard at < bytes.count else { throw malformed }
      if bytes[at] == UInt8(ascii: ">") {
        at += 1
        break
      }
      if starts("/>") {
        at += 2
        isClosing = true
        break
      }
      try readAttribute()
    }
    guard open.count < limits.depth else { throw malformed }
    open.append(name)
    return .start(name)
  }

  private mutating func readAttribute() throws(SpreadsheetRefusal) {
    let name = try name()
    skipBlanks()
    guard at < bytes.count, bytes[at] == UInt8(ascii: "=") else { throw malformed }
    at += 1
    skipBlanks()
    guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") else {
      throw malformed
    }
    let quote = bytes[at]
    at += 1
    guard let end = bytes[at...].firstIndex(of: quote) else { throw malformed }
    let value = try expanded(bytes[at..<end])
    at = end + 1
    guard attributes.count < limits.attributes else { throw malformed }
    attributes.append((name, value))
  }

  private mutating func endTag() throws(SpreadsheetRefusal) -> Event {
    at += 2
    let name = try name()
    skipBlanks()
    guard at < bytes.count, bytes[at] == UInt8(ascii: ">"), open.last == name else {
      throw malformed
    }
    at += 1
    open.removeLast()
    return .end(name)
  }

  /// A name without its prefix.
  private mutating func name() throws(SpreadsheetRefusal) -> String {
    var first = at
    scan: while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: ":"): first = at + 1
      case UInt8(ascii: " "), 0x09, 0x0A, 0x0D, UInt8(ascii: "="), UInt8(ascii: ">"),
        UInt8(ascii: "/"), UInt8(ascii: "<"), UInt8(ascii: "\""), UInt8(ascii: "'"):
        break scan
      default: break
      }
      at += 1
    }
    guard at > first, at - first <= 64 else { throw malformed }
    return String(decoding: bytes[first..<at], as: UTF8.self)
  }

  private mutating func text() throws(SpreadsheetRefusal) -> String {
    let end = bytes[at...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
    defer { at = end }
    return try expanded(bytes[at..<end])
  }

  /// With the five entities that XML has by itself, and characters by their numbers.
  private func expanded(_ raw: ArraySlice<UInt8>) throws(SpreadsheetRefusal) -> String {
    guard raw.contains(UInt8(ascii: "&")) else { return String(decoding: raw, as: UTF8.self) }
    var text = ""
    var rest = raw
    while let mark = rest.firstIndex(of: UInt8(ascii: "&")) {
      text += String(decoding: rest[..<mark], as: UTF8.self)
      guard let end = rest[mark...].prefix(12).firstIndex(of: UInt8(ascii: ";")),
        let scalar = Self.scalar(String(decoding: rest[(mark + 1)..<end], as: UTF8.self))
      else { throw .damaged(part: part, what: .reference) }
      text.unicodeScalars.append(scalar)
      rest = rest[(end + 1)...]
    }
    return text + String(decoding: rest, as: UTF8.self)
  }

  private static func scalar(_ entity: String) -> Unicode.Scalar? {
    switch entity {
    case "lt": return "<"
    case "gt": return ">"
    case "amp": return "&"
    case "quot": return "\""
    case "apos": return "'"
    default: break
    }
    guard entity.hasPrefix("#") else { return nil }
    let digits = entity.dropFirst()
    let value =
      digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits, radix: 10)
    return value.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
  }

  private func starts(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { bytes[at...].prefix($0.count).elementsEqual($0) }
  }

  private mutating func skip(past mark: StaticString) throws(SpreadsheetRefusal) {
    let length = mark.utf8CodeUnitCount
    while at + length <= bytes.count {
      if starts(mark) {
        at += length
        return
      }
      at += 1
    }
    throw malformed
  }

  private mutating func skipBlanks() {
    while at < bytes.count, Self.isBlank(bytes[at]) { at += 1 }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }
}
