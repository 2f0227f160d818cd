// The life of a version, step by step, by whom and until when.

import CatalogRules
import Regulation
import Testing
import Vocabulary

@Suite(
  "A version lives as policies e.1 has it (meizhou-public-2023/7, 8, 10; hebi-2021/8; luyi-2019/9)")
struct EntryLifecycleTests {
  private func submitted(
    under key: String = "meizhou-public-2023", number: Int = 1
  ) throws -> EntryVersion {
    try CatalogWorld.version(try CatalogWorld.content(), number: number, under: key).submitted(
      by: try CatalogWorld.actor("civil-affairs"), at: CatalogWorld.noon,
      under: try CatalogWorld.profile(key))
  }

  private func reviewed(
    _ version: EntryVersion, _ decision: EntryDecision = .approve, by actor: Actor,
    reason: String = "", under key: String = "meizhou-public-2023"
  ) throws -> EntryVersion {
    try version.reviewed(
      EntryOpinion(decision, reason: reason), by: actor,
      owner: try CatalogWorld.facts("civil-affairs"), isBaseData: false, at: CatalogWorld.noon,
      under: try CatalogWorld.profile(key))
  }

  @Test("meizhou-specific-2021 demands no decision: the technical check approves")
  func technicalCheck() throws {
    let version = try submitted(under: "meizhou-specific-2021")
    #expect(version.state == .approved)
    let published = try version.published(
      by: try CatalogWorld.actor("civil-affairs", [.departmentHead]),
      owner: try CatalogWorld.facts("civil-affairs"), at: CatalogWorld.noon,
      under: try CatalogWorld.profile("meizhou-specific-2021"))
    #expect(published.state == .published)
  }

  @Test("the authority of the owner's level approves; nobody else, and never the owner (AC-11)")
  func reviewer() throws {
    let version = try submitted()
    #expect(try reviewed(version, by: try CatalogWorld.authority()).state == .approved)
    let elsewhere = try CatalogWorld.actor(
      "other-bureau", [.authority], region: "441500", authority: nil)
    #expect(
      refusal { _ = try reviewed(version, by: elsewhere) }?.reason == "catalog.not_reviewer")
    let officer = try CatalogWorld.actor("data-bureau", authority: nil)
    #expect(refusal { _ = try reviewed(version, by: officer) }?.reason == "catalog.not_reviewer")
    let owner = try CatalogWorld.actor("civil-affairs", [.authority])
    #expect(refusal { _ = try reviewed(version, by: owner) } == .ownReview(entry: "entries/E-1"))
  }

  @Test("a return needs a reason and leads back to a draft")
  func returned() throws {
    let version = try submitted()
    let authority = try CatalogWorld.authority()
    #expect(
      refusal { _ = try reviewed(version, .returnIt, by: authority) }?.reason
        == "catalog.reason_missing")
    let back = try reviewed(version, .returnIt, by: authority, reason: "共享范围不明确")
    #expect(back.state == .returned)
    let draft = try back.edited(
      back.content, by: try CatalogWorld.actor("civil-affairs"), at: CatalogWorld.noon,
      governing: back.profile)
    #expect(draft.state == .draft)
    #expect(draft.history.map(\.to) == [.submitted, .returned, .draft])
  }

  @Test(
    "in luyi-2019/9 the population-base administrator reviews, then the bureau confirms (AC-19)")
  func twoReviewers() throws {
    let key = "luyi-2019"
    let version = try submitted(under: key)
    let awaited = awaitedReviewers(of: version, under: try CatalogWorld.profile(key))
    #expect(awaited == [.populationBaseAdministrator, .bigDataBureau])
    let administrator = try CatalogWorld.actor(
      "population-base", [.populationBaseAdministrator])
    #expect(
      refusal { _ = try reviewed(version, by: try CatalogWorld.authority(), under: key) }?.reason
        == "catalog.not_reviewer")
    var next = try reviewed(version, by: administrator, under: key)
    #expect(next.state == .submitted)
    next = try reviewed(next, by: try CatalogWorld.authority(), under: key)
    #expect(next.state == .approved)
  }

  @Test(
    "a county's entry goes to the city's authority in hebi-2021/8, to its own in meizhou-public-2023/7"
  )
  func countyEntry() throws {
    let county = try CatalogWorld.facts(
      "county-affairs", level: .county, region: "441424", authority: "county-bureau")
    let city = try CatalogWorld.authority()
    #expect(isReviewer(city, .cityAuthority, of: county))
    #expect(!isReviewer(city, .sameLevelAuthority, of: county))
    let own = try CatalogWorld.actor(
      "county-bureau", [.authority], level: .county, region: "441424", authority: nil)
    #expect(isReviewer(own, .sameLevelAuthority, of: county))
    #expect(!isReviewer(own, .cityAuthority, of: county))
  }

  @Test("what is not shared is published only after filing (meizhou-public-2023/10.2b)")
  func filing() throws {
    var content = try CatalogWorld.content()
    content.shareType = .notShared
    content.bases = [CatalogWorld.basis]
    let profile = try CatalogWorld.profile("meizhou-public-2023")
    let owner = try CatalogWorld.facts("civil-affairs")
    let authority = try CatalogWorld.authority()
    let approved = try CatalogWorld.version(content, state: .approved)
    #expect(
      refusal {
        _ = try approved.published(
          by: authority, owner: owner, at: CatalogWorld.noon, under: profile)
      }?.reason == "catalog.filing_missing")
    let day = try #require(CivilDate(iso: "2024-03-04"))
    #expect(
      refusal {
        _ = try approved.filed(
          Filing(number: "备2024-1", date: day, reason: "涉隐私"),
          by: try CatalogWorld.actor("civil-affairs"), owner: owner, at: CatalogWorld.noon,
          under: profile)
      }?.reason == "catalog.not_reviewer")
    let filed = try approved.filed(
      Filing(number: "备2024-1", date: day, reason: "涉隐私"), by: authority, owner: owner,
      at: CatalogWorld.noon, under: profile)
    let published = try filed.published(
      by: authority, owner: owner, at: CatalogWorld.noon, under: profile)
    #expect(published.state == .published)
    #expect(
      refusal {
        _ = try CatalogWorld.version(try CatalogWorld.content(), state: .approved).filed(
          Filing(number: "备2024-2", date: day, reason: "无"), by: authority, owner: owner,
          at: CatalogWorld.noon, under: profile)
      } == .filingNotNeeded)
  }

  @Test("every action is refused in every state that it does not begin in")
  func wrongStates() throws {
    let profile = try CatalogWorld.profile("meizhou-public-2023")
    let officer = try CatalogWorld.actor("civil-affairs")
    let owner = try CatalogWorld.facts("civil-affairs")
    let authority = try CatalogWorld.authority()
    for state in EntryState.allCases {
      let version = try CatalogWorld.version(try CatalogWorld.content(), state: state)
      let edits = refusal {
        _ = try version.edited(
          version.content, by: officer, at: CatalogWorld.noon, governing: version.profile)
      }
      #expect((edits == nil) == (state == .draft || state == .returned), "\(state)")
      let submits = refusal {
        _ = try version.submitted(
          by: officer, at: CatalogWorld.noon, under: profile)
      }
      #expect((submits == nil) == (state == .draft || state == .returned), "\(state)")
      let reviews = refusal { _ = try reviewed(version, by: authority) }
      #expect((reviews == nil) == (state == .submitted), "\(state)")
      let publishes = refusal {
        _ = try version.published(
          by: authority, owner: owner, at: CatalogWorld.noon, under: profile)
      }
      #expect((publishes == nil) == (state == .approved), "\(state)")
      let withdraws = refusal {
        _ = try version.withdrawn(
          reason: "职能划转", basis: CatalogWorld.basis, by: officer, owner: owner,
          at: CatalogWorld.noon, under: profile)
      }
      #expect((withdraws == nil) == (state == .published), "\(state)")
    }
  }

  @Test("only the owner edits and submits (AC-10), and for itself alone (AC-12)")
  func ownership() throws {
    let stranger = try CatalogWorld.actor("health")
    let draft = try CatalogWorld.version(try CatalogWorld.content())
    #expect(
      refusal {
        _ = try draft.edited(
          draft.content, by: stranger, at: CatalogWorld.noon, governing: draft.profile)
      }
        == .notOwner(entry: "entries/E-1"))
    #expect(
      refusal { try checkWriteScope(owner: draft.content.owner, actor: stranger) }
        == .outsideJurisdiction(owner: "departments/civil-affairs"))
  }
}

