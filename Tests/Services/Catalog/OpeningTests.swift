// What is listed for opening to society: types, elements, review, marks.

import CatalogHandlers
import CatalogRules
import Contracts
import RPC
import TestSupport
import Testing
import Vocabulary

@Suite("The opening list (hebi-2021/18, 19; meizhou-public-2023/31)")
struct OpeningTests {
  /// A catalogue with a published entry, and what lists it whole.
  private func world(
    _ key: String, _ change: @escaping @Sendable (inout CatalogV1.Entry) -> Void = { _ in }
  ) async throws -> (CatalogCalls, CatalogV1.Entry, CatalogV1.OpeningRecord) {
    let catalog = try await CatalogCalls(under: key)
    let draft = try await catalog.draft("d") {
      $0.openAttribute = "unconditional"
      change(&$0)
    }
    let entry = try await catalog.publish(draft.name, "p")
    return (
      catalog, entry,
      CatalogV1.OpeningRecord(
        year: 2024, entry: entry.name, entryVersion: 1, domain: "民政", abstract: "火化统计",
        items: ["火化日期"], format: "CSV", openingType: "unconditional", conditions: "",
        updateFrequency: "monthly")
    )
  }

  private func refused(
    _ catalog: CatalogCalls, _ record: CatalogV1.OpeningRecord, _ id: String,
    as caller: String = CatalogCalls.officer
  ) async -> Status? {
    await status { _ = try await catalog.list(caller, id) { $0.opening = record } }
  }

