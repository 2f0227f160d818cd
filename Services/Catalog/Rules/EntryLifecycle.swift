// The steps of a version (policies e.1): each function takes a version and answers the version it becomes.

package import Regulation
package import Vocabulary

extension EntryVersion {
  /// Takes changed content into a draft, or reopens a returned version as one (AC-10).
  ///
  /// - Parameter governing: The profile that governs the class of the changed content today. A draft that changes its class goes over to
  ///   it, and history says so; what was handed in before keeps the profile that it began with (D43), so its class stays, too.
  package func edited(
    _ content: EntryContent, by actor: Actor, at time: Instant, governing: ProfileReference
  ) throws(CatalogRefusal) -> EntryVersion {
    try requireOwner(actor)
    guard state == .draft || state == .returned else {
      throw .wrongState(entry: name, state: state, action: BilingualText("修改", "changed"))
    }
    var next = self
    next.content = content
    if content.resourceClass != self.content.resourceClass, governing.key != profile.key {
      guard submitted == nil else { throw .categoryChangesProfile(category: content.category) }
      next = next.stepped(
        to: state, by: actor, at: time, reason: "", action: .profileChanged,
        detail: "\(profile.key) -> \(governing.key)")
      next.profile = governing
    }
    if state == .returned { next = next.stepped(to: .draft, by: actor, at: time, reason: "") }
    return next
  }

  /// Hands a draft to review. Every check of content has passed before (``checkEntry(_:category:owner:claims:under:)``).
  package func submitted(
    by actor: Actor, at time: Instant, under profile: Profile
  ) throws(CatalogRefusal) -> EntryVersion {
    try requireOwner(actor)
    guard state == .draft || state == .returned else {
      throw .wrongState(entry: name, state: state, action: BilingualText("提交", "submitted"))
    }
    let reviewers = profile.entryReviewers(isUpdate: isUpdate)
    for reviewer in reviewers?.value ?? [] where actor.department.seat(of: reviewer) == nil {
      throw actor.department.lacksAdministrator(for: reviewer)
        ? .noAdministrator(entry: name, citation: reviewers?.citation)
        : .noAuthorityAbove(entry: name, reviewer, citation: reviewers?.citation)
    }
    // A returned version is the source's draft again, whether or not it was changed meanwhile (e.1).
    var next = state == .returned ? stepped(to: .draft, by: actor, at: time, reason: "") : self
    next = next.stepped(to: .submitted, by: actor, at: time, reason: "")
    next.decided = nil
    next.submitted = time.civilDate
    next.approvedBy = []
    // What was filed and looked through may have changed since (meizhou-public-2023/10.2b, 39.1e).
    next.filing = nil
    next.secrecyReview = nil
    // No decision is demanded by the text: the technical check was the review (meizhou-specific-2021, e.1).
    if awaitedReviewers(of: next, under: profile).isEmpty {
      next = next.stepped(to: .approved, by: actor, at: time, reason: "")
    }
    return next
  }

  /// Records the filing of what is not shared (meizhou-public-2023/10.2b).
  package func filed(
    _ filing: Filing, by actor: Actor, owner: DepartmentFacts, at time: Instant,
    under profile: Profile
  ) throws(CatalogRefusal) -> EntryVersion {
    guard let duty = filingDuty(content, under: profile) else { throw .filingNotNeeded }
    try requireFilingOffice(actor, owner: owner, under: profile)
    guard state == .submitted || state == .approved else {
      throw .wrongState(entry: name, state: state, action: BilingualText("备案", "filed"))
    }
    try checkTexts([("filing.number", filing.number), ("filing.reason", filing.reason)])
    if filing.number.isEmpty || filing.reason.isEmpty {
      throw .fieldMissing(
        path: filing.number.isEmpty ? "filing.number" : "filing.reason",
        term: BilingualText("备案编号和理由", "filing number and reason"), citation: duty.citation)
    }
    var next = stepped(
      to: state, by: actor, at: time, reason: filing.reason, action: .filed, detail: filing.number)
    next.filing = filing
    return next
  }

  /// Checks that a person publishes this owner's entries: one of the reviewers, and where there is none the owner.
  package func requirePublisher(
    _ actor: Actor, owner: DepartmentFacts, under profile: Profile
  ) throws(CatalogRefusal) {
    if profile.entryReviewers(isUpdate: isUpdate)?.value.isEmpty == false {
      try requireReviewer(actor, of: self, owner: owner, under: profile)
    } else {
      try requireOwner(actor)
    }
  }

  package func requireOwner(_ actor: Actor) throws(CatalogRefusal) {
    guard actor.department.code == content.owner else { throw .notOwner(entry: name) }
  }

  /// Checks that a person takes filings of this owner's entries, where the profile has them.
  package func requireFilingOffice(
    _ actor: Actor, owner: DepartmentFacts, under profile: Profile
  ) throws(CatalogRefusal) {
    guard let duty = profile.notSharedFiling else { throw .filingNotNeeded }
    guard isReviewer(actor, duty.value, of: owner) else {
      throw .notReviewer(entry: name, expected: [duty.value], citation: duty.citation)
    }
  }

  /// Makes an approved version the one that everybody sees.
  package func published(
    by actor: Actor, owner: DepartmentFacts, at time: Instant, under profile: Profile
  ) throws(CatalogRefusal) -> EntryVersion {
    guard state == .approved else {
      throw .wrongState(entry: name, state: state, action: BilingualText("发布", "published"))
    }
    try requirePublisher(actor, owner: owner, under: profile)
    // AC-18, once more where it would become everybody's.
    if content.secrecy?.isStateSecret == true { throw .stateSecret }
    if lacksSecrecyReview(under: profile) {
      throw .secrecyReviewMissing(citation: profile.secrecyReviewRequired?.citation)
    }
    if let duty = filingDuty(content, under: profile), filing == nil {
      throw .filingMissing(citation: duty.citation)
    }
    var next = stepped(to: .published, by: actor, at: time, reason: "")
    next.published = time
    return next
  }

  /// What a published version becomes when the next one is published.
  package func superseded(by successor: EntryVersion, at time: Instant) -> EntryVersion {
    var next = self
    next.state = .superseded
    // Asked of a version that readers no longer have.
    next.withdrawal = nil
    next.history.append(
      EntryStep(
        from: state, to: .superseded, actor: "", time: time, reason: "",
        detail: successor.versionName))
    return next
  }

  /// The version a step later.
  ///
  /// - Parameter action: What was done where the state stays.
  func stepped(
    to state: EntryState, by actor: Actor, at time: Instant, reason: String,
    action: EntryAction? = nil, detail: String = "", basis: Basis? = nil
  ) -> EntryVersion {
    var next = self
    next.history.append(
      EntryStep(
        from: self.state, to: state, actor: actor.name, time: time, reason: reason, action: action,
        detail: detail, basis: basis))
    next.state = state
    return next
  }
}
