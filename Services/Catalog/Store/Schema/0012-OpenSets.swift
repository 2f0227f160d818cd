// Step 11 of the catalogue's schema: files of opened sets.

import Database

extension SchemaStep {
  /// The file that stands open for a listing; of former ones the log keeps the hash (hebi-2021/19).
  static let openSets = SchemaStep(
    number: 12, name: "open sets",
    sql: [
      """
      CREATE TABLE open_sets (
        listing INTEGER NOT NULL PRIMARY KEY, listing_version INTEGER NOT NULL,
        media_type TEXT NOT NULL, sha256 BLOB NOT NULL, content BLOB NOT NULL,
        time INTEGER NOT NULL)
      """
    ], isAdditive: true)
}
