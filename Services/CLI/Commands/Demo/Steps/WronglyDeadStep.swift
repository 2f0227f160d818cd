// Step: a person listed as dead says at a counter "I am alive"; repaired in time, recalled from everyone, reopened.

import Contracts
import Regulation
import Synth
import Vocabulary

extension DemoStep {
  static let wronglyDead = DemoStep(
    name: "wrongly-dead",
    title: BilingualText(
      "“我还活着”：待核、核实、更正、召回、重启", "“I am alive”: under check, verified, repaired, recalled, reopened")
  ) { stage in
    let before = try await DemoRepair.lookUp(stage)
    stage.ledger.expect(
      BilingualText("登记中有误录记录", "the wrong record is in the register"), "1 false", before)
    let issue = try await DemoRepair.file(&stage)
    let marked = try await patiently(for: "the record to be under check") {
      let seen = try await DemoRepair.lookUp(stage)
      return seen == "1 true" ? seen : nil
    }
    stage.ledger.expect(BilingualText("受理后标注“待核”", "marked as under check"), "1 true", marked)
    let repaired = try await DemoRepair.repair(issue, &stage)
    let after = try await patiently(for: "the record to be gone") {
      let seen = try await DemoRepair.lookUp(stage)
      return seen.hasPrefix("0") ? seen : nil
    }
    stage.ledger.expect(BilingualText("更正后查询", "looked up after the repair"), "0 false", after)
    stage.ledger.expect(
      BilingualText("在期限内更正", "repaired in time"), "rectified 0", repaired)
    try await DemoRepair.recall(issue, &stage)
  }
}

/// The stations of the repair.
enum DemoRepair {
  private static let bureau = DemoCast.humanResources
  /// Any counter will do: this one holds no grant on the register.
  private static let counter = DemoCast.justice

  /// How many records, and whether one is under check: what two departments see.
  static func lookUp(_ stage: DemoStage) async throws -> String {
    let system = try stage.wire.client(bureau.systemName).share
    let person = stage.plan.wronglyDead
    let answer = try await system.lookup(
      .init(
        grant: try stage.grant(.cremation).name,
        subject: try DemoStep.subject(person.identifier, person.name), purpose: DemoTerms.purpose,
        caseNumber: stage.caseNumber("YL", 1)))
    return "\(answer.records.count) \(answer.records.contains { $0.underCheck })"
  }

  /// At the counter the identity is seen and a slip is given; no grant is needed to be alive.
  static func file(_ stage: inout DemoStage) async throws -> FeedbackV1.Issue {
    let officer = try stage.wire.client(counter.principal(counter.officer)).feedback
    var issue = FeedbackV1.Issue()
    issue.entry = try stage.entry(.cremation).name
    issue.kind = .inaccurate
    // Counters write names down; they are sealed where they are kept.
    issue.cause = "\(stage.plan.wronglyDead.name)本人到窗口说明健在"
    issue.details = ["\(stage.plan.wronglyDead.name)的火化记录与事实不符"]
    issue.reporter = .counter
    issue.channel = .platform
    issue.slipNumber = "\(stage.plan.today.iso)-001"
    issue.identityDocumentSeen = "resident-identity-card"
    issue.personIsAlive = true
    let person = stage.plan.wronglyDead
    let filed = try await officer.fileIssue(
      .init(
        issue: issue, subject: try DemoStep.subject(person.identifier, person.name),
        requestID: stage.request()))
    guard let answer = filed.issue else { throw DemoGap(what: "issue") }
    // A counter learns nothing about who is in a register by reporting for a person; the source sees the record, once it is
    // found.
    let source = DemoCast.civilAffairs
    let keeper = try stage.wire.client(source.principal(source.officer)).feedback
    let seen = try await patiently(for: "the record to be found") { () -> FeedbackV1.Issue? in
      let seen = try await keeper.getIssue(.init(name: answer.name))
      return seen.records.isEmpty ? nil : seen
    }
    stage.ledger.expect(
      BilingualText("涉及的记录：窗口可见 / 数源部门可见", "the record: shown at the counter / to the source"),
      "0 / 1",
      "\(answer.records.count) / \(seen.records.count)")
    return seen
  }

