// Listing and searching entries: what a caller may see is part of the query, and a page costs a constant number of statements.

package import CatalogRules
package import Database
package import Vocabulary

/// What a list of entries is narrowed to.
package struct EntryFilter: Hashable, Sendable {
  package var query = ""
  package var owner: DepartmentCode?
  package var category = ""
  package var state: EntryState?

  package init() {}
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
    var conditions = [
      "(v.entry > \(bind(after.entry)) OR v.entry = ?1 AND v.version > \(bind(after.version)))"
    ]
    var reviewed: [String] = []
    if let authority = visibility.authority {
      reviewed.append("e.authority = \(bind(authority.text))")
    }
    if let prefix = visibility.regionPrefix {
      reviewed.append("substr(e.region, 1, \(prefix.utf8.count)) = \(bind(prefix))")
    }
    let own = bind(visibility.department.text)
    let review =
      reviewed.isEmpty
      ? "" : " OR v.state NOT IN ('draft', 'returned') AND (\(reviewed.joined(separator: " OR ")))"
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
    let terms = searchTerms(of: filter.query)
    if !terms.isEmpty {
      let places = terms.map { bind($0) }.joined(separator: ", ")
      conditions.append(
        """
        (SELECT COUNT(*) FROM terms t WHERE t.entry = v.entry AND t.version = v.version
          AND t.term IN (\(places))) = \(terms.count)
        """)
    }
    let rows = try query(
      """
      SELECT v.entry AS entry, v.version AS version
      FROM versions v JOIN entries e ON e.id = v.entry
      WHERE \(conditions.joined(separator: " AND "))
      ORDER BY v.entry, v.version LIMIT \(bind(limit))
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

/// What a search looks for: each pair of neighbouring characters, and each character that stands alone between spaces.
/// Chinese has no spaces between words; pairs find what is written, whatever a word is.
///
/// At most 32, so that a long question costs no more than a short one.
package func searchTerms(of text: String) -> [String] {
  Array(terms(in: text).sorted().prefix(32))
}

/// The pairs and single characters of an entry's title, summary and item titles.
func searchTerms(ofEntry content: EntryContent) -> Set<String> {
  var found: Set<String> = []
  for text in [content.title, content.summary] + content.items.map(\.title) {
    found.formUnion(terms(in: text))
    found.formUnion(words(in: text).flatMap { $0.map(String.init) })
  }
  return found
}

private func terms(in text: String) -> Set<String> {
  var found: Set<String> = []
  for word in words(in: text) {
    if word.count == 1 { found.insert(String(word)) }
    for (first, second) in zip(word, word.dropFirst()) { found.insert(String([first, second])) }
  }
  return found
}

private func words(in text: String) -> [[Character]] {
  Array(text.lowercased()).split { !$0.isLetter && !$0.isNumber }.map(Array.init)
}

extension SQLReading where Self: ~Copyable {
  /// Versions that wait for the caller: returned ones of its own, and those that it is to review or to publish.
  package func findWaiting(
    for visibility: EntryVisibility, after: (entry: Int64, version: Int), limit: Int
  ) throws -> [(entry: Int64, version: Int)] {
    var arguments: [any SQLConvertible] = [
      after.entry, after.version, visibility.department.text, limit,
    ]
    var mine = ["v.state = 'returned' AND v.owner = ?3"]
    if let authority = visibility.authority {
      arguments.append(authority.text)
      mine.append("v.state IN ('submitted', 'approved') AND e.authority = ?\(arguments.count)")
    } else if let prefix = visibility.regionPrefix {
      arguments.append(prefix)
      mine.append(
        "v.state IN ('submitted', 'approved') AND substr(e.region, 1, \(prefix.utf8.count)) = ?\(arguments.count)"
      )
    } else {
      mine.append("v.state = 'approved' AND v.owner = ?3 AND v.approved_by = ''")
    }
    let rows = try query(
      """
      SELECT v.entry AS entry, v.version AS version
      FROM versions v JOIN entries e ON e.id = v.entry
      WHERE (v.entry > ?1 OR v.entry = ?1 AND v.version > ?2)
        AND (\(mine.map { "(\($0))" }.joined(separator: " OR ")))
      ORDER BY v.entry, v.version LIMIT ?4
      """, arguments)
    return try rows.map { row in
      let version: Int64 = try row["version"]
      return (try row["entry"], Int(version))
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
}
