// Reviews: who speaks, on what, with which reasons and grounds; the clock of the answer.

import Regulation
import ShareRules
import TestSupport
import Testing
import Vocabulary

@Suite("An application is decided by those its profile names (AC-43, AC-44)")
struct ReviewTests {
  private func review(
    _ application: Application, _ decisions: [ItemDecision], _ actor: Actor, _ key: String,
    reason: String = ""
  ) throws -> Application {
    try application.reviewed(
      decisions, reason: reason, by: actor, under: try World.profile(key), at: World.noon)
  }

  @Test(
    "the source alone decides (meizhou-public-2023/21, hebi-2021/15, luyi-2019/11)",
    .obligation("meizhou-public-2023/21.3a", "luyi-2019/11a"),
    arguments: ["meizhou-public-2023", "hebi-2021", "luyi-2019"])
  func sourceAlone(key: String) throws {
    let done = try review(
      try World.submitted(key), World.decisions(), try World.actor("justice"), key)
    #expect(done.state == .approved)
    let authority = try World.actor("data-bureau", "zhao", [.authority])
    let refused = refusal {
      _ = try review(try World.submitted(key), World.decisions(), authority, key)
    }
    #expect(refused?.reason == "share.not_reviewer")
    #expect(refused?.kind == .notAllowed)
  }

