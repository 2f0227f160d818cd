// Rejected rows are kept sealed for a term, and no longer: they are personal data that no register has (DESIGN.md section 7).

import Database
import IngestRules
import IngestStore
import Integrity
import Regulation
import Vocabulary

/// How long the rejected rows of a batch are kept.
struct RejectTerm: Equatable, Sendable {
  /// The last day on which they can be read.
  let last: CivilDate
  let citation: Citation

  func isOver(on day: CivilDate) -> Bool { day > last }
}

extension IngestService {
  /// The term of a closed batch by the profile under which it was opened; `nil` while it is open, and where nothing was rejected.
  func rejectTerm(of source: RejectSource) -> RejectTerm? {
    guard source.rejected > 0, let closed = source.closed,
      let days = profile(named: source.profile)?.rejectsKeptDays
    else { return nil }
    return RejectTerm(
      last: closed.civilDate.adding(days: days.value), citation: days.citation)
  }

  /// Deletes the rejected rows whose term is over; the counts by rule stay on the batch. Each batch is one transaction with
  /// its entry in the log.
  package func deleteOldRejects() async throws {
    let now = outside.civil()
    let old = try await database.read { try $0.batchesWithRejects(closedBefore: now) }
    for batch in old {
      guard let term = rejectTerm(of: batch.rejectSource), term.isOver(on: now.civilDate) else {
        continue
      }
      let payload = event([
        ("batch", .string(batch.name)), ("entry", .string(batch.entryName)),
        ("rows", .integer(Int64(batch.rejected))), ("kept_until", .string(term.last.iso)),
      ])
      try await database.write { transaction in
        // Of several replicas the first says it.
        if try transaction.deleteRejects(of: batch.id) == 0 { return }
        try transaction.append(topic: "ingest.rejects_deleted", payload: payload)
      }
    }
  }
}
