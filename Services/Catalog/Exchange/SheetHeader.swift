// Where the header of a catalogue sheet is, below titles, in one line or two, with merged cells.

import Spreadsheet

/// The header of one sheet.
struct SheetHeader {
  /// Its own lines; the data begin below the last.
  let lines: ClosedRange<Int>
  /// Our column of each column that has one.
  let columns: [Int: SheetColumn]

  /// - Returns: `nil` where no line within the first thirty names a resource and its items.
  init?(of sheet: Sheet, areas: MergedAreas) {
    var best: SheetHeader?
    for row in sheet.rows.prefix(while: { $0.number <= 30 }) {
      for depth in [2, 1] {
        let lines = row.number...(row.number + depth - 1)
        let found = Self.columns(of: sheet, lines, areas)
        guard found.values.contains(.title), found.values.contains(.itemTitle),
          found.count > best?.columns.count ?? 0
        else { continue }
        best = SheetHeader(lines: lines, columns: found)
      }
    }
    guard let best else { return nil }
    self = best
  }

  private init(lines: ClosedRange<Int>, columns: [Int: SheetColumn]) {
    self.lines = lines
    self.columns = columns
  }

  private static func columns(
    of sheet: Sheet, _ lines: ClosedRange<Int>, _ areas: MergedAreas
  ) -> [Int: SheetColumn] {
    let rows = sheet.rows.filter { lines.contains($0.number) }
    let widest = rows.flatMap(\.cells).map(\.column).max() ?? 0
    var found: [Int: SheetColumn] = [:]
    var taken: Set<SheetColumn> = []
    func text(_ column: Int, _ line: Int) -> String {
      let at = areas.anchor(of: CellAddress(column: column, row: line))
      return sheet.row(at.row)?.value(at.column)?.text ?? ""
    }
    for column in 1...max(widest, 1) {
      let lower = text(column, lines.upperBound)
      let upper = text(column, lines.lowerBound)
      let known =
        SheetColumn.named(lower, under: upper)
        ?? (lower.isEmpty ? SheetColumn.named(upper, under: "") : nil)
      if let known, taken.insert(known).inserted { found[column] = known }
    }
    return found
  }
}

/// Merged areas by their columns, so that finding the one of a cell does not look at all.
struct MergedAreas {
  private var byColumn: [Int: [CellRange]] = [:]

  init(_ ranges: [CellRange]) {
    for range in ranges.sorted(by: { $0.first < $1.first }) {
      for column in range.first.column...range.last.column {
        byColumn[column, default: []].append(range)
      }
    }
  }

  /// The cell that holds the value of this one: the upper left one of its area, or itself.
  func anchor(of cell: CellAddress) -> CellAddress {
    guard let ranges = byColumn[cell.column] else { return cell }
    // The last that begins at or above; areas do not overlap.
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].first.row <= cell.row { low = middle + 1 } else { high = middle }
    }
    guard low > 0, ranges[low - 1].last.row >= cell.row else { return cell }
    return ranges[low - 1].first
  }
}

extension Sheet {
  /// Rows stand in the order of their numbers.
  func row(_ number: Int) -> SheetRow? {
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].number < number { low = middle + 1 } else { high = middle }
    }
    return low < rows.count && rows[low].number == number ? rows[low] : nil
  }
}
