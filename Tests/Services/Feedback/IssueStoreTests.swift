// What is kept of issues and recalls comes back as it was, on both backends.

import Crypto
import Database
import FeedbackHandlers
import FeedbackRules
import FeedbackStore
import Foundation
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("Feedback's store")
struct IssueStoreTests {
  private let folder: TemporaryFolder
  private let texts: FreeTextVault

  init() throws {
    let random = SeededRandom(seed: 12)
    folder = try TemporaryFolder()
    texts = try FreeTextVault(
      keyring: try Keyring(folder: folder.path("keys"), creates: true, random: random),
      random: random, now: TestDatabase.noon)
  }

  private func open(_ backend: Backend) async throws -> (TestDatabase, SQLDatabase) {
    let place = try TestDatabase(backend)
    return (place, try await place.open(schema: feedbackSchema))
  }

  /// An issue with something in every field.
  private func full() throws -> QualityIssue {
    var issue = try filed(
      aliveReport(), under: hebi, records: ["entries/E-1/records/7", "entries/E-1/records/8"])
    issue = try issue.extended(
      workingDays: 1, reason: "外业核查", filing: "备 1 号",
      by: try officer(source, roles: [.departmentHead]), at: try morning("2024-03-05"),
      under: try FeedbackLaw.profile(hebi), calendar: try FeedbackLaw.calendar())
    issue.clocks.rectify = issue.clocks.verify
    issue.clocks.silence = issue.clocks.verify
    issue.clocks.verified = try day("2024-03-06")
    issue.clocks.rectified = try day("2024-03-07")
    issue = issue.keepingClocks(on: try FeedbackLaw.calendar(), today: try day("2024-03-08"))
    issue.reasons = ["甲", "乙"]
    issue.correctionBatch = "batches/B-2"
    issue.proposal = DateProposal(date: try day("2024-04-01"), by: try department(source))
    issue.reopened = 2
    issue.records[1].correctedBy = "batches/B-2"
    issue.records[1].replacements = ["entries/E-1/records/18", "entries/E-1/records/19"]
    issue.records.append(IssueRecord(name: "entries/E-1/records/9"))
    return issue
  }

  @Test("an issue comes back as it was, with all its clocks", arguments: Backend.allCases)
  func roundTrip(backend: Backend) async throws {
    let (place, database) = try await open(backend)
    var issue = try full()
    let before = issue
    try await database.write { try $0.insert(before, dueDay: nil, texts) }
    #expect(try await database.read { try $0.issue(1, texts) } == issue)
    issue = try issue.dateAgreedForTest()
    issue.state = .rectifying
    let after = issue
    try await database.write {
      try $0.save(after, wasHistory: before.history.count, dueDay: after.created.civilDate, texts)
    }
    await database.close()
    let again = try await place.open(schema: feedbackSchema)
    #expect(try await again.read { try $0.issue(1, texts) } == issue)
    #expect(try await again.read { try $0.issue(2, texts) } == nil)
    await again.close()
  }

  @Test("nothing that people wrote can be read in the database's files (hebi-2021/27, AC-33)")
  func sealedTexts() async throws {
    let (place, database) = try await open(.sqlite)
    guard case .sqlite(let path) = place.location else { return }
    var report = aliveReport()
    let words = [
      "王小明的母亲", "李建国来电称", "窗口记录赵翠花", "户籍科回复孙丽", "单号张三丰", "备注钱多多",
    ]
    report.cause = words[0]
    report.details = [words[1], words[2]]
    report.slipNumber = words[4]
    var issue = try filed(report, under: hebi, records: ["entries/E-1/records/7"])
    issue.reasons = [words[3]]
    let step = try #require(issue.history.last)
    issue.history.append(
      IssueStep(
        from: step.to, to: step.to, actor: step.actor, time: step.time, reason: words[3]))
    let kept = issue
    let recall = Recall(
      number: 1, issue: 1, entry: 1, record: "entries/E-1/records/7", created: issue.created,
      receivers: [
        RecallReceiver(
          department: try department(holder), grant: "grants/G-1", callID: "c",
          received: issue.created, comparison: "", chunk: 0, row: 0, caseNumber: "")
      ])
    let taken = try recall.acknowledged(
      outcome: "made_good", note: words[5], by: try officer(holder), at: issue.created)
    try await database.write { transaction in
      try transaction.insert(kept, dueDay: nil, texts)
      try transaction.insert(
        recall, source: kept.source, authority: kept.authority, correction: 1)
      try transaction.save(taken, texts)
    }
    #expect(try await database.read { try $0.issue(1, texts) } == kept)
    #expect(try await database.read { try $0.recall(1, texts) } == taken)
    for file in [path, path + "-wal"] where FileManager.default.fileExists(atPath: file) {
      let bytes = try Data(contentsOf: URL(filePath: file))
      #expect(bytes.range(of: Data("entries/E-1/records/7".utf8)) != nil || file != path + "-wal")
      for word in words { #expect(bytes.range(of: Data(word.utf8)) == nil, "\(word)") }
    }
    await database.close()
  }

  @Test("a text moved to another place does not open", arguments: Backend.allCases)
  func moved(backend: Backend) async throws {
    let (_, database) = try await open(backend)
    let issue = try full()
    try await database.write { transaction in
      try transaction.insert(issue, dueDay: nil, texts)
      try transaction.execute(
        "UPDATE issue_steps SET position = position + 10 WHERE issue = ?1", [Int64(1)])
    }
    await #expect(throws: SealError.notAuthentic) {
      _ = try await database.read { try $0.issue(1, texts) }
    }
    await database.close()
  }

