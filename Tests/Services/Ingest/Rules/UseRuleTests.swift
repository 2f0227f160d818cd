// The rules of data calls: what a grant covers, when a record counts, what is shown of it.

import IngestRules
import Testing
import Vocabulary

@Suite("AC-41 AC-45 AC-52 a grant covers what it says, refused in a fixed order")
struct GrantCheckTests {
  private func terms(
    until: String = "2024-12-31", daily: Int = 2, roll: Int? = 10,
    frequency: RollTurn = .monthly, systems: Set<SystemName> = []
  ) throws -> GrantTerms {
    GrantTerms(
      name: "grants/G-1", entry: "entries/E-1", grantee: try #require(DepartmentCode("hr")),
      items: ["name", "date"], purpose: "pension", uses: [.lookup], until: day(until),
      filters: [], dailySubjects: daily,
      roll: roll.map { RollBound(rows: $0, growthPercent: 10, frequency: frequency) },
      systems: systems)
  }

  private func reason(_ body: () throws(DataRefusal) -> Void) -> String? {
    do throws(DataRefusal) {
      try body()
      return nil
    } catch { return error.reason }
  }

  @Test("the refusals come one after the other as each fault is repaired (meizhou-public-2023/22)")
  func order() throws {
    let terms = try terms(until: "2024-03-03")
    let today = day("2024-03-04")
    let mine = try #require(DepartmentCode("hr"))
    let other = try #require(DepartmentCode("education"))
    let system = try #require(SystemName("workstation"))
    func ask(
      _ department: DepartmentCode, _ entry: String, _ use: DataUse, _ purpose: String,
      _ items: [String], _ today: CivilDate
    ) -> String? {
      reason { () throws(DataRefusal) in
        try terms.check(
          DataRequest(
            department: department, system: system, entry: entry, use: use, items: items,
            purpose: purpose),
          today: today)
      }
    }
    #expect(
      ask(other, "entries/E-2", .comparison, "x", ["court"], today)
        == "ingest.grant_of_another_department")
    #expect(
      ask(mine, "entries/E-2", .comparison, "x", ["court"], today)
        == "ingest.grant_of_another_entry")
    #expect(
      ask(mine, "entries/E-1", .comparison, "x", ["court"], today) == "ingest.use_not_granted")
    #expect(ask(mine, "entries/E-1", .lookup, "x", ["court"], today) == "ingest.purpose_differs")
    #expect(
      ask(mine, "entries/E-1", .lookup, "pension", ["name", "court"], today)
        == "ingest.item_not_granted")
    #expect(
      ask(mine, "entries/E-1", .lookup, "pension", ["name"], today) == "ingest.grant_expired")
    // The last day is a day of use.
    #expect(
      ask(mine, "entries/E-1", .lookup, "pension", ["name"], day("2024-03-03")) == nil)
  }

  @Test("AC-41 only the systems that a grant names use it; one that names none is for all")
  func systems() throws {
    let (mine, payment) = (try #require(DepartmentCode("hr")), try #require(SystemName("payment")))
    func ask(_ system: String, _ systems: Set<SystemName>) throws -> String? {
      let terms = try terms(systems: systems)
      let request = DataRequest(
        department: mine, system: try #require(SystemName(system)), entry: "entries/E-1",
        use: .lookup, items: ["name"], purpose: "pension")
      return reason { () throws(DataRefusal) in
        try terms.check(request, today: day("2024-03-04"))
      }
    }
    #expect(try ask("payment", [payment]) == nil)
    #expect(try ask("workstation", [payment]) == "ingest.system_not_granted")
    #expect(try ask("workstation", []) == nil)
  }

  @Test("AC-47 the quota is used up past its number; none lets nothing out")
  func quota() throws {
    let limited = try terms()
    #expect(
      reason { () throws(DataRefusal) in try limited.checkQuota(QuotaState(subjects: 2)) } == nil)
    #expect(
      reason { () throws(DataRefusal) in try limited.checkQuota(QuotaState(subjects: 3)) }
        == "ingest.quota_used")
    let none = try terms(daily: 0)
    #expect(
      reason { () throws(DataRefusal) in try none.checkQuota(QuotaState(subjects: 1)) }
        == "ingest.quota_used")
  }

  @Test("AC-93 a trace is asked for, approved within seven days, and read within one")
  func traces() {
    let (minute, day) = (Int64(60_000), Int64(86_400_000))
    func isOpen(_ approved: Int64, _ now: Int64) -> Bool {
      TraceTerm.isOpen(
        asked: Instant(milliseconds: 0), approved: Instant(milliseconds: approved),
        now: Instant(milliseconds: now))
    }
    #expect(isOpen(0, 0) && isOpen(7 * day + 15 * minute, 8 * day + 30 * minute))
    #expect(!isOpen(7 * day + 15 * minute + 1, 8 * day) && !isOpen(0, day + 15 * minute + 1))
    #expect(isOpen(-minute, 0) && !isOpen(-minute - 1, 0))
    #expect(isOpen(minute, 0) && !isOpen(minute + 1, 0))
  }

  @Test("hebi-2021/13 reports on one register name so many persons a day")
  func reports() throws {
    let law = try ShippedLaw.profiles()
    let bound = ReportBound(entry: "entries/E-1", law: law)
    #expect(reason { () throws(DataRefusal) in try bound.check(subjects: 500) } == nil)
    #expect(
      reason { () throws(DataRefusal) in try bound.check(subjects: 501) } == "ingest.quota_used")
    #expect(reason { () throws(DataRefusal) in try bound.check(neighbours: 10) } == nil)
    #expect(
      reason { () throws(DataRefusal) in try bound.check(neighbours: 11) }
        == "ingest.too_many_neighbours")
  }

  @Test("AC-53 a run stays within the roll that was granted and the rows that were stated")
  func roll() throws {
    let granted = try terms()
    #expect(
      reason { () throws(DataRefusal) in try granted.checkRoll(stated: 10, sent: 10) } == nil)
    #expect(
      reason { () throws(DataRefusal) in try granted.checkRoll(stated: 11, sent: 1) }
        == "ingest.roll_too_large")
    #expect(
      reason { () throws(DataRefusal) in try granted.checkRoll(stated: 10, sent: 11) }
        == "ingest.roll_rows_exceeded")
    let none = try terms(roll: nil)
    let run = { (terms: GrantTerms, stated: Int, first: String, earlier: EarlierRolls) in
      reason { () throws(DataRefusal) in
        guard let period = PaymentPeriod(firstDay: day(first), lastDay: day(first)) else { return }
        try terms.checkRun(
          stated: stated, period: period, earlier: earlier, today: day("2024-03-04"))
      }
    }
    let fresh = EarlierRolls(sameTurn: nil, dayRows: 0, mostRows: nil)
    for (first, answer) in [
      ("2023-12-31", "ingest.roll_period"), ("2024-01-01", nil), ("2024-04-30", nil),
      ("2024-05-01", "ingest.roll_period"),
    ] { #expect(run(granted, 10, first, fresh) == answer, "\(first)") }
    let grown = EarlierRolls(sameTurn: nil, dayRows: 0, mostRows: 9)
    #expect(run(granted, 9, "2024-03-01", grown) == nil)
    #expect(run(granted, 10, "2024-03-01", grown) == "ingest.roll_grew")
    let same = EarlierRolls(sameTurn: "comparisons/C-1", dayRows: 1, mostRows: nil)
    #expect(run(granted, 1, "2024-03-01", same) == "ingest.roll_repeated")
    let batches = try terms(frequency: .perBatch)
    #expect(run(batches, 9, "2024-03-01", same) == nil)
    #expect(run(batches, 10, "2024-03-01", same) == "ingest.roll_too_large")
    #expect(run(none, 1, "2024-03-01", fresh) == "ingest.use_not_granted")
    #expect(
      reason { () throws(DataRefusal) in try none.checkRoll(stated: 1, sent: 1) }
        == "ingest.use_not_granted")
  }
}

