// One sheet of an XLSX file: rows, cells and merged areas (ECMA-376, part 1, 18.3).

import Vocabulary

struct SheetReader {
  let part: String
  let strings: [String]
  let formats: CellFormats
  let limits: SpreadsheetLimits
  /// Of all sheets so far.
  private(set) var cells: Int

  init(
    part: String, strings: [String], formats: CellFormats, limits: SpreadsheetLimits, cells: Int
  ) {
    self.part = part
    self.strings = strings
    self.formats = formats
    self.limits = limits
    self.cells = cells
  }

  mutating func sheet(_ bytes: [UInt8], named name: String) throws(SpreadsheetRefusal) -> Sheet {
    var sheet = Sheet(name: name)
    var last = 0
    var mergedColumns = 0
    var reader = try XMLReader(bytes, part: part, limits: limits)
    while let event = try reader.next() {
      switch event {
      case .start("row"):
        let number = try reader.attribute("r").map(number) ?? last + 1
        guard number > last, number <= CellAddress.lastRow else {
          throw .damaged(part: part, what: .order)
        }
        last = number
        let row = SheetRow(number: number, cells: try row(number, &reader))
        if !row.cells.isEmpty { sheet.rows.append(row) }
      case .start("mergeCell"):
        guard let range = reader.attribute("ref").flatMap({ CellRange($0) }) else {
          throw .damaged(part: part, what: .reference)
        }
        mergedColumns += range.last.column - range.first.column + 1
        guard mergedColumns <= limits.mergedColumns else {
          throw .tooLarge(
            what: BilingualText("合并列数", "merged columns"), limit: limits.mergedColumns)
        }
        sheet.merges.append(range)
      default: break
      }
    }
    return sheet
  }

  private func number(_ text: String) throws(SpreadsheetRefusal) -> Int {
    guard let number = Int(text) else { throw .damaged(part: part, what: .reference) }
    return number
  }

  private mutating func row(
    _ number: Int, _ reader: inout XMLReader
  ) throws(SpreadsheetRefusal) -> [SheetCell] {
    var found: [SheetCell] = []
    var last = 0
    while let event = try reader.next() {
      switch event {
      case .end("row"): return found
      case .start("c"):
        var column = last + 1
        if let reference = reader.attribute("r") {
          guard let address = CellAddress(reference), address.row == number else {
            throw .damaged(part: part, what: .reference)
          }
          column = address.column
        }
        guard column > last else { throw .damaged(part: part, what: .order) }
        last = column
        guard let value = try cell(&reader) else { continue }
        guard column <= limits.columns else {
          throw .tooLarge(what: BilingualText("列数", "columns"), limit: limits.columns)
        }
        cells += 1
        guard cells <= limits.cells else {
          throw .tooLarge(what: BilingualText("单元格数", "cells"), limit: limits.cells)
        }
        found.append(SheetCell(column: column, value: value))
      case .start: try reader.skipElement()
      default: break
      }
    }
    throw .damaged(part: part, what: .xml)
  }

  /// The cell that has just begun; `nil` where it is empty.
  private func cell(_ reader: inout XMLReader) throws(SpreadsheetRefusal) -> CellValue? {
    let type = reader.attribute("t") ?? "n"
    let format = reader.attribute("s").flatMap(Int.init) ?? 0
    var raw = ""
    var inline: String?
    var hasFormula = false
    var isValue = false
    while let event = try reader.next() {
      switch event {
      case .start("is"): inline = try reader.richText(part: part, limits: limits)
      case .start("f"):
        hasFormula = true
        try reader.skipElement()
      case .start(let name):
        isValue = name == "v"
        if !isValue { try reader.skipElement() }
      case .text(let piece): if isValue { raw += piece }
      case .end("c"):
        guard raw.utf8.count <= limits.textBytes else {
          throw .tooLarge(
            what: BilingualText("单元格字节数", "bytes of one cell"), limit: limits.textBytes)
        }
        if raw.isEmpty, inline == nil { return hasFormula ? .error("=") : nil }
        return try value(raw, inline: inline, type: type, format: format)
      case .end: isValue = false
      }
    }
    throw .damaged(part: part, what: .xml)
  }

  private func value(
    _ raw: String, inline: String?, type: String, format: Int
  ) throws(SpreadsheetRefusal) -> CellValue? {
    switch type {
    case "s":
      guard let index = Int(raw.trimmed), strings.indices.contains(index) else {
        throw .damaged(part: part, what: .reference)
      }
      return text(strings[index])
    case "inlineStr": return text(inline ?? "")
    case "str": return text(unescaped(raw))
    case "b": return .flag(raw == "1" || raw == "true")
    case "e": return .error(raw)
    case "d": return CivilDate(iso: String(raw.prefix(10))).map { .day($0) } ?? text(raw)
    default: return formats.value(raw.trimmed, format: format)
    }
  }

  private func text(_ text: String) -> CellValue? { text.isEmpty ? nil : .text(text) }
}