  @Test("numbers rise, of issues and recalls apart", arguments: Backend.allCases)
  func numbers(backend: Backend) async throws {
    let (_, database) = try await open(backend)
    var numbers: [Int64] = []
    for _ in 0..<2 {
      numbers.append(try await database.write { try $0.nextIssueNumber() })
      numbers.append(try await database.write { try $0.nextRecallNumber() })
    }
    #expect(numbers == [1, 1, 2, 2])
    await database.close()
  }

  @Test("holders come and go with their grants", arguments: Backend.allCases)
  func holders(backend: Backend) async throws {
    let (_, database) = try await open(backend)
    let code = try department(holder)
    let other = try department("health")
    try await database.write { transaction in
      try transaction.setHolder(grant: "grants/G-1", entry: 1, department: code)
      try transaction.setHolder(grant: "grants/G-2", entry: 1, department: code)
      try transaction.setHolder(grant: "grants/G-3", entry: 1, department: other)
      try transaction.setHolder(grant: "grants/G-3", entry: 1, department: other)
      try transaction.removeHolder(grant: "grants/G-1")
    }
    #expect(try await database.read { try $0.holders(of: 1) } == [other, code])
    try await database.write { try $0.removeHolder(grant: "grants/G-2") }
    #expect(try await database.read { try $0.holders(of: 1) } == [other])
    #expect(try await database.read { try $0.holders(of: 2) }.isEmpty)
    await database.close()
  }

  @Test("what a caller may see is part of the query", arguments: Backend.allCases)
  func visibility(backend: Backend) async throws {
    let (_, database) = try await open(backend)
    let issue = try filed()
    let health = try department("health")
    try await database.write { transaction in
      try transaction.insert(issue, dueDay: issue.created.civilDate, texts)
      try transaction.tell([health, health], of: 1, at: issue.created)
    }
    func seen(_ code: String, _ roles: Set<Role> = [.departmentOfficer]) async throws -> [Int64] {
      let sight = IssueVisibility(try officer(code, roles: roles))
      return try await database.read {
        try $0.findIssues(IssueFilter(), visibleTo: sight, after: 0, limit: 10)
      }
    }
    for code in [holder, source, "health"] { #expect(try await seen(code) == [1]) }
    #expect(try await seen(authority, [.authority]) == [1])
    #expect(try await seen(authority).isEmpty)
    #expect(try await seen("housing", [.authority]).isEmpty)
    #expect(try await database.read { try $0.departmentsTold(1) } == [health])
    await database.close()
  }

  @Test("a recall keeps its receivers and what they did", arguments: Backend.allCases)
  func recall(backend: Backend) async throws {
    let (_, database) = try await open(backend)
    let issue = try filed()
    let time = issue.created
    let receivers = try [holder, "health"].map {
      RecallReceiver(
        department: try department($0), grant: "grants/G-1", callID: "c", received: time,
        comparison: "comparisons/C-1", chunk: 1, row: 2, caseNumber: "7")
    }
    let recall = Recall(
      number: 1, issue: 1, entry: 1, record: "entries/E-1/records/7", created: time,
      receivers: receivers)
    try await database.write { transaction in
      try transaction.insert(issue, dueDay: nil, texts)
      try transaction.insert(
        Correction(
          record: recall.record, batch: "batches/B-2", isRemoved: true, items: ["a", "b"]),
        of: 1, at: time)
    }
    let pending = try #require(
      try await database.read { try $0.pendingCorrections(limit: 5).first })
    #expect(
      pending.correction
        == Correction(
          record: recall.record, batch: "batches/B-2", isRemoved: true, items: ["a", "b"]))
    try await database.write {
      try $0.insert(
        recall, source: issue.source, authority: issue.authority, correction: pending.id)
    }
    #expect(try await database.read { try $0.hasPendingCorrections(1) } == false)
    #expect(try await database.read { try $0.recall(1, texts) } == recall)
    let taken = try recall.acknowledged(
      outcome: "made_good", note: "补发", by: try officer(holder), at: time)
    try await database.write { try $0.save(taken, texts) }
    #expect(try await database.read { try $0.recall(1, texts) } == taken)
    #expect(try await database.read { try $0.recallNumbers(of: [1, 2]) } == [1: [1]])
    func waiting(_ code: String) async throws -> [Int64] {
      let sight = IssueVisibility(try officer(code))
      return try await database.read {
        try $0.findRecalls(visibleTo: sight, isOpen: true, after: 0, limit: 5)
      }
    }
    #expect(try await waiting(holder).isEmpty)
    #expect(try await waiting("health") == [1])
    #expect(try await waiting(source) == [1])
    await database.close()
  }
}

extension QualityIssue {
  /// With an agreed date on its clock, as meizhou-specific-2021/31d would put there.
  fileprivate func dateAgreedForTest() throws -> QualityIssue {
    var next = self
    var clock = try #require(clocks.rectify)
    try clock.agree(
      on: try day("2024-05-01"), agreed: try day("2024-03-07"), firstParty: holder,
      secondParty: source.text,
      permission: Provision(
        value: true, citation: Citation(document: "meizhou-specific-2021", article: "31d"),
        origin: .text), calendar: try FeedbackLaw.calendar())
    next.clocks.rectify = clock
    return next
  }
}
