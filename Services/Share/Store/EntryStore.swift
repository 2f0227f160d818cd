// What the catalogue has told of its entries, for the transactions in which grants are made.

package import Database
import Integrity
package import ShareRules
import Vocabulary

extension SQLReading where Self: ~Copyable {
  package func entryStanding(_ entry: Int64) throws -> EntryStanding? {
    try queryOne(
      "SELECT version, is_published, is_unmounted, items FROM entries WHERE id = ?1", [entry]
    ).map {
      let items = try JSONObject(stored: try $0["items"])
      return EntryStanding(
        version: try $0["version"], isPublished: try $0["is_published"],
        types: Dictionary(
          uniqueKeysWithValues: items.members.compactMap { member in
            member.value.string.flatMap { ShareType(rawValue: $0) }.map { (member.name, $0) }
          }), isUnmounted: try $0["is_unmounted"])
    }
  }
}

extension WriteTransaction {
  package func save(_ standing: EntryStanding, of entry: Int64) throws {
    let items = JSONObject(
      standing.types.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value.rawValue)) })
    try execute(
      """
      INSERT INTO entries (id, version, is_published, is_unmounted, items) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT (id) DO UPDATE SET version = excluded.version,
        is_published = excluded.is_published, is_unmounted = excluded.is_unmounted,
        items = excluded.items
      """,
      [entry, standing.version, standing.isPublished, standing.isUnmounted, items.stored])
  }
}
