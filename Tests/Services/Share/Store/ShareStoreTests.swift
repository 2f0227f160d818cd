// What Share keeps comes back as it was, on both backends, and a page costs a constant number of statements.

import Crypto
import Database
import Regulation
import ShareHandlers
import ShareRules
import ShareStore
import TestSupport
import Testing
import Vocabulary

@Suite("Share keeps its cases whole (meizhou-public-2023/22, meizhou-specific-2021/24)")
struct ShareStoreTests {
  private let keys: TemporaryFolder
  private let seal: ClaimVault

  init() throws {
    keys = try TemporaryFolder()
    let random = SeededRandom(seed: 3)
    seal = try ClaimVault(
      keyring: try Keyring(folder: keys.path("keys"), creates: true, random: random),
      random: random, now: World.noon)
  }

  private func open(_ backend: Backend) async throws -> (TestDatabase, SQLDatabase) {
    let place = try TestDatabase(backend)
    return (place, try await place.open(schema: shareSchema))
  }

  @Test("an application with opinions, agreed dates and a proposal", arguments: Backend.allCases)
  func application(_ backend: Backend) async throws {
    let (place, database) = try await open(backend)
    let key = "meizhou-specific-2021"
    let profile = try World.profile(key)
    let user = try World.actor("human-resources")
    let source = try World.actor("justice")
    var application = try World.submitted(key) { use in
      use.legalBasis = World.law
      use.rows = [RowRule(item: "date", comparison: "in", values: ["2024-01-01", "2024-01-02"])]
      use.dailySubjects = 500
      use.systems = [try #require(SystemName("payment"))]
    }
    let day = try World.day("2024-04-01")
    for actor in [user, source] {
      application = try application.replyDate(
        day, by: actor, under: profile, calendar: try World.calendar(), at: World.noon)
    }
    application = try application.replyDate(
      day.adding(days: 1), by: user, under: profile, calendar: try World.calendar(),
      at: World.noon)
    application = try application.reviewed(
      World.decisions(refusing: ["court"]), reason: "部分同意", by: source, under: profile,
      at: World.noon)
    application.grant = 9
    application.form = application.formText(at: World.noon)
    application.decided = World.noon
    let kept = application.keepingAnswer(under: profile, calendar: try World.calendar())
    #expect(kept.answered != nil)
    try await database.write { try $0.save(kept) }
    #expect(try await database.read { try $0.application(1) } == kept)
    let withdrawn = try kept.withdrawn(by: user, reason: "不再需要", at: World.noon)
    try await database.write { try $0.save(withdrawn) }
    #expect(try await database.read { try $0.application(1) } == withdrawn)
    #expect(try await database.read { try $0.application(2) } == nil)
    await database.close()
    _ = place
  }

  @Test("a grant with everything it names", arguments: Backend.allCases)
  func grant(_ backend: Backend) async throws {
    let (place, database) = try await open(backend)
    var full = try World.grant()
    full.systems = [try #require(SystemName("payment"))]
    full.accessModes = [.web, .fileDownload]
    let grant = full
    try await database.write { try $0.save(grant) }
    #expect(try await database.read { try $0.grant(1) } == grant)
    let expired = try #require(grant.expired(at: Instant(startOf: grant.until.adding(days: 1))))
    try await database.write { try $0.save(expired) }
    #expect(try await database.read { try $0.grant(1) } == expired)
    #expect(try await database.read { try $0.livingGrants(of: 3) }.isEmpty)
    await database.close()
    _ = place
  }

  @Test("only what has passed its last day is overrun", arguments: Backend.allCases)
  func overrun(_ backend: Backend) async throws {
    let (place, database) = try await open(backend)
    let grant = try World.grant()
    try await database.write { try $0.save(grant) }
    #expect(try await database.read { try $0.overrunGrants(on: grant.until) }.isEmpty)
    let next = grant.until.adding(days: 1)
    #expect(try await database.read { try $0.overrunGrants(on: next) } == [grant])
    await database.close()
    _ = place
  }

  private static let record = "entries/E-3/records/9"
  private static let chunk = RollChunk(
    number: 1, rows: 3, digest: [UInt8](repeating: 7, count: 32))
  private static let lineage = Lineage(
    entryVersion: 2, batch: "batches/B-1", asOf: "2024-03-01", coverage: "全部",
    unrepairedRejects: 4)

  /// A finished run of three rows, one of which gave two leads.
  private func finishedRun(_ database: SQLDatabase) async throws -> ComparisonRun {
    let plan = ComparisonPlan(
      direction: .absent,
      period: PaymentPeriod(first: try World.day("2024-03-01"), last: try World.day("2024-03-31")),
      rollRows: 3, roll: "own-pension-roll", purpose: "核对养老金领取资格",
      responsiblePerson: "departments/human-resources/persons/li", payout: "")
    let own = try World.actor("human-resources")
    let run = try prepareComparison(
      1, plan, grant: try World.grant(), by: own,
      earlier: EarlierRuns(sameTurn: nil, dayRows: 0, lastRows: nil),
      under: try World.profile("meizhou-public-2023"), at: World.noon)
    var taken = try run.taking(Self.chunk, known: nil, by: own)
    taken.lineage = Self.lineage
    let finished = try taken.finished(chunks: 1, numbers: [1], by: own, at: World.noon)
    let leads = [
      StoredLead(
        place: LeadPlace(chunk: 1, row: 0, record: Self.record), nameDiffers: true,
        lineage: Self.lineage),
      StoredLead(
        place: LeadPlace(chunk: 1, row: 0, record: ""), nameDiffers: false, lineage: nil),
    ]
    let opened = try await database.write { transaction in
      try transaction.save(run, turn: "month 2024-03")
      try transaction.save(Self.chunk, leads: leads, of: 1)
      // A chunk that comes again leaves one set of leads.
      try transaction.save(Self.chunk, leads: leads, of: 1)
      try transaction.save(finished, turn: "")
      return try transaction.openCases(of: finished, at: World.noon, seal)
    }
    #expect(opened == 2)
    return finished
  }

  @Test("runs and chunks, and what was done before", arguments: Backend.allCases)
  func comparison(_ backend: Backend) async throws {
    let (place, database) = try await open(backend)
    let finished = try await finishedRun(database)
    let later = Instant(milliseconds: World.noon.milliseconds + 1)
    #expect(try await database.read { try $0.comparison(1) } == finished)
    #expect(try await database.read { try $0.chunk(1, 1) } == Self.chunk)
    #expect(
      try await database.read {
        try $0.earlierRuns(grant: 1, turn: "month 2024-03", since: World.noon)
      }
        == EarlierRuns(sameTurn: "comparisons/C-1", dayRows: 3, lastRows: 3))
    #expect(
      try await database.read { try $0.earlierRuns(grant: 1, turn: "month 2024-04", since: later) }
        == EarlierRuns(sameTurn: nil, dayRows: 0, lastRows: 3))
    await database.close()
    _ = place
  }

