// Who may report an error and what the report must hold.

import FeedbackRules
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("AC-60 an error is reported by a holder of a grant, or at a counter for a person")
struct FilingRightTests {
  private func check(
    _ change: (inout IssueReport) -> Void = { _ in }, grant: GrantFacts?, by code: String = holder
  ) throws -> FeedbackRefusal? {
    var report = holderReport()
    change(&report)
    return refusal {
      try checkFilingRight(
        report, on: try cremations(), by: try officer(code), grant: grant,
        under: try FeedbackLaw.profile(publicData))
    }
  }

  private func grant(
    _ name: String = "grants/G-1", entry: String = "entries/E-1", to code: String = holder,
    isHeld: Bool = true
  ) throws -> GrantFacts {
    GrantFacts(name: name, entry: entry, grantee: try department(code), isHeld: isHeld)
  }

  @Test(
    "a holder of a grant on the entry may (meizhou-public-2023/23a)",
    .obligation("meizhou-public-2023/23a"))
  func holderMay() throws {
    #expect(try check(grant: try grant()) == nil)
  }

  @Test(
    "a grant on another entry, of another department, that has ended, or that is none, gives no right",
    .obligation("meizhou-public-2023/23a")
  )
  func othersMayNot() throws {
    for wrong in [
      try grant(entry: "entries/E-2"), try grant(to: "health"), try grant(isHeld: false),
      try grant("grants/G-2"), nil,
    ] {
      let refused = try #require(try check(grant: wrong))
      #expect(refused.reason == "feedback.not_holder" && refused.kind == .notAllowed)
      #expect(refused.citation?.text == "meizhou-public-2023/23a")
      #expect(refused.field == "issue.grant")
    }
  }

  @Test("a holder must name its grant")
  func named() throws {
    #expect(try check({ $0.grant = "" }, grant: nil)?.reason == "feedback.grant_missing")
  }

  @Test("a counter needs no grant (meizhou-public-2023/35b), but one that it names must be its own")
  func counter() throws {
    let open: (inout IssueReport) -> Void = {
      $0.reporter = .counter
      $0.grant = ""
    }
    #expect(try check(open, grant: nil, by: "public-security") == nil)
    #expect(
      try check({ $0.reporter = .counter }, grant: try grant(), by: "public-security")?.reason
        == "feedback.not_holder")
  }

  @Test(
    "each profile cites its own article",
    arguments: [
      (publicData, "meizhou-public-2023/23a"), (specificPopulation, "meizhou-specific-2021/30a"),
      (hebi, "hebi-2021/13.1a"), ("luyi-2019", "weir-default/D21"),
    ])
  func citations(key: String, article: String) throws {
    let refused = refusal {
      try checkFilingRight(
        holderReport(), on: try cremations(), by: try officer(holder), grant: nil,
        under: try FeedbackLaw.profile(key))
    }
    #expect(refused?.citation?.text == article)
  }
}

@Suite("meizhou-specific-2021/30 what a report must hold")
struct ReportContentTests {
  private func check(
    _ report: IssueReport, under key: String = publicData,
    records: [String] = ["entries/E-1/records/7"], hasSubject: Bool = false
  ) throws -> FeedbackRefusal? {
    let profile = try FeedbackLaw.profile(key)
    return refusal {
      try checkReport(
        report, records: records, hasSubject: hasSubject, on: try cremations(), under: profile)
    }
  }

  private func changed(
    _ report: IssueReport = holderReport(), _ change: (inout IssueReport) -> Void
  ) -> IssueReport {
    var report = report
    change(&report)
    return report
  }

  @Test("a whole report passes under every profile", arguments: allProfiles)
  func whole(key: String) throws {
    #expect(try check(holderReport(), under: key) == nil)
    #expect(try check(aliveReport(), under: key) == nil)
  }

  @Test(
    "cause and detailed list are demanded (meizhou-specific-2021/30b)",
    .obligation("meizhou-specific-2021/30b"))
  func elements() throws {
    for text in ["", "  "] {
      let cause = try check(changed { $0.cause = text }, under: specificPopulation)
      #expect(cause?.reason == "feedback.element_missing" && cause?.field == "issue.cause")
      #expect(cause?.citation?.text == "meizhou-specific-2021/30b")
      let list = try check(
        changed { $0.details = text.isEmpty ? [] : [text] }, under: specificPopulation)
      #expect(list?.reason == "feedback.element_missing" && list?.field == "issue.details")
    }
  }

  @Test("who says at a counter that he is alive owes no cause and no list", arguments: allProfiles)
  func aliveSaysItAll(key: String) throws {
    let bare = changed(aliveReport()) {
      $0.cause = ""
      $0.details = []
    }
    #expect(try check(bare, under: key) == nil)
  }

