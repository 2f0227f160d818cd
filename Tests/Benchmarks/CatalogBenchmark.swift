// The whole catalogue of a city: pages of a search as ListEntries reads them, against rows read in the order of their key.

import CatalogRules
import CatalogStore
import Database
import Foundation
import Integrity
import Regulation
import Vocabulary

/// 100,000 entries of 20 items, nine in ten published, in one file. The peer of a page is `SELECT * FROM versions … LIMIT` on that
/// file by turns: no search, nobody's visibility, nothing decoded.
func catalogFigures(_ workshop: Workshop) async throws -> [Figure] {
  let entries = workshop.rows(100_000)
  let catalogue = try await BenchCatalogue(workshop)
  let start = DispatchTime.now().uptimeNanoseconds
  try await catalogue.fill(entries)
  let rate = Double(entries) / seconds(since: start)
  let raw = try rawInserts(workshop, "catalog", catalogue.contents(min(entries, 20_000)), 1_000)
  var figures = [
    Figure.rate(
      "entries of 20 items into the catalogue, 1,000 a transaction", unit: "entries/s", ours: rate,
      peer: raw, against: "sqlite3 INSERT of their contents, WAL, synchronous=FULL", target: 0.1)
  ]
  for (name, filters) in catalogue.searches() {
    var (ours, peer): ([Double], [Double]) = ([], [])
    for number in 0..<(workshop.quick ? 20 : 1_000) {
      let after = Int64.random(in: 0..<Int64(entries), using: &catalogue.random)
      let filter = filters[number % filters.count]
      ours.append(try await catalogue.page(filter, after: number % 2 == 0 ? 0 : after))
      peer.append(try await catalogue.plainPage(after: after))
    }
    ours.sort()
    peer.sort()
    figures.append(
      .time(
        "99 % of pages of 50 of \(entries): \(name)", unit: "ms", ours: quantile(ours, 0.99),
        peer: quantile(peer, 0.99), against: "SELECT … LIMIT 50 by key", target: 0.05))
  }
  await catalogue.database.close()
  return figures
}

private func seconds(since start: UInt64) -> Double {
  Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
}

private final class BenchCatalogue {
  let database: SQLDatabase
  var random = SplitMix(state: 7)
  private let time = Instant(milliseconds: 1_709_524_800_000)
  private let profile: ProfileReference
  private let departments: [DepartmentFacts]
  /// The words of the trade; neighbours share characters, so that pairs stand in many titles.
  private let characters = Array(
    "人口信息婚姻登记社会保险养老医疗失业工伤生育企业法人营业执照税务土地房屋不动产权证车辆驾驶学籍教育卫生健康疾病住院死亡出生迁移户籍低保救助残疾退役军人公积金贷款合同项目审批环境监测水质空气气象地震交通运输道路桥梁"
  )

  init(_ workshop: Workshop) async throws {
    let civil = Instant(milliseconds: 1_709_524_800_000)
    database = try await SQLDatabase.open(
      .sqlite(path: workshop.path("catalog/catalog.sqlite")), schema: catalogSchema, now: { civil })
    guard let profile = ProfileReference("meizhou-public-2023@1") else {
      throw BenchError.unreadable("a profile's name")
    }
    self.profile = profile
    departments = try (0..<200).map { number in
      guard let code = DepartmentCode("department-\(number)") else {
        throw BenchError.unreadable("a department's code")
      }
      return DepartmentFacts(
        code: code, level: .city, region: "441400", kinds: [], authority: nil, isAuthority: false)
    }
  }

  func fill(_ count: Int) async throws {
    for first in stride(from: 0, to: count, by: 1_000) {
      let made = (first..<min(first + 1_000, count)).map { ($0, content($0)) }
      let (departments, profile, time) = (departments, profile, time)
      try await database.write { transaction in
        for (number, content) in made {
          var version = try transaction.insertEntry(
            content, owner: departments[number % departments.count], profile: profile, at: time)
          guard number % 10 > 0 else { continue }
          version.state = .published
          version.published = time
          try transaction.save(version, wasHistory: 0, seats: EntrySeats())
          try transaction.publish(version) { "441400-\($0)" }
        }
      }
    }
  }

  func contents(_ count: Int) -> [[UInt8]] {
    (0..<count).map { CanonicalJSON.encode(content($0).json) }
  }

  /// Kinds of what people ask for.
  func searches() -> [(String, [EntryFilter])] {
    func query(_ length: Int) -> EntryFilter {
      var filter = EntryFilter()
      filter.query = phrase(length)
      return filter
    }
    func owned(_ filter: EntryFilter) -> EntryFilter {
      var filter = filter
      filter.owner = departments.randomElement(using: &random)?.code
      return filter
    }
    return [
      ("all", [EntryFilter()]),
      ("one character", (0..<50).map { _ in query(1) }),
      ("two characters", (0..<50).map { _ in query(2) }),
      ("four characters", (0..<50).map { _ in query(4) }),
      ("eight characters", (0..<50).map { _ in query(8) }),
      ("two characters of one owner", (0..<50).map { _ in owned(query(2)) }),
    ]
  }

  /// Milliseconds of a page, read as ListEntries does.
  func page(_ filter: EntryFilter, after: Int64) async throws -> Double {
    let caller = EntryVisibility(
      Actor(department: departments[3], name: "bench", roles: [.departmentOfficer]))
    let start = DispatchTime.now().uptimeNanoseconds
    _ = try await database.read { transaction in
      let found = try transaction.findEntries(
        filter, visibleTo: caller, after: (after, 1), limit: 51)
      let standings = try transaction.entryStandings(found.prefix(50).map(\.entry))
      return (standings, try transaction.entryVersions(Array(found.prefix(50))))
    }
    return seconds(since: start) * 1e3
  }

  func plainPage(after: Int64) async throws -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    _ = try await database.read { transaction in
      try transaction.query(
        "SELECT * FROM versions WHERE entry > ?1 ORDER BY entry, version LIMIT 50", [after])
    }
    return seconds(since: start) * 1e3
  }

  private func content(_ number: Int) -> EntryContent {
    var content = EntryContent(owner: departments[number % departments.count].code)
    content.title = phrase(8)
    content.summary = phrase(16)
    content.category = "category-\(number % 50)"
    content.items = (0..<20).map { Item(name: "item\($0)", title: phrase(4), type: .text) }
    return content
  }

  /// Of words that neighbours in the list make.
  private func phrase(_ length: Int) -> String {
    var text = ""
    while text.count < length {
      let first = Int.random(in: 0..<characters.count - 1, using: &random)
      text += String(characters[first...first + 1])
    }
    return String(text.prefix(length))
  }
}
