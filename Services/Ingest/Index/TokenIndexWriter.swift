// Building an index: rows sorted by token, hashed, sealed with a code, and put in place by one rename.

import CLinux
package import Crypto
import Glibc

/// One row of an index: its subject's token and where its record lies.
package struct IndexEntry: Hashable, Sendable {
  package let token: Token
  /// What the store finds the record by.
  package let record: Int64

  package init(token: Token, record: Int64) {
    self.token = token
    self.record = record
  }

  static func isBefore(_ left: IndexEntry, _ right: IndexEntry) -> Bool {
    (left.token.high, left.token.low, left.record)
      < (right.token.high, right.token.low, right.record)
  }
}

extension TokenIndex {
  /// Writes the index of a resource in one state and swaps it in whole: readers of the old file keep it until they reopen.
  ///
  /// - Parameters:
  ///   - entries: All rows, in any order; a subject may have several. Put in order in place where nobody else holds them:
  ///     a register of millions is then in memory once.
  ///   - binding: The state of the database that they were read from, in one transaction.
  ///   - key: The index's own key, which opens no record.
  /// - Throws: ``IndexError``; what stood at the path is then still there.
  @discardableResult
  package static func write(
    to path: String, binding: IndexBinding, key: HMACSHA256,
    entries: consuming [IndexEntry]
  ) throws(IndexError) -> TokenIndex {
    let draft = try IndexDraft(path: path + ".building", entries: entries)
    return try draft.bound(to: binding, key: key, path: path)
  }
}

/// The rows of an index in order and on the disk, of which no state of the database is said yet: what takes long is done before the
/// database changes, so that what is left after it takes no time. Without ``bound(to:key:path:)`` nothing of it remains.
package final class IndexDraft: Sendable {
  private let file: NewFile
  private let layout: IndexLayout
  private let hashes: [UInt8]

  /// - Parameters:
  ///   - path: Where it lies until it is bound; nobody else writes there meanwhile.
  ///   - entries: As of ``TokenIndex/write(to:binding:key:entries:)``.
  package init(path: String, entries: consuming [IndexEntry]) throws(IndexError) {
    guard entries.count < Int(UInt32.max) else {
      throw .rowCount(expected: Int(UInt32.max) - 1, found: entries.count)
    }
    let sorted = SortedEntries(entries)
    layout = IndexLayout(rowCount: sorted.entries.count, directoryBits: sorted.directoryBits)
    file = try NewFile(path)
    var body = BodyWriter(file: file, offset: layout.bodyOffset)
    try body.append(sorted, layout: layout)
    hashes = try body.finish()
    precondition(hashes.count == layout.chunkCount * SHA256.byteCount, "one hash for each chunk")
    try file.sync()
  }

  package var rowCount: Int { layout.rowCount }

  /// Seals it as the index of one state of the database and swaps it in whole.
  ///
  /// - Returns: The index; its body is not hashed again, for it is what was just written.
  /// - Throws: ``IndexError``; what stood at the path is then still there.
  package func bound(
    to binding: IndexBinding, key: HMACSHA256, path: String
  ) throws(IndexError) -> TokenIndex {
    guard binding.rowCount == rowCount else {
      throw .rowCount(expected: binding.rowCount, found: rowCount)
    }
    let header = IndexHeader(binding: binding, directoryBits: layout.directoryBits)
    let sealed = header.bytes + hashes
    try file.write(sealed + key.code(of: sealed), at: 0)
    let mapped = try file.mapped()
    try file.move(to: path)
    return TokenIndex(header: header, file: mapped)
  }
}

/// Rows in order of their tokens: exchanged into their places by the leading bits, then a short sort within each.
private struct SortedEntries {
  let entries: [IndexEntry]
  let directoryBits: Int
  /// For each value of the leading bits, how many rows lie before it; one more at the end.
  let directory: [UInt32]

  init(_ rows: consuming [IndexEntry]) {
    var rows = rows
    let bits = IndexLayout.directoryBits(rowCount: rows.count)
    let shift = UInt64(64 - bits)
    var starts = [UInt32](repeating: 0, count: 1 << bits + 1)
    for row in rows { starts[Int(row.token.high >> shift) + 1] += 1 }
    for index in 1..<starts.count { starts[index] += starts[index - 1] }
    // The first place of each bucket that does not hold one of its rows yet.
    var next = starts
    for bucket in 0..<(starts.count - 1) {
      while next[bucket] < starts[bucket + 1] {
        let place = Int(next[bucket])
        let home = Int(rows[place].token.high >> shift)
        if home != bucket { rows.swapAt(place, Int(next[home])) }
        next[home] += 1
      }
    }
    for bucket in 0..<(starts.count - 1) {
      let range = Int(starts[bucket])..<Int(starts[bucket + 1])
      if range.count > 1 { rows[range].sort(by: IndexEntry.isBefore) }
    }
    entries = rows
    directoryBits = bits
    directory = starts
  }
}

/// Writes the body in chunks and hashes each.
private struct BodyWriter {
  private let file: NewFile
  private let start: Int
  private var written = 0
  private var pending: [UInt8] = []
  private var hashes: [UInt8] = []

  init(file: NewFile, offset: Int) {
    self.file = file
    start = offset
    pending.reserveCapacity(IndexLayout.chunkByteCount + 64)
  }

  mutating func append(_ sorted: SortedEntries, layout: IndexLayout) throws(IndexError) {
    for count in sorted.directory { try append(count) }
    try pad(to: layout.tokensOffset)
    for entry in sorted.entries {
      try append(entry.token.high.bigEndian)
      try append(entry.token.low.bigEndian)
    }
    try pad(to: layout.recordsOffset)
    for entry in sorted.entries { try append(entry.record) }
  }

  /// In the machine's own order, which is the file's.
  private mutating func append(_ value: some FixedWidthInteger) throws(IndexError) {
    // The bytes of an integer are initialised; the pointer does not leave the closure.
    withUnsafeBytes(of: value) { pending.append(contentsOf: $0) }
    if pending.count >= IndexLayout.chunkByteCount { try flush() }
  }

  private mutating func pad(to offset: Int) throws(IndexError) {
    while written + pending.count < offset { try append(UInt8(0)) }
  }

  private mutating func flush() throws(IndexError) {
    let count = min(pending.count, IndexLayout.chunkByteCount)
    let chunk = Array(pending[..<count])
    hashes += SHA256.hash(chunk)
    try file.write(chunk, at: start + written)
    written += count
    pending.removeFirst(count)
  }

  mutating func finish() throws(IndexError) -> [UInt8] {
    while !pending.isEmpty { try flush() }
    return hashes
  }
}
