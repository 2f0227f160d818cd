// Searching held to a model that looks for the letters themselves, and the index made of an older table.

import CatalogRules
import CatalogStore
import Database
import Foundation
import Regulation
import TestSupport
import Testing
import Vocabulary

@Suite("A search finds whatever is written")
struct SearchTests {
  private let officer: DepartmentFacts
  private let profile: ProfileReference
  private let time = TestDatabase.noon

  init() throws {
    officer = DepartmentFacts(
      code: try #require(DepartmentCode("civil-affairs")), level: .city, region: "441400",
      kinds: [], authority: nil, isAuthority: false)
    profile = try #require(ProfileReference("meizhou-public-2023@1"))
  }

  private var visibility: EntryVisibility {
    EntryVisibility(Actor(department: officer, name: "li", roles: [.departmentOfficer]))
  }

  private func found(_ query: String, in database: SQLDatabase) async throws -> Set<Int64> {
    var filter = EntryFilter()
    filter.query = query
    let (asked, visibility) = (filter, visibility)
    return try await database.read { transaction in
      Set(
        try transaction.findEntries(asked, visibleTo: visibility, after: (0, 0), limit: 1_000)
          .map(\.entry))
    }
  }

  @Test(
    "every entry is found that a look at every letter finds, and few others",
    arguments: Backend.allCases)
  func recall(_ backend: Backend) async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("search recall: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let place = try TestDatabase(backend)
    let database = try await place.open(schema: catalogSchema)
    let words = [
      "婚姻", "登记", "社保", "社会", "保险", "参保", "人员", "人口", "信息", "户籍", "迁移", "低保", "救助", "残疾",
      "状况", "证明", "日期", "编号", "不动产", "营业执照", "公积金", "ＧＤＰ", "PM2.5", "Low Income", "2024年", "（试行）",
    ]
    var texts: [[String]] = []
    for _ in 0..<300 {
      texts.append(
        (0..<8).map { _ in
          (0..<3).compactMap { _ in words.randomElement(using: &random) }.joined()
        })
    }
    let written = texts
    try await database.write { transaction in
      for text in written {
        var content = EntryContent(owner: officer.code)
        (content.title, content.summary) = (text[0], text[1])
        content.items = text.dropFirst(2).enumerated().map {
          Item(name: "item\($0)", title: $1, type: .text)
        }
        _ = try transaction.insertEntry(content, owner: officer, profile: profile, at: time)
      }
    }
    var (right, wrong) = (0, 0)
    for number in 0..<200 {
      let text = Array(texts.randomElement(using: &random)?.randomElement(using: &random) ?? "")
      let first = Int.random(in: 0..<text.count, using: &random)
      var query = String(text[first...].prefix(Int.random(in: 1...8, using: &random)))
      if number % 4 == 0 { query += " " + (words.randomElement(using: &random) ?? "") }
      let expected = lookedThrough(texts, for: query)
      let got = try await found(query, in: database)
      #expect(got.isSuperset(of: expected), "\(query)")
      right += expected.count
      wrong += got.subtracting(expected).count
    }
    #expect(right > 1_000)
    #expect(Double(wrong) / Double(right + wrong) < 0.05, "\(wrong) beside \(right)")
    await database.close()
  }

  /// Foundation's folding, and substrings: nothing of what the index is made with.
  private func lookedThrough(_ texts: [[String]], for query: String) -> Set<Int64> {
    func folded(_ text: String) -> String {
      text.precomposedStringWithCompatibilityMapping.lowercased()
    }
    let words = folded(query).components(separatedBy: CharacterSet.alphanumerics.inverted)
      .filter { !$0.isEmpty }
    let hits = texts.enumerated().filter { _, texts in
      words.allSatisfy { word in texts.contains { folded($0).contains(word) } }
    }
    return Set(hits.map { Int64($0.offset) + 1 })
  }

  @Test("what was indexed before this release is found after it", arguments: Backend.allCases)
  func older(_ backend: Backend) async throws {
    let place = try TestDatabase(backend)
    let before = try await place.open(schema: Array(catalogSchema.prefix(12)))
    try await before.write { transaction in
      for (entry, owner) in [(Int64(1), "civil-affairs"), (2, "health")] {
        try transaction.execute(
          "INSERT INTO entries (id, owner, region, newest_version) VALUES (?1, ?2, '441400', 1)",
          [entry, owner])
        try transaction.execute(
          """
          INSERT INTO versions (entry, version, state, owner, category, profile, content,
            approved_by, created)
          VALUES (?1, 1, 'draft', ?2, 'marriage', 'p@1', X'7b7d', '', 0)
          """, [entry, owner])
        for term in ["婚姻", "姻登", "登记", "婚"] {
          try transaction.execute(
            "INSERT INTO terms (term, entry, version) VALUES (?1, ?2, 1)", [term, entry])
        }
      }
    }
    await before.close()
    let database = try await place.open(schema: catalogSchema)
    #expect(try await found("婚姻登记", in: database) == [1])
    #expect(try await found("", in: database) == [1])
    #expect(try await found("婚", in: database) == [1])
    #expect(try await found("登记表", in: database).isEmpty)
    await database.close()
  }

  @Test(
    "an entry is found by what its version says now, in whatever state",
    arguments: Backend.allCases)
  func changes(_ backend: Backend) async throws {
    let place = try TestDatabase(backend)
    let database = try await place.open(schema: catalogSchema)
    var content = EntryContent(owner: officer.code)
    content.title = "火化登记"
    content.category = "a draft's own words"
    let first = content
    var version = try await database.write { transaction in
      try transaction.insertEntry(first, owner: officer, profile: profile, at: time)
    }
    version.content.title = "殡葬登记"
    version.state = .returned
    let next = version
    try await database.write { transaction in
      try transaction.save(next, wasHistory: 0, seats: EntrySeats())
    }
    #expect(try await found("殡葬", in: database) == [1])
    #expect(try await found("火化", in: database).isEmpty)
    for (category, state) in [
      ("a draft's own words", EntryState?.none), ("a draft's own words", .returned),
    ] {
      var filter = EntryFilter()
      filter.category = category
      filter.state = state
      let (asked, visibility) = (filter, visibility)
      #expect(
        try await database.read {
          try $0.findEntries(asked, visibleTo: visibility, after: (0, 0), limit: 9).count
        } == 1)
    }
    await database.close()
  }
}
