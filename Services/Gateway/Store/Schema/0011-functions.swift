// Schema step 11 of the gateway: what a body is there for.

import Database

extension SchemaStep {
  /// One function a line; nothing is recorded of who was registered before (luyi-2019/5).
  static let functions = SchemaStep(
    number: 11, name: "functions",
    sql: ["ALTER TABLE departments ADD COLUMN functions TEXT NOT NULL DEFAULT ''"],
    isAdditive: true)
}
