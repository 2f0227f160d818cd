// Versions of profiles: which one a new case meets, what a running case keeps, what a change says, what may never happen.

import Boot
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("Versions of a profile (policies.md e.27; DESIGN.md section 8)")
struct ProfileVersionTests {
  /// `test-law` in two versions, the second from 2026-03-02 with 8 days instead of 5; its parent in two, from 2026-04-01.
  private static func set() throws -> ProfileSet {
    let rows: (Int) -> [String: ProfileSourceValue] = {
      [
        "share.reply_wd": Law.plain(String($0)), "share.reply_starts": Law.plain("receipt"),
        "parent_profile": Law.plain("test-parent"),
      ]
    }
    return try ProfileSet(
      documents: [
        Law.document("national-law", [:]),
        Law.document("weir-default", ["clock.promptly_wd": Law.plain("5")]),
        Law.document(
          "test-parent", ["share.comparison_months": Law.plain("1")], from: "2020-01-01"),
        Law.document(
          "test-parent", version: 2, ["share.comparison_months": Law.plain("2")],
          from: "2020-01-01", effective: "2026-04-01"),
        Law.document("test-law", rows(5), from: "2020-01-01"),
        Law.document(
          "test-law", version: 2, rows(8), from: "2020-01-01", effective: "2026-03-02"),
      ],
      governance: [
        GovernanceRow(
          tag: nil, profile: "test-law", from: Law.day("2020-01-01"), to: nil, line: 1)
      ])
  }

  @Test(
    "a new case meets the version of its day, and parents in theirs",
    arguments: [
      ("2026-03-01", "test-law@1+test-parent@1+national-law@1+weir-default@1", 5, 1),
      ("2026-03-02", "test-law@2+test-parent@1+national-law@1+weir-default@1", 8, 1),
      ("2026-04-01", "test-law@2+test-parent@2+national-law@1+weir-default@1", 8, 2),
    ])
  func newCases(_ day: String, _ reference: String, _ days: Int, _ months: Int) throws {
    let found = try #require(try Self.set().governing([], on: try Law.day(day)))
    #expect(found.reference.text == reference)
    #expect(found.integer(.shareReplyDays)?.value == days)
    #expect(found.clock(.comparisonBeforePayout)?.period == .months(months))
  }

