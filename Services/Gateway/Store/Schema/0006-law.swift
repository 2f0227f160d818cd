// Schema step 6 of the gateway: versions of the law that were brought, and what became of them.

import Database

extension SchemaStep {
  /// The file lies beside its decision: what was signed can be read again, whatever has become of the node's folders.
  static let law = SchemaStep(
    number: 6, name: "law",
    sql: [
      """
      CREATE TABLE law_versions (
        name TEXT PRIMARY KEY, state INTEGER NOT NULL, effective INTEGER, sha256 BLOB NOT NULL,
        reason TEXT NOT NULL, proposer TEXT NOT NULL, proposed INTEGER NOT NULL, decider TEXT,
        decided INTEGER, decide_reason TEXT, changes BLOB NOT NULL, file BLOB NOT NULL)
      """
    ], isAdditive: true)
}
