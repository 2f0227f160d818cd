// Whose turn a version is, by when, and who sees it meanwhile.

import CatalogRules
import CatalogStore
import Contracts
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("A version waits for one who must act (policies e.1)")
struct AwaitedStepTests {
  private func awaited(
    _ state: EntryState, under key: String, _ change: (inout EntryVersion) throws -> Void = { _ in }
  ) throws -> AwaitedStep? {
    var version = try CatalogWorld.version(try CatalogWorld.content(), state: state, under: key)
    try change(&version)
    return version.awaitedStep(under: try CatalogWorld.profile(key))
  }

  @Test(
    "in each state, under each profile",
    arguments: [
      ("meizhou-public-2023", Reviewer.sameLevelAuthority, Reviewer.sameLevelAuthority),
      ("hebi-2021", .cityAuthority, .cityAuthority),
      ("luyi-2019", .populationBaseAdministrator, .bigDataBureau),
    ])
  func reviewed(_ key: String, _ first: Reviewer, _ last: Reviewer) throws {
    #expect(
      try awaited(.returned, under: key) == AwaitedStep(action: .revise, by: .sourceDepartment))
    #expect(try awaited(.submitted, under: key) == AwaitedStep(action: .review, by: first))
    #expect(try awaited(.approved, under: key) == AwaitedStep(action: .publish, by: last))
    let withdrawal = Withdrawal(
      reason: "职能划转", basis: CatalogWorld.basis, person: "departments/d/persons/p",
      time: CatalogWorld.noon)
    #expect(
      try awaited(.published, under: key) { $0.withdrawal = withdrawal }
        == AwaitedStep(action: .consent, by: last))
    for state in [EntryState.draft, .published, .superseded, .withdrawn] {
      #expect(try awaited(state, under: key) == nil, "\(state)")
    }
  }

  @Test("after the administrator it is the bureau's turn (luyi-2019/9)")
  func secondReviewer() throws {
    #expect(
      try awaited(.submitted, under: "luyi-2019") {
        $0.approvedBy = [.populationBaseAdministrator]
      } == AwaitedStep(action: .review, by: .bigDataBureau))
  }

  @Test(
    "approved: first the secrecy review, then the filing, then publication (meizhou-public-2023)")
  func approved() throws {
    let key = "meizhou-public-2023"
    func step(secrecy: Bool, filing: Bool) throws -> AwaitedAction? {
      try awaited(.approved, under: key) { version in
        version.content.shareType = .notShared
        if !secrecy { version.secrecyReview = nil }
        if filing {
          version.filing = Filing(
            number: "1", date: CivilDate(dayNumber: 19_000), reason: "涉及隐私")
        }
      }?.action
    }
    #expect(try step(secrecy: false, filing: false) == .secrecyReview)
    #expect(try step(secrecy: true, filing: false) == .file)
    #expect(try step(secrecy: true, filing: true) == .publish)
  }

  @Test("where nobody reviews, the source publishes")
  func unreviewed() throws {
    #expect(
      try awaited(.approved, under: "guangdong-2018")
        == AwaitedStep(action: .publish, by: .sourceDepartment))
  }
}

@Suite("Whoever must act finds it among the duties, and nobody else")
struct DutyCallTests {
  /// What waits for a caller: actions and entries.
  private func duties(_ catalog: CatalogCalls, _ caller: String) async throws -> [String] {
    try await catalog.client.listDuties(.init(), catalog.options(caller)).duties
      .map { "\($0.action) \($0.resource)" }
  }

  private func countyEntry(_ catalog: CatalogCalls) async throws -> String {
    let officer = catalog.options("county-affairs dept-officer")
    let name = try await catalog.client.createEntry(
      .init(entry: CatalogCalls.entry(), requestID: "c"), officer
    ).name
    _ = try await catalog.client.submitEntry(.init(name: name, requestID: "s"), officer)
    return name
  }

