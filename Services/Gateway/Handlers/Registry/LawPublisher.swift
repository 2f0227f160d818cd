// What was approved of the law, put where every service of the node reads it.

import Database
import GatewayRules
package import GatewayStore

/// Publishes approved versions. Asked again and again: what a crash came between, or somebody took away, is put there anew.
package struct LawPublisher: Sendable {
  /// Puts a file in its place, unless it lies there already.
  package typealias Publish =
    @Sendable (_ text: [UInt8], _ key: String, _ version: Int, _ isCalendar: Bool) throws -> Void

  private let store: RegistryStore
  private let publish: Publish

  package init(store: RegistryStore, publish: @escaping Publish) {
    self.store = store
    self.publish = publish
  }

  package func publishApproved() async throws {
    let names = try await store.database.read { try $0.approvedLaw() }
    // Of a year of the calendar the newest alone is in use; running cases need every version of a profile.
    let newest = Dictionary(names.map { ($0.key, $0.version) }, uniquingKeysWith: max)
    for name in names where name.kind == .profile || newest[name.key] == name.version {
      guard let file = try await store.database.read({ try $0.lawText(name) }) else { continue }
      try publish(file.text, name.key, name.version, name.kind == .calendar)
    }
  }
}
