// What Share does when the registry tells of a person who was disabled: open duties go to the named successor (AC-92).

import Database
import Integrity
import ShareRules
import ShareStore
import Vocabulary

extension ShareServer {
  package static let registryTopics = ["registry.person_disabled"]

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
