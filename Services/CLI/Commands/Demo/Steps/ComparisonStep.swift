// Steps: the pension roll against the registers of the dead and of corrections; stopped allowances against hardship.

import Contracts
import Synth
import Vocabulary

extension DemoStep {
  static let pensionRun = DemoStep(
    name: "pension-run",
    title: BilingualText("发放前比对：养老金名册", "Before the payout: the pension roll compared")
  ) { stage in
    for kind in RollKind.pension.registers { try await run(.pension, kind, &stage) }
    let found = try RollKind.pension.registers.reduce(0) {
      $0 + (try stage.comparison($1)).leadLines.count
    }
    stage.ledger.expect(
      BilingualText("养老金线索合计", "leads of the pension roll"),
      stage.plan.leads.count { $0.roll == .pension }, found)
  }

  static let stoppedRun = DemoStep(
    name: "stopped-run",
    title: BilingualText(
      "停发人员与低收入对象比对：漏发", "Stopped allowances against low income: missed payments")
  ) { stage in
    for kind in RollKind.stopped.registers { try await run(.stopped, kind, &stage) }
  }

  private static func run(
    _ roll: RollKind, _ kind: RegisterKind, _ stage: inout DemoStage
  ) async throws {
    let run = try await DemoComparison.run(roll, kind, &stage)
    stage.runs[kind] = run
    let plan = stage.plan.leads(of: roll, in: kind)
    let planned = Set(plan.map(\.rollLine))
    func what(_ chinese: String, _ english: String) -> BilingualText {
      BilingualText("\(kind.title)：\(chinese)", "\(kind.rawValue): \(english)")
    }
    stage.ledger.expect(what("线索", "leads"), planned.count, run.leadLines.count)
    stage.ledger.expect(
      what("遗漏", "planted but not found"), 0, planned.subtracting(run.leadLines).count)
    stage.ledger.expect(
      what("误报（迷惑项）", "found but not planted (decoys)"), 0,
      run.leadLines.subtracting(planned).count)
    stage.ledger.expect(
      what("姓名不符，存疑", "doubtful: another name"),
      lines(plan.filter(\.isDoubtful).map(\.rollLine)), lines(run.doubtfulLines))
  }

  private static func lines(_ numbers: some Sequence<Int>) -> String {
    let sorted = numbers.sorted()
    return "\(sorted.count)"
      + (sorted.isEmpty
        ? ""
        : " (" + sorted.prefix(3).map(String.init).joined(separator: ", ")
          + (sorted.count > 3 ? ", …)" : ")"))
  }
}

/// One roll against one register.
enum DemoComparison {
  static let chunkRows = 20_000

  static func declaration(
    _ roll: RollKind, _ grant: ShareV1.Grant, _ plan: Plan
  ) -> ShareV1.Comparison {
    let bureau = DemoCast.humanResources
    var comparison = ShareV1.Comparison()
    comparison.grant = grant.name
    comparison.direction = .present
    comparison.period = .init(
      firstDay: plan.period.lowerBound.iso, lastDay: plan.period.upperBound.iso)
    comparison.rollRows = Int64(plan.sizes.rows(of: roll))
    comparison.roll = DemoTerms.rollName(roll)
    comparison.purpose = DemoTerms.purpose
    comparison.responsiblePerson = bureau.principal(bureau.officer)
    comparison.payout = String(plan.period.lowerBound.iso.prefix(7))
    return comparison
  }

  static func run(
    _ roll: RollKind, _ kind: RegisterKind, _ stage: inout DemoStage
  ) async throws -> DemoRun {
    let bureau = DemoCast.humanResources
    let system = try stage.wire.client(bureau.systemName, run: bureau.runName).share
    let prepared = try await system.createComparison(
      .init(
        comparison: declaration(roll, try stage.grant(kind), stage.plan),
        requestID: stage.request()))
    let rows = RollRows(stage.plan, roll)
    var run = DemoRun(name: prepared.name, rows: rows.count, chunkRows: chunkRows)
    let progress = ProgressLine(
      BilingualText("比对\(kind.title)", "compared with \(kind.rawValue)"), total: rows.count,
      console: stage.console)
    var number: Int32 = 0
    for first in stride(from: 0, to: rows.count, by: chunkRows) {
      number += 1
      let range = first..<min(first + chunkRows, rows.count)
      let answer = try await system.uploadWhole(
        try chunk(run.name, number, rows, range))
      for lead in answer.leads {
        let line = run.line(chunk: number, row: lead.row)
        run.leadLines.insert(line)
        if lead.nameDiffers { run.doubtfulLines.insert(line) }
      }
      progress.advance(by: range.count)
    }
    let finished = try await system.finishComparison(
      .init(name: run.name, chunks: number, requestID: stage.request()))
    progress.finish(
      BilingualText("\(finished.leads) 条线索", "\(finished.leads) leads"))
    return run
  }

  /// Identifiers packed as any client packs them; a hit on another name is to be seen, so names go along.
  static func chunk(
    _ comparison: String, _ number: Int32, _ rows: RollRows, _ range: Range<Int>
  ) throws -> ShareV1.UploadComparisonChunkRequest {
    var request = ShareV1.UploadComparisonChunkRequest()
    request.comparison = comparison
    request.number = number
    request.ids.reserveCapacity(range.count * IdentifierBlock.byteCount)
    for row in range {
      let fields = rows.fields(ofRow: row)
      guard let identifier = PersonIdentifier(exact: fields[0]) else {
        throw DemoGap(what: "sound identifier on line \(row + 2) of the roll")
      }
      IdentifierBlock(identifier).append(to: &request.ids)
      request.names.append(fields[1])
    }
    return request
  }
}
