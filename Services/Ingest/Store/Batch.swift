// A batch as the store keeps it.

import Database
package import IngestRules
import Integrity
package import Vocabulary

/// What the source stated when it opened a batch, with the schema it is checked against.
package struct BatchTerms: Sendable, Equatable {
  package var entry: Int64
  package var entryVersion: Int
  package var owner: DepartmentCode
  package var kind: BatchKind
  package var mode: DeliveryMode
  /// `csv` or `json_lines`.
  package var format: String
  /// `utf-8` or `gb18030`.
  package var encoding: String
  package var header: [UInt8]
  package var asOf: CivilDate
  package var coverage: String
  package var modeReason: String
  package var issue: String
  /// The profile under which it was opened, `meizhou-public-2023@1`.
  package var profile: String
  package var schema: EntrySchema

  package init(
    entry: Int64, entryVersion: Int, owner: DepartmentCode, kind: BatchKind, mode: DeliveryMode,
    format: String, encoding: String, header: [UInt8], asOf: CivilDate, coverage: String,
    modeReason: String, issue: String, profile: String, schema: EntrySchema
  ) {
    self.entry = entry
    self.entryVersion = entryVersion
    self.owner = owner
    self.kind = kind
    self.mode = mode
    self.format = format
    self.encoding = encoding
    self.header = header
    self.asOf = asOf
    self.coverage = coverage
    self.modeReason = modeReason
    self.issue = issue
    self.profile = profile
    self.schema = schema
  }
}

/// A batch with its progress.
package struct StoredBatch: Sendable, Equatable {
  package let id: Int64
  package let terms: BatchTerms
  package let state: BatchState
  package let nextChunk: Int
  package let accepted: Int
  package let rejected: Int
  package let actor: String
  package let created: Instant
  package let closed: Instant?
  /// Of the register after the commit.
  package let resourceRows: Int?
  package let resourceRoot: [UInt8]?
  package let isLive: Bool
  /// Rejected rows by rule, and taken ones by mark.
  package var rejectsByRule: [String: Int] = [:]
  package var cleanedByMark: [String: Int] = [:]

  package var name: String { ResourceName.batch(id).text }
  package var entryName: String { ResourceName.entry(terms.entry).text }
  package var progress: BatchProgress { BatchProgress(state: state, nextNumber: nextChunk) }
}

/// The batch that rejected rows are of: what they are bound to, whose they are, and how long they are kept. Less than the whole
/// batch, whose schema costs more to read than the rows do.
package struct RejectSource: Sendable, Equatable {
  package let batch: Int64
  package let entry: Int64
  package let entryVersion: Int
  package let owner: DepartmentCode
  package let profile: String
  package let rejected: Int
  package let closed: Instant?

  package var name: String { ResourceName.batch(batch).text }
  package var entryName: String { ResourceName.entry(entry).text }
}

extension StoredBatch {
  package var rejectSource: RejectSource {
    RejectSource(
      batch: id, entry: terms.entry, entryVersion: terms.entryVersion, owner: terms.owner,
      profile: terms.profile, rejected: rejected, closed: closed)
  }

  init(_ row: Row) throws {
    let content: [UInt8] = try row["content"]
    guard let owner = DepartmentCode(try row["owner"]),
      let kind = BatchKind(rawValue: try row["kind"]),
      let mode = DeliveryMode(rawValue: try row["mode"]),
      let state = BatchState(rawValue: try row["state"])
    else { throw UnreadableContent(what: "batch") }
    let asOf: Int = try row["as_of"]
    let closed: Int64? = try row["closed"]
    self.init(
      id: try row["id"],
      terms: BatchTerms(
        entry: try row["entry"], entryVersion: try row["entry_version"], owner: owner, kind: kind,
        mode: mode, format: try row["format"], encoding: try row["encoding"],
        header: try row["header"], asOf: CivilDate(dayNumber: asOf),
        coverage: try row["coverage"], modeReason: try row["mode_reason"],
        issue: try row["issue"], profile: try row["profile"],
        schema: try EntrySchema(json: try CanonicalJSON.decodeCanonical(content))),
      state: state, nextChunk: try row["next_chunk"], accepted: try row["accepted"],
      rejected: try row["rejected"], actor: try row["actor"],
      created: Instant(milliseconds: try row["created"]),
      closed: closed.map { Instant(milliseconds: $0) }, resourceRows: try row["resource_rows"],
      resourceRoot: try row["resource_root"], isLive: try row["is_live"])
  }
}

/// A chunk that was taken.
package struct StoredChunk: Sendable, Equatable {
  package let number: Int
  package let digest: [UInt8]
  /// Tells apart the salts of two tries at the same chunk.
  package let attempt: Int64
  package let accepted: Int
  package let rejected: Int

  package init(number: Int, digest: [UInt8], attempt: Int64, accepted: Int, rejected: Int) {
    self.number = number
    self.digest = digest
    self.attempt = attempt
    self.accepted = accepted
    self.rejected = rejected
  }
}

/// A sealed rejected row; its id is part of its seal.
package struct StoredReject: Sendable, Equatable {
  package let id: Int64
  package let sealed: [UInt8]
  /// The version of the register's keys under which it lies.
  package let keyVersion: Int

  package init(id: Int64, sealed: [UInt8], keyVersion: Int) {
    self.id = id
    self.sealed = sealed
    self.keyVersion = keyVersion
  }
}
