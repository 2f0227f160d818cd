// What a report must hold: by the profile (meizhou-specific-2021/30b), and at a counter (meizhou-public-2023/35b).

package import Regulation
import Vocabulary

/// The bounds of a report. A list as long as a register is a batch, not an issue.
package enum ReportLimits {
  package static let records = 500
  package static let lines = 200
  package static let lineCharacters = 300
  package static let causeCharacters = 2_000
  package static let slipCharacters = 40
}

/// Whether a text is longer than a bound. Counted are code points: one character that a reader sees may hold thousands.
private func isLong(_ text: String, _ limit: Int) -> Bool { text.unicodeScalars.count > limit }

/// A text that somebody writes: within its bound, and without anybody's number.
func checkText(_ text: String, path: String, limit: Int) throws(FeedbackRefusal) {
  if isLong(text, limit) { throw .tooLong(path: path, limit: limit) }
  try requireNoIdentityNumber(text, path: path)
}

/// Checks everything that a report states, in this order; the right to file has been checked before.
///
/// - Parameters:
///   - records: As named in the report; those found from a subject come later and need no check.
///   - hasSubject: Whether the person concerned is stated instead.
package func checkReport(
  _ report: IssueReport, records: [String], hasSubject: Bool, on entry: EntryFacts,
  under profile: Profile
) throws(FeedbackRefusal) {
  try checkKind(report, on: entry, under: profile)
  // A kind of document, whoever files: a number has no place here.
  if !report.documentSeen.isEmpty, !isSlug(report.documentSeen) { throw .documentMalformed }
  if report.reporter == .counter {
    try checkCounter(report, isPersonNamed: hasSubject || !records.isEmpty, under: profile)
  } else if report.personIsAlive {
    throw .aliveNeedsCounter(personCitation(profile))
  }
  try checkElements(report, under: profile)
  try checkLengths(report)
  try checkRecords(records, of: entry)
  try requireNoIdentityNumber(report.cause, path: "issue.cause")
  for line in report.details { try requireNoIdentityNumber(line, path: "issue.details") }
  try requireNoIdentityNumber(report.slipNumber, path: "issue.slip_number")
}

private func checkKind(
  _ report: IssueReport, on entry: EntryFacts, under profile: Profile
) throws(FeedbackRefusal) {
  if report.reporter == nil { throw .fieldMissing(path: "issue.reporter", issueCitation(profile)) }
  if report.kind == nil { throw .fieldMissing(path: "issue.kind", issueCitation(profile)) }
  // hebi-2021/13.1a and meizhou-public-2023/23a know the platform only, meizhou-specific-2021/30a also letters.
  if let channels = profile.issueChannels, !channels.value.contains(report.channel) {
    throw .channelNotOffered(report.channel, allowed: channels.value, channels.citation)
  }
  if !report.item.isEmpty, !entry.items.contains(report.item) {
    throw .itemUnknown(entry: entry.name, item: report.item)
  }
}

/// The identity has been seen, the person takes a slip home, and it is clear whom it is about.
private func checkCounter(
  _ report: IssueReport, isPersonNamed: Bool, under profile: Profile
) throws(FeedbackRefusal) {
  let citation = personCitation(profile)
  if report.documentSeen.isEmpty {
    throw .fieldMissing(path: "issue.identity_document_seen", citation)
  }
  if report.slipNumber.isEmpty { throw .fieldMissing(path: "issue.slip_number", citation) }
  if !isPersonNamed { throw .fieldMissing(path: "subject", citation) }
}

/// Cause and detailed list, as far as the profile demands them (meizhou-specific-2021/30b). A person who stands at the
/// counter is cause and list in one.
private func checkElements(
  _ report: IssueReport, under profile: Profile
) throws(FeedbackRefusal) {
  guard !report.personIsAlive, let required = profile.issueRequired else { return }
  for element in required.value {
    switch element {
    case .cause where report.cause.allSatisfy(\.isWhitespace):
      throw .elementMissing(element, required.citation)
    case .detailedList where report.details.allSatisfy({ $0.allSatisfy(\.isWhitespace) }):
      throw .elementMissing(element, required.citation)
    default: break
    }
  }
}

private func checkLengths(_ report: IssueReport) throws(FeedbackRefusal) {
  if isLong(report.cause, ReportLimits.causeCharacters) {
    throw .tooLong(path: "issue.cause", limit: ReportLimits.causeCharacters)
  }
  if report.details.count > ReportLimits.lines {
    throw .tooLong(path: "issue.details", limit: ReportLimits.lines)
  }
  if report.details.contains(where: { isLong($0, ReportLimits.lineCharacters) }) {
    throw .tooLong(path: "issue.details", limit: ReportLimits.lineCharacters)
  }
  if isLong(report.slipNumber, ReportLimits.slipCharacters) {
    throw .tooLong(path: "issue.slip_number", limit: ReportLimits.slipCharacters)
  }
  if isLong(report.documentSeen, ReportLimits.slipCharacters) {
    throw .tooLong(path: "issue.identity_document_seen", limit: ReportLimits.slipCharacters)
  }
}

private func checkRecords(_ records: [String], of entry: EntryFacts) throws(FeedbackRefusal) {
  if records.count > ReportLimits.records {
    throw .tooLong(path: "issue.records", limit: ReportLimits.records)
  }
  for record in records {
    guard let name = ResourceName(record, in: .records), name.parentNumber == entry.number else {
      throw .recordForeign(record: record, entry: entry.name)
    }
  }
}

/// Free text goes to many readers and stays for years: who is meant is said by a record's name, never by a number
/// (GB 11643, meizhou-public-2023/39).
func requireNoIdentityNumber(_ text: String, path: String) throws(FeedbackRefusal) {
  if IdentityNumbers.occur(in: text) { throw .identityNumberInText(path: path) }
}
