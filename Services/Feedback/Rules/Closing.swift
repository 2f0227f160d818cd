// The end of an issue: the reporter's word, or its silence (AC-61; policies e.8; meizhou-public-2023/23d).

package import Regulation
package import Vocabulary

extension QualityIssue {
  /// The reporter accepts the result.
  package func closed(by actor: Actor, at time: Instant) throws(FeedbackRefusal) -> QualityIssue {
    try requireReporter(actor)
    guard state == .informed else {
      throw .wrongState(issue: name, state: state, action: BilingualText("办结", "closed"))
    }
    return stepped(to: .closed, by: actor.name, at: time)
  }

  /// A reporter who has been told and says nothing until the due day has passed agrees (weir-default/silence).
  package func closedBySilence(at time: Instant, calendar: WorkingCalendar) -> QualityIssue? {
    guard state == .informed, let silence = clocks.silence,
      silence.overdue(on: calendar, at: time.civilDate) != nil
    else { return nil }
    return stepped(to: .closed, by: "", at: time, reason: silence.rule.citation.text)
  }

  /// The same fact is still wrong: everything starts anew, and new clocks with it (policies e.8).
  package func reopened(
    reason: String, by actor: Actor, at time: Instant, under profile: Profile,
    calendar: WorkingCalendar
  ) throws(FeedbackRefusal) -> QualityIssue {
    try requireReporter(actor)
    guard state == .closed else {
      throw .wrongState(issue: name, state: state, action: BilingualText("重新提出", "reopened"))
    }
    try requireReason(reason)
    var next = stepped(to: .verifying, by: actor.name, at: time, reason: reason)
    next.clocks = firstClocks(
      report.reporter, started: time.civilDate, under: profile, calendar: calendar)
    // What was corrected stands under another name now; what was taken out cannot be corrected again.
    next.records = uniqueRecords(
      records.flatMap { record in
        record.standing.map { IssueRecord(name: $0, isNamed: record.isNamed) }
      })
    next.reasons = []
    next.proposal = nil
    next.reopened += 1
    return next
  }

  /// The reporter takes the report back, while the source has not yet answered. A confirmed error stays one.
  package func withdrawn(
    reason: String, by actor: Actor, at time: Instant
  ) throws(FeedbackRefusal) -> QualityIssue {
    try requireReporter(actor)
    guard state.awaitsVerification else {
      throw .wrongState(issue: name, state: state, action: BilingualText("撤回", "withdrawn"))
    }
    try requireReason(reason)
    return stepped(to: .withdrawn, by: actor.name, at: time, reason: reason)
  }

  /// AC-61: only the reporter confirms.
  private func requireReporter(_ actor: Actor) throws(FeedbackRefusal) {
    guard actor.department == reporter else { throw .notReporter(issue: name) }
  }

  private func requireReason(_ reason: String) throws(FeedbackRefusal) {
    if reason.allSatisfy(\.isWhitespace) { throw .reasonsMissing(path: "reason", nil) }
    try checkText(reason, path: "reason", limit: ReportLimits.causeCharacters)
  }
}
