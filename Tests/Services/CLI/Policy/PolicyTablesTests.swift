// What `weir policy` shows of a regulation: values with their articles, and periods counted day by day.

import Foundation
import Regulation
import Testing
import Vocabulary

@testable import WeirCLI

@Suite("A regulation is shown with its articles")
struct PolicyTablesTests {
  private static func document(
    _ key: String, _ rows: [(String, ProfileSourceValue, String)], isTextHeld: Bool = true
  ) throws -> ProfileDocument {
    let written = rows.enumerated().map { index, row in
      ProfileSourceRow(
        key: row.0, value: row.1, article: row.2, origin: "text", note: nil, line: index + 1)
    }
    return try ProfileDocument(
      ProfileSource(
        key: key, version: 1, title: "办法", number: "〔2021〕1号",
        shortName: BilingualText("鹤壁", "Hebi"), isTextHeld: isTextHeld, rows: written))
  }

  private static func profiles() throws -> ProfileSet {
    try ProfileSet(
      documents: [
        document(
          "hebi-2021",
          [
            ("in_force_from", .scalar("2021-12-13", isQuoted: false), "34"),
            ("share.reply_wd", .scalar("5", isQuoted: false), "15.1d"),
            ("share.reply_starts", .scalar("receipt", isQuoted: false), "15.1d"),
            ("feedback.extension_wd", .scalar("none", isQuoted: false), "13"),
          ]),
        document("national-law", [], isTextHeld: false), document("weir-default", []),
      ], governance: [])
  }

  private static func hebi() throws -> Profile {
    try #require(try profiles().profile(named: "hebi-2021"))
  }

  /// 2024 with the Qingming holiday (4 to 6 April) and its make-up workday on Sunday the 7th.
  private static func calendar() throws -> WorkingCalendar {
    let notice = "国办发明电〔2023〕7号"
    func day(_ iso: String) throws -> CalendarYear.Day {
      CalendarYear.Day(date: try #require(CivilDate(iso: iso)), name: "清明节", notice: notice)
    }
    return try WorkingCalendar(
      name: "china",
      years: [
        CalendarYear(
          year: 2024, version: 1,
          notices: [CalendarNotice(number: notice, date: nil, url: nil, note: nil)],
          off: ["2024-04-04", "2024-04-05", "2024-04-06"].map(day),
          makeUp: [day("2024-04-07")])
      ])
  }

  @Test("each parameter has its value, article and origin; one set aside says so")
  func provisions() throws {
    let table = PolicyTables.provisions(of: try Self.hebi(), prefix: "")
    #expect(
      table.rows.contains([
        "share.reply_wd", "5", "hebi-2021/15.1d", .bilingual(ProfileOrigin.text.term), .none,
      ]))
    #expect(table.rows.contains { $0[0] == "feedback.extension_wd" && $0[2] == "hebi-2021/13" })
    #expect(!table.rows.contains { $0[0] == "share.reviewers" })
    let some = PolicyTables.provisions(of: try Self.hebi(), prefix: "share.")
    #expect(some.rows.map { $0[0] } == ["share.reply_wd", "share.reply_starts"])
  }

  @Test("national law ends the chain and says that its text is not held")
  func chain() throws {
    let rows = PolicyTables.chain(of: try Self.hebi()).rows
    #expect(rows.map { $0[1] } == ["hebi-2021", "national-law", "weir-default"])
    #expect(rows.map { $0[4] } == [true, false, true])
  }

  @Test("a regulation not yet in force is listed as such")
  func regulations() throws {
    let before = try #require(CivilDate(iso: "2021-12-12"))
    let rows = PolicyTables.regulations(try Self.profiles(), on: before).rows
    #expect(rows.count == 1)
    #expect(rows[0][3] == "2021-12-13" && rows[0][4] == .none && rows[0][5] == false)
  }

  @Test("a count shows holidays and make-up workdays with their notice (hebi-2021/15.1d)")
  func simulation() throws {
    let profile = try Self.hebi()
    let rule = try #require(profile.clock(.shareReply))
    let started = try #require(CivilDate(iso: "2024-04-02"))
    let explanation = LegalClock(rule: rule, started: started)
      .explain(on: try Self.calendar(), today: started)
    let summary = PolicyTables.summary(explanation, profile: profile)
    #expect(summary.first { $0.key == "due" }?.value == "2024-04-10")
    #expect(summary.first { $0.key == "article" }?.value == "hebi-2021/15.1d")
    #expect(summary.first { $0.key == "provisional" }?.value == false)
    let days = PolicyTables.days(explanation).rows
    #expect(days.count == 8)
    #expect(days.map { $0[2] } == [1, .none, .none, .none, 2, 3, 4, 5])
    #expect(days[4][3].cell(in: .chinese).contains("调休上班"))
    #expect(days[1][3].cell(in: .english).contains("国办发明电〔2023〕7号"))
  }
}
