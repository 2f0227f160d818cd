// Who decides on an application, and how (meizhou-specific-2021/21, guangdong-2018/19: authority and source;
// meizhou-public-2023/21, hebi-2021/15, luyi-2019/11: the source alone; AC-43, AC-44).

package import Regulation
package import Vocabulary

extension Application {
  /// The sides that must give an opinion, in the profile's order.
  package func reviewers(under profile: Profile) -> [Reviewer] {
    profile.reviewers?.value ?? [.sourceDepartment]
  }

  /// The sides that have not yet given theirs.
  package func awaitedReviewers(under profile: Profile) -> [Reviewer] {
    reviewers(under: profile).filter { side in
      opinions.count { $0.side == side } < opinionsNeeded(of: side)
    }
  }

  /// As which side a person may speak: his department is the source, or the authority of its level.
  func side(of actor: Actor, under profile: Profile) throws(ShareRefusal) -> Reviewer {
    let sides = try sides(of: actor, under: profile)
    let awaited = awaitedReviewers(under: profile)
    if let side = sides.first(where: awaited.contains) {
      // Where one department is both, two of its people decide: one opinion is not two.
      if opinions.contains(where: { $0.person == actor.name }) {
        throw .samePerson(
          resource: name, citation: profile.cite(.shareReviewers, else: .accessRule(43)))
      }
      return side
    }
    throw .opinionGiven(resource: name, side: sides[0])
  }

  /// The sides for which a person may speak, given or not; at least one. No department decides on its own application (AC-43).
  @discardableResult
  package func sides(of actor: Actor, under profile: Profile) throws(ShareRefusal) -> [Reviewer] {
    if actor.department == applicant { throw .ownApplication(resource: name) }
    let sides = reviewers(under: profile).filter { canSpeak(actor, for: $0) }
    guard !sides.isEmpty else {
      throw .notReviewer(
        resource: name, expected: reviewers(under: profile), citation: profile.reviewers?.citation)
    }
    return sides
  }

  /// Whether a person's department and role let him give a side's opinion.
  package func canSpeak(_ actor: Actor, for side: Reviewer) -> Bool {
    switch side {
    case .sourceDepartment:
      actor.department == source && actor.isOfficerOrHead || actor.standsFor.contains(source)
    default: actor.department == authority && actor.roles.contains(.authority)
    }
  }

  /// Takes one side's opinion; the last one answers the application.
  ///
  /// An item is granted when every side approves it, and with a second person of the source where it is sensitive. Never more
  /// than was asked (AC-44, AC-55).
  ///
  /// - Parameter recipients: Those to whom data may go on, by name; nobody else (AC-48).
  package func reviewed(
    _ decisions: [ItemDecision], recipients: [String] = [], reason: String, by actor: Actor,
    under profile: Profile, at time: Instant
  ) throws(ShareRefusal) -> Application {
    try checkSecondApproval(by: actor, under: profile)
    let side = try side(of: actor, under: profile)
    guard state.awaitsReview else {
      throw .wrongState(
        resource: name, state: state.term, action: BilingualText("审核", "reviewed"))
    }
    if side == .sourceDepartment, decisions.contains(where: \.isApproved) {
      try checkSpeaksForItself(actor, of: source, resource: name)
    }
    try checkDecisions(decisions, reason: reason, of: self, under: profile)
    try checkConsent(to: recipients, of: self, under: profile)
    var next = self
    next.opinions.append(
      Opinion(
        side: side, person: actor.name, time: time, decisions: decisions, reason: reason,
        recipients: recipients))
    if next.awaitedReviewers(under: profile).isEmpty {
      next.step(to: next.outcome, by: actor.name, at: time, reason: reason)
      next.decided = time
      next.proposal = nil
    } else {
      next.step(to: .underReview, by: actor.name, at: time, reason: reason)
    }
    return next
  }

  /// The items that every side approved, in the order asked for.
  package var approvedItems: [String] {
    use.items.filter { item in
      !opinions.isEmpty
        && opinions.allSatisfy { opinion in
          opinion.decisions.contains { $0.item == item && $0.isApproved }
        }
    }
  }

  private var outcome: ApplicationState {
    switch approvedItems.count {
    case 0: .rejected
    case use.items.count where consentedRecipients.count == use.recipients.count: .approved
    default: .partlyApproved
    }
  }

  /// What the applicant may do after a refusal, as its profile has it: in meizhou-public-2023/21.4 a verification request.
  package func nextStep(under profile: Profile) -> BilingualText? {
    guard state == .rejected || state == .partlyApproved else { return nil }
    guard profile.verificationScopes?.value.contains(.unmetConditional) == true else {
      return nextStepText(profile.notSharedPath?.value ?? [])
    }
    return BilingualText(
      "可就未获同意的数据项逐一申请核实比对：weir share verify-request create。",
      "Single claims on the refused items may be verified: weir share verify-request create.")
  }
}

/// Checks that an opinion speaks of each item asked for, once and of no other, with the reasons and grounds it needs.
///
/// luyi-2019/11c wants a reason for consent too; meizhou-specific-2021/21f and guangdong-2018/19.1f for a refusal.
func checkDecisions(
  _ decisions: [ItemDecision], reason: String, of application: Application, under profile: Profile
) throws(ShareRefusal) {
  var seen: Set<String> = []
  for decision in decisions {
    guard application.use.items.contains(decision.item) else {
      throw .decisionBeyondRequest(item: decision.item)
    }
    guard seen.insert(decision.item).inserted else { throw .itemRepeated(decision.item) }
  }
  if let missing = application.use.items.first(where: { !seen.contains($0) }) {
    throw .decisionMissing(item: missing)
  }
  // Which records answer would tell the refused item's value, and a grant without the rule would be more than was asked.
  let refused = Set(decisions.filter { !$0.isApproved }.map(\.item))
  if refused.count < decisions.count,
    let row = application.use.rows.first(where: { refused.contains($0.item) })
  {
    throw .rowRuleNeedsItem(item: row.item)
  }
  try checkTexts([("reason", reason)])
  let reasons = profile.reasonRequiredOn
  for (index, decision) in decisions.enumerated() {
    let path = "decisions[\(index)]"
    let kind: ReviewDecision = decision.isApproved ? .approve : .reject
    // A refusal without a reason cannot be answered; no profile does without it (AC-44).
    let isNeeded = !decision.isApproved || reasons?.value.contains(kind) == true
    if isNeeded, decision.reason.isEmpty, reason.isEmpty {
      throw .reasonMissing(
        path: "\(path).reason",
        citation: reasons?.citation ?? .accessRule(44))
    }
    try checkTexts([("\(path).reason", decision.reason)])
    if !decision.isApproved {
      try checkRefusalBasis(decision.basis, path: "\(path).basis", under: profile)
    }
  }
}
