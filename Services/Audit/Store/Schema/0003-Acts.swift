// Acts of two persons, and which months' contents were destroyed.

import Database

let actsSchema = SchemaStep(
  number: 3, name: "acts",
  sql: [
    """
    CREATE TABLE acts (
      id INTEGER NOT NULL PRIMARY KEY, kind TEXT NOT NULL, month TEXT NOT NULL, subject BLOB NOT NULL,
      reason TEXT NOT NULL, requester TEXT NOT NULL, requested INTEGER NOT NULL,
      approver TEXT NOT NULL, approved INTEGER NOT NULL, state TEXT NOT NULL, until INTEGER NOT NULL)
    """,
    // Milliseconds since 1970; 0 while the contents are kept.
    "ALTER TABLE months ADD COLUMN destroyed INTEGER NOT NULL DEFAULT 0",
  ])
