// Grants: made of what was approved, begun as the profile says, used for what they say, ended when they end.

import Regulation
import ShareRules
import TestSupport
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
    "it begins on acceptance in Meizhou, once its access mode is filed in Luyi, at once elsewhere",
    .obligation("meizhou-specific-2021/21e", "guangdong-2018/19.1e"),
    arguments: [
      ("meizhou-public-2023", GrantState.pendingAcceptance), ("meizhou-specific-2021", .active),
      ("guangdong-2018", .active), ("hebi-2021", .active), ("luyi-2019", .pendingAcceptance),
    ])
  func activation(key: String, state: GrantState) throws {
    let grant = try #require(
      ShareRules.grant(
        1, from: try World.approved(key), under: try World.profile(key),
        by: try World.actor("justice"), at: World.noon))
    #expect(grant.state == state)
    #expect((grant.activated != nil) == (state == .active))
  }

  @Test(
    "the security officer accepts in person (meizhou-public-2023/39)",
    .obligation("meizhou-public-2023/39.4a"))
  func acceptance() throws {
    let pending = try #require(
      ShareRules.grant(
        1, from: try World.approved(), under: try World.profile("meizhou-public-2023"),
        by: try World.actor("justice"), at: World.noon))
    let officer = try World.actor(own, "sun", [.departmentSecurity])
    let meizhou = try World.profile("meizhou-public-2023")
    let grant = try pending.accepted(
      by: officer, officer: officer.name, under: meizhou, at: World.noon)
    #expect(grant.state == .active)
    #expect(grant.securityOfficer == officer.name)
    #expect(
      refusal {
        _ = try pending.accepted(
          by: try World.actor("justice", "sun", [.departmentSecurity]), officer: "",
          under: meizhou, at: World.noon)
      } == .notParty(resource: "grants/G-1"))
    #expect(
      refusal {
        _ = try pending.accepted(
          by: try World.actor(own), officer: "", under: meizhou, at: World.noon)
      } == .securityOfficerNeeded(resource: "grants/G-1"))
    #expect(
      refusal {
        _ = try pending.accepted(
          by: officer, officer: "departments/human-resources/persons/li", under: meizhou,
          at: World.noon)
      } == .officerMustAccept(resource: "grants/G-1"))
    #expect(
      refusal {
        _ = try grant.accepted(by: officer, officer: "", under: meizhou, at: World.noon)
      }?.reason
        == "share.wrong_state")
    #expect(
      refusal {
        _ = try pending.accepted(
          by: officer, officer: "", under: meizhou,
          at: Instant(startOf: try World.day("2025-01-01")))
      }?.reason == "share.grant_expired")
  }

  @Test(
    "AC-47 in Luyi it begins when the access modes are filed; others later need a reason (luyi-2019/13)"
  )
  func filing() throws {
    let luyi = try World.profile("luyi-2019")
    let officer = try World.actor(own)
    let pending = try #require(
      ShareRules.grant(
        1, from: try World.approved("luyi-2019"), under: luyi, by: try World.actor("justice"),
        at: World.noon))
    func call(_ mode: UseMode, inPerson: Bool) throws -> GrantCall {
      GrantCall(
        by: Actor(
          department: officer.department, name: officer.name, roles: officer.roles,
          isInPerson: inPerson), mode: mode, items: [], purpose: pending.purpose,
        today: World.noon.civilDate)
    }
    let early = refusal { _ = try pending.check(try call(.lookup, inPerson: true), under: luyi) }
    let article = Citation(document: "luyi-2019", article: "13.1")
    #expect(early == .accessModeNotFiled(grant: "grants/G-1", mode: .web, citation: article))
    let security = try World.actor(own, "sun", [.departmentSecurity])
    #expect(
      refusal {
        _ = try pending.accepted(by: security, officer: "", under: luyi, at: World.noon)
      } == .accessModeNotFiled(grant: "grants/G-1", mode: nil, citation: article))
    func file(
      _ grant: Grant, _ modes: Set<AccessMode>, _ reason: String = "", by actor: Actor? = nil,
      under profile: Profile? = nil
    ) throws -> Grant {
      try grant.filed(
        modes, reason: reason, by: actor ?? officer, under: profile ?? luyi, at: World.noon)
    }
    let filed = try file(pending, [.web])
    #expect(filed.state == .active && filed.activated == World.noon)
    #expect(try !filed.check(try call(.lookup, inPerson: true), under: luyi).isEmpty)
    for (mode, inPerson) in [(UseMode.lookup, false), (.comparison, true), (.comparison, false)] {
      #expect(
        refusal { _ = try filed.check(try call(mode, inPerson: inPerson), under: luyi) }?.reason
          == "share.access_mode_not_filed")
    }
    let later = refusal { _ = try file(filed, [.web, .fileDownload]) }
    #expect(later?.reason == "share.reason_missing")
    #expect(later?.citation?.text == "luyi-2019/13.1")
    let wider = try file(filed, [.web, .fileDownload], "增加批量比对")
    #expect(wider.activated == filed.activated)
    #expect(try !wider.check(try call(.comparison, inPerson: false), under: luyi).isEmpty)
    #expect(wider.history.last?.reason == "web file_download: 增加批量比对")
    #expect(refusal { _ = try file(pending, []) }?.field == "access_modes")
    #expect(
      refusal { _ = try file(pending, [.web], by: try World.actor("justice")) }
        == .notParty(resource: "grants/G-1"))
    #expect(
      refusal {
        _ = try file(try World.grant(), [.web], under: try World.profile("meizhou-public-2023"))
      } == .filingNotProvided(grant: "grants/G-1"))
    let revoked = try filed.revoked(
      by: try World.actor("justice"), reason: "违规", basis: nil, at: World.noon)
    #expect(refusal { _ = try file(revoked, [.web], "r") }?.reason == "share.wrong_state")
    let late = Instant(startOf: pending.until.adding(days: 1))
    #expect(
      refusal { _ = try pending.filed([.web], reason: "", by: officer, under: luyi, at: late) }?
        .reason == "share.grant_expired")
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

  @Test(
    "it expires after its last day and ends with its entry (meizhou-public-2023/22c)",
    .obligation("meizhou-public-2023/22c"))
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

  @Test(
    "active at once under each profile; in Luyi once the access mode is filed (e.4, luyi-2019/13)",
    .obligation("meizhou-specific-2021/21a", "hebi-2021/15.1a", "guangdong-2018/19.1a"),
    arguments: [
      "meizhou-public-2023", "meizhou-specific-2021", "guangdong-2018", "hebi-2021", "luyi-2019",
    ])
  func atOnce(key: String) throws {
    let grant = try take(key)
    let waits = key == "luyi-2019"
    #expect(grant.state == (waits ? .pendingAcceptance : .active))
    #expect(grant.application == nil)
    #expect(grant.activated == (waits ? nil : World.noon))
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

  @Test(
    "conditional items are applied for, not-shared ones cannot be had, enterprises get none",
    .obligation("meizhou-public-2023/9.5"))
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

@Suite("Enterprises come through a sponsoring department or not at all (AC-49)")
struct EnterpriseTests {
  @Test(
    "AC-49 an enterprise draws on nothing under any of the five, neither applied for nor open",
    arguments: [
      "meizhou-public-2023", "meizhou-specific-2021", "guangdong-2018", "hebi-2021", "luyi-2019",
    ])
  func none(_ key: String) throws {
    let firm = try World.actor("firm", "wu", [.enterprise, .departmentOfficer])
    let standing = try World.standing("firm", level: .city, region: "441400")
    #expect(
      refusal {
        _ = try draftApplication(
          number: 1, use: try World.use(), for: try World.entry(), by: firm, applicant: standing,
          under: try World.profile(key), at: World.noon)
      } == .notGovernmentBody)
    #expect(
      refusal {
        var use = try World.use()
        use.items = ["office"]
        _ = try subscribe(
          1, use: use, to: try World.entry(), by: firm, under: try World.profile(key),
          at: World.noon)
      } == .notGovernmentBody)
  }
}

