// What grants rest on, when their statements were seen first, and how often rolls are compared (AC-43, AC-53).

/// The tenth step. What was published before it was not seen; `turn` is empty for runs of before.
let originTables = [
  """
  CREATE TABLE grant_origins (
    origin TEXT NOT NULL PRIMARY KEY, grant_name TEXT NOT NULL UNIQUE)
  """,
  """
  CREATE TABLE seen_statements (
    hash BLOB NOT NULL PRIMARY KEY, civil INTEGER NOT NULL, observed INTEGER NOT NULL)
  """,
  "ALTER TABLE comparison_runs ADD COLUMN turn TEXT NOT NULL DEFAULT ''",
  "CREATE INDEX comparison_runs_grant ON comparison_runs (grant_name)",
]
