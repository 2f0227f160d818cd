// Ingest's first tables: batches with what they brought, the state of each register, and the uses of grants.

package import Database

/// The steps of the record store's schema, in order. No column holds an identifier, a name or a value outside a seal.
package let ingestSchema: [SchemaStep] = [
  SchemaStep(number: 1, name: "batches", sql: batchTables + registerTables + useTables),
  SchemaStep(number: 2, name: "entries", sql: entryTables, isAdditive: true),
  SchemaStep(number: 3, name: "classes", sql: classColumn, isAdditive: true),
  SchemaStep(number: 4, name: "suspensions", sql: suspensionColumn, isAdditive: true),
  SchemaStep(number: 5, name: "frequencies", sql: frequencyColumns, isAdditive: true),
  SchemaStep(number: 6, name: "publications", sql: publicationColumns, isAdditive: true),
  SchemaStep(number: 7, name: "rotations", sql: rotationTables, isAdditive: true),
  SchemaStep(number: 8, name: "destructions", sql: destructionTables, isAdditive: true),
  SchemaStep(number: 9, name: "canaries", sql: canaryTables, isAdditive: true),
  SchemaStep(number: 10, name: "origins", sql: originTables, isAdditive: true),
  .leases(number: 11),
  SchemaStep(number: 12, name: "replicas", sql: replicaTables, isAdditive: true),
]

private let batchTables = [
  "CREATE TABLE sequences (name TEXT NOT NULL PRIMARY KEY, next INTEGER NOT NULL)",
  """
  CREATE TABLE batches (
    id INTEGER NOT NULL PRIMARY KEY, entry INTEGER NOT NULL, entry_version INTEGER NOT NULL,
    owner TEXT NOT NULL, kind TEXT NOT NULL, mode TEXT NOT NULL, format TEXT NOT NULL,
    encoding TEXT NOT NULL, header BLOB NOT NULL, as_of INTEGER NOT NULL, coverage TEXT NOT NULL,
    mode_reason TEXT NOT NULL, issue TEXT NOT NULL, profile TEXT NOT NULL, content BLOB NOT NULL,
    state TEXT NOT NULL, next_chunk INTEGER NOT NULL, accepted INTEGER NOT NULL,
    rejected INTEGER NOT NULL, actor TEXT NOT NULL, created INTEGER NOT NULL, closed INTEGER,
    block_root BLOB, resource_rows INTEGER, resource_root BLOB, is_live INTEGER NOT NULL)
  """,
  "CREATE INDEX batches_entry ON batches (entry, id)",
  "CREATE INDEX batches_owner ON batches (owner, id)",
  """
  CREATE TABLE chunks (
    batch INTEGER NOT NULL, number INTEGER NOT NULL, digest BLOB NOT NULL,
    attempt INTEGER NOT NULL, accepted INTEGER NOT NULL, rejected INTEGER NOT NULL,
    PRIMARY KEY (batch, number))
  """,
  """
  CREATE TABLE batch_counts (
    batch INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, amount INTEGER NOT NULL,
    PRIMARY KEY (batch, kind, name))
  """,
  """
  CREATE TABLE staged (
    batch INTEGER NOT NULL, part INTEGER NOT NULL, chunk INTEGER NOT NULL, tokens BLOB NOT NULL,
    ids BLOB NOT NULL, envelopes BLOB NOT NULL, PRIMARY KEY (batch, part, chunk))
  """,
  """
  CREATE TABLE rejects (
    batch INTEGER NOT NULL, id INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (batch, id))
  """,
]

private let registerTables = [
  """
  CREATE TABLE blocks (
    id INTEGER NOT NULL PRIMARY KEY, batch INTEGER NOT NULL, first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL, tokens BLOB NOT NULL, ids BLOB NOT NULL, envelopes BLOB NOT NULL)
  """,
  "CREATE INDEX blocks_batch ON blocks (batch, first_id)",
  """
  CREATE TABLE removed_records (
    entry INTEGER NOT NULL, record INTEGER NOT NULL, batch INTEGER NOT NULL,
    location INTEGER NOT NULL, PRIMARY KEY (entry, record))
  """,
  """
  CREATE TABLE resources (
    entry INTEGER NOT NULL PRIMARY KEY, owner TEXT NOT NULL, generation INTEGER NOT NULL,
    key_version INTEGER NOT NULL, row_count INTEGER NOT NULL, root BLOB NOT NULL,
    newest_batch INTEGER NOT NULL, is_withdrawn INTEGER NOT NULL)
  """,
  """
  CREATE TABLE under_check (
    entry INTEGER NOT NULL, record INTEGER NOT NULL, issue TEXT NOT NULL,
    PRIMARY KEY (entry, record, issue))
  """,
  "CREATE INDEX under_check_issue ON under_check (issue)",
]

private let useTables = [
  "CREATE TABLE ended_grants (name TEXT NOT NULL PRIMARY KEY, reason TEXT NOT NULL)",
  """
  CREATE TABLE quota_subjects (
    grant_name TEXT NOT NULL, day INTEGER NOT NULL, subject BLOB NOT NULL,
    PRIMARY KEY (grant_name, day, subject))
  """,
  """
  CREATE TABLE quota_days (
    grant_name TEXT NOT NULL, day INTEGER NOT NULL, subjects INTEGER NOT NULL,
    PRIMARY KEY (grant_name, day))
  """,
  """
  CREATE TABLE comparison_runs (
    comparison TEXT NOT NULL PRIMARY KEY, grant_name TEXT NOT NULL, entry INTEGER NOT NULL,
    stated_rows INTEGER NOT NULL, sent_rows INTEGER NOT NULL, day INTEGER NOT NULL)
  """,
  """
  CREATE TABLE comparison_chunks (
    comparison TEXT NOT NULL, number INTEGER NOT NULL, digest BLOB NOT NULL,
    PRIMARY KEY (comparison, number))
  """,
  """
  CREATE TABLE disclosures (
    id INTEGER NOT NULL PRIMARY KEY, entry INTEGER NOT NULL, grant_name TEXT NOT NULL,
    grantee TEXT NOT NULL, method TEXT NOT NULL, call_id TEXT NOT NULL, time INTEGER NOT NULL,
    comparison TEXT NOT NULL, chunk INTEGER NOT NULL, case_number TEXT NOT NULL,
    items TEXT NOT NULL, root BLOB NOT NULL, sealed BLOB NOT NULL)
  """,
  """
  CREATE TABLE deliveries (
    entry INTEGER NOT NULL, record INTEGER NOT NULL, disclosure INTEGER NOT NULL,
    roll_row INTEGER NOT NULL, PRIMARY KEY (entry, record, disclosure, roll_row))
  """,
]
