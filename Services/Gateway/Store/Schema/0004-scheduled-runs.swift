// Schema step 4 of the gateway: scheduled runs and who answers for them.

import Database

extension SchemaStep {
  /// What systems do by themselves (AC-03).
  static let scheduledRuns = SchemaStep(
    number: 4, name: "scheduled runs",
    sql: [
      """
      CREATE TABLE scheduled_runs (
        department TEXT NOT NULL, name TEXT NOT NULL, system TEXT NOT NULL, title TEXT NOT NULL,
        responsible TEXT NOT NULL, state INTEGER NOT NULL, created INTEGER NOT NULL,
        version INTEGER NOT NULL, PRIMARY KEY (department, name))
      """
    ], isAdditive: true)
}