@Suite("Versions, codes and visibility (luyi-2019/9.1, AC-13, AC-20)")
struct EntryStandingTests {
  @Test("a difference names items that came, went and changed")
  func difference() throws {
    let old = try CatalogWorld.content()
    var new = old
    new.items[2].title = "火化时间"
    new.items[2].maxLength = 10
    new.items.removeFirst()
    new.items.append(Item(name: "place", title: "殡仪馆", type: .text))
    new.shareScope = "全省"
    let diff = CatalogRules.difference(from: old, to: new)
    #expect(diff.added == ["place"])
    #expect(diff.removed == ["id-number"])
    #expect(diff.changed == ["cremated": ["title", "max_length"]])
    #expect(diff.properties == ["share_scope"])
    #expect(CatalogRules.difference(from: old, to: old).isEmpty)
  }

  @Test("a reviewer sees every property that differs, and none is left out of the comparison")
  func wholeDifference() throws {
    let old = try CatalogWorld.content()
    let properties = Mirror(reflecting: old).children.compactMap(\.label)
    #expect(comparedProperties.count == properties.count - 2, "all but owner and items")
    #expect(Set(comparedProperties.map(\.name)).count == comparedProperties.count)
    for (name, change) in [
      ("membership_harmless", { $0.isMembershipHarmless.toggle() }),
      ("excludes_minors", { $0.excludesMinors.toggle() }),
      ("data_form", { $0.dataForm = .video }), ("shared_content", { $0.sharedContent = "x" }),
      ("collecting_department", { $0.collectingDepartment = "x" }),
      ("approving_department", { $0.approvingDepartment = "x" }),
      ("duplicate_reason", { $0.duplicateReason = "x" }),
      ("group_decision", { $0.groupDecision = "x" }),
      ("acquisition_source", { $0.acquisitionSource = AcquisitionSource.allCases[0] }),
      ("reject_threshold_percent", { $0.rejectThresholdPercent = 3 }),
      ("resource_class", { $0.resourceClass = "public" }),
    ] as [(String, (inout EntryContent) -> Void)] {
      var new = old
      change(&new)
      #expect(CatalogRules.difference(from: old, to: new).properties == [name])
    }
  }

  @Test("a resource code with one wrong character is no resource code")
  func codes() {
    let code = resourceCode(category: "death.cremation", region: "441400", sequence: 17)
    #expect(code.hasPrefix("DEATH-441400-0000017-"))
    #expect(isResourceCode(code))
    for index in code.indices where code[index] != "-" {
      for other in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" where other != code[index] {
        var wrong = code
        wrong.replaceSubrange(index...index, with: String(other))
        #expect(!isResourceCode(wrong), "\(wrong)")
      }
    }
  }
}
