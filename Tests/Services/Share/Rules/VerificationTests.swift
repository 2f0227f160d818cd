// Verification requests, and what a reader is told with an answer.

import Regulation
import ShareRules
import TestSupport
import Testing
import Vocabulary

@Suite(
  "A verification answers one claim where data cannot be had (AC-42, meizhou-public-2023/21.4)")
struct VerificationTests {
  private func file(
    _ key: String = "meizhou-public-2023", refused: Set<String> = [], attempts: Int = 0,
    _ change: (inout VerificationClaim) -> Void = { _ in }
  ) throws -> Verification {
    var claim = VerificationClaim(
      item: "illness", hasSubject: true, hasValue: true, purpose: "资格审核", caseNumber: "2024-001",
      legalBasis: nil)
    change(&claim)
    return try requestVerification(
      1, claim, on: try World.entry(), by: try World.actor("human-resources"),
      standing: VerificationStanding(refusedItems: refused, attempts: attempts),
      under: try World.profile(key), at: World.noon)
  }

  @Test(
    "for what is not shared, and for what was refused; for nothing else",
    .obligation("meizhou-public-2023/9.5", "meizhou-public-2023/21.4"))
  func scopes() throws {
    #expect(try file().state == .requested)
    #expect(try file(refused: ["judgment"]) { $0.item = "judgment" }.item == "judgment")
    #expect(
      refusal { _ = try file { $0.item = "judgment" } }?.reason == "share.verification_not_needed")
    #expect(
      refusal { _ = try file { $0.item = "office" } }?.reason == "share.verification_not_needed")
    #expect(refusal { _ = try file { $0.item = "nothing" } }?.reason == "share.item_unknown")
  }

  @Test("only where the profile has them: Hebi says to negotiate")
  func profiles() throws {
    let hebi = refusal { _ = try file("hebi-2021") }
    #expect(hebi?.reason == "share.verification_not_provided")
    #expect(hebi?.nextStep?.chinese.contains("协商") == true)
    #expect(refusal { _ = try file("guangdong-2018") }?.reason == "share.verification_not_provided")
  }

  @Test(
    "subject, value, purpose and case are stated",
    arguments: ["subject", "asserted_value", "purpose", "case_number"])
  func fields(path: String) throws {
    let refused = refusal {
      _ = try file {
        switch path {
        case "subject": $0.hasSubject = false
        case "asserted_value": $0.hasValue = false
        case "purpose": $0.purpose = ""
        default: $0.caseNumber = ""
        }
      }
    }
    #expect(refused?.field == path)
    #expect(refused?.reason == "share.field_missing")
  }

  @Test("three claims about one person, no fourth; texts and grounds are checked")
  func attempts() throws {
    #expect(try file(attempts: 2).state == .requested)
    let refused = refusal { _ = try file(attempts: 3) }
    #expect(refused?.reason == "share.attempts_exhausted")
    #expect(refused?.kind == .tooMuch)
    #expect(
      refusal { _ = try file { $0.purpose = String(repeating: "长", count: 2_001) } }?.reason
        == "share.field_too_long")
    #expect(
      refusal {
        _ = try file { $0.legalBasis = LegalBasis(kind: .internalRule, title: "a", article: "b") }
      }?.reason == "share.basis_invalid")
  }

  @Test("only the source decides, once; absence is told only where it harms nobody")
  func answers() throws {
    let source = try World.actor("justice")
    let request = try file()
    for answer in [VerificationAnswer.match, .noMatch] {
      #expect(
        try request.answered(answer, membershipHarmless: false, by: source, at: World.noon).answer
          == answer)
    }
    #expect(
      try request.answered(.notFound, membershipHarmless: false, by: source, at: World.noon).answer
        == .noMatch)
    #expect(
      try request.answered(.notFound, membershipHarmless: true, by: source, at: World.noon).answer
        == .notFound)
    for actor in [
      try World.actor("human-resources"), try World.actor("data-bureau", "zhao", [.authority]),
      try World.actor("justice", "qian", [.departmentSecurity]),
    ] {
      #expect(
        refusal {
          _ = try request.answered(.match, membershipHarmless: true, by: actor, at: World.noon)
        }?.reason == "share.not_reviewer")
    }
    let done = try request.answered(.match, membershipHarmless: false, by: source, at: World.noon)
    #expect(
      refusal {
        _ = try done.answered(.match, membershipHarmless: false, by: source, at: World.noon)
      }?.reason == "share.wrong_state")
  }

  @Test("it is declined only with reason and law (e.6)")
  func declines() throws {
    let source = try World.actor("justice")
    let profile = try World.profile("meizhou-public-2023")
    func decline(_ reason: String, _ basis: LegalBasis?) throws -> Verification {
      try file().declined(reason: reason, basis: basis, by: source, under: profile, at: World.noon)
    }
    #expect(try decline("涉密", World.law).state == .declined)
    #expect(refusal { _ = try decline("", World.law) }?.reason == "share.reason_missing")
    #expect(refusal { _ = try decline("r", nil) }?.reason == "share.basis_missing")
    #expect(
      refusal {
        _ = try decline("r", LegalBasis(kind: .internalRule, title: "a", article: "b"))
      }?.reason == "share.basis_invalid")
  }

  @Test("it is due promptly, with a number that is ours")
  func due() throws {
    let profile = try World.profile("meizhou-public-2023")
    func reading(_ claim: Verification, _ calendar: WorkingCalendar, _ day: String) throws
      -> String?
    {
      claim.reading(under: profile, calendar: calendar, today: try World.day(day))
        .map { "\($0.due.date.iso) \($0.overdueDays)" }
    }
    let calendar = try World.calendar()
    #expect(try reading(try file(), calendar, "2024-03-04") == "2024-03-11 0")
    #expect(try reading(try file(), calendar, "2024-03-12") == "2024-03-11 1")
    // AC-94: what was decided keeps what it read, whatever calendar comes later.
    let changed = try changedCalendar(closedOn: "2024-03-06")
    var decided = try file()
    decided.decided = World.noon.adding(milliseconds: 8 * 86_400_000)
    let kept = decided.keepingReading(under: profile, calendar: calendar)
    #expect(try reading(kept, changed, "2024-03-20") == "2024-03-11 1")
    #expect(try reading(try file(), changed, "2024-03-12") == "2024-03-12 0")
  }
}

@Suite("What a reader must be told (hebi-2021/13)")
struct AnswerNoticeTests {
  @Test("under check, doubtful name, coverage, and that nothing found is not clean")
  func notices() {
    let lineage = Lineage(
      entryVersion: 1, batch: "batches/B-1", asOf: "2024-03-01", coverage: "whole register",
      unrepairedRejects: 2)
    let plain = AnswerFacts(
      hasRecords: true, isUnderCheck: false, nameDiffers: false, lineage: lineage)
    #expect(answerNotices(plain).count == 1)
    var facts = plain
    facts.isUnderCheck = true
    facts.nameDiffers = true
    #expect(answerNotices(facts).count == 3)
    #expect(answerNotices(facts)[0].english.contains("lawful proof"))
    facts = plain
    facts.hasRecords = false
    #expect(answerNotices(facts).last?.english.contains("Nothing found") == true)
  }
}
