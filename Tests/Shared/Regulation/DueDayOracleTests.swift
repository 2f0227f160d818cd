// The clock engine against another that counts by the words of the law, for every day that notices cover.

import Foundation
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("Every due day of 2015 to 2026 is what an independent count says")
struct DueDayOracleTests {
  @Test(
    "periods of 1 to 20 working days and of 1 to 36 months, from each day (Civil Code 201, 202)")
  func everyDay() throws {
    let python = Law.root + "/.venv/bin/python"
    let advice = Comment(rawValue: "the oracle is missing: run `deploy/setup test`")
    try #require(FileManager.default.isExecutableFile(atPath: python), advice)
    let end = try runBlocking(python, [Law.root + "/Tests/Shared/Regulation/python/due_days.py"])
    try #require(end.status == 0, advice)
    let calendar = try Law.calendar()
    var compared = 0
    var differing: [String] = []
    for line in end.text.split(separator: "\n") {
      let parts = line.split(separator: " ").map(String.init)
      let start = try Law.day(parts[0])
      let count = try #require(Int(parts[2]))
      let rule = ClockRule(
        period: parts[1] == "wd" ? .workingDays(count) : .months(count), start: nil,
        citation: Citation(document: "d", article: "1"), origin: .text)
      let due = LegalClock(rule: rule, started: start).due(on: calendar, today: start)
      compared += 1
      let isProvisional = parts[1] == "wd" && due.date > calendar.certainThrough
      if due.date.iso != parts[3] || due.isProvisional != isProvisional {
        differing.append("\(line): \(due.date)")
      }
    }
    // 4,383 days, 12 periods, but for the last that reach beyond 2026.
    #expect(compared > 52_000)
    #expect(differing.isEmpty, "\(differing.prefix(5))")
  }
}
