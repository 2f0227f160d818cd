// Destructions: who asked, who approved, how far it is, and the certificate (policies e.20).

/// The eighth step. `sealed` holds who is meant, and only between approval and certificate.
let destructionTables = [
  """
  CREATE TABLE destructions (
    id INTEGER NOT NULL PRIMARY KEY, kind TEXT NOT NULL, entry INTEGER NOT NULL,
    owner TEXT NOT NULL, subject BLOB NOT NULL, reason TEXT NOT NULL, requester TEXT NOT NULL,
    requested INTEGER NOT NULL, approver TEXT NOT NULL, approved INTEGER, state TEXT NOT NULL,
    row_count INTEGER NOT NULL, rejects INTEGER NOT NULL, certified INTEGER, sealed BLOB,
    certificate BLOB)
  """,
  "CREATE INDEX destructions_owner ON destructions (owner, id)",
]
