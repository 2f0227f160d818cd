// The one binary encoding of this module's formats: big-endian numbers, and bytes behind their 4-byte length.

/// Appends values in an order that the reader repeats.
package struct ByteWriter: Sendable {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func append(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
  }

  /// Bytes whose length the format fixes.
  package mutating func append(fixed part: some Collection<UInt8>) {
    bytes.append(contentsOf: part)
  }

  /// A 4-byte length, then the bytes: no two different lists of values have one encoding.
  package mutating func append(_ part: some Collection<UInt8>) {
    append(UInt32(part.count))
    bytes.append(contentsOf: part)
  }

  package mutating func append(_ text: String) { append(text.utf8) }

  /// Forgets the content and keeps the memory.
  package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}

/// Takes values back in the order in which they were written; nil as soon as the bytes do not fit.
package struct ByteReader {
  private var rest: ArraySlice<UInt8>

  package init(_ bytes: [UInt8]) { rest = bytes[...] }

  package var isAtEnd: Bool { rest.isEmpty }

  package mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
    fixed(Number.bitWidth / 8).flatMap { Number(bigEndianBytes: $0) }
  }

  package mutating func fixed(_ count: Int) -> [UInt8]? {
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  package mutating func bytes() -> [UInt8]? {
    number(UInt32.self).flatMap { fixed(Int($0)) }
  }

  package mutating func text() -> String? {
    bytes().flatMap { String(validating: $0, as: UTF8.self) }
  }
}
