// The first bytes of an index file: what it is bound to, how its body is laid out, and the code over both.

import Crypto

/// File: header (256 bytes), one SHA-256 for each chunk of the body, HMAC-SHA-256 of both, zeros up to a page, body.
///
/// Body: directory of 2^bits + 1 counts (UInt32), tokens (16 bytes each, ascending), records (Int64 each), each part
/// beginning at a multiple of 64. All numbers little-endian, as the machines are that map it.
struct IndexHeader: Hashable {
  let binding: IndexBinding
  let layout: IndexLayout

  static let byteCount = 256
  static let macByteCount = 32
  private static let magic = Array("WEIRTIX1".utf8)

  init(binding: IndexBinding, directoryBits: Int) {
    self.binding = binding
    layout = IndexLayout(rowCount: binding.rowCount, directoryBits: directoryBits)
  }

  var bytes: [UInt8] {
    var bytes = Self.magic
    bytes.appendLittleEndian(UInt64(layout.directoryBits))
    bytes.appendLittleEndian(UInt64(binding.rowCount))
    bytes.appendLittleEndian(binding.keyVersion)
    bytes.appendLittleEndian(binding.generation)
    bytes += binding.databaseRoot
    bytes.appendLittleEndian(UInt64(binding.resource.utf8.count))
    bytes += Array(binding.resource.utf8)
    bytes += [UInt8](repeating: 0, count: Self.byteCount - bytes.count)
    return bytes
  }

  /// `nil` unless the bytes are exactly those of some header.
  init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount, bytes.starts(with: Self.magic) else { return nil }
    let directoryBits = bytes.littleEndian(at: 8)
    let rowCount = bytes.littleEndian(at: 16)
    let nameCount = bytes.littleEndian(at: 72)
    guard (1...30).contains(directoryBits), rowCount < UInt64(UInt32.max),
      nameCount <= UInt64(IndexBinding.longestResource)
    else { return nil }
    let name = bytes[80..<(80 + Int(nameCount))]
    self.init(
      binding: IndexBinding(
        resource: String(decoding: name, as: UTF8.self), keyVersion: bytes.littleEndian(at: 24),
        generation: bytes.littleEndian(at: 32), databaseRoot: Array(bytes[40..<72]),
        rowCount: Int(rowCount)), directoryBits: Int(directoryBits))
    guard self.bytes == bytes else { return nil }
  }
}

/// Where the parts of an index lie, by its count of rows alone.
struct IndexLayout: Hashable {
  let rowCount: Int
  /// The directory has an entry for each value of so many leading bits.
  let directoryBits: Int

  static let chunkByteCount = 1 << 20
  private static let pageByteCount = 4096

  /// About two rows for each directory entry: the row sought lies in one cache line or two.
  static func directoryBits(rowCount: Int) -> Int {
    var bits = 1
    while bits < 30, rowCount >> bits > 2 { bits += 1 }
    return bits
  }

  var directoryCount: Int { 1 << directoryBits + 1 }
  var tokensOffset: Int { Self.aligned(directoryCount * 4, to: 64) }
  var recordsOffset: Int { Self.aligned(tokensOffset + rowCount * 16, to: 64) }
  var bodyByteCount: Int { recordsOffset + rowCount * 8 }
  var chunkCount: Int { (bodyByteCount + Self.chunkByteCount - 1) / Self.chunkByteCount }
  var macOffset: Int { IndexHeader.byteCount + chunkCount * SHA256.byteCount }
  var bodyOffset: Int {
    Self.aligned(macOffset + IndexHeader.macByteCount, to: Self.pageByteCount)
  }
  var fileByteCount: Int { bodyOffset + bodyByteCount }

  private static func aligned(_ count: Int, to unit: Int) -> Int {
    (count + unit - 1) / unit * unit
  }
}

extension [UInt8] {
  fileprivate mutating func appendLittleEndian(_ value: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  fileprivate func littleEndian(at offset: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(self[offset + $1]) << (8 * $1) }
  }
}
