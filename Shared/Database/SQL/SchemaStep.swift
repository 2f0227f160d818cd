// How a database comes to its tables: numbered steps, applied once each, never edited.

/// One step of a schema. The SQL is portable (see `PortableSQL`): types INTEGER, TEXT, BLOB; one statement each.
///
/// A step that has been released is never edited: its digest is kept, and a database whose step differs is not opened.
package struct SchemaStep: Sendable, Equatable {
  /// Counted from 1 without gaps.
  package let number: Int
  /// What the step brings, for people: `grants`.
  package let name: String
  /// The statements in order.
  package let sql: [String]
  /// The statements for PostgreSQL, where no portable ones say it: an index for full text.
  package let postgres: [String]?
  /// Whether the previous release of the program works on with this step applied (a new table, a new column with a
  /// default). If not, an older program refuses to open the database.
  package let isAdditive: Bool

  package init(
    number: Int, name: String, sql: [String], postgres: [String]? = nil, isAdditive: Bool = false
  ) {
    self.number = number
    self.name = name
    self.sql = sql
    self.postgres = postgres
    self.isAdditive = isAdditive
  }
}

/// Which backend reads a statement. Portable SQL is for both; stores ask only where there is none, for full text.
package enum SQLDialect: Sendable {
  case sqlite, postgres
}

extension SchemaStep {
  func statements(for dialect: SQLDialect) -> [String] {
    switch dialect {
    case .sqlite: sql
    case .postgres: postgres ?? sql
    }
  }
}
