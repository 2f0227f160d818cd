// What Share does when the registry tells of a person or a department that was disabled: open duties go to the named successor, and
// the department's grants rest, at Ingest too, until it acts again, and what it owed as a source is its authority's meanwhile (AC-92).

import Database
import Integrity
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package static let registryTopics = [
    "registry.person_disabled", "registry.department_disabled", "registry.department_activated",
  ]

  /// Grants rest with the department that holds them, and go on with it.
  func follow(
    _ payload: JSONObject, isDisabled: Bool, _ transaction: borrowing WriteTransaction
  ) throws {
    guard let name = payload["subject"]?.string,
      let code = ResourceName(name, in: .departments).flatMap({ DepartmentCode($0.id) })
    else { return }
    let what = "\(name): \(isDisabled ? "disabled" : "activated")"
    let reason = payload["actor"]?.string.map { "\(what) (\($0))" } ?? what
    for grant in try transaction.livingGrants(of: code) {
      let next =
        isDisabled
        ? grant.restedWithGrantee(because: reason, at: now())
        : grant.resumedWithGrantee(because: reason, at: now())
      guard let next else { continue }
      try transaction.save(next)
      try append(topic(of: next), next, nil, to: transaction)
      if !isDisabled { _ = try resting(next, transaction) }
    }
    try moveDuties(of: code, payload, isDisabled: isDisabled, transaction)
  }

  /// What a department owed as a source goes to the authority of its level, and comes back to it as it acts again; its clocks run on all the
  /// while. Cases stay where they are: they are about persons, whom an authority does not see (AC-72).
  private func moveDuties(
    of code: DepartmentCode, _ payload: JSONObject, isDisabled: Bool,
    _ transaction: borrowing WriteTransaction
  ) throws {
    let authority = payload["authority"]?.string
      .flatMap { ResourceName($0, in: .departments) }.flatMap { DepartmentCode($0.id) }
    let (from, to): (DepartmentCode, DepartmentCode)
    if isDisabled {
      guard let authority, authority != code else { return }
      try transaction.moveDuties(of: code, to: authority, at: now())
      (from, to) = (code, authority)
    } else {
      guard let former = try transaction.returnDuties(to: code) else { return }
      (from, to) = (former, code)
    }
    let (old, new) = (ResourceName.department(from).text, ResourceName.department(to).text)
    var after: Int64 = 0
    while true {
      let page = try transaction.waitingApplications(of: code, after: after, limit: 500)
      for waiting in page where waiting.waits(for: code) {
        try tell("application", waiting.name, old, new, transaction)
      }
      guard let last = page.last else { break }
      after = last.number
    }
    after = 0
    while true {
      let page = try transaction.waitingVerifications(of: code, after: after, limit: 500)
      for waiting in page { try tell("verification", waiting.name, old, new, transaction) }
      guard let last = page.last else { break }
      after = last.number
    }
  }

  /// Who answers for a grant's safe use, or for a run that is not over, is from now on the successor.
  func handOver(
    _ payload: JSONObject, _ transaction: borrowing WriteTransaction
  ) throws {
    guard let person = payload["subject"]?.string,
      let code = ResourceName(person, in: .persons)?.parentID.flatMap({ DepartmentCode($0) }),
      let successor = payload["successor"]?.string, !successor.isEmpty
    else { return }
    for grant in try transaction.livingGrants(of: code) {
      guard let next = grant.succeeded(person, by: successor) else { continue }
      try transaction.save(next)
      try tell("grant", next.name, person, successor, transaction)
    }
    for run in try transaction.openComparisons(of: code) {
      guard let next = run.succeeded(person, by: successor) else { continue }
      try transaction.saveResponsible(of: next)
      try tell("comparison", next.name, person, successor, transaction)
    }
  }

  private func tell(
    _ kind: String, _ name: String, _ person: String, _ successor: String,
    _ transaction: borrowing WriteTransaction
  ) throws {
    try transaction.append(
      topic: "share.duty_moved",
      payload: event(
        nil,
        [(kind, .string(name)), ("from", .string(person)), ("to", .string(successor))]))
  }
}
