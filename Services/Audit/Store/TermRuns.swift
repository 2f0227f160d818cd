// The index of terms: sorted runs that are merged as they grow, so that an append writes in order and never all over a tree.

package import Database
import Integrity

/// A term at a place of the log.
struct TermPlace: Comparable {
  let term: Int64
  let position: Int64

  static func < (left: TermPlace, right: TermPlace) -> Bool {
    left.term == right.term ? left.position < right.position : left.term < right.term
  }
}

/// The layout of the index.
///
/// A run holds the terms of the entries `first ..< past`, sorted, in pages that are found by their last item. Each append adds
/// a run; sixteen neighbours of one level become one of the next, until a run covers a quarter of a million entries. So an
/// entry's terms are written three times, in order, and a look-up asks a few dozen runs, and one more for each further quarter
/// of a million entries.
enum TermRun {
  static let fanOut = 16
  /// A run of so many entries is merged no further.
  static let fullCount: Int64 = 1 << 18
  /// 16 bytes an item: a page fits into one of SQLite's.
  static let pageItems = 240

  static func encode(_ items: ArraySlice<TermPlace>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(items.count * 16)
    for item in items {
      append(item.term, to: &bytes)
      append(item.position, to: &bytes)
    }
    return bytes
  }

  static func decode(_ bytes: [UInt8]) throws -> [TermPlace] {
    guard bytes.count.isMultiple(of: 16) else {
      throw LogFault.broken("a page of search terms is cut")
    }
    return stride(from: 0, to: bytes.count, by: 16).map {
      TermPlace(term: number(bytes, at: $0), position: number(bytes, at: $0 + 8))
    }
  }

  private static func append(_ number: Int64, to bytes: inout [UInt8]) {
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> Int64(shift)))
    }
  }

  private static func number(_ bytes: [UInt8], at start: Int) -> Int64 {
    bytes[start..<start + 8].reduce(0) { $0 << 8 | Int64($1) }
  }
}

extension WriteTransaction {
  /// Adds the terms of the entries `first ..< past`, which follow the last run.
  func addRun(_ terms: [TermPlace], first: UInt64, past: UInt64) throws {
    try writeRun(
      terms.sorted(), first: Int64(clamping: first), past: Int64(clamping: past), level: 0)
    var level = 0
    while try mergeNewest(level) { level += 1 }
  }

  /// Merges the newest runs when they are enough of one level.
  private func mergeNewest(_ level: Int) throws -> Bool {
    let rows = try query(
      "SELECT first, past, level FROM term_runs ORDER BY first DESC LIMIT ?1", [TermRun.fanOut])
    guard rows.count == TermRun.fanOut, let newest = rows.first, let oldest = rows.last else {
      return false
    }
    for row in rows where try row[2] as Int != level { return false }
    let (first, past): (Int64, Int64) = (try oldest[0], try newest[1])
    let largest: Int64 = try oldest[1] - first
    guard largest < TermRun.fullCount else { return false }
    var items: [TermPlace] = []
    for page in try query("SELECT content FROM term_pages WHERE run >= ?1", [first]) {
      items += try TermRun.decode(try page[0])
    }
    // Derived from entries that stay; the merged run says the same.
    try execute("DELETE FROM term_pages WHERE run >= ?1", [first])
    try execute("DELETE FROM term_runs WHERE first >= ?1", [first])
    try writeRun(items.sorted(), first: first, past: past, level: level + 1)
    return true
  }

  private func writeRun(
    _ sorted: [TermPlace], first: Int64, past: Int64, level: Int
  ) throws {
    try execute(
      "INSERT INTO term_runs (first, past, level) VALUES (?1, ?2, ?3)", [first, past, level])
    var pages: [[SQLValue]] = []
    for start in stride(from: 0, to: sorted.count, by: TermRun.pageItems) {
      let items = sorted[start..<min(start + TermRun.pageItems, sorted.count)]
      guard let last = items.last else { continue }
      pages.append([
        .integer(first), .integer(last.term), .integer(last.position),
        .blob(TermRun.encode(items)),
      ])
    }
    try execute(
      "INSERT INTO term_pages (run, term, position, content) VALUES (?1, ?2, ?3, ?4)",
      each: pages)
  }
}

extension SQLReading where Self: ~Copyable {
  /// The places of a term from a position on, in order.
  package func positions(
    ofTerm term: Int64, from position: UInt64, limit: Int
  ) throws -> [UInt64] {
    let start = Int64(clamping: position)
    var found: [Int64] = try query(
      "SELECT position FROM late_terms WHERE term = ?1 AND position >= ?2 ORDER BY position LIMIT ?3",
      [term, start, limit]
    ).map { try $0[0] }
    var inRuns = 0
    for run in try query("SELECT first FROM term_runs WHERE past > ?1 ORDER BY first", [start]) {
      let places = try places(of: term, in: try run[0], from: start, limit: limit - inRuns)
      found += places
      inRuns += places.count
      if inRuns >= limit { break }
    }
    // An entry that names its provider and learns of it again is there twice.
    return Set(found).sorted().prefix(limit).map { UInt64(max(0, $0)) }
  }

  /// An entry with one of these terms, which came with it, from a position on, that is the one looked for. The newest are asked first.
  package func place(
    ofTerms terms: [Int64], from position: UInt64, where isWanted: (UInt64) throws -> Bool
  ) throws -> UInt64? {
    let start = Int64(clamping: position)
    for run in try query("SELECT first FROM term_runs WHERE past > ?1 ORDER BY first DESC", [start])
    {
      for term in terms {
        let found = try places(
          of: term, in: try run[0], from: start, limit: Self.mostDecisionsOfCall
        ).map { UInt64(max(0, $0)) }
        if let wanted = try found.last(where: isWanted) { return wanted }
      }
    }
    return nil
  }

  /// One call has one decision for each time that data goes out; whoever writes more of them than this is not searched on.
  private static var mostDecisionsOfCall: Int { 100 }

  private func places(
    of term: Int64, in run: Int64, from start: Int64, limit: Int
  ) throws -> [Int64] {
    var found: [Int64] = []
    var next = start
    while found.count < limit {
      let page = try queryOne(
        """
        SELECT term, position, content FROM term_pages
        WHERE run = ?1 AND (term, position) >= (?2, ?3) ORDER BY term, position LIMIT 1
        """, [run, term, next])
      guard let page else { break }
      for item in try TermRun.decode(try page[2])
      where item.term == term && item.position >= next {
        found.append(item.position)
      }
      let (last, end): (Int64, Int64) = (try page[0], try page[1])
      guard last == term else { break }
      next = end + 1
    }
    return Array(found.prefix(limit))
  }
}
