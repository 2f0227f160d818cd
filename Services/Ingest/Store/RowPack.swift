// Sealed rows side by side: the columns in which they are staged and stored.

/// Rows of one register, each with the token of its subject, its record id and its envelope.
///
/// Blocks hold few rows, so that opening one record reads little; a batch of a million rows is still a few ten thousand
/// statements, not a million.
package struct RowPack: Sendable, Equatable {
  package static let tokenByteCount = 16
  /// Rows of one stored block.
  package static let blockRows = 32
  /// Parts in which a batch is staged, by the leading bits of the record id, so that it can be put in order part by part.
  package static let partCount = 16

  /// 16 bytes for each row.
  package private(set) var tokens: [UInt8] = []
  package private(set) var ids: [Int64] = []
  /// Where the envelope of each row ends.
  private var ends: [Int] = []
  private var envelopes: [UInt8] = []

  package init() {}

  package var count: Int { ids.count }

  package mutating func append(token: ArraySlice<UInt8>, id: Int64, envelope: ArraySlice<UInt8>) {
    precondition(token.count == Self.tokenByteCount, "a token is 16 bytes")
    tokens.append(contentsOf: token)
    ids.append(id)
    envelopes.append(contentsOf: envelope)
    ends.append(envelopes.count)
  }

  package func token(_ row: Int) -> ArraySlice<UInt8> {
    tokens[row * Self.tokenByteCount..<(row + 1) * Self.tokenByteCount]
  }

  package func envelope(_ row: Int) -> ArraySlice<UInt8> {
    envelopes[(row == 0 ? 0 : ends[row - 1])..<ends[row]]
  }

  /// Whether nothing is left of a row but its place: its person was erased.
  package func isErased(_ row: Int) -> Bool { envelope(row).isEmpty }

  /// The same rows with some places emptied: no token, no seal. Ids stay, for others name records by them.
  package func erasing(_ slots: [Int]) -> RowPack {
    var rows = RowPack()
    let nobody = [UInt8](repeating: 0, count: Self.tokenByteCount)
    for row in ids.indices {
      let isGone = slots.contains(row)
      rows.append(
        token: isGone ? nobody[...] : token(row), id: ids[row],
        envelope: isGone ? [] : envelope(row))
    }
    return rows
  }

  // MARK: - Columns

  package var idColumn: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(ids.count * 8)
    for id in ids { appendBigEndian(UInt64(bitPattern: id), 8, to: &bytes) }
    return bytes
  }

  /// A 4-byte length before each envelope.
  package var envelopeColumn: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(envelopes.count + ends.count * 4)
    for row in ids.indices {
      let envelope = envelope(row)
      appendBigEndian(UInt64(envelope.count), 4, to: &bytes)
      bytes.append(contentsOf: envelope)
    }
    return bytes
  }

  /// `nil` when the columns do not fit each other.
  package init?(tokens: [UInt8], ids: [UInt8], envelopes: [UInt8]) {
    let count = tokens.count / Self.tokenByteCount
    guard tokens.count == count * Self.tokenByteCount, ids.count == count * 8 else { return nil }
    self.tokens = tokens
    self.ids.reserveCapacity(count)
    self.envelopes.reserveCapacity(envelopes.count)
    var at = 0
    for row in 0..<count {
      self.ids.append(Int64(bitPattern: bigEndian(ids, at: row * 8, 8)))
      guard at + 4 <= envelopes.count else { return nil }
      let length = Int(bigEndian(envelopes, at: at, 4))
      guard at + 4 + length <= envelopes.count else { return nil }
      self.envelopes.append(contentsOf: envelopes[(at + 4)..<(at + 4 + length)])
      ends.append(self.envelopes.count)
      at += 4 + length
    }
    guard at == envelopes.count else { return nil }
  }
}

/// Rows of one part in the order of their ids, with the salts of their subjects in the same order.
package struct SaltedRows: Sendable, Equatable {
  package static let saltByteCount = 16

  package var rows = RowPack()
  /// 16 bytes for each row.
  package var salts: [UInt8] = []

  package init() {}

  package init(rows: RowPack, salts: [UInt8]) {
    self.rows = rows
    self.salts = salts
  }

  package mutating func append(_ other: SaltedRows, row: Int) {
    rows.append(
      token: other.rows.token(row), id: other.rows.ids[row], envelope: other.rows.envelope(row))
    salts.append(contentsOf: other.salts[row * Self.saltByteCount..<(row + 1) * Self.saltByteCount])
  }

  /// The rows of several runs as one, in the order of their ids.
  package init(merging runs: [SaltedRows]) {
    for place in Self.order(of: runs) { append(runs[Int(place.run)], row: Int(place.row)) }
  }

  private struct Place {
    let id: Int64
    let run: Int32
    let row: Int32
  }

  private static func order(of runs: [SaltedRows]) -> [Place] {
    var order: [Place] = []
    order.reserveCapacity(runs.reduce(0) { $0 + $1.rows.count })
    for (run, salted) in runs.enumerated() {
      for (row, id) in salted.rows.ids.enumerated() {
        order.append(Place(id: id, run: Int32(run), row: Int32(row)))
      }
    }
    order.sort { ($0.id, $0.run, $0.row) < ($1.id, $1.run, $1.row) }
    return order
  }

  /// The rows of several runs in the order of their ids, cut into blocks.
  package static func blocks(merging runs: [SaltedRows]) -> [SaltedRows] {
    let order = order(of: runs)
    var blocks: [SaltedRows] = []
    blocks.reserveCapacity(order.count / RowPack.blockRows + 1)
    for start in stride(from: 0, to: order.count, by: RowPack.blockRows) {
      var block = SaltedRows()
      for place in order[start..<min(start + RowPack.blockRows, order.count)] {
        block.append(runs[Int(place.run)], row: Int(place.row))
      }
      blocks.append(block)
    }
    return blocks
  }
}

/// Where a record lies: its block and its place in it.
package struct RecordLocation: Hashable, Sendable {
  package let block: Int64
  package let slot: Int

  package init(block: Int64, slot: Int) {
    self.block = block
    self.slot = slot
  }

  /// The one number by which the token index knows it.
  package var number: Int64 { block << 8 | Int64(slot) }

  package init(number: Int64) {
    self.init(block: number >> 8, slot: Int(number & 255))
  }
}

func appendBigEndian(_ value: UInt64, _ count: Int, to bytes: inout [UInt8]) {
  for shift in stride(from: (count - 1) * 8, through: 0, by: -8) {
    bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
  }
}

func bigEndian(_ bytes: [UInt8], at offset: Int, _ count: Int) -> UInt64 {
  var value: UInt64 = 0
  for index in offset..<offset + count { value = value << 8 | UInt64(bytes[index]) }
  return value
}
