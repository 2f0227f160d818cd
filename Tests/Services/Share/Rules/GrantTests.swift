// Grants: made of what was approved, begun as the profile says, used for what they say, ended when they end.

import Regulation
import ShareRules
import Testing
import Vocabulary

@Suite("A grant holds what was approved and no more (AC-44, meizhou-public-2023/22)")
struct GrantTests {
  private let own = "human-resources"

  @Test("the approved items, the five elements")
  func made() throws {
    let grant = try World.grant()
    #expect(grant.items == ["name", "date", "court"])
    #expect(grant.scenario == "发放前比对")
    #expect(grant.grantee.text == own)
    #expect(grant.modes == [.lookup, .comparison])
    #expect(grant.until.iso == "2024-12-31")
    #expect(
      ShareRules.grant(
        1, from: try World.submitted(), under: try World.profile("meizhou-public-2023"),
        by: try World.actor("justice"), at: World.noon) == nil)
  }

  @Test(
    "no grant is without a quota of persons a day: its own, or the profile's (AC-47)",
    arguments: [
      "meizhou-public-2023", "meizhou-specific-2021", "guangdong-2018", "hebi-2021", "luyi-2019",
    ])
  func quota(key: String) throws {
    #expect(try World.grant(key).dailySubjects == 1_000)
    let profile = try World.profile(key)
    func subscribed(_ dailySubjects: Int) throws -> Grant {
      try subscribe(
        2,
        use: try World.use {
          $0.items = ["office"]
          $0.dailySubjects = dailySubjects
        }, to: try World.entry(), by: try World.actor(own), under: profile, at: World.noon)
    }
    #expect(try subscribed(0).dailySubjects == 1_000)
    #expect(try subscribed(20).dailySubjects == 20)
  }

  @Test(
    "it begins on acceptance in Meizhou, at once elsewhere",
    arguments: [
      ("meizhou-public-2023", GrantState.pendingAcceptance), ("meizhou-specific-2021", .active),
      ("guangdong-2018", .active), ("hebi-2021", .active), ("luyi-2019", .active),
    ])
  func activation(key: String, state: GrantState) throws {
    let grant = try #require(
      ShareRules.grant(
        1, from: try World.approved(key), under: try World.profile(key),
        by: try World.actor("justice"), at: World.noon))
    #expect(grant.state == state)
    #expect((grant.activated != nil) == (state == .active))
  }

  @Test("the security officer accepts in person (meizhou-public-2023/39)")
  func acceptance() throws {
    let pending = try #require(
      ShareRules.grant(
        1, from: try World.approved(), under: try World.profile("meizhou-public-2023"),
        by: try World.actor("justice"), at: World.noon))
    let officer = try World.actor(own, "sun", [.departmentSecurity])
    let grant = try pending.accepted(by: officer, officer: officer.name, at: World.noon)
    #expect(grant.state == .active)
    #expect(grant.securityOfficer == officer.name)
    #expect(
      refusal {
        _ = try pending.accepted(
          by: try World.actor("justice", "sun", [.departmentSecurity]), officer: "", at: World.noon)
      } == .notParty(resource: "grants/G-1"))
    #expect(
      refusal {
        _ = try pending.accepted(by: try World.actor(own), officer: "", at: World.noon)
      } == .securityOfficerNeeded(resource: "grants/G-1"))
    #expect(
      refusal {
        _ = try pending.accepted(
          by: officer, officer: "departments/human-resources/persons/li", at: World.noon)
      } == .officerMustAccept(resource: "grants/G-1"))
    #expect(
      refusal { _ = try grant.accepted(by: officer, officer: "", at: World.noon) }?.reason
        == "share.wrong_state")
    #expect(
      refusal {
        _ = try pending.accepted(
          by: officer, officer: "", at: Instant(startOf: try World.day("2025-01-01")))
      }?.reason == "share.grant_expired")
  }

  @Test("source or authority revokes, with a reason; nobody else (AC-52)")
  func revocation() throws {
    let grant = try World.grant()
    for actor in [
      try World.actor("justice"), try World.actor("data-bureau", "zhao", [.authority]),
    ] {
      #expect(
        try grant.revoked(by: actor, reason: "违规", basis: nil, at: World.noon).state == .revoked)
    }
    for actor in [
      try World.actor(own), try World.actor("health"),
      try World.actor("data-bureau", "zhou", [.departmentOfficer]),
      try World.actor("justice", "qian", [.departmentSecurity]),
    ] {
      #expect(
        refusal { _ = try grant.revoked(by: actor, reason: "r", basis: nil, at: World.noon) }
          == .notParty(resource: "grants/G-1"))
    }
    let source = try World.actor("justice")
    #expect(
      refusal { _ = try grant.revoked(by: source, reason: "", basis: nil, at: World.noon) }?.reason
        == "share.reason_missing")
    #expect(
      refusal {
        _ = try grant.revoked(
          by: source, reason: "r",
          basis: LegalBasis(kind: .internalRule, title: "a", article: "b"), at: World.noon)
      }?.reason == "share.basis_invalid")
    let revoked = try grant.revoked(by: source, reason: "r", basis: World.law, at: World.noon)
    #expect(revoked.history.last?.reason.contains("社区矫正法") == true)
    #expect(
      refusal { _ = try revoked.revoked(by: source, reason: "r", basis: nil, at: World.noon) }?
        .reason
        == "share.wrong_state")
  }

  @Test(
    "source or authority suspends and resumes; what the authority suspended it alone resumes (e.5)")
  func suspension() throws {
    let grant = try World.grant()
    let source = try World.actor("justice")
    let authority = try World.actor("data-bureau", "zhao", [.authority])
    let resumed = try grant.suspended(by: source, reason: "责任人离岗", at: World.noon)
      .resumed(by: source, reason: "已补任", at: World.noon)
    #expect(resumed.state == .active && resumed.activated == grant.activated)
    #expect(resumed.history.suffix(2).map(\.to) == ["suspended", "active"])
    let stopped = try grant.suspended(by: authority, reason: "违规", at: World.noon)
    #expect(
      refusal { _ = try stopped.resumed(by: source, reason: "r", at: World.noon) }
        == .authorityMustResume(grant: "grants/G-1"))
    #expect(try stopped.resumed(by: authority, reason: "r", at: World.noon).state == .active)
    #expect(
      try stopped.revoked(by: source, reason: "r", basis: nil, at: World.noon).state == .revoked)
    for actor in [try World.actor(own), try World.actor("justice", "qian", [.departmentSecurity])] {
      #expect(
        refusal { _ = try grant.suspended(by: actor, reason: "r", at: World.noon) }
          == .notParty(resource: "grants/G-1"))
    }
    #expect(
      refusal { _ = try grant.suspended(by: source, reason: "", at: World.noon) }?.reason
        == "share.reason_missing")
    #expect(
      refusal { _ = try stopped.suspended(by: source, reason: "r", at: World.noon) }?.reason
        == "share.wrong_state")
    #expect(
      refusal { _ = try grant.resumed(by: source, reason: "r", at: World.noon) }?.reason
        == "share.wrong_state")
    let late = Instant(startOf: grant.until.adding(days: 1))
    #expect(
      refusal { _ = try stopped.resumed(by: authority, reason: "r", at: late) }?.reason
        == "share.grant_expired")
  }

  @Test("it expires after its last day and ends with its entry (meizhou-public-2023/22c)")
  func ends() throws {
    let grant = try World.grant()
    #expect(grant.expired(at: Instant(endOf: grant.until)) == nil)
    let next = Instant(startOf: grant.until.adding(days: 1))
    let expired = try #require(grant.expired(at: next))
    #expect(expired.state == .expired)
    #expect(expired.expired(at: next) == nil)
    #expect(grant.ended(reason: "withdrawn", at: World.noon)?.state == .ended)
    #expect(expired.ended(reason: "withdrawn", at: World.noon) == nil)
  }

  @Test("the first usage report is due six months after activation (meizhou-public-2023/39.4b)")
  func usageReport() throws {
    let due = try World.grant().usageReportDue(
      under: try World.profile("meizhou-public-2023"), calendar: try World.calendar(),
      today: try World.day("2024-03-04"))
    #expect(due?.date.iso == "2024-09-04")
    #expect(due?.citation.text == "meizhou-public-2023/39.4b")
    let hebi = try World.grant("hebi-2021").usageReportDue(
      under: try World.profile("hebi-2021"), calendar: try World.calendar(),
      today: try World.day("2024-03-04"))
    #expect(hebi == nil)
  }
}

