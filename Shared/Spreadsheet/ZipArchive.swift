// The package of an XLSX file (ZIP; ECMA-376, part 2), read strictly: what two readers could read in two ways is refused.

import Vocabulary

/// The parts of a package by their names. Nothing of it is written to a disk.
struct ZipArchive {
  private struct Entry {
    let name: String
    let method: Int
    let checksum: UInt32
    let size: Int
    let start: Int
    let data: Range<Int>
  }

  private let bytes: [UInt8]
  /// By lower case: the format's part names differ by more than case.
  private var entries: [String: Entry] = [:]

  init(_ bytes: [UInt8], limits: SpreadsheetLimits) throws(SpreadsheetRefusal) {
    self.bytes = bytes
    let end = try Self.endRecord(bytes)
    let count = bytes.number(2, at: end + 10)
    let directory = bytes.number(4, at: end + 16)
    guard count <= limits.parts else {
      throw .tooLarge(what: BilingualText("内含文件数", "files inside it"), limit: limits.parts)
    }
    guard directory + bytes.number(4, at: end + 12) == end else { throw Self.damage(.truncated) }
    var at = directory
    var total = 0
    for _ in 0..<count {
      let entry = try Self.entry(bytes, &at, directory: directory, limits: limits)
      total += entry.size
      guard total <= limits.totalBytes else {
        throw .tooLarge(
          what: BilingualText("解压后字节数", "bytes when unpacked"), limit: limits.totalBytes)
      }
      guard entries.updateValue(entry, forKey: entry.name.lowercased()) == nil else {
        throw .damaged(part: entry.name, what: .repeatedPart)
      }
    }
    guard at == end else { throw Self.damage(.truncated) }
    try checkOverlaps(before: directory)
  }

  var names: Set<String> { Set(entries.keys) }

  /// The content of a part; `nil` where there is none of that name.
  func part(_ name: String) throws(SpreadsheetRefusal) -> [UInt8]? {
    guard let entry = entries[name.lowercased()] else { return nil }
    let packed = bytes[entry.data]
    let content = entry.method == 0 ? Array(packed) : Deflate.inflated(packed, size: entry.size)
    guard let content, content.count == entry.size else {
      throw .damaged(part: entry.name, what: .truncated)
    }
    guard Deflate.checksum(content) == entry.checksum else {
      throw .damaged(part: entry.name, what: .checksum)
    }
    return content
  }

  private static func damage(_ what: SpreadsheetRefusal.Damage) -> SpreadsheetRefusal {
    .damaged(part: "ZIP", what: what)
  }

  /// Where the record at the end stands; its comment reaches to the end of the file exactly.
  private static func endRecord(_ bytes: [UInt8]) throws(SpreadsheetRefusal) -> Int {
    var at = bytes.count - 22
    let first = max(0, at - 0xFFFF)
    while at >= first {
      if bytes.number(4, at: at) == 0x0605_4B50 {
        guard at + 22 + bytes.number(2, at: at + 20) == bytes.count,
          bytes.number(4, at: at + 4) == 0,
          bytes.number(2, at: at + 8) == bytes.number(2, at: at + 10)
        else { break }
        return at
      }
      at -= 1
    }
    throw damage(.truncated)
  }

  /// One entry of the directory at the end, held to the header that stands before the data.
  private static func entry(
    _ bytes: [UInt8], _ at: inout Int, directory: Int, limits: SpreadsheetLimits
  ) throws(SpreadsheetRefusal) -> Entry {
    guard bytes.number(4, at: at) == 0x0201_4B50 else { throw damage(.truncated) }
    let flags = bytes.number(2, at: at + 8)
    let method = bytes.number(2, at: at + 10)
    let packed = bytes.number(4, at: at + 20)
    let size = bytes.number(4, at: at + 24)
    let nameLength = bytes.number(2, at: at + 28)
    let start = bytes.number(4, at: at + 42)
    guard at + 46 + nameLength <= bytes.count else { throw damage(.truncated) }
    let raw = bytes[(at + 46)..<(at + 46 + nameLength)]
    let name = String(decoding: raw, as: UTF8.self)
    let checksum = UInt32(bytes.number(4, at: at + 16))
    at += 46 + nameLength + bytes.number(2, at: at + 30) + bytes.number(2, at: at + 32)
    guard flags & 0x2041 == 0 else { throw .encrypted }
    guard isPlain(name) else { throw damage(.path) }
    guard method == 0 || method == 8 else { throw .damaged(part: name, what: .method) }
    guard size <= limits.partBytes, size <= max(1 << 20, limits.ratio * packed) else {
      throw .tooLarge(what: BilingualText("解压后字节数", "bytes when unpacked"), limit: limits.partBytes)
    }
    // The header before the data says the same name.
    let local = start + 30
    let data = local + bytes.number(2, at: start + 26) + bytes.number(2, at: start + 28)
    guard bytes.number(4, at: start) == 0x0403_4B50, data + packed <= directory,
      bytes.number(2, at: start + 26) == nameLength,
      bytes[local..<(local + nameLength)].elementsEqual(raw)
    else { throw .damaged(part: name, what: .truncated) }
    return Entry(
      name: name, method: method, checksum: checksum, size: size, start: start,
      data: data..<(data + packed))
  }

  /// A path inside the package, and nowhere else.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix("/")
      && name.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: ":") }
      && !name.split(separator: "/", omittingEmptySubsequences: false).contains {
        $0 == ".." || $0 == "."
      }
  }

  /// Parts that share bytes are how a small file claims to be a large one.
  private func checkOverlaps(before directory: Int) throws(SpreadsheetRefusal) {
    var end = 0
    for entry in entries.values.sorted(by: { $0.start < $1.start }) {
      guard entry.start >= end else { throw .damaged(part: entry.name, what: .overlap) }
      end = entry.data.upperBound
    }
    guard end <= directory else { throw Self.damage(.overlap) }
  }
}

extension [UInt8] {
  /// An unsigned number, least significant byte first; what lies outside is 0 and fails the check that follows.
  fileprivate func number(_ width: Int, at offset: Int) -> Int {
    guard offset >= 0, offset + width <= count else { return 0 }
    var value = 0
    for index in (0..<width).reversed() { value = value << 8 | Int(self[offset + index]) }
    return value
  }
}
