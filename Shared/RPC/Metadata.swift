// The headers and trailers of a call: ordered, names in lower case, "-bin" values held decoded.

/// Headers or trailers of a call, without those that belong to HTTP/2 or to gRPC itself.
///
/// Names are kept in lower case and in the order in which they were sent. A name that ends in `-bin` carries bytes, which
/// are held decoded; base64 exists only on the wire (gRPC over HTTP/2, "Custom-Metadata").
package struct Metadata: Sendable, Equatable {
  package enum Value: Sendable, Equatable {
    case text(String)
    case bytes([UInt8])
  }

  package struct Entry: Sendable, Equatable {
    package let name: String
    package let value: Value
  }

  /// Every field in the order sent; one name may occur several times.
  package private(set) var entries: [Entry]

  package init() { entries = [] }

  package var isEmpty: Bool { entries.isEmpty }

  /// The first value of a text field; `nil` for an absent name and for a `-bin` name.
  package subscript(_ name: String) -> String? {
    for entry in entries where entry.name == name {
      if case .text(let value) = entry.value { return value }
    }
    return nil
  }

  /// The first value of a `-bin` field, decoded.
  package func bytes(_ name: String) -> [UInt8]? {
    for entry in entries where entry.name == name {
      if case .bytes(let value) = entry.value { return value }
    }
    return nil
  }

  /// Adds a field. What a header cannot carry (anything outside printable ASCII) is percent-encoded, so that no text
  /// can break a header block; under a `-bin` name the UTF-8 bytes are kept as they are.
  package mutating func append(_ name: String, _ value: String) {
    if name.hasSuffix("-bin") {
      append(name, bytes: Array(value.utf8))
    } else {
      entries.append(Entry(name: Self.checked(name), value: .text(PercentText.headerSafe(value))))
    }
  }

  /// Adds a binary field; its name must end in `-bin`.
  package mutating func append(_ name: String, bytes: [UInt8]) {
    precondition(name.hasSuffix("-bin"), "a field of bytes has a name that ends in -bin")
    entries.append(Entry(name: Self.checked(name), value: .bytes(bytes)))
  }

  package mutating func append(contentsOf other: Metadata) {
    entries.append(contentsOf: other.entries)
  }

  package mutating func removeAll(where matches: (String) -> Bool) {
    entries.removeAll { matches($0.name) }
  }

  /// The same fields, each name behind `prefix`.
  func prefixed(_ prefix: String) -> Metadata {
    var result = Metadata()
    for entry in entries { result.append(received: prefix + entry.name, entry.value) }
    return result
  }

  /// Adds a field that HTTP/2 has already checked.
  mutating func append(received name: String, _ value: Value) {
    entries.append(Entry(name: name, value: value))
  }

  private static func checked(_ name: String) -> String {
    let isLegal = !name.isEmpty && name.utf8.allSatisfy(isTokenByte)
    precondition(isLegal, "a metadata name is made of RFC 9110 token characters")
    return name.utf8.contains(where: { $0 >= 0x41 && $0 <= 0x5A }) ? name.lowercased() : name
  }

  /// RFC 9110 section 5.6.2, `tchar`.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      return true
    default:
      return "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
