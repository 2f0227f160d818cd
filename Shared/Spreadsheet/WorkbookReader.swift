// XLSX (ECMA-376): from the package to sheets of cells.

import Vocabulary

extension Workbook {
  /// Reads an XLSX file.
  ///
  /// Formulas are not computed: the result that stands beside one is taken. Charts, pictures, macros and what lies outside the
  /// package are never looked at.
  package static func read(
    xlsx bytes: [UInt8], limits: SpreadsheetLimits = SpreadsheetLimits()
  ) throws(SpreadsheetRefusal) -> Workbook {
    guard bytes.count <= limits.fileBytes else {
      throw .tooLarge(what: BilingualText("文件字节数", "bytes"), limit: limits.fileBytes)
    }
    try SpreadsheetForm.requireXLSX(bytes)
    let archive = try ZipArchive(bytes, limits: limits)
    try SpreadsheetForm.requireXLSX(archive)
    var reader = WorkbookReader(archive: archive, limits: limits)
    return try reader.workbook()
  }
}

/// What a file is, by its first bytes; its name may say anything.
package enum SpreadsheetForm: Sendable {
  case xlsx, text

  /// - Throws: For what is neither, with advice.
  package init(_ bytes: [UInt8]) throws(SpreadsheetRefusal) {
    if bytes.starts(with: Self.compound) {
      // An encrypted XLSX lies in the same container; its one stream has this name in UTF-16.
      let name = "EncryptedPackage".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
      let isEncrypted = bytes.prefix(1 << 16).indices.contains {
        bytes[$0] == name[0] && bytes[$0...].prefix(name.count).elementsEqual(name)
      }
      throw isEncrypted ? .encrypted : .oldForm
    }
    // BIFF 2 to 5, before there was a container.
    if bytes.starts(with: [0x09, 0x08]) || bytes.starts(with: [0x09, 0x04]) { throw .oldForm }
    if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      self = .xlsx
      return
    }
    let start = String(decoding: bytes.prefix(512), as: UTF8.self).trimmed.lowercased()
    if start.hasPrefix("<html") || start.hasPrefix("<!doctype html") || start.hasPrefix("<table") {
      throw .otherForm("HTML")
    }
    if start.hasPrefix("<?xml") { throw .otherForm("XML") }
    if bytes.starts(with: Array("%PDF".utf8)) { throw .otherForm("PDF") }
    self = .text
  }

  static func requireXLSX(_ bytes: [UInt8]) throws(SpreadsheetRefusal) {
    guard case .xlsx = try SpreadsheetForm(bytes) else { throw .notASpreadsheet }
  }

  static func requireXLSX(_ archive: ZipArchive) throws(SpreadsheetRefusal) {
    if archive.names.contains("xl/workbook.bin") { throw .otherForm("XLSB") }
    if archive.names.contains("content.xml") { throw .otherForm("ODS") }
    if archive.names.contains("word/document.xml") { throw .otherForm("DOCX") }
    guard archive.names.contains("[content_types].xml") else { throw .notASpreadsheet }
  }

  /// OLE 2 compound file.
  private static let compound: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]
}

private struct WorkbookReader {
  let archive: ZipArchive
  let limits: SpreadsheetLimits
  private var strings: [String] = []
  private var formats = CellFormats()
  private var cells = 0

  init(archive: ZipArchive, limits: SpreadsheetLimits) {
    self.archive = archive
    self.limits = limits
  }

  mutating func workbook() throws(SpreadsheetRefusal) -> Workbook {
    let root = try relations("_rels/.rels", base: "")
    guard let main = root.first(where: { $0.value.kind == "officeDocument" })?.value.target else {
      throw .notASpreadsheet
    }
    let folder = main.split(separator: "/").dropLast().joined(separator: "/")
    let file = main.split(separator: "/").last.map(String.init) ?? main
    let parts = try relations("\(folder)/_rels/\(file).rels", base: folder)
    let (sheets, has1904Dates) = try sheetList(main)
    if let styles = parts.first(where: { $0.value.kind == "styles" })?.value.target {
      formats = try CellFormats(try required(styles), part: styles, limits: limits)
    }
    formats.has1904Dates = has1904Dates
    if let shared = parts.first(where: { $0.value.kind == "sharedStrings" })?.value.target {
      strings = try sharedStrings(try required(shared), part: shared)
    }
    var workbook = Workbook(sheets: [])
    for sheet in sheets {
      // Charts and macros stand in the list of sheets, too.
      guard let part = parts[sheet.id], part.kind == "worksheet" else { continue }
      var reader = SheetReader(
        part: part.target, strings: strings, formats: formats, limits: limits, cells: cells)
      var read = try reader.sheet(try required(part.target), named: sheet.name)
      read.isHidden = sheet.isHidden
      cells = reader.cells
      workbook.sheets.append(read)
    }
    return workbook
  }

