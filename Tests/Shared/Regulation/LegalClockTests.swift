// The one engine that counts days: boundaries, pauses, extensions, agreed dates, and its laws.

import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("Clocks")
struct LegalClockTests {
  private func due(_ start: String, _ days: Int) throws -> DueDate {
    let day = try Law.day(start)
    return LegalClock(rule: Law.rule(days), started: day).due(on: try Law.calendar(), today: day)
  }

  @Test(
    "the day of receipt is not counted, holidays are skipped, make-up weekends count",
    arguments: [
      ("2024-03-04", 5, "2024-03-11"), ("2024-02-05", 5, "2024-02-18"),
      ("2024-04-25", 15, "2024-05-17"), ("2024-09-13", 5, "2024-09-23"),
      ("2024-09-30", 5, "2024-10-12"), ("2024-04-30", 5, "2024-05-10"),
      ("2024-03-08", 1, "2024-03-11"), ("2024-03-09", 1, "2024-03-11"),
      ("2024-03-10", 1, "2024-03-11"), ("2022-09-30", 3, "2022-10-10"),
    ])
  func countsWorkingDays(start: String, days: Int, expected: String) throws {
    let due = try due(start, days)
    #expect(due.date.iso == expected)
    #expect(!due.isProvisional)
  }

  @Test(
    "beyond the last notice a date is provisional, and on days that the next may move; not before")
  func provisional() throws {
    #expect(
      try due("2026-12-23", 1)
        == DueDate(
          date: try Law.day("2026-12-24"), citation: Law.rule(1).citation, isProvisional: false))
    // The notice for 2019 of 2018-12-06 made 29 December 2018 a day of work and the 31st one of rest.
    #expect(try due("2026-12-24", 1).isProvisional)
    #expect(try due("2026-12-30", 1).isProvisional)
    #expect(try !due("2018-12-27", 2).isProvisional)
    let crossing = try due("2026-12-30", 3)
    #expect(crossing.isProvisional)
    #expect(crossing.date.iso == "2027-01-04")
    #expect(try due("2014-12-30", 3).isProvisional)
    #expect(try !due("2014-12-31", 3).isProvisional)
  }

  @Test("months end on the same day of a later month, or on its last (Civil Code 202)")
  func months() throws {
    let rule = ClockRule(
      period: .months(6), start: .grantActivated, citation: Law.rule(1).citation, origin: .text)
    let calendar = try Law.calendar()
    let clock = LegalClock(rule: rule, started: try Law.day("2024-08-31"))
    #expect(clock.due(on: calendar, today: clock.started).date.iso == "2025-02-28")
    #expect(clock.occurrence(2, on: calendar).date.iso == "2025-08-31")
    #expect(clock.occurrence(3, on: calendar).date.iso == "2026-02-28")
  }

  @Test("the due day itself is in time to its end; lateness is a flag with a duration")
  func overdue() throws {
    let calendar = try Law.calendar()
    let clock = LegalClock(rule: Law.rule(5), started: try Law.day("2024-03-04"))
    #expect(clock.overdue(on: calendar, at: try Law.day("2024-03-11")) == nil)
    let late = clock.overdue(on: calendar, at: try Law.day("2024-03-12"))
    #expect(late?.workingDays == 1 && late?.calendarDays == 1)
    let weekend = LegalClock(rule: Law.rule(4), started: try Law.day("2024-03-04"))
    let saturday = weekend.overdue(on: calendar, at: try Law.day("2024-03-09"))
    #expect(saturday?.workingDays == 0 && saturday?.calendarDays == 1)
    let long = clock.overdue(on: calendar, at: try Law.day("2024-03-19"))
    #expect(long?.workingDays == 6 && long?.calendarDays == 8)
    #expect(clock.escalates(on: calendar, today: clock.started).iso == "2024-03-12")
    #expect(weekend.escalates(on: calendar, today: clock.started).iso == "2024-03-11")
  }

  @Test("reminders fall on working days before the due day, after the start, once each")
  func reminders() throws {
    let calendar = try Law.calendar()
    let clock = LegalClock(rule: Law.rule(5), started: try Law.day("2024-02-05"))
    #expect(
      clock.reminders(on: calendar, today: clock.started, daysBefore: [2, 0]).map(\.iso)
        == ["2024-02-08", "2024-02-18"])
    let short = LegalClock(rule: Law.rule(1), started: try Law.day("2024-03-04"))
    #expect(
      short.reminders(on: calendar, today: short.started, daysBefore: [2, 1, 0, 0]).map(\.iso)
        == ["2024-03-05"])
  }

  @Test("a paused clock does not count; the day of the pause does, the day of resumption does not")
  func pauses() throws {
    let calendar = try Law.calendar()
    let today = try Law.day("2024-03-20")
    var clock = LegalClock(rule: Law.rule(5), started: try Law.day("2024-03-04"))
    try clock.pause(
      on: try Law.day("2024-03-06"), reason: "待补正", approver: "wang", calendar: calendar)
    #expect(clock.isPaused)
    #expect(clock.due(on: calendar, today: today).isProvisional)
    #expect(clock.overdue(on: calendar, at: try Law.day("2024-06-01")) == nil)
    #expect(throws: ClockRefusal.alreadyPaused) {
      try clock.pause(on: today, reason: "x", approver: "y", calendar: calendar)
    }
    #expect(throws: ClockRefusal.beforeLastEvent(try Law.day("2024-03-06"))) {
      try clock.resume(on: try Law.day("2024-03-05"))
    }
    try clock.resume(on: try Law.day("2024-03-08"))
    // 5 and 6 March count, 7 and 8 do not, 11, 12 and 13 do.
    #expect(clock.due(on: calendar, today: today).date.iso == "2024-03-13")
    #expect(!clock.due(on: calendar, today: today).isProvisional)
    #expect(throws: ClockRefusal.notPaused) { try clock.resume(on: today) }
    #expect(throws: ClockRefusal.beforeLastEvent(try Law.day("2024-03-08"))) {
      try clock.pause(on: try Law.day("2024-03-07"), reason: "x", approver: "y", calendar: calendar)
    }
    var same = LegalClock(rule: Law.rule(5), started: try Law.day("2024-03-04"))
    try same.pause(on: try Law.day("2024-03-06"), reason: "x", approver: "y", calendar: calendar)
    try same.resume(on: try Law.day("2024-03-06"))
    #expect(same.due(on: calendar, today: today).date.iso == "2024-03-11")
  }

  @Test("a pause moves a clock of months by its days")
  func pausedMonths() throws {
    let rule = ClockRule(
      period: .months(1), start: nil, citation: Law.rule(1).citation, origin: .text)
    let calendar = try Law.calendar()
    var clock = LegalClock(rule: rule, started: try Law.day("2024-03-04"))
    try clock.pause(on: try Law.day("2024-03-10"), reason: "x", approver: "y", calendar: calendar)
    try clock.resume(on: try Law.day("2024-03-15"))
    let due = clock.due(on: calendar, today: clock.started)
    #expect(due.date.iso == "2024-04-09")
  }

  @Test(
    "a pause within an extension gives its days back, and moves a day that was agreed before it")
  func pausedLater() throws {
    let calendar = try Law.calendar()
    let rule = try #require(try Law.profile("hebi-2021").clock(.issueVerification))
    let plain = LegalClock(
      rule: rule, started: try Law.day("2024-06-07"),
      extensions: [
        ClockExtension(
          workingDays: 10, citation: rule.citation, filed: try Law.day("2024-06-20"),
          reason: "复杂", approver: "head")
      ])
    // Due on 8 July; stopped from Wednesday 26 June to Friday 28 June, it gives Thursday and Friday back.
    var clock = plain
    try clock.pause(
      on: try Law.day("2024-06-26"), reason: "x", approver: "y", calendar: calendar)
    try clock.resume(on: try Law.day("2024-06-28"))
    #expect(plain.due(on: calendar, today: clock.started).date.iso == "2024-07-08")
    #expect(clock.due(on: calendar, today: clock.started).date.iso == "2024-07-10")
    let told = clock.explain(on: calendar, today: clock.started)
    #expect(told.days.compactMap(\.number).last == 20)
    // Months with an extension: the pause counts once.
    var months = LegalClock(
      rule: ClockRule(period: .months(1), start: nil, citation: rule.citation, origin: .text),
      started: try Law.day("2024-03-04"), extensions: plain.extensions)
    try months.pause(
      on: try Law.day("2024-04-08"), reason: "x", approver: "y", calendar: calendar)
    try months.resume(on: try Law.day("2024-04-10"))
    // From 4 April: 7 (make-up), 8, then 11, 12, 15 to 19, 22.
    #expect(months.due(on: calendar, today: months.started).date.iso == "2024-04-22")
    var agreed = LegalClock(rule: Law.rule(5), started: try Law.day("2024-03-04"))
    try agreed.agree(
      on: try Law.day("2024-04-01"), agreed: try Law.day("2024-03-05"), firstParty: "a",
      secondParty: "b", permission: Provision(value: true, citation: rule.citation, origin: .text),
      calendar: calendar)
    try agreed.pause(
      on: try Law.day("2024-03-20"), reason: "x", approver: "y", calendar: calendar)
    #expect(agreed.due(on: calendar, today: try Law.day("2024-03-22")).isProvisional)
    try agreed.resume(on: try Law.day("2024-03-25"))
    let due = agreed.due(on: calendar, today: agreed.started)
    #expect(due.date.iso == "2024-04-06" && !due.isProvisional)
  }

  @Test("what is late stays late: after the due day it is neither paused nor given another day")
  func lateStaysLate() throws {
    let calendar = try Law.calendar()
    let clock = LegalClock(rule: Law.rule(5), started: try Law.day("2024-03-04"))
    let (due, after) = (try Law.day("2024-03-11"), try Law.day("2024-03-12"))
    let later = try Law.day("2024-04-01")
    let permission = Provision(value: true, citation: clock.rule.citation, origin: .text)
    for (day, isLate) in [(due, false), (after, true)] {
      var paused = clock
      var agreed = clock
      func pause() throws(ClockRefusal) {
        try paused.pause(on: day, reason: "x", approver: "y", calendar: calendar)
      }
      func agree() throws(ClockRefusal) {
        try agreed.agree(
          on: later, agreed: day, firstParty: "a", secondParty: "b",
          permission: permission, calendar: calendar)
      }
      let citation = clock.rule.citation
      if isLate {
        #expect(throws: ClockRefusal.pauseTooLate(due: due, citation: citation)) { try pause() }
        #expect(throws: ClockRefusal.agreementTooLate(due: due, citation: citation)) {
          try agree()
        }
      } else {
        try pause()
        try agree()
        #expect(agreed.due(on: calendar, today: day).date == later)
      }
      #expect((paused.overdue(on: calendar, at: after) != nil) == isLate)
    }
  }

  @Test("an extension stays within its limit, is given once and in time (hebi-2021/13.1c)")
  func extensions() throws {
    let calendar = try Law.calendar()
    let profile = try Law.profile("hebi-2021")
    let rule = try #require(profile.clock(.issueVerification))
    let started = try Law.day("2024-06-07")
    func extended(by days: Int, filed: String, times: Int = 1) -> Result<LegalClock, ClockRefusal> {
      var clock = LegalClock(rule: rule, started: started)
      do throws(ClockRefusal) {
        for _ in 0..<times {
          try clock.extend(
            by: days, filed: CivilDate(iso: filed) ?? started, reason: "复杂", approver: "head",
            limit: profile.extensionLimit, times: profile.extensionTimes, calendar: calendar)
        }
        return .success(clock)
      } catch {
        return .failure(error)
      }
    }
    let citation = Citation(document: "hebi-2021", article: "13.1c")
    #expect(rule.period == .workingDays(10))
    let due = LegalClock(rule: rule, started: started).due(on: calendar, today: started)
    #expect(due.date.iso == "2024-06-24")
    let good = try extended(by: 10, filed: "2024-06-24").get().due(on: calendar, today: started)
    #expect(good.date.iso == "2024-07-08")
    #expect(good.citation == citation)
    #expect(
      extended(by: 11, filed: "2024-06-20")
        == .failure(.extensionTooLong(limit: 10, citation: citation)))
    #expect(
      extended(by: 0, filed: "2024-06-20")
        == .failure(.extensionTooLong(limit: 10, citation: citation)))
    #expect(
      extended(by: 2, filed: "2024-06-20", times: 2)
        == .failure(.extensionRepeated(limit: 1, citation: citation)))
    #expect(
      extended(by: 5, filed: "2024-06-25")
        == .failure(
          .extensionTooLate(due: try Law.day("2024-06-24"), citation: citation)))
    var other = LegalClock(rule: Law.rule(5), started: started)
    let meizhou = try Law.profile("meizhou-public-2023")
    #expect(throws: ClockRefusal.noExtension) {
      try other.extend(
        by: 1, filed: started, reason: "x", approver: "y", limit: meizhou.extensionLimit,
        times: meizhou.extensionTimes, calendar: calendar)
    }
  }

  @Test(
    "an agreed date needs a profile that allows it and two parties (AC-63, meizhou-specific-2021/31d)"
  )
  func agreedDates() throws {
    let calendar = try Law.calendar()
    let today = try Law.day("2022-03-01")
    let profile = try Law.profile("meizhou-specific-2021")
    let rule = try #require(profile.clock(.issueRectification))
    var clock = LegalClock(rule: rule, started: today)
    let citation = Citation(document: "meizhou-specific-2021", article: "31d")
    let permission = profile.rectifyTimeNegotiable
    try clock.agree(
      on: try Law.day("2022-05-20"), agreed: today, firstParty: "source", secondParty: "user",
      permission: permission, calendar: calendar)
    try clock.agree(
      on: try Law.day("2022-06-20"), agreed: today, firstParty: "source", secondParty: "user",
      permission: permission, calendar: calendar)
    #expect(clock.negotiated.count == 2)
    #expect(
      clock.due(on: calendar, today: today)
        == DueDate(date: try Law.day("2022-06-20"), citation: citation, isProvisional: false))
    #expect(throws: ClockRefusal.oneParty(citation)) {
      try clock.agree(
        on: try Law.day("2022-07-20"), agreed: today, firstParty: "source", secondParty: nil,
        permission: permission, calendar: calendar)
    }
    #expect(throws: ClockRefusal.oneParty(citation)) {
      try clock.agree(
        on: try Law.day("2022-07-20"), agreed: today, firstParty: "source", secondParty: "source",
        permission: permission, calendar: calendar)
    }
    #expect(throws: ClockRefusal.pastDate(citation)) {
      try clock.agree(
        on: today, agreed: today, firstParty: "source", secondParty: "user",
        permission: permission, calendar: calendar)
    }
    let silent = try Law.profile("hebi-2021").rectifyTimeNegotiable
    #expect(throws: ClockRefusal.notNegotiable) {
      try clock.agree(
        on: try Law.day("2022-07-20"), agreed: today, firstParty: "source", secondParty: "user",
        permission: silent, calendar: calendar)
    }
  }

  @Test("refusals of clocks name a stable reason, a kind and a sentence in both languages")
  func refusals() throws {
    let day = try Law.day("2024-03-04")
    let citation = Citation(document: "d", article: "1")
    let all: [ClockRefusal] = [
      .alreadyPaused, .notPaused, .beforeLastEvent(day), .noExtension,
      .extensionTooLong(limit: 1, citation: citation),
      .extensionRepeated(limit: 1, citation: citation),
      .extensionTooLate(due: day, citation: citation), .notNegotiable, .oneParty(citation),
      .pastDate(citation), .pauseTooLate(due: day, citation: citation),
      .agreementTooLate(due: day, citation: citation),
    ]
    #expect(Set(all.map(\.reason)).count == all.count)
    for refusal in all {
      #expect(refusal.reason.hasPrefix("clock."))
      #expect(!refusal.sentence.chinese.isEmpty && !refusal.sentence.english.isEmpty)
    }
    #expect(ClockRefusal.noExtension.kind == .notAllowed)
    #expect(ClockRefusal.oneParty(citation).citation == citation)
  }
}

