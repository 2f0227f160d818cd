// Comparisons: the roll, its chunks, its leads and what is paid.

import Regulation
import ShareRules
import TestSupport
import Testing
import Vocabulary

@Suite("A roll is compared within its grant (AC-53, meizhou-specific-2021/24)")
struct ComparisonRunTests {
  private func plan(_ change: (inout ComparisonPlan) -> Void = { _ in }) throws -> ComparisonPlan {
    var plan = ComparisonPlan(
      direction: .present,
      period: PaymentPeriod(first: try World.day("2024-03-01"), last: try World.day("2024-03-31")),
      rollRows: 10, roll: "own-pension-roll", purpose: "核对养老金领取资格",
      responsiblePerson: "departments/human-resources/persons/li", payout: "2024-03")
    change(&plan)
    return plan
  }

  private func prepare(
    _ change: (inout ComparisonPlan) -> Void = { _ in }, actor: String = "human-resources",
    grant: Grant? = nil, sameTurn: String? = nil, dayRows: Int64 = 0, lastRows: Int64? = nil
  ) throws -> ComparisonRun {
    try prepareComparison(
      1, try plan(change), grant: try grant ?? World.grant(), by: try World.actor(actor),
      earlier: EarlierRuns(sameTurn: sameTurn, dayRows: dayRows, lastRows: lastRows),
      under: try World.profile("meizhou-public-2023"), at: World.noon)
  }

