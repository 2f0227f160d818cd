// GB 18030-2022: bytes to UTF-8 and back, on our own pinned table; iconv libraries disagree about it.

/// GB 18030-2022 (information technology: Chinese coded character set), decoder and encoder.
///
/// GBK is read as GB18030, of which it is a part. The mapping is the one of the edition of 2022, one to one: every code
/// has one character and every character one code, so what is decoded can be written back byte for byte.
/// The two-byte area is a pinned table; the four-byte area is arithmetic (section 6 of the standard): all characters of
/// the basic plane that have no two-byte code, in code point order, then planes 1 to 16. Nineteen codes
/// exchanged their characters in the editions of 2005 and 2022; ``exchanges`` lists them.
package enum GB18030 {
  /// A code that gave its private-use character to another code for the public one.
  struct Exchange: Sendable {
    /// The two-byte code.
    let code: UInt16
    /// The private-use character it stood for in the edition of 2000, now at the four-byte code.
    let formerly: UInt16
    /// The character it stands for now.
    let now: UInt16
  }

  /// GB 18030-2005 (the first row) and GB 18030-2022, annex D.
  static let exchanges: [Exchange] = [
    Exchange(code: 0xA8BC, formerly: 0xE7C7, now: 0x1E3F),
    Exchange(code: 0xA6D9, formerly: 0xE78D, now: 0xFE10),
    Exchange(code: 0xA6DA, formerly: 0xE78E, now: 0xFE12),
    Exchange(code: 0xA6DB, formerly: 0xE78F, now: 0xFE11),
    Exchange(code: 0xA6DC, formerly: 0xE790, now: 0xFE13),
    Exchange(code: 0xA6DD, formerly: 0xE791, now: 0xFE14),
    Exchange(code: 0xA6DE, formerly: 0xE792, now: 0xFE15),
    Exchange(code: 0xA6DF, formerly: 0xE793, now: 0xFE16),
    Exchange(code: 0xA6EC, formerly: 0xE794, now: 0xFE17),
    Exchange(code: 0xA6ED, formerly: 0xE795, now: 0xFE18),
    Exchange(code: 0xA6F3, formerly: 0xE796, now: 0xFE19),
    Exchange(code: 0xFE59, formerly: 0xE81E, now: 0x9FB4),
    Exchange(code: 0xFE61, formerly: 0xE826, now: 0x9FB5),
    Exchange(code: 0xFE66, formerly: 0xE82B, now: 0x9FB6),
    Exchange(code: 0xFE67, formerly: 0xE82C, now: 0x9FB7),
    Exchange(code: 0xFE6D, formerly: 0xE832, now: 0x9FB8),
    Exchange(code: 0xFE7E, formerly: 0xE843, now: 0x9FB9),
    Exchange(code: 0xFE90, formerly: 0xE854, now: 0x9FBA),
    Exchange(code: 0xFEA0, formerly: 0xE864, now: 0x9FBB),
  ]

  /// Where the first code stands that is none.
  struct Malformed: Error, Equatable {
    let offset: Int
  }

  // MARK: - Decoding

  /// The text as UTF-8.
  ///
  /// - Throws: ``Malformed`` at the first byte that begins no code. Nothing is replaced and nothing skipped.
  static func decode(_ bytes: [UInt8]) throws(Malformed) -> [UInt8] {
    let tables = Tables.shared
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + bytes.count / 2)
    var at = 0
    while at < bytes.count {
      let first = bytes[at]
      if first < 0x80 {
        text.append(first)
        at += 1
      } else if let (scalar, length) = code(at: at, in: bytes, tables) {
        appendUTF8(scalar, to: &text)
        at += length
      } else {
        throw Malformed(offset: at)
      }
    }
    return text
  }

  /// The two-byte or four-byte code that begins at `at`, as its character and length; `nil` where there is none.
  private static func code(at: Int, in bytes: [UInt8], _ tables: Tables) -> (UInt32, Int)? {
    let first = bytes[at]
    guard first >= 0x81, first <= 0xFE, at + 1 < bytes.count else { return nil }
    let second = bytes[at + 1]
    if second >= 0x40, second <= 0xFE, second != 0x7F {
      let unit = tables.scalarOfCode[index(lead: first, trail: second)]
      return (UInt32(unit), 2)
    }
    guard second >= 0x30, second <= 0x39, at + 3 < bytes.count else { return nil }
    let third = bytes[at + 2]
    let fourth = bytes[at + 3]
    guard third >= 0x81, third <= 0xFE, fourth >= 0x30, fourth <= 0x39 else { return nil }
    let position =
      ((Int(first - 0x81) * 10 + Int(second - 0x30)) * 126 + Int(third - 0x81)) * 10
      + Int(fourth - 0x30)
    if position < tables.scalarOfPosition.count {
      return (UInt32(tables.scalarOfPosition[position]), 4)
    }
    guard position >= firstUpperPosition, position - firstUpperPosition <= 0xFFFFF else {
      return nil
    }
    return (UInt32(position - firstUpperPosition) + 0x10000, 4)
  }

  // MARK: - Encoding

  /// The bytes of a text. Every character has a code, so this cannot fail.
  package static func encode(_ text: String) -> [UInt8] {
    let tables = Tables.shared
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      let value = Int(scalar.value)
      if value < 0x80 {
        bytes.append(UInt8(value))
      } else if value >= 0x10000 {
        appendFourBytes(firstUpperPosition + value - 0x10000, to: &bytes)
      } else if tables.codeOfScalar[value] != 0 {
        bytes.append(UInt8(tables.codeOfScalar[value] >> 8))
        bytes.append(UInt8(tables.codeOfScalar[value] & 0xFF))
      } else {
        appendFourBytes(Int(tables.positionOfScalar[value]), to: &bytes)
      }
    }
    return bytes
  }

  private static func appendFourBytes(_ position: Int, to bytes: inout [UInt8]) {
    bytes.append(UInt8(0x81 + position / 12600))
    bytes.append(UInt8(0x30 + position / 1260 % 10))
    bytes.append(UInt8(0x81 + position / 10 % 126))
    bytes.append(UInt8(0x30 + position % 10))
  }

  // MARK: - Tables

  /// The four-byte position of U+10000 (code 90308130).
  private static let firstUpperPosition = 189_000

  private static func index(lead: UInt8, trail: UInt8) -> Int {
    Int(lead - 0x81) * 190 + Int(trail) - (trail > 0x7F ? 0x41 : 0x40)
  }

  private static func appendUTF8(_ scalar: UInt32, to text: inout [UInt8]) {
    if scalar < 0x80 {
      text.append(UInt8(scalar))
    } else if scalar < 0x800 {
      text.append(UInt8(0xC0 | scalar >> 6))
      text.append(UInt8(0x80 | scalar & 0x3F))
    } else if scalar < 0x10000 {
      text.append(UInt8(0xE0 | scalar >> 12))
      text.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      text.append(UInt8(0x80 | scalar & 0x3F))
    } else {
      text.append(UInt8(0xF0 | scalar >> 18))
      text.append(UInt8(0x80 | scalar >> 12 & 0x3F))
      text.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      text.append(UInt8(0x80 | scalar & 0x3F))
    }
  }

  /// Both directions, made once from the pinned table.
  struct Tables: Sendable {
    static let shared = Tables()

    /// By ``index(lead:trail:)``.
    let scalarOfCode: [UInt16]
    /// By code point; 0 where the character has no two-byte code.
    let codeOfScalar: [UInt16]
    /// By four-byte position, basic plane only.
    let scalarOfPosition: [UInt16]
    /// By code point; meaningful only where ``codeOfScalar`` is 0.
    let positionOfScalar: [UInt16]

    private init() {
      let scalarOfCode = Self.units(base64: GB18030.twoByteArea)
      var codeOfScalar = [UInt16](repeating: 0, count: 0x10000)
      for lead in UInt8(0x81)...0xFE {
        for trail in UInt8(0x40)...0xFE where trail != 0x7F {
          let scalar = scalarOfCode[GB18030.index(lead: lead, trail: trail)]
          codeOfScalar[Int(scalar)] = UInt16(lead) << 8 | UInt16(trail)
        }
      }
      // The order of the four-byte area was fixed by the edition of 2000, in which the exchanged characters stood the
      // other way round. So it is laid out as of then, and exchanged afterwards.
      var hasTwoByteCode = codeOfScalar.map { $0 != 0 }
      var exchanged: [UInt16: UInt16] = [:]
      for exchange in GB18030.exchanges {
        hasTwoByteCode[Int(exchange.formerly)] = true
        hasTwoByteCode[Int(exchange.now)] = false
        exchanged[exchange.now] = exchange.formerly
      }
      var scalarOfPosition: [UInt16] = []
      var positionOfScalar = [UInt16](repeating: 0, count: 0x10000)
      for value in UInt16(0x80)...UInt16.max
      where !hasTwoByteCode[Int(value)] && !(0xD800...0xDFFF).contains(value) {
        let scalar = exchanged[value] ?? value
        positionOfScalar[Int(scalar)] = UInt16(scalarOfPosition.count)
        scalarOfPosition.append(scalar)
      }
      self.scalarOfCode = scalarOfCode
      self.codeOfScalar = codeOfScalar
      self.scalarOfPosition = scalarOfPosition
      self.positionOfScalar = positionOfScalar
    }

    /// Big-endian units out of base64 without padding (47,880 bytes are a multiple of three).
    private static func units(base64: String) -> [UInt16] {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(base64.utf8.count / 4 * 3)
      var bits: UInt32 = 0
      var count = 0
      for letter in base64.utf8 {
        bits = bits << 6 | UInt32(value(ofBase64: letter))
        count += 1
        if count == 4 {
          bytes.append(UInt8(bits >> 16 & 0xFF))
          bytes.append(UInt8(bits >> 8 & 0xFF))
          bytes.append(UInt8(bits & 0xFF))
          bits = 0
          count = 0
        }
      }
      return stride(from: 0, to: bytes.count, by: 2).map {
        UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
      }
    }

    private static func value(ofBase64 letter: UInt8) -> UInt8 {
      switch letter {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter - UInt8(ascii: "A")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): letter - UInt8(ascii: "a") + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0") + 52
      case UInt8(ascii: "+"): 62
      default: 63
      }
    }
  }
}
