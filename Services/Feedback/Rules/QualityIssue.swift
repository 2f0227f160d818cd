// A quality issue as the rules see it, from its report to its end (policies e.8, AC-60 to AC-63).

package import Regulation
package import Vocabulary

/// Where an issue stands (policies e.8). Reopening is a step from `closed` back to `verifying`, counted on the issue.
package enum IssueState: String, ClosedList {
  case opened, verifying
  case notConfirmed = "not_confirmed"
  case confirmed, rectifying, rectified, informed, closed, withdrawn

  package var term: BilingualText {
    switch self {
    case .opened: BilingualText("已提出", "opened")
    case .verifying: BilingualText("核实中", "being verified")
    case .notConfirmed: BilingualText("核实无误", "not confirmed")
    case .confirmed: BilingualText("问题属实", "confirmed")
    case .rectifying: BilingualText("整改中", "being rectified")
    case .rectified: BilingualText("已整改", "rectified")
    case .informed: BilingualText("结果已反馈", "answered")
    case .closed: BilingualText("已办结", "closed")
    case .withdrawn: BilingualText("已撤回", "withdrawn")
    }
  }

  /// Nothing more happens unless the reporter reopens it; the records are no longer under check.
  package var isEnded: Bool { self == .closed || self == .withdrawn }
  /// The source has not yet said whether there is an error.
  package var awaitsVerification: Bool { self == .opened || self == .verifying }
  /// The source has to repair.
  package var awaitsRectification: Bool { self == .confirmed || self == .rectifying }
}

/// As what a department reports (AC-60).
package enum ReporterKind: String, ClosedList {
  case grantHolder = "grant_holder"
  case counter

  package var term: BilingualText {
    switch self {
    case .grantHolder: BilingualText("授权使用单位", "holder of a grant")
    case .counter: BilingualText("窗口代当事人", "counter, for a person")
    }
  }
}

/// Who acts: a department through a system or a person (AC-03).
package struct Actor: Hashable, Sendable {
  package let department: DepartmentCode
  /// "departments/d/persons/p", or the system's name.
  package let name: String
  package let roles: Set<Role>

  package init(department: DepartmentCode, name: String, roles: Set<Role>) {
    self.department = department
    self.name = name
    self.roles = roles
  }
}

/// What is reported, as the reporter states it.
package struct IssueReport: Hashable, Sendable {
  /// The wrong item; empty for the whole record or entry.
  package var item = ""
  package var kind: QualityProblemKind?
  package var cause = ""
  /// What is wrong, line by line (meizhou-specific-2021/30b).
  package var details: [String] = []
  package var reporter: ReporterKind?
  package var channel = IssueChannel.platform
  /// "grants/G-1": under which the value was received.
  package var grant = ""
  package var slipNumber = ""
  /// Which document was seen: `resident-identity-card`. Never its number.
  package var documentSeen = ""
  /// A register says that the person is dead, and the person stands at the counter.
  package var personIsAlive = false

  package init() {}
}

/// What Feedback needs to know of an entry: who must verify, and under which law.
package struct EntryFacts: Hashable, Sendable {
  package let number: Int64
  package let resourceClass: String
  package let items: Set<String>
  package let source: DepartmentCode
  /// The authority of the source's level and region; `nil` for an authority itself.
  package let authority: DepartmentCode?

  package init(
    number: Int64, resourceClass: String, items: Set<String>, source: DepartmentCode,
    authority: DepartmentCode?
  ) {
    self.number = number
    self.resourceClass = resourceClass
    self.items = items
    self.source = source
    self.authority = authority
  }

  package var name: String { ResourceName.entry(number).text }
}

/// One step of the history.
package struct IssueStep: Hashable, Sendable {
  package let from: IssueState?
  package let to: IssueState
  /// Empty where the system acted.
  package let actor: String
  package let time: Instant
  package let reason: String

  package init(from: IssueState?, to: IssueState, actor: String, time: Instant, reason: String) {
    self.from = from
    self.to = to
    self.actor = actor
    self.time = time
    self.reason = reason
  }
}

/// Another day for the rectification, put forward by one party (AC-63).
package struct DateProposal: Hashable, Sendable {
  package let date: CivilDate
  package let by: DepartmentCode

  package init(date: CivilDate, by: DepartmentCode) {
    self.date = date
    self.by = by
  }
}

/// A record that the issue is about.
package struct IssueRecord: Hashable, Sendable {
  /// "entries/E-1/records/7"
  package let name: String
  /// The reporter named it; the others were found from the person concerned.
  package let isNamed: Bool
  /// "batches/B-9", once it is corrected.
  package var correctedBy: String?
  /// As what it stands since it was corrected; nothing where it was taken out. A correction is a new record (AC-31).
  package var replacements: [String]

  package init(
    name: String, isNamed: Bool = false, correctedBy: String? = nil, replacements: [String] = []
  ) {
    self.name = name
    self.isNamed = isNamed
    self.correctedBy = correctedBy
    self.replacements = replacements
  }

  /// Under which names its values can be looked up today.
  package var standing: [String] { correctedBy == nil ? [name] : replacements }
}

/// The three clocks of an issue, each with its own start; and when the first two were stopped.
package struct IssueClocks: Hashable, Sendable {
  package var verify: LegalClock?
  package var rectify: LegalClock?
  package var silence: LegalClock?
  package var verified: CivilDate?
  package var rectified: CivilDate?
  /// What the first two read when the source's work on them had ended (AC-94).
  package var verifyEnded: ClockReading?
  package var rectifyEnded: ClockReading?

  package init(
    verify: LegalClock? = nil, rectify: LegalClock? = nil, silence: LegalClock? = nil,
    verified: CivilDate? = nil, rectified: CivilDate? = nil
  ) {
    self.verify = verify
    self.rectify = rectify
    self.silence = silence
    self.verified = verified
    self.rectified = rectified
  }
}

/// A quality issue.
package struct QualityIssue: Hashable, Sendable {
  package let number: Int64
  package let entry: Int64
  package let report: IssueReport
  package let reporter: DepartmentCode
  package let source: DepartmentCode
  package let authority: DepartmentCode?
  /// Under which it began and stays.
  package let profile: ProfileReference
  package let created: Instant
  package var state: IssueState
  package var records: [IssueRecord]
  package var clocks: IssueClocks
  /// Why the source does not confirm.
  package var reasons: [String] = []
  /// The newest batch that repaired something.
  package var correctionBatch = ""
  package var proposal: DateProposal?
  package var reopened = 0
  package var history: [IssueStep] = []

  package init(
    number: Int64, entry: Int64, report: IssueReport, reporter: DepartmentCode,
    source: DepartmentCode, authority: DepartmentCode?, profile: ProfileReference,
    created: Instant, state: IssueState, records: [IssueRecord], clocks: IssueClocks
  ) {
    self.number = number
    self.entry = entry
    self.report = report
    self.reporter = reporter
    self.source = source
    self.authority = authority
    self.profile = profile
    self.created = created
    self.state = state
    self.records = records
    self.clocks = clocks
  }

  package var name: String { ResourceName.issue(number).text }
  package var entryName: String { ResourceName.entry(entry).text }
  /// Every name under which its records ever stood.
  package var recordNames: [String] { records.flatMap { [$0.name] + $0.replacements } }

  func stepped(
    to state: IssueState, by actor: String, at time: Instant, reason: String = ""
  ) -> QualityIssue {
    var next = self
    next.history.append(
      IssueStep(from: self.state, to: state, actor: actor, time: time, reason: reason))
    next.state = state
    return next
  }
}