  @Test("the grant's own roll, its size, and who answers for it")
  func prepared() throws {
    let run = try prepare()
    #expect(run.state(openCases: 0, heldLines: 0) == .prepared)
    #expect(try prepare({ $0.rollRows = 1_000 }).plan.rollRows == 1_000)
    #expect(refusal { _ = try prepare({ $0.rollRows = 1_001 }) }?.reason == "share.roll_too_large")
    #expect(refusal { _ = try prepare({ $0.rollRows = 0 }) }?.field == "comparison.roll_rows")
    #expect(refusal { _ = try prepare({ $0.roll = "others" }) }?.reason == "share.roll_differs")
    #expect(refusal { _ = try prepare({ $0.purpose = "" }) }?.reason == "share.purpose_missing")
    #expect(refusal { _ = try prepare(actor: "justice") }?.reason == "share.not_grantee")
    for person in ["", "departments/justice/persons/li"] {
      #expect(
        refusal { _ = try prepare({ $0.responsiblePerson = person }) }?.field
          == "comparison.responsible_person")
    }
    let first = try World.day("2024-04-01")
    #expect(
      refusal {
        _ = try prepare({ $0.period = PaymentPeriod(first: first, last: first.adding(days: -1)) })
      }?.field == "comparison.period")
  }

  @Test(
    "a run serves one payout: a period within this month, the last or the next (meizhou-specific-2021/24.1b)",
    .obligation("meizhou-specific-2021/24.1b")
  )
  func period() throws {
    func prepared(_ first: String, _ last: String) throws -> ComparisonRun {
      let period = PaymentPeriod(first: try World.day(first), last: try World.day(last))
      return try prepare({ $0.period = period })
    }
    for (first, last) in [
      ("2024-02-01", "2024-02-29"), ("2024-03-04", "2024-03-04"), ("2024-04-30", "2024-04-30"),
    ] {
      #expect(try prepared(first, last).plan.period.first.iso == first)
    }
    for (first, last) in [
      ("2024-01-31", "2024-01-31"), ("2024-05-01", "2024-05-31"), ("2024-02-29", "2024-03-01"),
      ("2023-03-01", "2024-03-31"), ("9999-01-01", "9999-01-31"),
    ] {
      #expect(refusal { _ = try prepared(first, last) }?.field == "comparison.period")
    }
  }

  @Test("growth over the last run: its limit is in, one row more is out")
  func growth() throws {
    #expect(try prepare({ $0.rollRows = 110 }, lastRows: 100).plan.rollRows == 110)
    #expect(
      refusal { _ = try prepare({ $0.rollRows = 111 }, lastRows: 100) }
        == .rollGrew(grant: "grants/G-1", limit: 10, last: 100))
  }

  @Test("once a month, or once a payout batch", .obligation("meizhou-specific-2021/24.1b"))
  func frequency() throws {
    let run = try prepare()
    #expect(run.frequencyKey(.monthly) == "month 2024-03")
    #expect(run.frequencyKey(.perBatch) == "payout 2024-03")
    let refused = refusal { _ = try prepare(sameTurn: "comparisons/C-9") }
    #expect(refused?.reason == "share.run_repeated")
    #expect(refused?.nextStep?.english.contains("C-9") == true)
    let batch = try World.submitted {
      $0.roll = RollLimits(
        roll: "own-pension-roll", maxRows: 100, maxGrowthPercent: 0, frequency: "per-batch")
    }.reviewed(
      World.decisions(), reason: "", by: try World.actor("justice"),
      under: try World.profile("hebi-2021"), at: World.noon)
    let grant = try #require(
      ShareRules.grant(
        1, from: batch, under: try World.profile("hebi-2021"), by: try World.actor("justice"),
        at: World.noon))
    #expect(
      refusal { _ = try prepare({ $0.payout = "" }, grant: grant) }?.field == "comparison.payout")
    // Names of batches are the caller's own: those of one day together are one roll.
    #expect(try prepare({ $0.rollRows = 40 }, grant: grant, dayRows: 60).plan.rollRows == 40)
    #expect(
      refusal { _ = try prepare({ $0.rollRows = 40 }, grant: grant, dayRows: 61) }?.reason
        == "share.roll_too_large")
  }

  @Test("a grant that holds no roll compares nothing")
  func noRoll() throws {
    let use = try World.use {
      $0.items = ["office"]
      $0.modes = [.lookup]
      $0.roll = nil
    }
    let grant = try subscribe(
      1, use: use, to: try World.entry(), by: try World.actor("human-resources"),
      under: try World.profile("hebi-2021"), at: World.noon)
    #expect(refusal { _ = try prepare(grant: grant) }?.reason == "share.mode_not_granted")
  }

  @Test("columns of a chunk fit each other; 32,768 rows and no more")
  func chunkColumns() throws {
    func rows(_ bytes: Int, _ names: Int = 0, _ others: [Int] = []) throws -> Int {
      try chunkRows(ChunkShape(idBytes: bytes, names: names, otherRows: others))
    }
    #expect(try rows(16) == 1)
    #expect(try rows(32_768 * 16, 32_768, [0, 32_767]) == 32_768)
    #expect(refusal { _ = try rows(32_769 * 16) } == .chunkTooLarge(limit: 32_768))
    #expect(refusal { _ = try rows(0) }?.field == "ids")
    #expect(refusal { _ = try rows(17) }?.field == "ids")
    #expect(refusal { _ = try rows(32, 1) }?.field == "names")
    #expect(refusal { _ = try rows(32, 2, [2]) }?.field == "others")
    #expect(refusal { _ = try rows(32, 2, [-1]) }?.field == "others")
    #expect(refusal { _ = try rows(32, 2, [1, 1]) }?.field == "others")
  }

  @Test("chunks in any order, each once; other content under the same number is refused")
  func chunks() throws {
    let own = try World.actor("human-resources")
    let run = try prepare()
    let second = RollChunk(number: 2, rows: 4, digest: [2])
    let half = try run.taking(second, known: nil, by: own)
    #expect(half.receivedRows == 4)
    #expect(half.stage == .running)
    #expect(try half.taking(second, known: second, by: own) == half)
    #expect(
      refusal {
        _ = try half.taking(RollChunk(number: 2, rows: 4, digest: [3]), known: second, by: own)
      } == .chunkDiffers(number: 2))
    #expect(
      refusal {
        _ = try half.taking(RollChunk(number: 1, rows: 7, digest: [1]), known: nil, by: own)
      } == .rollExceeded(declared: 10))
    // An answer in parts goes on where it stopped, or before; nothing is passed over.
    var known = second
    known.nextRow = 2
    for row in [0, 2] {
      let part = RollChunk(number: 2, rows: 4, digest: [2], firstRow: row)
      #expect(try half.taking(part, known: known, by: own) == half)
    }
    for row in [3, -1] {
      let part = RollChunk(number: 2, rows: 4, digest: [2], firstRow: row)
      #expect(
        refusal { _ = try half.taking(part, known: known, by: own) }?.field == "first_row")
    }
    let late = RollChunk(number: 2, rows: 4, digest: [2], firstRow: 1)
    #expect(refusal { _ = try run.taking(late, known: nil, by: own) }?.field == "first_row")
    for number in [0, 10_001] {
      #expect(
        refusal {
          _ = try half.taking(RollChunk(number: number, rows: 1, digest: [1]), known: nil, by: own)
        }?.field == "number")
    }
    #expect(
      refusal { _ = try half.taking(second, known: nil, by: try World.actor("justice")) }?.reason
        == "share.not_party")
  }

  @Test("the full list, or it is not finished", .obligation("meizhou-specific-2021/24.1b"))
  func finish() throws {
    let own = try World.actor("human-resources")
    var run = try prepare()
    run = try run.taking(RollChunk(number: 1, rows: 6, digest: [1]), known: nil, by: own)
    func finish(_ run: ComparisonRun, _ chunks: Int, _ numbers: Set<Int>) throws -> ComparisonRun {
      try run.finished(chunks: chunks, numbers: numbers, by: own, at: World.noon)
    }
    #expect(
      refusal { _ = try finish(run, 2, [1]) } == .chunksMissing(missing: [2], received: 1))
    #expect(
      refusal { _ = try finish(run, 1, [1]) } == .rowsDiffer(declared: 10, received: 6))
    #expect(refusal { _ = try finish(run, 0, [1]) }?.field == "chunks")
    run = try run.taking(RollChunk(number: 2, rows: 4, digest: [2]), known: nil, by: own)
    #expect(
      refusal { _ = try finish(run, 1, [1, 2]) } == .chunksMissing(missing: [], received: 2))
    let done = try finish(run, 2, [1, 2])
    #expect(refusal { _ = try finish(done, 2, [1, 2]) }?.reason == "share.wrong_state")
    #expect(
      refusal {
        _ = try done.taking(RollChunk(number: 3, rows: 1, digest: [3]), known: nil, by: own)
      }?.reason == "share.wrong_state")
    #expect(
      refusal {
        _ = try run.finished(
          chunks: 2, numbers: [1, 2], by: try World.actor("justice"), at: World.noon)
      }?.reason == "share.not_party")
    #expect(done.state(openCases: 1, heldLines: 0) == .hitsOpen)
    #expect(done.state(openCases: 0, heldLines: 1) == .allClosed)
    #expect(done.state(openCases: 0, heldLines: 0) == .cleared)
  }

  @Test("a payout rests on a finished run of at most 31 days")
  func age() throws {
    let own = try World.actor("human-resources")
    let profile = try World.profile("meizhou-specific-2021")
    let run = try prepare().taking(RollChunk(number: 1, rows: 10, digest: [1]), known: nil, by: own)
    let today = World.noon.civilDate
    #expect(
      refusal { try run.checkClearable(under: profile, today: today) }?.reason
        == "share.wrong_state")
    let done = try run.finished(chunks: 1, numbers: [1], by: own, at: World.noon)
    try done.checkClearable(under: profile, today: today.adding(days: 31))
    #expect(
      refusal { try done.checkClearable(under: profile, today: today.adding(days: 32)) }?.reason
        == "share.comparison_too_old")
  }
}

