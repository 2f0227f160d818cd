// The gateway's schema: departments, systems, persons and certificates, and what was corrected.

import Database

extension SchemaStep {
  /// Every row bears the registry version that wrote it last, so that a follower asks for what is newer.
  static let registry = SchemaStep(
    number: 1, name: "registry",
    sql: [
      "CREATE TABLE registry_version (id INTEGER PRIMARY KEY, version INTEGER NOT NULL)",
      "INSERT INTO registry_version (id, version) VALUES (1, 0)",
      """
      CREATE TABLE departments (
        code TEXT PRIMARY KEY, title TEXT NOT NULL, level INTEGER NOT NULL, region TEXT NOT NULL,
        kinds TEXT NOT NULL, authority TEXT, state INTEGER NOT NULL, created INTEGER NOT NULL,
        version INTEGER NOT NULL)
      """,
      """
      CREATE TABLE systems (
        department TEXT NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL, responsible TEXT,
        state INTEGER NOT NULL, created INTEGER NOT NULL, version INTEGER NOT NULL,
        PRIMARY KEY (department, name))
      """,
      """
      CREATE TABLE persons (
        department TEXT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, roles TEXT NOT NULL,
        state INTEGER NOT NULL, successor TEXT, created INTEGER NOT NULL, version INTEGER NOT NULL,
        PRIMARY KEY (department, id))
      """,
      """
      CREATE TABLE certificates (
        fingerprint BLOB PRIMARY KEY, serial TEXT NOT NULL UNIQUE, department TEXT NOT NULL,
        subject TEXT NOT NULL, not_before INTEGER NOT NULL, not_after INTEGER NOT NULL,
        revoke_reason TEXT, revoke_time INTEGER, issued INTEGER NOT NULL, version INTEGER NOT NULL)
      """,
      "CREATE INDEX certificates_department ON certificates (department, issued)",
    ])
  /// What was corrected of departments since their registration.
  static let corrections = SchemaStep(
    number: 2, name: "corrections",
    sql: [
      """
      CREATE TABLE corrections (
        department TEXT NOT NULL, position INTEGER NOT NULL, field TEXT NOT NULL,
        former TEXT NOT NULL, corrected TEXT NOT NULL, reason TEXT NOT NULL, actor TEXT NOT NULL,
        time INTEGER NOT NULL, PRIMARY KEY (department, position))
      """
    ], isAdditive: true)
}
