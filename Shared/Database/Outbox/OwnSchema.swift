// The tables of this module, present in every database beside the service's own.

enum OwnSchema {
  static let module = "database"

  static let steps = [
    SchemaStep(
      number: 1, name: "outbox, consumed positions, answered requests",
      sql: [
        // Made with the database, kept by a restore.
        """
        CREATE TABLE database_incarnation (
          one INTEGER PRIMARY KEY CHECK (one = 1), incarnation BLOB NOT NULL)
        """,
        // One row per replica that has ever written: its chain's head, and how far others have come.
        """
        CREATE TABLE outbox_origin (
          replica TEXT PRIMARY KEY, service TEXT NOT NULL, sequence INTEGER NOT NULL,
          head BLOB NOT NULL, covered INTEGER NOT NULL, purged INTEGER NOT NULL)
        """,
        """
        CREATE TABLE outbox (
          replica TEXT NOT NULL, sequence INTEGER NOT NULL, topic TEXT NOT NULL,
          is_refusal INTEGER NOT NULL, commitment BLOB NOT NULL, chain BLOB NOT NULL,
          sealed BLOB NOT NULL, written_at INTEGER NOT NULL, PRIMARY KEY (replica, sequence))
        """,
        """
        CREATE TABLE outbox_group (
          replica TEXT NOT NULL, last INTEGER NOT NULL, first INTEGER NOT NULL,
          root BLOB NOT NULL, note TEXT NOT NULL, PRIMARY KEY (replica, last))
        """,
        """
        CREATE TABLE outbox_consumer (
          name TEXT NOT NULL, replica TEXT NOT NULL, confirmed INTEGER NOT NULL,
          PRIMARY KEY (name, replica))
        """,
        "CREATE TABLE consumed_position (origin TEXT PRIMARY KEY, sequence INTEGER NOT NULL)",
        """
        CREATE TABLE answered_request (
          caller TEXT NOT NULL, method TEXT NOT NULL, request TEXT NOT NULL, digest BLOB NOT NULL,
          answer BLOB, expires_at INTEGER NOT NULL, PRIMARY KEY (caller, method, request))
        """,
        "CREATE INDEX answered_request_expiry ON answered_request (expires_at)",
      ]),
    SchemaStep(
      number: 2, name: "receipts of answered requests",
      sql: ["ALTER TABLE answered_request ADD COLUMN receipt BLOB"], isAdditive: true),
    SchemaStep(
      number: 3, name: "the chain at the last entry that was deleted",
      sql: ["ALTER TABLE outbox_origin ADD COLUMN purged_chain BLOB"], isAdditive: true),
    SchemaStep(
      number: 4, name: "signed statements",
      sql: [
        """
        CREATE TABLE signed_statement (
          hash BLOB NOT NULL PRIMARY KEY, resource TEXT NOT NULL, number INTEGER NOT NULL,
          action TEXT NOT NULL, signed BLOB NOT NULL, UNIQUE (resource, number))
        """
      ], isAdditive: true),
    // The key in use of each seal that was ever rotated, and how far its rotation is (`SealRotation`).
    SchemaStep(
      number: 5, name: "sealing keys",
      sql: [
        """
        CREATE TABLE sealing_key (
          purpose INTEGER NOT NULL, resource TEXT NOT NULL, key_id BLOB NOT NULL,
          since INTEGER NOT NULL, resealed INTEGER NOT NULL, damaged INTEGER NOT NULL,
          emptied INTEGER, ended INTEGER, PRIMARY KEY (purpose, resource))
        """
      ], isAdditive: true),
  ]
}
