// The one binary encoding of this module's formats: big-endian numbers, and bytes behind their 4-byte length.

import Vocabulary

/// Appends values in an order that the reader repeats.
///
/// Each type has a function of its own instead of one generic one: this is called for every value of every row, and across
/// modules a generic function runs through witness tables, which cost more than the encryption after it.
package struct ByteWriter: Sendable {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func append(_ number: UInt8) { bytes.append(number) }
  package mutating func append(_ number: UInt16) { integer(number) }
  package mutating func append(_ number: UInt32) { integer(number) }
  package mutating func append(_ number: UInt64) { integer(number) }
  package mutating func append(_ number: Int32) { integer(number) }
  package mutating func append(_ number: Int64) { integer(number) }

  private mutating func integer(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
  }

  /// Bytes whose length the format fixes.
  package mutating func append(fixed part: [UInt8]) { bytes.append(contentsOf: part) }
  package mutating func append(fixed part: ArraySlice<UInt8>) { bytes.append(contentsOf: part) }

  /// A 4-byte length, then the bytes: no two different lists of values have one encoding.
  package mutating func append(_ part: [UInt8]) {
    append(UInt32(part.count))
    bytes.append(contentsOf: part)
  }

  package mutating func append(_ text: String) {
    append(UInt32(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  /// Forgets the content and keeps the memory.
  package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}

/// Takes values back in the order in which they were written; nil as soon as the bytes do not fit.
package struct ByteReader {
  private var rest: ArraySlice<UInt8>

  package init(_ bytes: [UInt8]) { rest = bytes[...] }

  package var isAtEnd: Bool { rest.isEmpty }

  package mutating func number(_ type: UInt8.Type) -> UInt8? { take(1)?.first }
  package mutating func number(_ type: UInt16.Type) -> UInt16? { integer() }
  package mutating func number(_ type: UInt32.Type) -> UInt32? { integer() }
  package mutating func number(_ type: UInt64.Type) -> UInt64? { integer() }
  package mutating func number(_ type: Int32.Type) -> Int32? { integer() }
  package mutating func number(_ type: Int64.Type) -> Int64? { integer() }

  package mutating func fixed(_ count: Int) -> [UInt8]? { take(count).map(Array.init) }

  package mutating func bytes() -> [UInt8]? {
    number(UInt32.self).flatMap { fixed(Int($0)) }
  }

  package mutating func text() -> String? {
    number(UInt32.self).flatMap { take(Int($0)) }.flatMap { String(utf8: $0.span) }
  }

  private mutating func integer<Number: FixedWidthInteger>() -> Number? {
    take(Number.bitWidth / 8).flatMap { Number(bigEndianBytes: $0) }
  }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
