// The two encodings a batch may declare, and the check that a chunk really is in the declared one.

/// The encoding of a batch, declared once for all its chunks.
package enum TextEncoding: String, CaseIterable, Sendable {
  case utf8 = "utf-8"
  /// GB 18030-2022; GBK and GB 2312 are parts of it.
  case gb18030 = "gb18030"

  /// Reads the names in use, without regard to case: `utf-8`, `utf8`, `gb18030`, `gbk`, `gb2312`, `cp936`.
  package init?(name: String) {
    switch name.lowercased() {
    case "utf-8", "utf8": self = .utf8
    case "gb18030", "gb18030-2022", "gbk", "gb2312", "cp936": self = .gb18030
    default: return nil
    }
  }

  /// A text in this encoding.
  package func encode(_ text: String) -> [UInt8] {
    switch self {
    case .utf8: Array(text.utf8)
    case .gb18030: GB18030.encode(text)
    }
  }

  /// A whole chunk as UTF-8, or the first place where it is not what was declared; never half of it.
  ///
  /// - Parameters:
  ///   - bytes: Whole records in this encoding.
  ///   - firstLine: The line of the source file on which the chunk begins.
  /// - Throws: ``FormatRefusal/nul(line:byteOffset:)`` and ``FormatRefusal/badEncoding(declared:line:byteOffset:looksLike:)``.
  package func decode(_ bytes: [UInt8], firstLine: Int) throws(FormatRefusal) -> [UInt8] {
    if let encoding = WideEncoding(markOf: bytes) {
      throw .badEncoding(
        declared: self, line: firstLine, byteOffset: 0, looksLike: encoding.rawValue)
    }
    if let offset = bytes.firstIndex(of: 0) {
      throw .nul(line: line(of: offset, in: bytes, firstLine: firstLine), byteOffset: offset)
    }
    switch self {
    case .utf8:
      guard let offset = Self.firstInvalidUTF8(in: bytes) else { return bytes }
      let isOther = (try? GB18030.decode(bytes)) != nil
      throw .badEncoding(
        declared: self, line: line(of: offset, in: bytes, firstLine: firstLine),
        byteOffset: offset, looksLike: isOther ? TextEncoding.gb18030.rawValue : nil)
    case .gb18030:
      // Much UTF-8 is also a row of GB18030 codes, and would come out as other characters without any error.
      if let offset = Self.firstSignOfUTF8(in: bytes) {
        throw .badEncoding(
          declared: self, line: line(of: offset, in: bytes, firstLine: firstLine),
          byteOffset: offset, looksLike: TextEncoding.utf8.rawValue)
      }
      do {
        return try GB18030.decode(bytes)
      } catch {
        let isOther = Self.firstInvalidUTF8(in: bytes) == nil
        throw .badEncoding(
          declared: self, line: line(of: error.offset, in: bytes, firstLine: firstLine),
          byteOffset: error.offset, looksLike: isOther ? TextEncoding.utf8.rawValue : nil)
      }
    }
  }

  private func line(of offset: Int, in bytes: [UInt8], firstLine: Int) -> Int {
    bytes[..<offset].reduce(into: firstLine) { line, byte in
      if byte == UInt8(ascii: "\n") { line += 1 }
    }
  }

  /// Strict: no overlong form, no surrogate, nothing past U+10FFFF.
  private static func firstInvalidUTF8(in bytes: [UInt8]) -> Int? {
    do {
      _ = try UTF8Span(validating: bytes.span)
      return nil
    } catch {
      return error.byteOffsets.lowerBound
    }
  }

  /// The first three-byte sequence of a chunk that is UTF-8 throughout and holds at least four of them.
  ///
  /// Text in GB18030 can be valid UTF-8 by chance: for one name of three characters about once in 30,000, for
  /// two such names once in 10^9, and with each further name not at all. Four sequences are at least two names.
  private static func firstSignOfUTF8(in bytes: [UInt8]) -> Int? {
    guard let first = bytes.firstIndex(where: { $0 >= 0x80 }) else { return nil }
    if bytes.starts(with: byteOrderMark) { return 0 }
    var count = 0
    for byte in bytes[first...] where byte & 0xF0 == 0xE0 {
      count += 1
      if count == 4 { break }
    }
    guard count == 4, firstInvalidUTF8(in: bytes) == nil else { return nil }
    // Valid throughout, so every byte 1110xxxx counted above began a sequence.
    return first
  }

  /// U+FEFF in UTF-8.
  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
}

/// What Excel and Notepad write as "Unicode"; recognised so that the error can name it.
private enum WideEncoding: String {
  case littleEndian = "utf-16le"
  case bigEndian = "utf-16be"

  init?(markOf bytes: [UInt8]) {
    if bytes.starts(with: [0xFF, 0xFE]) {
      self = .littleEndian
    } else if bytes.starts(with: [0xFE, 0xFF]) {
      self = .bigEndian
    } else {
      return nil
    }
  }
}