@Suite("A lead is checked by persons, never a verdict (meizhou-specific-2021/24, 25; AC-54)")
struct ComparisonCaseTests {
  private let first = "wang"

  private func lead(underCheck: Bool = false) throws -> ComparisonCase {
    ComparisonCase(
      comparison: 1, number: 7, department: try World.code("human-resources"),
      place: LeadPlace(chunk: 1, row: 5, record: "entries/E-3/records/9"), nameDiffers: false,
      lineage: nil, underCheck: underCheck, issue: underCheck ? "issues/Q-1" : "")
  }

  private func own(_ person: String = "wang", _ roles: Set<Role> = [.departmentOfficer]) throws
    -> Actor
  {
    try World.actor("human-resources", person, roles)
  }

  private let proof = Evidence(
    kind: "death-certificate", date: "2024-03-04", seenBy: "王五", note: "")

  private func conclusion(
    _ outcome: ComparisonOutcome?, _ evidence: Evidence? = nil, reason: String = "",
    refer: Bool = false
  ) -> Conclusion {
    Conclusion(outcome: outcome, evidence: evidence, reason: reason, isReferred: refer)
  }

  @Test("taken up, concluded, confirmed by another person")
  func irregular() throws {
    let checking = try lead().concluded(conclusion(nil), by: try own(), at: World.noon)
    #expect(checking.state == .checking)
    #expect(
      refusal { _ = try checking.concluded(conclusion(nil), by: try own(), at: World.noon) }?.reason
        == "share.wrong_state")
    let waiting = try checking.concluded(
      conclusion(.irregularReceipt, proof, refer: true), by: try own(), at: World.noon)
    #expect(waiting.state == .awaitingConfirmation)
    #expect(waiting.withheld(on: World.noon.civilDate)?.cause == .openCase)
    #expect(
      refusal { _ = try waiting.confirmed(true, reason: "", by: try own(), at: World.noon) }?.reason
        == "share.second_person_needed")
    #expect(
      refusal {
        _ = try waiting.concluded(
          conclusion(.noProblem, reason: "r"), by: try own(), at: World.noon)
      }?.reason == "share.wrong_state")
    let closed = try waiting.confirmed(true, reason: "", by: try own("sun"), at: World.noon)
    #expect(closed.state == .closed)
    #expect(closed.outcome == .irregularReceipt)
    #expect(closed.isReferred)
    #expect(closed.confirmedBy.hasSuffix("/sun"))
    #expect(
      refusal { _ = try closed.confirmed(true, reason: "", by: try own("sun"), at: World.noon) }?
        .reason == "share.wrong_state")
  }

  @Test("the second person may send it back, with a reason")
  func sentBack() throws {
    let waiting = try lead().concluded(
      conclusion(.irregularReceipt, proof), by: try own(), at: World.noon)
    #expect(
      refusal { _ = try waiting.confirmed(false, reason: "", by: try own("sun"), at: World.noon) }?
        .reason == "share.reason_missing")
    let back = try waiting.confirmed(false, reason: "证据不足", by: try own("sun"), at: World.noon)
    #expect(back.state == .checking)
    #expect(back.outcome == nil)
  }

  @Test(
    "an irregular receipt needs kind, date and who saw it; the date is not to come",
    .obligation("meizhou-specific-2021/24.2a"),
    arguments: [
      (nil, "evidence.kind"),
      (Evidence(kind: "", date: "2024-03-01", seenBy: "a", note: ""), "evidence.kind"),
      (Evidence(kind: "k", date: "", seenBy: "a", note: ""), "evidence.date"),
      (Evidence(kind: "k", date: "2024-03-05", seenBy: "a", note: ""), "evidence.date"),
      (Evidence(kind: "k", date: "2024-03-04", seenBy: "", note: ""), "evidence.seen_by"),
    ] as [(Evidence?, String)])
  func evidence(evidence: Evidence?, path: String) throws {
    #expect(
      refusal {
        _ = try lead().concluded(
          conclusion(.irregularReceipt, evidence), by: try own(), at: World.noon)
      } == .evidenceMissing(path: path))
  }

  @Test(
    "a missed payment and no problem close at once, with a reason or evidence",
    .obligation("meizhou-specific-2021/24.2a"))
  func otherOutcomes() throws {
    for outcome in [ComparisonOutcome.missedPayment, .noProblem] {
      let closed = try lead().concluded(
        conclusion(outcome, reason: "已补发"), by: try own(), at: World.noon)
      #expect(closed.state == .closed)
      #expect(closed.history.map(\.to) == ["checking", "closed"])
      #expect(
        refusal { _ = try lead().concluded(conclusion(outcome), by: try own(), at: World.noon) }?
          .reason == "share.reason_missing")
      #expect(
        refusal {
          _ = try lead().concluded(
            conclusion(outcome, reason: "r", refer: true), by: try own(), at: World.noon)
        }?.field == "refer")
    }
    let long = String(repeating: "长", count: 2_001)
    #expect(
      refusal {
        _ = try lead().concluded(
          conclusion(.noProblem, reason: long), by: try own(), at: World.noon)
      }?.reason == "share.field_too_long")
  }

  @Test("nothing is held against a person on a record that is under check (hebi-2021/13)")
  func underCheck() throws {
    let refused = refusal {
      _ = try lead(underCheck: true).concluded(
        conclusion(.irregularReceipt, proof), by: try own(), at: World.noon)
    }
    #expect(refused?.reason == "share.record_under_check")
    #expect(refused?.citation?.text == "weir-default/e.8")
    _ = try lead(underCheck: true).concluded(
      conclusion(.noProblem, reason: "本人到场"), by: try own(), at: World.noon)
    var waiting = try lead().concluded(
      conclusion(.irregularReceipt, proof), by: try own(), at: World.noon)
    waiting.underCheck = true
    #expect(
      refusal { _ = try waiting.confirmed(true, reason: "", by: try own("sun"), at: World.noon) }?
        .reason == "share.record_under_check")
  }

  @Test("only the paying department handles its leads (AC-53)")
  func outsiders() throws {
    let other = try World.actor("justice", "li", [.departmentHead])
    for body in [
      { _ = try lead().concluded(conclusion(nil), by: other, at: World.noon) },
      { _ = try lead().confirmed(true, reason: "", by: other, at: World.noon) },
      {
        _ = try lead().held(
          nil, by: other, under: try World.profile("meizhou-public-2023"), at: World.noon)
      },
    ] {
      #expect(refusal(body)?.reason == "share.not_party")
    }
  }

  @Test("a line is held by the head, with reason, notice and end; then it pays (AC-54)")
  func hold() throws {
    let head = try own("zhou", [.departmentHead])
    let today = World.noon.civilDate
    let profile = try World.profile("meizhou-public-2023")
    func hold(
      official: String? = nil, reason: String = "核查", notice: String = "电话告知", days: Int = 10
    ) -> Hold {
      Hold(
        official: official ?? head.name, reason: reason, notice: notice,
        until: today.adding(days: days))
    }
    let closed = try lead().concluded(
      conclusion(.noProblem, reason: "r"), by: try own(), at: World.noon)
    #expect(closed.withheld(on: today) == nil)
    let held = try closed.held(hold(), by: head, under: profile, at: World.noon)
    #expect(held.withheld(on: today)?.cause == .held)
    #expect(held.withheld(on: today.adding(days: 10))?.cause == .held)
    #expect(held.withheld(on: today.adding(days: 11)) == nil)
    #expect(try held.held(nil, by: head, under: profile, at: World.noon).withheld(on: today) == nil)
    #expect(
      try closed.held(hold(days: 0), by: head, under: profile, at: World.noon).isHeld(on: today))
    #expect(
      try closed.held(hold(days: 31), by: head, under: profile, at: World.noon).isHeld(on: today))
    #expect(
      refusal { _ = try closed.held(hold(days: 32), by: head, under: profile, at: World.noon) }?
        .field == "hold.until")
    #expect(
      refusal { _ = try closed.held(hold(days: -1), by: head, under: profile, at: World.noon) }?
        .reason
        == "share.until_passed")
    #expect(
      refusal { _ = try closed.held(hold(), by: try own(), under: profile, at: World.noon) }?.reason
        == "share.head_needed")
    #expect(
      refusal {
        _ = try closed.held(hold(official: "x"), by: head, under: profile, at: World.noon)
      }?.field
        == "hold.official")
    #expect(
      refusal { _ = try closed.held(hold(reason: ""), by: head, under: profile, at: World.noon) }?
        .field
        == "hold.reason")
    #expect(
      refusal { _ = try closed.held(hold(notice: ""), by: head, under: profile, at: World.noon) }?
        .field
        == "hold.notice")
    #expect(
      refusal { _ = try closed.held(nil, by: head, under: profile, at: World.noon) }?.reason
        == "share.wrong_state")
  }

  @Test("what is written about a lead is bounded and holds no identity number")
  func texts() throws {
    let number = "他是 11010519491231002X"
    for (field, wrong) in [
      ("reason", conclusion(.noProblem, reason: number)),
      (
        "evidence.note",
        conclusion(
          .irregularReceipt,
          Evidence(kind: "home-visit", date: "2024-03-04", seenBy: "王五", note: number))
      ),
    ] {
      #expect(
        refusal { _ = try lead().concluded(wrong, by: try own(), at: World.noon) }
          == .identityNumberInText(path: field))
    }
    #expect(
      refusal {
        _ = try lead().concluded(
          conclusion(.noProblem, reason: String(repeating: "长", count: 2_001)), by: try own(),
          at: World.noon)
      } == .fieldTooLong(path: "reason", limit: 2_000))
    #expect(
      refusal { _ = try World.application { $0.business = number } }
        == .identityNumberInText(path: "application.business"))
  }

  @Test("a recall reopens what was closed on a wrong record and keeps the old outcome (e.8)")
  func recall() throws {
    let closed = try lead().concluded(
      conclusion(.irregularReceipt, proof), by: try own(), at: World.noon
    ).confirmed(true, reason: "", by: try own("sun"), at: World.noon)
    let open = closed.recalled("recalls/R-1", issue: "issues/Q-1", at: World.noon)
    #expect(open.state == .open)
    #expect(open.isReopened)
    #expect(open.outcome == nil)
    #expect(open.history.last?.reason == "recalls/R-1 (was irregular_receipt)")
    let still = try lead().recalled("recalls/R-1", issue: "issues/Q-1", at: World.noon)
    #expect(still.state == .open)
    #expect(!still.isReopened)
    #expect(still.history.count == 1)
    let waiting = try lead().concluded(
      conclusion(.irregularReceipt, proof), by: try own(), at: World.noon
    ).recalled("recalls/R-1", issue: "issues/Q-1", at: World.noon)
    #expect(waiting.state == .open)
    #expect(waiting.withheld(on: World.noon.civilDate)?.cause == .openCase)
  }
}