@Suite("Laws of the clocks")
struct ClockLawTests {
  private static let tries = 300

  @Test("later starts and longer periods never fall due earlier; working days add up")
  func monotoneAndAdditive() throws {
    let seed: UInt64 = 2024
    var random = SeededGenerator(seed: seed)
    let calendar = try Law.calendar()
    let first = try Law.day("2015-01-05").dayNumber
    let last = try Law.day("2026-06-30").dayNumber
    func due(_ start: CivilDate, _ days: Int) -> CivilDate {
      LegalClock(rule: Law.rule(days), started: start).due(on: calendar, today: start).date
    }
    for _ in 0..<Self.tries {
      let start = CivilDate(dayNumber: Int.random(in: first...last, using: &random))
      let days = Int.random(in: 1...40, using: &random)
      let more = Int.random(in: 1...40, using: &random)
      let end = due(start, days)
      #expect(calendar.isWorkingDay(end), "seed \(seed)")
      #expect(due(start.adding(days: 1), days) >= end, "seed \(seed)")
      #expect(due(start, days + 1) > end, "seed \(seed)")
      #expect(due(end, more) == due(start, days + more), "seed \(seed)")
    }
  }

  @Test("a new holiday never shortens a period, a new make-up day never lengthens one")
  func amendments() throws {
    let seed: UInt64 = 809
    var random = SeededGenerator(seed: seed)
    let calendar = try Law.calendar()
    let first = try Law.day("2015-01-05").dayNumber
    let last = try Law.day("2026-06-30").dayNumber
    for _ in 0..<Self.tries {
      let start = CivilDate(dayNumber: Int.random(in: first...last, using: &random))
      let clock = LegalClock(
        rule: Law.rule(Int.random(in: 1...30, using: &random)), started: start)
      let changed = start.adding(days: Int.random(in: 0...50, using: &random))
      let isOff = Bool.random(using: &random)
      let amended = calendar.overlaid(
        [CalendarOverlayDay(date: changed, isOff: isOff, name: "x", source: "y")], version: "1")
      let before = clock.due(on: calendar, today: start).date
      let after = clock.due(on: amended, today: start).date
      #expect(isOff ? after >= before : after <= before, "seed \(seed)")
    }
  }

