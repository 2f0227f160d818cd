// Each step of an issue: by whom, from which state, with what.

import FeedbackRules
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("AC-61 only the source verifies and rectifies, only the reporter confirms")
struct IssueStepTests {
  private let time: Instant
  private let profile: Profile
  private let calendar: WorkingCalendar

  init() throws {
    time = try morning("2024-03-06")
    profile = try FeedbackLaw.profile(publicData)
    calendar = try FeedbackLaw.calendar()
  }

  private func conclude(
    _ issue: QualityIssue, _ isConfirmed: Bool = true, reasons: [String] = [],
    by code: String = source
  ) throws -> QualityIssue {
    try issue.concluded(
      isConfirmed: isConfirmed, reasons: reasons, by: try officer(code), at: time, under: profile)
  }

  private func correction(
    _ record: String? = "entries/E-1/records/7", _ batch: String = "batches/B-2"
  )
    -> Correction
  {
    Correction(
      record: record, batch: batch, isRemoved: false, replacement: "entries/E-1/records/70",
      items: ["cremated-on"])
  }

  /// An issue in each state that a caller can find it in.
  private func issues() throws -> [IssueState: QualityIssue] {
    let verifying = try filed()
    let confirmed = try conclude(verifying)
    let two = try conclude(
      try filed(records: ["entries/E-1/records/7", "entries/E-1/records/8"]))
    let rectified = confirmed.corrected(by: correction(), at: time, under: profile)
    let informed = rectified.informed(at: time, under: profile)
    let all = [
      try filed(under: hebi), verifying, confirmed,
      two.corrected(by: correction(), at: time, under: profile), rectified, informed,
      try informed.closed(by: try officer(holder), at: time),
      try verifying.withdrawn(reason: "误报", by: try officer(holder), at: time),
    ]
    return Dictionary(all.map { ($0.state, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The states from which a step is possible; elsewhere it must say in which state the issue is.
  private func allowed(_ step: (QualityIssue) throws -> QualityIssue) throws -> Set<IssueState> {
    var allowed: Set<IssueState> = []
    for (state, issue) in try issues() {
      switch refusal({ try step(issue) }) {
      case nil: allowed.insert(state)
      case .wrongState(_, let told, _): #expect(told == state)
      case let other: noteUnexpected(other, state)
      }
    }
    return allowed
  }

  private func noteUnexpected(_ refusal: FeedbackRefusal?, _ state: IssueState) {
    Issue.record("\(state): \(String(describing: refusal))")
  }

  @Test(
    "the path of a repair: verifying, confirmed, rectifying, rectified, informed, closed",
    .obligation("meizhou-specific-2021/31a"))
  func path() throws {
    let states = try #require(try issues()[.closed]).history.map(\.to)
    #expect(
      states == [
        .opened, .verifying, .confirmed, .rectifying, .rectified, .informed, .closed,
      ])
    #expect(try issues().count == 8)
  }

  @Test("each step is possible from its states alone")
  func states() throws {
    let reporter = try officer(holder)
    #expect(try allowed { try conclude($0) } == [.opened, .verifying])
    #expect(try allowed { try $0.closed(by: reporter, at: time) } == [.informed])
    #expect(
      try allowed {
        try $0.reopened(
          reason: "仍有误", by: reporter, at: time, under: profile, calendar: calendar)
      } == [.closed])
    #expect(
      try allowed { try $0.withdrawn(reason: "误报", by: reporter, at: time) }
        == [.opened, .verifying])
  }

  @Test("the authority, the reporter and strangers do not verify")
  func sourceAlone() throws {
    for code in [authority, holder, "health"] {
      let refused = refusal { try conclude(try filed(), by: code) }
      #expect(refused?.reason == "feedback.not_source" && refused?.kind == .notAllowed)
      #expect(refused?.citation?.text == "weir-default/AC-61")
    }
  }

  @Test("the source, the authority and strangers neither close, reopen nor withdraw")
  func reporterAlone() throws {
    let all = try issues()
    let informed = try #require(all[.informed])
    let closed = try #require(all[.closed])
    for code in [authority, source, "health"] {
      let other = try officer(code)
      let refusals = [
        refusal { try informed.closed(by: other, at: time) },
        refusal {
          try closed.reopened(
            reason: "仍有误", by: other, at: time, under: profile, calendar: calendar)
        },
        refusal { try filed().withdrawn(reason: "误报", by: other, at: time) },
      ]
      #expect(refusals.allSatisfy { $0?.reason == "feedback.not_reporter" })
    }
  }

  @Test("what is not confirmed needs reasons (AC-61), short ones without numbers")
  func reasons() throws {
    for none in [[], [""], ["  "]] {
      let refused = refusal { try conclude(try filed(), false, reasons: none) }
      #expect(refused?.reason == "feedback.reasons_missing" && refused?.field == "reasons")
      #expect(refused?.citation?.text == "meizhou-public-2023/23b")
    }
    let issue = try conclude(try filed(), false, reasons: ["", "与凭证一致"])
    #expect(issue.state == .informed && issue.reasons == ["与凭证一致"])
    let long = String(repeating: "误", count: 301)
    #expect(
      refusal { try conclude(try filed(), false, reasons: [long]) }?.reason == "feedback.too_long")
    #expect(
      refusal {
        try conclude(try filed(), false, reasons: .init(repeating: "误", count: 201))
      }?.reason == "feedback.too_long")
    #expect(
      refusal { try conclude(try filed(), false, reasons: ["11010519491231002X"]) }?.reason
        == "feedback.identity_number_in_text")
  }

  @Test("reopening starts new clocks and keeps count")
  func reopening() throws {
    let closed = try #require(try issues()[.closed])
    let reporter = try officer(holder)
    let later = try morning("2024-04-01")
    let again = try closed.reopened(
      reason: "仍有误", by: reporter, at: later, under: profile, calendar: calendar)
    #expect(again.state == .verifying && again.reopened == 1)
    #expect(again.clocks.verify?.started == later.civilDate && again.clocks.rectify == nil)
    // What was corrected is a removed record; the replacement stands, and can be corrected again.
    #expect(again.clocks.verified == nil)
    #expect(again.records == [IssueRecord(name: "entries/E-1/records/70", isNamed: true)])
    for reason in ["", " "] {
      #expect(
        refusal {
          try closed.reopened(
            reason: reason, by: reporter, at: later, under: profile, calendar: calendar)
        }?.reason == "feedback.reasons_missing")
    }
    #expect(
      refusal {
        try closed.reopened(
          reason: String(repeating: "误", count: 2_001), by: reporter, at: later, under: profile,
          calendar: calendar)
      }?.reason == "feedback.too_long")
  }

  @Test("a withdrawal says why")
  func withdrawal() throws {
    #expect(
      refusal { try filed().withdrawn(reason: "", by: try officer(holder), at: time) }?.reason
        == "feedback.reasons_missing")
  }

  @Test("an issue about several records is rectified with the last of them")
  func severalRecords() throws {
    let records = ["entries/E-1/records/7", "entries/E-1/records/8"]
    let first = try conclude(try filed(records: records))
      .corrected(by: correction(records[0]), at: time, under: profile)
    #expect(first.state == .rectifying && first.clocks.rectified == nil)
    let repeated = first.corrected(by: correction(records[0]), at: time, under: profile)
    #expect(repeated.state == .rectifying)
    let second = first.corrected(
      by: correction(records[1], "batches/B-3"), at: time, under: profile)
    #expect(second.state == .rectified && second.correctionBatch == "batches/B-3")
    #expect(second.records.map(\.correctedBy) == ["batches/B-2", "batches/B-3"])
  }

  @Test(
    "who corrects the first of several records before answering has the time for the rest that the profile gives",
    arguments: [
      (publicData, "2024-03-20"), (hebi, "2024-03-20"), (specificPopulation, "2024-04-01"),
    ])
  func correctedFirst(key: String, due: String) throws {
    let issue = try filed(
      under: key, records: ["entries/E-1/records/7", "entries/E-1/records/8"]
    ).corrected(by: correction(), at: time, under: try FeedbackLaw.profile(key))
    #expect(issue.state == .rectifying && issue.clocks.verified == time.civilDate)
    #expect(issue.deadline(on: calendar, today: time.civilDate)?.due.date.iso == due)
  }

  @Test("an issue about the whole entry is rectified by a batch that names it")
  func wholeEntry() throws {
    let issue = try conclude(try filed(records: []))
      .corrected(by: correction(nil), at: time, under: profile)
    #expect(issue.state == .rectified && issue.records.isEmpty)
  }

  @Test("who corrects before saying so has confirmed by it; afterwards only the batch is kept")
  func unsaid() throws {
    let early = try filed(under: hebi).corrected(by: correction(), at: time, under: profile)
    #expect(
      early.history.map(\.to) == [.opened, .verifying, .confirmed, .rectifying, .rectified])
    let closed = try #require(try issues()[.closed])
    let late = closed.corrected(
      by: correction("entries/E-1/records/7", "batches/B-9"), at: time, under: profile)
    #expect(late.state == .closed && late.correctionBatch == "batches/B-9")
  }

  @Test("only a result is told: nothing else becomes informed")
  func informedOnce() throws {
    for (state, issue) in try issues() where state != .rectified {
      #expect(issue.informed(at: time, under: profile).state == state)
    }
  }
}

