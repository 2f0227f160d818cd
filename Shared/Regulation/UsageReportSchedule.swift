// When usage reports fall due.

package import Vocabulary

/// The usage reports of one grant (meizhou-specific-2021/27, meizhou-public-2023/39.4b).
///
/// Six months from activation, then each half-year; or, where the profile follows the calendar, every 30 June and 31
/// December after activation (policies.md g.12).
package struct UsageReportSchedule: Hashable, Sendable {
  private let rule: ClockRule
  private let activated: CivilDate
  private let followsCalendar: Bool

  /// `nil` where no report is demanded.
  package init?(activated: CivilDate, under profile: Profile) {
    guard let rule = profile.clock(.usageReport) else { return nil }
    self.rule = rule
    self.activated = activated
    followsCalendar = profile.usageReportsFollowCalendar
  }

  /// The due day of the n-th report, from 1.
  package func due(_ number: Int, on calendar: WorkingCalendar) -> DueDate {
    guard followsCalendar else {
      return LegalClock(rule: rule, started: activated).occurrence(number, on: calendar)
    }
    return DueDate(date: halfYearEnd(number), citation: rule.citation, isProvisional: false)
  }

  /// The number of the first report that is due on a day or later, and its due day.
  package func next(from day: CivilDate, on calendar: WorkingCalendar) -> (Int, DueDate) {
    var number = 1
    var due = due(number, on: calendar)
    while due.date < day {
      number += 1
      let following = self.due(number, on: calendar)
      // The range of dates ends; no grant comes near.
      if following.date == due.date { break }
      due = following
    }
    return (number, due)
  }

  /// The n-th 30 June or 31 December after the activation. A grant activated on such a day was not used in the
  /// half-year that ends with it, so the next one is its first.
  private func halfYearEnd(_ number: Int) -> CivilDate {
    let monthsToNextHalf = activated.month <= 6 ? 7 - activated.month : 13 - activated.month
    let nextHalf = activated.adding(days: 1 - activated.day).adding(months: monthsToNextHalf)
    let endsHalf = nextHalf.adding(days: -1) == activated
    return nextHalf.adding(months: (endsHalf ? number : number - 1) * 6).adding(days: -1)
  }
}
