// What Ingest keeps of registers, issues, entries and grants, on both backends.

import Database
import IngestRules
import IngestStore
import TestSupport
import Testing
import Vocabulary

@Suite("A register's store keeps rows, marks and what others said (AC-31, policies e.3, e.8)")
struct RegisterStoreTests {
  private let noon = TestDatabase.noon
  private let check = [UInt8](repeating: 7, count: 32)

  private func open(_ backend: Backend) async throws -> (TestDatabase, SQLDatabase) {
    let place = try TestDatabase(backend)
    return (place, try await place.open(schema: ingestSchema))
  }

  private func terms(_ kind: BatchKind, asOf: String = "2024-03-04") throws -> BatchTerms {
    BatchTerms(
      entry: 1, entryVersion: 1, owner: try #require(DepartmentCode("civil-affairs")), kind: kind,
      mode: .table, format: "csv", encoding: "utf-8", header: [],
      asOf: try #require(CivilDate(iso: asOf)), coverage: kind.rawValue, modeReason: "", issue: "",
      profile: "meizhou-public-2023@1", schema: EntrySchema(items: []))
  }

  /// A batch of rows, each under a token of one repeated byte, committed.
  private func commit(
    _ tokens: [UInt8], _ kind: BatchKind, asOf: String = "2024-03-04", chance: UInt8,
    in database: SQLDatabase
  ) async throws -> (ids: [Int64], done: CommittedBatch) {
    let terms = try terms(kind, asOf: asOf)
    return try await database.write { transaction in
      let batch = try transaction.insertBatch(terms, actor: "service/test", at: noon)
      var rows = RowPack()
      for (place, byte) in tokens.enumerated() {
        let token = [UInt8](repeating: byte, count: 16)
        let id = RecordID.make(
          token: token[0..<4], chance: [0, chance, 0, UInt8(place)][...])
        rows.append(token: token[...], id: id, envelope: [byte])
      }
      try transaction.insert(
        [
          StoredBlock(
            id: try transaction.nextNumber("blocks"), batch: batch.id, rows: rows, keyVersion: 1)
        ])
      let loaded = try transaction.load(batch, rows: rows.count)
      return (
        rows.ids,
        try transaction.commit(
          loaded, content: try transaction.contentOfBatch(batch.id), keyVersion: 1, keys: check,
          at: noon
        ) { tokens, _ in tokens }
      )
    }
  }

  @Test("a mark passes to the rows of the same token alone", arguments: Backend.allCases)
  func marks(_ backend: Backend) async throws {
    let (place, database) = try await open(backend)
    let old = try await commit([1, 2, 3], .stock, chance: 1, in: database).ids
    try await database.write { transaction in
      try transaction.open(issue: "issues/Q-1", entry: 1, records: [old[0], old[1]])
      try transaction.open(issue: "issues/Q-2", entry: 1, records: [])
    }
    let judged = try await database.read { transaction in
      [
        try transaction.isOpen(issue: "issues/Q-1", entry: 1, about: old[0]),
        try transaction.isOpen(issue: "issues/Q-1", entry: 1, about: old[2]),
        try transaction.isOpen(issue: "issues/Q-2", entry: 1, about: old[2]),
        try transaction.isOpen(issue: "issues/Q-2", entry: 2, about: old[2]),
      ]
    }
    #expect(judged == [true, false, true, false])
    let (new, done) = try await commit([1, 1, 3], .stock, chance: 2, in: database)
    let kept = try await database.read { try $0.underCheck(1) }
    #expect(kept == [new[0]: "issues/Q-1", new[1]: "issues/Q-1"])
    #expect(done.renamed.map(\.issue) == ["issues/Q-1"])
    #expect(done.renamed.first?.successors.map(\.record) == [old[0], old[1]])
    #expect(done.renamed.first?.successors.map(\.rows) == [[new[0], new[1]], []])
    try await database.write { try $0.end(issue: "issues/Q-1") }
    #expect(try await database.read { try $0.underCheck(1) }.isEmpty)
    await database.close()
    _ = place
  }