@Suite("Unconditional items are taken at once (AC-40)")
struct SubscriptionTests {
  private func take(
    _ key: String, _ change: (inout UseRequest) -> Void = { _ in }, actor: Actor? = nil
  ) throws -> Grant {
    try subscribe(
      7,
      use: try World.use {
        $0.items = ["office"]
        $0.modes = [.lookup]
        $0.roll = nil
        change(&$0)
      }, to: try World.entry(), by: try actor ?? World.actor("human-resources"),
      under: try World.profile(key), at: World.noon)
  }

  @Test("active at once under each profile", arguments: ["meizhou-public-2023", "guangdong-2018"])
  func atOnce(key: String) throws {
    let grant = try take(key)
    #expect(grant.state == .active)
    #expect(grant.application == nil)
    #expect(grant.activated == World.noon)
  }

  @Test("the purpose is asked in Meizhou (21.2), the concrete business in Guangdong (16.2)")
  func asked() throws {
    let meizhou = refusal { _ = try take("meizhou-public-2023", { $0.purpose = "" }) }
    #expect(meizhou?.field == "purpose")
    #expect(meizhou?.citation?.text == "meizhou-public-2023/21.2")
    let guangdong = refusal { _ = try take("guangdong-2018", { $0.business = "" }) }
    #expect(guangdong?.field == "business")
    #expect(guangdong?.citation?.text == "guangdong-2018/16.2a")
    #expect(try take("guangdong-2018", { $0.purpose = "" }).purpose == "养老金发放")
  }

