// Destruction of data: asked for by one person of the source, approved by another, done, looked at again, certified (policies e.20, AC-93).

package import Vocabulary

/// What is destroyed. Raw values stand on the wire and in the store.
package enum DestructionKind: String, CaseIterable, Sendable {
  /// A register, with its keys (`hebi-2021/27`, `meizhou-specific-2021/33`).
  case register
  /// One person's records in a register, or in all registers of the source.
  case subject
}

/// Where a destruction stands.
package enum DestructionState: String, CaseIterable, Sendable {
  case requested, approved, certified, lapsed

  package var words: BilingualText {
    switch self {
    case .requested: BilingualText("待批准", "waiting for approval")
    case .approved: BilingualText("已批准，正在执行", "approved, being carried out")
    case .certified: BilingualText("已完成", "done")
    case .lapsed: BilingualText("已过期", "lapsed")
    }
  }
}

/// One destruction.
package struct Destruction: Hashable, Sendable {
  /// How long a request waits for the second person; ours.
  package static let approvalDays = 7

  package let number: Int64
  package let kind: DestructionKind
  /// 0 for all registers of the source.
  package let entry: Int64
  package let owner: DepartmentCode
  /// A keyed code of whom it is about; empty for a register.
  package let subject: [UInt8]
  package let reason: String
  /// `departments/d/persons/p`.
  package let requester: String
  package let requested: Instant
  package var approver = ""
  package var approved: Instant?
  package var state = DestructionState.requested
  package let until: Instant
  /// What was destroyed so far.
  package var rows = 0
  package var rejects = 0
  package var certified: Instant?

  package init(
    number: Int64, kind: DestructionKind, entry: Int64, owner: DepartmentCode,
    subject: [UInt8], reason: String, requester: String, requested: Instant
  ) {
    self.number = number
    self.kind = kind
    self.entry = entry
    self.owner = owner
    self.subject = subject
    self.reason = reason
    self.requester = requester
    self.requested = requested
    until = requested.adding(milliseconds: Int64(Self.approvalDays) * 86_400_000)
  }

  package var name: String { ResourceName.destruction(number).text }

  /// By which a statement says what it was that somebody decided on.
  package var etag: String { "\(number)-\(state.rawValue)" }

  /// How it stands now: what nobody approved in time has lapsed.
  package func state(at now: Instant) -> DestructionState {
    state == .requested && now > until ? .lapsed : state
  }

  /// The destruction as the second person approves it (AC-93; `hebi-2021/27`, `meizhou-public-2023/34`).
  ///
  /// Precedence: lapsed or approved before, the same person, another subject.
  ///
  /// - Parameter subject: The code of whom the second person means; nobody approves what he does not name himself.
  package func approved(
    by person: String, about subject: [UInt8], at now: Instant
  ) throws(KeyRefusal) -> Destruction {
    guard state(at: now) == .requested else {
      throw .destructionNotOpen(name: name, state(at: now))
    }
    guard person != requester else { throw .secondPersonNeeded(name: name) }
    guard subject == self.subject else { throw .otherSubject(name: name) }
    var next = self
    next.approver = person
    next.approved = now
    next.state = .approved
    return next
  }
}

/// What keeps data from being destroyed: somebody disputes them, or they are still given out (policies e.20, AC-31).
package struct DestructionHold: Sendable {
  package let entry: String
  /// An issue that is open about what would be destroyed.
  package let issue: String?
  package let isWithdrawn: Bool
  /// A batch that is not closed; what it brings would lie there afterwards.
  package let openBatch: String?

  package init(entry: String, issue: String?, isWithdrawn: Bool, openBatch: String?) {
    self.entry = entry
    self.issue = issue
    self.isWithdrawn = isWithdrawn
    self.openBatch = openBatch
  }

  /// Refuses what may not be destroyed now (`meizhou-specific-2021/33`).
  ///
  /// Precedence: an open issue, an entry that is not withdrawn (a register alone), an open batch (a person alone).
  package func check(_ kind: DestructionKind) throws(KeyRefusal) {
    if let issue { throw .heldByIssue(entry: entry, issue: issue) }
    switch kind {
    case .register: guard isWithdrawn else { throw .entryNotWithdrawn(entry: entry) }
    case .subject: if let openBatch { throw .batchOpen(entry: entry, batch: openBatch) }
    }
  }
}

/// How long copies of what is destroyed live on: the last backup that may hold it lapses then (`hebi-2021/27`).
package struct BackupTerm: Hashable, Sendable {
  package let everyHours: Int
  package let keep: Int

  package init(everyHours: Int, keep: Int) {
    self.everyHours = everyHours
    self.keep = keep
  }

  /// The day on which the last backup made until now has been deleted, if each one is made when it is due: `keep` newer ones stand
  /// there then, the first of them within one interval.
  package func lapse(after now: Instant) -> CivilDate {
    now.adding(milliseconds: Int64(everyHours) * Int64(keep + 1) * 3_600_000).civilDate
  }
}
