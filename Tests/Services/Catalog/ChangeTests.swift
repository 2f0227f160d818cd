// Law or function changes, and an entry must follow: registered, worked on, fulfilled, void; the clock from the change itself.

import CatalogRules
import Contracts
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite(
  "An entry follows a change of law or function in time (policies e.2; meizhou-public-2023/8a, hebi-2021/10a)"
)
struct ChangeCallTests {
  private func reason(_ body: () async throws -> Void) async -> String? {
    await status(body)?.trailers["weir-reason"]
  }

  private func register(
    _ catalog: CatalogCalls, _ entry: String, on date: String = "2024-03-04",
    by caller: String = CatalogCalls.officer, what: String = "社区矫正法修订", id: String = "change"
  ) async throws -> CatalogV1.Change {
    try await catalog.client.registerChange(
      .init(entry: entry, kind: .law, date: date, description: what, requestID: id),
      catalog.options(caller))
  }

  private func change(
    _ catalog: CatalogCalls, by caller: String = CatalogCalls.officer
  ) async throws -> CatalogV1.Change? {
    try await catalog.client.listChanges(.init(endedToo: true), catalog.options(caller)).changes
      .first
  }

  private func published(_ catalog: CatalogCalls) async throws -> String {
    let name = try await catalog.draft("d") {
      for index in $0.items.indices { $0.items[index].standard = "GB/T 2261" }
    }.name
    return try await catalog.publish(name, "p").name
  }

  /// Opens the next version of an entry.
  private func edit(
    _ catalog: CatalogCalls, _ name: String, id: String = "edit"
  ) async throws {
    var entry = try await catalog.client.getEntry(
      .init(name: name), catalog.options(CatalogCalls.officer))
    entry.summary = "依修订后的法律更新"
    _ = try await catalog.client.updateEntry(
      .init(entry: entry, requestID: id), catalog.options(CatalogCalls.officer))
  }

  private func submit(_ catalog: CatalogCalls, _ name: String) async throws {
    _ = try await catalog.client.submitEntry(
      .init(name: name, requestID: "again"), catalog.options(CatalogCalls.officer))
  }

