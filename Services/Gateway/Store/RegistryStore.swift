// Where the registry is kept: one SQL text, two backends.

package import Database
package import GatewayRules
package import Vocabulary

/// The gateway's database.
package struct RegistryStore: Sendable {
  package let database: SQLDatabase

  package static let schema: [SchemaStep] = [.registry]

  package init(_ database: SQLDatabase) {
    self.database = database
  }

  /// Opens the registry and brings its tables up to date.
  package static func open(
    _ location: DatabaseLocation, options: DatabaseOptions = DatabaseOptions(),
    now: @escaping @Sendable () -> Instant
  ) async throws -> RegistryStore {
    RegistryStore(
      try await SQLDatabase.open(location, schema: schema, options: options, now: now))
  }

  /// The whole registry, as one state.
  package func snapshot() async throws -> RegistrySnapshot {
    try await database.read { transaction in
      var snapshot = RegistrySnapshot()
      try transaction.registryChanges(after: 0) { snapshot.apply($0) }
      snapshot.advance(to: try transaction.registryVersion())
      return snapshot
    }
  }

  /// What changed after a version; `nil` when nothing did.
  package func changes(
    after version: Int64
  ) async throws -> (rows: [RegistryChange], version: Int64)? {
    try await database.read { transaction in
      let newest = try transaction.registryVersion()
      guard newest > version else { return nil }
      var rows: [RegistryChange] = []
      try transaction.registryChanges(after: version) { rows.append($0) }
      return (rows, newest)
    }
  }

  /// Writes the first rows, while there are none.
  ///
  /// - Parameter rows: Asked only where the registry is empty. Each gets a version of its own.
  /// - Returns: Whether the registry was empty.
  package func found(
    _ rows: @escaping @Sendable () throws -> [RegistryChange]
  ) async throws -> Bool {
    try await database.write { transaction in
      guard try transaction.isRegistryEmpty() else { return false }
      for row in try rows() {
        _ = try transaction.save(row, version: try transaction.nextRegistryVersion())
      }
      return true
    }
  }
}
