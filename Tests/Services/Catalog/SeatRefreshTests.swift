// Versions in flight show their duty at once, also where the profile or the registry changed while nobody took a step.

import CatalogHandlers
import CatalogRules
import CatalogStore
import Contracts
import Database
import RPC
import Regulation
import Synchronization
import TestSupport
import Testing
import Vocabulary

@Suite("A version in flight waits for whoever must act now (policies e.1)")
struct SeatRefreshTests {
  private func duties(_ catalog: CatalogCalls, _ caller: String) async throws -> [String] {
    try await catalog.client.listDuties(.init(), catalog.options(caller)).duties
      .map { "\($0.action) \($0.resource)" }
  }

  private func submitted(_ catalog: CatalogCalls, by officer: String) async throws -> String {
    let options = catalog.options(officer)
    let name = try await catalog.client.createEntry(
      .init(entry: CatalogCalls.entry(), requestID: "c"), options
    ).name
    _ = try await catalog.client.submitEntry(.init(name: name, requestID: "s"), options)
    return name
  }

  @Test(
    "what an earlier release left without a duty has it when the service starts",
    arguments: Backend.allCases)
  func start(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend)
    let name = try await submitted(catalog, by: CatalogCalls.officer)
    let published = try await catalog.draft("d2").name
    try await catalog.database.write { try $0.execute("UPDATE seats SET is_awaited = 0") }
    #expect(try await duties(catalog, CatalogCalls.authority).isEmpty)
    try await catalog.server.refreshSeats()
    #expect(try await duties(catalog, CatalogCalls.authority) == ["review \(name)"])
    // A draft waits for nobody.
    #expect(try await duties(catalog, CatalogCalls.officer).isEmpty, "\(published)")
    // A second time nothing is written.
    let before = try await catalog.log().count
    try await catalog.server.refreshSeats()
    #expect(try await catalog.log().count == before)
  }

  @Test(
    "a profile that names another reviewer gives the duty to him when the service starts with it")
  func profile() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let name = try await submitted(catalog, by: "county-affairs dept-officer")
    #expect(try await duties(catalog, "county-bureau authority") == ["review \(name)"])
    let changed = try catalog.restarted(
      under: try CatalogWorld.profiles(
        under: "meizhou-public-2023",
        replacing: "value: [same_level_authority], article: 7.1b",
        by: "value: [city_authority], article: 7.1b"))
    try await changed.refreshSeats()
    #expect(try await duties(catalog, "county-bureau authority").isEmpty)
    #expect(try await duties(catalog, CatalogCalls.authority) == ["review \(name)"])
  }

  @Test("a department that is corrected takes its entries along: duty and region (AC-11, AC-16)")
  func registry() async throws {
    let isMoved = Mutex(false)
    let catalog = try await CatalogCalls { department in
      guard isMoved.withLock({ $0 }), department.name == "departments/civil-affairs" else { return }
      department.level = .county
      department.region = "441424"
      department.authority = "departments/county-bureau"
    }
    let name = try await submitted(catalog, by: CatalogCalls.officer)
    #expect(try await duties(catalog, CatalogCalls.authority) == ["review \(name)"])
    isMoved.withLock { $0 = true }
    try await catalog.server.refreshSeats()
    #expect(try await duties(catalog, CatalogCalls.authority).isEmpty)
    #expect(try await duties(catalog, "county-bureau authority") == ["review \(name)"])
    let claims = try await catalog.database.read {
      try $0.itemClaims(category: "death.cremation", region: "441424", except: 0)
    }
    #expect(claims.map(\.title) == ["火化日期"])
  }
}
