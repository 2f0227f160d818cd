// Why a due date falls where it falls, day by day, for `weir policy simulate`.

package import Vocabulary

/// The count of a working-day clock, written out.
package struct ClockExplanation: Hashable, Sendable {
  /// One day after the start.
  package struct Day: Hashable, Sendable {
    package let date: CivilDate
    /// The day's number in the count; `nil` when it is skipped.
    package let number: Int?
    /// Why it is skipped, or why it counts although it is a weekend day.
    package let reason: BilingualText?

    package init(date: CivilDate, number: Int?, reason: BilingualText?) {
      self.date = date
      self.number = number
      self.reason = reason
    }
  }

  package let rule: ClockRule
  package let started: CivilDate
  package let due: DueDate
  /// Every day from the day after the start to the due day; empty for clocks of months and agreed dates.
  package let days: [Day]
  package let calendarVersion: String
  /// Beyond it the count is provisional.
  package let validThrough: CivilDate

  package var skipped: [Day] { days.filter { $0.number == nil } }
}

extension LegalClock {
  package func explain(on calendar: WorkingCalendar, today: CivilDate) -> ClockExplanation {
    let due = due(on: calendar, today: today)
    var days: [ClockExplanation.Day] = []
    if case .workingDays = rule.period, negotiated.isEmpty, due.date > started {
      var number = 0
      for offset in 1...due.date.daysSince(started) {
        let day = started.adding(days: offset)
        let kind = calendar.kind(of: day)
        let isPaused = isPaused(on: day, today: today)
        let counts = kind.isWorking && !isPaused
        if counts { number += 1 }
        days.append(
          ClockExplanation.Day(
            date: day, number: counts ? number : nil,
            reason: kind.isWorking && isPaused
              ? pauseReason(on: day, today: today) : kind.reason(day)))
      }
    }
    return ClockExplanation(
      rule: rule, started: started, due: due, days: days, calendarVersion: calendar.version,
      validThrough: calendar.certainThrough)
  }

  private func pauseReason(on day: CivilDate, today: CivilDate) -> BilingualText {
    let pause = pauses.first { $0.from < day && day <= $0.to ?? max(today, $0.from) }
    return BilingualText(
      "期限暂停：\(pause?.reason ?? "")", "the clock was paused: \(pause?.reason ?? "")")
  }
}

extension WorkingCalendar.DayKind {
  /// What a person should know about the day; `nil` for an ordinary working day.
  fileprivate func reason(_ day: CivilDate) -> BilingualText? {
    switch self {
    case .workday: nil
    case .weekend: day.weekday.term
    case .holiday(let name, let notice):
      BilingualText("\(name)放假（\(notice)）", "holiday \(name) (\(notice))")
    case .makeUpWorkday(let name, let notice):
      BilingualText("\(name)调休上班（\(notice)）", "make-up workday for \(name) (\(notice))")
    case .unknownWorkday:
      BilingualText(
        "尚无涉及该日的放假通知，按周一至周五暂计", "no notice for these days yet, counted as Monday to Friday")
    case .unknownWeekend:
      BilingualText(
        "\(day.weekday.term.chinese)，尚无涉及该日的放假通知",
        "\(day.weekday.term.english), no notice for these days yet")
    }
  }
}

extension Weekday {
  package var term: BilingualText {
    switch self {
    case .monday: BilingualText("周一", "Monday")
    case .tuesday: BilingualText("周二", "Tuesday")
    case .wednesday: BilingualText("周三", "Wednesday")
    case .thursday: BilingualText("周四", "Thursday")
    case .friday: BilingualText("周五", "Friday")
    case .saturday: BilingualText("周六", "Saturday")
    case .sunday: BilingualText("周日", "Sunday")
    }
  }
}
