// What is told of a running clock: so many working days before the due day, on it, and once it has passed (policies.md a.2, e).

package import Vocabulary

/// Something to be told of a clock. Each is told once: by case, kind and due day.
package struct ClockNotice: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// So many working days before the due day; 0 on it.
    case reminder(Int)
    /// From the working day after the due day it goes up the line.
    case escalation

    /// A stable word.
    package var word: String {
      switch self {
      case .reminder(let days): "reminder-\(days)"
      case .escalation: "escalation"
      }
    }
  }

  package let kind: Kind
  package let due: DueDate
  /// In working days; 0 for a reminder.
  package let overdueDays: Int
}

extension LegalClock {
  /// What is to be told on a day; `nil` for nothing. Of reminders that were missed, as when a node stood still, the latest alone.
  ///
  /// - Parameter daysBefore: The profile's (`clock.reminder_wd`).
  package func notice(
    on calendar: WorkingCalendar, today: CivilDate, daysBefore: [Int]
  ) -> ClockNotice? {
    guard !isPaused else { return nil }
    let due = due(on: calendar, today: today)
    if today >= escalates(on: calendar, today: today) {
      let late = LegalClock.overdue(due.date, at: today, on: calendar)
      return ClockNotice(kind: .escalation, due: due, overdueDays: late?.workingDays ?? 0)
    }
    // The nearer to the due day, the later.
    let reached = daysBefore.filter { days in
      let day = calendar.workingDay(-days, after: due.date)
      return day > started && day <= today && today <= due.date
    }.min()
    return reached.map { ClockNotice(kind: .reminder($0), due: due, overdueDays: 0) }
  }
}

/// A running clock of a case, with who is told of it.
package struct CaseClock: Sendable {
  /// `applications/A-1`
  package let resource: String
  package let name: RegulatedClock
  package let clock: LegalClock
  package let profile: Profile
  /// Who must act.
  package let department: DepartmentCode
  /// Who is told when it is late, beside them.
  package let authority: DepartmentCode?

  package init(
    resource: String, name: RegulatedClock, clock: LegalClock, profile: Profile,
    department: DepartmentCode, authority: DepartmentCode?
  ) {
    self.resource = resource
    self.name = name
    self.clock = clock
    self.profile = profile
    self.department = department
    self.authority = authority
  }

  /// What the log and whoever follows it are told with a notice.
  package func members(of notice: ClockNotice) -> [(String, String)] {
    var members = [
      ("clock", name.rawValue), ("due", notice.due.date.iso),
      ("article", notice.due.citation.text),
      ("department", ResourceName.department(department).text),
      ("profile", profile.reference.text),
    ]
    if notice.kind == .escalation, let authority, authority != department {
      members.append(("authority", ResourceName.department(authority).text))
    }
    return members
  }

  /// What is to be told of it on a day, by the reminders of its own profile.
  package func notice(on calendar: WorkingCalendar, today: CivilDate) -> ClockNotice? {
    clock.notice(
      on: calendar, today: today, daysBefore: profile.reminderDays?.value ?? [])
  }
}
