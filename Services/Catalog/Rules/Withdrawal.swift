// A published entry is taken back: the source asks with a legal ground, the authority consents (policies e.1; AC-10, AC-11).

package import Regulation
package import Vocabulary

/// What a source asked for when it wanted a published entry withdrawn.
package struct Withdrawal: Hashable, Sendable {
  package let reason: String
  package let basis: Basis
  /// "departments/d/persons/p"
  package let person: String
  package let time: Instant

  package init(reason: String, basis: Basis, person: String, time: Instant) {
    self.reason = reason
    self.basis = basis
    self.person = person
    self.time = time
  }
}

extension EntryVersion {
  /// The source asks, and with the authority's consent the entry is withdrawn; its grants end. Where the profile has no
  /// reviewer, the source's word is enough.
  ///
  /// - Parameters:
  ///   - reason: Needed of the source.
  ///   - basis: Needed of the source; the authority consents to the one that was stated.
  package func withdrawn(
    reason: String, basis: Basis?, by actor: Actor, owner: DepartmentFacts, at time: Instant,
    under profile: Profile
  ) throws(CatalogRefusal) -> EntryVersion {
    guard state == .published else {
      throw .wrongState(entry: name, state: state, action: BilingualText("撤销", "withdrawn"))
    }
    try requireWithdrawer(actor, owner: owner, under: profile)
    try checkTexts([("reason", reason)])
    if let basis { try checkTexts(of: basis, path: "basis") }
    if actor.department.code != content.owner {
      guard let pending = withdrawal else { throw .withdrawalNotRequested(entry: name) }
      var next = stepped(
        to: .withdrawn, by: actor, at: time, reason: reason.isEmpty ? pending.reason : reason,
        basis: pending.basis)
      next.withdrawal = nil
      return next
    }
    if reason.isEmpty { throw .reasonMissing(action: BilingualText("撤销", "withdrawn")) }
    let basis = try legalGround(basis)
    guard needsConsent(under: profile) else {
      return stepped(to: .withdrawn, by: actor, at: time, reason: reason, basis: basis)
    }
    var next = stepped(
      to: state, by: actor, at: time, reason: reason, action: .withdrawalRequested, basis: basis)
    next.withdrawal = Withdrawal(reason: reason, basis: basis, person: actor.name, time: time)
    return next
  }

  /// A pending request ends without effect: the authority declines it, or the source takes it back.
  package func withdrawalEnded(
    reason: String, by actor: Actor, owner: DepartmentFacts, at time: Instant,
    under profile: Profile
  ) throws(CatalogRefusal) -> EntryVersion {
    try requireWithdrawer(actor, owner: owner, under: profile)
    try checkTexts([("reason", reason)])
    let isOwner = actor.department.code == content.owner
    guard withdrawal != nil else { throw .withdrawalNotRequested(entry: name) }
    if reason.isEmpty {
      throw .reasonMissing(
        action: BilingualText("终止撤销申请", "kept although its withdrawal was asked"))
    }
    var next = stepped(
      to: state, by: actor, at: time, reason: reason,
      action: isOwner ? .withdrawalTakenBack : .withdrawalDeclined)
    next.withdrawal = nil
    return next
  }

  /// A version in flight, sent back because the one that everybody saw was withdrawn; `nil` where it is not in flight.
  package func returned(
    with withdrawn: EntryVersion, by actor: Actor, at time: Instant
  ) -> EntryVersion? {
    guard state == .submitted || state == .approved else { return nil }
    var next = stepped(
      to: .returned, by: actor, at: time, reason: withdrawn.history.last?.reason ?? "",
      detail: withdrawn.versionName)
    next.approvedBy = []
    return next
  }

  private func needsConsent(under profile: Profile) -> Bool {
    profile.entryReviewers(isUpdate: isUpdate)?.value.isEmpty == false
  }

  /// Checks that a person has a part in withdrawing: the owner asks, and whoever reviews its entries consents; where nobody does,
  /// nobody but the owner has a say.
  package func requireWithdrawer(
    _ actor: Actor, owner: DepartmentFacts, under profile: Profile
  ) throws(CatalogRefusal) {
    if actor.department.code == content.owner { return }
    guard needsConsent(under: profile) else { throw .notOwner(entry: name) }
    try requireReviewer(actor, of: self, owner: owner, under: profile)
  }

  private func legalGround(_ basis: Basis?) throws(CatalogRefusal) -> Basis {
    guard let basis, basis.isComplete else { throw .basisIncomplete(path: "basis") }
    if basis.kind == .internalRule {
      throw .basisInvalid(
        path: "basis", kind: basis.kind, allowed: [.law, .regulation, .rule, .nationalProvision],
        citation: Citation(document: Citation.productDocument, article: "D12"))
    }
    return basis
  }
}
