// The law as somebody asks for it at this moment: what was imported since counts from the next look on.

/// Where profiles and calendar come from.
package struct LawNow: Sendable {
  private let readProfiles: @Sendable () -> ProfileSet
  private let readCalendar: @Sendable () -> WorkingCalendar

  package init(
    profiles: @escaping @Sendable () -> ProfileSet,
    calendar: @escaping @Sendable () -> WorkingCalendar
  ) {
    readProfiles = profiles
    readCalendar = calendar
  }

  package var profiles: ProfileSet { readProfiles() }
  package var calendar: WorkingCalendar { readCalendar() }
}
