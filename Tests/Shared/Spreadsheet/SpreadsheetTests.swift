// XLSX against openpyxl, an implementation that shares no code with ours: its files read here, ours read there, and hostile ones refused.

import Foundation
import Testing
import TestSupport
import Vocabulary

@testable import Spreadsheet

private let checkout = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
private let python = checkout.appending(path: ".venv/bin/python").path
private let hasPython = FileManager.default.fileExists(atPath: python)

@Suite(
  "Spreadsheets agree with openpyxl (ECMA-376)",
  .enabled(if: hasPython, "there is no Python environment: run deploy/setup test"))
struct SpreadsheetTests {
  private static let script = checkout.appending(path: "Tests/Shared/Spreadsheet/python/sheets.py")
    .path

  private func made(_ kind: String) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let path = folder.path("made.xlsx")
    let end = try runBlocking(python, [Self.script, "make", kind, path], errorsAmongOutput: true)
    try #require(end.status == 0, "\(String(decoding: end.output, as: UTF8.self))")
    return [UInt8](try Data(contentsOf: URL(filePath: path)))
  }

  @Test("cells of every kind, merged areas, hidden and second sheets are read as they were written")
  func typical() throws {
    let book = try Workbook.read(xlsx: try made("typical"))
    #expect(book.sheets.map(\.name) == ["目录", "旧表", "第二张"])
    #expect(book.sheets.map(\.isHidden) == [false, true, false])
    let rows = book.sheets[0].rows
    #expect(book.sheets[0].merges.map(\.text) == ["A1:C1"])
    #expect(rows[0].cells.map(\.value) == [.text("政务信息资源目录")])
    // A number stays one; a text of digits keeps its zeros; a format of zeros shows them.
    #expect(rows[1].cells.map(\.value) == [.number("110"), .text("0110"), .text("00007")])
    #expect(
      rows[2].cells.map(\.value.text) == ["2024-02-29", "1900-03-01", "TRUE"])
    // Runs of rich text are one text; a formula without its result says so.
    #expect(rows[3].cells.map(\.value) == [.text("一般加粗"), .error("="), .text(" 前后有空格 ")])
    #expect(rows[3].cells[2].value.text == "前后有空格")
    #expect(rows[4].value(1) == .number("1.5"))
    #expect(book.sheets[2].rows[0].cells == [SheetCell(column: 2, value: .text("在"))])
  }

  @Test("shared strings are read with their runs and without their pronunciation")
  func sharedStrings() throws {
    let row = try Workbook.read(xlsx: try made("shared")).sheets[0].rows[0]
    #expect(row.cells.map(\.value) == [.text("一 二"), .text("A&三"), .text("三")])
  }

  @Test("days of the system of 1904 are those that were meant")
  func dates1904() throws {
    let rows = try Workbook.read(xlsx: try made("dates1904")).sheets[0].rows
    #expect(rows[2].cells.prefix(2).map(\.value.text) == ["2024-02-29", "1904-01-02"])
  }

  @Test("the day that 1900 never had is none, and both its neighbours are right")
  func leapDay() {
    let formats = DayFormats.days
    #expect(formats.value("59", format: 0).text == "1900-02-28")
    #expect(formats.value("60", format: 0) == .number("60"))
    #expect(formats.value("61", format: 0).text == "1900-03-01")
  }

  @Test(
    "a hostile or foreign file is refused with advice",
    arguments: [
      ("bomb", "spreadsheet.too_large"), ("traversal", "spreadsheet.damaged"),
      ("truncated", "spreadsheet.damaged"), ("duplicate", "spreadsheet.damaged"),
      ("encrypted", "spreadsheet.encrypted"), ("entities", "spreadsheet.damaged"),
      ("deep", "spreadsheet.damaged"), ("strings", "spreadsheet.too_large"),
      ("checksum", "spreadsheet.damaged"), ("index", "spreadsheet.damaged"),
      ("rows", "spreadsheet.damaged"), ("old", "spreadsheet.old_form"),
      ("locked", "spreadsheet.encrypted"), ("html", "spreadsheet.other_form"),
      ("ods", "spreadsheet.other_form"), ("xlsb", "spreadsheet.other_form"),
    ])
  func hostile(_ kind: String, _ reason: String) throws {
    let bytes = try made(kind)
    let refusal = #expect(throws: SpreadsheetRefusal.self) { try Workbook.read(xlsx: bytes) }
    #expect(refusal?.reason == reason, "\(kind)")
    #expect(refusal?.nextStep?.chinese.isEmpty == false)
  }

  @Test("what is no spreadsheet at all is said to be none")
  func unknown() {
    for bytes in [[], Array("a picture, perhaps".utf8), [0x89, 0x50, 0x4E, 0x47] as [UInt8]] {
      let refusal = #expect(throws: SpreadsheetRefusal.self) { try Workbook.read(xlsx: bytes) }
      #expect(refusal?.reason == "spreadsheet.unknown")
    }
  }

  @Test("no prefix of a file is read, and none stops the program")
  func prefixes() throws {
    let bytes = xlsx([SheetText(name: "a", rows: [["一", "二"]])])
    for length in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: SpreadsheetRefusal.self) {
        try Workbook.read(xlsx: Array(bytes[..<length]))
      }
    }
  }

  @Test("what is written here is read there, as text, and nothing of it is a formula")
  func written() throws {
    let rows = [
      ["标题", "", "0110"], ["=1+1", "+1", "-2"], ["@a", "\t=x", "一\n二 <&> \"引\""],
      ["_x0041_", "'x", "＝1"],
    ]
    let sheet = SheetText(
      name: "目录/[1]", rows: rows,
      merges: [CellRange(CellAddress(column: 1, row: 1), CellAddress(column: 2, row: 1))])
    let bytes = xlsx([sheet])
    let folder = try TemporaryFolder()
    let path = folder.path("ours.xlsx")
    try Data(bytes).write(to: URL(filePath: path))
    let end = try runBlocking(python, [Self.script, "read", path])
    struct Read: Decodable {
      let name: String
      let rows: [[String]]
      let types: [String]
      let merges: [String]
    }
    let read = try JSONDecoder().decode([Read].self, from: Data(end.output))
    #expect(read.map(\.name) == ["目录1"])
    #expect(read[0].merges == ["A1:B1"])
    #expect(!read[0].types.contains("f"))
    #expect(read[0].rows[1] == ["'=1+1", "'+1", "'-2"])
    #expect(read[0].rows[0] == rows[0])
    // Read here again, undefused, it is what it was.
    let again = try Workbook.read(xlsx: bytes).sheets[0].rows.map { row in
      (1...3).map { column -> String in
        guard case .text(let text)? = row.value(column) else { return "" }
        return undefused(text)
      }
    }
    #expect(again == rows)
  }

  @Test("CSV is defused, too")
  func csv() {
    let sheet = SheetText(name: "a", rows: [["=cmd|'/c calc'!A1", "一,二", "引\"号"]])
    #expect(sheet.csv == "'=cmd|'/c calc'!A1,\"一,二\",\"引\"\"号\"\r\n")
  }
}

/// A workbook whose first format is a day's.
private enum DayFormats {
  static var days: CellFormats {
    let styles =
      "<styleSheet><cellXfs count=\"1\"><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
    guard
      let formats = try? CellFormats(
        Array(styles.utf8), part: "styles", limits: SpreadsheetLimits())
    else { return CellFormats() }
    return formats
  }
}