  @Test(
    "registered, in progress with the source's work, fulfilled as far as the profile asks",
    .obligation("meizhou-public-2023/8a", "hebi-2021/10a"),
    arguments: [("meizhou-public-2023", true), ("hebi-2021", true), ("guangdong-2018", false)],
    Backend.allCases)
  func life(_ profile: (key: String, isSubmissionEnough: Bool), _ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend, under: profile.key)
    let officer = catalog.options(CatalogCalls.officer)
    let name = try await catalog.draft("d").name
    try await submit(catalog, name)
    if profile.key != "guangdong-2018" {
      _ = try await catalog.client.reviewEntry(
        .init(name: name, decision: .approve, requestID: "r", secrecyPassed: true),
        catalog.options(CatalogCalls.authority))
    }
    let publisher =
      profile.key == "guangdong-2018"
      ? catalog.options("civil-affairs dept-head") : catalog.options(CatalogCalls.authority)
    _ = try await catalog.client.publishEntry(.init(name: name, requestID: "p"), publisher)
    let made = try await register(catalog, name)
    #expect(made.name == "\(name)/changes/1" && made.state == .registered && made.receipt != nil)
    // A step that is no update fulfils nothing.
    _ = try await catalog.client.mountEntry(
      .init(
        name: name, sourceSystem: "departments/civil-affairs/systems/registers", requestID: "m"),
      officer)
    #expect(try await change(catalog)?.state == .registered)
    try await edit(catalog, name)
    let open = try #require(try await change(catalog))
    #expect(open.state == .inProgress && open.version == 2)
    _ = try await catalog.client.submitEntry(.init(name: name, requestID: "s2"), officer)
    #expect(
      try await change(catalog)?.state == (profile.isSubmissionEnough ? .fulfilled : .inProgress))
    if !profile.isSubmissionEnough {
      _ = try await catalog.client.publishEntry(.init(name: name, requestID: "p2"), publisher)
    }
    let ended = try #require(try await change(catalog))
    #expect(ended.state == .fulfilled)
    #expect(
      ended.history.map(\.toState) == ["registered", "in_progress", "fulfilled"])
    #expect(
      try await catalog.client.listChanges(.init(), officer).changes.isEmpty)
    #expect(
      try await catalog.log().map(\.topic).filter { $0.contains("change_") } == [
        "catalog.change_registered", "catalog.change_in_progress", "catalog.change_fulfilled",
      ])
  }

  @Test(
    "the clock counts from the change, over a holiday; late is told, to the authority too, and stays told",
    .obligation("meizhou-public-2023/8a", "hebi-2021/10a"),
    arguments: [
      // 清明节 from 4 to 6 April, the 7th is worked.
      ("meizhou-public-2023", "2024-03-22", "meizhou-public-2023/8a"),
      ("hebi-2021", "2024-03-15", "hebi-2021/10a"),
    ])
  func clock(_ key: String, _ due: String, _ article: String) async throws {
    let catalog = try await CatalogCalls(under: key)
    let name = try await published(catalog)
    // Registered on Monday the 4th for the Friday before.
    let made = try await register(catalog, name, on: "2024-03-01")
    #expect(made.due?.date == due && made.due?.article == article)
    func duties(_ caller: String) async throws -> [String] {
      try await catalog.client.listDuties(.init(), catalog.options(caller)).duties
        .map { "\($0.action) \($0.due?.overdueDays ?? 0)" }
    }
    #expect(try await duties(CatalogCalls.officer) == ["follow-change 0"])
    #expect(try await duties(CatalogCalls.authority).isEmpty)
    let last = try #require(CivilDate(iso: due))
    let days = Int64(last.daysSince(try #require(CivilDate(iso: "2024-03-04"))))
    catalog.clock.pass(milliseconds: days * 86_400_000)
    #expect(try await duties(CatalogCalls.officer) == ["follow-change 0"])
    catalog.clock.pass(milliseconds: 3 * 86_400_000)
    #expect(try await duties(CatalogCalls.officer) == ["follow-change 1"])
    #expect(try await duties(CatalogCalls.authority) == ["urge-change 1"])
    try await edit(catalog, name)
    try await submit(catalog, name)
    catalog.clock.pass(milliseconds: 30 * 86_400_000)
    let ended = try await change(catalog)
    #expect(ended?.state == .fulfilled && ended?.due?.overdueDays == 1)
    #expect(try await duties(CatalogCalls.officer).isEmpty)
  }

  @Test(
    "what was handed in before, or says the same, follows no change; what is sent back, no more")
  func notFollowed() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let officer = catalog.options(CatalogCalls.officer)
    let name = try await published(catalog)
    try await edit(catalog, name)
    try await submit(catalog, name)
    catalog.clock.pass(milliseconds: 1000)
    _ = try await register(catalog, name)
    // Handed in a second before: its approval fulfils nothing.
    func review(_ decision: CatalogV1.ReviewEntryRequest.Decision, _ id: String) async throws {
      _ = try await catalog.client.reviewEntry(
        .init(
          name: name, decision: decision, reason: "补充依据", requestID: id,
          secrecyPassed: decision == .approve), catalog.options(CatalogCalls.authority))
    }
    try await review(.return, "r1")
    _ = try await catalog.client.submitEntry(.init(name: name, requestID: "s2"), officer)
    #expect(try await change(catalog)?.state == .fulfilled)
    // Sent back, it is handed in no more: the clock goes on from the change itself.
    try await review(.return, "r2")
    let open = try #require(try await change(catalog))
    #expect(open.state == .inProgress)
    catalog.clock.pass(milliseconds: 30 * 86_400_000)
    #expect((try await change(catalog)?.due?.overdueDays ?? 0) > 0)
    _ = try await catalog.client.submitEntry(.init(name: name, requestID: "s3"), officer)
    let ended = try #require(try await change(catalog))
    #expect(ended.state == .fulfilled && (ended.due?.overdueDays ?? 0) > 0)
  }

  @Test("a change that was registered after the handing-in, and an unchanged copy, wait on")
  func waits() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    let officer = catalog.options(CatalogCalls.officer)
    let name = try await published(catalog)
    try await edit(catalog, name)
    try await submit(catalog, name)
    catalog.clock.pass(milliseconds: 1000)
    _ = try await register(catalog, name)
    _ = try await catalog.client.reviewEntry(
      .init(name: name, decision: .approve, requestID: "r", secrecyPassed: true),
      catalog.options(CatalogCalls.authority))
    _ = try await catalog.client.publishEntry(
      .init(name: name, requestID: "p3"), catalog.options(CatalogCalls.authority))
    #expect(try await change(catalog)?.state == .registered)
    // The same once more.
    try await edit(catalog, name, id: "copy")
    _ = try await catalog.client.submitEntry(.init(name: name, requestID: "s4"), officer)
    #expect(try await change(catalog)?.state == .inProgress)
  }

  @Test("what is registered late is overdue at once; a day to come is no change")
  func late() async throws {
    let catalog = try await CatalogCalls()
    let name = try await published(catalog)
    let said = await status { _ = try await register(catalog, name, on: "2024-03-05") }
    #expect(said?.trailers["weir-field"] == "date")
    let made = try await register(catalog, name, on: "2024-01-02")
    #expect((made.due?.overdueDays ?? 0) > 0)
  }

  @Test("source and authority register; only the authority declares void, with a reason")
  func parties() async throws {
    let catalog = try await CatalogCalls()
    let name = try await published(catalog)
    #expect(
      await reason { _ = try await register(catalog, name, by: "health dept-officer") }
        == "catalog.not_owner")
    #expect(
      await reason { _ = try await register(catalog, name, what: "") } == "catalog.field_missing")
    #expect(
      await reason { _ = try await register(catalog, name, what: "441402199003070011") }
        == "catalog.identity_number_in_text")
    let made = try await register(catalog, name, by: CatalogCalls.authority)
    #expect(try await change(catalog)?.name == made.name)
    #expect(try await change(catalog, by: "health dept-officer") == nil)
    func void(_ why: String, by caller: String, id: String) async throws -> CatalogV1.Change {
      try await catalog.client.voidChange(
        .init(name: made.name, reason: why, requestID: id), catalog.options(caller))
    }
    let own = "civil-affairs dept-head authority"
    #expect(await reason { _ = try await void("无关", by: own, id: "a") } == "catalog.own_review")
    #expect(
      await reason { _ = try await void("", by: CatalogCalls.authority, id: "b") }
        == "catalog.reason_missing")
    let ended = try await void("与本目录无关", by: CatalogCalls.authority, id: "c")
    #expect(ended.state == .void && ended.history.last?.reason == "与本目录无关")
    #expect(try await void("与本目录无关", by: CatalogCalls.authority, id: "c") == ended)
    #expect(
      await reason { _ = try await void("再次", by: CatalogCalls.authority, id: "d") }
        == "catalog.wrong_state")
    let unknown = await status {
      _ = try await catalog.client.voidChange(
        .init(name: "\(name)/changes/9", reason: "x", requestID: "e"),
        catalog.options(CatalogCalls.authority))
    }
    #expect(unknown?.code == .notFound)
  }

  @Test("with the entry's withdrawal what it had to follow is void; nothing is registered after")
  func withdrawn() async throws {
    let catalog = try await CatalogCalls()
    let name = try await published(catalog)
    _ = try await register(catalog, name)
    _ = try await catalog.client.withdrawEntry(
      .init(
        name: name, reason: "职能划转",
        basis: .init(kind: .law, title: "民法典", article: "一千零三十二"), requestID: "w"),
      catalog.options("civil-affairs dept-head"))
    #expect(try await change(catalog)?.state == .registered)
    _ = try await catalog.client.withdrawEntry(
      .init(name: name, requestID: "w2"), catalog.options(CatalogCalls.authority))
    #expect(try await change(catalog)?.state == .void)
    #expect(
      await reason { _ = try await register(catalog, name, id: "again") } == "catalog.wrong_state")
  }

  @Test("pages of duties hold versions and changes, each once", arguments: Backend.allCases)
  func pages(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend)
    let name = try await published(catalog)
    for number in 1...3 { _ = try await register(catalog, name, id: "c\(number)") }
    let returned = try await catalog.draft("d2") { $0.items[2].title = "日期" }.name
    try await submit(catalog, returned)
    _ = try await catalog.client.reviewEntry(
      .init(name: returned, decision: .return, reason: "缺项", requestID: "r"),
      catalog.options(CatalogCalls.authority))
    let all = ["\(returned)"] + (1...3).map { "\(name)/changes/\($0)" }
    for size: Int32 in [1, 2, 3, 4, 50] {
      var found: [String] = []
      var token = ""
      repeat {
        let page = try await catalog.client.listDuties(
          .init(pageSize: size, pageToken: token), catalog.options(CatalogCalls.officer))
        #expect(page.duties.count <= size)
        found += page.duties.map(\.resource)
        token = page.nextPageToken
      } while !token.isEmpty
      #expect(found == all, "\(size)")
    }
  }
}
