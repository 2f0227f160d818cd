// The civil calendar and moments: round trips over every day, month ends, the Shanghai day.

import Testing
import Vocabulary

@Suite("Civil dates and instants")
struct CivilDateTests {
  @Test("every day number of the years 1 to 9999 gives a day that gives it back")
  func roundTripsEveryDay() throws {
    let first = try #require(CivilDate(year: 1, month: 1, day: 1))
    let last = try #require(CivilDate(year: 9999, month: 12, day: 31))
    var previous: CivilDate?
    var failures = 0
    for number in first.dayNumber...last.dayNumber {
      let day = CivilDate(dayNumber: number)
      if day.dayNumber != number { failures += 1 }
      if let previous, previous >= day { failures += 1 }
      previous = day
    }
    #expect(failures == 0)
    #expect(previous == last)
    #expect(CivilDate(dayNumber: 0).iso == "1970-01-01")
  }

  @Test("2024-03-04 is a Monday, 2000-02-29 a Tuesday, 1969-12-31 a Wednesday")
  func weekdays() {
    #expect(CivilDate(iso: "2024-03-04")?.weekday == .monday)
    #expect(CivilDate(iso: "2000-02-29")?.weekday == .tuesday)
    #expect(CivilDate(iso: "1969-12-31")?.weekday == .wednesday)
    #expect(CivilDate(iso: "2026-01-04")?.weekday.isWeekend == true)
  }

  @Test(
    "what is no day is refused",
    arguments: [
      "", "2024", "2024-3-4", "2024-02-30", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10",
      "2024-01-00", "2024-01-32", "0000-01-01", "2024/03/04", "2024-03-04 ", " 2024-03-04",
      "2024-03-04T", "２０２４-03-04", "-024-03-04", "20240304", "2024-04-31",
    ])
  func refusesNonsense(text: String) {
    #expect(CivilDate(iso: text) == nil)
  }

  @Test("leap days: 2000 and 2024 have one, 1900 and 2023 have none")
  func leapDays() {
    #expect(CivilDate(year: 2000, month: 2, day: 29) != nil)
    #expect(CivilDate(year: 2024, month: 2, day: 29) != nil)
    #expect(CivilDate(year: 1900, month: 2, day: 29) == nil)
    #expect(CivilDate(year: 2023, month: 2, day: 29) == nil)
  }

  @Test(
    "months are added by the day, and by the month's last day where there is none (Civil Code 202)",
    arguments: [
      ("2024-01-31", 1, "2024-02-29"), ("2023-01-31", 1, "2023-02-28"),
      ("2024-08-31", 6, "2025-02-28"), ("2024-03-04", 6, "2024-09-04"),
      ("2024-12-31", 2, "2025-02-28"), ("2024-03-31", -1, "2024-02-29"),
      ("2024-01-15", -13, "2022-12-15"), ("2024-02-29", 12, "2025-02-28"),
      ("2024-02-29", 0, "2024-02-29"), ("9999-12-01", 1, "9999-12-31"),
      ("0001-01-31", -1, "0001-01-01"),
    ])
  func addsMonths(start: String, months: Int, expected: String) throws {
    #expect(try #require(CivilDate(iso: start)).adding(months: months).iso == expected)
  }

  @Test("adding days crosses months and years, and stops at the ends of the range")
  func addsDays() throws {
    let day = try #require(CivilDate(iso: "2024-02-28"))
    #expect(day.adding(days: 1).iso == "2024-02-29")
    #expect(day.adding(days: 2).iso == "2024-03-01")
    #expect(day.adding(days: -59).iso == "2023-12-31")
    #expect(day.adding(days: .max).iso == "9999-12-31")
    #expect(day.adding(days: .min).iso == "0001-01-01")
    #expect(day.adding(days: 366).daysSince(day) == 366)
  }

  @Test("the civil day begins at midnight in Shanghai, which is 16:00 UTC")
  func shanghaiDay() throws {
    let before = try #require(Instant(rfc3339: "2024-03-03T15:59:59.999Z"))
    let after = try #require(Instant(rfc3339: "2024-03-03T16:00:00Z"))
    #expect(before.civilDate.iso == "2024-03-03")
    #expect(after.civilDate.iso == "2024-03-04")
    #expect(Instant(startOf: after.civilDate) == after)
    #expect(Instant(endOf: before.civilDate) == before)
    #expect(after.shanghaiText == "2024-03-04 00:00:00")
    #expect(Instant(milliseconds: -1).civilDate.iso == "1970-01-01")
    #expect(Instant(milliseconds: -28_800_001).civilDate.iso == "1969-12-31")
  }

  @Test(
    "moments are read with any offset and written in UTC",
    arguments: [
      ("2024-03-04T09:02:03+08:00", "2024-03-04T01:02:03.000Z"),
      ("2024-03-04T01:02:03.4Z", "2024-03-04T01:02:03.400Z"),
      ("2024-03-04T01:02:03.456789012Z", "2024-03-04T01:02:03.456Z"),
      ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
      ("2024-03-04T00:30:00-01:30", "2024-03-04T02:00:00.000Z"),
    ])
  func readsInstants(text: String, canonical: String) throws {
    let instant = try #require(Instant(rfc3339: text))
    #expect(instant.rfc3339 == canonical)
    #expect(Instant(rfc3339: canonical) == instant)
  }

  @Test(
    "what is no moment is refused",
    arguments: [
      "", "2024-03-04", "2024-03-04T24:00:00Z", "2024-03-04T00:60:00Z", "2024-03-04T00:00:60Z",
      "2024-03-04T00:00:00", "2024-03-04T00:00:00.Z", "2024-03-04T00:00:00.1234567890Z",
      "2024-03-04T00:00:00+8:00", "2024-03-04T00:00:00Zx", "2024-02-30T00:00:00Z",
    ])
  func refusesInstants(text: String) {
    #expect(Instant(rfc3339: text) == nil)
  }

  @Test("arithmetic on moments stops at the ends of the range instead of overflowing")
  func saturates() {
    #expect(Instant(milliseconds: .max).adding(milliseconds: 1).milliseconds == .max)
    #expect(Instant(milliseconds: .min).adding(milliseconds: -1).milliseconds == .min)
    #expect(Instant(milliseconds: .max).civilDate.iso == "9999-12-31")
    #expect(Instant(milliseconds: .min).civilDate.iso == "0001-01-01")
  }
}
