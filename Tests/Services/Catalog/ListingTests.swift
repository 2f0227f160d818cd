// The catalogue's registers over the wire: who writes, who must agree, what follows for entries.

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

/// What the suites of the registers call.
extension CatalogCalls {
  func list(
    _ caller: String, _ requestID: String, name: String = "",
    _ fill: (inout CatalogV1.Record) -> Void
  ) async throws -> CatalogV1.Record {
    var record = CatalogV1.Record()
    record.name = name
    fill(&record)
    return try await client.saveRecord(
      .init(record: record, requestID: requestID), options(caller))
  }

  func decide(
    _ name: String, _ decision: CatalogV1.DecideRecordRequest.Decision, _ caller: String,
    reason: String = ""
  ) async throws -> CatalogV1.Record {
    try await client.decideRecord(
      .init(
        name: name, decision: decision, reason: reason,
        requestID: Hex.encode(SystemRandom().bytes(8))),
      options(caller))
  }

  func records(
    _ kind: String, _ caller: String, owner: String = "", endedToo: Bool = false
  ) async throws -> [CatalogV1.Record] {
    try await client.listRecords(
      .init(kind: kind, owner: owner, endedToo: endedToo), options(caller)
    ).records
  }

  static let staffing = "staffing staffing-office"
  static let health = "health dept-officer"
  static let law = CommonV1.Basis(kind: .law, title: "中华人民共和国殡葬管理条例", article: "第八条")

  /// An entry of a department in a category where both may own, with one datum of its own.
  func entry(
    _ requestID: String, of caller: String, item: String, category: String = "person.birth-death"
  ) async throws -> CatalogV1.Entry {
    try await client.createEntry(
      .init(
        entry: Self.entry {
          $0.title = requestID
          $0.category = category
          $0.resourceClass = ""
          $0.items[2].title = item
        }, requestID: requestID), options(caller))
  }

  func submit(_ name: String, by caller: String) async throws -> CatalogV1.Entry {
    let newest = try await client.getEntry(.init(name: name), options(caller))
    return try await client.submitEntry(
      .init(name: name, requestID: "s\(name)\(newest.etag)"), options(caller))
  }

  func approve(_ name: String, version: Int32 = 0) async throws -> CatalogV1.Entry {
    try await client.reviewEntry(
      .init(
        name: name, version: version, decision: .approve, requestID: "a\(name)-\(version)",
        secrecyPassed: true), options(Self.authority))
  }
}