  @Test(
    "both opinions are needed (meizhou-specific-2021/21, guangdong-2018/19), in any order",
    .obligation("meizhou-specific-2021/21c", "guangdong-2018/19.1c"),
    arguments: ["meizhou-specific-2021", "guangdong-2018"], [true, false])
  func both(key: String, sourceFirst: Bool) throws {
    let source = try World.actor("justice")
    let authority = try World.actor("data-bureau", "zhao", [.authority])
    let (first, second) = sourceFirst ? (source, authority) : (authority, source)
    let half = try review(try World.submitted(key), World.decisions(), first, key)
    #expect(half.state == .underReview)
    #expect(half.approvedItems.count == 4)
    #expect(
      refusal { _ = try review(half, World.decisions(), first, key) }?.reason
        == "share.opinion_given")
    let done = try review(half, World.decisions(refusing: ["court"]), second, key)
    #expect(done.state == .partlyApproved)
    #expect(done.approvedItems == ["name", "date", "judgment"])
  }

  @Test(
    "the applicant's own people do not review it, nor strangers, nor without the role",
    .obligation("meizhou-specific-2021/21c", "guangdong-2018/19.1c"))
  func outsiders() throws {
    let key = "meizhou-public-2023"
    let application = try World.submitted(key)
    #expect(
      refusal {
        _ = try review(application, World.decisions(), try World.actor("human-resources"), key)
      } == .ownApplication(resource: "applications/A-1"))
    for actor in [
      try World.actor("health"), try World.actor("justice", "qian", [.departmentSecurity]),
    ] {
      #expect(
        refusal { _ = try review(application, World.decisions(), actor, key) }?.reason
          == "share.not_reviewer")
    }
  }

  @Test("where one department is source and authority, two of its people decide")
  func oneDepartmentTwoSides() throws {
    let key = "guangdong-2018"
    let entry = try World.entry(source: try World.standing("justice", authority: "justice"))
    let draft = try draftApplication(
      number: 1, use: try World.use(), for: entry, by: try World.actor("human-resources"),
      applicant: try World.standing("human-resources"), under: try World.profile(key),
      at: World.noon)
    let submitted = try draft.submitted(
      by: try World.actor("human-resources"), entry: entry, under: try World.profile(key),
      at: World.noon)
    let both: Set<Role> = [.departmentOfficer, .authority]
    let one = try World.actor("justice", "li", both)
    let half = try review(submitted, World.decisions(), one, key)
    #expect(
      refusal { _ = try review(half, World.decisions(), one, key) }?.reason
        == "share.second_person_needed")
    let two = try World.actor("justice", "qian", both)
    #expect(try review(half, World.decisions(), two, key).state == .approved)
  }

  @Test("each item once, none beyond the request", .obligation("meizhou-public-2023/22b"))
  func completeness() throws {
    let key = "meizhou-public-2023"
    let source = try World.actor("justice")
    let application = try World.submitted(key)
    let extra = ItemDecision(item: "office", isApproved: true, reason: "", basis: nil)
    #expect(
      refusal { _ = try review(application, World.decisions() + [extra], source, key) }
        == .decisionBeyondRequest(item: "office"))
    #expect(
      refusal { _ = try review(application, Array(World.decisions().dropLast()), source, key) }
        == .decisionMissing(item: "judgment"))
    #expect(
      refusal {
        _ = try review(application, World.decisions() + [World.decisions()[0]], source, key)
      } == .itemRepeated("name"))
  }

  @Test("an item at which a row rule looks is not refused alone, nor told by it (AC-44)")
  func rowRule() throws {
    let key = "meizhou-public-2023"
    let source = try World.actor("justice")
    let application = try World.submitted(key) {
      $0.rows = [RowRule(item: "judgment", comparison: "=", values: ["诈骗罪"])]
    }
    #expect(
      refusal { _ = try review(application, World.decisions(refusing: ["judgment"]), source, key) }
        == .rowRuleNeedsItem(item: "judgment"))
    let all: Set = ["name", "date", "court", "judgment"]
    #expect(
      try review(application, World.decisions(refusing: all), source, key).state == .rejected)
    #expect(
      try review(application, World.decisions(refusing: ["court"]), source, key).approvedItems
        == ["name", "date", "judgment"])
  }

  @Test(
    "a refusal has a reason; in Luyi consent too (luyi-2019/11c)",
    .obligation("luyi-2019/11c", "meizhou-specific-2021/21f", "guangdong-2018/19.1f"))
  func reasons() throws {
    func bare(_ isApproved: Bool) -> [ItemDecision] {
      ["name", "date", "court", "judgment"].map {
        ItemDecision(item: $0, isApproved: isApproved, reason: "", basis: World.law)
      }
    }
    let source = try World.actor("justice")
    for key in ["meizhou-public-2023", "hebi-2021"] {
      let application = try World.submitted(key)
      #expect(try review(application, bare(true), source, key).state == .approved)
      #expect(
        refusal { _ = try review(application, bare(false), source, key) }?.reason
          == "share.reason_missing")
      #expect(try review(application, bare(false), source, key, reason: "r").state == .rejected)
    }
    for key in ["meizhou-specific-2021", "guangdong-2018"] {
      #expect(
        refusal { _ = try review(try World.submitted(key), bare(false), source, key) }?.reason
          == "share.reason_missing")
    }
    let luyi = refusal {
      _ = try review(try World.submitted("luyi-2019"), bare(true), source, "luyi-2019")
    }
    #expect(luyi?.reason == "share.reason_missing")
    #expect(luyi?.citation?.text == "luyi-2019/11c")
    let long = String(repeating: "长", count: 2_001)
    let wordy = World.decisions().map {
      ItemDecision(item: $0.item, isApproved: true, reason: long, basis: nil)
    }
    #expect(
      refusal { _ = try review(try World.submitted(), wordy, source, "meizhou-public-2023") }?
        .reason
        == "share.field_too_long")
  }

  @Test(
    "a refusal rests on law, regulation or rule; an internal rule counts nowhere",
    .obligation("meizhou-public-2023/19.2"),
    arguments: [
      ("meizhou-public-2023", nil, "share.basis_missing"),
      ("meizhou-public-2023", BasisKind.internalRule, "share.basis_invalid"),
      ("meizhou-public-2023", .nationalProvision, "share.basis_invalid"),
      ("meizhou-public-2023", .rule, ""),
      ("hebi-2021", nil, ""),
      ("hebi-2021", .internalRule, "share.basis_invalid"),
      ("luyi-2019", nil, ""),
      ("luyi-2019", .internalRule, "share.basis_invalid"),
      ("luyi-2019", .law, ""),
    ] as [(String, BasisKind?, String)])
  func basis(key: String, kind: BasisKind?, reason: String) throws {
    let basis = kind.map { LegalBasis(kind: $0, title: "某法", article: "第一条") }
    let decisions = World.decisions(refusing: ["judgment"], basis: basis)
    let application = try World.submitted(key)
    let source = try World.actor("justice")
    if reason.isEmpty {
      #expect(try review(application, decisions, source, key).state == .partlyApproved)
    } else {
      let refused = refusal { _ = try review(application, decisions, source, key) }
      #expect(refused?.reason == reason)
      #expect(refused?.field == "decisions[3].basis")
      #expect(refused?.citation != nil)
    }
  }

  @Test("a ground without title or article is none")
  func incompleteBasis() throws {
    let key = "meizhou-public-2023"
    for basis in [
      LegalBasis(kind: .law, title: "", article: "1"),
      LegalBasis(kind: .law, title: "某法", article: ""),
    ] {
      #expect(
        refusal {
          _ = try review(
            try World.submitted(key), World.decisions(refusing: ["name"], basis: basis),
            try World.actor("justice"), key)
        }?.reason == "share.basis_incomplete")
    }
  }

  @Test("only what is submitted is reviewed, and once")
  func states() throws {
    let key = "meizhou-public-2023"
    let source = try World.actor("justice")
    #expect(
      refusal { _ = try review(try World.application(key), World.decisions(), source, key) }?.reason
        == "share.wrong_state")
    #expect(
      refusal { _ = try review(try World.approved(key), World.decisions(), source, key) }?.reason
        == "share.opinion_given")
  }

  @Test(
    "a refused application names the next step: Meizhou a verification request, Hebi negotiation")
  func nextStep() throws {
    let all: Set<String> = ["name", "date", "court", "judgment"]
    for (key, word) in [("meizhou-public-2023", "核实"), ("hebi-2021", "协商")] {
      let rejected = try World.approved(key, refusing: all)
      #expect(rejected.state == .rejected)
      #expect(
        rejected.nextStep(under: try World.profile(key))?.chinese.contains(word) == true)
    }
    let approved = try World.approved()
    #expect(approved.nextStep(under: try World.profile("meizhou-public-2023")) == nil)
    let converted = try World.approved(refusing: all).converted(
      by: try World.actor("human-resources"), to: "verification-requests/V-1", at: World.noon)
    #expect(converted.state == .converted)
    #expect(
      approved.converted(by: try World.actor("human-resources"), to: "", at: World.noon).state
        == .approved)
  }
}

