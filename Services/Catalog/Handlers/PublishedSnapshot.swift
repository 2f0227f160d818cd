// What a service that begins to follow the catalogue starts from.

import CatalogRules
import CatalogStore
import Database
package import Integrity
import Regulation
import Vocabulary

extension CatalogServer {
  /// Every published entry, as the event of its publication.
  package func publishedSnapshot() async throws -> [(topic: String, payload: JSONValue)] {
    try await database.read { transaction in
      let published = try transaction.publishedEntries()
      var events: [(topic: String, payload: JSONValue)] = []
      for start in stride(from: 0, to: published.count, by: 200) {
        let page = Array(published[start..<min(start + 200, published.count)])
        for version in try transaction.entryVersions(page) {
          var payload = JSONObject()
          payload["entry"] = .string(version.name)
          payload["version"] = .integer(Int64(version.number))
          payload["owner"] = .string("departments/\(version.content.owner.text)")
          payload["profile"] = .string(version.profile.text)
          events.append(("catalog.entry_published", .object(payload)))
        }
      }
      return events
    }
  }
}
