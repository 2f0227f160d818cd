// GB 18030-2022: the pinned table, the arithmetic around it, and Python's codec as an independent oracle.

import Foundation
import TestSupport
import Testing

@testable import IngestFormats

@Suite("GB 18030-2022")
struct GB18030Tests {
  /// The codes whose characters the edition of 2022 (and A8BC: 2005) changed, against the edition of 2000.
  static let changed: [UInt32: UInt32] = [
    0xA8BC: 0x1E3F, 0xA6D9: 0xFE10, 0xA6DA: 0xFE12, 0xA6DB: 0xFE11, 0xA6DC: 0xFE13,
    0xA6DD: 0xFE14, 0xA6DE: 0xFE15, 0xA6DF: 0xFE16, 0xA6EC: 0xFE17, 0xA6ED: 0xFE18,
    0xA6F3: 0xFE19, 0xFE59: 0x9FB4, 0xFE61: 0x9FB5, 0xFE66: 0x9FB6, 0xFE67: 0x9FB7,
    0xFE6D: 0x9FB8, 0xFE7E: 0x9FB9, 0xFE90: 0x9FBA, 0xFEA0: 0x9FBB,
    0x8135_F437: 0xE7C7, 0x8431_8236: 0xE78D, 0x8431_8238: 0xE78E, 0x8431_8237: 0xE78F,
    0x8431_8239: 0xE790, 0x8431_8330: 0xE791, 0x8431_8331: 0xE792, 0x8431_8332: 0xE793,
    0x8431_8333: 0xE794, 0x8431_8334: 0xE795, 0x8431_8335: 0xE796, 0x8235_9037: 0xE81E,
    0x8235_9038: 0xE826, 0x8235_9039: 0xE82B, 0x8235_9130: 0xE82C, 0x8235_9131: 0xE832,
    0x8235_9132: 0xE843, 0x8235_9133: 0xE854, 0x8235_9134: 0xE864,
  ]

  private func scalar(_ bytes: [UInt8]) throws -> UInt32 {
    let text = String(decoding: try GB18030.decode(bytes), as: UTF8.self)
    let scalars = Array(text.unicodeScalars)
    try #require(scalars.count == 1)
    return scalars[0].value
  }

  private func bytes(ofCode code: UInt32) -> [UInt8] {
    let four = [24, 16, 8, 0].map { UInt8(code >> $0 & 0xFF) }
    return code > 0xFFFF ? four : Array(four[2...])
  }

  @Test("the table is the pinned one")
  func tableIsPinned() {
    let units = GB18030.Tables.shared.scalarOfCode
    #expect(units.count == 126 * 190)
    let bytes = units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    // FNV-1a over the bytes, so that the pin needs no other module.
    let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    #expect(hash == 0x4f5c_70f1_b88d_05ea)
    #expect(Set(units).count == units.count, "no character stands twice")
    #expect(GB18030.Tables.shared.scalarOfPosition.count == 39_420)
  }

  @Test("the codes of annex D have their characters of 2022")
  func changes() throws {
    for (code, expected) in Self.changed {
      #expect(try scalar(bytes(ofCode: code)) == expected, "\(String(code, radix: 16))")
    }
    // Six duplicates of plane 2 keep their private code points; their characters have four bytes.
    #expect(try scalar([0xFE, 0x51]) == 0xE816)
    #expect(GB18030.encode("\u{20087}") == [0x95, 0x32, 0x90, 0x31])
  }

  @Test("every character goes there and back")
  func roundTrip() throws {
    var text = ""
    for value in UInt32(0)...0x10FFFF {
      if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
    }
    let encoded = GB18030.encode(text)
    let decoded = try GB18030.decode(encoded)
    #expect(decoded == Array(text.utf8))
  }

  @Test("rare names keep their characters")
  func rareNames() throws {
    for name in ["㼆", "䶮", "𠮷", "𬭎", "𫍽", "·", "阿依古丽·买买提", "龥", "鿯"] {
      let decoded = try GB18030.decode(GB18030.encode(name))
      #expect(String(decoding: decoded, as: UTF8.self) == name)
    }
    #expect(GB18030.encode("张䶮") == [0xD5, 0xC5, 0xFE, 0x9F])
  }

  @Test(
    "what is no code is refused where it begins",
    arguments: [
      [0x80], [0xFF], [0x81], [0x81, 0x30], [0x81, 0x30, 0x81], [0x81, 0x7F], [0xFE, 0xFF],
      [0x81, 0x30, 0x80, 0x30], [0x81, 0x30, 0x81, 0x3A], [0x84, 0x31, 0xA5, 0x30],
      [0x8F, 0x39, 0xFE, 0x39], [0xE3, 0x32, 0x9A, 0x36], [0xFE, 0x39, 0xFE, 0x39],
    ] as [[UInt8]])
  func malformed(_ code: [UInt8]) {
    let before: [UInt8] = [0x61, 0xD5, 0xC5]
    #expect(throws: GB18030.Malformed(offset: 3)) { try GB18030.decode(before + code) }
  }

  @Test("the last codes before the gaps are good")
  func lastGoodCodes() throws {
    #expect(try scalar([0x84, 0x31, 0xA4, 0x39]) == 0xFFFF)
    #expect(try scalar([0x90, 0x30, 0x81, 0x30]) == 0x10000)
    #expect(try scalar([0xE3, 0x32, 0x9A, 0x35]) == 0x10FFFF)
  }

  @Test(
    "Python's codec says the same, but for the changes since the edition of 2000",
    .enabled(if: hasPython))
  func pythonOracle() throws {
    let script = """
      import random
      random.seed(18030)
      codes = [bytes([l, t]) for l in range(0x81, 0xFF) for t in range(0x40, 0xFF) if t != 0x7F]
      def four(n): return bytes([0x81 + n // 12600, 0x30 + n // 1260 % 10, 0x81 + n // 10 % 126, 0x30 + n % 10])
      codes += [four(n) for n in range(39420)]
      codes += [four(189000 + random.randrange(0x100000)) for _ in range(20000)]
      for code in codes: print(code.hex(), '%x' % ord(code.decode('gb18030')))
      """
    let lines = try python(script).split(separator: "\n")
    #expect(lines.count == 23_940 + 39_420 + 20_000)
    var differences: Set<UInt32> = []
    for line in lines {
      let parts = line.split(separator: " ")
      let code = try #require(UInt32(parts[0], radix: 16))
      let expected = try #require(UInt32(parts[1], radix: 16))
      if try scalar(bytes(ofCode: code)) != expected { differences.insert(code) }
    }
    #expect(differences == Set(Self.changed.keys))
  }
}

private let hasPython = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")

private func python(_ script: String) throws -> String {
  let end = try runBlocking("/usr/bin/python3", ["-c", script])
  try #require(end.status == 0)
  return end.text
}
