// Listing and searching entries: what a caller may see is part of the query, and a page costs a constant number of statements.

package import CatalogRules
package import Database
import Integrity
package import Vocabulary

/// What a list of entries is narrowed to.
package struct EntryFilter: Hashable, Sendable {
  package var query = ""
  package var owner: DepartmentCode?
  package var category = ""
  package var state: EntryState?
  /// Of these categories alone; `nil` for all.
  package var categories: [String]?
  package var only: EntrySelection?

  package init() {}
}

/// What an authority looks through.
package enum EntrySelection: String, ClosedList {
  /// With a filing of what is not shared (meizhou-public-2023/10.2b).
  case filed
  /// Published with nothing behind it (meizhou-specific-2021/7c, meizhou-public-2023/12e).
  case unmounted

  package var term: BilingualText {
    switch self {
    case .filed: BilingualText("已备案", "filed")
    case .unmounted: BilingualText("未挂接", "unmounted")
    }
  }
}

extension SQLReading where Self: ~Copyable {
  /// A page of entries in the order of their numbers, each in the version that the caller is to see: the published one,
  /// else the newest visible one; with a state in the filter, every visible version of that state.
  ///
  /// - Parameter after: The last entry and version of the page before.
  package func findEntries(
    _ filter: EntryFilter, visibleTo visibility: EntryVisibility,
    after: (entry: Int64, version: Int), limit: Int
  ) throws -> [(entry: Int64, version: Int)] {
    var arguments: [any SQLConvertible] = []
    func bind(_ value: any SQLConvertible) -> String {
      arguments.append(value)
      return "?\(arguments.count)"
    }
    let found = SearchTerms(of: filter, visibleTo: visibility)
    var conditions = [
      "search.rowid > \(bind(searchKey(after.entry, after.version)))",
      found.condition(in: dialect, bind: bind),
      "v.entry = search.rowid / \(versionsPerEntry)",
      "v.version = search.rowid % \(versionsPerEntry)",
      "e.id = v.entry",
    ]
    let own = bind(visibility.department.text)
    let seats = visibility.seats.map(\.text).sorted().map { bind($0) }.joined(separator: ", ")
    let review = """
       OR v.state NOT IN ('draft', 'returned') AND EXISTS (
        SELECT 1 FROM seats s WHERE s.entry = v.entry AND s.version = v.version AND s.seat IN (\(seats)))
      """
    conditions.append("(v.state = 'published' OR v.owner = \(own)\(review))")
    if let state = filter.state {
      conditions.append("v.state = \(bind(state.rawValue))")
    } else {
      conditions.append(
        "(v.version = e.published_version OR e.published_version IS NULL AND v.version = e.newest_version)"
      )
    }
    if let owner = filter.owner { conditions.append("v.owner = \(bind(owner.text))") }
    if !filter.category.isEmpty { conditions.append("v.category = \(bind(filter.category))") }
    if let categories = filter.categories {
      let places = categories.map { bind($0) }.joined(separator: ", ")
      conditions.append(categories.isEmpty ? "1 = 0" : "v.category IN (\(places))")
    }
    switch filter.only {
    case .filed: conditions.append("v.filing_number IS NOT NULL")
    case .unmounted:
      conditions.append("v.version = e.published_version AND e.source_system IS NULL")
    case nil: break
    }
    // The order of the tables is the plan in SQLite: a page ends with its last row, and what comes after it costs nothing.
    let rows = try query(
      """
      SELECT v.entry AS entry, v.version AS version
      FROM search CROSS JOIN versions v CROSS JOIN entries e
      WHERE \(conditions.joined(separator: " AND "))
      ORDER BY search.rowid LIMIT \(bind(limit))
      """, arguments)
    return try rows.map { row in
      let version: Int64 = try row["version"]
      return (try row["entry"], Int(version))
    }
  }

