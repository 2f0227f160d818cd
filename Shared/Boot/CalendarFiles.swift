// From `deploy/calendars/*.yaml`, one file for each year, to a working calendar.

package import Regulation
import Vocabulary

package enum CalendarFiles {
  /// Reads all years of a folder.
  package static func load(calendarsFolder: String) throws(LawFileProblems) -> WorkingCalendar {
    var years: [CalendarYear] = []
    for path in try LawFiles.paths(in: calendarsFolder) {
      years.append(try year(file: path, text: try LawFiles.text(of: path)))
    }
    do throws(CalendarProblem) {
      return try WorkingCalendar(name: "china", years: years)
    } catch {
      throw LawFileProblems([
        LawFileProblem(file: calendarsFolder, line: 0, sentence: error.sentence)
      ])
    }
  }

  /// One year.
  package static func year(file: String, text: String) throws(LawFileProblems) -> CalendarYear {
    let top = try YAMLMapping(file: file, text: text)
    try top.refuseUnknownFields(["calendar", "year", "version", "notices", "off", "make_up"])
    guard try top.text("calendar") == "china" else {
      throw top.problem(at: top["calendar"], "只支持 china 日历", "only the calendar china is known")
    }
    return CalendarYear(
      year: try top.integer("year"), version: try top.integer("version"),
      notices: try notices(top), off: try daysOff(top), makeUp: try makeUp(top))
  }

  private static func notices(_ top: YAMLMapping) throws(LawFileProblems) -> [CalendarNotice] {
    var notices: [CalendarNotice] = []
    for notice in try top.mappings("notices") {
      try notice.refuseUnknownFields(["number", "date", "url", "note"])
      notices.append(
        CalendarNotice(
          number: try notice.text("number"), date: try notice.optionalDay("date"),
          url: try notice.optionalText("url"), note: try notice.optionalText("note")))
    }
    return notices
  }

  /// The days of each stretch; a stretch has two weeks at most, so that a slip of the pen gives no year of holidays.
  private static func daysOff(_ top: YAMLMapping) throws(LawFileProblems) -> [CalendarYear.Day] {
    var days: [CalendarYear.Day] = []
    for stretch in try top.mappings("off") {
      try stretch.refuseUnknownFields(["from", "to", "name", "notice"])
      let from = try stretch.day("from")
      let to = try stretch.day("to")
      guard (0...13).contains(to.daysSince(from)) else {
        throw stretch.problem(at: nil, "放假区间应为1至14天", "a holiday has 1 to 14 days")
      }
      let name = try stretch.text("name")
      let notice = try stretch.text("notice")
      for offset in 0...to.daysSince(from) {
        days.append(
          CalendarYear.Day(date: from.adding(days: offset), name: name, notice: notice))
      }
    }
    return days
  }

  private static func makeUp(_ top: YAMLMapping) throws(LawFileProblems) -> [CalendarYear.Day] {
    var days: [CalendarYear.Day] = []
    for day in try top.mappings("make_up") {
      try day.refuseUnknownFields(["date", "name", "notice"])
      days.append(
        CalendarYear.Day(
          date: try day.day("date"), name: try day.text("name"), notice: try day.text("notice")))
    }
    return days
  }
}
