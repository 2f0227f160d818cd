// Several processes of Ingest over one database: who they are, how far each has followed changes of keys, and by which keys they are told.

/// The twelfth step; the eleventh holds the leases by which replicas take turns.
let replicaTables = [
  // `change` is the last change of keys that the replica has taken in.
  """
  CREATE TABLE replicas (
    name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, change INTEGER NOT NULL,
    seen INTEGER NOT NULL)
  """,
  // How many changes of keys there were, and the check value of the folder of keys that all replicas read.
  """
  CREATE TABLE replica_keys (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), change INTEGER NOT NULL,
    key_check BLOB NOT NULL)
  """,
]
