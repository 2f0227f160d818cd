// Applications: what they must say, whether they are the way, and their steps.

import Regulation
import ShareRules
import TestSupport
import Testing
import Vocabulary

@Suite("An application says what its profile asks (AC-41, AC-44)")
struct ApplicationTests {
  @Test(
    "a field that the profile asks is missing",
    .obligation(
      "meizhou-specific-2021/21b", "guangdong-2018/19.1b", "luyi-2019/11a",
      "meizhou-public-2023/21.3a", "meizhou-public-2023/22a", "hebi-2021/15.1b"),
    arguments: [
      ("meizhou-public-2023", "purpose", "meizhou-public-2023/21.3a"),
      ("meizhou-specific-2021", "purpose", "meizhou-specific-2021/21b"),
      ("meizhou-specific-2021", "items", "meizhou-specific-2021/21b"),
      ("meizhou-specific-2021", "business", "meizhou-specific-2021/20c"),
      ("guangdong-2018", "purpose", "guangdong-2018/19.1b"),
      ("guangdong-2018", "items", "guangdong-2018/19.1b"),
      ("guangdong-2018", "business", "guangdong-2018/16.2a"),
      ("hebi-2021", "scope", "hebi-2021/15.1b"),
      ("hebi-2021", "purpose", "hebi-2021/15.1b"),
      ("luyi-2019", "scope", "luyi-2019/11a"),
      ("luyi-2019", "reason", "luyi-2019/11a"),
      ("meizhou-public-2023", "scenario", "meizhou-public-2023/22a"),
      ("meizhou-public-2023", "modes", "meizhou-public-2023/22a"),
      ("meizhou-public-2023", "until", "meizhou-public-2023/22a"),
      ("meizhou-public-2023", "items", "meizhou-public-2023/22a"),
    ])
  func missing(key: String, field: String, article: String) throws {
    let refused = refusal {
      _ = try World.application(key) { use in
        switch field {
        case "purpose": use.purpose = ""
        case "business": use.business = ""
        case "scope": use.scope = ""
        case "reason": use.reason = ""
        case "scenario": use.scenario = ""
        case "modes":
          use.modes = []
          use.roll = nil
        case "until": use.until = nil
        default: use.items = []
        }
      }
    }
    #expect(refused?.reason == "share.field_missing")
    #expect(refused?.field == "application.\(field)")
    #expect(refused?.citation?.text == article)
    #expect(refused?.kind == .malformed)
  }

  @Test(
    "a complete one is taken under each profile",
    arguments: [
      "meizhou-public-2023", "meizhou-specific-2021", "guangdong-2018", "hebi-2021", "luyi-2019",
    ])
  func complete(key: String) throws {
    let application = try World.submitted(key)
    #expect(application.state == .submitted)
    #expect(application.profile.key == key)
    #expect(application.history.map(\.to) == ["draft", "submitted"])
  }

