// The token index of one resource: which records a subject has, answered from one mapped, authenticated file.

import CLinux
package import Crypto

/// Tokens in ascending order with their records, a directory over their leading bits before them.
///
/// Tokens are the output of a block cipher and so spread evenly; their leading bits are as good as a hash. A row's place in
/// the order is its ordinal; rows of one subject are neighbours. The index is derived: whenever it does not open, or is of
/// another state than the database, it is rebuilt, never served.
///
/// Authentic at open: header and chunk hashes by an HMAC, each chunk by its hash. Somebody who can write the file
/// afterwards could still hide rows from this process; records found through it are bound to their token by their seal.
package final class TokenIndex: Sendable {
  package let binding: IndexBinding
  private let header: IndexHeader
  private let file: MappedFile

  /// A submitted row that was found.
  package struct Hit: Hashable, Sendable {
    /// Its place in the submitted column, from 0.
    package let row: Int
    /// The ordinals of the subject's rows in the index; never empty.
    package let ordinals: Range<Int>
  }

  /// Opens an index, or says why it must be rebuilt.
  ///
  /// - Parameters:
  ///   - expected: The state of the database now.
  ///   - key: The key with which it was written.
  package convenience init(path: String, expected: IndexBinding, key: HMACSHA256) throws(IndexError)
  {
    let file = try MappedFile(path)
    let header = try file.withBytes { bytes throws(IndexError) in
      try Self.verifiedHeader(bytes, key: key)
    }
    if let field = header.binding.difference(from: expected) { throw .stale(field) }
    try file.withBytes { bytes throws(IndexError) in try Self.verifyBody(bytes, header) }
    self.init(header: header, file: file)
  }

  /// - Parameter file: The whole file that the header describes, authentic.
  init(header: IndexHeader, file: MappedFile) {
    binding = header.binding
    self.header = header
    self.file = file
  }

  package var count: Int { header.binding.rowCount }

  // MARK: - Finding

  /// The ordinals of one subject's rows; empty when there are none.
  package func ordinals(of token: Token) -> Range<Int> {
    file.withBytes { Body($0, header).ordinals(of: token) }
  }

  /// What the store finds the record of a row by.
  package func record(at ordinal: Int) -> Int64 {
    precondition(ordinal >= 0 && ordinal < count, "an ordinal is one of this index")
    return file.withBytes { Body($0, header).record(at: ordinal) }
  }

  /// The rows of a packed column of tokens (16 bytes each) that are in the register, in the column's order.
  ///
  /// Memory is fetched 64 rows ahead, so that the cost of a row is that of comparing, not of waiting: a million tokens are
  /// sought among five million in a few hundredths of a second.
  package func hits(in tokens: RawSpan) -> [Hit] {
    precondition(tokens.byteCount.isMultiple(of: 16), "a token is 16 bytes")
    return file.withBytes { bytes in
      // Both pointers are used within this closure only, and only inside the counts checked here and at open.
      tokens.withUnsafeBytes { Body(bytes, header).hits(in: $0) }
    }
  }

  package func hits(in tokens: [UInt8]) -> [Hit] { hits(in: tokens.span.bytes) }

  // MARK: - Opening

  private static func verifiedHeader(
    _ bytes: UnsafeRawBufferPointer, key: HMACSHA256
  ) throws(IndexError) -> IndexHeader {
    guard bytes.count >= IndexHeader.byteCount,
      let header = IndexHeader(bytes: Array(bytes[..<IndexHeader.byteCount])),
      header.layout.fileByteCount == bytes.count
    else { throw .malformed }
    let code = Array(
      bytes[header.layout.macOffset..<(header.layout.macOffset + IndexHeader.macByteCount)])
    guard key.isValid(code, of: Array(bytes[..<header.layout.macOffset])) else {
      throw .notAuthentic
    }
    return header
  }

  private static func verifyBody(
    _ bytes: UnsafeRawBufferPointer, _ header: IndexHeader
  ) throws(IndexError) {
    for chunk in 0..<header.layout.chunkCount {
      let start = header.layout.bodyOffset + chunk * IndexLayout.chunkByteCount
      let end = min(start + IndexLayout.chunkByteCount, bytes.count)
      let hash = IndexHeader.byteCount + chunk * SHA256.byteCount
      // A span over mapped bytes, used while the mapping is alive.
      let span = RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
      guard SHA256.hash(span).elementsEqual(bytes[hash..<(hash + SHA256.byteCount)]) else {
        throw .damaged(chunk: chunk)
      }
    }
    // What the finding relies on for its bounds is checked itself, not only trusted because it is authentic.
    guard Body(bytes, header).isDirectoryInOrder else { throw .malformed }
  }
}

