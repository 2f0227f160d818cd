// Whose a datum is: whom a register binds, what its loser keeps, and what hides it.

import CatalogHandlers
import CatalogRules
import CatalogStore
import Contracts
import Database
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("Whom the registers bind (meizhou-public-2023/5.i4, hebi-2021/11.2b)")
struct WhoseDatumTests {
  private static let police = "police dept-officer"
  /// Anybody who issues certificates owns them.
  private static let category = "person.certificates"

  private func joint(
    _ catalog: CatalogCalls, _ id: String, _ first: String, _ second: String, items: [String]
  ) async throws -> CatalogV1.Record {
    let made = try await catalog.list("\(first) dept-officer", id) {
      $0.jointCollection = .init(
        title: id, category: Self.category,
        parties: [
          .init(department: "departments/\(first)", items: items),
          .init(department: "departments/\(second)", items: ["备注\(id)"]),
        ])
    }
    return try await catalog.decide(made.name, .confirm, "\(second) dept-head")
  }

  private func decided(
    _ catalog: CatalogCalls, _ id: String, datum: String = "死亡日期", for department: String,
    by authority: String = CatalogCalls.authority, with staffing: String = CatalogCalls.staffing
  ) async throws -> CatalogV1.Record {
    let made = try await catalog.list(authority, id) {
      $0.responsibility = .init(
        datum: datum, category: Self.category, department: "departments/\(department)",
        basis: CatalogCalls.law)
    }
    return try await catalog.decide(made.name, .confirm, staffing)
  }

  private func submits(
    _ catalog: CatalogCalls, _ id: String, _ caller: String, item: String = "死亡日期"
  ) async throws -> (name: String, status: Status?) {
    let made = try await catalog.entry(id, of: caller, item: item, category: Self.category)
    return (made.name, await status { _ = try await catalog.submit(made.name, by: caller) })
  }

  private func shown(
    _ catalog: CatalogCalls, _ id: String, _ caller: String, item: String = "死亡日期"
  ) async throws -> String {
    let (name, refused) = try await submits(catalog, id, caller, item: item)
    #expect(refused == nil)
    _ = try await catalog.approve(name)
    _ = try await catalog.client.publishEntry(
      .init(name: name, requestID: "p" + name), catalog.options(CatalogCalls.authority))
    return name
  }

