// A spreadsheet on the disk: XLSX or CSV by its first bytes, CSV in UTF-8 or GB 18030.

import Boot
import IngestFormats
import Spreadsheet
import Vocabulary

/// A file that was read, in the form in which its rows go back.
struct SpreadsheetFile {
  enum Form {
    case xlsx
    case csv(TextEncoding)
  }

  let workbook: Workbook
  let form: Form

  init(path: String) throws {
    let bytes = try readBytes(path)
    let limits = SpreadsheetLimits()
    guard bytes.count <= limits.fileBytes else {
      throw SpreadsheetRefusal.tooLarge(
        what: BilingualText("文件字节数", "bytes"), limit: limits.fileBytes)
    }
    switch try SpreadsheetForm(bytes) {
    case .xlsx:
      workbook = try Workbook.read(xlsx: bytes, limits: limits)
      form = .xlsx
    case .text:
      let isUTF8 = String(validating: bytes, as: UTF8.self) != nil
      let encoding: TextEncoding = isUTF8 ? .utf8 : .gb18030
      let block = try CSVReader(encoding: encoding).read(bytes, firstLine: 1)
      let rows = (0..<block.count).map { row in
        SheetRow(
          number: block.line(ofRow: row),
          cells: block.fields(ofRow: row).enumerated().filter { !$1.isEmpty }.map {
            SheetCell(column: $0 + 1, value: .text($1))
          })
      }
      workbook = Workbook(sheets: [Sheet(name: "CSV", rows: rows)])
      form = .csv(encoding)
    }
  }

  /// Writes sheets in a form.
  static func write(_ sheets: [SheetText], to path: String, as form: Form) throws {
    switch form {
    case .xlsx: try Files.write(xlsx(sheets), to: path, isPrivate: false)
    case .csv(let encoding):
      // Without the mark, Excel takes UTF-8 for the code page of the machine.
      let mark: [UInt8] = encoding == .utf8 ? [0xEF, 0xBB, 0xBF] : []
      let text = sheets.map(\.csv).joined(separator: "\r\n")
      try Files.write(mark + encoding.encode(text), to: path, isPrivate: false)
    }
  }
}
