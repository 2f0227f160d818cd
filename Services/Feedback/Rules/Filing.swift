// From a report to an issue: its clocks begin, and where the text says so its verification, too (meizhou-public-2023/23b).

package import Regulation
package import Vocabulary

/// Opens an issue. The right to file and the content have been checked.
///
/// - Parameter records: Named in the report; empty where the whole entry is meant, or where the records of the person
///   concerned have yet to be found.
package func fileIssue(
  _ report: IssueReport, number: Int64, records: [String], on entry: EntryFacts, by actor: Actor,
  at time: Instant, under profile: Profile, calendar: WorkingCalendar
) -> QualityIssue {
  var issue = QualityIssue(
    number: number, entry: entry.number, report: report, reporter: actor.department,
    source: entry.source, authority: entry.authority, profile: profile.reference, created: time,
    state: .opened, records: uniqueRecords(records.map { IssueRecord(name: $0, isNamed: true) }),
    clocks: firstClocks(
      report.reporter, started: time.civilDate, under: profile, calendar: calendar))
  issue.history = [
    IssueStep(from: nil, to: .opened, actor: actor.name, time: time, reason: report.cause)
  ]
  if verificationStartsAtOnce(report.reporter, under: profile) {
    issue = issue.stepped(to: .verifying, by: "", at: time)
  }
  return issue
}

/// meizhou-public-2023/23b: the source starts verifying at once, so the report itself starts it. Elsewhere the source
/// takes it up (hebi-2021/13.1b); a person at a counter never waits for that.
func verificationStartsAtOnce(_ reporter: ReporterKind?, under profile: Profile) -> Bool {
  reporter == .counter || profile.clock(.issueVerification)?.start == .reportMade
}

func uniqueRecords(_ records: [IssueRecord]) -> [IssueRecord] {
  var seen: Set<String> = []
  return records.filter { seen.insert($0.name).inserted }
}
