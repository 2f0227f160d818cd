// The registry's tables, on both backends.

import Database
import GatewayRules
import GatewayStore
import TestSupport
import Testing
import Vocabulary

@Suite("The registry keeps what it was given", .timeLimit(.minutes(10 * patience)))
struct RegistryStoreTests {
  private let keys: TemporaryFolder

  init() throws { keys = try TemporaryFolder() }

  private func open(_ test: TestDatabase) async throws -> RegistryStore {
    try await RegistryStore.open(
      test.location, outbox: try gatewayOutbox(keys), now: { TestDatabase.noon })
  }

  private func founded(_ test: TestDatabase) async throws -> RegistryStore {
    let store = try await open(test)
    let departments = founding()
    #expect(
      try await store.found {
        try foundedRows(departments, demand: nil, now: TestDatabase.noon)
      })
    return store
  }

  @Test("every row comes back as it was, also after a restart", arguments: Backend.allCases)
  func roundTrip(backend: Backend) async throws {
    let test = try TestDatabase(backend)
    let store = try await founded(test)
    var expected = RegistrySnapshot()
    let rows = try foundedRows(founding(), demand: nil, now: TestDatabase.noon)
    for (number, row) in rows.enumerated() { expected.apply(versioned(row, Int64(number + 1))) }
    #expect(try await store.snapshot() == expected)
    #expect(expected.version == 8)
    await store.database.close()
    let again = try await open(test)
    #expect(try await again.snapshot() == expected)
    #expect(try await !again.found { throw RegistryRefusal.unknown("never asked") })
    await again.database.close()
  }

  @Test(
    "versions of the law and notices come back as they were, in their order",
    arguments: Backend.allCases)
  func law(backend: Backend) async throws {
    let store = try await founded(try TestDatabase(backend))
    let name = try #require(LawName("profiles/hebi-2021@2"))
    let change = LawChange(
      key: "share.reply_wd", former: "5", formerArticle: "hebi-2021/15.1d", value: "9",
      article: "hebi-2021/15.1d", kind: "changed")
    var version = LawVersion(
      name: name, state: .proposed, effectiveFrom: CivilDate(iso: "2027-03-01"),
      sha256: [1, 2, 3], reason: "修订", proposer: "departments/operations/persons/zhao",
      proposed: TestDatabase.noon)
    let brought = version
    try await store.database.write {
      try $0.saveLaw(brought, text: Array("profile: …".utf8), changes: [change])
    }
    #expect(try await store.database.read { try $0.lawVersion(name) } == version)
    #expect(try await store.database.read { try $0.approvedLaw() }.isEmpty)
    version.state = .approved
    version.decider = "departments/data-bureau/persons/wu"
    version.decided = TestDatabase.noon.adding(milliseconds: 1)
    version.decideReason = "已核对"
    let decided = version
    try await store.database.write { try $0.saveDecision(on: decided) }
    let listed = try await store.database.read {
      try $0.lawVersions(RegistryPage(after: "", limit: 5))
    }
    #expect(listed == [version])
    #expect(try await store.database.read { try $0.approvedLaw() } == [name])
    let file = try await store.database.read { try $0.lawText(name) }
    #expect(file?.text == Array("profile: …".utf8) && file?.changes == [change])

    let notice = DutyNotice(
      resource: "applications/A-1", notice: "escalation", clock: "share.reply",
      due: "2026-02-25", article: "hebi-2021/15.1d", department: try code("civil-affairs"),
      authority: try code("data-bureau"), overdueDays: 2, time: TestDatabase.noon)
    try await store.database.write { try $0.save(notice) }
    for (recipient, number) in [("civil-affairs", Int64(1)), ("data-bureau", 2)] {
      let department = try code(recipient)
      let found = try await store.database.read {
        try $0.notices(for: department, after: 0, limit: 9)
      }
      #expect(found.map(\.number) == [number])
      #expect(found.first?.notice.resource == "applications/A-1")
      #expect(found.first?.notice.overdueDays == 2)
    }
    await store.database.close()
  }

  @Test(
    "a change is a newer state of one row, and followers are told it alone",
    arguments: Backend.allCases)
  func changes(backend: Backend) async throws {
    let store = try await founded(try TestDatabase(backend))
    let before = try await store.snapshot()
    #expect(try await store.changes(after: before.version) == nil)
    let affairs = try code("civil-affairs")
    let li = try person("li")
    let kept = try await store.database.write { transaction in
      guard var row = try transaction.person(affairs, li) else {
        throw RegistryRefusal.unknown("li")
      }
      row.state = .disabled
      row.successor = PersonID("wang")
      row.roles = []
      return try transaction.save(.person(row), version: transaction.nextRegistryVersion())
    }
    let (rows, version) = try #require(try await store.changes(after: before.version))
    #expect(rows == [kept] && version == before.version + 1 && kept.version == version)
    var followed = before
    for row in rows { followed.apply(row) }
    #expect(try await store.snapshot() == followed)
    await store.database.close()
  }

  @Test(
    "certificates are revoked in place and listed in the order of their issue",
    arguments: Backend.allCases)
  func certificates(backend: Backend) async throws {
    let store = try await founded(try TestDatabase(backend))
    let affairs = try code("civil-affairs")
    let li = Principal.person(affairs, try person("li"))
    for number in 0..<5 {
      try await store.database.write { transaction in
        let version = try transaction.nextRegistryVersion()
        _ = try transaction.save(
          .certificate(
            RegisteredCertificate(
              fingerprint: [UInt8](repeating: UInt8(9 - number), count: 32),
              serial: "f\(9 - number)", subject: li, notBefore: Instant(milliseconds: 1),
              notAfter: Instant(milliseconds: 2))), version: version)
      }
    }
    try await store.database.write { transaction in
      guard var row = try transaction.certificate(serial: "f8") else {
        throw RegistryRefusal.unknown("f8")
      }
      row.revocation = .init(reason: "丢失", time: TestDatabase.noon)
      _ = try transaction.save(.certificate(row), version: transaction.nextRegistryVersion())
    }
    let (all, own, rest) = try await store.database.read { transaction in
      let all = try transaction.certificates(of: affairs, subject: nil, after: 0, limit: 10)
      let own = try transaction.certificates(of: affairs, subject: li, after: 0, limit: 2)
      let rest = try transaction.certificates(
        of: affairs, subject: li, after: own.last?.issued ?? 0, limit: 10)
      return (all.map(\.certificate), own.map(\.certificate), rest.map(\.certificate))
    }
    #expect(all.map(\.serial) == ["a1", "f9", "f8", "f7", "f6", "f5"])
    #expect(own.map(\.serial) == ["f9", "f8"] && rest.map(\.serial) == ["f7", "f6", "f5"])
    #expect(own[1].revocation == .init(reason: "丢失", time: TestDatabase.noon))
    await store.database.close()
  }

  @Test("lists are in the order of slugs, a page at a time", arguments: Backend.allCases)
  func pages(backend: Backend) async throws {
    let store = try await founded(try TestDatabase(backend))
    let affairs = try code("civil-affairs")
    // An ICU collation would put the hyphen elsewhere than its byte does.
    let ids = ["a-b", "ab", "a1", "a-1", "aa"]
    try await store.database.write { transaction in
      let version = try transaction.nextRegistryVersion()
      for id in ids {
        guard let id = PersonID(id) else { continue }
        _ = try transaction.save(
          .person(
            RegisteredPerson(
              department: affairs, id: id, title: "某", roles: [.departmentOfficer],
              state: .active, created: TestDatabase.noon)), version: version)
      }
    }
    var seen: [String] = []
    var after = ""
    while true {
      let place = after
      let page = try await store.database.read {
        try $0.persons(of: affairs, RegistryPage(after: place, limit: 2)).map(\.id.text)
      }
      seen += page
      guard let last = page.last else { break }
      after = last
    }
    #expect(seen == ["a-1", "a-b", "a1", "aa", "ab", "li"])
    let (codes, systems) = try await store.database.read {
      (
        try $0.departments(RegistryPage(after: "civil-affairs", limit: 9)).map(\.code.text),
        try $0.systems(of: affairs, RegistryPage(after: "", limit: 9)).map(\.name.text)
      )
    }
    #expect(codes == ["data-bureau"] && systems == ["registers", "workstation"])
    await store.database.close()
  }

  @Test("the authority of a level and region is found", arguments: Backend.allCases)
  func authorities(backend: Backend) async throws {
    let store = try await founded(try TestDatabase(backend))
    let region = try #require(RegionCode("441400"))
    let (city, county) = try await store.database.read {
      (try $0.authority(at: .city, of: region), try $0.authority(at: .county, of: region))
    }
    #expect(city?.code.text == "data-bureau" && county == nil)
    await store.database.close()
  }

  @Test("a row that no rule could have written is not read", arguments: Backend.allCases)
  func damage(backend: Backend) async throws {
    let store = try await founded(try TestDatabase(backend))
    try await store.database.write {
      _ = try $0.execute("UPDATE persons SET roles = 'king' WHERE id = 'li'")
    }
    await #expect(throws: RegistryDamage.self) { try await store.snapshot() }
    await store.database.close()
  }

  private func versioned(_ row: RegistryChange, _ version: Int64) -> RegistryChange {
    switch row {
    case .department(var row):
      row.version = version
      return .department(row)
    case .system(var row):
      row.version = version
      return .system(row)
    case .person(var row):
      row.version = version
      return .person(row)
    case .certificate(var row):
      row.version = version
      return .certificate(row)
    case .run(var row):
      row.version = version
      return .run(row)
    }
  }
}
