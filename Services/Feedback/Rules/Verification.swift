// The source says whether there is an error (AC-61; meizhou-public-2023/23b, hebi-2021/13.1b, meizhou-specific-2021/31a).

package import Regulation
package import Vocabulary

extension QualityIssue {
  /// Completes the verification. Only the source verifies; what it does not confirm it gives its reasons for
  /// (guangdong-2018/21.3b: a reply is due), and the reporter is told at once (meizhou-public-2023/23d).
  package func concluded(
    isConfirmed: Bool, reasons: [String], by actor: Actor, at time: Instant,
    under profile: Profile
  ) throws(FeedbackRefusal) -> QualityIssue {
    try requireSource(actor)
    guard state.awaitsVerification else {
      throw .wrongState(issue: name, state: state, action: BilingualText("核实", "verified"))
    }
    let given = reasons.filter { !$0.allSatisfy(\.isWhitespace) }
    if !isConfirmed, given.isEmpty {
      throw .reasonsMissing(
        path: "reasons", profile.cite(.feedbackVerifyDays, else: .accessRule(61)))
    }
    if given.count > ReportLimits.lines {
      throw .tooLong(path: "reasons", limit: ReportLimits.lines)
    }
    for reason in given {
      try checkText(reason, path: "reasons", limit: ReportLimits.lineCharacters)
    }
    var next = self
    if state == .opened { next = next.stepped(to: .verifying, by: actor.name, at: time) }
    next.reasons = given
    let stated = given.joined(separator: "；")
    if isConfirmed {
      next.startRectification(on: time.civilDate, under: profile)
      return next.stepped(to: .confirmed, by: actor.name, at: time, reason: stated)
    }
    next.clocks.verified = time.civilDate
    return next.stepped(to: .notConfirmed, by: actor.name, at: time, reason: stated)
      .informed(at: time, under: profile)
  }

  /// AC-61: only the source verifies and rectifies; the authority may urge, not decide on facts.
  func requireSource(_ actor: Actor) throws(FeedbackRefusal) {
    guard actor.department == source else { throw .notSource(issue: name) }
  }
}
