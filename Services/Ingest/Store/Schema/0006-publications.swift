// What the publisher of an entry signed: unconditional grants are held to it (AC-40).

/// The sixth step: the statement with its signature, as the catalogue told it; NULL where it told none.
let publicationColumns = ["ALTER TABLE entries ADD COLUMN publication BLOB"]
