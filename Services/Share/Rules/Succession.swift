// Duties of a person who was disabled go to the successor (AC-92, meizhou-public-2023/39.2b).

extension Grant {
  /// The grant with the successor as the one who answers for its safe use (`meizhou-public-2023/39.4a`); `nil` where the person had no
  /// such duty, or the grant is over.
  package func succeeded(_ person: String, by successor: String) -> Grant? {
    guard securityOfficer == person, [.pendingAcceptance, .active, .suspended].contains(state)
    else { return nil }
    var next = self
    next.securityOfficer = successor
    return next
  }
}

extension ComparisonRun {
  /// The run with the successor as its responsible person; `nil` where somebody else is, or nothing is left to do.
  package func succeeded(_ person: String, by successor: String) -> ComparisonRun? {
    guard plan.responsiblePerson == person, stage != .cleared else { return nil }
    var next = self
    next.plan.responsiblePerson = successor
    return next
  }
}