  /// The source confirms the error and takes the record out with a corrected batch.
  static func repair(
    _ issue: FeedbackV1.Issue, _ stage: inout DemoStage
  ) async throws -> String {
    let source = DemoCast.civilAffairs
    let keeper = try stage.wire.client(source.principal(source.officer))
    let verified = try await keeper.feedback.concludeVerification(
      .init(
        name: issue.name, confirmed: true, reasons: ["同名误录"], requestID: stage.request()))
    stage.ledger.expect(
      BilingualText("更正期限有据", "the rectification is due by"),
      stage.law.due(.issueRectification, .cremation),
      verified.rectifyDue.map { "\($0.date) \($0.article)" } ?? "none",
      by: .law(.feedbackRectifyDays, .cremation))
    guard let record = issue.records.first else { throw DemoGap(what: "record to repair") }
    _ = try await keeper.ingest.correctRecord(
      .init(
        record: record, issue: issue.name, remove: true, reason: "误录，予以撤除",
        requestID: stage.request()))
    return try await patiently(for: "the issue to be rectified") {
      let seen = try await keeper.feedback.getIssue(.init(name: issue.name))
      guard [.rectified, .informed, .closed].contains(seen.state) else { return nil }
      return "rectified \(seen.rectifyDue?.overdueDays ?? 0)"
    }
  }

  /// Everyone who received the wrong value is told and answers; the case that rested on it opens again.
  static func recall(_ issue: FeedbackV1.Issue, _ stage: inout DemoStage) async throws {
    let reporter = try stage.wire.client(counter.principal(counter.officer)).feedback
    let source = DemoCast.civilAffairs
    let keeper = try stage.wire.client(source.principal(source.officer))
    let recall = try await patiently(for: "the recall") { () -> FeedbackV1.Recall? in
      let seen = try await keeper.feedback.getIssue(.init(name: issue.name))
      guard !seen.recall.isEmpty else { return nil }
      let recall = try await keeper.feedback.getRecall(.init(name: seen.recall))
      return recall.receivers.isEmpty ? nil : recall
    }
    let run = try stage.comparison(.cremation)
    stage.ledger.expect(
      BilingualText("召回到达的部门", "departments that the recall reaches"),
      "departments/human-resources",
      Set(recall.receivers.map(\.department)).sorted().joined(separator: " "))
    stage.ledger.expect(
      BilingualText("召回指明比对中的那一行", "it names the line of the comparison"),
      stage.plan.wronglyDead.rollLine,
      recall.receivers.first { $0.comparison == run.name }.map {
        run.line(chunk: $0.chunk, row: $0.row)
      } ?? 0)
    try await reopen(recall, run, &stage)
    let closed = try await reporter.closeIssue(
      .init(name: issue.name, requestID: stage.request()))
    stage.ledger.expect(
      BilingualText("申请人确认办结", "the reporter closes it"), "closed", "\(closed.state)")
  }

  private static func reopen(
    _ recall: FeedbackV1.Recall, _ run: DemoRun, _ stage: inout DemoStage
  ) async throws {
    let line = stage.plan.wronglyDead.rollLine
    let frozen = stage
    let reopened = try await patiently(for: "the case to be reopened") {
      try await DemoCases.all(run, frozen).first {
        run.line(chunk: $0.chunk, row: $0.row) == line && $0.reopened
      }
    }
    stage.ledger.expect(
      BilingualText("原结论案件已重启", "the case closed on it is open again"), "open", "\(reopened.state)")
    try await DemoCases.conclude(reopened.name, .noProblem, &stage)
    let officer = try stage.wire.client(bureau.principal(bureau.officer)).feedback
    let acknowledged = try await officer.acknowledgeRecall(
      .init(
        name: recall.name, outcome: "reopened", note: "待遇照发", requestID: stage.request()))
    stage.ledger.expect(
      BilingualText("各接收方均已回执", "every receiver has acknowledged"), true,
      acknowledged.receivers.allSatisfy(\.acknowledged))
    try await DemoCases.checkClearance(.cremation, withheld: 1, &stage)
  }
}
