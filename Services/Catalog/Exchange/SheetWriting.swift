// Entries as a catalogue spreadsheet, and the rows that go back to who filled one in.

import CatalogRules
package import Contracts
package import Spreadsheet
import Vocabulary

extension SheetColumn {
  /// What is written out; why a row came back stands in files of such rows alone.
  static let written = allCases.filter { $0 != .why }
}

/// Entries in the form of the national catalogue spreadsheet: two lines of header, a row for each item.
///
/// - Parameter classes: Group and title of each category, by its slug.
package func catalogueSheet(
  _ entries: [CatalogV1.Entry], titled title: String,
  classes: [String: (group: String, title: String)] = [:], isMerged: Bool = true
) -> SheetText {
  let columns = SheetColumn.written
  var sheet = SheetText(
    name: "政务信息资源目录",
    rows: [
      [title], columns.map { $0.group.isEmpty ? $0.heading : $0.group }, columns.map(\.heading),
    ],
    headerRows: 3)
  if isMerged { sheet.merges = headerMerges(columns) }
  for entry in entries {
    let first = sheet.rows.count + 1
    let items = entry.items.isEmpty ? [CatalogV1.Item()] : entry.items
    for (index, item) in items.enumerated() {
      sheet.rows.append(
        columns.map { column in
          column.isOfResource
            ? (index == 0 || !isMerged ? text(of: column, entry, classes) : "")
            : text(of: column, item)
        })
    }
    guard isMerged, items.count > 1 else { continue }
    for (place, column) in columns.enumerated() where column.isOfResource {
      sheet.merges.append(
        CellRange(
          CellAddress(column: place + 1, row: first),
          CellAddress(column: place + 1, row: sheet.rows.count)))
    }
  }
  return sheet
}

/// The title over all columns, groups over theirs, and what has no group over both lines.
private func headerMerges(_ columns: [SheetColumn]) -> [CellRange] {
  var merges = [
    CellRange(CellAddress(column: 1, row: 1), CellAddress(column: columns.count, row: 1))
  ]
  var first = 0
  while first < columns.count {
    let group = columns[first].group
    var last = first
    while !group.isEmpty, last + 1 < columns.count, columns[last + 1].group == group { last += 1 }
    merges.append(
      CellRange(
        CellAddress(column: first + 1, row: 2),
        CellAddress(column: last + 1, row: group.isEmpty ? 3 : 2)))
    first = last + 1
  }
  // An area of one cell is none.
  return merges.filter { $0.first != $0.last }
}

private func text(
  of column: SheetColumn, _ entry: CatalogV1.Entry,
  _ classes: [String: (group: String, title: String)]
) -> String {
  let mode = ShareMode(rawValue: entry.shareMode)
  switch column {
  case .classLevel1, .classLevel4: return ""
  case .classLevel2: return classes[entry.category]?.group ?? ""
  case .classLevel3: return classes[entry.category]?.title ?? ""
  case .title: return entry.title
  case .code: return entry.resourceCode
  case .provider:
    return entry.providingDepartment.isEmpty ? slug(entry.owner) : entry.providingDepartment
  case .providerCode: return slug(entry.owner)
  case .summary: return entry.summary
  case .format: return ResourceFormat(rawValue: entry.format)?.term.chinese ?? ""
  case .formatType: return entry.formatType
  case .shareType: return shareWord(entry.shareType)
  case .conditions: return entry.conditions
  case .modeClass: return mode.map { $0.isOnPlatform ? "共享平台方式" : "其他方式" } ?? ""
  case .mode: return mode?.term.chinese ?? ""
  case .isOpen: return opening(entry)
  case .cycle: return UpdateFrequency(rawValue: entry.updateFrequency)?.term.chinese ?? ""
  case .published: return entry.publishTime.map { String($0.instant?.civilDate.iso ?? "") } ?? ""
  case .related: return entry.relatedCodes.joined(separator: "；")
  case .category: return entry.category
  case .secrecy: return secrecyWord(entry.secrecy)
  case .origin: return originWord(entry.origin)
  case .basis: return entry.bases.map(basisText).joined(separator: "；")
  default: return ""
  }
}

