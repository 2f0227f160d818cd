// An entry whose data are declared to come from elsewhere.

import Contracts
import RPC
import TestSupport
import Testing

@Suite(
  "AC-46 data of another department are not registered as one's own (meizhou-public-2023/39.3)")
struct DerivedEntryTests {
  private func draft(
    _ catalog: CatalogCalls, from sources: [String], by caller: String, _ requestID: String
  ) async throws -> CatalogV1.Entry {
    try await catalog.client.createEntry(
      .init(
        entry: CatalogCalls.entry {
          $0.category = "person.certificates"
          $0.resourceClass = ""
          $0.derivedFrom = sources
        }, requestID: requestID), catalog.options(caller))
  }

  @Test(
    "AC-46 received or derived data are refused as own, one's own are not",
    .obligation("meizhou-public-2023/39.3a"),
    arguments: Backend.allCases)
  func derived(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend)
    let received = try await catalog.draft("c-1").name
    for (index, sources) in [[received], ["grants/G-1"]].enumerated() {
      let said = await status {
        _ = try await draft(catalog, from: sources, by: "health dept-officer", "h-\(index)")
      }
      #expect(said?.code == .permissionDenied)
      #expect(said?.trailers["weir-reason"] == "catalog.received_data")
      #expect(said?.trailers["weir-field"] == "entry.derived_from[0]")
      #expect(said?.trailers["weir-article"] == "meizhou-public-2023/39.3a")
    }
    let own = try await draft(catalog, from: [], by: "health dept-officer", "h-8")
    let next = try await draft(catalog, from: [own.name], by: "health dept-officer", "h-9")
    #expect(next.derivedFrom == [own.name])
    let changed = await status {
      var entry = next
      entry.derivedFrom = [own.name, received]
      _ = try await catalog.client.updateEntry(
        .init(entry: entry, requestID: "u"), catalog.options("health dept-officer"))
    }
    #expect(changed?.trailers["weir-field"] == "entry.derived_from[1]")
  }

  @Test("AC-46 what is no entry and no grant is told so")
  func malformed() async throws {
    let catalog = try await CatalogCalls()
    func reason(_ source: String, _ requestID: String) async -> String? {
      await status {
        _ = try await draft(catalog, from: [source], by: "health dept-officer", requestID)
      }?.trailers["weir-reason"]
    }
    #expect(await reason("entries/E-99", "1") == "request.not_found")
    #expect(await reason("a list from civil affairs", "2") == "request.malformed")
    #expect(await reason("departments/health", "3") == "request.malformed")
  }
}
