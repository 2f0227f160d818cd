// When both sides are told that a grant is about to end (meizhou-public-2023/22c).

package import Regulation
package import Vocabulary

extension Grant {
  /// Whether it ends within the days of the profile's first reminder. It is not prolonged: whoever still needs the data applies
  /// anew, and the source reviews anew (meizhou-public-2023/22).
  package func isEnding(
    on today: CivilDate, under profile: Profile, calendar: WorkingCalendar
  ) -> Bool {
    guard state == .active, today <= until, let days = profile.reminderDays?.value.max() else {
      return false
    }
    return calendar.workingDays(after: today, through: until) <= days
  }
}
