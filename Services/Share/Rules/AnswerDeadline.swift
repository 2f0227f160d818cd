// The last day on which the answer to an application is in time (meizhou-specific-2021/21d: 3 working days from receipt,
// meizhou-public-2023/21.3b: 5, hebi-2021/15.1d: 5, luyi-2019/11b: 7, guangdong-2018/19.1d: 10).

package import Regulation
package import Vocabulary

extension Application {
  /// The clock of the answer; `nil` before submission, and where the profile sets none.
  ///
  /// The form reaches the source as it is submitted, so form, receipt and request fall on one day (policies g.3).
  package func answerClock(under profile: Profile) -> LegalClock? {
    guard let submitted, let rule = profile.clock(.shareReply) else { return nil }
    return LegalClock(rule: rule, started: submitted.civilDate, negotiated: agreedDates)
  }

  /// The day by which it is to be answered, as it stands today.
  package func answerDue(
    under profile: Profile, calendar: WorkingCalendar, today: CivilDate
  ) -> DueDate? {
    answerClock(under: profile)?.due(on: calendar, today: today)
  }

  /// By when it is to be answered and how late that is; once it is answered, as it was then (AC-94). A flag with a duration,
  /// never a refusal of late work. `nil` as for ``answerClock(under:)``.
  package func answerReading(
    under profile: Profile, calendar: WorkingCalendar, today: CivilDate
  ) -> ClockReading? {
    if let answered { return answered }
    let clock = answerClock(under: profile)
    if state == .withdrawn {
      return clock.map { ClockReading(due: $0.due(on: calendar, today: today), overdueDays: 0) }
    }
    return clock?.reading(on: calendar, at: min(decided?.civilDate ?? today, today))
  }

  /// The application with what its clock reads now, where it has just been answered.
  package func keepingAnswer(under profile: Profile, calendar: WorkingCalendar) -> Application {
    guard let decided, answered == nil else { return self }
    var next = self
    next.answered = answerClock(under: profile)?.reading(on: calendar, at: decided.civilDate)
    return next
  }

  /// One party names a day of reply, the other agrees by naming the same (meizhou-specific-2021/21g, AC-63).
  ///
  /// The parties are the applicant and the source; a third cannot. May be repeated, each agreed day is kept.
  package func replyDate(
    _ date: CivilDate, by actor: Actor, under profile: Profile, calendar: WorkingCalendar,
    at time: Instant
  ) throws(ShareRefusal) -> Application {
    try requireNegotiator(actor)
    guard state.awaitsReview, var clock = answerClock(under: profile) else {
      throw .wrongState(
        resource: name, state: state.term,
        action: BilingualText("协商答复时间", "given another day of reply"))
    }
    let isAgreed = proposal.map { $0.date == date && $0.by != actor.department } ?? false
    let other = actor.department == applicant ? source : applicant
    // The same checks for the first word as for the last, so that nothing is proposed that cannot be agreed.
    do throws(ClockRefusal) {
      try clock.agree(
        on: date, agreed: time.civilDate,
        firstParty: isAgreed ? other.text : actor.department.text,
        secondParty: isAgreed ? actor.department.text : other.text,
        permission: profile.reviewTimeNegotiable, calendar: calendar)
    } catch {
      throw .clock(error)
    }
    var next = self
    if isAgreed {
      next.agreedDates = clock.negotiated
      next.proposal = nil
    } else {
      next.proposal = ReplyProposal(date: date, by: actor.department)
    }
    next.history.append(
      CaseStep(
        from: state.rawValue, to: state.rawValue, actor: actor.name, time: time,
        reason: (isAgreed ? "reply date agreed: " : "reply date proposed: ") + date.iso))
    return next
  }
}
