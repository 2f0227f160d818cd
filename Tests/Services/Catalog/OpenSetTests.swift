// What is open to society: the catalogue with its grounds, and files that anybody may have.

import Contracts
import Crypto
import Integrity
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("Opened sets and the open catalogue (hebi-2021/18, 19; AC-06)")
struct OpenSetTests {
  private static let head = "civil-affairs dept-head"
  private static let rows = Array("月份,火化数\n2024-01,31\n2024-02,28\n".utf8)

  /// An entry that may be opened, and the listing that opens it in some way, confirmed by the authority.
  private func opened(
    _ catalog: CatalogCalls, _ type: String, _ id: String = "1",
    _ change: (inout CatalogV1.OpeningRecord) -> Void = { _ in }
  ) async throws -> CatalogV1.Record {
    let draft = try await catalog.draft("d" + id) {
      $0.openAttribute = "unconditional"
      $0.items[2].title += id
    }
    let entry = try await catalog.publish(draft.name, "p" + id)
    var record = CatalogV1.OpeningRecord(
      year: 2024, entry: entry.name, entryVersion: 1, domain: "民政", abstract: "火化统计",
      items: ["火化日期" + id], format: "CSV", openingType: type,
      conditions: type == "conditional" ? "科研机构，实名申请" : "", updateFrequency: "monthly")
    record.basis = type == "unconditional" ? nil : CatalogCalls.law
    change(&record)
    let listed = record
    let made = try await catalog.list(CatalogCalls.officer, "o" + id) { $0.opening = listed }
    return try await catalog.decide(made.name, .confirm, CatalogCalls.authority)
  }

  private func put(
    _ catalog: CatalogCalls, _ listing: String, _ content: [UInt8] = rows,
    as caller: String = head, type: String = "text/csv", id: String = "put"
  ) async throws -> CatalogV1.OpenSet {
    try await catalog.client.publishOpenSet(
      .init(listing: listing, content: content, mediaType: type, requestID: id + listing),
      catalog.options(caller))
  }

  private func read(_ catalog: CatalogCalls, _ listing: String) async throws -> CatalogV1.OpenSet {
    try await catalog.client.readOpenSet(
      .init(listing: listing, address: "192.0.2.7:40000"), catalog.options(CatalogCalls.officer))
  }

  private func catalogue(_ catalog: CatalogCalls) async throws -> [CatalogV1.OpenCatalogueEntry] {
    try await catalog.client.listOpenCatalogue(.init(), catalog.options(CatalogCalls.officer))
      .entries
  }