@Suite("The catalogue's registers")
struct ListingTests {
  @Test(
    "a demand names datum, provider, duty and frequency, and what meets it; it waits for the city",
    .obligation("hebi-2021/8.1b", "hebi-2021/8.2a"))
  func demands() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    let whole = CatalogV1.DemandRecord(
      datum: "婚姻登记", provider: "departments/police", duty: "社会救助对象核对",
      frequency: "monthly")
    for (field, change) in [
      ("datum", { $0.datum = "" }), ("provider", { $0.provider = "" }),
      ("duty", { $0.duty = "" }), ("frequency", { $0.frequency = "" }),
    ] as [(String, (inout CatalogV1.DemandRecord) -> Void)] {
      let refused = await status {
        _ = try await catalog.list(CatalogCalls.officer, field) {
          var demand = whole
          change(&demand)
          $0.demand = demand
        }
      }
      #expect(refused?.trailers["weir-field"] == "record.demand.\(field)")
      #expect(refused?.trailers["weir-article"] == "hebi-2021/8.1b")
    }
    let made = try await catalog.list(CatalogCalls.officer, "d") { $0.demand = whole }
    #expect(made.state == .pending && made.demand == whole)
    #expect(made.confirmations.map(\.part) == ["city-authority"])
    // It has no effect before the city's authority has reviewed it: nobody else sees it.
    #expect(try await catalog.records("demand", CatalogCalls.health).isEmpty)
    let early = await status {
      _ = try await catalog.decide(made.name, .confirm, CatalogCalls.health)
    }
    #expect(early?.code == .notFound)
    let held = try await catalog.decide(made.name, .confirm, CatalogCalls.authority)
    #expect(held.state == .inForce && held.listVersion == 1)
    #expect(try await catalog.records("demand", CatalogCalls.health).map(\.name) == [made.name])
    // What meets it is told by its next version, which waits, too.
    let entry = try await catalog.entry("e", of: "police dept-officer", item: "登记日期")
    let matched = try await catalog.list(CatalogCalls.officer, "m", name: made.name) {
      $0.demand = whole
      $0.demand?.match = entry.name
    }
    #expect(matched.version == 2 && matched.state == .pending)
    #expect(try await catalog.records("demand", CatalogCalls.health).map(\.version) == [1])
    _ = try await catalog.decide(made.name, .confirm, CatalogCalls.authority)
    let all = try await catalog.records("demand", CatalogCalls.officer, endedToo: true)
    #expect(all.map(\.state) == [.replaced, .inForce])
    #expect(all.last?.demand?.match == entry.name)
  }

  @Test(
    "the catalogue waits for the city's review as the demand list does",
    .obligation("hebi-2021/8.2a"))
  func catalogueWaits() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    let draft = try await catalog.draft("d")
    _ = try await catalog.submit(draft.name, by: CatalogCalls.officer)
    let before = try await catalog.client.getLevelCatalogue(
      .init(), catalog.options(CatalogCalls.authority))
    #expect(before.version == 0 && before.entries.isEmpty)
    _ = try await catalog.approve(draft.name)
    let after = try await catalog.client.getLevelCatalogue(
      .init(), catalog.options(CatalogCalls.authority))
    #expect(after.version == 1 && after.entries.map(\.name) == [draft.name])
  }

  @Test(
    "a body's collection list says datum, ground and duty, counts its versions, and is exported whole",
    .obligation("meizhou-public-2023/11a"))
  func collections() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    for (field, record) in [
      ("basis", CatalogV1.CollectionRecord(datum: "火化日期", duty: "殡葬管理")),
      ("duty", .init(datum: "火化日期", basis: CatalogCalls.law)),
      ("datum", .init(basis: CatalogCalls.law, duty: "殡葬管理")),
    ] {
      let refused = await status {
        _ = try await catalog.list(CatalogCalls.officer, field) { $0.collection = record }
      }
      #expect(refused?.trailers["weir-field"] == "record.collection.\(field)")
      #expect(refused?.trailers["weir-article"] == "meizhou-public-2023/11a")
    }
    let whole = CatalogV1.CollectionRecord(datum: "火化日期", basis: CatalogCalls.law, duty: "殡葬管理")
    let first = try await catalog.list(CatalogCalls.officer, "1") { $0.collection = whole }
    #expect(first.state == .inForce && first.listVersion == 1)
    let second = try await catalog.list(CatalogCalls.officer, "2") {
      $0.collection = whole
      $0.collection?.datum = "骨灰去向"
    }
    #expect(second.listVersion == 2)
    let next = try await catalog.list(CatalogCalls.officer, "3", name: first.name) {
      $0.collection = whole
      $0.collection?.duty = "殡葬管理与统计"
    }
    #expect(next.version == 2 && next.listVersion == 3)
    _ = try await catalog.decide(second.name, .end, CatalogCalls.officer, reason: "职责调整")
    let list = try await catalog.client.listRecords(
      .init(kind: "collection", owner: "departments/civil-affairs"),
      catalog.options(CatalogCalls.health))
    #expect(list.listVersion == 4)
    #expect(list.records.map { $0.collection?.duty } == ["殡葬管理与统计"])
    // The export is the list as text, from which the same list is read.
    for record in list.records {
      let text = try record.json()
      #expect(try CatalogV1.Record(jsonBytes: Array(text.utf8), limits: .standard) == record)
      #expect(record.collection?.basis == CatalogCalls.law)
    }
    let foreign = await status {
      _ = try await catalog.decide(first.name, .end, CatalogCalls.health, reason: "x")
    }
    #expect(foreign?.trailers["weir-reason"] == "catalog.not_owner")
  }

  @Test(
    "a joint collection holds when every party has agreed, and the split says whose an item is",
    .obligation("hebi-2021/11.2b"))
  func jointCollections() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    func split(_ items: [String]) -> CatalogV1.JointCollectionRecord {
      .init(
        title: "出生死亡协同采集", category: "person.birth-death",
        parties: [
          .init(department: "departments/health", items: ["死亡日期"]),
          .init(department: "departments/police", items: items),
        ])
    }
    let empty = await status {
      _ = try await catalog.list(CatalogCalls.health, "e") { $0.jointCollection = split([]) }
    }
    #expect(empty?.trailers["weir-field"] == "record.joint_collection.parties.items")
    let made = try await catalog.list(CatalogCalls.health, "j") {
      $0.jointCollection = split(["注销日期"])
    }
    // Who wrote it has agreed; the other has not, and nothing follows from it yet.
    #expect(made.state == .pending)
    #expect(made.confirmations.map { $0.person.isEmpty } == [false, true])
    #expect(made.jointCollection?.parties.map(\.items) == [["死亡日期"], ["注销日期"]])
    let early = try await catalog.entry("early", of: CatalogCalls.health, item: "注销日期")
    _ = try await catalog.submit(early.name, by: CatalogCalls.health)
    let held = try await catalog.decide(made.name, .confirm, "police dept-head")
    #expect(held.state == .inForce)
    let late = try await catalog.entry("late", of: CatalogCalls.health, item: "注销日期 ")
    let refused = await status { _ = try await catalog.submit(late.name, by: CatalogCalls.health) }
    #expect(refused?.trailers["weir-reason"] == "catalog.claimed_by_other")
    #expect(refused?.message.contains("departments/police") == true)
    let own = try await catalog.entry("own", of: CatalogCalls.health, item: "死亡日期")
    #expect(try await catalog.submit(own.name, by: CatalogCalls.health).state == .submitted)
  }

  @Test(
    "who answers for a datum: authority and staffing office agree, on a legal reference (AC-16)",
    .obligation("meizhou-public-2023/5.i4", "meizhou-public-2023/3.i2"))
  func responsibilities() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let whole = CatalogV1.ResponsibilityRecord(
      datum: "死亡日期", category: "person.birth-death", department: "departments/health",
      basis: CatalogCalls.law)
    for (caller, record, reason) in [
      (CatalogCalls.officer, whole, "catalog.listing_not_yours"),
      (
        CatalogCalls.authority,
        .init(datum: "死亡日期", category: "", department: "departments/health"),
        "catalog.field_missing"
      ),
      (
        CatalogCalls.authority,
        .init(
          datum: "死亡日期", category: "", department: "departments/health",
          basis: .init(kind: .internalRule, title: "内部规定", article: "一")),
        "catalog.basis_incomplete"
      ),
    ] {
      let refused = await status {
        _ = try await catalog.list(caller, "x\(reason)") { $0.responsibility = record }
      }
      #expect(refused?.trailers["weir-reason"] == reason)
    }
    let made = try await catalog.list(CatalogCalls.authority, "r") { $0.responsibility = whole }
    #expect(made.state == .pending)
    #expect(made.confirmations.map(\.part) == ["authority", "staffing-office"])
    #expect(made.confirmations.map { $0.person.isEmpty } == [false, true])
    let alone = await status {
      _ = try await catalog.decide(made.name, .confirm, CatalogCalls.authority)
    }
    #expect(alone?.trailers["weir-reason"] == "catalog.listing_wrong_state")
    let held = try await catalog.decide(made.name, .confirm, CatalogCalls.staffing)
    #expect(held.state == .inForce)
    let found = try await catalog.records("responsibility", CatalogCalls.health)
    #expect(found.map { $0.responsibility?.department } == ["departments/health"])
    // Another holder of the datum is no source.
    let police = try await catalog.entry("p", of: "police dept-officer", item: "死亡日期")
    let refused = await status {
      _ = try await catalog.submit(police.name, by: "police dept-officer")
    }
    #expect(refused?.trailers["weir-reason"] == "catalog.claimed_by_other")
    let source = try await catalog.entry("h", of: CatalogCalls.health, item: "死亡日期")
    #expect(try await catalog.submit(source.name, by: CatalogCalls.health).state == .submitted)
  }

  @Test(
    "a moved datum leaves its former source in the step that approves the new one (AC-16)",
    .obligation("meizhou-public-2023/11b", "hebi-2021/10c"),
    arguments: ["meizhou-public-2023", "hebi-2021"])
  func transfer(_ key: String) async throws {
    let catalog = try await CatalogCalls(under: key)
    let police = "police dept-officer"
    let former = try await catalog.entry("former", of: police, item: "死亡日期")
    _ = try await catalog.submit(former.name, by: police)
    _ = try await catalog.approve(former.name)
    _ = try await catalog.client.publishEntry(
      .init(name: former.name, requestID: "p"), catalog.options(CatalogCalls.authority))
    let next = try await catalog.entry("next", of: CatalogCalls.health, item: "死亡日期")
    if key == "meizhou-public-2023" {
      let second = await status { _ = try await catalog.submit(next.name, by: CatalogCalls.health) }
      #expect(second?.trailers["weir-reason"] == "catalog.claimed_by_other")
      #expect(second?.message.contains("departments/police") == true)
    }
    let moved = try await catalog.list(CatalogCalls.authority, "r") {
      $0.responsibility = .init(
        datum: "死亡日期", category: "person.birth-death", department: "departments/health",
        basis: CatalogCalls.law)
    }
    _ = try await catalog.decide(moved.name, .confirm, CatalogCalls.staffing)
    if key == "hebi-2021" { try await leave(catalog, former) }
    _ = try await catalog.submit(next.name, by: CatalogCalls.health)
    func held(_ department: String) async throws -> [String] {
      try await catalog.client.listResponsibilities(
        .init(department: "departments/\(department)"), catalog.options(CatalogCalls.authority)
      ).items.map(\.title)
    }
    let before = try await catalog.client.getLevelCatalogue(
      .init(), catalog.options(CatalogCalls.authority)
    ).version
    #expect(try await held("police").contains("死亡日期"))
    #expect(try await held("health").isEmpty)
    _ = try await catalog.approve(next.name)
    #expect(try await held("police") == ["身份证号码", "姓名"])
    #expect(try await held("health") == ["身份证号码", "姓名", "死亡日期"])
    // In one step of the log: what was relieved stands beside the approval, before anything else.
    let topics = try await catalog.log().map(\.topic).suffix(2)
    #expect(Set(topics) == ["catalog.entry_approved", "catalog.entry_relieved"])
    let after = try await catalog.client.getLevelCatalogue(
      .init(), catalog.options(CatalogCalls.authority)
    ).version
    #expect(after == before + 2)
    let left = try await catalog.client.getEntry(
      .init(name: former.name + "/versions/2"), catalog.options(CatalogCalls.authority))
    #expect(left.state == .approved && left.items.map(\.title) == ["身份证号码", "姓名"])
    #expect(left.history.map(\.action) == ["relieved"])
    // It waits for nothing but a person's signed publication: no new secrecy review, no new filing.
    let shown = try await catalog.client.publishEntry(
      .init(name: former.name, requestID: "left"), catalog.options(CatalogCalls.authority))
    #expect(shown.version == 2 && shown.items.map(\.title) == ["身份证号码", "姓名"])
  }

  /// In Hebi a second collection of what is shared waits for the authority's leave.
  private func leave(_ catalog: CatalogCalls, _ entry: CatalogV1.Entry) async throws {
    _ = try await catalog.list(CatalogCalls.authority, "leave") {
      $0.duplicate = .init(
        department: "departments/health", datum: "死亡日期", entry: entry.name, reason: "来源变更")
    }
  }

  @Test(
    "meetings of the group with matters and decision are the bureau's to record",
    .obligation("luyi-2019/4.2"))
  func meetings() async throws {
    let catalog = try await CatalogCalls(under: "luyi-2019")
    let whole = CatalogV1.MeetingRecord(
      date: "2024-03-01", matters: ["核定主动共享事项"], decision: "同意")
    for caller in [CatalogCalls.officer, "data-bureau dept-officer", CatalogCalls.health] {
      let refused = await status {
        _ = try await catalog.list(caller, "m" + caller) { $0.meeting = whole }
      }
      #expect(refused?.trailers["weir-reason"] == "catalog.listing_not_yours")
      #expect(refused?.trailers["weir-article"] == "luyi-2019/4.2")
    }
    for (field, record) in [
      ("matters", CatalogV1.MeetingRecord(date: "2024-03-01", decision: "同意")),
      ("decision", .init(date: "2024-03-01", matters: ["核定"])),
    ] {
      let missing = await status {
        _ = try await catalog.list(CatalogCalls.authority, field) { $0.meeting = record }
      }
      #expect(missing?.trailers["weir-field"] == "record.meeting.\(field)")
    }
    let made = try await catalog.list(CatalogCalls.authority, "m") { $0.meeting = whole }
    #expect(made.state == .inForce && made.meeting == whole)
  }

  @Test(
    "a category for other hardship is added by an authority of a county or above alone (AC-21)",
    .obligation("meizhou-specific-2021/5.3d"))
  func categories() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-specific-2021")
    // In the trial's time.
    catalog.clock.pass(seconds: -730 * 86_400)
    func addition(_ slug: String) -> CatalogV1.CategoryRecord {
      .init(parent: "hardship.other", slug: slug, title: "因灾困难人员", basis: CatalogCalls.law)
    }
    func listed() async throws -> [String] {
      try await catalog.client.listCategories(
        .init(taxonomy: "specific-population", pageSize: 100),
        catalog.options(CatalogCalls.officer)
      ).categories.map(\.slug).filter { $0.hasPrefix("hardship.") }
    }
    // Seven categories, of which one has two children.
    let seed = try await listed()
    #expect(Set(seed.map { $0.split(separator: ".")[1].split(separator: "-")[0] }).count <= 8)
    #expect(seed.count == 8 && seed.contains("hardship.other"))
    for caller in [CatalogCalls.officer, "data-bureau dept-head", CatalogCalls.staffing] {
      let refused = await status {
        _ = try await catalog.list(caller, "c" + caller) {
          $0.category = addition("hardship.other.flood")
        }
      }
      #expect(refused?.code == .permissionDenied, "\(caller)")
    }
    for slug in ["hardship.flood", "hardship.other.", "hardship.other.Flood", "death.flood"] {
      let refused = await status {
        _ = try await catalog.list(CatalogCalls.authority, slug) { $0.category = addition(slug) }
      }
      #expect(refused?.trailers["weir-field"] == "record.category.slug", "\(slug)")
    }
    let drafted = await status {
      _ = try await catalog.draft("early") { $0.category = "hardship.other.flood" }
    }
    #expect(drafted != nil)
    for (caller, slug) in [
      (CatalogCalls.authority, "hardship.other.flood"),
      ("county-bureau authority", "hardship.other.fire"),
    ] {
      let made = try await catalog.list(caller, slug) { $0.category = addition(slug) }
      #expect(made.state == .inForce)
    }
    // A county's counts in the county.
    #expect(try await listed().count == 9)
    let entry = try await catalog.draft("e") { $0.category = "hardship.other.flood" }
    #expect(entry.resourceClass == "specific_population")
    let twice = await status {
      _ = try await catalog.list(CatalogCalls.authority, "again") {
        $0.category = addition("hardship.other.flood")
      }
    }
    #expect(twice?.trailers["weir-reason"] == "catalog.item_repeated")
  }
}