@Suite("meizhou-specific-2021/24 a record counts for a period by its days")
struct ComparisonPredicateTests {
  private func counts(
    event: String? = nil, start: String? = nil, end: String? = nil, revoked: Bool = false
  ) throws -> Bool {
    let period = try #require(
      PaymentPeriod(firstDay: day("2024-02-01"), lastDay: day("2024-02-29")))
    return RecordTerm(
      event: event.flatMap { CivilDate(iso: $0) }, start: start.flatMap { CivilDate(iso: $0) },
      end: end.flatMap { CivilDate(iso: $0) }, isRevoked: revoked
    ).counts(for: period)
  }

  @Test("an event counts up to the last day of the period")
  func events() throws {
    #expect(try counts(event: "2010-01-01"))
    #expect(try counts(event: "2024-02-29"))
    #expect(try !counts(event: "2024-03-01"))
  }

  @Test("a state counts while it overlaps the period, and goes on without a last day")
  func states() throws {
    #expect(try counts(start: "2020-01-01"))
    #expect(try counts(start: "2020-01-01", end: "2024-02-01"))
    #expect(try !counts(start: "2020-01-01", end: "2024-01-31"))
    #expect(try counts(start: "2024-02-29", end: "2025-01-01"))
    #expect(try !counts(start: "2024-03-01", end: "2025-01-01"))
  }

  @Test("a revoked record never counts, and a record without days always does")
  func others() throws {
    #expect(try !counts(event: "2010-01-01", revoked: true))
    #expect(try counts())
  }

  @Test("a period does not end before it begins")
  func periods() throws {
    let (first, last) = (day("2024-02-02"), day("2024-02-01"))
    #expect(PaymentPeriod(firstDay: first, lastDay: last) == nil)
    #expect(PaymentPeriod(firstDay: last, lastDay: last) != nil)
  }
}