  @Test("conditional items are applied for, not-shared ones cannot be had, enterprises get none")
  func refused() throws {
    #expect(
      refusal { _ = try take("meizhou-public-2023", { $0.items = ["office", "name"] }) }
        == .applicationNeeded(item: "name"))
    #expect(
      refusal { _ = try take("meizhou-public-2023", { $0.items = ["illness"] }) }?.reason
        == "share.not_shared")
    #expect(
      refusal {
        _ = try take("meizhou-public-2023", actor: try World.actor("firm", "wu", [.enterprise]))
      } == .notGovernmentBody)
    #expect(
      refusal { _ = try take("meizhou-public-2023", { $0.until = nil }) }?.reason
        == "share.field_missing")
  }
}

@Suite("Each call fits its grant (AC-41, AC-45, AC-52)")
struct GrantUseTests {
  private func call(
    _ department: String = "human-resources", mode: UseMode = .lookup, items: [String] = [],
    purpose: String = "核对养老金领取资格", today: String = "2024-03-04"
  ) throws -> GrantCall {
    GrantCall(
      department: try World.code(department), mode: mode, items: items, purpose: purpose,
      today: try World.day(today))
  }

  @Test("no item named: all granted; some named: those")
  func allowed() throws {
    let grant = try World.grant()
    #expect(try grant.check(try call()) == ["name", "date", "court"])
    #expect(try grant.check(try call(items: ["court"])) == ["court"])
    #expect(try grant.check(try call(today: "2024-12-31")).count == 3)
  }

  @Test("another unit, item, mode, purpose, or a day too late")
  func refused() throws {
    let grant = try World.grant()
    #expect(
      refusal { _ = try grant.check(try call("health")) } == .notGrantee(grant: "grants/G-1"))
    let item = refusal { _ = try grant.check(try call(items: ["name", "judgment"])) }
    #expect(item?.reason == "share.item_not_granted")
    #expect(item?.citation?.text == "meizhou-public-2023/22a")
    #expect(item?.sentence.english.contains("name, date, court") == true)
    #expect(
      refusal { _ = try grant.check(try call(purpose: "")) }?.reason == "share.purpose_missing")
    #expect(
      refusal { _ = try grant.check(try call(purpose: "税务稽查")) }?.reason
        == "share.purpose_differs")
    #expect(
      refusal { _ = try grant.check(try call(today: "2025-01-01")) }
        == .grantExpired(grant: "grants/G-1", until: grant.until))
    var lookupOnly = try World.submitted { use in
      use.modes = [.lookup]
      use.roll = nil
    }
    lookupOnly = try lookupOnly.reviewed(
      World.decisions(), reason: "", by: try World.actor("justice"),
      under: try World.profile("hebi-2021"), at: World.noon)
    let narrow = try #require(
      ShareRules.grant(
        2, from: lookupOnly, under: try World.profile("hebi-2021"), by: try World.actor("justice"),
        at: World.noon))
    #expect(
      refusal { _ = try narrow.check(try call(mode: .comparison)) }?.reason
        == "share.mode_not_granted")
  }

  @Test(
    "only an active grant is used, whatever else is right",
    arguments: [
      (GrantState.pendingAcceptance, "share.grant_pending"),
      (.suspended, "share.grant_suspended"), (.expired, "share.grant_expired"),
      (.revoked, "share.grant_revoked"), (.ended, "share.grant_ended"),
    ])
  func states(state: GrantState, reason: String) throws {
    var grant = try World.grant()
    grant.state = state
    let refused = refusal { _ = try grant.check(try call(items: ["nothing"], purpose: "")) }
    #expect(refused?.reason == reason)
    #expect(refused?.kind == .notAllowed)
    #expect(refused?.citation != nil)
  }
}
