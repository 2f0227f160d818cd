// What is told of a running clock on a day: reminders before, on the day, and that it has passed.

import Regulation
import Testing
import Vocabulary

@Suite("A clock reminds before its day and escalates after (policies.md a.2)")
struct ClockNoticeTests {
  /// Three working days from Friday 13 February 2026: due on Wednesday the 25th, over Spring Festival.
  private func clock() throws -> LegalClock {
    LegalClock(rule: Law.rule(3), started: try Law.day("2026-02-13"))
  }

  private func word(_ clock: LegalClock, on day: String, _ before: [Int] = [2, 0]) throws -> String?
  {
    clock.notice(on: try Law.calendar(), today: try Law.day(day), daysBefore: before)?.kind.word
  }

  @Test(
    "two working days before, on the day, and from the working day after it",
    arguments: [
      ("2026-02-13", nil), ("2026-02-14", "reminder-2"), ("2026-02-20", "reminder-2"),
      ("2026-02-24", "reminder-2"), ("2026-02-25", "reminder-0"), ("2026-02-26", "escalation"),
      ("2026-03-20", "escalation"),
    ] as [(String, String?)])
  func days(_ day: String, _ expected: String?) throws {
    #expect(try word(try clock(), on: day) == expected)
  }

  @Test("a period that ends on a Friday is escalated on Monday, not at the weekend")
  func weekend() throws {
    let clock = LegalClock(rule: Law.rule(1), started: try Law.day("2026-03-05"))
    #expect(try word(clock, on: "2026-03-06") == "reminder-0")
    #expect(try word(clock, on: "2026-03-07") == nil)
    #expect(try word(clock, on: "2026-03-09") == "escalation")
    let late = clock.notice(
      on: try Law.calendar(), today: try Law.day("2026-03-11"), daysBefore: [0])
    #expect(late?.overdueDays == 3 && late?.due.date.iso == "2026-03-06")
  }

  @Test("no reminder on or before the day of the start, none while the clock is paused")
  func none() throws {
    var clock = try clock()
    #expect(try word(clock, on: "2026-02-13", [9]) == nil)
    #expect(try word(clock, on: "2026-02-14", [9]) == nil)
    try clock.pause(
      on: try Law.day("2026-02-14"), reason: "补正", approver: "li", calendar: try Law.calendar())
    #expect(try word(clock, on: "2026-02-25") == nil)
    try clock.resume(on: try Law.day("2026-02-25"))
    #expect(try word(clock, on: "2026-02-27") == "reminder-0")
  }

  @Test("another due day brings its own notices: an agreed date is reminded of anew")
  func agreed() throws {
    var clock = try clock()
    try clock.agree(
      on: try Law.day("2026-03-20"), agreed: try Law.day("2026-02-24"), firstParty: "a",
      secondParty: "b",
      permission: Provision(
        value: true, citation: Citation(document: "d", article: "1"), origin: .text),
      calendar: try Law.calendar())
    #expect(try word(clock, on: "2026-02-26") == nil)
    #expect(try word(clock, on: "2026-03-18") == "reminder-2")
  }
}