@Suite("meizhou-public-2023/22 what a grant shows of a record")
struct ShownTests {
  private let schema = EntrySchema(items: [
    ItemSchema(name: "name", title: "姓名", type: .name, role: .subjectName),
    ItemSchema(name: "amount", title: "金额", type: .integer),
    ItemSchema(name: "date", title: "日期", type: .date),
    ItemSchema(name: "revoked", title: "撤销", type: .code, role: .revokedMark),
  ])

  @Test(
    "conditions compare numbers by value and days by time",
    arguments: [
      (RowFilter(item: "amount", comparison: .less, values: ["100"]), true),
      (RowFilter(item: "amount", comparison: .greater, values: ["100"]), false),
      (RowFilter(item: "amount", comparison: .greaterOrEqual, values: ["20"]), true),
      (RowFilter(item: "amount", comparison: .lessOrEqual, values: ["19"]), false),
      (RowFilter(item: "date", comparison: .greaterOrEqual, values: ["2024-02-01"]), true),
      (RowFilter(item: "date", comparison: .greater, values: ["2024-02-01"]), false),
      (RowFilter(item: "date", comparison: .less, values: ["2024-10-01"]), true),
      (RowFilter(item: "name", comparison: .equal, values: ["张三"]), true),
      (RowFilter(item: "name", comparison: .notEqual, values: ["张三"]), false),
      (RowFilter(item: "name", comparison: .oneOf, values: ["李四", "张三"]), true),
      (RowFilter(item: "name", comparison: .oneOf, values: []), false),
      (RowFilter(item: "revoked", comparison: .equal, values: ["1"]), false),
      (RowFilter(item: "revoked", comparison: .notEqual, values: ["1"]), true),
      (RowFilter(item: "unknown", comparison: .equal, values: ["1"]), false),
      (RowFilter(item: "amount", comparison: .less, values: []), false),
    ])
  func filters(_ filter: RowFilter, _ isShown: Bool) {
    #expect(schema.shows(["张三", "20", "2024-02-01", nil], under: [filter]) == isShown)
  }

