// Another day for the rectification, agreed by both parties (AC-63; meizhou-specific-2021/31d).

package import Regulation
package import Vocabulary

extension QualityIssue {
  /// One party proposes a day; when the other names the same day it holds. Another day is a new proposal. A third party
  /// can do neither.
  package func dateAgreed(
    _ date: CivilDate, by actor: Actor, at time: Instant, under profile: Profile,
    calendar: WorkingCalendar
  ) throws(FeedbackRefusal) -> QualityIssue {
    let permission = profile.rectifyTimeNegotiable
    guard actor.department == source || actor.department == reporter else {
      throw .notParty(issue: name, permission?.citation)
    }
    guard state.awaitsVerification || state.awaitsRectification, let clock = clocks.rectify else {
      throw .wrongState(
        issue: name, state: state, action: BilingualText("协商期限", "given an agreed date"))
    }
    let today = time.civilDate
    var next = self
    let other = actor.department == source ? reporter : source
    var agreed = clock
    do throws(ClockRefusal) {
      // Asked as if both had agreed, so that a day that can never hold is not put forward either.
      try agreed.agree(
        on: date, agreed: today, firstParty: other.text, secondParty: actor.department.text,
        permission: permission, calendar: calendar)
    } catch {
      throw .clock(error, issue: name, error.citation ?? permission?.citation)
    }
    let reason: String
    if let proposal, proposal.by != actor.department, proposal.date == date {
      next.clocks.rectify = agreed
      next.proposal = nil
      reason = "\(date.iso) ✓"
    } else {
      next.proposal = DateProposal(date: date, by: actor.department)
      reason = "\(date.iso) ?"
    }
    next.history.append(
      IssueStep(from: state, to: state, actor: actor.name, time: time, reason: reason))
    return next
  }
}
