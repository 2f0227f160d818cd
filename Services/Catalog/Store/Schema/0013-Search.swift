// Step 13 of the catalogue's schema: the index for searching and listing, in place of a table with a row for each term.

import Database

extension SchemaStep {
  /// A row for each version, under the number of `searchKey`; in `grams` its terms with a blank between (see `SearchTerms`).
  ///
  /// SQLite's tokenizer `ascii` parts at blanks alone here: a term is letters and digits of any script, or a word with - and :.
  static let search = SchemaStep(
    number: 13, name: "search",
    sql: [
      """
      CREATE VIRTUAL TABLE search USING fts5(
        grams, detail=none, columnsize=0, tokenize="ascii tokenchars '-:'")
      """,
      fill("group_concat"), "DROP TABLE terms",
    ],
    postgres: [
      "CREATE TABLE search (rowid INTEGER NOT NULL PRIMARY KEY, grams TEXT NOT NULL)",
      "CREATE INDEX search_grams ON search USING GIN (string_to_array(grams, ' '))",
      fill("string_agg"), "DROP TABLE terms",
    ])

  private static func fill(_ joined: String) -> String {
    """
    INSERT INTO search (rowid, grams)
    SELECT v.entry * 1048576 + v.version,
      'state:' || v.state || ' owner:' || v.owner || ' category:' || v.category
        || CASE WHEN v.filing_number IS NULL THEN '' ELSE ' only:filed' END || ' '
        || COALESCE((SELECT \(joined)(t.term, ' ') FROM terms t
          WHERE t.entry = v.entry AND t.version = v.version), '')
    FROM versions v ORDER BY v.entry, v.version
    """
  }
}
