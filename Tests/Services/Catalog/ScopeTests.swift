// Which bodies and data a text is about: refused or sent to another text where an entry is drafted.

import CatalogHandlers
import CatalogRules
import Contracts
import Integrity
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite(
  "A text governs the bodies and the data that it is about (meizhou-public-2023/2, hebi-2021/2)")
struct ScopeTests {
  private func catalog(_ key: String?, body: BodyKind) async throws -> CatalogCalls {
    try await CatalogCalls(under: key) { department in
      if department.name == "departments/civil-affairs" { department.body = body.rawValue }
    }
  }

  @Test(
    "bodies that the text takes in own entries, others do not",
    .obligation(
      "meizhou-public-2023/2.1", "meizhou-public-2023/44", "hebi-2021/33", "guangdong-2018/33"),
    arguments: [
      ("meizhou-public-2023", [BodyKind.administrativeOrgan, .publicServiceBody, .byReference]),
      ("guangdong-2018", [.administrativeOrgan, .centralBranch]),
      ("hebi-2021", [.administrativeOrgan, .publicEnterprise]),
    ])
  func owners(_ key: String, _ taken: [BodyKind]) async throws {
    for kind in taken {
      let made = try await catalog(key, body: kind).draft("d")
      #expect(made.owner == "departments/civil-affairs")
    }
    let refused = await status { _ = try await catalog(key, body: .enterprise).draft("d") }
    #expect(refused?.code == .permissionDenied)
    #expect(refused?.trailers["weir-reason"] == "catalog.body_outside_scope")
    #expect(refused?.trailers["weir-field"] == "entry.owner")
    #expect(refused?.trailers["weir-article"]?.hasPrefix(key) == true)
  }

  @Test(
    "a utility registers what comes of its public service, and nothing else",
    .obligation("meizhou-public-2023/2.2"))
  func utilities() async throws {
    let catalog = try await catalog("meizhou-public-2023", body: .publicEnterprise)
    for (business, reason) in [
      ("non_public_service", "catalog.business_outside_scope"), ("", "catalog.field_missing"),
    ] {
      let refused = await status {
        _ = try await catalog.draft("d" + business) { $0.businessClass = business }
      }
      #expect(refused?.trailers["weir-reason"] == reason)
      #expect(refused?.trailers["weir-field"] == "entry.business_class")
      #expect(refused?.trailers["weir-article"] == "meizhou-public-2023/2.2")
    }
    let made = try await catalog.draft("d") { $0.businessClass = "public_service" }
    #expect(made.businessClass == "public_service")
    // Under a text that takes them in without more, nothing is asked.
    _ = try await self.catalog("hebi-2021", body: .publicEnterprise).draft("d")
  }