  @Test("a joint collection binds its parties alone: a third one keeps what is its (11.2b)")
  func parties() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let third = try await shown(catalog, "third", CatalogCalls.officer)
    let made = try await joint(catalog, "j", "health", "police", items: ["死亡日期"])
    #expect(made.state == .inForce)
    // The parties' word makes no second source of a datum that a third one has.
    let taken = try await submits(catalog, "taken", CatalogCalls.health)
    #expect(taken.status?.trailers["weir-reason"] == "catalog.claimed_by_other")
    #expect(taken.status?.message.contains("departments/civil-affairs") == true)
    // And what follows from it follows for the other party.
    let other = try await submits(catalog, "other", Self.police)
    #expect(other.status?.message.contains("departments/health") == true)
    let again = try await catalog.client.updateEntry(
      .init(
        entry: CatalogCalls.entry {
          $0.name = third
          $0.title = "改"
          $0.category = Self.category
          $0.resourceClass = ""
          $0.items[2].title = "死亡日期"
        }, requestID: "u"), catalog.options(CatalogCalls.officer))
    #expect(try await catalog.submit(again.name, by: CatalogCalls.officer).state == .submitted)
  }

  @Test("a decision of authority and staffing office goes before what parties agree, in any order")
  func decisionWins() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    _ = try await joint(catalog, "j", "health", "police", items: ["死亡日期"])
    let first = try await decided(catalog, "r", for: "police")
    #expect(try await submits(catalog, "p", Self.police).status == nil)
    let lost = try await submits(catalog, "h", CatalogCalls.health)
    #expect(lost.status?.message.contains("departments/police") == true)
    // Nor is it agreed or decided otherwise afterwards: the first is named.
    for (id, body) in [
      (
        "record.joint_collection.parties.items",
        { _ = try await joint(catalog, "k", "health", "civil-affairs", items: ["死亡 日期"]) }
      ),
      ("record.responsibility.datum", { _ = try await decided(catalog, "s", for: "health") }),
    ] as [(String, () async throws -> Void)] {
      let refused = await status(body)
      #expect(refused?.trailers["weir-reason"] == "catalog.assigned_already", "\(id)")
      #expect(refused?.trailers["weir-field"] == id)
      #expect(refused?.message.contains(first.name) == true)
    }
    _ = try await catalog.decide(first.name, .end, CatalogCalls.authority, reason: "调整")
    #expect(try await decided(catalog, "t", for: "health").state == .inForce)
  }

  @Test("what an authority writes counts in its area: for no other county and not for its city")
  func regions() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    let county = "county-bureau authority"
    let made = try await decided(
      catalog, "r", for: "county-affairs", by: county, with: "county-affairs staffing-office")
    #expect(made.state == .inForce)
    // hebi-2021 has every entry in one list; the city's own departments are not bound by a county.
    #expect(try await submits(catalog, "city", CatalogCalls.health).status == nil)
    // What the city decides counts in its counties, until they decide for themselves.
    _ = try await decided(catalog, "c", datum: "死亡原因", for: "health")
    let bound = try await submits(
      catalog, "bound", "county-affairs dept-officer", item: "死亡原因")
    #expect(bound.status?.trailers["weir-reason"] == "catalog.claimed_by_other")
    let own = try await decided(
      catalog, "o", datum: "死亡原因", for: "county-affairs", by: county,
      with: "county-affairs staffing-office")
    #expect(own.state == .inForce)
    #expect(
      try await submits(catalog, "freed", "county-affairs dept-officer", item: "死亡原因").status
        == nil)
    _ = try await catalog.list(county, "g") {
      $0.standard = .init(
        kind: "guide", title: "县编制指南", number: "X-1", edition: "1",
        effectiveFrom: "2024-01-01", requiredFields: ["standard"])
    }
    let held = try await submits(
      catalog, "below", "county-affairs dept-officer", item: "出生日期")
    #expect(held.status?.trailers["weir-reason"] == "catalog.guide_not_met")
    #expect(
      try await submits(catalog, "above", CatalogCalls.health, item: "出生日期").status == nil)
  }

  @Test(
    "a category keeps its own slug in a revision and takes no other's; a county's is a county's (AC-21)"
  )
  func slugs() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-specific-2021")
    // In the trial's time.
    catalog.clock.pass(seconds: -730 * 86_400)
    func add(
      _ slug: String, _ id: String, name: String = "", by caller: String = CatalogCalls.authority
    ) async throws -> CatalogV1.Record {
      try await catalog.list(caller, id, name: name) {
        $0.category = .init(
          parent: "hardship.other", slug: slug, title: "因灾困难人员", basis: CatalogCalls.law)
      }
    }
    let flood = try await add("hardship.other.flood", "1")
    _ = try await add("hardship.other.fire", "2", by: "county-bureau authority")
    let fires = await status { _ = try await add("hardship.other.fire", "3", name: flood.name) }
    #expect(fires?.trailers["weir-reason"] == "catalog.item_repeated")
    #expect(try await add("hardship.other.flood", "4", name: flood.name).version == 2)
    for (caller, count) in [(CatalogCalls.officer, 1), ("county-affairs dept-officer", 2)] {
      let slugs = try await catalog.client.listCategories(
        .init(taxonomy: "specific-population", pageSize: 100), catalog.options(caller)
      ).categories.map(\.slug).filter { $0.hasPrefix("hardship.other.") }
      #expect(slugs.count == count, "\(slugs)")
    }
  }

  @Test("a datum is a datum whatever role its item is given (AC-16, meizhou-public-2023/11b)")
  func roles() throws {
    for (item, isIdentity) in [
      (Item(name: "a", title: "身份证号码", type: .personID, role: .subject), true),
      (Item(name: "a", title: "统一社会信用代码", type: .organisationID, role: .subject), true),
      (Item(name: "a", title: "姓名", type: .personName, role: .subjectName), true),
      (Item(name: "a", title: "单位名称", type: .text, role: .subjectName), true),
      (Item(name: "a", title: "护照号码", type: .otherDocumentID, role: .subject), true),
      (Item(name: "a", title: "婚姻状况", type: .text, role: .subjectName), false),
      (Item(name: "a", title: "婚姻状况", type: .otherDocumentID, role: .subject), false),
      (Item(name: "a", title: "姓名", type: .personName, role: .none), false),
    ] { #expect(item.isIdentity == isIdentity, "\(item)") }
    var content = try CatalogWorld.content()
    content.items[1].title = "婚姻状况"
    content.items[1].type = .text
    let other = try CatalogWorld.code("health")
    let said = refusal {
      _ = try CatalogWorld.check(content, claims: [ItemClaim(title: "婚姻状况", owner: other)])
    }
    #expect(said?.reason == "catalog.claimed_by_other")
  }

  @Test("and a claim by such an item is found by the next department, and so is what is shared")
  func claimsOfRoles() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let made = try await catalog.draft("d") {
      $0.category = Self.category
      $0.resourceClass = ""
      $0.items[1].title = "死亡原因"
      $0.items[1].type = .text
    }
    _ = try await catalog.publish(made.name, "p")
    let (claims, shared) = try await catalog.database.read {
      (
        try $0.itemClaims(category: Self.category, region: "441400", except: 0),
        try $0.sharedItems(category: Self.category, except: 0)
      )
    }
    #expect(claims.map(\.title) == ["死亡原因", "火化日期"])
    #expect(shared.map(\.title) == ["死亡原因", "火化日期"])
    let second = try await submits(catalog, "s", CatalogCalls.health, item: "死亡原因")
    #expect(second.status?.trailers["weir-reason"] == "catalog.claimed_by_other")
  }
}