  @Test("a pause never shortens a period, and lengthens it by the working days it covers at most")
  func pausesNeverShorten() throws {
    let seed: UInt64 = 17
    var random = SeededGenerator(seed: seed)
    let calendar = try Law.calendar()
    let start = try Law.day("2024-01-08")
    for _ in 0..<Self.tries {
      let rule = Law.rule(Int.random(in: 1...30, using: &random))
      let plain = LegalClock(rule: rule, started: start)
      var paused = plain
      let before = plain.due(on: calendar, today: start).date
      let from = start.adding(
        days: min(Int.random(in: 0...20, using: &random), before.daysSince(start)))
      let to = from.adding(days: Int.random(in: 0...20, using: &random))
      try paused.pause(on: from, reason: "x", approver: "y", calendar: calendar)
      try paused.resume(on: to)
      let after = paused.due(on: calendar, today: to).date
      #expect(after >= before, "seed \(seed)")
      if before <= from { #expect(after == before, "seed \(seed)") }
    }
  }

  @Test("an explanation counts the same days as the clock, and gives a reason for each skipped one")
  func explanations() throws {
    let seed: UInt64 = 44
    var random = SeededGenerator(seed: seed)
    let calendar = try Law.calendar()
    for _ in 0..<Self.tries {
      let start = CivilDate(
        dayNumber: Int.random(
          in: try Law.day("2015-01-05").dayNumber...(try Law.day("2026-12-20").dayNumber),
          using: &random))
      let days = Int.random(in: 1...25, using: &random)
      var clock = LegalClock(rule: Law.rule(days), started: start)
      if days > 2, Bool.random(using: &random) {
        try clock.pause(on: start.adding(days: 2), reason: "待补正", approver: "y", calendar: calendar)
        try clock.resume(on: start.adding(days: 6))
      }
      let told = clock.explain(on: calendar, today: start)
      #expect(told.days.compactMap(\.number) == Array(1...days), "seed \(seed)")
      #expect(told.days.last?.date == told.due.date, "seed \(seed)")
      #expect(told.skipped.allSatisfy { $0.reason != nil }, "seed \(seed)")
    }
  }

  @Test("the explanation of a clock over Spring Festival names notice and make-up day")
  func explainsSpringFestival() throws {
    let calendar = try Law.calendar()
    let start = try Law.day("2024-02-05")
    let told = LegalClock(rule: Law.rule(5), started: start).explain(on: calendar, today: start)
    #expect(told.skipped.map(\.date.iso).first == "2024-02-10")
    #expect(told.skipped.count == 8)
    #expect(told.skipped.first?.reason?.chinese == "春节放假（国办发明电〔2023〕7号）")
    #expect(told.days.last?.reason?.english == "make-up workday for 春节 (国办发明电〔2023〕7号)")
    #expect(told.calendarVersion == calendar.version)
  }
}
