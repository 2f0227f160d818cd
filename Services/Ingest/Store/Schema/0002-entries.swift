// What other services say that changes what Ingest answers: entries, issues, holders of grants; and which keys a register has.

/// The second step. Issues that were open before it are taken over from the records under check.
let entryTables = [
  """
  CREATE TABLE entries (
    entry INTEGER NOT NULL PRIMARY KEY, version INTEGER NOT NULL, owner TEXT NOT NULL,
    profile TEXT NOT NULL, origin TEXT NOT NULL, published INTEGER NOT NULL, masks TEXT NOT NULL,
    is_withdrawn INTEGER NOT NULL)
  """,
  "CREATE INDEX entries_owner ON entries (owner, entry)",
  """
  INSERT INTO entries (entry, version, owner, profile, origin, published, masks, is_withdrawn)
  SELECT entry, 0, owner, '', '', 0, '', 1 FROM resources WHERE is_withdrawn = 1
  """,
  """
  CREATE TABLE open_issues (
    issue TEXT NOT NULL PRIMARY KEY, entry INTEGER NOT NULL, is_whole INTEGER NOT NULL)
  """,
  """
  INSERT INTO open_issues (issue, entry, is_whole)
  SELECT issue, MIN(entry), 0 FROM under_check GROUP BY issue
  """,
  "ALTER TABLE resources ADD COLUMN key_check BLOB",
]