@Suite(
  "AC-62 hebi-2021/13.1c: one extension, by the principal head, filed before the first due date")
struct ExtensionTests {
  private func extend(
    _ issue: QualityIssue? = nil, days: Int = 5, reason: String = "外业核查", filing: String = "备 12 号",
    roles: Set<Role> = [.departmentHead], by code: String = source, on date: String = "2024-03-10",
    under key: String = hebi
  ) throws -> QualityIssue {
    try (try issue ?? filed(under: key)).extended(
      workingDays: days, reason: reason, filing: filing,
      by: try officer(code, roles: roles), at: try morning(date),
      under: try FeedbackLaw.profile(key), calendar: try FeedbackLaw.calendar())
  }

  @Test("ten days are granted, after the first due date", .obligation("hebi-2021/13.1c"))
  func granted() throws {
    let issue = try extend(days: 10)
    let calendar = try FeedbackLaw.calendar()
    let due = try #require(issue.verification(on: calendar, today: try day("2024-03-10"))).due
    #expect(due.date.iso == "2024-04-01" && due.citation.text == "hebi-2021/13.1c")
    #expect(issue.history.last?.reason == "外业核查（备 12 号）")
  }

  @Test(
    "an officer, another department, no filing, no reason: refused",
    .obligation("hebi-2021/13.1c", "hebi-2021/6.3b"))
  func needs() throws {
    let officer = refusal { try extend(roles: [.departmentOfficer]) }
    #expect(officer?.reason == "feedback.head_needed")
    #expect(officer?.citation?.text == "hebi-2021/13.1c")
    #expect(refusal { try extend(by: authority) }?.reason == "feedback.not_source")
    #expect(refusal { try extend(filing: " ") }?.reason == "feedback.filing_missing")
    #expect(refusal { try extend(reason: "") }?.reason == "feedback.reasons_missing")
  }