  @Test(
    "each of the seven elements is asked for, and the list is one year's",
    .obligation("hebi-2021/19.1a"))
  func elements() async throws {
    let (catalog, _, whole) = try await world("hebi-2021")
    for (field, change) in [
      ("domain", { $0.domain = "" }), ("abstract", { $0.abstract = "" }),
      ("items", { $0.items = [] }), ("format", { $0.format = "" }),
      ("opening_type", { $0.openingType = "" }), ("update_frequency", { $0.updateFrequency = "" }),
      (
        "conditions",
        {
          $0.openingType = "conditional"
          $0.basis = CatalogCalls.law
        }
      ), ("year", { $0.year = 0 }),
    ] as [(String, (inout CatalogV1.OpeningRecord) -> Void)] {
      var record = whole
      change(&record)
      let said = await refused(catalog, record, field)
      #expect(said?.trailers["weir-field"] == "record.opening.\(field)", "\(field)")
      #expect(said?.trailers["weir-article"] == "hebi-2021/19.1a")
    }
    let made = try await catalog.list(CatalogCalls.officer, "w") { $0.opening = whole }
    #expect(made.opening?.year == 2024)
    var foreign = whole
    foreign.items = ["身高"]
    #expect(
      await refused(catalog, foreign, "f")?.trailers["weir-field"] == "record.opening.items")
    #expect(
      await refused(catalog, whole, "h", as: CatalogCalls.health)?.trailers["weir-reason"]
        == "catalog.not_owner")
  }

  @Test(
    "three types and no other, whatever the share type is", .obligation("hebi-2021/18.1"),
    arguments: [CatalogV1.ShareType.unconditional, .conditional])
  func types(_ share: CatalogV1.ShareType) async throws {
    let (catalog, _, whole) = try await world("hebi-2021") {
      $0.shareType = share
      $0.bases = [CatalogCalls.law]
      $0.conditions = share == .conditional ? "仅限核对" : ""
    }
    for type in OpeningType.allCases {
      var record = whole
      record.openingType = type.rawValue
      record.conditions = type == .conditional ? "实名注册" : ""
      record.basis = CatalogCalls.law
      let listed = record
      let made = try await catalog.list(CatalogCalls.officer, type.rawValue) {
        $0.opening = listed
      }
      #expect(made.opening?.openingType == type.rawValue)
    }
    #expect(OpeningType.allCases.count == 3)
    var other = whole
    other.openingType = "half"
    #expect(
      await refused(catalog, other, "o")?.trailers["weir-field"] == "record.opening.opening_type")
    let drafted = await status { _ = try await catalog.draft("x") { $0.openAttribute = "half" } }
    #expect(drafted?.trailers["weir-field"] == "entry.open_attribute")
  }

  @Test(
    "what is marked as a secret or as private is not opened, and says on what ground",
    .obligation("hebi-2021/18.2c"), arguments: [CatalogV1.SecrecyMark.tradeSecret, .privacy])
  func marks(_ mark: CatalogV1.SecrecyMark) async throws {
    let (catalog, _, whole) = try await world("hebi-2021") { $0.secrecy = mark }
    for type in ["unconditional", "conditional"] {
      var record = whole
      record.openingType = type
      record.conditions = "实名注册"
      let said = await refused(catalog, record, type)
      #expect(said?.trailers["weir-reason"] == "catalog.not_openable")
    }
    var closed = whole
    closed.openingType = "not_open"
    #expect(await refused(catalog, closed, "n")?.trailers["weir-field"] == "record.opening.basis")
    closed.basis = CatalogCalls.law
    let record = closed
    let made = try await catalog.list(CatalogCalls.officer, "c") { $0.opening = record }
    #expect(made.opening?.openingType == "not_open")
    // A state secret does not get as far as that.
    let secret = await status { _ = try await catalog.draft("s") { $0.secrecy = .secret } }
    #expect(secret?.trailers["weir-reason"] == "catalog.state_secret")
  }

  @Test(
    "the authority reviews the list of this version first", .obligation("hebi-2021/19.2a"))
  func review() async throws {
    let (catalog, entry, whole) = try await world("hebi-2021")
    let made = try await catalog.list(CatalogCalls.officer, "o") { $0.opening = whole }
    #expect(made.state == .pending)
    #expect(try await catalog.records("opening", CatalogCalls.health).isEmpty)
    let returned = try await catalog.decide(
      made.name, .return, CatalogCalls.authority, reason: "摘要不清")
    #expect(returned.state == .recordReturned)
    let failed = await status {
      _ = try await catalog.decide(made.name, .confirm, CatalogCalls.authority)
    }
    #expect(failed?.trailers["weir-reason"] == "catalog.listing_wrong_state")
    let again = try await catalog.list(CatalogCalls.officer, "o2", name: made.name) {
      $0.opening = whole
    }
    #expect(again.version == 2 && again.state == .pending)
    let passed = try await catalog.decide(made.name, .confirm, CatalogCalls.authority)
    #expect(passed.state == .inForce)
    #expect(try await catalog.records("opening", CatalogCalls.health).map(\.version) == [2])
    // The entry moves on: what is listed of the former version is not taken any more.
    _ = try await catalog.client.updateEntry(
      .init(
        entry: CatalogCalls.entry {
          $0.name = entry.name
          $0.openAttribute = "unconditional"
          $0.summary = "新"
        }, requestID: "u"), catalog.options(CatalogCalls.officer))
    _ = try await catalog.publish(entry.name, "q")
    #expect(
      await refused(catalog, whole, "old")?.trailers["weir-reason"] == "catalog.wrong_state")
  }

  @Test(
    "a body's open catalogue comes of entries with an open attribute; others cannot be listed",
    .obligation("meizhou-public-2023/31a"))
  func ofEntries() async throws {
    let (catalog, _, whole) = try await world("meizhou-public-2023")
    let made = try await catalog.list(CatalogCalls.officer, "o") { $0.opening = whole }
    #expect(made.state == .inForce)
    let listed = try await catalog.records(
      "opening", CatalogCalls.health, owner: "departments/civil-affairs")
    #expect(listed.map { $0.opening?.entry } == [whole.entry])
    let (other, _, closed) = try await world("meizhou-public-2023") {
      $0.openAttribute = "not_open"
    }
    let said = await refused(other, closed, "c")
    #expect(said?.trailers["weir-reason"] == "catalog.not_openable")
    #expect(said?.trailers["weir-article"] == "meizhou-public-2023/31a")
    #expect(try await other.records("opening", CatalogCalls.officer).isEmpty)
  }
}
