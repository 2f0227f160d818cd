// The secrecy review before publication, and the share types that the authority fixes while it reviews.

import CatalogRules
import Contracts
import Integrity
import RPC
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("Nothing is published before its secrecy review (meizhou-public-2023/39.1e, hebi-2021/15.3)")
struct SecrecyReviewTests {
  static let reviewed = [
    ("meizhou-public-2023", "meizhou-public-2023/39.1e"), ("hebi-2021", "hebi-2021/15.3"),
  ]

  private func opinion(
    _ version: EntryVersion, _ opinion: EntryOpinion, by actor: Actor? = nil, under key: String
  ) throws -> EntryVersion {
    try version.reviewed(
      opinion, by: try actor ?? CatalogWorld.authority(),
      owner: try CatalogWorld.facts("civil-affairs"), isBaseData: false, at: CatalogWorld.noon,
      under: try CatalogWorld.profile(key))
  }

  private func published(_ version: EntryVersion, under key: String) throws -> EntryVersion {
    try version.published(
      by: try CatalogWorld.authority(), owner: try CatalogWorld.facts("civil-affairs"),
      at: CatalogWorld.noon, under: try CatalogWorld.profile(key))
  }

  @Test(
    "approved without it, a version is not published; with it, it is",
    .obligation("meizhou-public-2023/39.1e"), arguments: reviewed)
  func demanded(_ key: String, _ article: String) throws {
    let content = try CatalogWorld.content()
    let submitted = try CatalogWorld.version(
      content, state: .submitted, isSecrecyPassed: false, under: key)
    let approved = try opinion(submitted, EntryOpinion(.approve), under: key)
    #expect(approved.state == .approved)
    let said = refusal { _ = try published(approved, under: key) }
    #expect(said?.reason == "catalog.secrecy_review_missing")
    #expect(said?.citation?.text == article)
    let passed = try opinion(submitted, EntryOpinion(.approve, passesSecrecy: true), under: key)
    #expect(passed.secrecyReview?.person == "departments/data-bureau/persons/li")
    #expect(passed.secrecyReview?.time == CatalogWorld.noon)
    #expect(passed.history.map(\.action) == [.secrecyPassed, nil])
    #expect(try published(passed, under: key).state == .published)
  }

  @Test(
    "where no text demands it, none is waited for", arguments: ["guangdong-2018", "luyi-2019"])
  func notDemanded(_ key: String) throws {
    let approved = try CatalogWorld.version(
      try CatalogWorld.content(), state: .approved, isSecrecyPassed: false, under: key)
    #expect(!approved.lacksSecrecyReview(under: try CatalogWorld.profile(key)))
  }

