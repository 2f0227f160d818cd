// Writing a spreadsheet: XLSX of text cells, and CSV. No cell of either begins as a formula does.

/// A sheet to be written; every cell is text, so that no code loses a zero.
package struct SheetText: Hashable, Sendable {
  package var name: String
  package var rows: [[String]]
  package var merges: [CellRange]
  /// So many rows at the top are the title and the header.
  package var headerRows: Int

  package init(name: String, rows: [[String]], merges: [CellRange] = [], headerRows: Int = 1) {
    self.name = name
    self.rows = rows
    self.merges = merges
    self.headerRows = headerRows
  }

  /// CSV (RFC 4180), UTF-8 without a mark.
  package var csv: String {
    rows.map { $0.map { Self.field(defused($0)) }.joined(separator: ",") + "\r\n" }.joined()
  }

  private static func field(_ text: String) -> String {
    let needsQuotes = text.utf8.contains {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
    }
    return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}

/// Cells that begin so are formulas to a spreadsheet program, in CSV and wherever they are pasted.
private func beginsFormula(_ text: some StringProtocol) -> Bool {
  guard let first = text.unicodeScalars.first else { return false }
  return "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first)
}

/// With an apostrophe before what would be taken for a formula.
package func defused(_ text: String) -> String { beginsFormula(text) ? "'" + text : text }

/// Without the apostrophe that ``defused(_:)`` set.
package func undefused(_ text: String) -> String {
  text.hasPrefix("'") && beginsFormula(text.dropFirst()) ? String(text.dropFirst()) : text
}

/// The bytes of an XLSX file (ECMA-376) with these sheets; the same sheets give the same bytes.
package func xlsx(_ sheets: [SheetText]) -> [UInt8] {
  var zip = ZipWriter()
  zip.add(
    "[Content_Types].xml",
    """
    <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
    <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
    <Override PartName="/xl/workbook.xml" ContentType="\(spreadsheetML).sheet.main+xml"/>\
    <Override PartName="/xl/styles.xml" ContentType="\(spreadsheetML).styles+xml"/>\
    \(sheets.indices.map {
      "<Override PartName=\"/xl/worksheets/sheet\($0 + 1).xml\" ContentType=\"\(spreadsheetML).worksheet+xml\"/>"
    }.joined())</Types>
    """)
  zip.add(
    "_rels/.rels", relationships([("officeDocument", "xl/workbook.xml")]))
  zip.add(
    "xl/workbook.xml",
    """
    <workbook xmlns="\(mainNamespace)" xmlns:r="\(relationshipTypes)"><sheets>\
    \(sheets.enumerated().map { index, sheet in
      "<sheet name=\"\(escaped(sheetName(sheet.name, index)))\" sheetId=\"\(index + 1)\" r:id=\"rId\(index + 1)\"/>"
    }.joined())</sheets></workbook>
    """)
  zip.add(
    "xl/_rels/workbook.xml.rels",
    relationships(
      sheets.indices.map { ("worksheet", "worksheets/sheet\($0 + 1).xml") }
        + [("styles", "styles.xml")]))
  zip.add("xl/styles.xml", styles)
  for (index, sheet) in sheets.enumerated() {
    zip.add("xl/worksheets/sheet\(index + 1).xml", body(of: sheet))
  }
  return zip.finished()
}

private let mainNamespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
private let relationshipTypes =
  "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
private let spreadsheetML = "application/vnd.openxmlformats-officedocument.spreadsheetml"

private func relationships(_ targets: [(kind: String, target: String)]) -> String {
  """
  <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\
  \(targets.enumerated().map { index, one in
    "<Relationship Id=\"rId\(index + 1)\" Type=\"\(relationshipTypes)/\(one.kind)\" Target=\"\(one.target)\"/>"
  }.joined())</Relationships>
  """
}

/// Format 49 is text. The second style is the header's, in bold.
private let styles = """
  <styleSheet xmlns="\(mainNamespace)"><fonts count="2"><font><sz val="11"/><name val="宋体"/></font>\
  <font><b/><sz val="11"/><name val="宋体"/></font></fonts>\
  <fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>\
  <cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2">\
  <xf numFmtId="49" fontId="0" xfId="0" applyNumberFormat="1"/>\
  <xf numFmtId="49" fontId="1" xfId="0" applyNumberFormat="1" applyFont="1" applyAlignment="1">\
  <alignment horizontal="center" vertical="center" wrapText="1"/></xf></cellXfs>\
  <cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>
  """

private func body(of sheet: SheetText) -> String {
  var text = """
    <worksheet xmlns="\(mainNamespace)"><sheetFormatPr defaultColWidth="16" defaultRowHeight="14"/><sheetData>
    """
  for (index, row) in sheet.rows.enumerated() {
    text += "<row r=\"\(index + 1)\">"
    let style = index < sheet.headerRows ? 1 : 0
    for (column, value) in row.enumerated() where !value.isEmpty {
      let address = CellAddress.letters(of: column + 1) + String(index + 1)
      text += "<c r=\"\(address)\" s=\"\(style)\" t=\"inlineStr\"><is><t xml:space=\"preserve\">"
      text += escaped(defused(value)) + "</t></is></c>"
    }
    text += "</row>"
  }
  text += "</sheetData>"
  if !sheet.merges.isEmpty {
    text += "<mergeCells count=\"\(sheet.merges.count)\">"
    for range in sheet.merges { text += "<mergeCell ref=\"\(range.text)\"/>" }
    text += "</mergeCells>"
  }
  return text + "</worksheet>"
}

/// At most 31 characters, without those that the format forbids.
private func sheetName(_ name: String, _ index: Int) -> String {
  let plain = String(name.filter { !"[]:*?/\\'".contains($0) }.prefix(31))
  return plain.isEmpty ? "Sheet\(index + 1)" : plain
}

/// As text of XML; characters that XML has not are written as the format does.
private func escaped(_ text: String) -> String {
  var result = ""
  let scalars = text.replacing("_x", with: "_x005F_x").unicodeScalars
  for scalar in scalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "\t", "\n": result.unicodeScalars.append(scalar)
    case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}":
      let digits = String(scalar.value, radix: 16, uppercase: true)
      result += "_x" + String(repeating: "0", count: 4 - digits.count) + digits + "_"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// A package of compressed parts, dated to the first day that the format knows.
private struct ZipWriter {
  private var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  mutating func add(_ name: String, _ document: String) {
    let content = Array(
      ("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n" + document).utf8)
    let packed = Deflate.deflated(content)
    let start = bytes.count
    var header: [UInt8] = []
    // Version 2.0, names in UTF-8, deflated or stored, 1980-01-01.
    header.append(20, width: 2)
    header.append(0x0800, width: 2)
    header.append(packed == nil ? 0 : 8, width: 2)
    header.append(0, width: 2)
    header.append(0x21, width: 2)
    header.append(Int(Deflate.checksum(content)), width: 4)
    header.append((packed ?? content).count, width: 4)
    header.append(content.count, width: 4)
    header.append(name.utf8.count, width: 2)
    header.append(0, width: 2)
    bytes.append(0x0403_4B50, width: 4)
    bytes += header + Array(name.utf8) + (packed ?? content)
    directory.append(0x0201_4B50, width: 4)
    directory.append(20, width: 2)
    directory += header
    for width in [2, 2, 2, 4] { directory.append(0, width: width) }
    directory.append(start, width: 4)
    directory += Array(name.utf8)
    count += 1
  }

  mutating func finished() -> [UInt8] {
    let start = bytes.count
    bytes += directory
    bytes.append(0x0605_4B50, width: 4)
    bytes.append(0, width: 4)
    bytes.append(count, width: 2)
    bytes.append(count, width: 2)
    bytes.append(directory.count, width: 4)
    bytes.append(start, width: 4)
    bytes.append(0, width: 2)
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ value: Int, width: Int) {
    for index in 0..<width { append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
  }
}
