// Schema step 10 of the gateway: who does which duty of a body, and what was done to keep its data safe.

import Database

extension SchemaStep {
  /// Every version and every record stays.
  static let duties = SchemaStep(
    number: 10, name: "duties",
    sql: [
      """
      CREATE TABLE duty_filings (
        department TEXT NOT NULL, duty TEXT NOT NULL, version INTEGER NOT NULL,
        unit TEXT NOT NULL, persons TEXT NOT NULL, filer TEXT NOT NULL, filed INTEGER NOT NULL,
        confirmer TEXT, confirmed INTEGER,
        PRIMARY KEY (department, duty, version))
      """,
      """
      CREATE TABLE safeguards (
        department TEXT NOT NULL, kind TEXT NOT NULL, day INTEGER NOT NULL, time INTEGER NOT NULL,
        result TEXT NOT NULL, recorder TEXT NOT NULL)
      """,
      "CREATE INDEX safeguards_newest ON safeguards (department, kind, day, time)",
    ], isAdditive: true)
}