  @Test("reason and filing have their bounds, and no number stands in them")
  func texts() throws {
    func long(_ count: Int) -> String { String(repeating: "误", count: count) }
    #expect(try extend(reason: long(2_000), filing: long(300)).clocks.verify != nil)
    #expect(refusal { try extend(reason: long(2_001)) }?.field == "reason")
    #expect(refusal { try extend(filing: long(301)) }?.field == "filing")
    // One character for a reader, a thousand for the disk.
    let accents = "e" + String(repeating: "\u{301}", count: 2_000)
    #expect(refusal { try extend(reason: accents) }?.reason == "feedback.too_long")
    for number in ["11010519491231002X", "１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002X"] {
      let told = refusal { try extend(reason: "查 \(number)") }
      #expect(told?.reason == "feedback.identity_number_in_text" && told?.field == "reason")
      #expect(refusal { try extend(filing: number) }?.field == "filing")
    }
  }

  @Test(
    "eleven days, no day, a second time, and after the due date: refused",
    .obligation("hebi-2021/13.1c"))
  func limits() throws {
    for days in [11, 0, -1] {
      let refused = refusal { try extend(days: days) }
      #expect(refused?.reason == "clock.extension_too_long")
      #expect(refused?.citation?.text == "hebi-2021/13.1c" && refused?.field == "working_days")
    }
    let once = try extend(days: 4)
    #expect(refusal { try extend(once, days: 4) }?.reason == "clock.extension_repeated")
    #expect(try extend(on: "2024-03-18").clocks.verify?.extensions.count == 1)
    #expect(refusal { try extend(on: "2024-03-19") }?.reason == "clock.extension_too_late")
  }

