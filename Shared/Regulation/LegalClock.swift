// The one engine that counts days. Nothing else in Weir does.

package import Vocabulary

/// The last day on which something is in time.
package struct DueDate: Hashable, Sendable {
  package let date: CivilDate
  package let citation: Citation
  /// The count crosses days for which no notice is held, or the clock stands still; the date may move.
  package let isProvisional: Bool

  package init(date: CivilDate, citation: Citation, isProvisional: Bool) {
    self.date = date
    self.citation = citation
    self.isProvisional = isProvisional
  }
}

/// How late something is. A flag with a duration, never a refusal of late work.
package struct Overdue: Hashable, Sendable {
  package let workingDays: Int
  package let calendarDays: Int
}

/// What a clock reads on a day. Of a clock that has ended this is kept, so that a later calendar alters no past fact (AC-94).
package struct ClockReading: Hashable, Sendable {
  package let due: DueDate
  /// How late, in working days; 0 while in time.
  package let overdueDays: Int

  package init(due: DueDate, overdueDays: Int) {
    self.due = due
    self.overdueDays = overdueDays
  }
}

/// A stretch in which a clock does not count: it stops at the end of `from` and goes on after `to`.
package struct ClockPause: Hashable, Sendable {
  package let from: CivilDate
  /// The day on which it resumed, not counted like every day of an event; `nil` while it stands.
  package var to: CivilDate?
  package let reason: String
  package let approver: String

  package init(from: CivilDate, to: CivilDate?, reason: String, approver: String) {
    self.from = from
    self.to = to
    self.reason = reason
    self.approver = approver
  }
}

/// More time, after the original due day.
package struct ClockExtension: Hashable, Sendable {
  package let workingDays: Int
  package let citation: Citation
  package let filed: CivilDate
  package let reason: String
  package let approver: String

  package init(
    workingDays: Int, citation: Citation, filed: CivilDate, reason: String, approver: String
  ) {
    self.workingDays = workingDays
    self.citation = citation
    self.filed = filed
    self.reason = reason
    self.approver = approver
  }
}

/// Another due day, agreed by both parties.
package struct NegotiatedDate: Hashable, Sendable {
  package let date: CivilDate
  package let citation: Citation
  package let agreed: CivilDate
  package let firstParty: String
  package let secondParty: String

  package init(
    date: CivilDate, citation: Citation, agreed: CivilDate, firstParty: String, secondParty: String
  ) {
    self.date = date
    self.citation = citation
    self.agreed = agreed
    self.firstParty = firstParty
    self.secondParty = secondParty
  }
}