@Suite("What the former source of a datum keeps (meizhou-public-2023/11b, hebi-2021/10c)")
struct ReliefTests {
  private static let police = "police dept-officer"

  /// A catalogue in which the police show a datum that is decided to be another's.
  private func world(
    _ change: @escaping (inout CatalogV1.Entry) -> Void = { _ in }
  ) async throws -> (CatalogCalls, String) {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let former = try await catalog.client.createEntry(
      .init(
        entry: CatalogCalls.entry {
          $0.category = "person.birth-death"
          $0.resourceClass = ""
          $0.items[2].title = "死亡日期"
          change(&$0)
        }, requestID: "f"), catalog.options(Self.police))
    _ = try await catalog.submit(former.name, by: Self.police)
    if former.items.contains(where: { $0.shareType == .notShared }) {
      _ = try await catalog.client.fileNotShared(
        .init(
          name: former.name, filing: .init(number: "备-1", date: "2024-03-01", reason: "依法"),
          requestID: "file"), catalog.options(CatalogCalls.authority))
    }
    _ = try await catalog.approve(former.name)
    _ = try await catalog.client.publishEntry(
      .init(name: former.name, requestID: "p"), catalog.options(CatalogCalls.authority))
    let moved = try await catalog.list(CatalogCalls.authority, "r") {
      $0.responsibility = .init(
        datum: "死亡日期", category: "person.birth-death", department: "departments/health",
        basis: CatalogCalls.law)
    }
    _ = try await catalog.decide(moved.name, .confirm, CatalogCalls.staffing)
    return (catalog, former.name)
  }

  private func winner(_ catalog: CatalogCalls) async throws -> CatalogV1.Entry {
    let next = try await catalog.entry("next", of: CatalogCalls.health, item: "死亡日期")
    _ = try await catalog.submit(next.name, by: CatalogCalls.health)
    return try await catalog.approve(next.name)
  }

  private func open(
    _ catalog: CatalogCalls, _ name: String, category: String, id: String = "open"
  ) async throws {
    _ = try await catalog.client.updateEntry(
      .init(
        entry: CatalogCalls.entry {
          $0.name = name
          $0.title = "开着的草稿"
          $0.category = category
          $0.resourceClass = ""
          $0.items[2].title = "死亡日期"
        }, requestID: id), catalog.options(Self.police))
  }

  private func version(
    _ catalog: CatalogCalls, _ name: String, _ number: Int
  ) async throws -> CatalogV1.Entry {
    try await catalog.client.getEntry(
      .init(name: "\(name)/versions/\(number)"), catalog.options(Self.police))
  }

