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
    case .oneOf: return self.values.contains(value)
    case .equal: return self.values.first == value
    case .notEqual: return self.values.first != value
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

  /// Numbers by value; days and texts by their characters, which for ISO days is their order in time.
  private static func order(_ left: String, _ right: String, _ isNumber: Bool) -> Int? {
    if isNumber {
      guard let left = Double(left), let right = Double(right) else { return nil }
      return left < right ? -1 : (left > right ? 1 : 0)
    }
    let (left, right) = (Array(left.unicodeScalars), Array(right.unicodeScalars))
    if left.elementsEqual(right) { return 0 }
    return left.lexicographicallyPrecedes(right) { $0.value < $1.value } ? -1 : 1
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
