// Step: people check the leads; cases reach all three outcomes, one line is held, the rest clear.

import Contracts
import Synth
import Vocabulary

extension DemoStep {
  static let cases = DemoStep(
    name: "cases",
    title: BilingualText(
      "线索逐条核查：三种结论，一行暂缓，其余放行",
      "Leads checked by people: three outcomes, one line held, the rest clear")
  ) { stage in
    var outcomes: [String: Int] = [:]
    for kind in RollKind.pension.registers + RollKind.stopped.registers {
      try await DemoCases.concludeAll(kind, &stage, &outcomes)
    }
    let leads = stage.plan.leads
    let doubtful = leads.count { $0.isDoubtful }
    let missed = leads.count { $0.roll == .stopped && !$0.isDoubtful }
    for (outcome, title, count) in [
      (
        "irregularReceipt", BilingualText("违规领取（两人确认）", "irregular receipt (two people)"),
        leads.count - doubtful - missed
      ),
      ("missedPayment", BilingualText("漏发", "missed payment"), missed),
      ("noProblem", BilingualText("无问题（同号不同名）", "no problem (another name)"), doubtful),
    ] {
      stage.ledger.expect(title, count, outcomes[outcome] ?? 0)
    }
    try await DemoCases.holdOne(&stage)
    try await DemoCases.checkClearance(.cremation, withheld: 1, &stage)
    try await DemoCases.checkClearance(.cancellation, withheld: 0, &stage)
    try await DemoCases.checkClearance(.correction, withheld: 0, &stage)
  }
}

/// How the bureau's people work their cases off.
enum DemoCases {
  private static let bureau = DemoCast.humanResources

  static func all(_ run: DemoRun, _ stage: DemoStage) async throws -> [ShareV1.Case] {
    let officer = try stage.wire.client(bureau.principal(bureau.officer)).share
    var cases: [ShareV1.Case] = []
    var token = ""
    repeat {
      let page = try await officer.listCases(
        .init(parent: run.name, pageSize: 500, pageToken: token))
      cases += page.cases
      token = page.nextPageToken
    } while !token.isEmpty
    return cases
  }

  static func concludeAll(
    _ kind: RegisterKind, _ stage: inout DemoStage, _ outcomes: inout [String: Int]
  ) async throws {
    let run = try stage.comparison(kind)
    for lead in try await all(run, stage) {
      let outcome: ShareV1.Outcome =
        lead.nameDiffers ? .noProblem : kind == .lowIncome ? .missedPayment : .irregularReceipt
      let closed = try await conclude(lead.name, outcome, &stage)
      outcomes[closed.state == .closed ? "\(closed.outcome)" : "\(closed.state)", default: 0] += 1
    }
  }

  /// An irregular receipt needs evidence and a second person.
  @discardableResult
  static func conclude(
    _ name: String, _ outcome: ShareV1.Outcome, _ stage: inout DemoStage
  ) async throws -> ShareV1.Case {
    let officer = try stage.wire.client(bureau.principal(bureau.officer)).share
    var request = ShareV1.ConcludeCaseRequest(
      name: name, outcome: outcome, reason: reason(outcome), requestID: stage.request())
    if outcome == .irregularReceipt {
      request.evidence = .init(
        kind: "registry-extract", date: stage.plan.today.iso,
        seenBy: bureau.principal(bureau.officer), note: "原始登记材料")
    }
    let concluded = try await officer.concludeCase(request)
    guard outcome == .irregularReceipt else { return concluded }
    return try await stage.wire.client(bureau.principal(bureau.head)).share.confirmCase(
      .init(name: name, confirmed: true, reason: "已复核", requestID: stage.request()))
  }

  private static func reason(_ outcome: ShareV1.Outcome) -> String {
    switch outcome {
    case .irregularReceipt: "登记日期在发放期之前，仍在领取"
    case .missedPayment: "符合救助条件，停发有误，应予补发"
    default: "姓名不符，非同一人"
    }
  }

  /// The head keeps one line back, names himself, and says how the person was told and until when.
  static func holdOne(_ stage: inout DemoStage) async throws {
    let run = try stage.comparison(.cremation)
    let wronglyDead = stage.plan.wronglyDead.rollLine
    guard
      let held = try await all(run, stage).first(where: {
        $0.outcome == .irregularReceipt && run.line(chunk: $0.chunk, row: $0.row) != wronglyDead
      })
    else { throw DemoGap(what: "closed case to hold a line of") }
    let head = bureau.principal(bureau.head)
    _ = try await stage.wire.client(head).share.holdLine(
      .init(
        name: held.name,
        hold: .init(
          official: head, reason: "等待家属退回多发款项",
          notice: "\(stage.plan.today.iso) 电话告知家属",
          until: stage.plan.today.adding(days: 25).iso),
        requestID: stage.request()))
  }

  static func checkClearance(
    _ kind: RegisterKind, withheld: Int, _ stage: inout DemoStage
  ) async throws {
    let run = try stage.comparison(kind)
    let system = try stage.wire.client(bureau.systemName).share
    let clearance = try await system.getClearance(.init(comparison: run.name, pageSize: 100))
    stage.ledger.expect(
      BilingualText("\(kind.title)：放行与暂缓的行", "\(kind.rawValue): lines cleared and withheld"),
      "\(run.rows - withheld) / \(withheld)",
      "\(clearance.clearedLines) / \(clearance.withheldLines)")
  }
}
