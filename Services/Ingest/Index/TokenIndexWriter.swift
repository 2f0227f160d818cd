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
  ///   - entries: All rows, in any order; a subject may have several. Taken once.
  ///   - binding: The state of the database that they were read from, in one transaction.
  ///   - key: The index's own key, which opens no record.
  /// - Throws: ``IndexError``; what stood at the path is then still there.
  package static func write(
    to path: String, binding: IndexBinding, key: HMACSHA256,
    entries: some Sequence<IndexEntry>
  ) throws(IndexError) {
    guard binding.rowCount < Int(UInt32.max) else {
      throw .rowCount(expected: Int(UInt32.max) - 1, found: binding.rowCount)
    }
    let sorted = SortedEntries(entries, expectedCount: binding.rowCount)
    guard sorted.entries.count == binding.rowCount else {
      throw .rowCount(expected: binding.rowCount, found: sorted.entries.count)
    }
    let header = IndexHeader(binding: binding, directoryBits: sorted.directoryBits)
    let file = try NewFile(replacing: path)
    var body = BodyWriter(file: file, offset: header.bodyOffset)
    try body.append(sorted, header: header)
    let hashes = try body.finish()
    precondition(hashes.count == header.chunkCount * SHA256.byteCount, "one hash for each chunk")
    let sealed = header.bytes + hashes
    try file.write(sealed + key.code(of: sealed), at: 0)
    try file.commit()
  }
}

/// Rows in order of their tokens, by one counting pass over the leading bits and a short sort within each.
private struct SortedEntries {
  let entries: [IndexEntry]
  let directoryBits: Int
  /// For each value of the leading bits, how many rows lie before it; one more at the end.
  let directory: [UInt32]

  init(_ rows: some Sequence<IndexEntry>, expectedCount: Int) {
    var unsorted: [IndexEntry] = []
    unsorted.reserveCapacity(expectedCount)
    unsorted.append(contentsOf: rows)
    let bits = IndexHeader.directoryBits(rowCount: unsorted.count)
    let shift = UInt64(64 - bits)
    var counts = [UInt32](repeating: 0, count: 1 << bits + 1)
    for entry in unsorted { counts[Int(entry.token.high >> shift) + 1] += 1 }
    for index in 1..<counts.count { counts[index] += counts[index - 1] }
    var next = counts
    var sorted = unsorted
    for entry in unsorted {
      let bucket = Int(entry.token.high >> shift)
      sorted[Int(next[bucket])] = entry
      next[bucket] += 1
    }
    for bucket in 0..<(counts.count - 1) {
      let range = Int(counts[bucket])..<Int(counts[bucket + 1])
      if range.count > 1 { sorted[range].sort(by: IndexEntry.isBefore) }
    }
    entries = sorted
    directoryBits = bits
    directory = counts
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
    pending.reserveCapacity(IndexHeader.chunkByteCount + 64)
  }

  mutating func append(_ sorted: SortedEntries, header: IndexHeader) throws(IndexError) {
    for count in sorted.directory { try append(count) }
    try pad(to: header.tokensOffset)
    for entry in sorted.entries {
      try append(entry.token.high.bigEndian)
      try append(entry.token.low.bigEndian)
    }
    try pad(to: header.recordsOffset)
    for entry in sorted.entries { try append(entry.record) }
  }

  /// In the machine's own order, which is the file's.
  private mutating func append(_ value: some FixedWidthInteger) throws(IndexError) {
    // The bytes of an integer are initialised; the pointer does not leave the closure.
    withUnsafeBytes(of: value) { pending.append(contentsOf: $0) }
    if pending.count >= IndexHeader.chunkByteCount { try flush() }
  }

  private mutating func pad(to offset: Int) throws(IndexError) {
    while written + pending.count < offset { try append(UInt8(0)) }
  }

  private mutating func flush() throws(IndexError) {
    let count = min(pending.count, IndexHeader.chunkByteCount)
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
