// Steps 9 and 10 of the catalogue's schema: its registers, and the catalogue of each level.

import Database

extension SchemaStep {
  /// Every version of a listing stays (hebi-2021/8.1b, meizhou-public-2023/11a).
  static let listings = SchemaStep(
    number: 9, name: "listings",
    sql: [
      """
      CREATE TABLE listings (
        id INTEGER NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL, owner TEXT NOT NULL,
        region TEXT NOT NULL, state TEXT NOT NULL, profile TEXT NOT NULL,
        list_version INTEGER NOT NULL, content BLOB NOT NULL, PRIMARY KEY (id, version))
      """,
      "CREATE INDEX listings_kind ON listings (kind, owner, id)",
      "ALTER TABLE entries ADD COLUMN resource BLOB",
    ], isAdditive: true)

  /// What was published before stands in version 1 (meizhou-public-2023/5.i3).
  static let levelCatalogue = SchemaStep(
    number: 10, name: "level catalogue",
    sql: [
      """
      CREATE TABLE catalogue_changes (
        id INTEGER NOT NULL PRIMARY KEY, region TEXT NOT NULL, version INTEGER NOT NULL,
        node TEXT NOT NULL, entry TEXT NOT NULL, number INTEGER NOT NULL,
        entry_version INTEGER NOT NULL, origin TEXT NOT NULL)
      """,
      "CREATE INDEX catalogue_changes_region ON catalogue_changes (region, node, entry, id)",
      "CREATE INDEX catalogue_changes_version ON catalogue_changes (region, version)",
      """
      CREATE TABLE imported_entries (
        node TEXT NOT NULL, entry TEXT NOT NULL, entry_version INTEGER NOT NULL,
        owner TEXT NOT NULL, resource_code TEXT NOT NULL, content BLOB NOT NULL,
        PRIMARY KEY (node, entry, entry_version))
      """,
      """
      CREATE TABLE catalogue_nodes (
        node TEXT NOT NULL PRIMARY KEY, root_key TEXT NOT NULL, region TEXT NOT NULL,
        version INTEGER NOT NULL)
      """,
      backfill(2, "region", where: "1 = 1"),
      backfill(1, "substr(region, 1, 4) || '00'", where: "substr(region, 5, 2) <> '00'"),
      backfill(0, "substr(region, 1, 2) || '0000'", where: "substr(region, 3, 4) <> '0000'"),
      """
      INSERT INTO sequences (name, next)
      SELECT 'catalogue-changes', 3 * MAX(id) + 1 FROM entries HAVING MAX(id) IS NOT NULL
      """,
    ], isAdditive: true)

  /// Entry 1 has the numbers 1 to 3, entry 2 those from 4 on.
  private static func backfill(
    _ before: Int, _ region: String, where condition: String
  ) -> String {
    """
    INSERT INTO catalogue_changes (id, region, version, node, entry, number, entry_version, origin)
    SELECT 3 * id - \(before), \(region), 1, '', 'entries/E-' || id, id, published_version, region
    FROM entries WHERE published_version IS NOT NULL AND \(condition)
    """
  }
}