  /// The standings of several entries, by one statement.
  package func entryStandings(_ entries: [Int64]) throws -> [Int64: EntryStanding] {
    if entries.isEmpty { return [:] }
    let places = entries.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
    let rows = try query("SELECT * FROM entries WHERE id IN (\(places))", entries)
    var standings: [Int64: EntryStanding] = [:]
    for row in rows {
      let standing = try EntryStanding(row)
      standings[standing.entry] = standing
    }
    return standings
  }
}

extension SQLReading where Self: ~Copyable {
  /// Versions that wait for somebody at one of these seats.
  package func findWaiting(
    at seats: Set<Seat>, after: (entry: Int64, version: Int), limit: Int
  ) throws -> [(entry: Int64, version: Int)] {
    let texts = seats.map(\.text).sorted()
    let places = texts.indices.map { "?\($0 + 4)" }.joined(separator: ", ")
    let first: [any SQLConvertible] = [after.entry, after.version, limit]
    let rows = try query(
      """
      SELECT entry, version FROM seats
      WHERE is_awaited = 1 AND seat IN (\(places))
        AND (entry > ?1 OR entry = ?1 AND version > ?2)
      ORDER BY entry, version LIMIT ?3
      """, first + texts)
    return try rows.map { row in
      let version: Int64 = try row["version"]
      return (try row["entry"], Int(version))
    }
  }

  /// A department's published versions since which a day has passed, in the order of their entries.
  package func findIdle(
    of owner: DepartmentCode, since: Instant, after entry: Int64, limit: Int
  ) throws -> [(entry: Int64, version: Int)] {
    try query(
      """
      SELECT e.id AS entry, v.version AS version
      FROM entries e JOIN versions v ON v.entry = e.id AND v.version = e.published_version
      WHERE e.owner = ?1 AND v.published <= ?2 AND e.newest_version = e.published_version
        AND v.withdrawal IS NULL AND e.id > ?3
      ORDER BY e.id LIMIT ?4
      """, [owner.text, since.milliseconds, entry, limit]
    ).map { row in
      let version: Int64 = try row["version"]
      return (try row["entry"], Int(version))
    }
  }

  /// Versions for which somebody has to act, or soon may.
  package func versionsInFlight(
    after: (entry: Int64, version: Int), limit: Int
  ) throws -> [(entry: Int64, version: Int)] {
    try query(
      """
      SELECT entry, version FROM versions
      WHERE (state IN ('submitted', 'returned', 'approved') OR withdrawal IS NOT NULL)
        AND (entry > ?1 OR entry = ?1 AND version > ?2)
      ORDER BY entry, version LIMIT ?3
      """, [after.entry, after.version, limit]
    ).map { row in
      let version: Int64 = try row["version"]
      return (try row["entry"], Int(version))
    }
  }

  /// Owners with the regions under which their entries stand.
  package func ownerRegions() throws -> [(owner: DepartmentCode, region: String)] {
    try query("SELECT DISTINCT owner, region FROM entries ORDER BY owner").map { row in
      guard let owner = DepartmentCode(try row["owner"]) else {
        throw UnreadableContent(what: "owner")
      }
      return (owner, try row["region"])
    }
  }

  /// Every published version, for a service that begins to follow the catalogue.
  package func publishedEntries() throws -> [(entry: Int64, version: Int)] {
    try query(
      "SELECT id, published_version FROM entries WHERE published_version IS NOT NULL ORDER BY id"
    ).map { row in
      let version: Int64 = try row[1]
      return (try row[0], Int(version))
    }
  }

  /// Entries that were mounted or might have been, and were unmounted: nothing stands behind them now (policies e.1).
  package func unmountedEntries() throws -> Set<Int64> {
    Set(
      try query(
        """
        SELECT id FROM entries
        WHERE source_system IS NULL AND id IN (SELECT entry FROM steps WHERE action = 'unmounted')
        """
      ).map { try $0[0] })
  }
}