  @Test("under hebi-2021/8 a county's entry is the city authority's, not the county's")
  func city() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    let name = try await countyEntry(catalog)
    #expect(try await duties(catalog, CatalogCalls.authority) == ["review \(name)"])
    #expect(try await duties(catalog, "county-bureau authority").isEmpty)
    let seen = try await catalog.client.getEntry(
      .init(name: name), catalog.options(CatalogCalls.authority))
    #expect(seen.state == .submitted)
    _ = try await catalog.client.reviewEntry(
      .init(name: name, decision: .approve, requestID: "r"),
      catalog.options(CatalogCalls.authority))
    #expect(try await duties(catalog, CatalogCalls.authority) == ["secrecy-review \(name)"])
  }

  @Test(
    "under meizhou-public-2023/7 it is the county's, and the city neither sees nor finds it (AC-13)",
    arguments: Backend.allCases)
  func county(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend)
    let name = try await countyEntry(catalog)
    #expect(try await duties(catalog, "county-bureau authority") == ["review \(name)"])
    #expect(try await duties(catalog, CatalogCalls.authority).isEmpty)
    let city = catalog.options(CatalogCalls.authority)
    let hidden = await status { _ = try await catalog.client.getEntry(.init(name: name), city) }
    #expect(hidden?.code == .notFound)
    #expect(try await catalog.client.listEntries(.init(), city).entries.isEmpty)
    let county = catalog.options("county-bureau authority")
    #expect(try await catalog.client.listEntries(.init(), county).entries.map(\.name) == [name])
  }

  @Test("in luyi-2019/9 the bureau is told when the administrator has reviewed, not before")
  func oneAfterTheOther() async throws {
    let catalog = try await CatalogCalls(under: "luyi-2019")
    let name = try await catalog.draft("d") {
      for index in $0.items.indices { $0.items[index].standard = "GB/T 2261" }
    }.name
    _ = try await catalog.client.submitEntry(
      .init(name: name, requestID: "s"), catalog.options(CatalogCalls.officer))
    let administrator = "population-base population-base-administrator"
    #expect(try await duties(catalog, administrator) == ["review \(name)"])
    #expect(try await duties(catalog, CatalogCalls.authority).isEmpty)
    _ = try await catalog.client.reviewEntry(
      .init(name: name, decision: .approve, requestID: "r"), catalog.options(administrator))
    #expect(try await duties(catalog, administrator).isEmpty)
    #expect(try await duties(catalog, CatalogCalls.authority) == ["review \(name)"])
  }

  @Test("a returned version is its owner's; a filing and a withdrawal are the authority's")
  func others() async throws {
    let catalog = try await CatalogCalls()
    let officer = catalog.options(CatalogCalls.officer)
    let authority = catalog.options(CatalogCalls.authority)
    let basis = CommonV1.Basis(kind: .law, title: "中华人民共和国民法典", article: "第一千零三十二条")
    let name = try await catalog.draft("d") { entry in
      entry.shareType = .notShared
      entry.bases = [basis]
    }.name
    func submit(_ id: String) async throws {
      _ = try await catalog.client.submitEntry(.init(name: name, requestID: id), officer)
    }
    try await submit("s1")
    _ = try await catalog.client.reviewEntry(
      .init(name: name, decision: .return, reason: "缺项", requestID: "r1"), authority)
    #expect(try await duties(catalog, CatalogCalls.officer) == ["revise \(name)"])
    #expect(try await duties(catalog, CatalogCalls.authority).isEmpty)
    try await submit("s2")
    #expect(try await duties(catalog, CatalogCalls.authority) == ["file \(name)"])
    _ = try await catalog.client.fileNotShared(
      .init(
        name: name, filing: .init(number: "1", date: "2024-03-04", reason: "涉及隐私"),
        requestID: "f"), authority)
    #expect(try await duties(catalog, CatalogCalls.authority) == ["review \(name)"])
    _ = try await catalog.client.reviewEntry(
      .init(name: name, decision: .approve, requestID: "r2", secrecyPassed: true), authority)
    #expect(try await duties(catalog, CatalogCalls.authority) == ["publish \(name)"])
    _ = try await catalog.client.publishEntry(.init(name: name, requestID: "p"), authority)
    #expect(try await duties(catalog, CatalogCalls.authority).isEmpty)
    _ = try await catalog.client.withdrawEntry(
      .init(name: name, reason: "职能划转", basis: basis, requestID: "w"),
      catalog.options("civil-affairs dept-head"))
    #expect(try await duties(catalog, CatalogCalls.authority) == ["consent \(name)"])
    #expect(try await duties(catalog, CatalogCalls.officer).isEmpty)
    _ = try await catalog.client.withdrawEntry(.init(name: name, requestID: "w2"), authority)
    #expect(try await duties(catalog, CatalogCalls.authority).isEmpty)
  }

  @Test("pages hold every duty once", arguments: Backend.allCases)
  func pages(_ backend: Backend) async throws {
    let catalog = try await CatalogCalls(backend)
    for number in 1...5 {
      let name = try await catalog.draft("p\(number)") { $0.items[2].title = "日期\(number)" }.name
      _ = try await catalog.client.submitEntry(
        .init(name: name, requestID: "s\(number)"), catalog.options(CatalogCalls.officer))
    }
    for size: Int32 in [1, 2, 5, 50] {
      var found: [String] = []
      var token = ""
      repeat {
        let page = try await catalog.client.listDuties(
          .init(pageSize: size, pageToken: token), catalog.options(CatalogCalls.authority))
        found += page.duties.map(\.resource)
        token = page.nextPageToken
      } while !token.isEmpty
      #expect(found == (1...5).map { "entries/E-\($0)" })
    }
  }
}

@Suite(
  "The review clock runs to the decision, and lateness stays told (meizhou-public-2023/7.1c, hebi-2021/10b)"
)
struct ReviewClockTests {
  private func version(
    under key: String = "meizhou-public-2023", number: Int = 1
  ) throws -> EntryVersion {
    try CatalogWorld.version(try CatalogWorld.content(), number: number, under: key).submitted(
      by: try CatalogWorld.actor("civil-affairs"), at: CatalogWorld.noon,
      under: try CatalogWorld.profile(key))
  }