@Suite("The answer is due when the profile says (meizhou-public-2023/21.3b and the others)")
struct AnswerDeadlineTests {
  @Test(
    "working days from Monday 2024-03-04",
    .obligation(
      "meizhou-public-2023/21.3b", "hebi-2021/15.1d", "luyi-2019/11b", "guangdong-2018/19.1d"),
    arguments: [
      ("meizhou-specific-2021", "2024-03-07", "meizhou-specific-2021/21d"),
      ("meizhou-public-2023", "2024-03-11", "meizhou-public-2023/21.3b"),
      ("hebi-2021", "2024-03-11", "hebi-2021/15.1d"),
      ("luyi-2019", "2024-03-13", "luyi-2019/11b"),
      ("guangdong-2018", "2024-03-18", "guangdong-2018/19.1d"),
    ])
  func due(key: String, date: String, article: String) throws {
    let profile = try World.profile(key)
    let calendar = try World.calendar()
    let application = try World.submitted(key)
    let due = try #require(
      application.answerDue(
        under: profile, calendar: calendar, today: try World.day("2024-03-04")))
    #expect(due.date.iso == date)
    #expect(due.citation.text == article)
    #expect(!due.isProvisional)
    func late(on day: CivilDate) -> Int? {
      application.answerReading(under: profile, calendar: calendar, today: day)?.overdueDays
    }
    #expect(late(on: due.date) == 0)
    #expect(late(on: due.date.adding(days: 1)) == 1)
    #expect(
      try World.application(key).answerDue(under: profile, calendar: calendar, today: due.date)
        == nil)
  }

  @Test(
    "AC-94 answered late stays answered late under a changed calendar; what is open has its new day"
  )
  func changedLater() throws {
    let profile = try World.profile("meizhou-public-2023")
    let calendar = try World.calendar()
    let changed = try changedCalendar(closedOn: "2024-03-06")
    let open = try World.submitted("meizhou-public-2023")
    var decided = open
    // Due on the 11th.
    decided.decided = World.noon.adding(milliseconds: 8 * 86_400_000)
    let kept = decided.keepingAnswer(under: profile, calendar: calendar)
    let today = try World.day("2024-03-20")
    func text(_ application: Application, _ calendar: WorkingCalendar) -> String? {
      application.answerReading(under: profile, calendar: calendar, today: today)
        .map { "\($0.due.date.iso) \($0.overdueDays)" }
    }
    #expect(text(kept, calendar) == "2024-03-11 1")
    #expect(text(kept, changed) == "2024-03-11 1")
    #expect(kept.keepingAnswer(under: profile, calendar: changed) == kept)
    #expect(text(open, calendar) == "2024-03-11 7")
    #expect(text(open, changed) == "2024-03-12 6")
    #expect(open.keepingAnswer(under: profile, calendar: calendar) == open)
  }

  @Test(
    "user and source may agree another day in Meizhou's trial; nobody else may (AC-63)",
    .obligation("meizhou-specific-2021/21g"))
  func negotiated() throws {
    let profile = try World.profile("meizhou-specific-2021")
    let calendar = try World.calendar()
    let application = try World.submitted("meizhou-specific-2021")
    let user = try World.actor("human-resources")
    let source = try World.actor("justice")
    let day = try World.day("2024-04-01")
    let proposed = try application.replyDate(
      day, by: user, under: profile, calendar: calendar, at: World.noon)
    #expect(proposed.proposal == ReplyProposal(date: day, by: user.department))
    #expect(proposed.agreedDates.isEmpty)
    let again = try proposed.replyDate(
      day, by: user, under: profile, calendar: calendar, at: World.noon)
    #expect(again.agreedDates.isEmpty)
    let counter = try proposed.replyDate(
      try World.day("2024-03-20"), by: source, under: profile, calendar: calendar, at: World.noon)
    #expect(counter.proposal?.by == source.department)
    #expect(counter.agreedDates.isEmpty)
    // What is late stays late: 7 March was the last day.
    let late = try World.day("2024-03-08")
    #expect(
      refusal {
        _ = try proposed.replyDate(
          day, by: source, under: profile, calendar: calendar,
          at: Instant(milliseconds: World.noon.milliseconds + 4 * 86_400_000))
      }
        == .clock(
          .agreementTooLate(
            due: late.adding(days: -1),
            citation: Citation(document: "meizhou-specific-2021", article: "21g"))))
    let agreed = try proposed.replyDate(
      day, by: source, under: profile, calendar: calendar, at: World.noon)
    #expect(agreed.proposal == nil)
    let due = agreed.answerDue(
      under: profile, calendar: try World.calendar(), today: try World.day("2024-03-05"))
    #expect(due?.date == day)
    #expect(due?.citation.text == "meizhou-specific-2021/21g")
    #expect(
      refusal {
        _ = try application.replyDate(
          day, by: try World.actor("data-bureau", "zhao", [.authority]), under: profile,
          calendar: calendar, at: World.noon)
      } == .notParty(resource: "applications/A-1"))
    #expect(
      refusal {
        _ = try application.replyDate(
          try World.day("2024-03-04"), by: user, under: profile, calendar: calendar, at: World.noon)
      }?.reason == "clock.past_date")
    #expect(
      refusal {
        _ = try World.submitted("hebi-2021").replyDate(
          day, by: user, under: try World.profile("hebi-2021"), calendar: calendar, at: World.noon)
      } == .clock(.notNegotiable))
    #expect(
      refusal {
        _ = try World.application("meizhou-specific-2021").replyDate(
          day, by: user, under: profile, calendar: calendar, at: World.noon)
      }?.reason == "share.wrong_state")
  }
}

