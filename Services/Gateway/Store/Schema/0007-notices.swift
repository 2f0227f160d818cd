// Schema step 7 of the gateway: reminders and escalations of all services, for the departments whom they concern.

import Database

extension SchemaStep {
  static let notices = SchemaStep(
    number: 7, name: "notices",
    sql: [
      """
      CREATE TABLE notices (
        number INTEGER NOT NULL PRIMARY KEY, recipient TEXT NOT NULL, resource TEXT NOT NULL,
        notice TEXT NOT NULL, clock TEXT NOT NULL, due TEXT NOT NULL, article TEXT NOT NULL,
        department TEXT NOT NULL, overdue_days INTEGER NOT NULL, time INTEGER NOT NULL)
      """,
      "CREATE INDEX notices_recipient ON notices (recipient, number)",
    ], isAdditive: true)
}
