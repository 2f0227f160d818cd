// A lead, checked by a person: a hit is never a verdict (meizhou-specific-2021/24, 25; e.7; AC-54).

package import Regulation
package import Vocabulary

/// The states of a case (policies e.7).
package enum CaseState: String, ClosedList {
  case open, checking
  /// Concluded as irregular, waiting for the second person.
  case awaitingConfirmation = "awaiting_confirmation"
  case closed

  package var term: BilingualText {
    switch self {
    case .open: BilingualText("待核", "open")
    case .checking: BilingualText("核查中", "being checked")
    case .awaitingConfirmation: BilingualText("待第二人确认", "waiting for the second person")
    case .closed: BilingualText("已办结", "closed")
    }
  }
}

/// What was seen: no identifier is among it.
package struct Evidence: Hashable, Sendable {
  /// "death-certificate", "home-visit", "registry-extract"
  package var kind: String
  package var date: String
  package var seenBy: String
  package var note: String

  package init(kind: String, date: String, seenBy: String, note: String) {
    self.kind = kind
    self.date = date
    self.seenBy = seenBy
    self.note = note
  }
}

/// A line that a named official keeps back for a time.
package struct Hold: Hashable, Sendable {
  /// "departments/d/persons/p"
  package let official: String
  package let reason: String
  /// How and when the person was told.
  package let notice: String
  /// After this day the line pays.
  package let until: CivilDate

  package init(official: String, reason: String, notice: String, until: CivilDate) {
    self.official = official
    self.reason = reason
    self.notice = notice
    self.until = until
  }
}

/// Where a lead stands in the roll, and what it points at.
package struct LeadPlace: Hashable, Sendable {
  package let chunk: Int
  /// Row within the chunk, from 0.
  package let row: Int
  /// "entries/E-1/records/5"; empty where no record was found and that is the lead.
  package let record: String

  package init(chunk: Int, row: Int, record: String) {
    self.chunk = chunk
    self.row = row
    self.record = record
  }
}

package struct ComparisonCase: Hashable, Sendable {
  package let comparison: Int64
  package let number: Int64
  package let department: DepartmentCode
  package let place: LeadPlace
  /// The submitted name differs from the record's: doubtful.
  package let nameDiffers: Bool
  package let lineage: Lineage?
  /// The record is in question; its values are not to be relied on.
  package var underCheck: Bool
  package var issue: String
  package var state: CaseState = .open
  package var outcome: ComparisonOutcome?
  package var evidence: Evidence?
  package var concludedBy = ""
  package var confirmedBy = ""
  package var hold: Hold?
  package var isReferred = false
  package var isReopened = false
  package var history: [CaseStep] = []

  package init(
    comparison: Int64, number: Int64, department: DepartmentCode, place: LeadPlace,
    nameDiffers: Bool, lineage: Lineage?, underCheck: Bool, issue: String
  ) {
    self.comparison = comparison
    self.number = number
    self.department = department
    self.place = place
    self.nameDiffers = nameDiffers
    self.lineage = lineage
    self.underCheck = underCheck
    self.issue = issue
  }

  package var name: String { ResourceName.comparisonCase(comparison, number).text }
  package var etag: String { "\(history.count)" }

  /// Whether the line is kept back by an official on a day.
  package func isHeld(on day: CivilDate) -> Bool { hold.map { day <= $0.until } ?? false }

  private mutating func step(
    to next: CaseState, by actor: String, at time: Instant, reason: String
  ) {
    history.append(
      CaseStep(
        from: state.rawValue, to: next.rawValue, actor: actor, time: time, reason: reason))
    state = next
  }

  private func requireDepartment(_ actor: Actor) throws(ShareRefusal) {
    // AC-53: only the department that pays handles its leads.
    guard actor.department == department else { throw .notParty(resource: name) }
  }
}

/// What an officer says of a case.
package struct Conclusion: Hashable, Sendable {
  /// `nil` takes the lead up for checking.
  package var outcome: ComparisonOutcome?
  package var evidence: Evidence?
  package var reason: String
  /// To discipline or law (meizhou-specific-2021/24.2).
  package var isReferred: Bool

  package init(
    outcome: ComparisonOutcome?, evidence: Evidence?, reason: String, isReferred: Bool
  ) {
    self.outcome = outcome
    self.evidence = evidence
    self.reason = reason
    self.isReferred = isReferred
  }
}

extension ComparisonCase {
  /// Takes the lead up, or concludes it.
  ///
  /// An irregular receipt needs evidence (kind, date, who saw it) and then a second person; it cannot rest on a record that
  /// is itself in question (hebi-2021/13: business goes on with lawful proof).
  package func concluded(
    _ conclusion: Conclusion, by actor: Actor, under profile: Profile, at time: Instant
  ) throws(ShareRefusal) -> ComparisonCase {
    try requireDepartment(actor)
    guard state == .open || state == .checking else {
      throw .wrongState(
        resource: name, state: state.term, action: BilingualText("核查", "concluded"))
    }
    var next = self
    guard let outcome = conclusion.outcome else {
      guard state == .open else {
        throw .wrongState(
          resource: name, state: state.term, action: BilingualText("领取", "taken up"))
      }
      next.step(to: .checking, by: actor.name, at: time, reason: conclusion.reason)
      return next
    }
    try checkProof(conclusion, under: profile, today: time.civilDate)
    if state == .open { next.step(to: .checking, by: actor.name, at: time, reason: "") }
    next.outcome = outcome
    next.evidence = conclusion.evidence
    next.concludedBy = actor.name
    next.confirmedBy = ""
    next.isReferred = conclusion.isReferred
    next.step(
      to: outcome == .irregularReceipt ? .awaitingConfirmation : .closed, by: actor.name,
      at: time, reason: conclusion.reason)
    return next
  }

