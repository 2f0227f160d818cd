// The catalogue of a level: its versions, its signature, what it changes, and how it goes from node to node.

import CatalogHandlers
import CatalogRules
import Contracts
import Crypto
import Integrity
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("The catalogue of a level (meizhou-public-2023/5.i3, hebi-2021/8, guangdong-2018/10)")
struct LevelCatalogueTests {
  private func level(
    _ catalog: CatalogCalls,
    _ change: (inout CatalogV1.GetLevelCatalogueRequest) -> Void = { _ in },
    as caller: String = CatalogCalls.authority
  ) async throws -> CatalogV1.LevelCatalogue {
    var request = CatalogV1.GetLevelCatalogueRequest()
    change(&request)
    return try await catalog.client.getLevelCatalogue(request, catalog.options(caller))
  }

  /// An approved entry of the county's civil affairs.
  private func countyEntry(_ catalog: CatalogCalls, approves: Bool) async throws -> String {
    let made = try await catalog.client.createEntry(
      .init(entry: CatalogCalls.entry { $0.title = "县火化记录" }, requestID: "county\(approves)"),
      catalog.options("county-affairs dept-officer"))
    _ = try await catalog.submit(made.name, by: "county-affairs dept-officer")
    if approves { _ = try await catalog.approve(made.name) }
    return made.name
  }