  @Test("letters are a channel of meizhou-specific-2021/30a alone")
  func channels() throws {
    let letter = changed { $0.channel = .letter }
    #expect(try check(letter, under: specificPopulation) == nil)
    for key in [publicData, hebi, "luyi-2019"] {
      #expect(try check(letter, under: key)?.reason == "feedback.channel_not_offered")
    }
  }

  @Test("at a counter a document is seen, a slip given, a person named (meizhou-public-2023/35b)")
  func counter() throws {
    let seen = try check(changed(aliveReport()) { $0.documentSeen = "" })
    #expect(
      seen?.field == "issue.identity_document_seen"
        && seen?.citation?.text == "meizhou-public-2023/33")
    #expect(try check(changed(aliveReport()) { $0.slipNumber = "" })?.field == "issue.slip_number")
    #expect(try check(aliveReport(), records: [])?.field == "subject")
    #expect(try check(aliveReport(), records: [], hasSubject: true) == nil)
    #expect(
      try check(changed(aliveReport()) { $0.documentSeen = "440301199001011234" })?.reason
        == "feedback.document_malformed")
    // Nor does a holder of a grant write a number there.
    #expect(
      try check(changed { $0.documentSeen = "440301199001011234" })?.reason
        == "feedback.document_malformed")
  }

  @Test("that a person is alive is filed at a counter")
  func alive() throws {
    #expect(
      try check(changed { $0.personIsAlive = true })?.reason == "feedback.alive_needs_counter")
  }

  @Test("reporter, kind and item must be known")
  func kinds() throws {
    #expect(try check(changed { $0.reporter = nil })?.field == "issue.reporter")
    #expect(try check(changed { $0.kind = nil })?.field == "issue.kind")
    #expect(try check(changed { $0.item = "height" })?.reason == "feedback.item_unknown")
    #expect(try check(changed { $0.item = "" }) == nil)
  }

  @Test("records belong to the entry")
  func records() throws {
    for record in ["entries/E-2/records/7", "entries/E-1", "7", "entries/E-1/records/0"] {
      #expect(
        try check(holderReport(), records: [record])?.reason == "feedback.record_foreign")
    }
    #expect(try check(holderReport(), records: []) == nil)
  }

  @Test("everything has its bound, and the bound itself passes")
  func lengths() throws {
    func long(_ count: Int) -> String { String(repeating: "误", count: count) }
    #expect(try check(changed { $0.cause = long(2_000) }) == nil)
    #expect(try check(changed { $0.cause = long(2_001) })?.field == "issue.cause")
    #expect(try check(changed { $0.details = [long(300)] }) == nil)
    #expect(try check(changed { $0.details = [long(301)] })?.field == "issue.details")
    #expect(try check(changed { $0.details = .init(repeating: "误", count: 200) }) == nil)
    #expect(
      try check(changed { $0.details = .init(repeating: "误", count: 201) })?.reason
        == "feedback.too_long")
    #expect(
      try check(changed(aliveReport()) { $0.slipNumber = long(41) })?.field == "issue.slip_number")
    #expect(
      try check(
        changed(aliveReport()) { $0.documentSeen = "a" + String(repeating: "b", count: 40) }
      ) != nil)
    let many = (1...501).map { "entries/E-1/records/\($0)" }
    #expect(try check(holderReport(), records: Array(many.dropLast())) == nil)
    #expect(try check(holderReport(), records: many)?.field == "issue.records")
  }

  @Test("no identity number (GB 11643) stands in a free text")
  func identityNumbers() throws {
    for text in [
      "身份证11010519491231002X有误", "11010519491231002x", "号码 440524188001010014。",
      "１１０１０５１９４９１２３１００２Ｘ", "110105-19491231-002X",
    ] {
      #expect(try check(changed { $0.cause = text })?.field == "issue.cause")
      #expect(try check(changed { $0.details = ["好", text] })?.field == "issue.details")
      let slip = try check(changed(aliveReport()) { $0.slipNumber = text })
      #expect(slip?.reason == "feedback.identity_number_in_text")
    }
    // A wrong check digit, and a longer run: something else.
    for text in ["110105194912310021", "1101051949123100234567"] {
      #expect(try check(changed { $0.cause = text }) == nil)
    }
  }

  @Test("of several faults the right to file comes first, then the order of the refusals")
  func precedence() throws {
    let bad = changed {
      $0.kind = nil
      $0.channel = .letter
      $0.cause = ""
    }
    #expect(try check(bad, records: ["x"])?.field == "issue.kind")
    let less = changed {
      $0.channel = .letter
      $0.cause = ""
    }
    #expect(try check(less, records: ["x"])?.reason == "feedback.channel_not_offered")
    #expect(try check(changed { $0.cause = "" }, records: ["x"])?.field == "issue.cause")
  }
}