  @Test(
    "10,000 leads become cases by as many statements as two", arguments: Backend.allCases)
  func manyLeads(_ backend: Backend) async throws {
    let (place, database) = try await open(backend)
    let run = try await finishedRun(database)
    let rows = 10_000
    let leads = (0..<rows).map { row in
      StoredLead(
        place: LeadPlace(chunk: 2, row: row, record: "entries/E-3/records/\(row)"),
        nameDiffers: row == 7, lineage: row == 7 ? Self.lineage : nil)
    }
    let chunk = RollChunk(number: 2, rows: rows, digest: [2])
    try await database.write { transaction in
      try transaction.execute("DELETE FROM cases")
      try transaction.save(chunk, leads: leads, of: 1)
      try transaction.recallLeads(
        of: 1, chunk: 2, row: 9_999, record: "", recall: "recalls/R-1", issue: "issues/Q-9")
    }
    let before = database.statementCount
    let opened = try await database.write { try $0.openCases(of: run, at: World.noon, seal) }
    #expect(opened == rows + 2)
    // One for all, one for recalled leads, four for the one that there is.
    #expect(database.statementCount - before <= 8)
    let found = try await database.read {
      (try $0.comparisonCase(1, 10, seal), try $0.comparisonCase(1, 10_002, seal))
    }
    #expect(found.0?.place.row == 7)
    #expect(found.0?.nameDiffers == true)
    #expect(found.0?.lineage == Self.lineage)
    #expect(found.0?.state == .open)
    #expect(found.0?.history.isEmpty == true)
    #expect(found.1?.history.map(\.reason) == ["recalls/R-1"])
    #expect(found.1?.issue == "issues/Q-9")
    await database.close()
    _ = place
  }