@Suite("Each call fits its grant (AC-41, AC-45, AC-52)")
struct GrantUseTests {
  private func call(
    _ department: String = "human-resources", mode: UseMode = .lookup, items: [String] = [],
    purpose: String = "核对养老金领取资格", today: String = "2024-03-04", system: String? = nil
  ) throws -> GrantCall {
    let actor = try World.actor(department)
    return GrantCall(
      by: Actor(
        department: actor.department, name: actor.name, roles: actor.roles,
        system: system.flatMap { SystemName($0) }), mode: mode, items: items, purpose: purpose,
      today: try World.day(today))
  }

  @Test("AC-41 only the systems that it names use it; one that names none is for all")
  func systems() throws {
    var grant = try World.grant()
    #expect(try grant.check(try call(system: "workstation")).count == 3)
    grant.systems = [try #require(SystemName("payment"))]
    #expect(try grant.check(try call(system: "payment")).count == 3)
    for system in ["workstation", nil] {
      #expect(
        refusal { _ = try grant.check(try call(system: system)) }
          == .systemNotGranted(grant: "grants/G-1", system: system ?? ""))
    }
    // The department comes first: a stranger learns nothing of its systems.
    #expect(
      refusal { _ = try grant.check(try call("health", system: "x")) }
        == .notGrantee(grant: "grants/G-1"))
  }

  @Test(
    "no item named: all granted; some named: those",
    .obligation("meizhou-specific-2021/21e", "guangdong-2018/19.1e"))
  func allowed() throws {
    let grant = try World.grant()
    #expect(try grant.check(try call()) == ["name", "date", "court"])
    #expect(try grant.check(try call(items: ["court"])) == ["court"])
    #expect(try grant.check(try call(today: "2024-12-31")).count == 3)
  }

  @Test(
    "a look-up names its case where the profile asks it (meizhou-specific-2021/20c, guangdong-2018/16.2a)",
    arguments: [
      ("meizhou-specific-2021", "meizhou-specific-2021/20c"),
      ("guangdong-2018", "guangdong-2018/16.2a"), ("meizhou-public-2023", nil),
      ("hebi-2021", nil), ("luyi-2019", nil),
    ] as [(String, String?)])
  func cases(profile key: String, article: String?) throws {
    let profile = try World.profile(key)
    var grant = try World.grant()
    grant.accessModes = Set(AccessMode.allCases)
    func check(_ mode: UseMode, case number: String) throws -> ShareRefusal? {
      let plain = try call(mode: mode)
      do throws(ShareRefusal) {
        _ = try grant.check(
          GrantCall(
            by: plain.actor, mode: mode, items: [], purpose: plain.purpose, today: plain.today,
            caseNumber: number), under: profile)
        return nil
      } catch { return error }
    }
    #expect(try check(.lookup, case: "YL-1") == nil)
    #expect(try check(.comparison, case: "") == nil)
    let refused = try check(.lookup, case: "")
    #expect(refused?.citation(under: profile)?.text == article)
    #expect(refused?.field == (article == nil ? nil : "case_number"))
  }

  @Test(
    "another unit, item, mode, purpose, or a day too late",
    .obligation("meizhou-public-2023/22b", "meizhou-specific-2021/21e", "guangdong-2018/19.1e"))
  func refused() throws {
    let grant = try World.grant()
    #expect(
      refusal { _ = try grant.check(try call("health")) } == .notGrantee(grant: "grants/G-1"))
    let item = refusal { _ = try grant.check(try call(items: ["name", "judgment"])) }
    #expect(item?.reason == "share.item_not_granted")
    let profile = try World.profile("meizhou-public-2023")
    #expect(item?.citation(under: profile)?.text == "meizhou-public-2023/22a")
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
