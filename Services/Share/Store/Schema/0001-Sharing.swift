// Share's first tables: applications, grants, comparison runs with their cases, verification requests.

package import Database

/// The steps of Share's schema, in order.
package let shareSchema: [SchemaStep] = [
  SchemaStep(
    number: 1, name: "sharing",
    sql: [
      "CREATE TABLE sequences (name TEXT NOT NULL PRIMARY KEY, next INTEGER NOT NULL)",
      """
      CREATE TABLE applications (
        id INTEGER NOT NULL PRIMARY KEY, entry INTEGER NOT NULL, applicant TEXT NOT NULL,
        source TEXT NOT NULL, authority TEXT, forwarder TEXT, state TEXT NOT NULL,
        profile TEXT NOT NULL, created INTEGER NOT NULL, content BLOB NOT NULL)
      """,
      "CREATE INDEX applications_applicant ON applications (applicant, id)",
      "CREATE INDEX applications_source ON applications (source, state, id)",
      "CREATE INDEX applications_authority ON applications (authority, state, id)",
      """
      CREATE TABLE grants (
        id INTEGER NOT NULL PRIMARY KEY, entry INTEGER NOT NULL, source TEXT NOT NULL,
        authority TEXT, grantee TEXT NOT NULL, state TEXT NOT NULL, until_day INTEGER NOT NULL,
        profile TEXT NOT NULL, created INTEGER NOT NULL, content BLOB NOT NULL)
      """,
      "CREATE INDEX grants_grantee ON grants (grantee, id)",
      "CREATE INDEX grants_source ON grants (source, id)",
      "CREATE INDEX grants_entry ON grants (entry, state)",
      "CREATE INDEX grants_state ON grants (state, until_day)",
      """
      CREATE TABLE comparisons (
        id INTEGER NOT NULL PRIMARY KEY, grant_id INTEGER NOT NULL, entry INTEGER NOT NULL,
        department TEXT NOT NULL, turn TEXT NOT NULL, stage TEXT NOT NULL,
        roll_rows INTEGER NOT NULL, received_rows INTEGER NOT NULL, finished INTEGER,
        profile TEXT NOT NULL, created INTEGER NOT NULL, content BLOB NOT NULL)
      """,
      "CREATE INDEX comparisons_department ON comparisons (department, id)",
      "CREATE INDEX comparisons_turn ON comparisons (grant_id, turn)",
      """
      CREATE TABLE chunks (
        comparison INTEGER NOT NULL, number INTEGER NOT NULL, row_count INTEGER NOT NULL,
        digest BLOB NOT NULL, PRIMARY KEY (comparison, number))
      """,
      """
      CREATE TABLE leads (
        comparison INTEGER NOT NULL, chunk INTEGER NOT NULL, chunk_row INTEGER NOT NULL,
        record TEXT NOT NULL, name_differs INTEGER NOT NULL, under_check INTEGER NOT NULL,
        issue TEXT NOT NULL, lineage BLOB, PRIMARY KEY (comparison, chunk, chunk_row, record))
      """,
      "CREATE INDEX leads_record ON leads (record)",
      "CREATE INDEX leads_issue ON leads (issue)",
      """
      CREATE TABLE cases (
        comparison INTEGER NOT NULL, number INTEGER NOT NULL, department TEXT NOT NULL,
        chunk INTEGER NOT NULL, chunk_row INTEGER NOT NULL, record TEXT NOT NULL,
        state TEXT NOT NULL, under_check INTEGER NOT NULL, issue TEXT NOT NULL,
        held_until INTEGER, is_reopened INTEGER NOT NULL, content BLOB NOT NULL,
        PRIMARY KEY (comparison, number))
      """,
      "CREATE INDEX cases_record ON cases (record)",
      "CREATE INDEX cases_issue ON cases (issue)",
      "CREATE INDEX cases_line ON cases (comparison, chunk, chunk_row)",
      "CREATE INDEX cases_state ON cases (department, state, comparison, number)",
      """
      CREATE TABLE verifications (
        id INTEGER NOT NULL PRIMARY KEY, entry INTEGER NOT NULL, requester TEXT NOT NULL,
        source TEXT NOT NULL, state TEXT NOT NULL, profile TEXT NOT NULL,
        pseudonym BLOB NOT NULL, sealed BLOB, created INTEGER NOT NULL, content BLOB NOT NULL)
      """,
      "CREATE INDEX verifications_requester ON verifications (requester, id)",
      "CREATE INDEX verifications_source ON verifications (source, state, id)",
      "CREATE INDEX verifications_person ON verifications (entry, requester, pseudonym)",
    ]),
  SchemaStep(
    number: 2, name: "answers in parts",
    sql: ["ALTER TABLE chunks ADD COLUMN next_row INTEGER NOT NULL DEFAULT 0"], isAdditive: true),
  SchemaStep(
    number: 3, name: "records in question",
    sql: [
      "CREATE TABLE checks (record TEXT NOT NULL, issue TEXT NOT NULL, PRIMARY KEY (record, issue))",
      "CREATE INDEX checks_issue ON checks (issue)",
      """
      INSERT INTO checks (record, issue)
      SELECT record, issue FROM cases WHERE under_check = 1 AND record <> '' AND issue <> ''
      UNION
      SELECT record, issue FROM leads WHERE under_check = 1 AND record <> '' AND issue <> ''
      """,
      "DROP INDEX leads_issue",
      "DROP INDEX cases_issue",
      "ALTER TABLE leads DROP COLUMN under_check",
      "ALTER TABLE leads DROP COLUMN issue",
      "ALTER TABLE cases DROP COLUMN under_check",
      "ALTER TABLE leads ADD COLUMN recall TEXT NOT NULL DEFAULT ''",
      "ALTER TABLE leads ADD COLUMN recall_issue TEXT NOT NULL DEFAULT ''",
    ]),
  SchemaStep(
    number: 4, name: "entries as the catalogue tells them",
    sql: [
      """
      CREATE TABLE entries (
        id INTEGER NOT NULL PRIMARY KEY, version INTEGER NOT NULL, is_published INTEGER NOT NULL,
        items BLOB NOT NULL)
      """
    ], isAdditive: true),
  SchemaStep(
    number: 5, name: "unmounted entries",
    sql: ["ALTER TABLE entries ADD COLUMN is_unmounted INTEGER NOT NULL DEFAULT 0"],
    isAdditive: true),
  SchemaStep(
    number: 6, name: "changes of cases",
    sql: [
      """
      CREATE TABLE case_moves (
        comparison INTEGER NOT NULL, revision INTEGER NOT NULL, number INTEGER NOT NULL,
        from_state TEXT NOT NULL, PRIMARY KEY (comparison, revision))
      """,
      "CREATE INDEX case_moves_case ON case_moves (comparison, number, revision)",
    ], isAdditive: true),
  .toldOnce(number: 7),
  SchemaStep(
    number: 8, name: "moved duties",
    sql: [
      // While a department is disabled: who sees to what it owed (AC-92).
      """
      CREATE TABLE moved_duties (
        department TEXT NOT NULL PRIMARY KEY, moved_to TEXT NOT NULL, moved INTEGER NOT NULL)
      """
    ], isAdditive: true),
]