private func text(of column: SheetColumn, _ item: CatalogV1.Item) -> String {
  if item.title.isEmpty { return "" }
  switch column {
  case .itemTitle: return item.title
  case .itemType: return SheetDictionary.word(item.type)
  case .itemLength: return item.maxLength == 0 ? "" : String(item.maxLength)
  case .itemName: return item.name
  case .itemRole: return SheetDictionary.word(item.role)
  case .itemRequired: return item.required ? "是" : "否"
  case .itemUnit: return item.unit
  case .itemStandard: return item.standard
  case .itemCodes: return item.codes.map { "\($0.value)=\($0.title)" }.joined(separator: "；")
  default: return ""
  }
}

private func slug(_ name: String) -> String {
  name.split(separator: "/").last.map(String.init) ?? ""
}

private func shareWord(_ type: CatalogV1.ShareType) -> String {
  switch type {
  case .unconditional: ShareType.unconditional.term.chinese
  case .conditional: ShareType.conditional.term.chinese
  case .notShared: ShareType.notShared.term.chinese
  case .unspecified, .unrecognized: ""
  }
}

private func opening(_ entry: CatalogV1.Entry) -> String {
  OpeningType(rawValue: entry.openAttribute).map { $0 == .notOpen ? "否" : "是" } ?? ""
}

private func secrecyWord(_ mark: CatalogV1.SecrecyMark) -> String {
  switch mark {
  case .notSecret: "非涉密"
  case .tradeSecret: SecrecyMark.tradeSecret.term.chinese
  case .privacy: SecrecyMark.privacy.term.chinese
  default: ""
  }
}

private func originWord(_ origin: CatalogV1.Origin) -> String {
  switch origin {
  case .selfBuilt: DataOrigin.selfBuilt.term.chinese
  case .upperLevel: DataOrigin.upperLevel.term.chinese
  case .noSystem: DataOrigin.noSystem.term.chinese
  case .unspecified, .unrecognized: ""
  }
}

private func basisText(_ basis: CommonV1.Basis) -> String {
  let kind = basis.kind.kind?.term.chinese ?? ""
  return [kind, basis.title, basis.article].filter { !$0.isEmpty }.joined(separator: "：")
}

// MARK: - Rows that go back

extension CatalogueSheet {
  /// The rows of the resources that were not taken, under their header, each with a last column that says why.
  package func returned(of workbook: Workbook, _ isReturned: (SheetResource) -> Bool) -> [SheetText]
  {
    workbook.sheets.compactMap { sheet in
      let resources = resources.filter { $0.sheet == sheet.name && isReturned($0) }
      let header = SheetHeader(of: sheet, areas: MergedAreas(sheet.merges))
      guard !resources.isEmpty, let header else { return nil }
      let width = sheet.rows.flatMap(\.cells).map(\.column).max() ?? 0
      // A file that came back before has the column already.
      let why = header.columns.first { $0.value == .why }?.key ?? width + 1
      var rows: [[String]] = (1...header.lines.upperBound).map { number in
        Self.texts(sheet.row(number), width: max(width, why))
      }
      rows[rows.count - 1][why - 1] = SheetColumn.why.heading
      let headerRows = rows.count
      for resource in resources {
        for (index, number) in resource.rows.enumerated() {
          var row = Self.texts(sheet.row(number), width: max(width, why))
          if index == 0 { fill(&row, of: resource, header) }
          row[why - 1] = reasons(of: resource, row: number, isFirst: index == 0)
          rows.append(row)
        }
      }
      return SheetText(
        name: sheet.name, rows: rows,
        merges: sheet.merges.filter { $0.last.row <= header.lines.upperBound },
        headerRows: headerRows)
    }
  }

  private static func texts(_ row: SheetRow?, width: Int) -> [String] {
    var texts = Array(repeating: "", count: width)
    for cell in row?.cells ?? [] { texts[cell.column - 1] = undefused(cell.value.text) }
    return texts
  }

  /// What stood in merged cells above goes along.
  private func fill(_ row: inout [String], of resource: SheetResource, _ header: SheetHeader) {
    for (place, column) in header.columns where row[place - 1].isEmpty {
      row[place - 1] = resource.texts[column] ?? ""
    }
  }

  private func reasons(of resource: SheetResource, row: Int, isFirst: Bool) -> String {
    let own = resource.faults.filter { fault in
      !fault.rule.isNote
        && (fault.cell.row == row || isFirst && !resource.rows.contains(fault.cell.row))
    }
    return own.map {
      "\($0.cell.text) \($0.column)：\($0.sentence.chinese)。\($0.advice.chinese)"
    }.joined(separator: "；")
  }
}