  @Test("an approved version that lacks it is looked at once more: passed by name, or sent back")
  func afterwards() throws {
    let key = "meizhou-public-2023"
    let approved = try CatalogWorld.version(
      try CatalogWorld.content(), state: .approved, isSecrecyPassed: false)
    #expect(
      refusal { _ = try opinion(approved, EntryOpinion(.approve), under: key) }?.reason
        == "catalog.secrecy_review_missing")
    let typed = EntryOpinion(
      .approve, reason: "改", passesSecrecy: true,
      types: [TypeDecision(item: "name", type: .unconditional)])
    #expect(
      refusal { _ = try opinion(approved, typed, under: key) }?.reason == "catalog.wrong_state")
    for stranger in [
      try CatalogWorld.actor("civil-affairs", [.authority]), try CatalogWorld.actor("health"),
      try CatalogWorld.actor("data-bureau", authority: nil),
    ] {
      let said = refusal {
        _ = try opinion(
          approved, EntryOpinion(.approve, passesSecrecy: true), by: stranger, under: key)
      }
      #expect(said?.kind == .notAllowed)
    }
    let passed = try opinion(approved, EntryOpinion(.approve, passesSecrecy: true), under: key)
    #expect(passed.state == .approved && passed.secrecyReview != nil)
    #expect(refusal { _ = try opinion(passed, EntryOpinion(.approve), under: key) } != nil)
    let back = try opinion(approved, EntryOpinion(.returnIt, reason: "含内部文号"), under: key)
    #expect(back.state == .returned)
  }

  @Test("what is handed in anew is looked through anew")
  func anew() throws {
    let returned = try CatalogWorld.version(try CatalogWorld.content(), state: .returned)
    #expect(returned.secrecyReview != nil)
    let next = try returned.submitted(
      by: try CatalogWorld.actor("civil-affairs"), at: CatalogWorld.noon,
      under: try CatalogWorld.profile("meizhou-public-2023"))
    #expect(next.secrecyReview == nil)
  }

  @Test("a state secret is not published, whoever passed it (AC-18)")
  func stateSecret() throws {
    var content = try CatalogWorld.content()
    content.secrecy = .stateSecret
    let approved = try CatalogWorld.version(content, state: .approved)
    #expect(refusal { _ = try published(approved, under: "meizhou-public-2023") } == .stateSecret)
  }

  @Test(
    "callers see and the log tells who passed it; a refused publication names the article",
    .obligation("meizhou-public-2023/39.1e"))
  func calls() async throws {
    let catalog = try await CatalogCalls()
    let officer = catalog.options(CatalogCalls.officer)
    let authority = catalog.options(CatalogCalls.authority)
    let name = try await catalog.draft("d").name
    _ = try await catalog.client.submitEntry(.init(name: name, requestID: "s"), officer)
    _ = try await catalog.client.reviewEntry(
      .init(name: name, decision: .approve, requestID: "r"), authority)
    let said = await status {
      _ = try await catalog.client.publishEntry(.init(name: name, requestID: "p"), authority)
    }
    #expect(said?.code == .failedPrecondition)
    #expect(said?.trailers["weir-reason"] == "catalog.secrecy_review_missing")
    #expect(said?.trailers["weir-article"] == "meizhou-public-2023/39.1e")
    let wrong = await status {
      _ = try await catalog.client.reviewEntry(
        .init(
          name: name, decision: .return, reason: "错", requestID: "w", secrecyPassed: true),
        authority)
    }
    #expect(wrong?.trailers["weir-field"] == "decision")
    let passed = try await catalog.client.reviewEntry(
      .init(name: name, decision: .approve, requestID: "r2", secrecyPassed: true), authority)
    #expect(passed.secrecyReview?.person == "departments/data-bureau/persons/li")
    let published = try await catalog.client.publishEntry(
      .init(name: name, requestID: "p2"), authority)
    #expect(published.state == .published)
    let own = try await catalog.client.getEntry(.init(name: name), officer)
    #expect(own.secrecyReview?.person == passed.secrecyReview?.person)
    #expect(own.history.map(\.action) == ["", "", "secrecy_passed", ""])
    let stranger = try await catalog.client.getEntry(
      .init(name: name), catalog.options("health dept-officer"))
    #expect(stranger.secrecyReview == nil)
    let logged = try await catalog.logged("catalog.secrecy_passed")
    #expect(logged["secrecy_reviewer"]?.string == "departments/data-bureau/persons/li")
  }
}

@Suite("The city authority fixes the share type, and nobody else (AC-14, hebi-2021/14.4)")
struct TypeFixingTests {
  private let ground = CatalogWorld.basis

  private func fixed(
    _ types: [TypeDecision], reason: String = "依法应当有条件共享", by actor: Actor? = nil,
    number: Int = 1, category: String = "death.cremation", under key: String = "hebi-2021"
  ) throws -> EntryVersion {
    var content = try CatalogWorld.content()
    content.category = category
    return try CatalogWorld.version(
      content, number: number, state: .submitted, isSecrecyPassed: false, under: key
    ).reviewed(
      EntryOpinion(.approve, reason: reason, types: types),
      by: try actor ?? CatalogWorld.authority(), owner: try CatalogWorld.facts("civil-affairs"),
      isBaseData: try CatalogWorld.category(category)?.isBaseData ?? false, at: CatalogWorld.noon,
      under: try CatalogWorld.profile(key))
  }

  @Test(
    "an item gets its type with a ground; history keeps both types and the reason",
    .obligation("hebi-2021/14.4"))
  func item() throws {
    let version = try fixed([
      TypeDecision(
        item: "cremated", type: .conditional, bases: [ground], conditions: "仅限殡葬补贴核对")
    ])
    #expect(version.state == .approved)
    #expect(version.content.items[2].shareType == .conditional)
    #expect(version.content.shareType == .unconditional)
    let step = try #require(version.history.first { $0.action == .typeFixed })
    #expect(step.detail == "cremated: unconditional -> conditional")
    #expect(step.reason == "依法应当有条件共享")
    #expect(step.basis == ground)
  }

  @Test("the entry's own type goes to the items that state none")
  func entry() throws {
    let version = try fixed([
      TypeDecision(item: "", type: .notShared, bases: [ground])
    ])
    #expect(version.content.items.allSatisfy { version.content.shareType(of: $0) == .notShared })
    #expect(version.history.first?.detail == "unconditional -> not_shared")
  }