  @Test(
    "what is asked for must be in the entry, once",
    .obligation("meizhou-specific-2021/21b", "guangdong-2018/19.1b"))
  func items() throws {
    #expect(
      refusal { _ = try World.application { $0.items = ["name", "secret"] } }
        == .itemUnknown(entry: "entries/E-3", item: "secret"))
    #expect(
      refusal { _ = try World.application { $0.items = ["name", "name"] } } == .itemRepeated("name")
    )
  }

  @Test("the last day of use: today is in time, yesterday is refused (meizhou-public-2023/22)")
  func until() throws {
    _ = try World.application { $0.until = CivilDate(iso: "2024-03-04") }
    let refused = refusal { _ = try World.application { $0.until = CivilDate(iso: "2024-03-03") } }
    #expect(refused?.reason == "share.until_passed")
    #expect(refused?.field == "until")
  }

  @Test("texts, items and row rules have limits")
  func limits() throws {
    let long = String(repeating: "长", count: 2_000)
    _ = try World.application { $0.purpose = long }
    #expect(
      refusal { _ = try World.application { $0.purpose = long + "长" } }
        == .fieldTooLong(path: "application.purpose", limit: 2_000))
    let row = RowRule(item: "date", comparison: ">", values: ["2020-01-01"])
    _ = try World.application { $0.rows = Array(repeating: row, count: 16) }
    #expect(
      refusal { _ = try World.application { $0.rows = Array(repeating: row, count: 17) } }
        == .fieldTooLong(path: "application.rows", limit: 16))
    #expect(
      refusal { _ = try World.application { $0.dailySubjects = -1 } }?.field
        == "application.daily_subjects")
  }

  @Test(
    "row rules name a visible item, a known operator and its values",
    arguments: [
      (RowRule(item: "illness", comparison: "=", values: ["a"]), "share.item_unknown"),
      // Whether a record answers would tell the value of an item that was never asked for (AC-44).
      (RowRule(item: "office", comparison: "=", values: ["a"]), "share.field_malformed"),
      (RowRule(item: "nothing", comparison: "=", values: ["a"]), "share.item_unknown"),
      (RowRule(item: "date", comparison: "like", values: ["a"]), "share.field_malformed"),
      (RowRule(item: "date", comparison: "=", values: []), "share.field_malformed"),
      (RowRule(item: "date", comparison: "=", values: ["a", "b"]), "share.field_malformed"),
      (RowRule(item: "date", comparison: "in", values: []), "share.field_malformed"),
    ])
  func rows(row: RowRule, reason: String) throws {
    #expect(refusal { _ = try World.application { $0.rows = [row] } }?.reason == reason)
  }

  @Test("a comparison names its roll within bounds; without the mode there is none")
  func roll() throws {
    func refused(_ roll: RollLimits?) -> String? {
      refusal { _ = try World.application { $0.roll = roll } }?.field
    }
    func limits(
      _ roll: String = "r", _ rows: Int64 = 1, _ growth: Int = 0, _ frequency: String = "monthly"
    ) -> RollLimits {
      RollLimits(roll: roll, maxRows: rows, maxGrowthPercent: growth, frequency: frequency)
    }
    _ = try World.application { $0.roll = limits() }
    _ = try World.application { $0.roll = limits("r", 100_000_000, 1_000, "per-batch") }
    #expect(refused(nil) == "application.roll")
    #expect(refused(limits("")) == "application.roll")
    #expect(refused(limits("r", 0)) == "application.roll.max_rows")
    #expect(refused(limits("r", 100_000_001)) == "application.roll.max_rows")
    #expect(refused(limits("r", 1, -1)) == "application.roll.max_growth_percent")
    #expect(refused(limits("r", 1, 1_001)) == "application.roll.max_growth_percent")
    #expect(refused(limits("r", 1, 0, "daily")) == "application.roll.frequency")
    #expect(
      refusal { _ = try World.application { $0.modes = [.lookup] } }?.field == "application.roll")
  }

  @Test(
    "not shared: no application, and the profile's own next step (AC-42)",
    .obligation("meizhou-public-2023/9.5"))
  func notShared() throws {
    let meizhou = refusal { _ = try World.application { $0.items = ["name", "illness"] } }
    #expect(meizhou?.reason == "share.not_shared")
    #expect(meizhou?.citation?.text == "meizhou-public-2023/21.4")
    #expect(meizhou?.nextStep?.chinese.contains("核实") == true)
    let hebi = refusal { _ = try World.application("hebi-2021") { $0.items = ["illness"] } }
    #expect(hebi?.citation?.text == "hebi-2021/15.2a")
    #expect(hebi?.nextStep?.chinese.contains("协商") == true)
    let guangdong = refusal {
      _ = try World.application("guangdong-2018") { $0.items = ["illness"] }
    }
    #expect(guangdong?.reason == "share.not_shared")
    #expect(guangdong?.nextStep == nil)
  }

  @Test(
    "open to some bodies alone: another applicant is refused with the criterion (9.4)",
    .obligation("meizhou-public-2023/9.4"))
  func openTo() throws {
    func draft(_ items: [String], openTo: [String]) throws {
      _ = try draftApplication(
        number: 1, use: try World.use { $0.items = items },
        for: try World.entry(openTo: Set(try openTo.map { try World.code($0) })),
        by: try World.actor("human-resources"), applicant: try World.standing("human-resources"),
        under: try World.profile("meizhou-public-2023"), at: World.noon)
    }
    let refused = refusal { try draft(["name"], openTo: ["health", "police"]) }
    #expect(refused?.reason == "share.outside_conditions" && refused?.kind == .notAllowed)
    #expect(
      refused?.citation(under: try World.profile("meizhou-public-2023"))?.text
        == "meizhou-public-2023/9.4")
    for said in ["health", "police", "仅限待遇核对"] {
      #expect(refused?.sentence.chinese.contains(said) == true)
      #expect(refused?.sentence.english.contains(said) == true)
    }
    try draft(["name"], openTo: ["health", "human-resources"])
    try draft(["name"], openTo: [])
    // Only part of it is conditional: the open item is for all (9.1).
    #expect(
      refusal { try draft(["office"], openTo: ["health"]) }
        == .applicationNotNeeded(entry: "entries/E-3"))
    #expect(
      refusal { try draft(["office", "illness"], openTo: ["health"]) }?.reason
        == "share.not_shared")
  }

  @Test("unconditional alone needs no application (guangdong-2018/19.1a)")
  func unconditional() throws {
    #expect(
      refusal { _ = try World.application { $0.items = ["office"] } }
        == .applicationNotNeeded(entry: "entries/E-3"))
    _ = try World.application { $0.items = ["office", "name"] }
  }

  @Test("never an enterprise, never the source itself, never an unpublished entry (AC-40)")
  func reachable() throws {
    func draft(_ actor: Actor, _ entry: SharedEntry) throws {
      _ = try draftApplication(
        number: 1, use: try World.use(), for: entry, by: actor,
        applicant: try World.standing(actor.department.text),
        under: try World.profile("meizhou-public-2023"), at: World.noon)
    }
    let entry = try World.entry()
    for role in [Role.enterprise, .anonymous] {
      let actor = try World.actor("some-company", "wu", [role])
      #expect(refusal { try draft(actor, entry) } == .notGovernmentBody)
    }
    #expect(
      refusal { try draft(try World.actor("justice"), entry) } == .ownEntry(entry: "entries/E-3"))
    #expect(
      refusal {
        try draft(try World.actor("human-resources"), try World.entry(isPublished: false))
      } == .entryNotPublished(entry: "entries/E-3"))
  }

  @Test("a ground that is stated is complete and no internal rule (guangdong-2018/16.1b)")
  func statedBasis() throws {
    #expect(
      refusal {
        _ = try World.application {
          $0.legalBasis = LegalBasis(kind: .internalRule, title: "内部规定", article: "1")
        }
      }?.reason == "share.basis_invalid")
    #expect(
      refusal {
        _ = try World.application {
          $0.legalBasis = LegalBasis(kind: .law, title: "法", article: "")
        }
      }?.reason == "share.basis_incomplete")
  }

  @Test("only the applicant hands it in, once, and takes it back while it is not answered")
  func steps() throws {
    let profile = try World.profile("meizhou-public-2023")
    let draft = try World.application()
    let entry = try World.entry()
    let own = try World.actor("human-resources")
    #expect(
      refusal {
        _ = try draft.submitted(
          by: try World.actor("justice"), entry: entry, under: profile, at: World.noon)
      } == .notParty(resource: "applications/A-1"))
    let submitted = try draft.submitted(by: own, entry: entry, under: profile, at: World.noon)
    #expect(
      refusal {
        _ = try submitted.submitted(by: own, entry: entry, under: profile, at: World.noon)
      }?.reason == "share.wrong_state")
    #expect(try submitted.withdrawn(by: own, reason: "", at: World.noon).state == .withdrawn)
    #expect(
      refusal {
        _ = try submitted.withdrawn(by: try World.actor("justice"), reason: "", at: World.noon)
      }?.reason == "share.not_party")
    #expect(
      refusal { _ = try World.approved().withdrawn(by: own, reason: "", at: World.noon) }?.reason
        == "share.wrong_state")
  }

  @Test("what was drafted is judged again when it is submitted")
  func judgedAgain() throws {
    let profile = try World.profile("meizhou-public-2023")
    let own = try World.actor("human-resources")
    let later = Instant(startOf: try World.day("2025-01-01"))
    #expect(
      refusal {
        _ = try World.application().submitted(
          by: own, entry: try World.entry(), under: profile, at: later)
      }?.reason == "share.until_passed")
    #expect(
      refusal {
        _ = try World.application().submitted(
          by: own, entry: try World.entry(isPublished: false), under: profile, at: World.noon)
      }?.reason == "share.entry_not_published")
  }

  @Test(
    "a county's application goes through its authority in Hebi alone (hebi-2021/15.4, AC-50)",
    .obligation("hebi-2021/15.4"))
  func countyRoute() throws {
    let county = try World.standing(
      "county-welfare", level: .county, region: "410621", authority: "county-bureau")
    let actor = try World.actor("county-welfare")
    func draft(_ key: String, _ entry: SharedEntry) throws -> Application {
      try draftApplication(
        number: 1, use: try World.use(), for: entry, by: actor, applicant: county,
        under: try World.profile(key), at: World.noon)
    }
    let entry = try World.entry()
    #expect(try draft("meizhou-public-2023", entry).forwarder == nil)
    let same = try World.entry(
      source: try World.standing("county-justice", level: .county, region: "410621"))
    #expect(try draft("hebi-2021", same).forwarder == nil)
    let hebi = try World.profile("hebi-2021")
    let application = try draft("hebi-2021", entry)
    #expect(application.forwarder?.text == "county-bureau")
    let forwarded = try application.submitted(by: actor, entry: entry, under: hebi, at: World.noon)
    #expect(forwarded.state == .forwarded)
    #expect(forwarded.submitted == nil)
    #expect(
      refusal { _ = try forwarded.submitted(by: actor, entry: entry, under: hebi, at: World.noon) }
        == .notParty(resource: "applications/A-1"))
    // An officer of the bureau is not the authority; nor does the authority's role alone hand in what is the department's own.
    #expect(
      refusal {
        _ = try forwarded.submitted(
          by: try World.actor("county-bureau"), entry: entry, under: hebi, at: World.noon)
      }
        == .authorityNeeded(
          resource: "applications/A-1", citation: Citation(document: "hebi-2021", article: "15.4")))
    #expect(
      refusal {
        _ = try application.submitted(
          by: try World.actor("county-welfare", "he", [.authority]), entry: entry, under: hebi,
          at: World.noon)
      } == .notParty(resource: "applications/A-1"))
    let submitted = try forwarded.submitted(
      by: try World.actor("county-bureau", "he", [.authority]), entry: entry, under: hebi,
      at: World.noon)
    #expect(submitted.state == .submitted)
  }

  @Test("no profile in force, no case")
  func profileInForce() throws {
    let profiles = try World.profiles()
    let entry = try World.entry()
    #expect(
      try governingProfile(of: entry, in: profiles, on: try World.day("2024-03-04")).key
        == "meizhou-public-2023")
    #expect(
      refusal {
        _ = try governingProfile(of: entry, in: profiles, on: try World.day("2020-01-01"))
      } == .noProfileInForce(resourceClass: "public"))
  }
}
