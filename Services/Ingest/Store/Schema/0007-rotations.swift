// Under which version of a register's keys each piece lies, and the rotations that there were (DESIGN section 7).

/// The seventh step. What was sealed before it lies under the first version.
let rotationTables = [
  "ALTER TABLE blocks ADD COLUMN key_version INTEGER NOT NULL DEFAULT 1",
  // Read without the blocks themselves: by batch, what lies under earlier keys.
  "CREATE INDEX blocks_keys ON blocks (batch, key_version, id)",
  "ALTER TABLE staged ADD COLUMN key_version INTEGER NOT NULL DEFAULT 1",
  "ALTER TABLE rejects ADD COLUMN key_version INTEGER NOT NULL DEFAULT 1",
  "ALTER TABLE resources ADD COLUMN previous_version INTEGER",
  // The root over the rows as they lie now, where seals were changed since the commit whose root the index is bound to.
  "ALTER TABLE resources ADD COLUMN sealed_root BLOB",
  """
  CREATE TABLE key_rotations (
    entry INTEGER NOT NULL, version INTEGER NOT NULL, suite TEXT NOT NULL, actor TEXT NOT NULL,
    begun INTEGER NOT NULL, ended INTEGER, PRIMARY KEY (entry, version))
  """,
]
