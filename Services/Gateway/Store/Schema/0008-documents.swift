// Schema step 8 of the gateway: governance documents of bodies.

import Database

extension SchemaStep {
  /// Every version stays on record.
  static let documents = SchemaStep(
    number: 8, name: "documents",
    sql: [
      """
      CREATE TABLE governance_documents (
        department TEXT NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL,
        title TEXT NOT NULL, sha256 BLOB NOT NULL, review INTEGER NOT NULL, valid_until INTEGER,
        parts TEXT NOT NULL, registrant TEXT NOT NULL, time INTEGER NOT NULL,
        PRIMARY KEY (department, kind, version))
      """
    ], isAdditive: true)
}
