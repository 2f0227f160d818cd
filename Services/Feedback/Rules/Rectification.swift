// The repair: a corrected record through Ingest, never a word alone (meizhou-specific-2021/31a, meizhou-public-2023/23c).

package import Regulation
package import Vocabulary

/// What Ingest tells of a correction.
package struct Correction: Hashable, Sendable {
  /// "entries/E-1/records/7"; `nil` where a whole batch answers an issue that names no record.
  package let record: String?
  package let batch: String
  /// The record never should have been there.
  package let isRemoved: Bool
  /// The items that were changed.
  package let items: [String]

  package init(record: String?, batch: String, isRemoved: Bool, items: [String]) {
    self.record = record
    self.batch = batch
    self.isRemoved = isRemoved
    self.items = items
  }
}

extension QualityIssue {
  /// Takes note of a correction that names this issue. Rectified when the last record is corrected; an issue about the
  /// whole entry, by the first batch.
  ///
  /// A fact is never refused: who corrects before saying so has confirmed by it (AC-61: only the source can correct). Where
  /// the issue has gone on already, only the batch is kept.
  package func corrected(by correction: Correction, at time: Instant, under profile: Profile)
    -> QualityIssue
  {
    var next = self
    next.correctionBatch = correction.batch
    if let record = correction.record {
      if let index = next.records.firstIndex(where: { $0.name == record }) {
        next.records[index].correctedBy = correction.batch
      } else if records.isEmpty {
        next.records = [IssueRecord(name: record, correctedBy: correction.batch)]
      }
    }
    guard state.awaitsVerification || state.awaitsRectification else { return next }
    if state.awaitsVerification {
      if state == .opened { next = next.stepped(to: .verifying, by: "", at: time) }
      next.clocks.verified = time.civilDate
      next = next.stepped(to: .confirmed, by: "", at: time)
    }
    if next.state == .confirmed {
      next = next.stepped(to: .rectifying, by: "", at: time, reason: correction.batch)
    }
    guard next.records.allSatisfy({ $0.correctedBy != nil }) else { return next }
    next.clocks.rectified = time.civilDate
    return next.stepped(to: .rectified, by: "", at: time, reason: correction.batch)
  }

  /// The result goes to the reporter and to the other holders of a grant (meizhou-public-2023/23d,
  /// meizhou-specific-2021/31b, guangdong-2018/21.3b); from then on silence counts as consent.
  package func informed(at time: Instant, under profile: Profile) -> QualityIssue {
    guard state == .notConfirmed || state == .rectified else { return self }
    var next = stepped(to: .informed, by: "", at: time)
    next.clocks.silence = profile.clock(.issueSilence).map {
      LegalClock(rule: $0, started: time.civilDate)
    }
    return next
  }

  /// Whether the result was a repair, for those who are told.
  package var wasRectified: Bool { clocks.rectified != nil }
}