  private func due(
    under key: String = "meizhou-public-2023", number: Int = 1
  ) throws -> DueDate? {
    try version(under: key, number: number).reviewDue(
      under: try CatalogWorld.profile(key), calendar: try CatalogWorld.calendar())
  }

  @Test(
    "submitted on Monday 4 March 2024, review is due on the 11th",
    .obligation("meizhou-public-2023/7.1c"))
  func dueDay() throws {
    #expect(try version().state == .submitted)
    #expect(try due()?.date.iso == "2024-03-11")
    #expect(try due()?.citation.text == "meizhou-public-2023/7.1c")
  }

  @Test("hebi-2021/10b sets days for an update only; others set none")
  func updates() throws {
    #expect(try due(under: "hebi-2021") == nil)
    #expect(try due(under: "hebi-2021", number: 2)?.date.iso == "2024-03-11")
    for key in ["meizhou-specific-2021", "guangdong-2018", "luyi-2019"] {
      #expect(try due(under: key) == nil, "\(key)")
    }
  }

  @Test(
    "in time to the end of the last day, late from the next, and late for ever once decided late",
    .obligation("meizhou-public-2023/7.1c"))
  func overdue() async throws {
    let catalog = try await CatalogCalls()
    let officer = catalog.options(CatalogCalls.officer)
    let authority = catalog.options(CatalogCalls.authority)
    let name = try await catalog.draft("d").name
    _ = try await catalog.client.submitEntry(.init(name: name, requestID: "s"), officer)
    func late() async throws -> Int32? {
      let entry = try await catalog.client.getEntry(.init(name: name), officer).reviewDue
      let duty = try await catalog.client.listDuties(.init(), authority).duties.first?.due
      if let duty { #expect(duty == entry) }
      return entry?.overdueDays
    }
    let day: Int64 = 86_400_000
    #expect(try await late() == 0)
    catalog.clock.pass(milliseconds: 7 * day)
    #expect(try await late() == 0)
    catalog.clock.pass(milliseconds: day)
    #expect(try await late() == 1)
    // Over a weekend: the 12th is a Tuesday, five days later Sunday the 17th.
    catalog.clock.pass(milliseconds: 5 * day)
    #expect(try await late() == 4)
    _ = try await catalog.client.reviewEntry(
      .init(name: name, decision: .approve, requestID: "r", secrecyPassed: true), authority)
    catalog.clock.pass(milliseconds: 30 * day)
    #expect(try await late() == 4)
    _ = try await catalog.client.publishEntry(.init(name: name, requestID: "p"), authority)
    #expect(try await late() == 4)
    let stranger = try await catalog.client.getEntry(
      .init(name: name), catalog.options("health dept-officer"))
    #expect(stranger.reviewDue == nil)
  }
}

@Suite("Who sees a version before everybody does (AC-13)")
struct VisibilityTests {
  @Test(
    "drafts are the owner's, submissions also their authority's, published ones everybody's",
    .obligation("meizhou-public-2023/7.2"))
  func visibility() throws {
    let owner = try CatalogWorld.facts("civil-affairs")
    let own = EntryVisibility(try CatalogWorld.actor("civil-affairs"))
    let authority = EntryVisibility(try CatalogWorld.authority())
    let stranger = EntryVisibility(try CatalogWorld.actor("health"))
    let profile = try CatalogWorld.profile("meizhou-public-2023")
    for state in EntryState.allCases {
      let version = try CatalogWorld.version(try CatalogWorld.content(), state: state)
      let insiders = version.seats(of: owner, under: profile).insiders
      #expect(own.sees(version, insiders: insiders))
      #expect(
        authority.sees(version, insiders: insiders) == (state != .draft && state != .returned))
      #expect(stranger.sees(version, insiders: insiders) == (state == .published))
      #expect(own.seesInside(version, insiders: insiders))
      #expect(authority.seesInside(version, insiders: insiders))
      #expect(!stranger.seesInside(version, insiders: insiders))
    }
  }

  @Test("a city authority sees its counties' submissions where it reviews them, and nowhere else")
  func cities() throws {
    let owner = try CatalogWorld.facts(
      "county-affairs", level: .county, region: "441424", authority: "county-bureau")
    let city = EntryVisibility(try CatalogWorld.authority())
    let version = try CatalogWorld.version(
      try CatalogWorld.content(owner: "county-affairs"), state: .submitted)
    for (key, sees) in [
      ("hebi-2021", true), ("meizhou-public-2023", false), ("guangdong-2018", false),
      ("luyi-2019", false),
    ] {
      let insiders = version.seats(of: owner, under: try CatalogWorld.profile(key)).insiders
      #expect(city.sees(version, insiders: insiders) == sees, "\(key)")
    }
  }
}
