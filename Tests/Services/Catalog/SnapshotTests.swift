// What a service learns that begins to follow the catalogue: the same of each published entry as who followed from the start.

import CatalogHandlers
import Contracts
import Integrity
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("The catalogue's snapshot says what the publications said (meizhou-specific-2021/14)")
struct SnapshotTests {
  @Test(
    "each published entry once, in its newest version, since when it is published",
    .obligation("meizhou-public-2023/7.2"),
    arguments: Backend.allCases)
  func same(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend)
    let name = try await catalog.draft("d").name
    _ = try await catalog.publish(name, "p")
    _ = try await catalog.draft("unpublished") { $0.items[2].title = "日期" }
    catalog.clock.pass(seconds: 86_400)
    let snapshot = try await catalog.server.publishedSnapshot()
    #expect(snapshot.map(\.topic) == ["catalog.entry_published"])
    let told = try #require(snapshot.first?.payload)
    let event = try await catalog.logged("catalog.entry_published")
    for member in [
      "entry", "version", "owner", "profile", "class", "origin", "frequency", "masks", "items",
      "time",
    ] {
      #expect(told[member] != nil && told[member] == event[member], "\(member)")
    }
  }
}
