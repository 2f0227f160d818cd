// Batches between the wire and the store.

import Access
import Contracts
import IngestFormats
import IngestRules
import IngestStore
import Regulation
import Vocabulary

extension IngestService {
  /// A batch as its owner sees it.
  func message(_ batch: StoredBatch) -> IngestV1.Batch {
    let terms = batch.terms
    var message = IngestV1.Batch()
    message.name = batch.name
    message.entry = batch.entryName
    message.entryVersion = Int32(clamping: terms.entryVersion)
    message.mode = terms.mode.message
    message.kind = terms.kind.message
    message.format = terms.format == BatchFormat.jsonLines.rawValue ? .jsonLines : .csv
    message.encoding = TextEncoding(name: terms.encoding) == .gb18030 ? .gb18030 : .utf8
    message.header = terms.header
    message.asOf = terms.asOf.iso
    message.coverage = terms.coverage
    message.modeReason = terms.modeReason
    message.issue = terms.issue
    message.state = batch.state.message
    // What failed its pre-check is loaded anew.
    message.nextChunk = batch.state == .qualityFailed ? 1 : Int32(clamping: batch.nextChunk)
    message.acceptedRows = Int64(batch.accepted)
    message.rejectedRows = Int64(batch.rejected)
    message.rejectsByRule = counts(batch.rejectsByRule)
    message.cleanedByMark = counts(batch.cleanedByMark)
    message.rejectThresholdPercent = Int32(clamping: threshold(of: terms).percent)
    message.createTime = GoogleProtobuf.Timestamp(batch.created)
    message.commitTime = batch.closed.map { GoogleProtobuf.Timestamp($0) }
    message.resourceRows = Int64(batch.resourceRows ?? 0)
    message.resourceRoot = batch.resourceRoot ?? []
    message.due = due(of: batch)
    message.rejectsUntil = rejectTerm(of: batch.rejectSource)?.last.iso ?? ""
    return message
  }

  func threshold(of terms: BatchTerms) -> RejectThreshold {
    RejectThreshold(
      percent: terms.schema.rejectThresholdPercent,
      standard: profile(of: terms)?.qualityThresholdPercent,
      basis: RuleBasis(profile: profileKey(of: terms)))
  }

  /// What becomes of an identity number that looks wrong; where no profile says, it is rejected.
  func identifierDoubts(of terms: BatchTerms) -> DoubtTreatment {
    profile(of: terms)?.identifierDoubts?.value ?? .reject
  }

  /// The profile under which a batch was opened.
  func profile(of terms: BatchTerms) -> Profile? { profile(named: terms.profile) }

  func profile(named text: String) -> Profile? {
    ProfileReference(text).flatMap { try? outside.profiles.profile($0) }
  }

  /// When a delivery of this as-of day was due; nothing where the profile has no such clock.
  private func due(of batch: StoredBatch) -> CommonV1.DueDate? {
    guard batch.terms.kind == .increment,
      let rule = profile(of: batch.terms)?.clock(.ingestIncrement)
    else { return nil }
    return due(rule, from: batch.terms.asOf, on: batch.closed?.civilDate ?? self.today)
  }

  /// Where a clock stands on a day.
  func due(_ rule: ClockRule, from start: CivilDate, on day: CivilDate) -> CommonV1.DueDate {
    let clock = LegalClock(rule: rule, started: start)
    let due = clock.due(on: outside.calendar, today: day)
    let overdue = clock.overdue(on: outside.calendar, at: day)
    return CommonV1.DueDate(
      date: due.date, citation: due.citation, isProvisional: due.isProvisional,
      overdueDays: overdue?.workingDays ?? 0)
  }

  private func counts(_ counts: [String: Int]) -> [IngestV1.RuleCount] {
    counts.sorted { $0.key < $1.key }.map {
      IngestV1.RuleCount(rule: $0.key, count: Int64($0.value))
    }
  }
}

extension BatchKind {
  init?(_ kind: IngestV1.BatchKind) {
    switch kind {
    case .stock: self = .stock
    case .increment: self = .increment
    case .correction: self = .correction
    case .unspecified, .unrecognized: return nil
    }
  }

  var message: IngestV1.BatchKind {
    switch self {
    case .stock: .stock
    case .increment: .increment
    case .correction: .correction
    }
  }
}

extension BatchState {
  var message: IngestV1.BatchState {
    switch self {
    case .open, .loading: .loading
    case .qualityFailed: .qualityFailed
    case .committed: .committed
    case .nilDeclared: .nilDeclared
    case .abandoned: .abandoned
    }
  }
}

/// The number in a resource's name.
func number(
  _ text: String, in collection: ResourceCollection, field: String
) throws(RequestRefusal) -> Int64 {
  guard !text.isEmpty else { throw .missing(field: field) }
  guard let number = ResourceName(text, in: collection)?.number else {
    throw .malformed(
      field: field,
      expected: BilingualText("\(collection.rawValue)/… 形式的名称", "a name \(collection.rawValue)/…"))
  }
  return number
}

func civilDate(_ text: String, field: String) throws(RequestRefusal) -> CivilDate {
  guard let day = CivilDate(iso: text) else {
    throw .malformed(field: field, expected: BilingualText("2024-03-04 形式的日期", "a day 2024-03-04"))
  }
  return day
}

/// A text that a person wrote, within what a column of a case should hold. It stands in lists and in the log, so it holds
/// nobody's identity number (meizhou-public-2023/39).
func bounded(_ text: String, field: String) throws -> String {
  guard text.count <= 1_000 else {
    throw RequestRefusal.malformed(
      field: field, expected: BilingualText("至多 1000 个字", "at most 1000 characters"))
  }
  guard !IdentityNumbers.occur(in: text) else {
    throw IngestRefusal.identityNumberInText(field: field)
  }
  return text
}
