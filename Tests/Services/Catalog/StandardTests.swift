// Standards and guides on record, and what a guide in force asks of an entry.

import CatalogHandlers
import CatalogRules
import Contracts
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("Standards and guides (hebi-2021/29.2, luyi-2019/6.i6, meizhou-public-2023/7.1a)")
struct StandardTests {
  private static let fields = [
    "catalog_classification", "collection", "sharing_exchange", "opening", "platform_interfacing",
    "network_security",
  ]

  private func standard(_ field: String) -> CatalogV1.StandardRecord {
    .init(
      kind: "data_standard", field: field, title: field, number: "DB4406/T 1", edition: "1",
      effectiveFrom: "2022-01-01")
  }

  @Test(
    "standards stand with field, kind and edition; fields without one are listed",
    .obligation("hebi-2021/29.2", "luyi-2019/6.i6"), arguments: ["hebi-2021", "luyi-2019"])
  func fields(_ key: String) async throws {
    let catalog = try await CatalogCalls(under: key)
    func listed() async throws -> CatalogV1.ListRecordsResponse {
      try await catalog.client.listRecords(
        .init(kind: "standard"), catalog.options(CatalogCalls.officer))
    }
    #expect(try await listed().missingFields == Self.fields)
    for field in Self.fields.dropLast() {
      _ = try await catalog.list(CatalogCalls.authority, field) { $0.standard = standard(field) }
    }
    let held = try await listed()
    #expect(held.records.compactMap { $0.standard?.field } == Self.fields.dropLast())
    #expect(held.records.allSatisfy { $0.standard?.edition == "1" })
    #expect(held.missingFields == ["network_security"])
    let last = try await catalog.list(CatalogCalls.authority, "last") {
      $0.standard = standard("network_security")
    }
    #expect(try await listed().missingFields.isEmpty)
    _ = try await catalog.decide(last.name, .end, CatalogCalls.authority, reason: "废止")
    #expect(try await listed().missingFields == ["network_security"])
    let unknown = await status {
      _ = try await catalog.list(CatalogCalls.authority, "u") { $0.standard = standard("catering") }
    }
    #expect(unknown?.trailers["weir-field"] == "record.standard.field")
    let foreign = await status {
      _ = try await catalog.list(CatalogCalls.officer, "f") { $0.standard = standard("opening") }
    }
    #expect(foreign?.trailers["weir-reason"] == "catalog.listing_not_yours")
  }

  @Test(
    "the guide in force says what an entry must have; its next edition changes the outcome",
    .obligation("hebi-2021/29.2", "meizhou-specific-2021/9b", "meizhou-public-2023/7.1a"),
    arguments: [
      ("hebi-2021", "hebi-2021/29.2"), ("meizhou-specific-2021", "meizhou-specific-2021/9b"),
      ("meizhou-public-2023", "meizhou-public-2023/7.1a"),
    ])
  func guides(_ key: String, _ article: String) async throws {
    let catalog = try await CatalogCalls(under: key)
    // In the trial's time.
    if key == "meizhou-specific-2021" { catalog.clock.pass(seconds: -730 * 86_400) }
    let today = catalog.clock.now().civilDate
    func guide(
      _ edition: String, _ required: [String], from: CivilDate
    ) -> CatalogV1.StandardRecord {
      .init(
        kind: "guide", title: "目录编制指南", number: "粤数〔2024〕1号", edition: edition,
        effectiveFrom: from.iso, requiredFields: required)
    }
    func handIn(_ request: String) async throws -> Status? {
      let draft = try await catalog.draft(request) { $0.items[2].title = "火化日期" + request }
      return await status { _ = try await catalog.submit(draft.name, by: CatalogCalls.officer) }
    }
    let first = try await catalog.list(CatalogCalls.authority, "g") {
      $0.standard = guide("第一版", ["update_frequency"], from: today)
    }
    #expect(try await handIn("one") == nil)
    _ = try await catalog.list(CatalogCalls.authority, "g2", name: first.name) {
      $0.standard = guide("第二版", ["standard"], from: today.adding(days: 1))
    }
    #expect(try await handIn("two") == nil)
    catalog.clock.pass(seconds: 86_400)
    let refused = try await handIn("three")
    #expect(refused?.trailers["weir-reason"] == "catalog.guide_not_met")
    #expect(refused?.trailers["weir-field"] == "entry.items.standard")
    #expect(refused?.trailers["weir-article"] == article)
    #expect(refused?.message.contains("粤数〔2024〕1号 第二版") == true)
  }
}
