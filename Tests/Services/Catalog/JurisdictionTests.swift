// For which area and by which function a body registers data, and what its collection list binds it to.

import Contracts
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("Jurisdiction: area, line of business, functions (meizhou-specific-2021/7, luyi-2019/5)")
struct JurisdictionTests {
  /// The node while the trial text governs its specific population.
  private func trial() async throws -> CatalogCalls {
    let catalog = try await CatalogCalls()
    catalog.clock.pass(seconds: -730 * 86_400)
    return catalog
  }

  private func draft(
    _ catalog: CatalogCalls, _ id: String, by caller: String, _ coverage: [String],
    category: String = "death.cremation"
  ) async throws -> CatalogV1.Entry {
    let department = caller.split(separator: " ").first.map(String.init) ?? ""
    return try await catalog.client.createEntry(
      .init(
        entry: CatalogCalls.entry {
          $0.owner = "departments/\(department)"
          $0.category = category
          $0.coverage = coverage
        }, requestID: id), catalog.options(caller))
  }

  private func submit(_ catalog: CatalogCalls, _ name: String, by caller: String) async throws {
    _ = try await catalog.client.submitEntry(
      .init(name: name, requestID: "s\(name)"), catalog.options(caller))
  }

  @Test(
    "a city's body registers what covers all counties in its line of business, and nothing of another line (7a, AC-12)",
    .obligation("meizhou-specific-2021/7a"))
  func city() async throws {
    let catalog = try await trial()
    let city = "civil-affairs dept-officer"
    let made = try await draft(catalog, "all", by: city, ["441400", "441424", "441402"])
    #expect(made.coverage == ["441400", "441424", "441402"])
    try await submit(catalog, made.name, by: city)
    for region in ["441502", "440000", "4414", "44142x", ""] {
      let refused = await status { _ = try await draft(catalog, "x" + region, by: city, [region]) }
      #expect(refused?.trailers["weir-reason"] == "catalog.coverage_outside_area", "\(region)")
      #expect(refused?.trailers["weir-field"] == "entry.coverage[0]")
      #expect(refused?.trailers["weir-article"] == "meizhou-specific-2021/7")
    }
    let other = try await draft(
      catalog, "other", by: city, ["441424"], category: "death.natural")
    let refused = await status { try await submit(catalog, other.name, by: city) }
    #expect(refused?.trailers["weir-reason"] == "catalog.category_not_yours")
    #expect(refused?.trailers["weir-article"] == "meizhou-specific-2021/7")
  }

  @Test(
    "a county's body registers for its own county alone, neither for the city nor for another county (7b, AC-12)",
    .obligation("meizhou-specific-2021/7b"))
  func county() async throws {
    let catalog = try await trial()
    let county = "county-affairs dept-officer"
    for regions in [["441400"], ["441402"], ["441424", "441402"]] {
      let refused = await status {
        _ = try await draft(catalog, "c\(regions)", by: county, regions)
      }
      #expect(refused?.code == .permissionDenied)
      #expect(refused?.trailers["weir-reason"] == "catalog.coverage_outside_area")
      #expect(refused?.trailers["weir-field"] == "entry.coverage[\(regions.count - 1)]")
      #expect(refused?.trailers["weir-article"] == "meizhou-specific-2021/7")
    }
    let own = try await draft(catalog, "own", by: county, ["441424"])
    try await submit(catalog, own.name, by: county)
    // A draft that was right does not become wide by a change.
    let other = try await draft(catalog, "plain", by: county, [])
    let wide = await status {
      _ = try await catalog.client.updateEntry(
        .init(
          entry: CatalogCalls.entry {
            $0.name = other.name
            $0.coverage = ["441400"]
          }, requestID: "u"), catalog.options(county))
    }
    #expect(wide?.trailers["weir-reason"] == "catalog.coverage_outside_area")
  }

  @Test(
    "data are provided by a recorded function of the body, where any is recorded",
    .obligation("luyi-2019/5.i2"))
  func functions() async throws {
    let catalog = try await CatalogCalls(under: "luyi-2019") { $0.functions = ["殡葬管理"] }
    for function in ["", "养老金发放"] {
      let refused = await status {
        _ = try await catalog.draft("d" + function) { $0.function = function }
      }
      #expect(refused?.code == .permissionDenied)
      #expect(refused?.trailers["weir-reason"] == "catalog.function_not_recorded")
      #expect(refused?.trailers["weir-field"] == "entry.function")
      #expect(refused?.trailers["weir-article"] == "luyi-2019/5.i2")
    }
    let made = try await catalog.draft("d") { $0.function = "殡葬管理" }
    #expect(made.function == "殡葬管理")
    // Of whom nothing is recorded, and under a text that says nothing, it is not asked.
    _ = try await CatalogCalls(under: "luyi-2019").draft("d")
    _ = try await CatalogCalls(under: "hebi-2021") { $0.functions = ["殡葬管理"] }.draft("d")
  }

  @Test(
    "what a body's collection list does not name is told to who takes its data (meizhou-public-2023/11c)"
  )
  func collectionList() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let draft = try await catalog.draft("d")
    let entry = try await catalog.publish(draft.name, "p")
    func isOff() async throws -> Bool {
      try await catalog.client.resolveEntry(
        .init(name: entry.name), catalog.options(CatalogCalls.officer)
      ).offCollectionList
    }
    func collect(_ datum: String, by caller: String = CatalogCalls.officer) async throws
      -> CatalogV1.Record
    {
      try await catalog.list(caller, datum + caller) {
        $0.collection = .init(datum: datum, basis: CatalogCalls.law, duty: "殡葬管理")
      }
    }
    #expect(try await !isOff())
    _ = try await collect("床位数", by: CatalogCalls.health)
    #expect(try await !isOff())
    let other = try await collect("骨灰去向")
    #expect(try await isOff())
    for item in entry.items where item.role != .subject && item.role != .subjectName {
      #expect(try await isOff())
      _ = try await collect(item.title)
    }
    #expect(try await !isOff())
    _ = try await catalog.decide(other.name, .end, CatalogCalls.officer, reason: "职责调整")
    #expect(try await !isOff())
  }
}
