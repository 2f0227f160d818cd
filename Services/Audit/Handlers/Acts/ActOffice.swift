// What acts of two persons need from outside.

package import Access
package import AuditRules
package import Contracts
package import Vocabulary

/// The term of the log's contents, the real clock by which it runs, and who can name a person.
package struct ActOffice: Sendable {
  /// By what a person's entries are found, asked for under an act that two persons signed.
  package typealias NameSubject =
    @Sendable (_ request: IngestV1.NameSubjectRequest) async throws
    -> IngestV1.NameSubjectResponse

  /// A page of the chunks of comparisons that asked for a person, under the same act.
  package typealias FindComparisons =
    @Sendable (_ request: IngestV1.ListSubjectComparisonsRequest) async throws
    -> IngestV1.ListSubjectComparisonsResponse

  private let readRetention: @Sendable () -> LogRetention
  let real: @Sendable () -> Instant
  let nameSubject: NameSubject
  let findComparisons: FindComparisons
  /// What both persons sign is held to the departments' root.
  let decisions: DecisionCheck

  /// The longest term of the profiles held at this moment.
  var retention: LogRetention { readRetention() }

  package init(
    retention: @autoclosure @escaping @Sendable () -> LogRetention, decisions: DecisionCheck,
    real: @escaping @Sendable () -> Instant, findComparisons: @escaping FindComparisons,
    nameSubject: @escaping NameSubject
  ) {
    readRetention = retention
    self.decisions = decisions
    self.findComparisons = findComparisons
    self.real = real
    self.nameSubject = nameSubject
  }
}