/// A period that runs: the rule by which it began, and what has happened to it. A value to store with the case.
///
/// The day of the event is not counted; what is due is in time until the end of the due day, in Asia/Shanghai
/// (policies.md g.2; Civil Code 201). A due date of months is the same day of a later month (Civil Code 202) and is not
/// moved to a working day: no text says so.
package struct LegalClock: Hashable, Sendable {
  package let rule: ClockRule
  /// The civil day of the start event.
  package let started: CivilDate
  package private(set) var pauses: [ClockPause]
  package private(set) var extensions: [ClockExtension]
  package private(set) var negotiated: [NegotiatedDate]

  package init(
    rule: ClockRule, started: CivilDate, pauses: [ClockPause] = [],
    extensions: [ClockExtension] = [], negotiated: [NegotiatedDate] = []
  ) {
    self.rule = rule
    self.started = started
    self.pauses = pauses
    self.extensions = extensions
    self.negotiated = negotiated
  }

  /// The due day as it stands today.
  ///
  /// - Parameter today: Counts only while the clock is paused: it is taken to resume today, and the date is provisional.
  package func due(on calendar: WorkingCalendar, today: CivilDate) -> DueDate {
    if let agreed = negotiated.last {
      // The parties named a day, not a number of them: a pause since then moves it as it moves a clock of months.
      let since = pauses.filter { $0.from >= agreed.agreed }
      return DueDate(
        date: moved(agreed.date, by: since, today: today), citation: agreed.citation,
        isProvisional: isPaused)
    }
    let more = extensions.reduce(0) { $0 + $1.workingDays }
    let extended = workingDay(
      more, after: originalDue(on: calendar, today: today), on: calendar, today: today)
    return DueDate(
      date: extended, citation: extensions.last?.citation ?? rule.citation,
      isProvisional: isPaused || reachesUnknownDays(extended, calendar))
  }

  /// The due day without extensions and agreed dates.
  func originalDue(on calendar: WorkingCalendar, today: CivilDate) -> CivilDate {
    switch rule.period {
    case .workingDays(let count):
      return workingDay(count, after: started, on: calendar, today: today)
    case .months(let count):
      return moved(started.adding(months: count), by: pauses, today: today)
    }
  }

  /// The n-th working day after a day on which the clock runs.
  private func workingDay(
    _ count: Int, after start: CivilDate, on calendar: WorkingCalendar, today: CivilDate
  ) -> CivilDate {
    var day = start
    var left = count
    while left > 0 {
      let next = day.adding(days: 1)
      if next == day { return day }
      day = next
      if calendar.isWorkingDay(day), !isPaused(on: day, today: today) { left -= 1 }
    }
    return day
  }

  /// A day moved by the pauses that began before it was reached, each by its days.
  private func moved(
    _ day: CivilDate, by pauses: [ClockPause], today: CivilDate
  ) -> CivilDate {
    pauses.reduce(day) { day, pause in
      guard pause.from < day else { return day }
      return day.adding(days: max(0, (pause.to ?? max(today, pause.from)).daysSince(pause.from)))
    }
  }

  package var isPaused: Bool { pauses.last.map { $0.to == nil } ?? false }

  func isPaused(on day: CivilDate, today: CivilDate) -> Bool {
    pauses.contains { pause in
      day > pause.from && day <= pause.to ?? max(today, pause.from)
    }
  }

  private func reachesUnknownDays(_ due: CivilDate, _ calendar: WorkingCalendar) -> Bool {
    guard case .workingDays = rule.period else {
      return !extensions.isEmpty && !calendar.isKnown(due)
    }
    return !calendar.isKnown(due) || !calendar.isKnown(started.adding(days: 1))
  }

  /// How late it is on a day; `nil` while it is in time. The due day itself is in time to its end.
  package func overdue(on calendar: WorkingCalendar, at today: CivilDate) -> Overdue? {
    let due = due(on: calendar, today: today)
    guard !isPaused else { return nil }
    return LegalClock.overdue(due.date, at: today, on: calendar)
  }

  /// What it reads on a day.
  package func reading(on calendar: WorkingCalendar, at day: CivilDate) -> ClockReading {
    ClockReading(
      due: due(on: calendar, today: day),
      overdueDays: overdue(on: calendar, at: day)?.workingDays ?? 0)
  }

  /// How late something due on a day is on another; for cases that were closed and kept their due day.
  package static func overdue(
    _ due: CivilDate, at day: CivilDate, on calendar: WorkingCalendar
  ) -> Overdue? {
    guard day > due else { return nil }
    return Overdue(
      workingDays: calendar.workingDays(after: due, through: day), calendarDays: day.daysSince(due))
  }

  /// The days on which people are reminded, earliest first: so many working days before the due day, none before the
  /// day after the start, each once.
  package func reminders(
    on calendar: WorkingCalendar, today: CivilDate, daysBefore: [Int]
  ) -> [CivilDate] {
    let due = due(on: calendar, today: today).date
    let days = daysBefore.map { calendar.workingDay(-$0, after: due) }.filter { $0 > started }
    return Set(days).sorted()
  }

  /// The first day on which lateness goes up the line: the working day after the due day (policies.md e).
  package func escalates(on calendar: WorkingCalendar, today: CivilDate) -> CivilDate {
    calendar.workingDay(1, after: due(on: calendar, today: today).date)
  }

  /// The due days of a recurring duty: the n-th lies n periods after the start, counted from the start itself, so that
  /// short months do not creep in.
  package func occurrence(_ number: Int, on calendar: WorkingCalendar) -> DueDate {
    let period: Period
    switch rule.period {
    case .workingDays(let count): period = .workingDays(count * number)
    case .months(let count): period = .months(count * number)
    }
    let series = LegalClock(
      rule: ClockRule(
        period: period, start: rule.start, citation: rule.citation, origin: rule.origin),
      started: started)
    return series.due(on: calendar, today: started)
  }

  // MARK: - Changes, each checked in ClockChanges.swift

  mutating func append(_ pause: ClockPause) { pauses.append(pause) }
  mutating func endLastPause(on day: CivilDate) { pauses[pauses.count - 1].to = day }
  mutating func append(_ more: ClockExtension) { extensions.append(more) }
  mutating func append(_ agreed: NegotiatedDate) { negotiated.append(agreed) }
}