  @Test("what stands for a register is of its deliveries", arguments: Backend.allCases)
  func claim(_ backend: Backend) async throws {
    let (place, database) = try await open(backend)
    #expect(try await database.read { try $0.keyStanding(1) } == .none)
    #expect(try await database.read { try $0.deliveredUntil(1) } == nil)
    _ = try await commit([1], .stock, asOf: "2023-12-01", chance: 1, in: database)
    let state = try await commit([2], .increment, asOf: "2023-11-01", chance: 2, in: database).done
    _ = try await commit([3], .correction, asOf: "2024-03-04", chance: 3, in: database)
    let claim = try await database.read { RegisterClaim(try $0.deliveries(1)) }
    #expect(claim?.asOf.iso == "2023-12-01" && claim?.batch == "batches/B-2")
    #expect(claim?.coverage == "stock; increment")
    #expect(try await database.read { try $0.register(1)?.newestBatch } == 2)
    #expect(state.register.rowCount == 2)
    #expect(try await database.read { try $0.deliveredUntil(1)?.iso } == "2023-12-01")
    #expect(
      try await database.read { try $0.keyStanding(1) }
        == .kept(check: check, version: 1, previous: nil))
    await database.close()
    _ = place
  }

  @Test(
    "while keys change, rows under the newest are taken, and what lies under the others is counted",
    arguments: Backend.allCases)
  func rotation(_ backend: Backend) async throws {
    let (place, database) = try await open(backend)
    _ = try await commit([1, 2, 3], .stock, chance: 1, in: database)
    try await database.write { transaction in
      #expect(try transaction.takesRows(under: 1, of: 1))
      try transaction.beginRotation(
        of: 1, to: 2, check: check, suite: "aes-256-gcm", actor: "a", at: noon)
      #expect(try !transaction.takesRows(under: 1, of: 1))
      #expect(try transaction.takesRows(under: 2, of: 1))
      #expect(try transaction.takesRows(under: 1, of: 2))
      #expect(try transaction.rotatingEntries() == [1])
      #expect(try transaction.pendingUnderEarlierKeys(1, before: 2) == 1)
      let standing = KeyStanding.kept(check: check, version: 2, previous: 1)
      #expect(try transaction.keyStanding(1) == standing)
      let old = try transaction.earlierBlocks(of: 1, before: 2, limit: 9)
      #expect(old.map(\.keyVersion) == [1])
      var leaves = try transaction.leaves(of: 1)
      #expect(try leaves.root == transaction.rootOfBatch(1))
      let fresh = old.map { ResealedBlock(id: $0.id, rows: $0.rows) }
      try leaves.replace(fresh)
      _ = try transaction.replace(fresh, of: 1, root: leaves.root, entry: 1, version: 2)
      #expect(try transaction.pendingUnderEarlierKeys(1, before: 2) == 0)
      #expect(try transaction.storedRoot(1) == transaction.register(1)?.root)
      try transaction.endRotation(of: 1, to: 2, at: noon)
      #expect(try transaction.keyState(1)?.previous == nil)
    }
    _ = place
  }

  @Test("entries are kept as told", arguments: Backend.allCases)
  func told(_ backend: Backend) async throws {
    let (place, database) = try await open(backend)
    let owner = try #require(DepartmentCode("civil-affairs"))
    var entry = KnownEntry(
      entry: 1, version: 2, owner: owner, profile: "p@1", origin: "self_built", published: noon,
      masks: ["name": .name, "id": .whole])
    entry.resourceClass = "population"
    let published = entry
    try await database.write { transaction in
      try transaction.publish(published)
      try transaction.withdraw(2, owner: nil)
    }
    let found = try await database.read { transaction in
      (
        entry: try transaction.knownEntry(1),
        list: try transaction.knownEntries(
          owner: owner, after: 0, limit: 9),
        gone: try transaction.isWithdrawn(2)
      )
    }
    #expect(found.entry == published && found.list == [published])
    #expect(found.gone)
    try await database.write { try $0.withdraw(1, owner: owner) }
    #expect(try await database.read { try $0.isWithdrawn(1) })
    #expect(
      try await database.read { try $0.knownEntries(owner: owner, after: 0, limit: 9) }.isEmpty)
    await database.close()
    _ = place
  }
}
