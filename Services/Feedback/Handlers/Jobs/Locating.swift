// From a person to the person's records: asked of Ingest after filing, so that no report waits for a register (AC-60).

import Contracts
import Database
import FeedbackRules
import FeedbackStore
import RPC
import Vocabulary

extension FeedbackServer {
  private static let firstPauseMilliseconds: Int64 = 200
  private static let longestPauseMilliseconds: Int64 = 600_000

  /// Finds records until the task is cancelled.
  ///
  /// - Parameter onFault: Told of each failure, for the log.
  package func followSubjects(onFault: @Sendable (any Error) -> Void) async throws {
    try await follow(every: .milliseconds(200), onFault: onFault) { try await locateSubjects() }
  }

  /// Finds the records of the persons who wait. A register that is withdrawn, damaged or away is asked again, ever more
  /// seldom, until it answers or the issue ends.
  ///
  /// - Returns: How many were found out about.
  /// - Throws: The first failure that is not such a state of a register, after all others were tried.
  package func locateSubjects() async throws -> Int {
    let time = now()
    let waiting = try await database.read { try $0.subjectsToLocate(at: time, limit: 50) }
    var failure: (any Error)?
    var done = 0
    for subject in waiting {
      do {
        try await locate(subject)
        done += 1
      } catch {
        if error is CancellationError { throw error }
        if (error as? Status)?.code != .failedPrecondition { failure = failure ?? error }
        let pause = min(
          Self.firstPauseMilliseconds << Int64(min(subject.tries, 20)),
          Self.longestPauseMilliseconds)
        try await database.write { transaction in
          try transaction.postpone(subject, until: time.adding(milliseconds: pause))
        }
      }
    }
    if let failure { throw failure }
    return done
  }

  private func locate(_ waiting: WaitingSubject) async throws {
    let number = waiting.issue
    guard let issue = try await database.read({ try $0.issue(number, texts) }) else { return }
    var question = IngestV1.LocateRecordsRequest()
    question.entry = issue.entryName
    question.subject = try IngestV1.Subject(
      serialized: texts.open(waiting.sealed, at: .subject(issue: number)))
    question.slipNumber = issue.report.slipNumber
    question.grant = issue.report.grant
    question.department = ResourceName.department(issue.reporter).text
    let found = try await peers.ingest.locateRecords(
      question, CallOptions(timeout: .seconds(10))
    ).records
    try await database.write { transaction in
      // The issue may have ended meanwhile, or another replica may have found them.
      guard try transaction.forgetSubject(of: number),
        let issue = try transaction.issue(number, texts)
      else { return }
      let next = issue.located(Array(found.prefix(ReportLimits.records)))
      if next.records == issue.records { return }
      // Told as an opening: whoever marks records as under check marks these.
      try carry(
        from: issue, to: next, topic: "feedback.issue_opened", by: .system, at: now(),
        in: transaction)
    }
  }
}