@Suite("AC-43 no department decides on its own application; the authority above does")
struct OwnAuthorityTests {
  private static let both = ["guangdong-2018", "meizhou-specific-2021"]

  private func draft(
    _ key: String, applicant: DepartmentStanding, source: DepartmentStanding
  ) throws -> Application {
    let officer = Actor(
      department: applicant.code, name: "departments/\(applicant.code.text)/persons/li",
      roles: [.departmentOfficer])
    let entry = try World.entry(source: source)
    return try draftApplication(
      number: 1, use: try World.use(), for: entry, by: officer, applicant: applicant,
      under: try World.profile(key), at: World.noon
    ).submitted(by: officer, entry: entry, under: try World.profile(key), at: World.noon)
  }

  private func bureau(above: String? = "province-bureau") throws -> DepartmentStanding {
    DepartmentStanding(
      code: try World.code("data-bureau"), level: .city, region: "441400",
      authority: try above.map { try World.code($0) }, isAuthority: true)
  }

  @Test(
    "the applicant is the source's authority: the one above speaks, it does not", arguments: both)
  func applicant(_ key: String) throws {
    let profile = try World.profile(key)
    let sent = try draft(key, applicant: try bureau(), source: try World.standing("justice"))
    #expect(sent.authority?.text == "province-bureau")
    let own = try World.actor("data-bureau", "zhao", [.authority])
    #expect(
      refusal {
        _ = try sent.reviewed(
          World.decisions(), reason: "", by: own, under: profile, at: World.noon)
      } == .ownApplication(resource: sent.name))
    let above = try World.actor("province-bureau", "qian", [.authority])
    let answered = try sent.reviewed(
      World.decisions(), reason: "", by: above, under: profile, at: World.noon
    ).reviewed(
      World.decisions(), reason: "", by: try World.actor("justice"), under: profile,
      at: World.noon)
    #expect(answered.state == .approved)
    // The grant is watched over by the one above, not by its user.
    let made = ShareRules.grant(1, from: answered, under: profile, by: above, at: World.noon)
    let grant = try #require(made)
    #expect(
      refusal { _ = try grant.suspended(by: own, reason: "r", at: World.noon) }?.reason
        == "share.not_party")
    #expect(try grant.suspended(by: above, reason: "r", at: World.noon).state == .suspended)
  }

  @Test("the source is an authority: the one above it speaks for the authority", arguments: both)
  func source(_ key: String) throws {
    let sent = try draft(key, applicant: try World.standing("human-resources"), source: bureau())
    #expect(sent.authority?.text == "province-bureau")
    #expect(
      sent.canSpeak(try World.actor("province-bureau", "qian", [.authority]), for: .authority))
    #expect(!sent.canSpeak(try World.actor("data-bureau", "zhao", [.authority]), for: .authority))
  }

  @Test("where none is above, it is refused at once, with what to do", arguments: both)
  func nobody(_ key: String) throws {
    for (applicant, source) in [
      (try bureau(above: nil), try World.standing("justice")),
      (try World.standing("human-resources"), try bureau(above: nil)),
    ] {
      let refused = refusal { _ = try draft(key, applicant: applicant, source: source) }
      #expect(refused?.reason == "share.no_authority_above")
      #expect(refused?.kind == .wrongState)
      #expect(refused?.nextStep?.english.contains("weir department register") == true)
      #expect(refused?.citation?.document == key)
    }
  }

  @Test("where the source alone decides, no authority is needed (meizhou-public-2023/21.3b)")
  func sourceAlone() throws {
    let sent = try draft(
      "meizhou-public-2023", applicant: try bureau(above: nil),
      source: try World.standing("justice"))
    #expect(sent.state == .submitted)
    #expect(sent.authority == nil)
  }

  @Test("AC-50 a county authority applies by itself: nobody hands its application on")
  func county() throws {
    let county = DepartmentStanding(
      code: try World.code("county-bureau"), level: .county, region: "441402",
      authority: try World.code("data-bureau"), isAuthority: true)
    let sent = try draft("hebi-2021", applicant: county, source: try World.standing("justice"))
    #expect(sent.forwarder == nil)
    #expect(sent.state == .submitted)
  }

  @Test("a subscriber that is the source's authority does not watch over its own grant (AC-74)")
  func subscriber() throws {
    var use = try World.use()
    use.items = ["office"]
    let grant = try subscribe(
      1, use: use, to: try World.entry(), by: try World.actor("data-bureau"),
      under: try World.profile("meizhou-public-2023"), at: World.noon)
    #expect(
      refusal {
        _ = try grant.revoked(
          by: try World.actor("data-bureau", "zhao", [.authority]), reason: "r", basis: nil,
          at: World.noon)
      }?.reason == "share.not_party")
  }
}
