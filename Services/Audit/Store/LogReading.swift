// Reading the log: its state, tiles, entries and origins.

import AuditRules
package import Database
package import Integrity
package import Vocabulary

extension SQLReading where Self: ~Copyable {
  /// - Throws: ``LogFault/broken(_:)`` when the stored edge of the tree is none.
  package func logState() throws -> LogState {
    guard
      let row = try queryOne(
        "SELECT size, frontier, appender, published, checkpoint FROM log_state")
    else { throw LogFault.broken("the log has no state") }
    let size: Int64 = try row[0]
    let bytes: [UInt8] = try row[1]
    let published: Int64 = try row[3]
    let hashes = stride(from: 0, to: bytes.count, by: 32).map {
      Array(bytes[$0..<min($0 + 32, bytes.count)])
    }
    guard size >= 0, published >= 0, published <= size,
      let frontier = MerkleFrontier(size: UInt64(size), hashes: hashes)
    else { throw LogFault.broken("the stored edge of the tree does not belong to its size") }
    return LogState(
      frontier: frontier, appender: try row[2], published: UInt64(published),
      checkpoint: try row[4])
  }

  // MARK: Tree

  /// The hashes of a tile as far as the log has them; at most 256 x 32 bytes.
  package func tile(level: Int, number: UInt64) throws -> [UInt8]? {
    try queryOne(
      "SELECT content FROM tiles WHERE level = ?1 AND number = ?2",
      [level, Int64(clamping: number)])?[0]
  }

  /// The bytes of a tile or bundle, nil where the log is not that large.
  package func content(of tile: Tile) throws -> [UInt8]? {
    switch tile.kind {
    case .hashes(let level):
      guard let stored = try self.tile(level: level, number: tile.index),
        stored.count >= tile.width * 32
      else { return nil }
      return Array(stored.prefix(tile.width * 32))
    case .entries:
      let start = tile.index * UInt64(Tile.fullWidth)
      let leaves = try leaves(from: start, count: tile.width)
      return leaves.count == tile.width ? EntryBundle.encode(leaves) : nil
    }
  }

  /// Commitments in the order of the log.
  package func leaves(from position: UInt64, count: Int) throws -> [[UInt8]] {
    let start = Int64(clamping: position)
    return try query(
      "SELECT leaf FROM entries WHERE position >= ?1 AND position < ?2 ORDER BY position",
      [start, start + Int64(count)]
    ).map { try $0[0] }
  }

  /// The first position of a leaf.
  package func position(ofLeaf leaf: [UInt8]) throws -> UInt64? {
    let term = LogTerm.number(ofLeaf: leaf)
    var start: UInt64 = 0
    // Of several entries whose leaves begin alike, the one that is meant.
    while let position = try positions(ofTerm: term, from: start, limit: 1).first {
      if try leaves(from: position, count: 1) == [leaf] { return position }
      start = position + 1
    }
    return nil
  }

  // MARK: Entries

  /// Stored entries from a position on.
  package func entries(
    from position: UInt64, limit: Int
  ) throws -> [StoredEntry] {
    try query(
      """
      SELECT e.position, o.name, e.sequence, e.leaf, e.month, e.received, e.sealed
      FROM entries e JOIN origins o ON o.id = e.origin
      WHERE e.position >= ?1 ORDER BY e.position LIMIT ?2
      """, [Int64(clamping: position), limit]
    ).map { try StoredEntry($0) }
  }

  /// The same for one origin.
  package func entries(
    of origin: String, from position: UInt64, limit: Int
  ) throws -> [StoredEntry] {
    try query(
      """
      SELECT e.position, o.name, e.sequence, e.leaf, e.month, e.received, e.sealed
      FROM entries e JOIN origins o ON o.id = e.origin
      WHERE o.name = ?1 AND e.position >= ?2 ORDER BY e.position LIMIT ?3
      """, [origin, Int64(clamping: position), limit]
    ).map { try StoredEntry($0) }
  }

  /// One entry of an origin; `nil` where the log has none of that sequence.
  package func entry(of origin: String, sequence: UInt64) throws -> StoredEntry? {
    try queryOne(
      """
      SELECT e.position, o.name, e.sequence, e.leaf, e.month, e.received, e.sealed
      FROM entries e JOIN origins o ON o.id = e.origin
      WHERE o.name = ?1 AND e.sequence = ?2
      """, [origin, Int64(clamping: sequence)]
    ).map { try StoredEntry($0) }
  }

  /// The same for one term of one month.
  package func entries(
    withTerm term: Int64, from position: UInt64, limit: Int
  ) throws -> [StoredEntry] {
    let positions = try positions(ofTerm: term, from: position, limit: limit)
    guard let last = positions.last else { return [] }
    // Always `limit` arguments, so that it is one statement.
    let padded = positions + Array(repeating: last, count: limit - positions.count)
    let arguments = (1...limit).map { "?\($0)" }.joined(separator: ", ")
    return try query(
      """
      SELECT e.position, o.name, e.sequence, e.leaf, e.month, e.received, e.sealed
      FROM entries e JOIN origins o ON o.id = e.origin
      WHERE e.position IN (\(arguments)) ORDER BY e.position
      """, padded.map { Int64(clamping: $0) }
    ).map { try StoredEntry($0) }
  }

  /// The months of the log whose contents are kept, each with its first position, in order.
  package func months() throws -> [(month: String, first: UInt64)] {
    try query("SELECT month, first FROM months WHERE destroyed = 0 ORDER BY first")
      .map { row in
        let first: Int64 = try row[1]
        return (month: try row[0], first: UInt64(max(0, first)))
      }
  }

  /// The months whose contents were destroyed: of their entries leaf and place are left.
  package func destroyedMonths() throws -> Set<String> {
    Set(try query("SELECT month FROM months WHERE destroyed > 0").map { try $0[0] as String })
  }

  /// Who provides a catalogue entry, as the log knows it.
  package func provider(of entry: String) throws -> DepartmentCode? {
    let row = try queryOne("SELECT department FROM providers WHERE entry = ?1", [entry])
    let text: String? = try row?[0]
    return text.flatMap { DepartmentCode($0) }
  }

  // MARK: Origins

  /// All origins, in the order in which they were met.
  package func origins() throws -> [OriginProgress] {
    try query("SELECT name, sequence, head, covered FROM origins ORDER BY id").map { row in
      let sequence: Int64 = try row[1]
      let covered: Int64 = try row[3]
      return OriginProgress(
        held: HeldOrigin(
          name: try row[0], sequence: UInt64(max(0, sequence)), head: try row[2]),
        covered: UInt64(max(0, covered)))
    }
  }
}

extension StoredEntry {
  fileprivate init(_ row: Row) throws {
    let position: Int64 = try row[0]
    let sequence: Int64 = try row[2]
    self.init(
      position: UInt64(max(0, position)), origin: try row[1], sequence: UInt64(max(0, sequence)),
      leaf: try row[3], month: try row[4], received: Instant(milliseconds: try row[5]),
      sealed: try row[6])
  }
}
