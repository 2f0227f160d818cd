// Step 11 of the catalogue's schema: what was decided on projects.

import Database

extension SchemaStep {
  /// Every decision at a checkpoint stays, with the report on which it rests (hebi-2021/30.2b).
  static let projectDecisions = SchemaStep(
    number: 11, name: "project decisions",
    sql: [
      """
      CREATE TABLE project_decisions (
        project INTEGER NOT NULL, position INTEGER NOT NULL, checkpoint TEXT NOT NULL,
        is_pass INTEGER NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL, time INTEGER NOT NULL,
        reason TEXT NOT NULL, is_override INTEGER NOT NULL, report TEXT NOT NULL,
        PRIMARY KEY (project, position))
      """
    ], isAdditive: true)
}
