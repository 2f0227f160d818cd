// The three kinds of values that both backends store alike, and what converts to them.

/// The kinds of values in portable SQL. No floating point, no dates, no booleans: times are integers, flags 0 and 1.
package enum SQLKind: String, Sendable {
  case null, integer, text, blob
}

/// A value as stored.
package enum SQLValue: Sendable {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])

  package var kind: SQLKind {
    switch self {
    case .null: .null
    case .integer: .integer
    case .text: .text
    case .blob: .blob
    }
  }
}

extension SQLValue: Equatable {
  /// Texts are equal when their bytes are, as both backends have it; Swift's `==` would call a composed and a decomposed
  /// letter the same.
  package static func == (left: SQLValue, right: SQLValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.integer(let left), .integer(let right)): left == right
    case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
    case (.blob(let left), .blob(let right)): left == right
    default: false
    }
  }
}

/// A type that a column or an argument can have.
///
/// Domain types conform where their store is, through one of the three stored kinds.
package protocol SQLConvertible {
  /// The kind that the column must have; used in the error when it has another.
  static var sqlKind: SQLKind { get }
  var sqlValue: SQLValue { get }
  /// - Returns: `nil` when the value is of the right kind but cannot be this type.
  init?(sqlValue: SQLValue)
}

extension SQLValue: SQLConvertible {
  package static var sqlKind: SQLKind { .null }
  package var sqlValue: SQLValue { self }
  package init?(sqlValue: SQLValue) { self = sqlValue }
}

extension Int64: SQLConvertible {
  package static var sqlKind: SQLKind { .integer }
  package var sqlValue: SQLValue { .integer(self) }
  package init?(sqlValue: SQLValue) {
    guard case .integer(let value) = sqlValue else { return nil }
    self = value
  }
}

extension Int: SQLConvertible {
  package static var sqlKind: SQLKind { .integer }
  package var sqlValue: SQLValue { .integer(Int64(self)) }
  package init?(sqlValue: SQLValue) {
    guard case .integer(let value) = sqlValue else { return nil }
    self.init(exactly: value)
  }
}

extension Bool: SQLConvertible {
  package static var sqlKind: SQLKind { .integer }
  package var sqlValue: SQLValue { .integer(self ? 1 : 0) }
  package init?(sqlValue: SQLValue) {
    switch sqlValue {
    case .integer(0): self = false
    case .integer(1): self = true
    default: return nil
    }
  }
}

extension String: SQLConvertible {
  package static var sqlKind: SQLKind { .text }
  package var sqlValue: SQLValue { .text(self) }
  package init?(sqlValue: SQLValue) {
    guard case .text(let value) = sqlValue else { return nil }
    self = value
  }
}

extension [UInt8]: SQLConvertible {
  package static var sqlKind: SQLKind { .blob }
  package var sqlValue: SQLValue { .blob(self) }
  package init?(sqlValue: SQLValue) {
    guard case .blob(let value) = sqlValue else { return nil }
    self = value
  }
}

extension Optional: SQLConvertible where Wrapped: SQLConvertible {
  package static var sqlKind: SQLKind { Wrapped.sqlKind }
  package var sqlValue: SQLValue { self?.sqlValue ?? .null }
  package init?(sqlValue: SQLValue) {
    if sqlValue == .null {
      self = .none
    } else {
      guard let value = Wrapped(sqlValue: sqlValue) else { return nil }
      self = value
    }
  }
}
