// The catalogue's first tables: entries, their versions, items and history.

package import Database

/// The steps of the catalogue's schema, in order.
package let catalogSchema: [SchemaStep] = [
  SchemaStep(
    number: 1, name: "entries",
    sql: [
      """
      CREATE TABLE entries (
        id INTEGER NOT NULL PRIMARY KEY, owner TEXT NOT NULL, region TEXT NOT NULL,
        authority TEXT,
        resource_code TEXT, published_version INTEGER, newest_version INTEGER NOT NULL,
        source_system TEXT)
      """,
      "CREATE UNIQUE INDEX entries_code ON entries (resource_code)",
      "CREATE INDEX entries_owner ON entries (owner, id)",
      """
      CREATE TABLE versions (
        entry INTEGER NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL, owner TEXT NOT NULL,
        category TEXT NOT NULL, profile TEXT NOT NULL, content BLOB NOT NULL,
        submitted INTEGER, due_day INTEGER, due_article TEXT, due_provisional INTEGER,
        filing_number TEXT, filing_day INTEGER, filing_reason TEXT, approved_by TEXT NOT NULL,
        created INTEGER NOT NULL, published INTEGER, PRIMARY KEY (entry, version))
      """,
      "CREATE INDEX versions_state ON versions (state, entry)",
      """
      CREATE TABLE items (
        entry INTEGER NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL,
        title TEXT NOT NULL, is_identity INTEGER NOT NULL, PRIMARY KEY (entry, version, position))
      """,
      "CREATE INDEX items_title ON items (title, entry)",
      """
      CREATE TABLE steps (
        entry INTEGER NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL,
        from_state TEXT, to_state TEXT NOT NULL, actor TEXT NOT NULL, time INTEGER NOT NULL,
        reason TEXT NOT NULL, PRIMARY KEY (entry, version, position))
      """,
      """
      CREATE TABLE terms (
        term TEXT NOT NULL, entry INTEGER NOT NULL, version INTEGER NOT NULL,
        PRIMARY KEY (term, entry, version))
      """,
      "CREATE INDEX terms_version ON terms (entry, version)",
      "CREATE TABLE sequences (name TEXT NOT NULL PRIMARY KEY, next INTEGER NOT NULL)",
    ]),
  // Who passed the secrecy review (meizhou-public-2023/39.1e), and what a step did where the states do not tell it.
  SchemaStep(
    number: 2, name: "secrecy",
    sql: [
      "ALTER TABLE versions ADD COLUMN secrecy_person TEXT",
      "ALTER TABLE versions ADD COLUMN secrecy_time INTEGER",
      "ALTER TABLE steps ADD COLUMN action TEXT",
      "ALTER TABLE steps ADD COLUMN detail TEXT",
      "ALTER TABLE steps ADD COLUMN basis BLOB",
    ], isAdditive: true),
  // A withdrawal that waits for the authority's consent (policies e.1), as canonical JSON.
  SchemaStep(
    number: 3, name: "withdrawals", sql: ["ALTER TABLE versions ADD COLUMN withdrawal BLOB"],
    isAdditive: true),
  // Whose turn a version is, and who sees it before everybody does.
  SchemaStep(
    number: 4, name: "seats",
    sql: [
      """
      CREATE TABLE seats (
        seat TEXT NOT NULL, entry INTEGER NOT NULL, version INTEGER NOT NULL,
        is_awaited INTEGER NOT NULL, PRIMARY KEY (seat, entry, version))
      """,
      "CREATE INDEX seats_version ON seats (entry, version)",
      """
      INSERT INTO seats (seat, entry, version, is_awaited)
      SELECT 'authority:' || e.authority, v.entry, v.version, 0
      FROM versions v JOIN entries e ON e.id = v.entry WHERE e.authority IS NOT NULL
      """,
    ], isAdditive: true),
  // How late the reviewers decided, beside the `due_` columns: the clock as it stood then (AC-94).
  SchemaStep(
    number: 5, name: "decided", sql: ["ALTER TABLE versions ADD COLUMN overdue_days INTEGER"],
    isAdditive: true),
  // Changes of law and function that entries must follow (policies e.2); `seat` is told when they are overdue.
  SchemaStep(
    number: 6, name: "changes",
    sql: [
      """
      CREATE TABLE changes (
        entry INTEGER NOT NULL, number INTEGER NOT NULL, owner TEXT NOT NULL, seat TEXT,
        state TEXT NOT NULL, profile TEXT NOT NULL, content BLOB NOT NULL,
        PRIMARY KEY (entry, number))
      """
    ], isAdditive: true),
  // Seats say who decides; nobody has written this column since.
  SchemaStep(number: 7, name: "no authority", sql: ["ALTER TABLE entries DROP COLUMN authority"]),
  .toldOnce(number: 8), .listings, .levelCatalogue, .projectDecisions, .openSets,
  .search,
]