  @Test("cases with marks, holds and what is withheld", arguments: Backend.allCases)
  func cases(_ backend: Backend) async throws {
    let (place, database) = try await open(backend)
    _ = try await finishedRun(database)
    let today = World.noon.civilDate
    // Two cases on one line keep back one line.
    #expect(try await database.read { try $0.withheldLineCount(of: 1, on: today) } == 1)
    func found() async throws -> [ComparisonCase] {
      try await database.read { try $0.cases(of: 1, state: nil, at: 0, after: 0, limit: 10, seal) }
    }
    try await database.write { transaction in
      for issue in ["issues/Q-1", "issues/Q-2", "issues/Q-1"] {
        try transaction.openCheck(records: [Self.record, ""], issue: issue)
      }
    }
    #expect(try await found().map(\.issue) == ["", "issues/Q-1"])
    // The end of one question does not answer the other.
    try await database.write { try $0.endCheck(issue: "issues/Q-1") }
    #expect(try await found().map(\.issue) == ["", "issues/Q-2"])
    #expect(try await found().map(\.underCheck) == [false, true])
    try await database.write { try $0.endCheck(issue: "issues/Q-2") }
    #expect(try await found().map(\.underCheck) == [false, false])
    let head = try World.actor("human-resources", "zhou", [.departmentHead])
    let proof = Evidence(kind: "home-visit", date: "2024-03-04", seenBy: "王五", note: "在家")
    let concluded = try (try await found())[1].concluded(
      Conclusion(outcome: .irregularReceipt, evidence: proof, reason: "冒领", isReferred: true),
      by: try World.actor("human-resources"), at: World.noon
    ).confirmed(true, reason: "", by: head, at: World.noon).held(
      Hold(official: head.name, reason: "核查", notice: "电话", until: today.adding(days: 1)),
      by: head, under: try World.profile("meizhou-public-2023"), at: World.noon)
    try await database.write { try $0.save(concluded, seal) }
    #expect(try await database.read { try $0.comparisonCase(1, 2, seal) } == concluded)
    // What was written about a person lies in no column, and opens in no other case.
    let kept = try await database.read {
      try $0.query("SELECT content FROM cases ORDER BY number").map { try $0["content"] as [UInt8] }
    }
    for word in ["王五", "冒领", "电话"] {
      #expect(kept.allSatisfy { !String(decoding: $0, as: UTF8.self).contains(word) })
    }
    #expect(throws: (any Error).self) { try seal.open(kept[1], comparison: 1, case: 1) }
    var tally = CaseTally()
    (tally.leads, tally.openCases, tally.heldLines) = (2, 1, 1)
    #expect(try await database.read { try $0.tallies([1], on: today) } == [1: tally])
    tally.heldLines = 0
    let later = today.adding(days: 2)
    #expect(try await database.read { try $0.tallies([1], on: later) } == [1: tally])
    #expect(
      try await database.read {
        try $0.withholdingCases(of: 1, on: today, after: 0, limit: 9, seal)
      }.map(\.number) == [1, 2])
    await database.close()
    _ = place
  }

  @Test("a verification request; its claim goes when it is decided", arguments: Backend.allCases)
  func verification(_ backend: Backend) async throws {
    let (place, database) = try await open(backend)
    let request = try requestVerification(
      1,
      VerificationClaim(
        item: "illness", hasSubject: true, hasValue: true, purpose: "认定", caseNumber: "W-1",
        legalBasis: nil), on: try World.entry(), by: try World.actor("human-resources"),
      standing: VerificationStanding(refusedItems: [], attempts: 0),
      under: try World.profile("meizhou-public-2023"), at: World.noon)
    try await database.write { try $0.insert(request, pseudonym: [1, 2], sealed: [3]) }
    #expect(try await database.read { try $0.verification(1) } == request)
    #expect(try await database.read { try $0.sealedClaim(1) } == [3])
    let profile = try World.profile("meizhou-public-2023")
    let declined = try request.declined(
      reason: "涉密", basis: World.law, by: try World.actor("justice"), under: profile,
      at: World.noon
    ).keepingReading(under: profile, calendar: try World.calendar())
    #expect(declined.answered != nil)
    try await database.write { try $0.saveDecided(declined) }
    #expect(try await database.read { try $0.verification(1) } == declined)
    #expect(try await database.read { try $0.sealedClaim(1) } == nil)
    let requester = request.requester
    for (pseudonym, count) in [([UInt8]([1, 2]), 1), ([1, 3], 0)] {
      #expect(
        try await database.read {
          try $0.claimCount(entry: 3, requester: requester, pseudonym: pseudonym)
        } == count)
    }
    await database.close()
    _ = place
  }

  @Test("numbers go up by one, each kind by itself", arguments: Backend.allCases)
  func numbers(_ backend: Backend) async throws {
    let (place, database) = try await open(backend)
    #expect(try await database.write { try $0.nextNumber("grants") } == 1)
    #expect(try await database.write { try $0.nextNumber("grants") } == 2)
    #expect(try await database.write { try $0.nextNumber("applications") } == 1)
    await database.close()
    _ = place
  }

  @Test("pages hold each application once, at the same cost", arguments: Backend.allCases)
  func pages(_ backend: Backend) async throws {
    let (place, database) = try await open(backend)
    let entry = try World.entry()
    for number in Int64(1)...7 {
      let application = try draftApplication(
        number: number, use: try World.use(), for: entry, by: try World.actor("human-resources"),
        applicant: try World.standing("human-resources"),
        under: try World.profile("meizhou-public-2023"), at: World.noon
      ).submitted(
        by: try World.actor("human-resources"), entry: entry,
        under: try World.profile("meizhou-public-2023"), at: World.noon)
      try await database.write { try $0.save(application) }
    }
    let filter = ApplicationFilter(
      department: try World.code("justice"), part: .reviewer, state: .submitted)
    var found: [Int64] = []
    repeat {
      let after = found.last ?? 0
      let before = database.statementCount
      let page = try await database.read {
        try $0.applications(filter, after: after, limit: 3)
      }
      let cost = database.statementCount - before
      #expect(cost <= 3)
      found += page.map(\.number)
      if page.count < 3 { break }
    } while true
    #expect(found == Array(1...7))
    await database.close()
    _ = place
  }
}
