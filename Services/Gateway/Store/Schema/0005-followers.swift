// Schema step 5 of the gateway: how far each replica has followed the registry.

import Database

extension SchemaStep {
  static let followers = SchemaStep(
    number: 5, name: "followers",
    sql: [
      """
      CREATE TABLE registry_followers (
        replica TEXT PRIMARY KEY, version INTEGER NOT NULL, seen INTEGER NOT NULL)
      """
    ], isAdditive: true)
}
