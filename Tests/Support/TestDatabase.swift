// A fresh database on either backend, for suites that run against both.

package import Database
import Foundation
package import Vocabulary

/// The two backends, as arguments of a parameterised test: `@Test(arguments: Backend.allCases)`.
package enum Backend: String, CaseIterable, Sendable, CustomStringConvertible {
  case sqlite, postgres

  package var description: String { rawValue }
}

/// An empty database of one test, with what keeps it alive.
package struct TestDatabase: Sendable {
  package let backend: Backend
  package let location: DatabaseLocation
  private let folder: TemporaryFolder?

  package init(_ backend: Backend) throws {
    self.backend = backend
    switch backend {
    case .sqlite:
      let folder = try TemporaryFolder()
      self.folder = folder
      location = .sqlite(path: folder.path("data/test.sqlite"))
    case .postgres:
      folder = nil
      location = .postgres(connectionString: try PostgresServer.shared().newDatabase())
    }
  }

  /// Opens it; again and again, for a restart.
  package func open(
    schema: [SchemaStep], options: DatabaseOptions = DatabaseOptions(),
    outbox: OutboxConfiguration? = nil,
    now: @escaping @Sendable () -> Instant = { TestDatabase.noon }
  ) async throws -> SQLDatabase {
    try await SQLDatabase.open(
      location, schema: schema, options: options, outbox: outbox, now: now)
  }

  /// Runs a command in it as the server's superuser. PostgreSQL only.
  package func command(_ sql: String) throws {
    guard case .postgres(let text) = location,
      let name = text.split(separator: " ").first(where: { $0.hasPrefix("dbname=") })
    else { return }
    try PostgresServer.shared().command(sql, database: String(name.dropFirst("dbname=".count)))
  }

  /// 2024-03-04 12:00 in Asia/Shanghai.
  package static let noon = Instant(milliseconds: 1_709_524_800_000)
}
