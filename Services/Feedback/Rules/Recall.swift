// The recall of a wrong value from everyone who received it (meizhou-public-2023/35b: an accepted correction reaches all).

package import Regulation
package import Vocabulary

/// What a receiver did about it.
package enum RecallOutcome: String, ClosedList {
  case reopened
  case notAffected = "not_affected"
  case madeGood = "made_good"

  package var term: BilingualText {
    switch self {
    case .reopened: BilingualText("已重新办理", "reopened")
    case .notAffected: BilingualText("不受影响", "not affected")
    case .madeGood: BilingualText("已补正", "made good")
    }
  }
}

package struct Acknowledgement: Hashable, Sendable {
  package let by: String
  package let time: Instant
  package let outcome: RecallOutcome
  package let note: String

  package init(by: String, time: Instant, outcome: RecallOutcome, note: String) {
    self.by = by
    self.time = time
    self.outcome = outcome
    self.note = note
  }
}

/// One disclosure of the wrong value, as Ingest's entries have it.
package struct RecallReceiver: Hashable, Sendable {
  package let department: DepartmentCode
  package let grant: String
  package let callID: String
  package let received: Instant?
  /// Where it went out as a comparison's lead; empty and 0 otherwise.
  package let comparison: String
  package let chunk: Int
  package let row: Int
  package let caseNumber: String
  package var acknowledgement: Acknowledgement?

  package init(
    department: DepartmentCode, grant: String, callID: String, received: Instant?,
    comparison: String, chunk: Int, row: Int, caseNumber: String,
    acknowledgement: Acknowledgement? = nil
  ) {
    self.department = department
    self.grant = grant
    self.callID = callID
    self.received = received
    self.comparison = comparison
    self.chunk = chunk
    self.row = row
    self.caseNumber = caseNumber
    self.acknowledgement = acknowledgement
  }
}

/// Everyone who received a value of a record that was wrong.
package struct Recall: Hashable, Sendable {
  package let number: Int64
  package let issue: Int64
  package let entry: Int64
  package let record: String
  package let created: Instant
  package var receivers: [RecallReceiver]

  package init(
    number: Int64, issue: Int64, entry: Int64, record: String, created: Instant,
    receivers: [RecallReceiver]
  ) {
    self.number = number
    self.issue = issue
    self.entry = entry
    self.record = record
    self.created = created
    self.receivers = receivers
  }

  package var name: String { ResourceName.recall(number).text }
  package var acknowledgedCount: Int { receivers.count { $0.acknowledgement != nil } }
  package var isComplete: Bool { acknowledgedCount == receivers.count }

  /// A receiver has taken it up: for all that its department received. Only a receiver can say so (AC-61 in its sense: who
  /// has the value knows what was done with it).
  package func acknowledged(
    outcome: String, note: String, by actor: Actor, at time: Instant
  ) throws(FeedbackRefusal) -> Recall {
    guard receivers.contains(where: { $0.department == actor.department }) else {
      throw .notReceiver(recall: name)
    }
    guard receivers.contains(where: isOpen(for: actor)) else {
      throw .alreadyAcknowledged(recall: name)
    }
    guard let outcome = RecallOutcome(rawValue: outcome) else { throw .outcomeUnknown }
    try checkText(note, path: "note", limit: ReportLimits.causeCharacters)
    var next = self
    for index in receivers.indices where isOpen(for: actor)(receivers[index]) {
      next.receivers[index].acknowledgement = Acknowledgement(
        by: actor.name, time: time, outcome: outcome, note: note)
    }
    return next
  }

  /// When a receiver should have taken it up: promptly, in our number.
  package func due(under profile: Profile, calendar: WorkingCalendar, today: CivilDate)
    -> IssueDeadline?
  {
    profile.clock(.promptly).map {
      let clock = LegalClock(rule: $0, started: created.civilDate)
      return IssueDeadline(
        due: clock.due(on: calendar, today: today), overdue: clock.overdue(on: calendar, at: today))
    }
  }

  private func isOpen(for actor: Actor) -> (RecallReceiver) -> Bool {
    { $0.department == actor.department && $0.acknowledgement == nil }
  }
}
