// The access rules of the catalogue (policies f.2), each through the handler: one call that it lets through, one that it does not.

import CatalogRules
import Contracts
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("The catalogue's access rules hold at its door (policies f.2)")
struct AccessRuleTests {
  private func reason(_ body: () async throws -> Void) async -> String? {
    await status(body)?.trailers["weir-reason"]
  }

  private func create(
    _ catalog: CatalogCalls, by caller: String, owner: String = "", id: String = "c",
    _ change: (inout CatalogV1.Entry) -> Void = { _ in }
  ) async throws -> String {
    try await catalog.client.createEntry(
      .init(
        entry: CatalogCalls.entry {
          $0.owner = owner
          change(&$0)
        }, requestID: id), catalog.options(caller)
    ).name
  }

  private func submit(_ catalog: CatalogCalls, _ name: String, by caller: String) async throws {
    _ = try await catalog.client.submitEntry(
      .init(name: name, requestID: "s \(caller)"), catalog.options(caller))
  }

  private func approve(_ catalog: CatalogCalls, _ name: String, by caller: String) async throws {
    _ = try await catalog.client.reviewEntry(
      .init(name: name, decision: .approve, requestID: "r \(caller)", secrecyPassed: true),
      catalog.options(caller))
  }

  @Test(
    "AC-10 the owner drafts, edits and submits; the authority reviews and authors nothing",
    .obligation("meizhou-public-2023/6.i2", "meizhou-public-2023/7.1b"))
  func authors() async throws {
    let catalog = try await CatalogCalls()
    let bureau = "data-bureau dept-officer authority"
    #expect(
      await reason {
        _ = try await create(catalog, by: bureau, owner: "departments/civil-affairs")
      } == "catalog.outside_jurisdiction")
    let name = try await create(catalog, by: CatalogCalls.officer)
    var entry = try await catalog.client.getEntry(
      .init(name: name), catalog.options(CatalogCalls.officer))
    entry.title = "火化登记"
    let changed = entry
    func edit(_ caller: String) async throws {
      _ = try await catalog.client.updateEntry(
        .init(entry: changed, requestID: "u \(caller)"), catalog.options(caller))
    }
    #expect(await reason { try await edit(bureau) } == "catalog.not_owner")
    #expect(await reason { try await submit(catalog, name, by: bureau) } == "catalog.not_owner")
    try await edit(CatalogCalls.officer)
    try await submit(catalog, name, by: CatalogCalls.officer)
    try await approve(catalog, name, by: bureau)
  }

  @Test(
    "AC-11 the authority of the owner's level and region approves, in Hebi the city's; nobody his own",
    .obligation("meizhou-public-2023/7.1b"),
    arguments: [
      ("meizhou-public-2023", "county-bureau authority", "data-bureau authority"),
      ("hebi-2021", "data-bureau authority", "county-bureau authority"),
    ])
  func approvers(_ key: String, _ right: String, _ wrong: String) async throws {
    let catalog = try await CatalogCalls(under: key)
    let name = try await create(catalog, by: "county-affairs dept-officer")
    try await submit(catalog, name, by: "county-affairs dept-officer")
    #expect(
      await reason { try await approve(catalog, name, by: wrong) } == "catalog.not_reviewer")
    #expect(
      await reason { try await approve(catalog, name, by: "county-affairs authority") }
        == "catalog.own_review")
    try await approve(catalog, name, by: right)
  }

  @Test(
    "AC-12 city and county sources write under their own name alone (meizhou-specific-2021/7)",
    .obligation("meizhou-public-2023/6.i2"))
  func scopes() async throws {
    let catalog = try await CatalogCalls()
    let (city, county) = ("civil-affairs dept-officer", "county-affairs dept-officer")
    for (caller, other) in [(city, "county-affairs"), (county, "civil-affairs")] {
      #expect(
        await reason {
          _ = try await create(catalog, by: caller, owner: "departments/\(other)")
        } == "catalog.outside_jurisdiction")
    }
    // Each has the register of its own level: another region, so no second source.
    for (caller, own) in [(city, "civil-affairs"), (county, "county-affairs")] {
      let name = try await create(catalog, by: caller, owner: "departments/\(own)")
      try await submit(catalog, name, by: caller)
    }
  }

  @Test(
    "AC-13 handed in, a version is for owner and reviewer alone until it is published",
    .obligation("meizhou-public-2023/7.1b"))
  func unapproved() async throws {
    let catalog = try await CatalogCalls()
    let name = try await create(catalog, by: CatalogCalls.officer)
    func sees(_ caller: String) async -> Bool {
      await status {
        _ = try await catalog.client.getEntry(.init(name: name), catalog.options(caller))
      } == nil
    }
    let stranger = "health dept-officer"
    #expect(await sees(CatalogCalls.officer))
    #expect(await !sees(CatalogCalls.authority))
    try await submit(catalog, name, by: CatalogCalls.officer)
    #expect(await sees(CatalogCalls.authority))
    #expect(await !sees(stranger))
    try await approve(catalog, name, by: CatalogCalls.authority)
    _ = try await catalog.client.publishEntry(
      .init(name: name, requestID: "p"), catalog.options(CatalogCalls.authority))
    #expect(await sees(stranger))
  }

  @Test("AC-15 a category that the text assigns is its listed bodies' alone")
  func categories() async throws {
    let catalog = try await CatalogCalls()
    func household(_ caller: String) async throws {
      let name = try await create(catalog, by: caller, id: caller) {
        $0.category = "person.household"
        $0.resourceClass = ""
      }
      try await submit(catalog, name, by: caller)
    }
    #expect(
      await reason { try await household("civil-affairs dept-officer") }
        == "catalog.category_not_yours")
    try await household("police dept-officer")
  }

  @Test("AC-16 a datum has one source in its region; a second claim is refused")
  func oneSource() async throws {
    let catalog = try await CatalogCalls { department in
      if department.name == "departments/health" { department.kinds = ["民政"] }
    }
    let first = try await create(catalog, by: CatalogCalls.officer)
    try await submit(catalog, first, by: CatalogCalls.officer)
    let second = try await create(catalog, by: "health dept-officer")
    #expect(
      await reason { try await submit(catalog, second, by: "health dept-officer") }
        == "catalog.claimed_by_other")
    let elsewhere = try await create(catalog, by: "county-affairs dept-officer")
    try await submit(catalog, elsewhere, by: "county-affairs dept-officer")
  }

  @Test(
    "AC-17 nobody makes base data other than unconditional in Hebi (hebi-2021/14.2)",
    .obligation("hebi-2021/14.2"))
  func baseData() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    func submitted(_ id: String, _ type: CatalogV1.ShareType) async throws {
      let caller = "civil-affairs/\(id) dept-officer"
      let name = try await create(catalog, by: caller, id: id) {
        $0.category = "person.marriage-adoption"
        $0.resourceClass = ""
        $0.shareType = type
        $0.bases = [.init(kind: .law, title: "民法典", article: "一千零三十二")]
        $0.conditions = "仅限核对"
      }
      try await submit(catalog, name, by: caller)
    }
    #expect(
      await reason { try await submitted("aa", .conditional) } == "catalog.base_data_locked")
    try await submitted("bb", .unconditional)
  }

  @Test("AC-18 a state secret is neither registered nor written into what is registered")
  func stateSecrets() async throws {
    let catalog = try await CatalogCalls()
    #expect(
      await reason {
        _ = try await create(catalog, by: CatalogCalls.officer) { $0.secrecy = .stateSecret }
      } == "catalog.state_secret")
    let name = try await create(catalog, by: CatalogCalls.officer)
    var entry = try await catalog.client.getEntry(
      .init(name: name), catalog.options(CatalogCalls.officer))
    entry.secrecy = .stateSecret
    let secret = entry
    #expect(
      await reason {
        _ = try await catalog.client.updateEntry(
          .init(entry: secret, requestID: "u"), catalog.options(CatalogCalls.officer))
      } == "catalog.state_secret")
    try await submit(catalog, name, by: CatalogCalls.officer)
  }

  @Test("AC-20 that something is not shared is for all bodies to see, why for the authority")
  func notShared() async throws {
    let catalog = try await CatalogCalls()
    let name = try await create(catalog, by: CatalogCalls.officer) {
      $0.shareType = .notShared
      $0.bases = [.init(kind: .law, title: "民法典", article: "一千零三十二")]
    }
    try await submit(catalog, name, by: CatalogCalls.officer)
    let authority = catalog.options(CatalogCalls.authority)
    _ = try await catalog.client.fileNotShared(
      .init(
        name: name, filing: .init(number: "1", date: "2024-03-04", reason: "涉及隐私"),
        requestID: "f"), authority)
    try await approve(catalog, name, by: CatalogCalls.authority)
    _ = try await catalog.client.publishEntry(.init(name: name, requestID: "p"), authority)
    func seen(_ caller: String) async throws -> CatalogV1.Entry {
      try await catalog.client.getEntry(.init(name: name), catalog.options(caller))
    }
    let stranger = try await seen("health dept-officer")
    #expect(stranger.title == "火化记录" && stranger.shareType == .notShared)
    #expect(stranger.filing == nil)
    #expect(try await seen(CatalogCalls.authority).filing?.reason == "涉及隐私")
  }

  @Test("AC-21 only a county or higher authority's decision adds another hardship")
  func hardship() async throws {
    let catalog = try await CatalogCalls()
    func submitted(_ id: String, _ basis: CommonV1.Basis?) async throws {
      let caller = "civil-affairs/\(id) dept-officer"
      let name = try await create(catalog, by: caller, id: id) {
        $0.category = "hardship.other"
        $0.acquisitionBasis = basis
      }
      try await submit(catalog, name, by: caller)
    }
    #expect(await reason { try await submitted("aa", nil) } == "catalog.field_missing")
    try await submitted(
      "bb", .init(kind: .rule, title: "梅州市人民政府关于困难群体认定的决定", article: "第二条"))
  }

  @Test("a returned version is a draft again before it is handed in once more (e.1)")
  func returned() async throws {
    let catalog = try await CatalogCalls()
    let name = try await create(catalog, by: CatalogCalls.officer)
    try await submit(catalog, name, by: CatalogCalls.officer)
    _ = try await catalog.client.reviewEntry(
      .init(name: name, decision: .return, reason: "缺项", requestID: "r"),
      catalog.options(CatalogCalls.authority))
    let again = try await catalog.client.submitEntry(
      .init(name: name, requestID: "s2"), catalog.options(CatalogCalls.officer))
    #expect(
      again.history.map { "\($0.fromState) \($0.toState)" } == [
        "draft submitted", "submitted returned", "returned draft", "draft submitted",
      ])
  }
}

