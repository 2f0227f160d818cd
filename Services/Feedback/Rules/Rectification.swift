// The repair: a corrected record through Ingest, never a word alone (meizhou-specific-2021/31a, meizhou-public-2023/23c).

package import Regulation
package import Vocabulary

/// What Ingest tells of a correction.
package struct Correction: Hashable, Sendable {
  /// "entries/E-1/records/7"; `nil` where a whole batch answers the issue.
  package let record: String?
  package let batch: String
  /// The record never should have been there.
  package let isRemoved: Bool
  /// The record that stands in its place.
  package let replacement: String?
  /// The items that were changed.
  package let items: [String]
  /// One of them has a role: it decided leads and answers, whatever items were granted.
  package let decides: Bool

  package init(
    record: String?, batch: String, isRemoved: Bool, replacement: String? = nil, items: [String],
    decides: Bool = false
  ) {
    self.record = record
    self.batch = batch
    self.isRemoved = isRemoved
    self.replacement = replacement
    self.items = items
    self.decides = decides
  }

  /// A batch took the record away or put something in its place; what of it was wrong is not told.
  package static func whole(_ record: String, by batch: String) -> Correction {
    Correction(record: record, batch: batch, isRemoved: true, items: [], decides: true)
  }

  /// Of which items the receivers are asked for; empty where all who got any part of the record are concerned.
  ///
  /// - Parameter item: The wrong item of the issue, empty where the whole record is.
  package func itemsInQuestion(_ item: String) -> [String] {
    if isRemoved || decides { return [] }
    return item.isEmpty || items.contains(item) ? items : [item] + items
  }
}

extension QualityIssue {
  /// Takes note of a correction that names this issue. Rectified when the last record is corrected; an issue about the
  /// whole entry, by the first batch.
  ///
  /// A fact is never refused: who corrects before saying so has confirmed by it (AC-61: only the source can correct). Where
  /// the issue has gone on already, only the batch is kept.
  ///
  /// - Parameter time: When it was corrected, which may be long before anybody here reads of it.
  package func corrected(by correction: Correction, at time: Instant, under profile: Profile)
    -> QualityIssue
  {
    var next = self
    next.correctionBatch = correction.batch
    next.mark(correction)
    guard state.awaitsVerification || state.awaitsRectification else { return next }
    if state.awaitsVerification {
      if state == .opened { next = next.stepped(to: .verifying, by: "", at: time) }
      next.startRectification(on: time.civilDate, under: profile)
      next = next.stepped(to: .confirmed, by: "", at: time)
    }
    if next.state == .confirmed {
      next = next.stepped(to: .rectifying, by: "", at: time, reason: correction.batch)
    }
    guard next.records.allSatisfy({ $0.correctedBy != nil }) else { return next }
    next.clocks.rectified = time.civilDate
    return next.stepped(to: .rectified, by: "", at: time, reason: correction.batch)
  }

  private mutating func mark(_ correction: Correction) {
    guard let record = correction.record else {
      for index in records.indices where records[index].correctedBy == nil {
        records[index].correctedBy = correction.batch
      }
      return
    }
    let successors = correction.replacement.map { [$0] } ?? []
    if let index = records.firstIndex(where: { $0.name == record }) {
      records[index].correctedBy = correction.batch
      records[index].replacements = successors
    } else if let index = records.firstIndex(where: { $0.replacements.contains(record) }) {
      records[index].correctedBy = correction.batch
      records[index].replacements = records[index].replacements.filter { $0 != record } + successors
    } else {
      records.append(
        IssueRecord(name: record, correctedBy: correction.batch, replacements: successors))
    }
  }

  /// A new stock came: its rows have names of their own, and the issue goes on with them.
  ///
  /// - Parameters:
  ///   - successors: For each old name the rows that stand for the same subject now.
  ///   - batch: The stock.
  /// - Returns: The issue, and those of its records for which nothing stands any more: they were taken out.
  package func renamed(
    _ successors: [String: [String]], by batch: String
  ) -> (issue: QualityIssue, gone: [String]) {
    var gone: [String] = []
    var next = self
    next.records = uniqueRecords(
      records.flatMap { record -> [IssueRecord] in
        var kept = record
        if let names = successors[record.name], record.correctedBy == nil {
          if !names.isEmpty {
            return names.map { IssueRecord(name: $0, isNamed: record.isNamed) }
          }
          gone.append(record.name)
        } else if let names = successors[record.name], record.correctedBy == batch {
          kept.replacements = names
        } else {
          kept.replacements = record.replacements.flatMap { successors[$0] ?? [$0] }
        }
        return [kept]
      })
    return (next, gone)
  }

  /// Takes up the records that were found of the person concerned. Once it is repaired or over, nothing is added: it would
  /// open again what the source has answered.
  package func located(_ found: [String]) -> QualityIssue {
    guard !state.isEnded, clocks.rectified == nil else { return self }
    let known = Set(recordNames)
    var next = self
    next.records += uniqueRecords(
      found.filter { !known.contains($0) }.map { IssueRecord(name: $0) })
    return next
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
