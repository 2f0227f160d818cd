// JSON as evidence and statements use it: strings, integers, booleans, null, arrays, objects; no fractions.

/// A JSON value that has exactly one encoding (RFC 8785).
///
/// Strings are equal when their bytes are: Swift's own `==` would call a composed and a decomposed letter the same, and a
/// name is evidence as it was sent.
package enum JSONValue: Sendable {
  case null
  case bool(Bool)
  /// Within ±(2^53 - 1), which every JSON reader keeps exactly (RFC 7493 section 2.2).
  case integer(Int64)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// The largest integer of either sign.
  package static let largestInteger: Int64 = 9_007_199_254_740_991
}

extension JSONValue: Equatable {
  package static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }
}

/// The members of an object, kept in the order of their encoding: by UTF-16 code units of the name (RFC 8785 section 3.2.3).
package struct JSONObject: Sendable, Equatable {
  package struct Member: Sendable, Equatable {
    package let name: String
    package let value: JSONValue

    package static func == (left: Member, right: Member) -> Bool {
      left.name.utf8.elementsEqual(right.name.utf8) && left.value == right.value
    }
  }

  package private(set) var members: [Member] = []

  package init() {}

  /// Whether members stand as a canonical text has them, no two of one name.
  static func isInOrder(_ members: [Member]) -> Bool {
    for index in members.indices.dropFirst()
    where !precedes(members[index - 1].name, members[index].name) {
      return false
    }
    return true
  }

  init(inOrder members: [Member]) { self.members = members }

  /// Sorts members read from a text; nil when two have one name.
  init?(distinct members: [Member]) {
    let sorted = members.sorted { Self.precedes($0.name, $1.name) }
    for (left, right) in zip(sorted, sorted.dropFirst())
    where left.name.utf8.elementsEqual(right.name.utf8) {
      return nil
    }
    self.members = sorted
  }

  /// The order of UTF-16 code units, found on UTF-8: bytes are in the order of code points, which is another only where a
  /// character beyond U+FFFF (first byte 0xF0 and more) meets one from U+E000 to U+FFFF (0xEE, 0xEF), whose surrogates come first.
  private static func precedes(_ left: String, _ right: String) -> Bool {
    // Over the bytes themselves: iterators of strings cost most of what an entry of evidence does.
    let (left, right) = (left.utf8.span, right.utf8.span)
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
      let (byte, other) = (left[index], right[index])
      let isReversed = max(byte, other) >= 0xf0 && (0xee...0xef).contains(min(byte, other))
      return isReversed ? byte > other : byte < other
    }
    return left.count < right.count
  }

  /// The value of a member; nil when there is none. Setting nil takes it out.
  package subscript(_ name: String) -> JSONValue? {
    get {
      let index = position(of: name)
      return holds(name, at: index) ? members[index].value : nil
    }
    set {
      let index = position(of: name)
      if holds(name, at: index) { members.remove(at: index) }
      if let newValue { members.insert(Member(name: name, value: newValue), at: index) }
    }
  }

  /// The first position whose name does not come before this one.
  private func position(of name: String) -> Int {
    var low = 0
    var high = members.count
    while low < high {
      let middle = (low + high) / 2
      if Self.precedes(members[middle].name, name) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  private func holds(_ name: String, at index: Int) -> Bool {
    index < members.count && members[index].name.utf8.elementsEqual(name.utf8)
  }
}

// MARK: - Writing values in source

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements))
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }

  /// The members; of two with one name the last stays.
  package init(_ members: [(String, JSONValue)]) {
    for (name, value) in members { self[name] = value }
  }
}

// MARK: - Taking values apart

extension JSONValue {
  package var string: String? { if case .string(let value) = self { value } else { nil } }
  package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  package var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// A member of an object; nil for other values and other names.
  package subscript(_ name: String) -> JSONValue? { object?[name] }
}