  @Test(
    "AC-06 an unconditionally opened set is anybody's, each reading is logged; a conditional one is refused",
    .obligation("hebi-2021/18.2a"), arguments: Backend.allCases)
  func unconditional(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend, under: "hebi-2021")
    let open = try await opened(catalog, "unconditional")
    let conditional = try await opened(catalog, "conditional", "2")
    #expect(await status { _ = try await read(catalog, open.name) }?.code == .notFound)
    _ = try await put(catalog, open.name)
    _ = try await put(catalog, conditional.name)
    let got = try await read(catalog, open.name)
    #expect(got.content == Self.rows && got.mediaType == "text/csv")
    #expect(got.sha256 == SHA256.hash(Self.rows))
    let logged = try await catalog.logged("catalog.open_set_read")
    #expect(logged["listing"]?.string == open.name)
    #expect(logged["sha256"]?.string == Hex.encode(got.sha256))
    #expect(logged["address"]?.string == "192.0.2.7:40000")
    let refused = await status { _ = try await read(catalog, conditional.name) }
    #expect(refused?.code == .permissionDenied)
    #expect(refused?.trailers["weir-reason"] == "catalog.not_open_to_all")
    #expect(refused?.trailers["weir-article"] == "hebi-2021/18.1")
    let reads = try await catalog.log().filter { $0.topic == "catalog.open_set_read" }
    #expect(reads.count == 1)
  }

  @Test("AC-06 what is no longer open is given to nobody: ended, withdrawn, or a new version")
  func closed() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    let ended = try await opened(catalog, "unconditional")
    _ = try await put(catalog, ended.name)
    _ = try await catalog.decide(ended.name, .end, CatalogCalls.officer, reason: "停止更新")
    #expect(await status { _ = try await read(catalog, ended.name) }?.code == .notFound)
    let moved = try await opened(catalog, "unconditional", "2")
    _ = try await put(catalog, moved.name)
    let entry = try #require(moved.opening?.entry)
    _ = try await catalog.client.updateEntry(
      .init(
        entry: CatalogCalls.entry {
          $0.name = entry
          $0.openAttribute = "not_open"
        }, requestID: "u"), catalog.options(CatalogCalls.officer))
    _ = try await catalog.publish(entry, "q")
    #expect(
      await status { _ = try await read(catalog, moved.name) }?.trailers["weir-reason"]
        == "catalog.not_open_to_all")
    // No other listing is a set, nor is an entry.
    let demand = try await catalog.list(CatalogCalls.officer, "c") {
      $0.collection = .init(datum: "火化日期", basis: CatalogCalls.law, duty: "殡葬管理")
    }
    #expect(await status { _ = try await read(catalog, demand.name) }?.code == .notFound)
    #expect(await status { _ = try await read(catalog, "entries/E-1") }?.code == .invalidArgument)
  }

  @Test(
    "a file is the head's to publish, of a listing that opens something, as text without identity numbers"
  )
  func files() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    let open = try await opened(catalog, "unconditional")
    let number = Array("姓名,号码\n张三,441402199003070011\n".utf8)
    #expect(
      await status { _ = try await put(catalog, open.name, number) }?.trailers["weir-reason"]
        == "catalog.identity_number_in_text")
    for (content, type, field) in [
      ([0xff, 0xfe], "text/csv", "content"), ([], "text/csv", "content"),
      ([UInt8](repeating: 0x61, count: (3 << 20) + 1), "text/csv", "content"),
      (Self.rows, "application/x-sh", "media_type"),
    ] as [([UInt8], String, String)] {
      let refused = await status { _ = try await put(catalog, open.name, content, type: type) }
      #expect(refused?.code == .invalidArgument && refused?.trailers["weir-field"] == field)
    }
    #expect(
      await status { _ = try await put(catalog, open.name, as: CatalogCalls.officer) }?.code
        == .permissionDenied)
    #expect(
      await status { _ = try await put(catalog, open.name, as: "health dept-head") }?.code
        == .notFound)
    let closed = try await opened(catalog, "not_open", "2")
    #expect(
      await status { _ = try await put(catalog, closed.name) }?.trailers["weir-reason"]
        == "catalog.listing_wrong_state")
    #expect(try await put(catalog, open.name).sizeBytes == Int32(Self.rows.count))
  }

  @Test(
    "the open catalogue tells restricted entries with their ground; without a ground nothing restricted is listed",
    .obligation("hebi-2021/18.3"))
  func catalogueOfAll() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    for type in ["conditional", "not_open"] {
      let refused = await status {
        _ = try await opened(catalog, type, "x" + type) { $0.basis = nil }
      }
      #expect(refused?.trailers["weir-field"] == "record.opening.basis", "\(type)")
      #expect(refused?.trailers["weir-article"]?.hasPrefix("hebi-2021/1") == true)
    }
    #expect(try await catalogue(catalog).isEmpty)
    let open = try await opened(catalog, "unconditional")
    _ = try await opened(catalog, "conditional", "2")
    _ = try await opened(catalog, "not_open", "3")
    _ = try await put(catalog, open.name)
    let told = try await catalogue(catalog)
    #expect(told.map(\.openingType) == ["unconditional", "conditional", "not_open"])
    #expect(told.map { $0.set != nil } == [true, false, false])
    #expect(told[1].bases == [CatalogCalls.law] && told[2].bases == [CatalogCalls.law])
    #expect(told[1].conditions == "科研机构，实名申请" && told[2].title == "火化记录")
    #expect(told.allSatisfy { $0.set?.content.isEmpty != false && !$0.abstract.isEmpty })
  }
}
