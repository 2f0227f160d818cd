// Acts that need two persons (AC-93): destroying a month's contents, and unsealing who looked at one person.

package import Vocabulary

/// What two persons decide. Raw values stand on the wire and in the store.
package enum ActKind: String, CaseIterable, Sendable {
  /// The month's keys are destroyed with the approval.
  case destroyMonth = "destroy_month"
  /// The pseudonym of one person is computed for the reading alone, and who looked at that person is told to whoever asked.
  case traceSubject = "trace_subject"
  /// A service's database that was begun anew may give data.
  case admitOrigin = "admit_origin"
}

/// Where an act stands.
package enum ActState: String, CaseIterable, Sendable {
  case requested, approved, done, lapsed

  var words: BilingualText {
    switch self {
    case .requested: BilingualText("待批准", "waiting for approval")
    case .approved: BilingualText("已批准", "approved already")
    case .done: BilingualText("已完成", "done already")
    case .lapsed: BilingualText("已过期", "lapsed")
    }
  }
}

/// One act.
package struct TwoPersonAct: Hashable, Sendable {
  /// How long an act that was asked for waits for the second person, and how long a trace can be read. Both are ours.
  package static let approvalDays = 7
  package static let readingHours: Int64 = 24

  package let number: Int64
  package let kind: ActKind
  /// `2021-03`; empty for a trace.
  package let month: String
  /// A keyed hash of whom a trace is about; empty for a month.
  package let subject: [UInt8]
  /// `share/r1/…` of an admission; empty for the others.
  package let origin: String
  package let reason: String
  /// `departments/d/persons/p`.
  package let requester: String
  package let requested: Instant
  package let approver: String
  package let approved: Instant?
  package let state: ActState
  package let until: Instant

  package init(
    number: Int64, kind: ActKind, month: String = "", subject: [UInt8] = [],
    origin: String = "", reason: String,
    requester: String, requested: Instant, approver: String = "", approved: Instant? = nil,
    state: ActState = .requested, until: Instant
  ) {
    self.number = number
    self.kind = kind
    self.month = month
    self.subject = subject
    self.origin = origin
    self.reason = reason
    self.requester = requester
    self.requested = requested
    self.approver = approver
    self.approved = approved
    self.state = state
    self.until = until
  }

  package var name: String { "acts/\(number)" }

  /// How it stands now: what nobody approved or read in time has lapsed.
  package func state(at now: Instant) -> ActState {
    state != .done && now > until ? .lapsed : state
  }

  /// The act as the second person approves it (AC-93; `hebi-2021/27`, `meizhou-public-2023/34`).
  ///
  /// Precedence: lapsed, already approved, the same person.
  package func approved(by person: String, at now: Instant) throws(AuditRefusal) -> TwoPersonAct {
    guard state(at: now) == .requested else { throw .actNotOpen(name, state(at: now)) }
    guard person != requester else { throw .secondPersonNeeded(name) }
    return TwoPersonAct(
      number: number, kind: kind, month: month, subject: subject, origin: origin, reason: reason,
      requester: requester, requested: requested, approver: person, approved: now,
      state: kind == .traceSubject ? .approved : .done,
      until: kind != .traceSubject
        ? now : now.adding(milliseconds: Self.readingHours * 3_600_000))
  }

  /// Refuses the reading of a trace to anybody but the person who asked for it, about anybody but the person whom two have named
  /// (AC-93; `meizhou-public-2023/34`).
  package func requireReadable(
    by person: String, about subject: [UInt8], at now: Instant
  ) throws(AuditRefusal) {
    guard kind == .traceSubject, requester == person else { throw .noSuchAct(name) }
    guard state(at: now) == .approved else { throw .actNotOpen(name, state(at: now)) }
    guard self.subject == subject else { throw .otherSubject(name) }
  }
}