  @Test(
    "meizhou-public-2023/5.i1 an authority counts and reads its own region alone, the city's both",
    .obligation("meizhou-public-2023/5.i1"))
  func overview() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let bureau = "county-bureau authority"
    let county = try await countyEntry(catalog, approves: false)
    _ = try await catalog.client.reviewEntry(
      .init(name: county, decision: .approve, requestID: "a", secrecyPassed: true),
      catalog.options(bureau))
    var city: [String] = []
    for item in ["死亡日期", "死亡原因"] {
      city.append(try await catalog.entry(item, of: CatalogCalls.health, item: item).name)
    }
    for name in city {
      _ = try await catalog.submit(name, by: CatalogCalls.health)
      _ = try await catalog.approve(name)
    }
    let own = try await level(catalog, as: bureau)
    #expect(own.region == "441424" && own.size == 1 && own.entries.map(\.name) == [county])
    for region in ["441400", "441421", "440000"] {
      for withContent in [false, true] {
        let refused = await status {
          _ = try await level(
            catalog,
            {
              $0.region = region
              $0.withContent = withContent
            }, as: bureau)
        }
        #expect(refused?.code == .permissionDenied)
        #expect(refused?.trailers["weir-reason"] == "catalog.catalogue_out_of_reach")
      }
    }
    let whole = try await level(catalog)
    #expect(whole.size == 3 && Set(whole.entries.map(\.name)) == Set(city + [county]))
    #expect(try await level(catalog) { $0.region = "441424" }.size == 1)
    #expect(try await level(catalog) { $0.ownLevel = true }.size == 2)
  }

  @Test(
    "it is the union of what was approved, at each version; an approval makes the next one (8c, 10b)",
    .obligation("meizhou-public-2023/5.i3", "meizhou-public-2023/8c", "hebi-2021/10b"),
    arguments: ["meizhou-public-2023", "hebi-2021"])
  func versions(_ key: String) async throws {
    let catalog = try await CatalogCalls(under: key)
    #expect(try await level(catalog).version == 0)
    let first = try await catalog.draft("first")
    let second = try await catalog.entry("second", of: CatalogCalls.health, item: "死亡日期")
    let unapproved = try await catalog.entry("third", of: CatalogCalls.health, item: "死亡原因")
    for (name, caller) in [
      (first.name, CatalogCalls.officer), (second.name, CatalogCalls.health),
      (unapproved.name, CatalogCalls.health),
    ] { _ = try await catalog.submit(name, by: caller) }
    #expect(try await level(catalog).version == 0)
    _ = try await catalog.approve(first.name)
    _ = try await catalog.approve(second.name)
    let now = try await level(catalog)
    #expect(now.version == 2 && now.size == 2)
    #expect(now.entries.map(\.name) == [first.name, second.name])
    #expect(try await level(catalog) { $0.version = 1 }.entries.map(\.name) == [first.name])
    // An update: its clock runs five working days, and its approval is the next version in the same step.
    _ = try await catalog.client.publishEntry(
      .init(name: first.name, requestID: "p"), catalog.options(CatalogCalls.authority))
    #expect(try await level(catalog).version == 2)
    _ = try await catalog.client.updateEntry(
      .init(
        entry: CatalogCalls.entry {
          $0.name = first.name
          $0.items.append(
            CatalogV1.Item(name: "place", title: "火化地点", type: .text, required: false))
        }, requestID: "u"), catalog.options(CatalogCalls.officer))
    let update = try await catalog.submit(first.name, by: CatalogCalls.officer)
    // Monday 2024-03-04 and five working days.
    #expect(update.reviewDue?.date == "2024-03-11")
    #expect(update.reviewDue?.article == (key == "hebi-2021" ? "hebi-2021/10b" : "\(key)/8c"))
    let entries = try await catalog.log().count
    _ = try await catalog.approve(first.name, version: 2)
    #expect(try await catalog.log().count == entries + 1)
    let updated = try await level(catalog)
    #expect(updated.version == 3 && updated.size == 2)
    #expect(
      Set(updated.entries.map { "\($0.name)@\($0.version)" })
        == ["\(first.name)@2", "\(second.name)@1"])
    #expect(try await level(catalog) { $0.version = 2 }.entries.map(\.version) == [1, 1])
  }

  @Test(
    "the county's is of its own bodies; the city's shows where each entry is from, and is signed",
    .obligation("hebi-2021/8.1c", "hebi-2021/8.2b"))
  func generalCatalogue() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    let city = try await catalog.draft("city")
    _ = try await catalog.submit(city.name, by: CatalogCalls.officer)
    _ = try await catalog.approve(city.name)
    _ = try await countyEntry(catalog, approves: false)
    let county = try await countyEntry(catalog, approves: true)
    let own = try await level(catalog, as: "county-bureau authority")
    #expect(own.region == "441424" && own.version == 1)
    #expect(own.entries.map(\.name) == [county])
    let general = try await level(catalog)
    #expect(general.region == "441400" && general.version == 2)
    #expect(general.entries.map(\.name) == [city.name, county])
    #expect(general.entries.map(\.origin) == ["441400", "441424"])
    let level = try await self.level(catalog) { $0.ownLevel = true }
    #expect(level.entries.map(\.name) == [city.name])
    // A county does not see its city's before all do; nor does a department.
    for caller in ["county-bureau authority"] {
      let refused = await status {
        _ = try await self.level(catalog, { $0.region = "441400" }, as: caller)
      }
      #expect(refused?.trailers["weir-reason"] == "catalog.catalogue_out_of_reach")
    }
    // Signed by the node's catalogue, under a key that the root has listed.
    let note = try SignedNote(general.head)
    let list = try KeyList(
      verifying: try SignedNote(general.keyList), by: try NoteVerifier(text: catalog.rootKey))
    try note.verified(
      by: list.entries(named: KeyList.evidenceName("weir.test", service: "catalog")).map(\.verifier)
    )
    #expect(note.text.hasPrefix("weir-catalogue/1\nweir.test\n441400\n2\n2\n"))
    // And diffable, item by item.
    let diff = try await catalog.client.compareLevelCatalogue(
      .init(from: 1), catalog.options(CatalogCalls.authority))
    #expect(diff.to == 2 && diff.differences.map(\.kind) == ["added"])
    #expect(diff.differences.map(\.entry) == [county])
  }

  @Test("what an update and a withdrawal change is told item by item")
  func differences() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let entry = try await catalog.draft("d")
    _ = try await catalog.publish(entry.name, "p")
    _ = try await catalog.client.updateEntry(
      .init(
        entry: CatalogCalls.entry {
          $0.name = entry.name
          $0.items[2].name = "when"
          $0.summary = "改"
        }, requestID: "u"), catalog.options(CatalogCalls.officer))
    _ = try await catalog.publish(entry.name, "q")
    let changed = try await catalog.client.compareLevelCatalogue(
      .init(from: 1, to: 2), catalog.options(CatalogCalls.authority)
    ).differences
    #expect(changed.map(\.kind) == ["changed"])
    #expect(changed.first?.addedItems == ["when"] && changed.first?.removedItems == ["cremated"])
    #expect(changed.first?.properties == ["summary"])
    for caller in ["civil-affairs dept-head", CatalogCalls.authority] {
      _ = try await catalog.client.withdrawEntry(
        .init(
          name: entry.name, reason: "职能划转", basis: CatalogCalls.law, requestID: "w" + caller),
        catalog.options(caller))
    }
    let gone = try await catalog.client.compareLevelCatalogue(
      .init(from: 2), catalog.options(CatalogCalls.authority)
    ).differences
    #expect(gone.map(\.kind) == ["removed"])
    #expect(try await level(catalog).entries.isEmpty)
  }

  @Test(
    "each item of the general catalogue stands in exactly one department's list, however often asked",
    .obligation("hebi-2021/9a"))
  func responsibilities() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    for (request, caller, item) in [
      ("a", CatalogCalls.health, "死亡日期"), ("b", "police dept-officer", "注销日期"),
    ] {
      let made = try await catalog.entry(request, of: caller, item: item)
      _ = try await catalog.submit(made.name, by: caller)
      _ = try await catalog.approve(made.name)
    }
    func list(_ department: String) async throws -> [CatalogV1.ResponsibilityItem] {
      try await catalog.client.listResponsibilities(
        .init(department: department), catalog.options(CatalogCalls.authority)
      ).items
    }
    let all = try await list("")
    let parts = try await list("departments/health") + list("departments/police")
    #expect(all == parts)
    #expect(Set(all.map { "\($0.entry) \($0.title)" }).count == all.count && all.count == 6)
    #expect(try await list("") == all)
    // A department reads its own without being the authority; another's it does not.
    let own = try await catalog.client.listResponsibilities(
      .init(department: "departments/health"), catalog.options(CatalogCalls.health))
    #expect(own.items == (try await list("departments/health")))
    let foreign = await status {
      _ = try await catalog.client.listResponsibilities(
        .init(department: "departments/police"), catalog.options(CatalogCalls.health))
    }
    #expect(foreign?.code == .permissionDenied)
  }

  /// All parts of a node's catalogue, as its export writes them.
  private func export(_ catalog: CatalogCalls) async throws -> CatalogV1.CataloguePart {
    let all = try await level(catalog) {
      $0.withContent = true
      $0.pageSize = 100
    }
    return CatalogV1.CataloguePart(
      head: all.head, keyList: all.keyList, rootKey: catalog.rootKey, entries: all.entries)
  }

  private func take(
    _ part: CatalogV1.CataloguePart, into catalog: CatalogCalls, _ requestID: String,
    as caller: String = "province-bureau authority"
  ) async throws -> CatalogV1.ImportLevelCatalogueResponse {
    var part = part
    part.requestID = requestID
    return try await catalog.importing(part, as: caller)
  }

  @Test(
    "the city's catalogue goes to the node above, which lists its entries with their origin",
    .obligation("guangdong-2018/10"))
  func rollUp() async throws {
    let city = try await CatalogCalls(under: "guangdong-2018")
    let province = try await CatalogCalls(
      under: "guangdong-2018", hasProvince: true, domain: "province.test")
    let entry = try await city.draft("d") { $0.activeSharing = "" }
    _ = try await city.submit(entry.name, by: CatalogCalls.officer)
    let package = try await export(city)
    #expect(package.entries.count == 1)
    let taken = try await take(package, into: province, "1")
    #expect(taken.added == 1 && taken.node == "weir.test" && taken.region == "441400")
    let listed = try await level(province, as: "province-bureau authority")
    #expect(listed.region == "440000")
    #expect(listed.entries.map(\.node) == ["weir.test"])
    #expect(listed.entries.map(\.origin) == ["441400"])
    #expect(listed.entries.map(\.title) == ["火化记录"])
    // Again the same: nothing changes. Without the entry: it goes.
    #expect(try await take(package, into: province, "2").added == 0)
    #expect(try await level(province, as: "province-bureau authority").version == 1)
  }

  @Test("a version is signed once and each region counts its own; a code minted later is taken up")
  func versionsOfNodes() async throws {
    let city = try await CatalogCalls(under: "guangdong-2018")
    let province = try await CatalogCalls(
      under: "guangdong-2018", hasProvince: true, domain: "province.test")
    let entry = try await city.draft("d")
    _ = try await city.submit(entry.name, by: CatalogCalls.officer)
    _ = try await countyEntry(city, approves: false)
    let first = try await export(city)
    #expect(try await take(first, into: province, "1").added == 2)
    // Published, an entry has its code, in the same version of it and of the catalogue.
    _ = try await city.client.publishEntry(
      .init(name: entry.name, requestID: "p"), city.options("civil-affairs dept-head"))
    let coded = try await export(city)
    #expect(coded.entries.contains { !$0.resourceCode.isEmpty })
    let taken = try await take(coded, into: province, "2")
    #expect(taken.added == 0 && taken.changed == 1 && taken.removed == 0)
    let back = await status { _ = try await take(first, into: province, "3") }
    #expect(back?.trailers["weir-reason"] == "catalog.package_not_believed")
    let listed = try await level(province, as: "province-bureau authority")
    #expect(listed.entries.contains { $0.name == entry.name && !$0.resourceCode.isEmpty })
    // The county's own catalogue of the same node is at version 1, and is not older for that.
    let county = try await level(city) {
      $0.region = "441424"
      $0.withContent = true
    }
    #expect(county.version < taken.version)
    let part = CatalogV1.CataloguePart(
      head: county.head, keyList: county.keyList, rootKey: city.rootKey, entries: county.entries)
    #expect(try await take(part, into: province, "4").region == "441424")
    // The next version comes; the former one comes no more.
    let third = try await city.draft("e") { $0.items[2].title = "火化地点" }
    _ = try await city.submit(third.name, by: CatalogCalls.officer)
    #expect(try await take(try await export(city), into: province, "5").added == 1)
    let old = await status { _ = try await take(coded, into: province, "6") }
    #expect(old?.message.contains("newer version") == true)
  }

  @Test("a node enters nothing as somebody else's, and no version of an entry has two contents")
  func foreignLines() async throws {
    let province = try await CatalogCalls(
      under: "guangdong-2018", hasProvince: true, domain: "province.test")
    /// The same node twice, from two databases: two catalogues of version 1 under one key.
    func package(_ title: String) async throws -> CatalogV1.CataloguePart {
      let city = try await CatalogCalls(under: "guangdong-2018")
      let entry = try await city.draft("d") { $0.title = title }
      _ = try await city.submit(entry.name, by: CatalogCalls.officer)
      return try await export(city)
    }
    _ = try await take(try await package("火化记录"), into: province, "1")
    let other = try await package("另一份记录")
    let refused = await status { _ = try await take(other, into: province, "2") }
    #expect(refused?.trailers["weir-reason"] == "catalog.package_not_believed")
    #expect(refused?.message.contains("other content") == true)
  }

  @Test("a package is believed as it was signed, under the root of the first import")
  func forged() async throws {
    let city = try await CatalogCalls(under: "guangdong-2018")
    let province = try await CatalogCalls(
      under: "guangdong-2018", hasProvince: true, domain: "province.test")
    let entry = try await city.draft("d")
    _ = try await city.submit(entry.name, by: CatalogCalls.officer)
    let package = try await export(city)
    let forgeries: [(String, (inout CatalogV1.CataloguePart) -> Void)] = [
      ("an entry fewer", { $0.entries = [] }),
      ("another title", { $0.entries[0].content[20] ^= 1 }),
      ("another owner", { $0.entries[0].owner = "departments/health" }),
      ("another head", { $0.head = $0.head.replacing("441400", with: "441500") }),
      ("no key list", { $0.keyList = "" }),
      ("another root", { $0.rootKey = province.rootKey }),
    ]
    for (index, (what, change)) in forgeries.enumerated() {
      var forged = package
      change(&forged)
      let part = forged
      let refused = await status { _ = try await take(part, into: province, "f\(index)") }
      #expect(refused?.trailers["weir-reason"] == "catalog.package_not_believed", "\(what)")
    }
    let foreign = await status {
      _ = try await take(package, into: province, "x", as: "county-bureau authority")
    }
    #expect(foreign?.trailers["weir-reason"] == "catalog.catalogue_out_of_reach")
    let own = await status {
      _ = try await take(package, into: city, "own", as: CatalogCalls.authority)
    }
    #expect(own?.trailers["weir-reason"] == "catalog.package_not_believed")
    #expect(try await level(province, as: "province-bureau authority").version == 0)
  }
}
