// What a service that begins to follow the catalogue starts from.

import Access
import CatalogRules
import CatalogStore
import Database
package import Integrity
import Regulation
import Vocabulary

extension EntryVersion {
  /// What followers must know of an entry: its class, whether its source delivers itself (guangdong-2018/15) and how often, how values are shown,
  /// and how each item is shared and graded, since those who hold grants are bound by a change (AC-42, AC-55).
  func tellPublication(in payload: inout JSONObject) {
    payload["class"] = .string(content.resourceClass)
    payload["origin"] = .string(content.origin?.rawValue ?? "")
    payload["frequency"] = .string(content.updateFrequency?.rawValue ?? "")
    var masks = JSONObject()
    for item in content.items where item.mask != "none" { masks[item.name] = .string(item.mask) }
    payload["masks"] = .object(masks)
    payload["items"] = .array(
      content.items.map { item in
        let type = item.shareType ?? content.shareType ?? .notShared
        let grade = item.grade == 0 ? content.grade : item.grade
        return [
          "name": .string(item.name), "share_type": .string(type.rawValue),
          "grade": .integer(Int64(grade)),
        ]
      })
  }
}

extension CatalogServer {
  /// Every published entry, as the event of its publication, and of its unmounting where nothing stands behind it any more.
  package func publishedSnapshot() async throws -> [(topic: String, payload: JSONValue)] {
    try await database.read { transaction in
      let published = try transaction.publishedEntries()
      let unmounted = try transaction.unmountedEntries()
      var events: [(topic: String, payload: JSONValue)] = []
      for start in stride(from: 0, to: published.count, by: 200) {
        let page = Array(published[start..<min(start + 200, published.count)])
        for version in try transaction.entryVersions(page) {
          var payload = JSONObject()
          payload["entry"] = .string(version.name)
          payload["version"] = .integer(Int64(version.number))
          payload["owner"] = .string("departments/\(version.content.owner.text)")
          payload["profile"] = .string(version.profile.text)
          payload["time"] = .integer((version.published ?? version.created).milliseconds)
          version.tellPublication(in: &payload)
          payload["mounted"] = .bool(
            try transaction.entryStanding(version.entry)?.sourceSystem != nil)
          let statement = try transaction.statements(
            on: version.versionName, action: DecisionAction.publishEntry.rawValue
          ).last
          payload["signed"] = try statement.map { try CanonicalJSON.decode($0) }
          events.append(("catalog.entry_published", .object(payload)))
          guard unmounted.contains(version.entry) else { continue }
          events.append(("catalog.entry_unmounted", ["entry": .string(version.name)]))
        }
      }
      return events
    }
  }
}
