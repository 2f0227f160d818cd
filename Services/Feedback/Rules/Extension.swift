// More time for the checking: once, by the principal head, with a filing (AC-62; hebi-2021/13.1c).

package import Regulation
package import Vocabulary

extension QualityIssue {
  /// Extends the verification. Consent of the source's principal head and filing with the authority of the level lie
  /// before the first due date ends; all extensions together are as long as the profile lets them be.
  package func extended(
    workingDays: Int, reason: String, filing: String, by actor: Actor, at time: Instant,
    under profile: Profile, calendar: WorkingCalendar
  ) throws(FeedbackRefusal) -> QualityIssue {
    try requireSource(actor)
    let needs = profile.extensionNeeds
    guard actor.roles.contains(.departmentHead) else {
      throw .headNeeded(issue: name, needs?.citation)
    }
    guard state.awaitsVerification else {
      throw .wrongState(issue: name, state: state, action: BilingualText("延期", "extended"))
    }
    guard profile.extensionLimit != nil, var clock = clocks.verify else {
      throw .clock(.noExtension, issue: name, issueCitation(profile))
    }
    if reason.allSatisfy(\.isWhitespace) {
      throw .reasonsMissing(path: "reason", needs?.citation)
    }
    if let needs, needs.value.contains(.filingWithLevelAuthority),
      filing.allSatisfy(\.isWhitespace)
    {
      throw .filingMissing(needs.citation)
    }
    try checkText(reason, path: "reason", limit: ReportLimits.causeCharacters)
    try checkText(filing, path: "filing", limit: ReportLimits.lineCharacters)
    do throws(ClockRefusal) {
      try clock.extend(
        by: workingDays, filed: time.civilDate, reason: reason, approver: actor.name,
        limit: profile.extensionLimit, times: profile.extensionTimes, calendar: calendar)
    } catch {
      throw .clock(error, issue: name, error.citation ?? issueCitation(profile))
    }
    var next = self
    next.clocks.verify = clock
    let note = filing.isEmpty ? reason : "\(reason)（\(filing)）"
    next.history.append(
      IssueStep(from: state, to: state, actor: actor.name, time: time, reason: note))
    return next
  }
}