  @Test(
    "decimals are compared by value to the last digit",
    arguments: [
      (RowFilter.Comparison.equal, "1.0", "1", true), (.equal, "-0", "0.00", true),
      (.notEqual, "1.50", "1.5", false), (.oneOf, "007", "7", true),
      (.greater, "12345678901234567890.1", "12345678901234567890.10", false),
      (.greater, "12345678901234567890.2", "12345678901234567890.1", true),
      (.less, "-10", "-9.99", true), (.less, "0.09", "0.1", true), (.less, "10", "9", false),
    ])
  func decimals(
    _ comparison: RowFilter.Comparison, _ value: String, _ bound: String, _ isShown: Bool
  ) {
    let schema = EntrySchema(items: [ItemSchema(name: "sum", title: "额", type: .decimal)])
    let filter = RowFilter(item: "sum", comparison: comparison, values: [bound])
    #expect(schema.shows([value], under: [filter]) == isShown)
  }

  @Test("a revoked record is shown only to whom the mark itself is granted")
  func revoked() {
    let values: [String?] = ["张三", "20", "2024-02-01", "1"]
    #expect(!schema.shows(values, items: ["name"], under: []))
    #expect(schema.shows(values, items: ["name", "revoked"], under: []))
  }

  @Test(
    "masks hide all but what they name",
    arguments: [
      (Mask.none, "王小明", "王小明"), (.name, "王小明", "王**"), (.name, "王", "*"), (.name, "", ""),
      (.id, "11010519491231002X", "110***********002X"), (.id, "1234567", "*******"),
      (.lastFour, "C123456", "***3456"), (.lastFour, "1234", "****"),
      (.dateMonth, "2024-02-29", "2024-02"),
    ])
  func masks(_ mask: Mask, _ text: String, _ shown: String) {
    #expect(mask.shown(text) == shown)
  }

  @Test("AC-42 a claim is answered match, no match, and not found only where that harms nobody")
  func claims() {
    let claim = AssertedValue(personName: "张三", item: "amount", value: "20")
    let record: [String?] = ["张三", "20", nil, nil]
    #expect(claim.answer([record], schema: schema, today: day("2024-03-04")) == .match)
    #expect(
      claim.answer([["李四", "20", nil, nil], record], schema: schema, today: day("2024-03-04"))
        == .match)
    #expect(
      claim.answer([["李四", "20", nil, nil]], schema: schema, today: day("2024-03-04")) == .noMatch)
    #expect(
      claim.answer([["张三", "21", nil, nil]], schema: schema, today: day("2024-03-04")) == .noMatch)
    #expect(claim.answer([], schema: schema, today: day("2024-03-04")) == .noMatch)
    let harmless = EntrySchema(items: schema.items, isMembershipHarmless: true)
    #expect(claim.answer([], schema: harmless, today: day("2024-03-04")) == .notFound)
    let unknown = AssertedValue(personName: "张三", item: "court", value: "20")
    #expect(unknown.answer([record], schema: schema, today: day("2024-03-04")) == .noMatch)
  }

  @Test(
    "AC-42 a claim is compared as the register would hold it, whatever its spelling",
    arguments: [
      (ItemType.date, "20240105", "2024-01-05"), (.date, "2024/1/5", "2024-01-05"),
      (.date, "2024-01-05", "2024-01-05"), (.integer, "007", "7"),
      (.personIdentifier, "11010519491231002x", "11010519491231002X"),
      (.personIdentifier, "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
      (.organisationIdentifier, "91350100m000100y43", "91350100M000100Y43"),
    ])
  func claimSpellings(_ type: ItemType, _ asserted: String, _ stored: String) throws {
    let schema = EntrySchema(items: [ItemSchema(name: "value", title: "值", type: type)])
    let claim = AssertedValue(personName: "", item: "value", value: asserted)
    try claim.check(under: schema, today: day("2024-03-04"))
    #expect(claim.answer([[stored]], schema: schema, today: day("2024-03-04")) == .match)
    #expect(claim.answer([["other"]], schema: schema, today: day("2024-03-04")) == .noMatch)
  }

  @Test("AC-42 a claim that the register could not hold is refused, not answered as untrue")
  func claimRefused() {
    let schema = EntrySchema(items: [ItemSchema(name: "day", title: "日", type: .date)])
    #expect(throws: DataRefusal.claimMalformed(item: "day")) {
      try AssertedValue(personName: "", item: "day", value: "5 January").check(
        under: schema, today: day("2024-03-04"))
    }
    #expect(throws: DataRefusal.claimItemUnknown(item: "court")) {
      try AssertedValue(personName: "", item: "court", value: "x").check(
        under: schema, today: day("2024-03-04"))
    }
  }

  @Test("documents are packed without spaces and in capitals")
  func documents() {
    #expect(documentNumber(" e 1234 5678x ") == "E12345678X")
  }
}

