// Feedback's tables: issues with their records and history, who was told, corrections, recalls, persons yet to be found.

package import Database

/// The steps of Feedback's schema, in order. `body`, `reason`, `note` and `subject` are sealed (`TextSeal`).
package let feedbackSchema: [SchemaStep] = [
  SchemaStep(
    number: 1, name: "issues",
    sql: [
      """
      CREATE TABLE issues (
        id INTEGER NOT NULL PRIMARY KEY, entry INTEGER NOT NULL, state TEXT NOT NULL,
        reporter TEXT NOT NULL, source TEXT NOT NULL, authority TEXT, profile TEXT NOT NULL,
        created INTEGER NOT NULL, due_day INTEGER, overdue_told INTEGER, body BLOB NOT NULL)
      """,
      "CREATE INDEX issues_reporter ON issues (reporter, id)",
      "CREATE INDEX issues_source ON issues (source, id)",
      "CREATE INDEX issues_authority ON issues (authority, id)",
      "CREATE INDEX issues_due ON issues (state, due_day)",
      """
      CREATE TABLE issue_records (
        issue INTEGER NOT NULL, position INTEGER NOT NULL, record TEXT NOT NULL,
        corrected_by TEXT, PRIMARY KEY (issue, position))
      """,
      """
      CREATE TABLE issue_steps (
        issue INTEGER NOT NULL, position INTEGER NOT NULL, from_state TEXT, to_state TEXT NOT NULL,
        actor TEXT NOT NULL, time INTEGER NOT NULL, reason BLOB NOT NULL,
        PRIMARY KEY (issue, position))
      """,
      """
      CREATE TABLE issue_notices (
        issue INTEGER NOT NULL, department TEXT NOT NULL, told INTEGER NOT NULL,
        PRIMARY KEY (issue, department))
      """,
      "CREATE INDEX issue_notices_department ON issue_notices (department, issue)",
      """
      CREATE TABLE holders (
        grant_name TEXT NOT NULL PRIMARY KEY, entry INTEGER NOT NULL, department TEXT NOT NULL)
      """,
      "CREATE INDEX holders_entry ON holders (entry, department)",
      """
      CREATE TABLE corrections (
        id INTEGER NOT NULL PRIMARY KEY, issue INTEGER NOT NULL, record TEXT NOT NULL,
        batch TEXT NOT NULL, is_removed INTEGER NOT NULL, items TEXT NOT NULL, time INTEGER NOT NULL,
        recall INTEGER)
      """,
      "CREATE INDEX corrections_open ON corrections (recall, id)",
      "CREATE INDEX corrections_issue ON corrections (issue, id)",
      """
      CREATE TABLE recalls (
        id INTEGER NOT NULL PRIMARY KEY, issue INTEGER NOT NULL, entry INTEGER NOT NULL,
        record TEXT NOT NULL, source TEXT NOT NULL, authority TEXT, created INTEGER NOT NULL)
      """,
      "CREATE INDEX recalls_issue ON recalls (issue, id)",
      """
      CREATE TABLE receivers (
        recall INTEGER NOT NULL, position INTEGER NOT NULL, department TEXT NOT NULL,
        grant_name TEXT NOT NULL, call_id TEXT NOT NULL, received INTEGER,
        comparison TEXT NOT NULL, chunk INTEGER NOT NULL, line INTEGER NOT NULL,
        case_number TEXT NOT NULL, acknowledged_by TEXT, acknowledged INTEGER, outcome TEXT,
        note BLOB, PRIMARY KEY (recall, position))
      """,
      "CREATE INDEX receivers_department ON receivers (department, outcome, recall)",
      "CREATE TABLE sequences (name TEXT NOT NULL PRIMARY KEY, next INTEGER NOT NULL)",
    ]),
  // Of older rows nobody knows who named them, and what decided: the careful answer stands.
  SchemaStep(
    number: 2, name: "records that move",
    sql: [
      "ALTER TABLE issue_records ADD COLUMN is_named INTEGER NOT NULL DEFAULT 0",
      "ALTER TABLE issue_records ADD COLUMN replacements TEXT NOT NULL DEFAULT ''",
      "ALTER TABLE corrections ADD COLUMN decides INTEGER NOT NULL DEFAULT 1",
      """
      CREATE TABLE locating (
        issue INTEGER NOT NULL PRIMARY KEY, subject BLOB NOT NULL, tries INTEGER NOT NULL,
        next_try INTEGER NOT NULL)
      """,
      "CREATE INDEX locating_next ON locating (next_try, issue)",
    ], isAdditive: true),
  .toldOnce(number: 3),
]