  @Test(
    "a draft left open neither keeps the datum nor blocks who has it now",
    arguments: ["person.birth-death", "person.household"])
  func openDraft(_ category: String) async throws {
    let (catalog, former) = try await world()
    try await open(catalog, former, category: category)
    #expect(try await winner(catalog).state == .approved)
    // What is left is ready for its publication; the draft is closed and can be read.
    let left = try await version(catalog, former, 3)
    #expect(left.state == .approved && left.items.map(\.title) == ["身份证号码", "姓名"])
    let draft = try await version(catalog, former, 2)
    #expect(draft.state == .superseded && draft.title == "开着的草稿")
    let shown = try await catalog.client.publishEntry(
      .init(name: former, requestID: "left"), catalog.options(CatalogCalls.authority))
    #expect(shown.version == 3)
    // The source goes on from there.
    try await open(catalog, former, category: category, id: "anew")
    #expect(try await version(catalog, former, 4).state == .draft)
  }

  @Test("what is left stands as it was approved: looked through, filed, on its days")
  func asApproved() async throws {
    let (catalog, former) = try await world {
      $0.items.append(
        CatalogV1.Item(
          name: "cause", title: "死亡原因", type: .text, shareType: .notShared,
          bases: [CatalogCalls.law], conditions: "依法不予共享"))
      $0.bases = [CatalogCalls.law]
    }
    _ = try await winner(catalog)
    let number = try #require(try await catalog.database.read { try $0.entryStanding(1) })
    #expect(number.newestVersion == 2 && "entries/E-1" == former)
    let (before, after) = try await catalog.database.read {
      (try #require(try $0.entryVersion(1, 1)), try #require(try $0.entryVersion(1, 2)))
    }
    #expect(before.secrecyReview != nil && after.secrecyReview == before.secrecyReview)
    #expect(before.filing != nil && after.filing == before.filing)
    #expect(before.submitted != nil && after.submitted == before.submitted)
    #expect(!before.approvedBy.isEmpty && after.approvedBy == before.approvedBy)
    #expect(after.state == .approved)
    let shown = try await catalog.client.publishEntry(
      .init(name: former, requestID: "left"), catalog.options(CatalogCalls.authority))
    #expect(shown.state == .published && shown.items.map(\.title).contains("死亡原因"))
  }

  @Test("of an entry that loses everything nothing is shown any more")
  func emptied() async throws {
    let (catalog, former) = try await world {
      $0.items = [
        CatalogV1.Item(name: "died", title: "死亡日期", type: .date, role: .eventDate, required: true)
      ]
    }
    _ = try await winner(catalog)
    #expect(try await version(catalog, former, 1).state == .withdrawn)
    let lines = try await catalog.client.getLevelCatalogue(
      .init(), catalog.options(CatalogCalls.authority)
    ).entries.map(\.name)
    #expect(!lines.contains(former) && lines.count == 1)
  }

  @Test("a version in flight when a published one is withdrawn goes back: it does not undo it")
  func withdrawn() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let entry = try await catalog.draft("d")
    _ = try await catalog.publish(entry.name, "p")
    _ = try await catalog.client.updateEntry(
      .init(
        entry: CatalogCalls.entry {
          $0.name = entry.name
          $0.summary = "改"
        }, requestID: "u"), catalog.options(CatalogCalls.officer))
    _ = try await catalog.submit(entry.name, by: CatalogCalls.officer)
    _ = try await catalog.approve(entry.name, version: 2)
    for caller in ["civil-affairs dept-head", CatalogCalls.authority] {
      _ = try await catalog.client.withdrawEntry(
        .init(
          name: entry.name, reason: "职能划转", basis: CatalogCalls.law, requestID: "w" + caller),
        catalog.options(caller))
    }
    func lines() async throws -> [Int32] {
      try await catalog.client.getLevelCatalogue(
        .init(), catalog.options(CatalogCalls.authority)
      ).entries.map(\.version)
    }
    #expect(try await lines().isEmpty)
    let undone = await status {
      _ = try await catalog.client.publishEntry(
        .init(name: entry.name, requestID: "q"), catalog.options(CatalogCalls.authority))
    }
    #expect(undone?.trailers["weir-reason"] == "catalog.wrong_state")
    // Handed in and approved anew it is in the catalogue again.
    _ = try await catalog.publish(entry.name, "r")
    #expect(try await lines() == [2])
  }
}