@Suite("A changed calendar moves open clocks and alters no past overdue fact (AC-94)")
struct ReviewFactTests {
  @Test(
    "AC-94 decided late stays decided late; what is open has its new day",
    arguments: Backend.allCases)
  func calendars(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend)
    let officer = catalog.options(CatalogCalls.officer)
    var names: [String] = []
    for title in ["一", "二"] {
      let name = try await catalog.draft("d\(title)") { $0.items[2].title = "日期\(title)" }.name
      _ = try await catalog.client.submitEntry(
        .init(name: name, requestID: "s\(title)"), officer)
      names.append(name)
    }
    // Submitted on Monday the 4th, due on the 11th, decided on the 12th.
    catalog.clock.pass(milliseconds: 8 * 86_400_000)
    _ = try await catalog.client.reviewEntry(
      .init(name: names[0], decision: .approve, requestID: "r", secrecyPassed: true),
      catalog.options(CatalogCalls.authority))
    let changed = CatalogCalls.client(
      of: try catalog.restarted(on: try changedCalendar(closedOn: "2024-03-06")))
    func clock(_ client: CatalogV1.CatalogClient, _ name: String) async throws -> String {
      let due = try await client.getEntry(.init(name: name), officer).reviewDue
      return "\(due?.date ?? "-") \(due?.overdueDays ?? -1)"
    }
    for client in [catalog.client, changed] {
      #expect(try await clock(client, names[0]) == "2024-03-11 1")
    }
    #expect(try await clock(catalog.client, names[1]) == "2024-03-11 1")
    #expect(try await clock(changed, names[1]) == "2024-03-12 0")
    // Handed in again after a return, the clock is a new one.
    _ = try await catalog.client.reviewEntry(
      .init(name: names[1], decision: .return, reason: "缺项", requestID: "r2"),
      catalog.options(CatalogCalls.authority))
    #expect(try await clock(changed, names[1]) == "2024-03-11 1")
    _ = try await catalog.client.submitEntry(.init(name: names[1], requestID: "s3"), officer)
    #expect(try await clock(changed, names[1]) == "2024-03-19 0")
  }
}
