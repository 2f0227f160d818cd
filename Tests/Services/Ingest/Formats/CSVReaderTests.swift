// CSV as RFC 4180 has it, its errors, and the encoding check before it.

import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import IngestFormats

@Suite("CSV (RFC 4180)")
struct CSVReaderTests {
  private func rows(_ text: String, _ encoding: TextEncoding = .utf8) throws -> [[String]] {
    let block = try CSVReader(encoding: encoding).read(encoding.encode(text), firstLine: 2)
    return (0..<block.count).map { block.fields(ofRow: $0) }
  }

  private func refusal(_ text: String) -> FormatRefusal? {
    refusal(Array(text.utf8), .utf8)
  }

  private func refusal(
    _ bytes: [UInt8], _ encoding: TextEncoding, limits: FormatLimits = FormatLimits()
  ) -> FormatRefusal? {
    do throws(FormatRefusal) {
      _ = try CSVReader(encoding: encoding, limits: limits).read(bytes, firstLine: 2)
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "fields are split, unquoted and undoubled",
    arguments: [
      ("a,b,c\n", [["a", "b", "c"]]),
      ("a,b", [["a", "b"]]),
      ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]),
      (",\n", [["", ""]]),
      ("\"\",\"\"\n", [["", ""]]),
      ("\"a,b\",c\n", [["a,b", "c"]]),
      ("\"a\nb\",c\n", [["a\nb", "c"]]),
      ("\"a\r\nb\",c\n", [["a\r\nb", "c"]]),
      ("\"say \"\"no\"\"\",\"\"\"\"\n", [["say \"no\"", "\""]]),
      (" a , b \n", [[" a ", " b "]]),
      ("a,b\n\n\r\nc,d\n", [["a", "b"], ["c", "d"]]),
      ("a\nb,c,d\n", [["a"], ["b", "c", "d"]]),
      ("\u{FEFF}a,b\n", [["a", "b"]]),
      ("", []),
      ("张三,\"李\"\"四\"\n", [["张三", "李\"四"]]),
    ] as [(String, [[String]])])
  func fields(_ text: String, _ expected: [[String]]) throws {
    #expect(try rows(text) == expected)
    #expect(try rows(text, .gb18030) == expected)
  }

  @Test("every row knows its line, quoted line ends and empty lines counted")
  func lines() throws {
    let text = "a,\"x\ny\nz\"\n\nb,1\r\nc,2"
    let block = try CSVReader(encoding: .utf8).read(Array(text.utf8), firstLine: 100)
    #expect((0..<block.count).map { block.line(ofRow: $0) } == [100, 104, 105])
  }

  @Test("a stated row count that is not the real one is refused")
  func rowCount() throws {
    let reader = CSVReader(encoding: .utf8)
    #expect(try reader.read(Array("a\nb\n".utf8), firstLine: 2, rowCount: 2).count == 2)
    #expect(throws: FormatRefusal.rowCountDiffers(stated: 3, found: 2)) {
      try reader.read(Array("a\nb\n".utf8), firstLine: 2, rowCount: 3)
    }
  }

  @Test(
    "what RFC 4180 does not allow is refused with its place",
    arguments: [
      ("a,b\nc,\"d\ne,f\n", .quoteNeverClosed(line: 3, column: 2)),
      ("\"", .quoteNeverClosed(line: 2, column: 1)),
      ("a,b\"c\n", .strayQuote(line: 2, column: 2)),
      ("a,\"b\"c\n", .strayQuote(line: 2, column: 2)),
      ("a,\"b\" ,c\n", .strayQuote(line: 2, column: 2)),
      ("a,b\rc,d\n", .loneCarriageReturn(line: 2)),
      ("a\n\"b\"\r", .loneCarriageReturn(line: 3)),
      ("a,b\nc,\u{0}\n", .nul(line: 3, byteOffset: 6)),
    ] as [(String, FormatRefusal)])
  func errors(_ text: String, _ expected: FormatRefusal) {
    #expect(refusal(text) == expected)
  }

  @Test("a field is refused one byte past its limit, a million characters far past it")
  func fieldLimit() throws {
    let atLimit = String(repeating: "x", count: 65_536)
    #expect(try rows("a,\(atLimit)\n").first?.last == atLimit)
    let long = FormatRefusal.fieldTooLong(line: 2, column: 2, limitBytes: 65_536)
    #expect(refusal("a,\(atLimit)x\n") == long)
    #expect(refusal("a,\"\(atLimit)x\"\n") == long)
    #expect(refusal("a," + String(repeating: "9", count: 1_000_000) + "\n") == long)
    #expect(long.kind == .tooMuch)
  }

  @Test("columns have a limit")
  func columnLimit() {
    var limits = FormatLimits()
    limits.columns = 3
    #expect(refusal(Array("a,b,c\n".utf8), .utf8, limits: limits) == nil)
    #expect(
      refusal(Array("a,b,c,d\n".utf8), .utf8, limits: limits) == .tooManyColumns(line: 2, limit: 3))
  }

  @Test("GB18030 sent as UTF-8 is refused with line, byte and the likely encoding")
  func wrongEncodingUTF8() {
    let bytes = TextEncoding.gb18030.encode("id,1\n张三,2\n")
    #expect(
      refusal(bytes, .utf8)
        == .badEncoding(declared: .utf8, line: 3, byteOffset: 5, looksLike: "gb18030"))
  }

  @Test("UTF-8 sent as GB18030 is refused, although its bytes are codes too")
  func wrongEncodingGB18030() throws {
    let bytes = Array("id,1\n张三,2\n李四,3\n".utf8)
    #expect((try? GB18030.decode(bytes)) != nil, "the decoder alone would take it")
    #expect(
      refusal(bytes, .gb18030)
        == .badEncoding(declared: .gb18030, line: 3, byteOffset: 5, looksLike: "utf-8"))
    #expect(
      refusal(Array("李龘三,2\n".utf8), .gb18030)?.reason == "ingest.encoding_wrong")
  }

  @Test("broken bytes in either encoding are refused, and no row is taken")
  func brokenBytes() {
    #expect(
      refusal(Array("a\nb".utf8) + [0xFF], .utf8)
        == .badEncoding(declared: .utf8, line: 3, byteOffset: 3, looksLike: nil))
    #expect(
      refusal([0x61, 0x0A, 0xD5], .gb18030)
        == .badEncoding(declared: .gb18030, line: 3, byteOffset: 2, looksLike: nil))
    #expect(
      refusal([0xFF, 0xFE, 0x61, 0x00], .utf8)
        == .badEncoding(declared: .utf8, line: 2, byteOffset: 0, looksLike: "utf-16le"))
  }

  @Test("one short row of GB18030 is not taken for UTF-8")
  func shortGB18030() throws {
    // Two characters whose GB bytes are also two valid sequences of UTF-8.
    let bytes: [UInt8] = [0xC4, 0xA3, 0xD0, 0xA1]
    let block = try CSVReader(encoding: .gb18030).read(bytes, firstLine: 2)
    #expect(block.fields(ofRow: 0) == ["模小"])
  }

  @Test("names of encodings in use are understood")
  func names() {
    #expect(TextEncoding(name: "UTF8") == .utf8)
    #expect(TextEncoding(name: "GBK") == .gb18030)
    #expect(TextEncoding(name: "big5") == nil)
  }

  @Test("a header is one line, a byte order mark is no part of it")
  func header() throws {
    let reader = CSVReader(encoding: .utf8)
    #expect(try reader.header(Array("\u{FEFF}身份证号码,姓名\r\n".utf8)) == ["身份证号码", "姓名"])
    #expect(throws: FormatRefusal.headerMissing) { try reader.header([]) }
    #expect(throws: FormatRefusal.headerMissing) { try reader.header(Array("a\nb\n".utf8)) }
  }

  @Test("what is written with quotes is read back (random, both encodings)")
  func randomRoundTrip() throws {
    let seed: UInt64 = 20_240_304
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let alphabet = Array("ab,\"\n张䶮𠮷 ·0")
    for _ in 0..<300 {
      let table = (0..<Int.random(in: 1...5, using: &random)).map { _ in
        (0..<3).map { _ in
          String(
            (0..<Int.random(in: 0...6, using: &random)).compactMap { _ in
              alphabet.randomElement(using: &random)
            })
        }
      }
      let text = table.map { row in
        row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\n"
      }.joined()
      #expect(try rows(text) == table)
      #expect(try rows(text, .gb18030) == table)
    }
  }

  @Test("random bytes are read or refused, never a crash")
  func randomBytes() {
    let seed: UInt64 = 7
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let alphabet: [UInt8] = [
      0x22, 0x2C, 0x0A, 0x0D, 0x61, 0x30, 0x39, 0x7B, 0x7D, 0x3A, 0x5C, 0x75, 0x81, 0xD5, 0xFE,
      0xE5,
      0xBC, 0xA0, 0xEF, 0x80, 0x00, 0xFF,
    ]
    let json = JSONLinesReader(columns: ["a", "0"])
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
      }
      for encoding in TextEncoding.allCases {
        _ = try? CSVReader(encoding: encoding).read(bytes, firstLine: 2)
      }
      _ = try? json.read(bytes, firstLine: 2)
      var cutter = RecordCutter(maximumRows: 2, maximumBytes: 8)
      _ = try? cutter.append(bytes)
      _ = try? cutter.finish()
    }
  }

  @Test("every refusal speaks both languages and names its place")
  func sentences() {
    let all: [FormatRefusal] =
      [
        .badEncoding(declared: .utf8, line: 3, byteOffset: 5, looksLike: "gb18030"),
        .badEncoding(declared: .utf8, line: 3, byteOffset: 5, looksLike: "utf-16le"),
        .badEncoding(declared: .utf8, line: 3, byteOffset: 5, looksLike: nil),
        .nul(line: 3, byteOffset: 1), .quoteNeverClosed(line: 3, column: 1),
        .strayQuote(line: 3, column: 1), .loneCarriageReturn(line: 3),
        .fieldTooLong(line: 3, column: 1, limitBytes: 9), .tooManyColumns(line: 3, limit: 9),
        .recordTooLong(line: 3, limitBytes: 9),
      ] + FormatRefusal.JSONProblem.allCases.map { .malformedJSON(line: 3, column: 1, problem: $0) }
    for refusal in all {
      #expect(refusal.sentence.chinese.contains("第 3 行"))
      #expect(refusal.sentence.english.localizedCaseInsensitiveContains("line 3"))
    }
    #expect(Set(all.map(\.reason)).count == all.count - 2)
  }
}
