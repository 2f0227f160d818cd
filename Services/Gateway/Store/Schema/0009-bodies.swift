// Schema step 9 of the gateway: what kind of body a department is, and the law behind it.

import Database

extension SchemaStep {
  /// Who was registered before is an administrative organ until corrected (guangdong-2018/32.3).
  static let bodies = SchemaStep(
    number: 9, name: "bodies",
    sql: [
      "ALTER TABLE departments ADD COLUMN body TEXT NOT NULL DEFAULT 'administrative_organ'",
      "ALTER TABLE departments ADD COLUMN instrument BLOB",
    ], isAdditive: true)
}