  @Test(
    "each grade of state secret is refused, in Hebi as in Meizhou (AC-18)",
    .obligation("hebi-2021/2"))
  func secrets() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    for mark in [CatalogV1.SecrecyMark.stateSecret, .secret, .confidential, .topSecret] {
      let refused = await status {
        _ = try await catalog.draft("d\(mark)") { $0.secrecy = mark }
      }
      #expect(refused?.trailers["weir-reason"] == "catalog.state_secret", "\(mark)")
    }
    #expect(try await catalog.draft("d").secrecy == .notSecret)
  }

  @Test(
    "what another law governs bears its reference and is never shared of itself",
    .obligation("meizhou-public-2023/2.3"))
  func specialLaw() async throws {
    let key = "meizhou-public-2023"
    let catalog = try await CatalogCalls(under: key)
    let secret = await status { _ = try await catalog.draft("s") { $0.secrecy = .stateSecret } }
    #expect(secret?.trailers["weir-reason"] == "catalog.state_secret")
    let law = CommonV1.Basis(kind: .law, title: "中华人民共和国人类遗传资源管理条例", article: "第七条")
    let nameless = await status {
      _ = try await catalog.draft("n") { $0.specialLaw = .init(kind: .law, title: "", article: "") }
    }
    #expect(nameless?.trailers["weir-reason"] == "catalog.basis_incomplete")
    let open = try await catalog.draft("o") { $0.specialLaw = law }
    #expect(open.specialLaw == law)
    let refused = await status {
      _ = try await catalog.client.submitEntry(
        .init(name: open.name, requestID: "os"), catalog.options(CatalogCalls.officer))
    }
    #expect(refused?.trailers["weir-reason"] == "catalog.special_law_not_open")
    let held = try await catalog.draft("h") {
      $0.specialLaw = law
      $0.shareType = .conditional
      $0.bases = [law]
      $0.conditions = "经省级主管部门批准"
    }
    let submitted = try await catalog.client.submitEntry(
      .init(name: held.name, requestID: "hs"), catalog.options(CatalogCalls.officer))
    #expect(submitted.state == .submitted && submitted.specialLaw == law)
    // Nothing less than a law or regulation is followed instead.
    let rule = await status {
      _ = try await catalog.draft("r") {
        $0.specialLaw = .init(kind: .internalRule, title: "内部规定", article: "一")
      }
    }
    #expect(rule?.trailers["weir-reason"] == "catalog.basis_invalid")
    #expect(rule?.trailers["weir-article"] == "meizhou-public-2023/2.3")
  }

  @Test(
    "another law that a source names lifts no lock of a text that knows no such thing (hebi-2021/14.2)"
  )
  func lockStays() throws {
    for key in ["hebi-2021", "guangdong-2018", "luyi-2019"] {
      let profile = try CatalogWorld.profile(key)
      var content = try CatalogWorld.content()
      content.category = "person.marriage-adoption"
      content.specialLaw = CatalogWorld.basis
      content.bases = [CatalogWorld.basis]
      content.conditions = "仅限核对"
      content.items[0].shareType = .conditional
      content.shareType = .conditional
      let lock = try #require(profile.baseDataUnconditional)
      let isItems = key == "luyi-2019"
      let said = refusal {
        try checkShareTypes(content, isBaseData: true, under: profile)
      }
      #expect(said?.reason == "catalog.base_data_locked", "\(key) \(isItems)")
      #expect(said?.citation == lock.citation)
      content.shareType = nil
      content.items[0].shareType = nil
      let settled = settleShareTypes(content, under: profile)
      content.specialLaw = nil
      #expect(settled.shareType == settleShareTypes(content, under: profile).shareType)
    }
  }

  private func governed(_ rows: [(tag: String?, profile: String, region: String?)]) throws
    -> ProfileSet
  {
    try ProfileSet(
      documents: try CatalogWorld.profiles().all,
      governance: rows.map {
        GovernanceRow(
          tag: $0.tag, profile: $0.profile, from: try #require(CivilDate(iso: "2019-01-01")),
          to: nil, region: $0.region, line: 1)
      })
  }

  @Test(
    "tagged and of the region it is the special text; untagged, or of elsewhere, the general one",
    .obligation("meizhou-specific-2021/2"))
  func tagAndRegion() async throws {
    // In the trial's time: meizhou-specific-2021 ends with 2023-06-19.
    let catalog = try await CatalogCalls()
    catalog.clock.pass(seconds: -730 * 86_400)
    let set = try governed([
      ("specific_population", "meizhou-specific-2021", "4414"), (nil, "guangdong-2018", nil),
    ])
    func draft(_ category: String, _ request: String, region: String) async throws -> String {
      let server = try catalog.restarted(under: set, in: region)
      let made = try await CatalogCalls.client(of: server).createEntry(
        .init(
          entry: CatalogCalls.entry {
            $0.category = category
            $0.resourceClass = ""
          }, requestID: request), catalog.options(CatalogCalls.officer))
      return made.profile
    }
    #expect(try await draft("death.cremation", "a", region: "441400").hasPrefix("meizhou-specific"))
    #expect(try await draft("death.cremation", "b", region: "441424").hasPrefix("meizhou-specific"))
    #expect(
      try await draft("person.marriage-adoption", "c", region: "441400").hasPrefix("guangdong"))
    #expect(try await draft("death.cremation", "d", region: "440300").hasPrefix("guangdong"))
  }

  @Test(
    "Luyi's text is about the four bases; what is of none goes to the default profile",
    .obligation("luyi-2019/2"))
  func fourBases() async throws {
    let catalog = try await CatalogCalls(under: "luyi-2019")
    for (category, key) in [
      ("population.household", "luyi-2019"), ("legal-person", "luyi-2019"),
      ("economy", "luyi-2019"), ("geography", "luyi-2019"),
      ("certificate.electronic", "weir-default"),
    ] {
      let made = try await catalog.draft(category) {
        $0.category = category
        $0.resourceClass = ""
      }
      #expect(made.profile.hasPrefix(key + "@"), "\(category)")
    }
    // A draft that turns out to be of none goes over, and says so.
    let draft = try await catalog.draft("x") {
      $0.category = "geography"
      $0.resourceClass = ""
    }
    var changed = draft
    changed.category = "certificate.electronic"
    changed.resourceClass = ""
    let moved = try await catalog.client.updateEntry(
      .init(entry: changed, requestID: "xu"), catalog.options(CatalogCalls.officer))
    #expect(moved.profile.hasPrefix("weir-default@"))
    #expect(
      moved.history.map(\.action) == ["", "profile_changed"]
        || moved.history.last?.action == "profile_changed")
    // The others are listed under exactly their base (luyi-2019/6.i2).
    let all = try CatalogWorld.taxonomies()
    let known = all.values.filter { KnownCategory.taxonomies.contains($0.key) }.flatMap {
      taxonomy in
      taxonomy.categories.map { KnownCategory($0, in: taxonomy) }
    }
    #expect(
      Set(known.filter { $0.baseKind == nil }.map(\.category.slug)) == ["certificate.electronic"])
  }

  @Test(
    "the catalogue is browsed by each of the four kinds, and an entry stands under exactly its own",
    .obligation("luyi-2019/6.i2"))
  func browsing() async throws {
    let catalog = try await CatalogCalls(under: "luyi-2019")
    let kinds = [
      "population": "population.tax", "legal_person": "legal-person",
      "economy": "economy", "geography": "geography",
    ]
    for (kind, category) in kinds {
      _ = try await catalog.draft(kind) {
        $0.title = kind
        $0.category = category
        $0.resourceClass = ""
      }
    }
    for kind in kinds.keys {
      let found = try await catalog.client.listEntries(
        .init(baseKind: kind), catalog.options(CatalogCalls.officer)
      ).entries
      #expect(found.map(\.title) == [kind])
    }
    let unknown = await status {
      _ = try await catalog.client.listEntries(
        .init(baseKind: "weather"), catalog.options(CatalogCalls.officer))
    }
    #expect(unknown?.trailers["weir-field"] == "base_kind")
  }

  @Test(
    "every entry has exactly one responsible body; one of nobody is refused",
    .obligation("meizhou-public-2023/6.0"))
  func responsible() async throws {
    let catalog = try await CatalogCalls(under: "meizhou-public-2023")
    #expect(try await catalog.draft("own").owner == "departments/civil-affairs")
    for owner in ["departments/ghost", "departments/health", "nobody"] {
      let refused = await status { _ = try await catalog.draft("o" + owner) { $0.owner = owner } }
      #expect(refused != nil, "\(owner)")
    }
    // Who is registered no more has no entries to make.
    let orphan = await status {
      _ = try await catalog.client.createEntry(
        .init(entry: CatalogCalls.entry(), requestID: "g"),
        catalog.options("ghosts dept-officer"))
    }
    #expect(orphan?.code == .notFound)
    // Another owner is not written into what is one's own.
    var draft = try await catalog.draft("keep")
    draft.owner = "departments/health"
    let kept = try await catalog.client.updateEntry(
      .init(entry: draft, requestID: "ku"), catalog.options(CatalogCalls.officer))
    #expect(kept.owner == "departments/civil-affairs")
  }
}
