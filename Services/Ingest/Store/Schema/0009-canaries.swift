// Planted identifiers, and what tells that somebody tries persons one after the other (meizhou-public-2023/39.1d).

/// The ninth step.
let canaryTables = [
  // Whom a canary names lies sealed.
  """
  CREATE TABLE canaries (
    id INTEGER NOT NULL PRIMARY KEY, sealed BLOB NOT NULL, note TEXT NOT NULL,
    planter TEXT NOT NULL, planted INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT 0)
  """,
  // Distinct persons of one area and day of birth under a grant; both as keyed hashes.
  """
  CREATE TABLE quota_neighbours (
    grant_name TEXT NOT NULL, day INTEGER NOT NULL, neighbourhood BLOB NOT NULL,
    subject BLOB NOT NULL, PRIMARY KEY (grant_name, day, neighbourhood, subject))
  """,
  """
  CREATE TABLE enumerations (
    grant_name TEXT NOT NULL, day INTEGER NOT NULL, neighbourhood BLOB NOT NULL,
    PRIMARY KEY (grant_name, day, neighbourhood))
  """,
]