  private func required(_ part: String) throws(SpreadsheetRefusal) -> [UInt8] {
    guard let bytes = try archive.part(part) else {
      throw .damaged(part: part, what: .reference)
    }
    return bytes
  }

  private struct Relation {
    /// The last word of its type.
    let kind: String
    let target: String
  }

  /// What a part refers to, inside the package.
  private func relations(
    _ part: String, base: String
  ) throws(SpreadsheetRefusal) -> [String: Relation] {
    var found: [String: Relation] = [:]
    guard let bytes = try archive.part(part) else { return [:] }
    var reader = try XMLReader(bytes, part: part, limits: limits)
    while let event = try reader.next() {
      guard case .start("Relationship") = event, reader.attribute("TargetMode") != "External",
        let id = reader.attribute("Id"), let type = reader.attribute("Type"),
        let target = reader.attribute("Target")
      else { continue }
      let path = target.hasPrefix("/") || base.isEmpty ? target : "\(base)/\(target)"
      found[id] = Relation(
        kind: type.split(separator: "/").last.map(String.init) ?? "",
        target: path.hasPrefix("/") ? String(path.dropFirst()) : path)
    }
    return found
  }

  private func sheetList(
    _ part: String
  ) throws(SpreadsheetRefusal) -> (
    sheets: [(id: String, name: String, isHidden: Bool)], has1904Dates: Bool
  ) {
    var sheets: [(id: String, name: String, isHidden: Bool)] = []
    var has1904Dates = false
    var reader = try XMLReader(try required(part), part: part, limits: limits)
    while let event = try reader.next() {
      switch event {
      case .start("workbookPr"):
        has1904Dates = ["1", "true"].contains(reader.attribute("date1904") ?? "")
      case .start("sheet"):
        guard let id = reader.attribute("id"), let name = reader.attribute("name") else {
          throw .damaged(part: part, what: .reference)
        }
        let state = reader.attribute("state") ?? "visible"
        sheets.append((id, name, state != "visible"))
        guard sheets.count <= limits.sheets else {
          throw .tooLarge(what: BilingualText("工作表数", "sheets"), limit: limits.sheets)
        }
      default: break
      }
    }
    return (sheets, has1904Dates)
  }

  private func sharedStrings(
    _ bytes: [UInt8], part: String
  ) throws(SpreadsheetRefusal) -> [String] {
    var found: [String] = []
    var reader = try XMLReader(bytes, part: part, limits: limits)
    while let event = try reader.next() {
      guard case .start("si") = event else { continue }
      found.append(try reader.richText(part: part, limits: limits))
      guard found.count <= limits.sharedStrings else {
        throw .tooLarge(
          what: BilingualText("不同文本数", "different texts"), limit: limits.sharedStrings)
      }
    }
    return found
  }
}

extension XMLReader {
  /// The text of the element that has just begun: its runs together, without what only tells how to pronounce it.
  mutating func richText(
    part: String, limits: SpreadsheetLimits
  ) throws(SpreadsheetRefusal) -> String {
    let outside = depth
    var text = ""
    var isText = false
    while let event = try next() {
      switch event {
      case .start("rPh"), .start("phoneticPr"): try skipElement()
      case .start(let name): isText = name == "t"
      case .text(let piece): if isText { text += piece }
      case .end:
        isText = false
        if depth < outside {
          guard text.utf8.count <= limits.textBytes else {
            throw .tooLarge(
              what: BilingualText("单元格字节数", "bytes of one cell"), limit: limits.textBytes)
          }
          return unescaped(text)
        }
      }
    }
    throw .damaged(part: part, what: .xml)
  }
}

/// `_x000D_` is how the format writes characters that XML has not (ECMA-376, part 1, 22.9.2.19).
func unescaped(_ text: String) -> String {
  guard text.contains("_x") else { return text }
  var result = ""
  var rest = text[...]
  while let mark = rest.firstRange(of: "_x") {
    result += rest[..<mark.lowerBound]
    let digits = rest[mark.upperBound...].prefix(4)
    let after = rest[mark.upperBound...].dropFirst(4)
    if digits.utf8.count == 4, let value = UInt32(digits, radix: 16), after.hasPrefix("_"),
      let scalar = Unicode.Scalar(value)
    {
      result.unicodeScalars.append(scalar)
      rest = after.dropFirst()
    } else {
      result += "_x"
      rest = rest[mark.upperBound...]
    }
  }
  return result + rest
}
