// Writes proto3 JSON, compact, straight into bytes.

/// Collects one JSON text. Values at their defaults are left out, as proto3's mapping has it.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  /// The first value that JSON has no form for.
  var failure: EncodeFailure?
  private var needsComma = false

  // MARK: - Structure

  mutating func beginObject() { open(0x7b) }
  mutating func endObject() { close(0x7d) }
  mutating func beginArray() { open(0x5b) }
  mutating func endArray() { close(0x5d) }

  private mutating func open(_ byte: UInt8) {
    separate()
    bytes.append(byte)
    needsComma = false
  }

  private mutating func close(_ byte: UInt8) {
    bytes.append(byte)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(0x2c) }
    needsComma = true
  }

  mutating func name(_ name: String) {
    string(name)
    bytes.append(0x3a)
    needsComma = false
  }

  // MARK: - Values

  mutating func string(_ text: String) {
    separate()
    bytes.append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5c:
        bytes.append(0x5c)
        bytes.append(byte)
      case 0x0a: bytes.append(contentsOf: "\\n".utf8)
      case 0x0d: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      // "<" and ">" too, so that the text can stand inside a page.
      case 0..<0x20, 0x3c, 0x3e, 0x7f:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(JSONWriter.hexDigit(byte >> 4))
        bytes.append(JSONWriter.hexDigit(byte & 15))
      default: bytes.append(byte)
      }
    }
    bytes.append(0x22)
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

  private mutating func literal(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
  }

  mutating func value(_ value: Bool) { literal(value ? "true" : "false") }
  mutating func value(_ value: Int32) { literal(String(value)) }
  mutating func value(_ value: UInt32) { literal(String(value)) }
  // JSON numbers are doubles to most readers, so 64 bits go as text.
  mutating func value(_ value: Int64) { literal("\"\(value)\"") }
  mutating func value(_ value: UInt64) { literal("\"\(value)\"") }
  mutating func value(_ value: String) { string(value) }

  mutating func value(_ value: Double) {
    if value.isNaN { return string("NaN") }
    if value.isInfinite { return string(value < 0 ? "-Infinity" : "Infinity") }
    literal("\(value)")
  }

  mutating func value(_ value: Float) {
    if value.isNaN { return string("NaN") }
    if value.isInfinite { return string(value < 0 ? "-Infinity" : "Infinity") }
    literal("\(value)")
  }

  mutating func value(_ value: [UInt8]) {
    separate()
    bytes.append(0x22)
    bytes.append(contentsOf: Base64.encoded(value))
    bytes.append(0x22)
  }

  mutating func value(_ value: some MessageEnum) {
    if let name = value.name { string(name) } else { self.value(value.rawValue) }
  }

  mutating func value(_ value: some WireMessage) { value.writeJSON(to: &self) }

  // MARK: - Fields

  mutating func field(_ name: String, _ value: Bool) {
    guard value else { return }
    self.name(name)
    self.value(value)
  }

  mutating func field(_ name: String, _ value: Int32) {
    guard value != 0 else { return }
    self.name(name)
    self.value(value)
  }

  mutating func field(_ name: String, _ value: UInt32) {
    guard value != 0 else { return }
    self.name(name)
    self.value(value)
  }

  mutating func field(_ name: String, _ value: Int64) {
    guard value != 0 else { return }
    self.name(name)
    self.value(value)
  }

  mutating func field(_ name: String, _ value: UInt64) {
    guard value != 0 else { return }
    self.name(name)
    self.value(value)
  }

  mutating func field(_ name: String, _ value: Double) {
    // Minus zero is not the default.
    guard value.bitPattern != 0 else { return }
    self.name(name)
    self.value(value)
  }

  mutating func field(_ name: String, _ value: Float) {
    guard value.bitPattern != 0 else { return }
    self.name(name)
    self.value(value)
  }

  mutating func field(_ name: String, _ value: String) {
    guard !value.isEmpty else { return }
    self.name(name)
    self.string(value)
  }

  mutating func field(_ name: String, _ value: [UInt8]) {
    guard !value.isEmpty else { return }
    self.name(name)
    self.value(value)
  }

  mutating func field(_ name: String, _ value: some MessageEnum) {
    guard value.rawValue != 0 else { return }
    self.name(name)
    self.value(value)
  }

  mutating func field(_ name: String, _ value: (some WireMessage)?) {
    guard let value else { return }
    self.name(name)
    self.value(value)
  }

  /// A repeated field.
  mutating func list<Element>(
    _ name: String, _ values: [Element], _ element: (inout JSONWriter, Element) -> Void
  ) {
    guard !values.isEmpty else { return }
    self.name(name)
    beginArray()
    for value in values { element(&self, value) }
    endArray()
  }

  /// A map, whose entries write name and value.
  mutating func map<Entry>(
    _ name: String, _ entries: [Entry], _ entry: (inout JSONWriter, Entry) -> Void
  ) {
    guard !entries.isEmpty else { return }
    self.name(name)
    beginObject()
    for value in entries { entry(&self, value) }
    endObject()
  }
}
