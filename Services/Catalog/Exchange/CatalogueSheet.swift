// Reading a catalogue spreadsheet: resources with their items, and every mistake with its cell.

package import Contracts
package import Spreadsheet
import Vocabulary

/// A resource of a sheet.
package struct SheetResource: Sendable {
  package var entry = CatalogV1.Entry()
  package let sheet: String
  /// Its rows; the first names it.
  package var rows: [Int]
  /// Where the fields of the entry stood: "entry.title", "entry.items[3].type".
  package var cells: [String: CellAddress] = [:]
  package var faults: [SheetFault] = []
  /// What stood in the columns of the resource.
  var texts: [SheetColumn: String] = [:]

  /// The cell of a field that a service has named; the resource's first for one that has none.
  package func cell(ofField field: String) -> CellAddress {
    cells[field] ?? cells[SheetColumn.title.field] ?? CellAddress(column: 1, row: rows.first ?? 1)
  }

  /// The heading over that cell.
  package func column(ofField field: String) -> String {
    let last = field.split(separator: ".").last.map(String.init) ?? ""
    return SheetColumn.allCases.first { $0 != .why && ($0.field == field || $0.field == last) }?
      .heading ?? ""
  }

  /// Whether nothing stands against it.
  package var isSound: Bool { faults.allSatisfy(\.rule.isNote) }
}

/// What a workbook says of a catalogue.
package struct CatalogueSheet: Sendable {
  package internal(set) var resources: [SheetResource] = []
  /// Of sheets as wholes.
  package private(set) var faults: [SheetFault] = []

  /// All mistakes, in the order of their places.
  package var allFaults: [SheetFault] { faults + resources.flatMap(\.faults) }

  /// Keeps what somebody else found wrong with a resource.
  package mutating func add(_ fault: SheetFault, to index: Int) {
    resources[index].faults.append(fault)
  }

  /// Reads every visible sheet that has the header of a catalogue.
  ///
  /// - Parameters:
  ///   - categories: Titles and slugs of the taxonomies, to find a category by its title.
  ///   - existing: Titles of the department's entries with their names.
  package init(
    _ workbook: Workbook, categories: [String: String] = [:], existing: [String: String] = [:]
  ) {
    for sheet in workbook.sheets { read(sheet, categories) }
    if resources.isEmpty, !faults.contains(where: { !$0.rule.isNote }) {
      faults.append(
        SheetFault(
          .headerMissing, sheet: workbook.sheets.first?.name ?? "",
          cell: CellAddress(column: 1, row: 1),
          more: BilingualText(SheetColumn.title.heading, SheetColumn.title.heading)))
    }
    checkAcrossResources(existing: existing)
  }

  private mutating func read(_ sheet: Sheet, _ categories: [String: String]) {
    let top = CellAddress(column: 1, row: 1)
    if sheet.isHidden {
      faults.append(SheetFault(.hiddenSheet, sheet: sheet.name, cell: top))
      return
    }
    let areas = MergedAreas(sheet.merges)
    guard let header = SheetHeader(of: sheet, areas: areas) else {
      if !sheet.rows.isEmpty {
        faults.append(SheetFault(.otherSheet, sheet: sheet.name, cell: top))
      }
      return
    }
    let missing = SheetColumn.allCases.filter {
      $0.isRequired && !header.columns.values.contains($0)
    }
    for column in missing {
      faults.append(
        SheetFault(
          .headerMissing, sheet: sheet.name,
          cell: CellAddress(column: 1, row: header.lines.upperBound),
          more: BilingualText(column.heading, column.heading)))
    }
    var lines: [SheetLine] = []
    for row in sheet.rows where row.number > header.lines.upperBound {
      var line = SheetLine(row, of: sheet, header, areas)
      if line.isHeaderAgain || line.isEmpty { continue }
      // What stands below the totals is who filled it in, and when.
      if line.isTotal { break }
      let isNext = lines.last.map { line.names(another: $0) } ?? true
      line.named = isNext ? line.text(.title) : lines.last?.named ?? ""
      if isNext, !lines.isEmpty {
        resources.append(SheetResource(lines, sheet: sheet.name, categories))
        lines = []
      }
      lines.append(line)
    }
    if !lines.isEmpty { resources.append(SheetResource(lines, sheet: sheet.name, categories)) }
  }
}

/// A row by our columns, with merged cells filled in.
struct SheetLine {
  let number: Int
  /// Values with where they stand; of a merged area that is its first cell.
  private(set) var cells: [SheetColumn: (value: CellValue, at: CellAddress)] = [:]
  /// Where each column is, for what is missing.
  private let places: [SheetColumn: Int]
  private let first: String

  init(_ row: SheetRow, of sheet: Sheet, _ header: SheetHeader, _ areas: MergedAreas) {
    number = row.number
    var places: [SheetColumn: Int] = [:]
    for (place, column) in header.columns {
      places[column] = place
      let at = areas.anchor(of: CellAddress(column: place, row: row.number))
      // A merged header cell reaches into no row of data.
      guard at.row > header.lines.upperBound,
        let value = at.row == row.number
          ? row.value(at.column) : sheet.row(at.row)?.value(at.column),
        !value.text.isEmpty
      else { continue }
      cells[column] = (value, at)
    }
    self.places = places
    first = row.cells.first?.value.text ?? ""
  }

  func text(_ column: SheetColumn) -> String {
    cells[column].map { undefused($0.value.text) } ?? ""
  }

  func address(_ column: SheetColumn) -> CellAddress {
    cells[column]?.at ?? CellAddress(column: places[column] ?? 1, row: number)
  }

  func has(_ column: SheetColumn) -> Bool { places[column] != nil }

  var isEmpty: Bool { cells.isEmpty && first.isEmpty }

  /// A page break of the printed form repeats the header.
  var isHeaderAgain: Bool {
    SheetColumn.named(text(.title), under: "") == .title
      || SheetColumn.named(text(.itemTitle), under: "") == .itemTitle
  }

  var isTotal: Bool {
    text(.itemTitle).isEmpty
      && ["合计", "总计", "小计", "共计", "填表", "填报", "审核人", "负责人", "备注", "注："].contains {
        first.replacing(" ", with: "").replacing("　", with: "").hasPrefix($0)
      }
  }

  /// Whether this row begins a resource after that one; one without a name goes on with the former.
  func names(another former: SheetLine) -> Bool {
    let title = text(.title)
    if title.isEmpty || address(.title) == former.address(.title) { return false }
    return title != former.named
  }

  /// The name that holds on this row, though it stands above.
  var named = ""
}
