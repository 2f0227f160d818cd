// Comparison runs and cases between the wire and the rules.

import Access
import Contracts
import Regulation
import ShareRules
import ShareStore
import Vocabulary

extension ComparisonPlan {
  init(_ comparison: ShareV1.Comparison, responsible: String) throws {
    guard let direction = comparison.direction.direction else {
      throw RequestRefusal.missing(field: "comparison.direction")
    }
    guard let period = comparison.period,
      let first = try day(period.firstDay, field: "comparison.period.first_day"),
      let last = try day(period.lastDay, field: "comparison.period.last_day")
    else { throw RequestRefusal.missing(field: "comparison.period") }
    self.init(
      direction: direction, period: PaymentPeriod(first: first, last: last),
      rollRows: comparison.rollRows, roll: comparison.roll, purpose: comparison.purpose,
      responsiblePerson: comparison.responsiblePerson.isEmpty
        ? responsible : comparison.responsiblePerson, payout: comparison.payout)
  }

  var wirePeriod: IngestV1.Period {
    IngestV1.Period(firstDay: period.first.iso, lastDay: period.last.iso)
  }
}

extension IngestV1.Direction {
  init(_ direction: ComparisonDirection) {
    switch direction {
    case .present: self = .present
    case .absent: self = .absent
    }
  }

  var direction: ComparisonDirection? {
    switch self {
    case .present: .present
    case .absent: .absent
    case .unspecified, .unrecognized: nil
    }
  }
}

extension ShareV1.ComparisonState {
  init(_ state: ComparisonState) {
    switch state {
    case .prepared: self = .prepared
    case .running: self = .running
    case .hitsOpen: self = .hitsOpen
    case .allClosed: self = .allClosed
    case .cleared: self = .cleared
    }
  }
}

extension ShareV1.CaseState {
  init(_ state: CaseState) {
    switch state {
    case .open: self = .open
    case .checking: self = .checking
    case .awaitingConfirmation: self = .awaitingConfirmation
    case .closed: self = .closed
    }
  }

  var state: CaseState? { CaseState.allCases.first { ShareV1.CaseState($0) == self } }
}

extension ShareV1.Outcome {
  init(_ outcome: ComparisonOutcome?) {
    switch outcome {
    case .irregularReceipt: self = .irregularReceipt
    case .missedPayment: self = .missedPayment
    case .noProblem: self = .noProblem
    case nil: self = .unspecified
    }
  }

  var outcome: ComparisonOutcome? {
    ComparisonOutcome.allCases.first { ShareV1.Outcome($0) == self }
  }
}

extension ShareServer {
  /// A run as its department sees it.
  ///
  /// - Parameter chunks: Numbers of the chunks that came; `nil` in lists.
  func message(
    _ run: ComparisonRun, _ tally: CaseTally, chunks: [Int]? = nil
  ) -> ShareV1.Comparison {
    var wire = ShareV1.Comparison()
    wire.name = run.name
    wire.grant = ResourceName.grant(run.grant).text
    wire.direction = IngestV1.Direction(run.plan.direction)
    wire.period = run.plan.wirePeriod
    wire.rollRows = run.plan.rollRows
    wire.roll = run.plan.roll
    wire.purpose = run.plan.purpose
    wire.responsiblePerson = run.plan.responsiblePerson
    wire.payout = run.plan.payout
    wire.state = ShareV1.ComparisonState(
      run.state(openCases: tally.openCases, heldLines: tally.heldLines))
    wire.receivedRows = run.receivedRows
    // Gaps below the highest that came; what lies above it only the sender knows.
    if let chunks, run.finished == nil, let highest = chunks.last {
      let known = Set(chunks)
      wire.missingChunks = (1...highest).filter { !known.contains($0) }.prefix(1_000)
        .map { Int32(clamping: $0) }
    }
    wire.leads = tally.leads
    wire.openCases = tally.openCases
    wire.heldLines = tally.heldLines
    let entry = ResourceName.entry(run.entry).text
    wire.lineage = run.lineage.map { CommonV1.Lineage($0, entry: entry) }
    wire.createTime = GoogleProtobuf.Timestamp(run.created)
    wire.finishTime = run.finished.map { GoogleProtobuf.Timestamp($0) }
    wire.profile = run.profile.text
    wire.entry = entry
    return wire
  }

  func message(_ checked: ComparisonCase, profile: String, entry: String) -> ShareV1.Case {
    var wire = ShareV1.Case()
    wire.name = checked.name
    wire.chunk = Int32(clamping: checked.place.chunk)
    wire.row = Int32(clamping: checked.place.row)
    wire.state = ShareV1.CaseState(checked.state)
    wire.outcome = ShareV1.Outcome(checked.outcome)
    wire.nameDiffers = checked.nameDiffers
    wire.underCheck = checked.underCheck
    wire.issue = checked.issue
    wire.evidence = checked.evidence.map {
      ShareV1.Evidence(kind: $0.kind, date: $0.date, seenBy: $0.seenBy, note: $0.note)
    }
    wire.concludedBy = checked.concludedBy
    wire.confirmedBy = checked.confirmedBy
    wire.hold = checked.hold.map {
      ShareV1.Hold(
        official: $0.official, reason: $0.reason, notice: $0.notice, until: $0.until.iso)
    }
    wire.referred = checked.isReferred
    wire.history = checked.history.map { CommonV1.Step($0, profile: profile) }
    wire.record = checked.place.record
    wire.lineage = checked.lineage.map { CommonV1.Lineage($0, entry: entry) }
    wire.reopened = checked.isReopened
    wire.etag = checked.etag
    return wire
  }
}
