// A spreadsheet as it was read: sheets of rows of cells, each where it stood.

package import Vocabulary

/// A spreadsheet file, XLSX or CSV.
package struct Workbook: Hashable, Sendable {
  package var sheets: [Sheet]

  package init(sheets: [Sheet]) { self.sheets = sheets }
}

package struct Sheet: Hashable, Sendable {
  package var name: String
  /// Whether its author has put it out of sight.
  package var isHidden: Bool
  /// In their order; rows without any cell are left out.
  package var rows: [SheetRow]
  package var merges: [CellRange]

  package init(
    name: String, isHidden: Bool = false, rows: [SheetRow] = [], merges: [CellRange] = []
  ) {
    self.name = name
    self.isHidden = isHidden
    self.rows = rows
    self.merges = merges
  }
}

package struct SheetRow: Hashable, Sendable {
  /// From 1 on.
  package var number: Int
  /// In the order of their columns; empty cells are left out.
  package var cells: [SheetCell]

  package init(number: Int, cells: [SheetCell] = []) {
    self.number = number
    self.cells = cells
  }

  package func value(_ column: Int) -> CellValue? {
    // Cells stand in order, and most often without gaps.
    if cells.indices.contains(column - 1), cells[column - 1].column == column {
      return cells[column - 1].value
    }
    return cells.first { $0.column == column }?.value
  }
}

package struct SheetCell: Hashable, Sendable {
  /// From 1 on.
  package let column: Int
  package let value: CellValue

  package init(column: Int, value: CellValue) {
    self.column = column
    self.value = value
  }
}

/// What a cell holds.
package enum CellValue: Hashable, Sendable {
  case text(String)
  /// As it is shown without a format: a code that was typed as a number has lost its leading zeros.
  case number(String)
  case day(CivilDate)
  case flag(Bool)
  /// `#REF!`, `#N/A`, or a formula without its result.
  case error(String)

  /// The cell's text, blanks at its ends removed.
  package var text: String {
    switch self {
    case .text(let text): text.trimmed
    case .number(let text), .error(let text): text
    case .day(let day): day.iso
    case .flag(let isTrue): isTrue ? "TRUE" : "FALSE"
    }
  }
}

/// The place of a cell, from 1 on: "C5" is column 3, row 5.
package struct CellAddress: Hashable, Sendable, Comparable {
  package let column: Int
  package let row: Int

  package init(column: Int, row: Int) {
    self.column = column
    self.row = row
  }

  /// `nil` for what is no address within a sheet of 16,384 columns and 1,048,576 rows (ECMA-376, part 1, 18.3.1.4).
  init?(_ text: some StringProtocol) {
    var column = 0
    var row = 0
    for byte in text.utf8 where byte != UInt8(ascii: "$") {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"):
        guard row == 0 else { return nil }
        column = column * 26 + Int(byte - UInt8(ascii: "A")) + 1
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        row = row * 10 + Int(byte - UInt8(ascii: "0"))
      default: return nil
      }
      guard column <= Self.lastColumn, row <= Self.lastRow else { return nil }
    }
    guard column > 0, row > 0 else { return nil }
    self.init(column: column, row: row)
  }

  static let lastColumn = 16_384
  static let lastRow = 1_048_576

  package var text: String { Self.letters(of: column) + String(row) }

  /// 1 is "A", 27 is "AA".
  package static func letters(of column: Int) -> String {
    var letters = ""
    var rest = column
    while rest > 0 {
      letters = String(UnicodeScalar(UInt8(ascii: "A") + UInt8((rest - 1) % 26))) + letters
      rest = (rest - 1) / 26
    }
    return letters
  }

  package static func < (first: Self, second: Self) -> Bool {
    (first.row, first.column) < (second.row, second.column)
  }
}

package struct CellRange: Hashable, Sendable {
  package let first: CellAddress
  package let last: CellAddress

  package init(_ first: CellAddress, _ last: CellAddress) {
    self.first = first
    self.last = last
  }

  init?(_ text: String) {
    let ends = text.split(separator: ":", omittingEmptySubsequences: false)
    guard ends.count <= 2, let start = ends.first, let end = ends.last,
      let first = CellAddress(start), let last = CellAddress(end),
      first.column <= last.column, first.row <= last.row
    else { return nil }
    self.init(first, last)
  }

  package var text: String { "\(first.text):\(last.text)" }
}

extension String {
  /// Without blanks at its ends: spaces of any width, tabs, line ends.
  package var trimmed: String {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !Self.isBlank($0) }),
      let last = scalars.lastIndex(where: { !Self.isBlank($0) })
    else { return "" }
    return String(scalars[first...last])
  }

  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || scalar.value == 0xFEFF || scalar.value == 0x200B
  }
}
