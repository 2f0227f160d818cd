// Which records a grant shows: a row hidden by it answers exactly as an absent one (meizhou-public-2023/22).

/// One condition of a grant on a record's values.
package struct RowFilter: Hashable, Sendable {
  package enum Comparison: Sendable, CaseIterable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, oneOf
  }

  package let item: String
  package let comparison: Comparison
  package let values: [String]

  package init(item: String, comparison: Comparison, values: [String]) {
    self.item = item
    self.comparison = comparison
    self.values = values
  }

  /// Whether a record meets the condition. An item that the record does not have meets none but "not equal".
  func admits(_ values: [String?], schema: EntrySchema) -> Bool {
    guard let index = schema.index(named: item), index < values.count, let value = values[index]
    else { return comparison == .notEqual }
    let isNumber = schema.items[index].type == .integer || schema.items[index].type == .decimal
    switch comparison {
    case .oneOf: return self.values.contains { Self.isSame(value, $0, isNumber) }
    case .equal: return self.values.first.map { Self.isSame(value, $0, isNumber) } ?? false
    case .notEqual: return self.values.first.map { !Self.isSame(value, $0, isNumber) } ?? true
    default: break
    }
    guard let bound = self.values.first, let order = Self.order(value, bound, isNumber) else {
      return false
    }
    switch comparison {
    case .less: return order < 0
    case .lessOrEqual: return order <= 0
    case .greater: return order > 0
    case .greaterOrEqual: return order >= 0
    case .equal, .notEqual, .oneOf: return false
    }
  }

  /// Numbers by value: 1.0 is 1.
  private static func isSame(_ left: String, _ right: String, _ isNumber: Bool) -> Bool {
    if isNumber, let left = PlainDecimal(left), let right = PlainDecimal(right) {
      return left == right
    }
    return left == right
  }

  /// Numbers by value; days and texts by their characters, which for ISO days is their order in time.
  private static func order(_ left: String, _ right: String, _ isNumber: Bool) -> Int? {
    if isNumber {
      guard let left = PlainDecimal(left), let right = PlainDecimal(right) else { return nil }
      return left < right ? -1 : (right < left ? 1 : 0)
    }
    let (left, right) = (Array(left.unicodeScalars), Array(right.unicodeScalars))
    if left.elementsEqual(right) { return 0 }
    return left.lexicographicallyPrecedes(right) { $0.value < $1.value } ? -1 : 1
  }
}

/// A decimal as registers hold it, of any length, compared digit by digit: a binary fraction would round it.
struct PlainDecimal: Comparable {
  private let isNegative: Bool
  /// Without noughts in front and behind.
  private let whole: [UInt8]
  private let fraction: [UInt8]

  init?(_ text: String) {
    var bytes = Array(text.utf8)[...]
    let hasSign = bytes.first == UInt8(ascii: "-")
    if hasSign { bytes.removeFirst() }
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard (1...2).contains(parts.count),
      parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(digits.contains) })
    else { return nil }
    let nought = UInt8(ascii: "0")
    whole = Array(parts[0].drop { $0 == nought })
    var rest = parts.count == 2 ? Array(parts[1]) : []
    while rest.last == nought { rest.removeLast() }
    fraction = rest
    isNegative = hasSign && !(whole.isEmpty && rest.isEmpty)
  }

  static func < (left: PlainDecimal, right: PlainDecimal) -> Bool {
    if left.isNegative != right.isNegative { return left.isNegative }
    return left.isNegative ? right.isShorter(than: left) : left.isShorter(than: right)
  }

  private func isShorter(than other: PlainDecimal) -> Bool {
    if whole.count != other.whole.count { return whole.count < other.whole.count }
    if whole != other.whole { return whole.lexicographicallyPrecedes(other.whole) }
    return fraction.lexicographicallyPrecedes(other.fraction)
  }
}

extension EntrySchema {
  /// Whether a record is shown under all conditions of a grant.
  package func shows(_ values: [String?], under filters: [RowFilter]) -> Bool {
    filters.allSatisfy { $0.admits(values, schema: self) }
  }

  /// Whether a look-up for these items shows a record. A revoked one is void: it is shown only to whom the mark itself is
  /// granted, for without the mark it would read as good.
  package func shows(
    _ values: [String?], items: [String], under filters: [RowFilter]
  ) -> Bool {
    if term(of: values).isRevoked, let mark = index(of: .revokedMark),
      !items.contains(self.items[mark].name)
    {
      return false
    }
    return shows(values, under: filters)
  }
}