/// The three columns of the body. Lives within one closure over the mapped bytes.
private struct Body {
  private let directory: UnsafePointer<UInt32>
  private let tokens: UnsafePointer<UInt64>
  private let records: UnsafePointer<Int64>
  private let header: IndexHeader
  private let shift: UInt64
  private let count: Int

  /// - Precondition: `bytes` holds the whole file that `header` describes; every part begins at a multiple of 64, as
  ///   mappings begin at a page.
  init(_ bytes: UnsafeRawBufferPointer, _ header: IndexHeader) {
    precondition(bytes.count == header.layout.fileByteCount, "the mapping is the whole file")
    guard let base = bytes.baseAddress?.advanced(by: header.layout.bodyOffset) else {
      preconditionFailure("a mapping has an address")
    }
    directory = base.assumingMemoryBound(to: UInt32.self)
    tokens = base.advanced(by: header.layout.tokensOffset).assumingMemoryBound(to: UInt64.self)
    records = base.advanced(by: header.layout.recordsOffset).assumingMemoryBound(to: Int64.self)
    self.header = header
    shift = UInt64(64 - header.layout.directoryBits)
    count = header.binding.rowCount
  }

  var isDirectoryInOrder: Bool {
    var last: UInt32 = 0
    for index in 0..<header.layout.directoryCount {
      guard directory[index] >= last else { return false }
      last = directory[index]
    }
    return directory[0] == 0 && Int(last) == count
  }

  func record(at ordinal: Int) -> Int64 { records[ordinal] }

  func ordinals(of token: Token) -> Range<Int> {
    find(token.high.bigEndian, token.low.bigEndian, bucket: Int(token.high >> shift))
  }

  /// How far ahead the directory is fetched; the tokens half as far, when their place is known.
  private static let ahead = 64

  func hits(in column: UnsafeRawBufferPointer) -> [TokenIndex.Hit] {
    let rows = column.count / 16
    guard let sought = column.baseAddress, count > 0 else { return [] }
    var hits: [TokenIndex.Hit] = []
    for row in 0..<(rows + Self.ahead) {
      if row < rows { weir_prefetch(directory + bucket(of: row, in: sought)) }
      let near = row - Self.ahead / 2
      if near >= 0, near < rows {
        let bucket = bucket(of: near, in: sought)
        weir_prefetch(tokens + 2 * Int(directory[bucket]))
        weir_prefetch(tokens + 2 * Int(directory[bucket + 1]))
      }
      let now = row - Self.ahead
      if now >= 0 {
        let high = sought.loadUnaligned(fromByteOffset: now * 16, as: UInt64.self)
        let low = sought.loadUnaligned(fromByteOffset: now * 16 + 8, as: UInt64.self)
        let found = find(high, low, bucket: Int(high.bigEndian >> shift))
        if !found.isEmpty { hits.append(TokenIndex.Hit(row: now, ordinals: found)) }
      }
    }
    return hits
  }

  private func bucket(of row: Int, in sought: UnsafeRawPointer) -> Int {
    Int(sought.loadUnaligned(fromByteOffset: row * 16, as: UInt64.self).bigEndian >> shift)
  }

  /// The rows of one token, both halves as they lie in memory.
  private func find(_ high: UInt64, _ low: UInt64, bucket: Int) -> Range<Int> {
    var start = Int(directory[bucket])
    let end = Int(directory[bucket + 1])
    if end - start > 16 {
      start = lowerBound(high, low, start..<end)
    } else {
      while start < end, !holds(high, low, at: start) { start += 1 }
    }
    var after = start
    while after < end, holds(high, low, at: after) { after += 1 }
    return start..<after
  }

  private func holds(_ high: UInt64, _ low: UInt64, at ordinal: Int) -> Bool {
    tokens[2 * ordinal] == high && tokens[2 * ordinal + 1] == low
  }

  private func lowerBound(_ high: UInt64, _ low: UInt64, _ range: Range<Int>) -> Int {
    let sought = (high.bigEndian, low.bigEndian)
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if (tokens[2 * middle].bigEndian, tokens[2 * middle + 1].bigEndian) < sought {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}
