// One row of an answer, with typed access by position or by name.

/// A row of a result.
///
/// ```swift
/// let name: String = try row["name"]
/// let ended: Int64? = try row["ended_at"]
/// ```
package struct Row: Sendable, Equatable {
  let columns: Columns
  /// The values, from left to right.
  package let values: [SQLValue]

  /// The names of a result's columns, shared by all its rows.
  final class Columns: Sendable, Equatable {
    let names: [String]
    init(names: [String]) { self.names = names }
    static func == (left: Columns, right: Columns) -> Bool {
      left === right || left.names == right.names
    }
  }

  init(columns: Columns, values: [SQLValue]) {
    self.columns = columns
    self.values = values
  }

  package var columnNames: [String] { columns.names }

  /// The value of the column at this position, counted from 0.
  ///
  /// Ask for an optional type where NULL is possible.
  package subscript<Value: SQLConvertible>(_ position: Int) -> Value {
    get throws(DatabaseError) {
      guard values.indices.contains(position) else { throw .noSuchColumn(String(position)) }
      return try convert(values[position], String(position))
    }
  }

  /// The value of the column of this name; the first, when several bear it.
  package subscript<Value: SQLConvertible>(_ name: String) -> Value {
    get throws(DatabaseError) {
      // A linear search: rows are narrow, and hashing a name costs more than comparing a few.
      guard let position = columns.names.firstIndex(of: name) else { throw .noSuchColumn(name) }
      return try convert(values[position], name)
    }
  }

  private func convert<Value: SQLConvertible>(_ value: SQLValue, _ column: String)
    throws(DatabaseError) -> Value
  {
    if let converted = Value(sqlValue: value) { return converted }
    if value.kind == Value.sqlKind { throw .outOfRange(column: column) }
    throw .wrongType(column: column, expected: Value.sqlKind, found: value.kind)
  }
}
