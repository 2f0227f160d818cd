// JSON lines, read strictly.

import Testing

@testable import IngestFormats

@Suite("JSON lines")
struct JSONLinesReaderTests {
  private let reader = JSONLinesReader(columns: ["id", "name", "born"])

  private func rows(_ text: String) throws -> [[String]] {
    let block = try reader.read(Array(text.utf8), firstLine: 1)
    return (0..<block.count).map { block.fields(ofRow: $0) }
  }

  @Test(
    "values are laid in the order of the columns",
    arguments: [
      (#"{"id":"1","name":"张三","born":"2000-01-01"}"#, ["1", "张三", "2000-01-01"]),
      (#" { "name" : "x" , "id" : 12 } "#, ["12", "x", ""]),
      (#"{}"#, ["", "", ""]),
      (#"{"id":null,"name":true,"born":false}"#, ["", "true", "false"]),
      (#"{"id":441402199001011234,"name":-0.5e+3}"#, ["441402199001011234", "-0.5e+3", ""]),
      (#"{"id":"\u5f20\ud842\udfb7\"\\\/\n"}"#, ["张𠮷\"\\/\n", "", ""]),
      (#"{"id":"\b\f\r\t"}"#, ["\u{8}\u{c}\r\t", "", ""]),
    ] as [(String, [String])])
  func values(_ line: String, _ expected: [String]) throws {
    #expect(try rows(line) == [expected])
    #expect(try rows(line + "\r\n\n" + line + "\n") == [expected, expected])
  }

  @Test("every row knows its line")
  func lines() throws {
    let block = try reader.read(Array("{}\n\n{}\r\n{}".utf8), firstLine: 7)
    #expect((0..<block.count).map { block.line(ofRow: $0) } == [7, 9, 10])
  }

  @Test(
    "what is not strict JSON, flat and known is refused with its line",
    arguments: [
      ("[]", .notAnObject), ("1", .notAnObject), ("x", .notAnObject),
      (#"{"id":1"#, .syntax), (#"{"id":1,}"#, .syntax), (#"{"id" 1}"#, .syntax),
      (#"{id:1}"#, .syntax), (#"{"id":1}{"id":2}"#, .syntax), (#"{"id":'1'}"#, .syntax),
      (#"{"id":tru}"#, .syntax), (#"{"id":1.}"#, .syntax), (#"{"id":.5}"#, .syntax),
      (#"{"id":-}"#, .syntax), (#"{"id":1e}"#, .syntax), (#"{"id":01}"#, .syntax),
      (#"{"id":"a"#, .syntax), ("{\"id\":\"a\tb\"}", .syntax), (#"{"id":NaN}"#, .syntax),
      (#"{"id":1,"id":2}"#, .duplicateKey), (#"{"id":1,"\u0069d":2}"#, .duplicateKey),
      (#"{"ID":1}"#, .unknownKey), (#"{"":1}"#, .unknownKey),
      (#"{"id":{}}"#, .nested), (#"{"id":[1]}"#, .nested),
      (#"{"id":"\x"}"#, .badEscape), (#"{"id":"\u12"}"#, .badEscape),
      (#"{"id":"\ud842"}"#, .badEscape), (#"{"id":"\ud842\u0041"}"#, .badEscape),
      (#"{"id":"\udfb7"}"#, .badEscape),
    ] as [(String, FormatRefusal.JSONProblem)])
  func malformed(_ line: String, _ expected: FormatRefusal.JSONProblem) {
    do throws(FormatRefusal) {
      _ = try reader.read(Array(("{}\n" + line).utf8), firstLine: 5)
      Issue.record("taken: \(line)")
    } catch {
      guard case .malformedJSON(line: 6, _, let problem) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(problem == expected)
    }
  }

  @Test("a bomb of brackets is refused at the first")
  func depth() {
    let bomb = #"{"id":"# + String(repeating: "[", count: 500_000)
    #expect(throws: FormatRefusal.malformedJSON(line: 1, column: 7, problem: .nested)) {
      try reader.read(Array(bomb.utf8), firstLine: 1)
    }
  }

  @Test("more rows than were stated are not read: a short text cannot take much memory")
  func tooManyRows() {
    let many = Array("{}\n".utf8)
    let bytes = Array(repeatElement(many, count: 100_000).joined())
    #expect(throws: FormatRefusal.rowCountDiffers(stated: 1, found: 2)) {
      try reader.read(bytes, firstLine: 1, rowCount: 1)
    }
    let lines = Array(repeatElement(Array("a\n".utf8), count: 100_000).joined())
    #expect(throws: FormatRefusal.rowCountDiffers(stated: 1, found: 2)) {
      try CSVReader(encoding: .utf8).read(lines, firstLine: 1, rowCount: 1)
    }
  }

  @Test("a NUL is refused, written out or escaped; bad UTF-8 too; a value has a limit")
  func otherErrors() {
    #expect(throws: FormatRefusal.self) {
      try reader.read(Array(#"{"id":"\u0000"}"#.utf8), firstLine: 1)
    }
    #expect(throws: FormatRefusal.nul(line: 1, byteOffset: 7)) {
      try reader.read(Array("{\"id\":\"\0\"}".utf8), firstLine: 1)
    }
    #expect(
      throws: FormatRefusal.badEncoding(
        declared: .utf8, line: 1, byteOffset: 7, looksLike: nil)
    ) {
      try reader.read(Array("{\"id\":\"".utf8) + [0xFF] + Array("\"}".utf8), firstLine: 1)
    }
    let million = #"{"name":""# + String(repeating: "x", count: 1_000_000) + "\"}"
    #expect(throws: FormatRefusal.fieldTooLong(line: 1, column: 2, limitBytes: 65_536)) {
      try reader.read(Array(million.utf8), firstLine: 1)
    }
    #expect(throws: FormatRefusal.rowCountDiffers(stated: 2, found: 1)) {
      try reader.read(Array("{}".utf8), firstLine: 1, rowCount: 2)
    }
  }
}