  @Test("the other profiles know no extension", arguments: [publicData, specificPopulation])
  func otherProfiles(key: String) throws {
    let refused = refusal { try extend(on: "2024-03-05", under: key) }
    #expect(refused?.reason == "clock.no_extension" && refused?.citation != nil)
  }

  @Test("a completed verification is not extended")
  func completed() throws {
    let done = try filed(under: hebi).concluded(
      isConfirmed: true, reasons: [], by: try officer(source), at: try morning("2024-03-05"),
      under: try FeedbackLaw.profile(hebi))
    #expect(refusal { try extend(done) }?.reason == "feedback.wrong_state")
  }
}

@Suite("AC-63 meizhou-specific-2021/31d: another date needs both parties")
struct AgreedDateTests {
  private func agree(
    _ issue: QualityIssue, _ date: String, by code: String, under key: String = specificPopulation
  ) throws -> QualityIssue {
    try issue.dateAgreed(
      try day(date), by: try officer(code), at: try morning("2022-03-02"),
      under: try FeedbackLaw.profile(key), calendar: try FeedbackLaw.calendar())
  }

  private func due(_ issue: QualityIssue) throws -> String? {
    issue.deadline(on: try FeedbackLaw.calendar(), today: try day("2022-03-02"))?.due.date.iso
  }

  @Test(
    "one party alone changes nothing; the same date from the other holds, and all is kept",
    .obligation("meizhou-specific-2021/31d"))
  func both() throws {
    let issue = try filed(under: specificPopulation, on: "2022-03-01")
    let proposed = try agree(issue, "2022-05-10", by: source)
    #expect(try due(proposed) == "2022-03-29" && proposed.proposal?.by.text == source)
    let repeated = try agree(proposed, "2022-05-10", by: source)
    #expect(try due(repeated) == "2022-03-29")
    let agreed = try agree(repeated, "2022-05-10", by: holder)
    #expect(try due(agreed) == "2022-05-10" && agreed.proposal == nil)
    #expect(agreed.clocks.rectify?.negotiated.count == 1)
  }

  @Test("another date is a new proposal")
  func counterProposal() throws {
    let issue = try filed(under: specificPopulation, on: "2022-03-01")
    let countered = try agree(try agree(issue, "2022-05-10", by: source), "2022-04-20", by: holder)
    #expect(try due(countered) == "2022-03-29" && countered.proposal?.date.iso == "2022-04-20")
    #expect(try due(try agree(countered, "2022-04-20", by: source)) == "2022-04-20")
  }

  @Test("a third party cannot, not even the authority")
  func thirdParty() throws {
    let issue = try filed(under: specificPopulation, on: "2022-03-01")
    for code in [authority, "health"] {
      let refused = refusal { try agree(issue, "2022-05-10", by: code) }
      #expect(refused?.reason == "feedback.not_party")
      #expect(refused?.citation?.text == "meizhou-specific-2021/31d")
    }
  }

  @Test("a past date, and a profile without such dates: refused")
  func limits() throws {
    let issue = try filed(under: specificPopulation, on: "2022-03-01")
    let past = refusal { try agree(issue, "2022-03-02", by: source) }
    #expect(past?.reason == "clock.past_date" && past?.field == "date")
    let confirmed = try filed(on: "2022-03-01").concluded(
      isConfirmed: true, reasons: [], by: try officer(source), at: try morning("2022-03-02"),
      under: try FeedbackLaw.profile(publicData))
    #expect(
      refusal { try agree(confirmed, "2022-05-10", by: source, under: publicData) }?.reason
        == "clock.not_negotiable")
    #expect(
      refusal {
        try agree(try filed(on: "2022-03-01"), "2022-05-10", by: source, under: publicData)
      }?.reason == "feedback.wrong_state")
  }

  @Test("a department that reported on its own register has nobody to agree with")
  func ownRegister() throws {
    let issue = try filed(
      aliveReport(), under: specificPopulation, on: "2022-03-01", by: source)
    #expect(
      refusal { try agree(issue, "2022-05-10", by: source) }?.reason == "clock.one_party")
  }
}
