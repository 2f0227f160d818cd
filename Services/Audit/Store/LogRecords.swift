// What the store keeps and gives back, as values.

package import AuditRules
package import Integrity
package import Vocabulary

/// Names what entries are about so that only the holder of a month's key can look it up.
///
/// The term of one text is another in each month; when a month's key is destroyed, its terms say nothing any more.
package protocol TermBlinding: Sendable {
  /// - Throws: When the month's key is gone or cannot be made.
  func term(_ text: String, month: String) throws -> Int64
}

/// An entry on its way into the log, sealed.
package struct SealedEntry: Sendable {
  package let arrived: ArrivedEntry
  /// Salt, topic and payload under the month's key.
  package let sealed: [UInt8]
  package let facts: EntryFacts

  package init(arrived: ArrivedEntry, sealed: [UInt8], facts: EntryFacts) {
    self.arrived = arrived
    self.sealed = sealed
    self.facts = facts
  }
}

/// What an entry is about, as far as the log must find it again.
package struct EntryFacts: Sendable, Equatable {
  package var topic: String
  package var call = ""
  /// The catalogue entry: `E-1`.
  package var entry: String?
  package var grant: String?
  /// `B-1`.
  package var batch: String?
  /// Whom a disclosure is about, under Ingest's name for that person.
  package var subject: Pseudonym?
  package var departments: Set<DepartmentCode> = []
  /// The provider that a catalogue entry names when it is published.
  package var provider: DepartmentCode?
  package var isDisclosure = false
  package var isDecision = false
  /// SHA-256 of the certificate under which the entry's decision was signed.
  package var signer: [UInt8]?
  /// Certificates that the registry issued, by their SHA-256.
  package var issued: [[UInt8]] = []
  /// It bears another service's topic, so that nothing it says counts but itself.
  package var isForeign = false

  package init(topic: String) { self.topic = topic }

  /// The texts under which the entry is found.
  package var terms: [String] {
    var terms = [LogTerm.topic(topic)]
    if !call.isEmpty { terms.append(LogTerm.call(call)) }
    if let grant { terms.append(LogTerm.grant(grant)) }
    if let batch { terms.append(LogTerm.batch(batch)) }
    if let subject { terms.append(LogTerm.subject(subject)) }
    if isDecision, !call.isEmpty { terms.append(LogTerm.decision(call)) }
    return terms + departments.sorted().map(LogTerm.department)
  }
}

/// The spelling of what is looked up.
package enum LogTerm {
  package static func topic(_ topic: String) -> String { "topic:" + topic }
  package static func call(_ call: String) -> String { "call:" + call }
  package static func grant(_ grant: String) -> String { "grant:" + grant }
  package static func batch(_ batch: String) -> String { "batch:" + batch }
  package static func subject(_ subject: Pseudonym) -> String { "subject:" + subject.text }
  package static func decision(_ call: String) -> String { "decision:" + call }
  package static func department(_ code: DepartmentCode) -> String { "department:" + code.text }

  /// An entry is found by its leaf, too: 63 bits of what is published anyway.
  static func number(ofLeaf leaf: [UInt8]) -> Int64 {
    Int64(truncatingIfNeeded: leaf.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 1)
  }
}

/// The moment of an append: when, under which month's key, and by which appender.
package struct AppendTime: Sendable {
  /// Real time.
  package let received: Instant
  /// What alarms are dated with.
  package let civil: Instant
  /// `2024-03`.
  package let month: String

  package init(received: Instant, civil: Instant, month: String) {
    self.received = received
    self.civil = civil
    self.month = month
  }
}

/// What an append did.
package struct AppendOutcome: Sendable, Equatable {
  package var appended = 0
  /// Why the rest was not taken; recorded as an alarm in the same transaction.
  package var refusal: OriginRefusal?
  /// The origin afterwards.
  package var held: HeldOrigin
}

/// A stored entry, sealed as it is.
package struct StoredEntry: Sendable, Equatable {
  package let position: UInt64
  package let origin: String
  package let sequence: UInt64
  package let leaf: [UInt8]
  package let month: String
  package let received: Instant
  package let sealed: [UInt8]
}

/// An origin with how far checkpoints cover it.
package struct OriginProgress: Sendable, Equatable {
  package let held: HeldOrigin
  package let covered: UInt64

  package init(held: HeldOrigin, covered: UInt64) {
    self.held = held
    self.covered = covered
  }
}

/// The tree and what was published of it.
package struct LogState: Sendable {
  package let frontier: MerkleFrontier
  package let appender: Int64
  /// The size of the newest published checkpoint; 0 before the first.
  package let published: UInt64
  /// Its signed note; empty before the first.
  package let checkpoint: String
}

/// An alarm on record.
package struct StoredAlarm: Sendable, Equatable {
  package let id: Int64
  package let kind: AlarmKind
  package let origin: String
  package let sequence: UInt64
  package let call: String
  package let time: Instant
}

/// A disclosure whose decision is looked for.
package struct StoredDisclosure: Sendable, Equatable {
  package let position: UInt64
  package let origin: String
  package let sequence: UInt64
  package let call: String
  package let due: Instant
  package let state: DisclosureState
  /// The position of the decision behind it; `nil` where none was found, or that was not kept yet.
  package let decision: UInt64?
}

/// Why the log cannot go on as it is. Never carries content.
package enum LogFault: Error, Sendable, Equatable {
  /// Another process has become the appender.
  case fencedOff
  /// Another process is the appender, working on this folder.
  case held(by: String)
  /// The stored state is not what it was when it was written: what, in words.
  case broken(String)
  /// An entry does not open under its month's key.
  case notAuthentic(position: UInt64)
}
