// Which days are working days: data of yearly notices, never computed.

package import Vocabulary

/// The paper that arranges a year's holidays.
package struct CalendarNotice: Hashable, Sendable {
  /// `国办发明电〔2023〕7号`.
  package let number: String
  package let date: CivilDate?
  package let url: String?
  /// What is not certain about it.
  package let note: String?

  package init(number: String, date: CivilDate?, url: String?, note: String?) {
    self.number = number
    self.date = date
    self.url = url
    self.note = note
  }
}

/// What the notices of one year say. A notice may also move days of the December before.
package struct CalendarYear: Hashable, Sendable {
  package struct Day: Hashable, Sendable {
    package let date: CivilDate
    package let name: String
    /// The notice that says so.
    package let notice: String

    package init(date: CivilDate, name: String, notice: String) {
      self.date = date
      self.name = name
      self.notice = notice
    }
  }

  package let year: Int
  /// Counts up when a year's data are changed.
  package let version: Int
  package let notices: [CalendarNotice]
  /// Days off, weekends inside a holiday included.
  package let off: [Day]
  /// Saturdays and Sundays that are worked.
  package let makeUp: [Day]

  package init(
    year: Int, version: Int, notices: [CalendarNotice], off: [Day], makeUp: [Day]
  ) {
    self.year = year
    self.version = version
    self.notices = notices
    self.off = off
    self.makeUp = makeUp
  }
}

/// A local deviation: a holiday of the place, or a day worked there.
package struct CalendarOverlayDay: Hashable, Sendable {
  package let date: CivilDate
  package let isOff: Bool
  package let name: String
  /// The decision that says so.
  package let source: String

  package init(date: CivilDate, isOff: Bool, name: String, source: String) {
    self.date = date
    self.isOff = isOff
    self.name = name
    self.source = source
  }
}

/// Why the data of a calendar cannot be taken.
package enum CalendarProblem: Error, Hashable, Sendable {
  case empty
  case yearTwice(Int)
  case yearMissing(Int)
  case noNotice(Int)
  case unknownNotice(CivilDate)
  case dayFarFromYear(CivilDate)
  case dayTwice(CivilDate)
  /// A make-up workday is a Saturday or Sunday.
  case makeUpOnWeekday(CivilDate)

  package var sentence: BilingualText {
    switch self {
    case .empty: BilingualText("日历没有任何年份", "the calendar holds no year")
    case .yearTwice(let year): BilingualText("\(year)年重复", "the year \(year) stands twice")
    case .yearMissing(let year): BilingualText("缺少\(year)年", "the year \(year) is missing")
    case .noNotice(let year):
      BilingualText("\(year)年没有通知文号", "the year \(year) names no notice")
    case .unknownNotice(let day):
      BilingualText("\(day.iso) 的通知文号未列出", "the notice of \(day.iso) is not listed")
    case .dayFarFromYear(let day):
      BilingualText("\(day.iso) 不属于该年通知", "\(day.iso) cannot belong to that year's notice")
    case .dayTwice(let day): BilingualText("\(day.iso) 重复", "\(day.iso) stands twice")
    case .makeUpOnWeekday(let day):
      BilingualText(
        "\(day.iso) 不是周末，不能调休上班", "\(day.iso) is no weekend day, so it cannot be made up")
    }
  }
}