  @Test(
    "nobody else fixes one: not the authority of Meizhou, not a county's, not the administrator",
    .obligation("hebi-2021/14.4"))
  func others() throws {
    let types = [TypeDecision(item: "cremated", type: .notShared, bases: [ground])]
    let meizhou = refusal { _ = try fixed(types, under: "meizhou-public-2023") }
    #expect(meizhou?.reason == "catalog.type_not_yours")
    #expect(meizhou?.citation?.text == "meizhou-public-2023/7.1b")
    let administrator = try CatalogWorld.actor("population-base", [.populationBaseAdministrator])
    let luyi = refusal { _ = try fixed(types, by: administrator, under: "luyi-2019") }
    #expect(luyi?.citation?.document == "luyi-2019")
    // An update goes to the authority of the level (hebi-2021/10b), which in a county is not the city's.
    let owner = try CatalogWorld.facts(
      "county-affairs", level: .county, region: "441424", authority: "county-bureau")
    let county = try CatalogWorld.actor(
      "county-bureau", [.authority], level: .county, region: "441424", authority: nil)
    let said = refusal {
      _ = try CatalogWorld.version(
        try CatalogWorld.content(owner: "county-affairs"), number: 2, state: .submitted,
        under: "hebi-2021"
      ).reviewed(
        EntryOpinion(.approve, reason: "改", types: types), by: county, owner: owner,
        isBaseData: false, at: CatalogWorld.noon, under: try CatalogWorld.profile("hebi-2021"))
    }
    #expect(said?.citation?.text == "hebi-2021/14.4")
  }

  @Test("each fault of a decision is told with its own field")
  func faults() throws {
    func said(_ types: [TypeDecision], reason: String = "改") throws -> [String?] {
      let refusal = refusal { _ = try fixed(types, reason: reason) }
      return [refusal?.reason, refusal?.field]
    }
    let good = TypeDecision(item: "name", type: .notShared, bases: [ground])
    #expect(try said([good], reason: "") == ["catalog.reason_missing", "reason"])
    #expect(
      try said([good, good]) == ["catalog.item_repeated", "share_types[1].item"])
    #expect(
      try said([good, TypeDecision(item: "none", type: .unconditional)])
        == ["catalog.item_unknown", "share_types[1].item"])
    #expect(
      try said([TypeDecision(item: "name", type: .notShared)])
        == ["catalog.basis_missing", "share_types[0].bases"])
    var rule = ground
    rule.kind = .rule
    #expect(
      try said([TypeDecision(item: "name", type: .notShared, bases: [rule])])
        == ["catalog.basis_invalid", "share_types[0].bases"])
    #expect(
      try said([TypeDecision(item: "name", type: .conditional, bases: [ground])])
        == ["catalog.conditions_missing", "share_types[0].conditions"])
    let locked = refusal { _ = try fixed([good], category: "person.marriage-adoption") }
    #expect(locked?.reason == "catalog.base_data_locked")
    #expect(locked?.field == "share_types[0].share_type")
  }

  @Test("through the call: the fixed type is what others see, and the log has both")
  func calls() async throws {
    let catalog = try await CatalogCalls(under: "hebi-2021")
    let name = try await catalog.draft("d").name
    _ = try await catalog.client.submitEntry(
      .init(name: name, requestID: "s"), catalog.options(CatalogCalls.officer))
    let decision = CatalogV1.ShareTypeDecision(
      item: "cremated", shareType: .conditional,
      bases: [.init(kind: .law, title: ground.title, article: ground.article)], conditions: "仅限核对")
    let authority = catalog.options(CatalogCalls.authority)
    let reviewed = try await catalog.client.reviewEntry(
      .init(
        name: name, decision: .approve, reason: "依法", requestID: "r", secrecyPassed: true,
        shareTypes: [decision]), authority)
    #expect(reviewed.items.map(\.shareType) == [.unspecified, .unspecified, .conditional])
    #expect(reviewed.history.map(\.action) == ["", "type_fixed", "secrecy_passed", ""])
    _ = try await catalog.client.publishEntry(.init(name: name, requestID: "p"), authority)
    let seen = try await catalog.client.resolveEntry(.init(name: name))
    #expect(seen.items[2].shareType == .conditional)
    #expect(seen.items[2].conditions == "仅限核对")
  }
}