  @Test("a running case keeps the versions with which it began, whatever came since")
  func runningCases() throws {
    let set = try Self.set()
    let reference = try #require(
      ProfileReference("test-law@1+test-parent@1+national-law@1+weir-default@1"))
    #expect(try set.profile(reference).integer(.shareReplyDays)?.value == 5)
    #expect(set.profile(named: "test-law")?.document.version == 2)
    #expect(set.profile(named: "test-law", version: 1)?.integer(.shareReplyDays)?.value == 5)
    #expect(set.profile(named: "test-law", version: 3) == nil)
  }

  @Test("what a version changes is told by row with both articles, and which periods it sets anew")
  func difference() throws {
    let set = try Self.set()
    let old = try #require(set.profile(named: "test-law", version: 1))
    let new = try #require(set.profile(named: "test-law", version: 2))
    let changes = old.changes(to: new)
    // Both rest on the newest parent.
    #expect(changes.map(\.key) == ["share.reply_wd"])
    let reply = try #require(changes.first { $0.key == "share.reply_wd" })
    #expect(reply.kind == .changed && reply.former?.value == "5" && reply.next?.value == "8")
    #expect(
      reply.former?.citation?.text == "test-law/1" && reply.next?.citation?.text == "test-law/1")
    #expect(old.periodChanges(to: new).map(\.clock) == [.shareReply])
    #expect(old.changes(to: old).isEmpty)
    let parent = try #require(set.profile(named: "test-parent"))
    let kinds = Set(old.changes(to: parent).map(\.kind))
    #expect(kinds.isSuperset(of: [.changed, .removed]))
  }

  @Test("no version may vanish or read otherwise: a case is judged by it")
  func succession() throws {
    let set = try Self.set()
    let without = try ProfileSet(
      documents: set.all.filter { ($0.key, $0.version) != ("test-law", 1) },
      governance: set.governance)
    #expect(throws: SuccessionProblem.versionVanished("test-law", version: 1)) {
      try without.checkSuccession(to: set)
    }
    let rewritten = try ProfileSet(
      documents: set.all.filter { ($0.key, $0.version) != ("test-parent", 1) } + [
        Law.document("test-parent", ["share.comparison_months": Law.plain("3")], from: "2020-01-01")
      ], governance: set.governance)
    #expect(throws: SuccessionProblem.versionChanged("test-parent", version: 1)) {
      try rewritten.checkSuccession(to: set)
    }
    #expect(throws: Never.self) { try set.checkSuccession(to: without) }
  }

  @Test("a year of the calendar may not vanish, nor change without counting further")
  func calendarSuccession() throws {
    let calendar = try Law.calendar()
    let last = try #require(calendar.years.last)
    let other = CalendarYear(
      year: last.year, version: last.version, notices: last.notices, off: [], makeUp: [])
    #expect(throws: SuccessionProblem.yearChangedUnnumbered(last.year)) {
      try calendar.taking(other).checkSuccession(to: calendar)
    }
    let numbered = CalendarYear(
      year: last.year, version: last.version + 1, notices: last.notices, off: [], makeUp: [])
    #expect(throws: Never.self) {
      try calendar.taking(numbered).checkSuccession(to: calendar)
    }
    let shorter = try WorkingCalendar(name: "china", years: Array(calendar.years.dropLast()))
    #expect(throws: SuccessionProblem.yearVanished(last.year)) {
      try shorter.checkSuccession(to: calendar)
    }
  }

  @Test("the days that another calendar takes differently are told, each with its notice")
  func calendarChanges() throws {
    let calendar = try Law.calendar()
    let day = try Law.day("2027-01-01")
    let notice = CalendarNotice(number: "试〔2026〕1号", date: nil, url: nil, note: nil)
    let next = try calendar.taking(
      CalendarYear(
        year: 2027, version: 1, notices: [notice],
        off: [.init(date: day, name: "元旦", notice: notice.number)],
        makeUp: [.init(date: try Law.day("2027-01-03"), name: "元旦", notice: notice.number)]))
    let changes = calendar.changes(to: next)
    #expect(changes.map(\.date.iso) == ["2027-01-01", "2027-01-03"])
    #expect(changes.first?.next.notice == "试〔2026〕1号")
    #expect(changes.map(\.next.word) == ["holiday 元旦", "make-up workday 元旦"])
    #expect(calendar.changes(to: calendar).isEmpty)
  }
}

@Suite("Why a day is due, in one sentence")
struct ClockSentenceTests {
  @Test(
    "filed on Friday 13 February 2026 under meizhou-specific-2021: the reply is due on the 25th, because … (meizhou-specific-2021/21d)"
  )
  func friday() throws {
    let rule = try #require(try Law.profile("meizhou-specific-2021").clock(.shareReply))
    let day = try Law.day("2026-02-13")
    let explanation = LegalClock(rule: rule, started: day).explain(
      on: try Law.calendar(), today: day)
    let english = explanation.sentence.english
    #expect(explanation.due.date.iso == "2026-02-25")
    for part in [
      "filed on Friday 13 February 2026", "due Wednesday 25 February 2026",
      "because meizhou-specific-2021/21d gives 3 working days",
      "2026-02-14 is make-up workday for 春节 (国办发明电〔2025〕7号)",
      "2026-02-15 to 2026-02-23 is holiday 春节 (国办发明电〔2025〕7号)",
    ] { #expect(english.contains(part), "\(part) in \(english)") }
    #expect(explanation.sentence.chinese.contains("2026年2月13日（周五）"))
    #expect(!english.contains("provisional"))
  }

  @Test("beyond the calendar's last notice the sentence says that the day is provisional")
  func provisional() throws {
    let rule = try #require(try Law.profile("hebi-2021").clock(.shareReply))
    let day = try Law.day("2026-12-30")
    let sentence = LegalClock(rule: rule, started: day).explain(
      on: try Law.calendar(), today: day
    ).sentence
    #expect(sentence.english.contains("no notice is certain beyond 2026-12-24"))
  }
}
