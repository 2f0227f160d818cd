// One step of a rotation: some values of one column, opened under earlier keys and sealed under the one in use.

import Crypto

/// How much one step takes: little enough that nobody waits long behind it.
struct SealStep: Sendable {
  var rows = 256
  var bytes: Int64 = 4 << 20
}

/// A value that was sealed anew.
struct FreshValue: Sendable {
  let keys: [SQLValue]
  /// Header and nonce of what was opened: no two seals have the same.
  let replaced: [UInt8]
  let sealed: [UInt8]
}

/// The values of one column, in the order of its table's primary key.
struct SealWork: Sendable {
  struct Page: Sendable {
    var fresh: [FreshValue] = []
    var damaged = 0
    /// The key of the last row that was looked at; `nil` at the end.
    var next: [SQLValue]?
  }

  /// Header and the shorter nonce.
  private static let headByteCount = SealEnvelope.headerByteCount + 12

  let seal: TableSeal
  let column: SealedColumn

  /// The next rows' heads are read, and the values of those that lie under another key than the one in use.
  func page(
    _ transaction: borrowing ReadTransaction, after cursor: [SQLValue], _ step: SealStep
  ) throws -> Page {
    let current = try transaction.sealingKey(of: seal)
    let rows = try heads(transaction, after: cursor, limit: step.rows)
    var page = Page()
    var bytes: Int64 = 0
    for row in rows {
      let keys = try column.keys.indices.map { try row[$0] as SQLValue }
      let size: Int64 = try row[column.keys.count]
      let head: [UInt8] = try row[column.keys.count + 1]
      page.next = keys
      guard size > 0, SealEnvelope.header(of: head)?.keyID != current.id else { continue }
      if let fresh = try fresh(transaction, keys, current) {
        page.fresh.append(fresh)
      } else {
        page.damaged += 1
      }
      bytes += size
      if bytes >= step.bytes { return page }
    }
    if rows.count < step.rows { page.next = nil }
    return page
  }

  /// In the transaction that stores it; a value that was written anew meanwhile lies under the key in use already.
  func replace(_ values: [FreshValue], in transaction: borrowing WriteTransaction) throws {
    let matching = column.keys.enumerated().map { "\($1) = ?\($0 + 3)" }.joined(separator: " AND ")
    try transaction.execute(
      """
      UPDATE \(column.table) SET \(column.column) = ?1
      WHERE \(matching) AND SUBSTR(\(column.column), 1, \(Self.headByteCount)) = ?2
      """, each: values.map { [.blob($0.sealed), .blob($0.replaced)] + $0.keys })
  }

  private func heads(
    _ transaction: borrowing ReadTransaction, after cursor: [SQLValue], limit: Int
  ) throws -> [Row] {
    let keys = column.keys.joined(separator: ", ")
    let places = column.keys.indices.map { "?\($0 + 2)" }.joined(separator: ", ")
    let after = cursor.isEmpty ? "" : "AND (\(keys)) > (\(places))"
    return try transaction.query(
      """
      SELECT \(keys), LENGTH(\(column.column)), SUBSTR(\(column.column), 1, \(Self.headByteCount))
      FROM \(column.table) WHERE \(column.column) IS NOT NULL \(after) ORDER BY \(keys) LIMIT ?1
      """, [limit] + cursor)
  }

  /// `nil` for a value that is not what was sealed there.
  private func fresh(
    _ transaction: borrowing ReadTransaction, _ keys: [SQLValue], _ current: KeyRecord
  ) throws -> FreshValue? {
    let matching = column.keys.enumerated().map { "\($1) = ?\($0 + 1)" }.joined(separator: " AND ")
    let named = (column.keys + column.others + [column.column]).joined(separator: ", ")
    guard
      let row = try transaction.queryOne(
        "SELECT \(named) FROM \(column.table) WHERE \(matching)", keys)
    else { return nil }
    let sealed: [UInt8] = try row[column.column]
    let place = try column.place(row)
    do {
      return FreshValue(
        keys: keys, replaced: Array(sealed.prefix(Self.headByteCount)),
        sealed: try seal.seal(try seal.open(sealed, at: place), at: place, under: current))
    } catch is SealError {
      return nil
    }
  }
}