  private func checkProof(
    _ conclusion: Conclusion, under profile: Profile, today: CivilDate
  ) throws(ShareRefusal) {
    try checkTexts([
      ("reason", conclusion.reason), ("evidence.kind", conclusion.evidence?.kind ?? ""),
      ("evidence.seen_by", conclusion.evidence?.seenBy ?? ""),
      ("evidence.note", conclusion.evidence?.note ?? ""),
    ])
    guard conclusion.outcome == .irregularReceipt else {
      if conclusion.isReferred {
        throw .fieldMalformed(
          path: "refer",
          rule: BilingualText("仅违规领取可移送", "belongs to an irregular receipt alone"))
      }
      if conclusion.reason.isEmpty, conclusion.evidence == nil {
        throw .reasonMissing(
          path: "reason", citation: caseCitation(profile))
      }
      return
    }
    if underCheck { throw .recordUnderCheck(resource: name, issue: issue) }
    guard let evidence = conclusion.evidence, !evidence.kind.isEmpty else {
      throw .evidenceMissing(path: "evidence.kind")
    }
    guard let date = CivilDate(iso: evidence.date), date <= today else {
      throw .evidenceMissing(path: "evidence.date")
    }
    if evidence.seenBy.isEmpty { throw .evidenceMissing(path: "evidence.seen_by") }
  }

  /// The second person's word on an irregular receipt: closed with it, or back to checking.
  package func confirmed(
    _ isConfirmed: Bool, reason: String, by actor: Actor, under profile: Profile,
    at time: Instant
  ) throws(ShareRefusal) -> ComparisonCase {
    try requireDepartment(actor)
    guard state == .awaitingConfirmation else {
      throw .wrongState(
        resource: name, state: state.term, action: BilingualText("确认", "confirmed"))
    }
    guard actor.name != concludedBy else {
      throw .samePerson(
        resource: name, citation: caseCitation(profile))
    }
    try checkTexts([("reason", reason)])
    var next = self
    if isConfirmed {
      if underCheck { throw .recordUnderCheck(resource: name, issue: issue) }
      next.confirmedBy = actor.name
      next.step(to: .closed, by: actor.name, at: time, reason: reason)
    } else {
      if reason.isEmpty {
        throw .reasonMissing(
          path: "reason", citation: caseCitation(profile))
      }
      next.outcome = nil
      next.isReferred = false
      next.step(to: .checking, by: actor.name, at: time, reason: reason)
    }
    return next
  }

  /// The head of the paying department keeps one line back, or lets it go (`nil`). Never without reason, notice to the person
  /// and an end (e.7, meizhou-specific-2021/25), which the profile bounds: to go on is a decision of its own.
  package func held(
    _ hold: Hold?, by actor: Actor, under profile: Profile, at time: Instant
  ) throws(ShareRefusal) -> ComparisonCase {
    try requireDepartment(actor)
    guard actor.roles.contains(.departmentHead) else { throw .headNeeded(resource: name) }
    var next = self
    let citation = caseCitation(profile)
    guard let hold else {
      guard self.hold != nil else {
        throw .wrongState(
          resource: name, state: BilingualText("未暂缓发放", "not held"),
          action: BilingualText("解除暂缓", "released"))
      }
      next.hold = nil
      next.history.append(note("hold ended", by: actor, at: time))
      return next
    }
    guard hold.official == actor.name else {
      throw .fieldMalformed(
        path: "hold.official", rule: BilingualText("应为本人", "must be the one who decides"))
    }
    try checkTexts([("hold.reason", hold.reason), ("hold.notice", hold.notice)])
    if hold.reason.isEmpty { throw .reasonMissing(path: "hold.reason", citation: citation) }
    if hold.notice.isEmpty {
      throw .fieldMissing(
        path: "hold.notice", term: BilingualText("告知当事人的情况", "notice to the person"),
        citation: citation)
    }
    guard hold.until >= time.civilDate else {
      throw .untilPassed(hold.until, citation: citation)
    }
    if let most = profile.holdMaxDays, hold.until > time.civilDate.adding(days: most.value) {
      throw .fieldMalformed(
        path: "hold.until",
        rule: BilingualText("最长 \(most.value) 天", "must be at most \(most.value) days from now"))
    }
    next.hold = hold
    next.history.append(note("held until \(hold.until.iso)", by: actor, at: time))
    return next
  }

  /// A wrong record was recalled: what was closed on it opens again, with its old outcome kept in the history (e.8).
  package func recalled(_ recall: String, issue: String, at time: Instant) -> ComparisonCase {
    var next = self
    next.issue = issue
    let old = outcome.map { " (was \($0.rawValue))" } ?? ""
    if state == .closed || state == .awaitingConfirmation {
      next.isReopened = true
      next.step(to: .open, by: "", at: time, reason: recall + old)
      next.outcome = nil
      next.confirmedBy = ""
      next.concludedBy = ""
      next.isReferred = false
    } else {
      next.history.append(
        CaseStep(
          from: state.rawValue, to: state.rawValue, actor: "", time: time, reason: recall))
    }
    return next
  }

  private func note(_ text: String, by actor: Actor, at time: Instant) -> CaseStep {
    CaseStep(
      from: state.rawValue, to: state.rawValue, actor: actor.name, time: time, reason: text)
  }
}

/// On what the checking of leads rests: the article that has them compared at all, or our own rule (AC-54).
private func caseCitation(_ profile: Profile) -> Citation {
  profile.cite(.shareComparisonBeforePayout, else: .accessRule(54))
}
