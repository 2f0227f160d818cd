// What acts of two persons need from outside.

package import AuditRules
package import Contracts
package import Vocabulary

/// The term of the log's contents, the real clock by which it runs, and who can name a person.
package struct ActOffice: Sendable {
  /// Ingest's name of a person in its entries, asked for under an act.
  package typealias NameSubject =
    @Sendable (_ subject: IngestV1.Subject, _ act: String) async throws -> String

  let retention: LogRetention
  let real: @Sendable () -> Instant
  let nameSubject: NameSubject

  package init(
    retention: LogRetention, real: @escaping @Sendable () -> Instant,
    nameSubject: @escaping NameSubject
  ) {
    self.retention = retention
    self.real = real
    self.nameSubject = nameSubject
  }
}
