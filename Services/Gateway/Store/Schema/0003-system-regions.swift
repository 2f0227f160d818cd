// Schema step 3 of the gateway: where a system stands.

import Database

extension SchemaStep {
  /// ISO 3166-1; empty for the mainland (AC-51).
  static let systemRegions = SchemaStep(
    number: 3, name: "system regions",
    sql: ["ALTER TABLE systems ADD COLUMN region TEXT NOT NULL DEFAULT ''"], isAdditive: true)
}
