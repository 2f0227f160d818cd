// What a service that begins to follow the catalogue starts from.

import CatalogRules
import CatalogStore
import Database
package import Integrity
import Regulation
import Vocabulary

extension EntryVersion {
  /// What Ingest must know of an entry: whether its source delivers itself (guangdong-2018/15), and how values are shown.
  func tellDelivery(in payload: inout JSONObject) {
    payload["origin"] = .string(content.origin?.rawValue ?? "")
    var masks = JSONObject()
    for item in content.items where item.mask != "none" { masks[item.name] = .string(item.mask) }
    payload["masks"] = .object(masks)
  }
}

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
          version.tellDelivery(in: &payload)
          events.append(("catalog.entry_published", .object(payload)))
        }
      }
      return events
    }
  }
}
