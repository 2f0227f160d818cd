// Whether Share has ended a grant or suspends its use for a while (policies e.5).

/// The fourth step.
let suspensionColumn = [
  "ALTER TABLE ended_grants ADD COLUMN is_suspended INTEGER NOT NULL DEFAULT 0"
]
