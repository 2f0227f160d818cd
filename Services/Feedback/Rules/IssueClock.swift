// Which clocks an issue has, when each starts, and how late it is (policies D19).

package import Regulation
package import Vocabulary

/// The clocks that start with the report.
///
/// - meizhou-public-2023/23b: 5 working days to verify; the rectification has none yet.
/// - meizhou-specific-2021/31a: 20 working days from receipt cover verification, rectification and update.
/// - hebi-2021/13.1b: 10 working days to check.
func firstClocks(
  _ reporter: ReporterKind?, started: CivilDate, under profile: Profile, calendar: WorkingCalendar
) -> IssueClocks {
  IssueClocks(
    verify: verificationClock(reporter, started: started, under: profile, calendar: calendar),
    rectify: rectificationClock(.feedbackReceived, started: started, under: profile))
}

/// The clock of the verification; a person at a counter gets the shortest that the profile has (meizhou-public-2023/35b:
/// promptly).
private func verificationClock(
  _ reporter: ReporterKind?, started: CivilDate, under profile: Profile, calendar: WorkingCalendar
) -> LegalClock? {
  var rules = [profile.clock(.issueVerification)]
  if reporter == .counter { rules.append(profile.clock(.personVerification)) }
  return rules.compactMap { $0 }.map { LegalClock(rule: $0, started: started) }
    .min { $0.due(on: calendar, today: started).date < $1.due(on: calendar, today: started).date }
}

/// The clock of the rectification, if this event starts it: the receipt of the report (meizhou-specific-2021/31a) or the
/// completion of the verification (meizhou-public-2023/23c: 10 working days).
func rectificationClock(
  _ event: ClockStart, started: CivilDate, under profile: Profile
) -> LegalClock? {
  guard let rule = profile.clock(.issueRectification), rule.start == event else { return nil }
  return LegalClock(rule: rule, started: started)
}

extension QualityIssue {
  /// The source has said that there is an error, in words or by repairing it: its time for the rest runs from this day, where
  /// the profile lets it run from here.
  mutating func startRectification(on day: CivilDate, under profile: Profile) {
    clocks.verified = day
    if clocks.rectify == nil {
      clocks.rectify = rectificationClock(.verificationCompleted, started: day, under: profile)
    }
  }
}

/// What is due next on an issue, and how late it is.
package struct IssueDeadline: Hashable, Sendable {
  package let due: DueDate
  /// `nil` while in time. A flag with a duration: late work is never refused.
  package let overdue: Overdue?

  package init(due: DueDate, overdue: Overdue?) {
    self.due = due
    self.overdue = overdue
  }
}

extension QualityIssue {
  /// The clock that runs now. Where no clock of its own runs for the verification, the one that covers everything does
  /// (meizhou-specific-2021/31a).
  var runningClock: LegalClock? {
    switch state {
    case .opened, .verifying: clocks.verify ?? clocks.rectify
    case .confirmed, .rectifying: clocks.rectify
    case .informed: clocks.silence
    case .notConfirmed, .rectified, .closed, .withdrawn: nil
    }
  }

  /// The clock that runs now, with its name.
  package var namedClock: (name: RegulatedClock, clock: LegalClock)? {
    guard let clock = runningClock else { return nil }
    switch state {
    case .informed: return (.issueSilence, clock)
    case .opened, .verifying:
      return (clocks.verify == nil ? .issueRectification : .issueVerification, clock)
    default: return (.issueRectification, clock)
    }
  }

  /// What somebody must do by when; `nil` where nothing runs.
  package func deadline(on calendar: WorkingCalendar, today: CivilDate) -> IssueDeadline? {
    guard let clock = runningClock else { return nil }
    let due = clock.due(on: calendar, today: today)
    // A reporter who says nothing agrees; that is nobody's delay.
    if state == .informed { return IssueDeadline(due: due, overdue: nil) }
    return IssueDeadline(
      due: due, overdue: LegalClock.overdue(due.date, at: today, on: calendar))
  }

  /// What the verification's clock reads on a day, or read when it was completed (AC-94).
  package func verification(on calendar: WorkingCalendar, today: CivilDate) -> ClockReading? {
    clocks.verifyEnded
      ?? clocks.verify?.reading(
        on: calendar, due: today, late: clocks.verified ?? lastDay ?? today)
  }

  /// The same of the rectification.
  package func rectification(on calendar: WorkingCalendar, today: CivilDate) -> ClockReading? {
    clocks.rectifyEnded
      ?? clocks.rectify?.reading(
        on: calendar, due: today, late: clocks.rectified ?? lastDay ?? today)
  }

  /// The issue with what its clocks read now, where the source's work on them has just ended.
  package func keepingClocks(on calendar: WorkingCalendar, today: CivilDate) -> QualityIssue {
    var next = self
    if clocks.verifyEnded == nil, clocks.verified ?? lastDay != nil {
      next.clocks.verifyEnded = verification(on: calendar, today: today)
    }
    if clocks.rectifyEnded == nil, clocks.rectified ?? lastDay != nil {
      next.clocks.rectifyEnded = rectification(on: calendar, today: today)
    }
    return next
  }

  /// The day on which the source's work ended without that step; `nil` while it goes on.
  private var lastDay: CivilDate? {
    guard !state.awaitsVerification, !state.awaitsRectification else { return nil }
    return clocks.rectified ?? clocks.verified ?? history.last?.time.civilDate
  }
}

extension LegalClock {
  /// What it reads: the due day as it stands on one day, and how late that is on another.
  fileprivate func reading(
    on calendar: WorkingCalendar, due today: CivilDate, late day: CivilDate
  ) -> ClockReading {
    let due = due(on: calendar, today: today)
    return ClockReading(
      due: due,
      overdueDays: LegalClock.overdue(due.date, at: day, on: calendar)?.workingDays ?? 0)
  }
}
