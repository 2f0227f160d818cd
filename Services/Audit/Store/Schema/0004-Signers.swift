// Which certificates the registry has logged, and which others decisions were signed under.

import Database

let signersSchema = SchemaStep(
  number: 4, name: "signers",
  sql: [
    "CREATE TABLE issued_certificates (hash BLOB NOT NULL PRIMARY KEY)",
    // The first entry of each; the registry's own may still be on its way. State as of a disclosure.
    """
    CREATE TABLE signers (
      hash BLOB NOT NULL PRIMARY KEY, origin TEXT NOT NULL, sequence INTEGER NOT NULL,
      call TEXT NOT NULL, due INTEGER NOT NULL, state INTEGER NOT NULL)
    """,
  ])
