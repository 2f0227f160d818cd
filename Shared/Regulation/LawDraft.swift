// A file of the law as somebody brings it, and what a version of the calendar changes by day.

package import Vocabulary

/// A profile, or a year of the working calendar.
package enum LawDraft: Hashable, Sendable {
  case profile(ProfileDocument)
  case year(CalendarYear)
}

/// A day that two versions of the calendar take differently.
package struct CalendarChange: Hashable, Sendable {
  package let date: CivilDate
  package let former: WorkingCalendar.DayKind
  package let next: WorkingCalendar.DayKind
}

extension WorkingCalendar {
  /// The days that another version takes differently, the earliest first. An ordinary day that only becomes known is none.
  package func changes(to next: WorkingCalendar) -> [CalendarChange] {
    let first = min(validFrom, next.validFrom).adding(days: -31)
    let last = max(validThrough, next.validThrough)
    return (first.dayNumber...last.dayNumber).compactMap { number in
      let day = CivilDate(dayNumber: number)
      let (old, new) = (kind(of: day), next.kind(of: day))
      if old == new || (old.isWorking == new.isWorking && new.notice == nil) { return nil }
      return CalendarChange(date: day, former: old, next: new)
    }
  }
}

extension WorkingCalendar.DayKind {
  /// The paper that says so, where one does.
  package var notice: String? {
    switch self {
    case .holiday(_, let notice), .makeUpWorkday(_, let notice): notice
    case .workday, .weekend, .unknownWorkday, .unknownWeekend: nil
    }
  }

  /// A stable word: `holiday 春节`.
  package var word: String {
    switch self {
    case .workday: "workday"
    case .weekend: "weekend"
    case .holiday(let name, _): "holiday \(name)"
    case .makeUpWorkday(let name, _): "make-up workday \(name)"
    case .unknownWorkday: "workday (no notice)"
    case .unknownWeekend: "weekend (no notice)"
    }
  }
}