/// Working days from dated papers, with a bound beyond which nothing is known.
package struct WorkingCalendar: Hashable, Sendable {
  /// What a day is, and why.
  package enum DayKind: Hashable, Sendable {
    case workday
    case weekend
    case holiday(name: String, notice: String)
    case makeUpWorkday(name: String, notice: String)
    /// Outside the years for which there is a notice: counted as Monday to Friday, and marked provisional.
    case unknownWorkday
    case unknownWeekend

    package var isWorking: Bool {
      switch self {
      case .workday, .makeUpWorkday, .unknownWorkday: true
      case .weekend, .holiday, .unknownWeekend: false
      }
    }
  }

  package let name: String
  /// The name of these data, `china-2015-2026`, with each year that was changed since, `china-2015-2026.2025@2`; closed cases keep
  /// the one by which they were judged, so two calendars never share one.
  package let version: String
  package let validFrom: CivilDate
  /// The last day for which a notice is held.
  package let validThrough: CivilDate
  package let years: [CalendarYear]
  private let special: [Int: DayKind]

  /// - Parameter years: Without gaps; each year once.
  package init(name: String, years list: [CalendarYear]) throws(CalendarProblem) {
    let years = list.sorted { $0.year < $1.year }
    guard let first = years.first, let last = years.last,
      let from = CivilDate(year: first.year, month: 1, day: 1),
      let through = CivilDate(year: last.year, month: 12, day: 31)
    else { throw .empty }
    var special: [Int: DayKind] = [:]
    for (index, year) in years.enumerated() {
      if index > 0 {
        guard year.year != years[index - 1].year else { throw .yearTwice(year.year) }
        guard year.year == years[index - 1].year + 1 else {
          throw .yearMissing(years[index - 1].year + 1)
        }
      }
      try WorkingCalendar.take(year, into: &special)
    }
    let revised = years.filter { $0.version != 1 }.map { ".\($0.year)@\($0.version)" }.joined()
    self.init(
      name: name, version: "\(name)-\(first.year)-\(last.year)\(revised)", validFrom: from,
      validThrough: through, years: years, special: special)
  }

  private init(
    name: String, version: String, validFrom: CivilDate, validThrough: CivilDate,
    years: [CalendarYear],
    special: [Int: DayKind]
  ) {
    self.name = name
    self.version = version
    self.validFrom = validFrom
    self.validThrough = validThrough
    self.years = years
    self.special = special
  }

  private static func take(
    _ year: CalendarYear, into special: inout [Int: DayKind]
  ) throws(CalendarProblem) {
    guard !year.notices.isEmpty else { throw .noNotice(year.year) }
    let numbers = Set(year.notices.map(\.number))
    for day in year.off + year.makeUp {
      guard numbers.contains(day.notice) else { throw .unknownNotice(day.date) }
      let isNear =
        day.date.year == year.year || (day.date.year == year.year - 1 && day.date.month == 12)
      guard isNear else { throw .dayFarFromYear(day.date) }
      guard special[day.date.dayNumber] == nil else { throw .dayTwice(day.date) }
      special[day.date.dayNumber] = .holiday(name: day.name, notice: day.notice)
    }
    for day in year.makeUp {
      guard day.date.weekday.isWeekend else { throw .makeUpOnWeekday(day.date) }
      special[day.date.dayNumber] = .makeUpWorkday(name: day.name, notice: day.notice)
    }
  }

  package func kind(of day: CivilDate) -> DayKind {
    if let kind = special[day.dayNumber] { return kind }
    guard isKnown(day) else { return day.weekday.isWeekend ? .unknownWeekend : .unknownWorkday }
    return day.weekday.isWeekend ? .weekend : .workday
  }

  package func isWorkingDay(_ day: CivilDate) -> Bool { kind(of: day).isWorking }

  /// Whether it is certain what the day is: a notice is held for it, and it is none of the last days of December, which the notice of
  /// the year after may still move (2018-12-29 and 2018-12-31 came with that for 2019).
  package func isKnown(_ day: CivilDate) -> Bool {
    day >= validFrom && day <= certainThrough
  }

  /// The last day that no notice to come may move.
  package var certainThrough: CivilDate { validThrough.adding(days: -Self.movableDays) }

  /// From 25 December on.
  private static let movableDays = 7

  /// The same calendar with local days laid over it, each of them known.
  package func overlaid(
    _ days: [CalendarOverlayDay], version suffix: String
  ) -> WorkingCalendar {
    var special = self.special
    for day in days {
      special[day.date.dayNumber] =
        day.isOff
        ? .holiday(name: day.name, notice: day.source)
        : .makeUpWorkday(name: day.name, notice: day.source)
    }
    return WorkingCalendar(
      name: name, version: "\(version)+\(suffix)", validFrom: validFrom, validThrough: validThrough,
      years: years, special: special)
  }

  /// How many working days lie after `start`, up to and including `end`; 0 when `end` is not later.
  package func workingDays(after start: CivilDate, through end: CivilDate) -> Int {
    guard end > start else { return 0 }
    return (start.dayNumber + 1...end.dayNumber).count { number in
      isWorkingDay(CivilDate(dayNumber: number))
    }
  }

  /// The n-th working day after a day (before it, when negative); the day itself for 0.
  func workingDay(_ count: Int, after start: CivilDate) -> CivilDate {
    var day = start
    var left = abs(count)
    let step = count < 0 ? -1 : 1
    while left > 0 {
      let next = day.adding(days: step)
      // The range of dates ends; no duration of a regulation comes near.
      if next == day { return day }
      day = next
      if isWorkingDay(day) { left -= 1 }
    }
    return day
  }
}
