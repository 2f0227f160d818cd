// The shipped calendar against an independent oracle, and what calendars refuse.

import Boot
import Foundation
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("Working days 2015 to 2026")
struct CalendarTests {
  /// All days of 2015 to 2026 with 1 for a working day, as the PyPI package chinesecalendar knows them.
  private static func oracle() throws -> [String: Bool] {
    let python = Law.root + "/.venv/bin/python"
    let script = """
      import datetime, chinese_calendar
      day = datetime.date(2015, 1, 1)
      while day.year < 2027:
          print(day.isoformat(), int(chinese_calendar.is_workday(day)))
          day += datetime.timedelta(1)
      """
    let advice = Comment(
      rawValue:
        "the oracle is missing: run `deploy/setup test`, which puts chinesecalendar into .venv")
    try #require(FileManager.default.isExecutableFile(atPath: python), advice)
    let end = try runBlocking(python, ["-c", script])
    try #require(end.status == 0, advice)
    var days: [String: Bool] = [:]
    for line in end.text.split(separator: "\n") {
      let parts = line.split(separator: " ")
      days[String(parts[0])] = parts[1] == "1"
    }
    return days
  }

  @Test("every single day agrees with the oracle chinesecalendar")
  func everyDay() throws {
    let oracle = try Self.oracle()
    let calendar = try Law.calendar()
    var day = try Law.day("2015-01-01")
    var differing: [String] = []
    while day.year < 2027 {
      if oracle[day.iso] != calendar.isWorkingDay(day) { differing.append(day.iso) }
      // The notice for 2027 may still move the last days of 2026.
      #expect(calendar.isKnown(day) == (day.iso <= "2026-12-24"))
      day = day.adding(days: 1)
    }
    #expect(oracle.count == 4383)
    #expect(differing.isEmpty)
  }

  @Test(
    "2026 has 248 working days, 2020's second paper took a make-up day back, 2015 had a third of September"
  )
  func knownFacts() throws {
    let calendar = try Law.calendar()
    let year = (0..<365).map { (try? Law.day("2026-01-01"))?.adding(days: $0) }
    #expect(year.count { $0.map(calendar.isWorkingDay) == true } == 248)
    #expect(!calendar.isWorkingDay(try Law.day("2020-02-01")))
    #expect(
      calendar.kind(of: try Law.day("2020-01-31"))
        == .holiday(name: "春节（延长）", notice: "国办发明电〔2020〕1号"))
    #expect(
      calendar.kind(of: try Law.day("2015-09-06"))
        == .makeUpWorkday(name: "抗战胜利70周年纪念日", notice: "国发明电〔2015〕1号"))
    #expect(calendar.kind(of: try Law.day("2018-12-29")).isWorking)
    #expect(!calendar.isWorkingDay(try Law.day("2022-12-31")))
    #expect(calendar.kind(of: try Law.day("2024-03-04")) == .workday)
    #expect(calendar.kind(of: try Law.day("2024-03-03")) == .weekend)
  }

  @Test("every year names its notice with number and date, and every moved day cites one of them")
  func notices() throws {
    let calendar = try Law.calendar()
    #expect(calendar.years.map(\.year) == Array(2015...2026))
    for year in calendar.years {
      #expect(!year.notices.isEmpty)
      for notice in year.notices {
        #expect(notice.number.contains("发明电〔"))
        let date = try #require(notice.date)
        #expect(date.year == year.year || date.year == year.year - 1)
        #expect(notice.url != nil || notice.note != nil, "\(notice.number)")
      }
    }
    #expect(calendar.years.filter { $0.notices.count == 2 }.map(\.year) == [2015, 2019, 2020])
  }

  @Test("nothing is known before 2015 and after 2026, and then Monday to Friday is counted")
  func bounds() throws {
    let calendar = try Law.calendar()
    #expect(calendar.validFrom.iso == "2015-01-01")
    #expect(calendar.validThrough.iso == "2026-12-31")
    #expect(calendar.version == "china-2015-2026")
    #expect(calendar.kind(of: try Law.day("2027-01-01")) == .unknownWorkday)
    #expect(calendar.kind(of: try Law.day("2027-01-02")) == .unknownWeekend)
    #expect(!calendar.isKnown(try Law.day("2014-12-31")))
  }

  @Test("two calendars of other data never share a name")
  func names() throws {
    let notice = CalendarNotice(number: "n", date: nil, url: nil, note: nil)
    func name(_ first: Int, _ second: Int) throws -> String {
      try WorkingCalendar(
        name: "china",
        years: [(2025, first), (2026, second)].map { year, version in
          CalendarYear(year: year, version: version, notices: [notice], off: [], makeUp: [])
        }
      ).version
    }
    #expect(try name(1, 1) == "china-2025-2026")
    #expect(try name(2, 1) == "china-2025-2026.2025@2")
    #expect(try name(1, 2) == "china-2025-2026.2026@2")
    #expect(try name(2, 3) == "china-2025-2026.2025@2.2026@3")
  }

  @Test("local days lie over the shipped ones")
  func overlay() throws {
    let calendar = try Law.calendar()
    let day = try Law.day("2024-03-05")
    let local = calendar.overlaid(
      [
        CalendarOverlayDay(date: day, isOff: true, name: "本地节日", source: "市府〔2024〕1号"),
        CalendarOverlayDay(
          date: day.adding(days: 4), isOff: false, name: "本地节日", source: "市府〔2024〕1号"),
      ], version: "meizhou.1")
    #expect(calendar.isWorkingDay(day) && !local.isWorkingDay(day))
    #expect(!calendar.isWorkingDay(day.adding(days: 4)) && local.isWorkingDay(day.adding(days: 4)))
    #expect(local.version == "china-2015-2026+meizhou.1")
  }

  @Test("calendars that contradict themselves are refused")
  func refused() throws {
    let notice = CalendarNotice(number: "n", date: nil, url: nil, note: nil)
    func day(_ iso: String, _ from: String = "n") throws -> CalendarYear.Day {
      CalendarYear.Day(date: try Law.day(iso), name: "x", notice: from)
    }
    func year(_ year: Int, off: [CalendarYear.Day] = [], makeUp: [CalendarYear.Day] = [])
      -> CalendarYear
    {
      CalendarYear(year: year, version: 1, notices: [notice], off: off, makeUp: makeUp)
    }
    func problem(_ years: [CalendarYear]) -> CalendarProblem? {
      do throws(CalendarProblem) {
        _ = try WorkingCalendar(name: "test", years: years)
        return nil
      } catch {
        return error
      }
    }
    #expect(problem([]) == .empty)
    #expect(problem([year(2024), year(2024)]) == .yearTwice(2024))
    #expect(problem([year(2022), year(2024)]) == .yearMissing(2023))
    #expect(
      problem([CalendarYear(year: 2024, version: 1, notices: [], off: [], makeUp: [])])
        == .noNotice(2024))
    let first = try Law.day("2024-01-01")
    #expect(problem([year(2024, off: [try day("2024-01-01", "m")])]) == .unknownNotice(first))
    #expect(
      problem([year(2024, off: [try day("2024-01-01"), try day("2024-01-01")])]) == .dayTwice(first)
    )
    #expect(
      problem([year(2024, off: [try day("2023-11-30")])])
        == .dayFarFromYear(try Law.day("2023-11-30")))
    #expect(problem([year(2024, off: [try day("2023-12-31")])]) == nil)
    #expect(problem([year(2024, makeUp: [try day("2024-01-01")])]) == .makeUpOnWeekday(first))
    #expect(problem([year(2024, makeUp: [try day("2024-01-06")])]) == nil)
  }
}