@Suite("Every refusal about keys says why, in both languages, and where")
struct KeyRefusalTests {
  private static let all: [KeyRefusal] = [
    .rotationRunning(entry: "entries/E-1"), .suiteUnknown, .kindUnknown, .subjectMissing,
    .subjectOfRegister, .heldByIssue(entry: "entries/E-1", issue: "issues/Q-1"),
    .entryNotWithdrawn(entry: "entries/E-1"),
    .batchOpen(entry: "entries/E-1", batch: "batches/B-1"),
    .destructionNotOpen(name: "destructions/D-1", .lapsed),
    .secondPersonNeeded(name: "destructions/D-1"), .otherSubject(name: "destructions/D-1"),
  ]

  @Test("reasons are distinct, sentences are written out, with what to do")
  func sentences() {
    #expect(Set(Self.all.map(\.reason)).count == Self.all.count)
    for refusal in Self.all {
      #expect(refusal.reason.hasPrefix("ingest."))
      #expect(refusal.sentence.chinese != refusal.reason, "\(refusal.reason)")
      #expect(refusal.sentence.english.hasSuffix("."), "\(refusal.reason)")
      #expect(refusal.field != nil)
      if refusal.kind == .wrongState { #expect(refusal.nextStep != nil, "\(refusal.reason)") }
    }
  }
}

@Suite("Every data refusal says why, in both languages, and where")
struct DataRefusalTests {
  private static let all: [DataRefusal] = [
    .registerKeysMissing(entry: "e"), .issueNotOpen(issue: "q"), .claimItemUnknown(item: "i"),
    .claimMalformed(item: "i"), .grantInvalid,
    .claimNotAccepted(request: "r", BilingualText("无", "none")),
    .subjectNotNamed(act: "a", BilingualText("无", "none")),
    .grantNotReviewed(grant: "g", BilingualText("无", "none")), .otherGrantee(grant: "g"),
    .systemNotGranted(grant: "g", system: "s"),
    .otherEntry(grant: "g", entry: "e"),
    .useNotGranted(grant: "g", use: .lookup), .purposeDiffers(grant: "g"),
    .itemNotGranted(grant: "g", item: "i"),
    .grantExpired(grant: "g", until: CivilDate(dayNumber: 0)),
    .grantSuspended(grant: "g", reason: "r"), .grantEnded(grant: "g", reason: "r"),
    .quotaUsed(grant: "g", limit: 1),
    .tooManyNeighbours(grant: "g", limit: 1), .canaryPlanted, .tooManyCanaries(limit: 1),
    .rollTooLarge(grant: "g", limit: 1), .rollRowsExceeded(stated: 1),
    .rollRepeated(grant: "g", run: "comparisons/C-1"), .rollGrew(grant: "g", limit: 1, last: 1),
    .rollPeriod(grant: "g"),
    .comparisonDiffers(comparison: "c"), .chunkContentDiffers(number: 1),
    .nothingDelivered(entry: "e"), .entryWithdrawn(entry: "e"), .registerDamaged(entry: "e"),
    .notOwner(entry: "e"), .recordUnknown, .subjectMalformed(field: "f"),
    .correctionItemUnknown(item: "i"), .correctionRejected(item: "i", rule: "r"),
  ]

  @Test("reasons are distinct, sentences are written out")
  func sentences() {
    #expect(Set(Self.all.map(\.reason)).count == Self.all.count)
    for refusal in Self.all {
      #expect(refusal.reason.hasPrefix("ingest."))
      #expect(refusal.sentence.chinese != refusal.reason, "\(refusal.reason)")
      #expect(refusal.sentence.english.hasSuffix("."), "\(refusal.reason)")
      #expect(refusal.field != nil)
    }
  }
}
