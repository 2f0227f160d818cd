// Which decision stands behind each disclosure.

import Database

let decisionsSchema = SchemaStep(
  number: 5, name: "decisions of disclosures",
  sql: [
    // The position of the decision; NULL where none was found, and for what was settled before this was kept.
    "ALTER TABLE disclosures ADD COLUMN decision INTEGER",
    "CREATE UNIQUE INDEX disclosures_decision ON disclosures (decision)",
    // From which position on it is kept, and claims count as disclosures.
    "ALTER TABLE log_state ADD COLUMN matched_from INTEGER NOT NULL DEFAULT 0",
    "UPDATE log_state SET matched_from = size",
  ])
