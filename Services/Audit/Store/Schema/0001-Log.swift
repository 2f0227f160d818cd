// The log's first tables: entries and tree, origins, search terms, alarms.

package import Database

/// The steps of Audit's schema, in order.
package let auditSchema: [SchemaStep] = [
  SchemaStep(
    number: 1, name: "log",
    sql: [
      // One row: the tree's right edge, who may append, and what was last published.
      """
      CREATE TABLE log_state (
        one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL,
        frontier BLOB NOT NULL, appender INTEGER NOT NULL, published INTEGER NOT NULL,
        checkpoint TEXT NOT NULL)
      """,
      """
      CREATE TABLE origins (
        id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, sequence INTEGER NOT NULL,
        head BLOB NOT NULL, covered INTEGER NOT NULL)
      """,
      // Salt, topic and payload are in `sealed`, under the key of `month`; the rest stays when that key is destroyed.
      """
      CREATE TABLE entries (
        position INTEGER NOT NULL PRIMARY KEY, origin INTEGER NOT NULL, sequence INTEGER NOT NULL,
        leaf BLOB NOT NULL, month TEXT NOT NULL, received INTEGER NOT NULL, sealed BLOB NOT NULL)
      """,
      "CREATE UNIQUE INDEX entries_origin ON entries (origin, sequence)",
      "CREATE INDEX entries_place ON entries (origin, position)",
      // Where each month begins in the log.
      "CREATE TABLE months (month TEXT NOT NULL PRIMARY KEY, first INTEGER NOT NULL)",
      // Keyed hashes of what entries are about: without the month's key they say nothing. Runs hold those that came with the
      // entries (TermRuns.swift); `late_terms` those that were learned afterwards.
      """
      CREATE TABLE term_runs (
        first INTEGER NOT NULL PRIMARY KEY, past INTEGER NOT NULL, level INTEGER NOT NULL)
      """,
      """
      CREATE TABLE term_pages (
        run INTEGER NOT NULL, term INTEGER NOT NULL, position INTEGER NOT NULL,
        content BLOB NOT NULL, PRIMARY KEY (run, term, position))
      """,
      """
      CREATE TABLE late_terms (
        term INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (term, position))
      """,
      """
      CREATE TABLE tiles (
        level INTEGER NOT NULL, number INTEGER NOT NULL, content BLOB NOT NULL,
        PRIMARY KEY (level, number))
      """,
      "CREATE TABLE providers (entry TEXT NOT NULL PRIMARY KEY, department TEXT NOT NULL)",
      // Entries of the log whose provider was not yet known when they came.
      """
      CREATE TABLE unprovided (
        entry TEXT NOT NULL, position INTEGER NOT NULL, month TEXT NOT NULL,
        PRIMARY KEY (entry, position))
      """,
      """
      CREATE TABLE disclosures (
        position INTEGER NOT NULL PRIMARY KEY, origin TEXT NOT NULL, sequence INTEGER NOT NULL,
        call TEXT NOT NULL, due INTEGER NOT NULL, state INTEGER NOT NULL)
      """,
      "CREATE INDEX disclosures_state ON disclosures (state, position)",
      """
      CREATE TABLE alarms (
        id INTEGER NOT NULL PRIMARY KEY, kind TEXT NOT NULL, origin TEXT NOT NULL,
        sequence INTEGER NOT NULL, call TEXT NOT NULL, time INTEGER NOT NULL)
      """,
      "CREATE UNIQUE INDEX alarms_subject ON alarms (kind, origin, sequence, call)",
    ]),
  appenderSchema, actsSchema, signersSchema, decisionsSchema, admissionSchema,
]
