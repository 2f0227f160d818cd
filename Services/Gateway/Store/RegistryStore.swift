// Where the registry is kept: one SQL text, two backends.

package import Database
package import GatewayRules
import Integrity
package import Vocabulary

/// The gateway's database.
package struct RegistryStore: Sendable {
  package let database: SQLDatabase

  package static let schema: [SchemaStep] = [
    .registry, .corrections, .systemRegions, .scheduledRuns, .followers, .law, .notices,
    .documents, .bodies, .duties, .functions,
  ]

  package init(_ database: SQLDatabase) {
    self.database = database
  }

  /// Opens the registry and brings its tables up to date.
  package static func open(
    _ location: DatabaseLocation, options: DatabaseOptions = DatabaseOptions(),
    outbox: OutboxConfiguration, now: @escaping @Sendable () -> Instant
  ) async throws -> RegistryStore {
    RegistryStore(
      try await SQLDatabase.open(
        location, schema: schema, options: options, outbox: outbox, now: now))
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
      let rows = try rows()
      for row in rows {
        _ = try transaction.save(row, version: try transaction.nextRegistryVersion())
      }
      try transaction.append(topic: "registry.founded", payload: foundingPayload(rows))
      return true
    }
  }
}

/// What the log keeps of the founding: who was there from the start.
private func foundingPayload(_ rows: [RegistryChange]) -> JSONValue {
  var names: [JSONValue] = []
  var certificates: [JSONValue] = []
  var fingerprints: [JSONValue] = []
  for row in rows {
    switch row {
    case .department(let row): names.append(.string(row.name))
    case .system(let row): names.append(.string(row.principal.name))
    case .person(let row): names.append(.string(row.principal.name))
    case .certificate(let row):
      certificates.append(.string(row.serial))
      fingerprints.append(.string(hexadecimal(row.fingerprint)))
    case .run(let row): names.append(.string(row.actor.name))
    }
  }
  return [
    "subjects": .array(names), "certificates": .array(certificates),
    "fingerprints": .array(fingerprints),
  ]
}

/// As other entries tell a certificate.
private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
