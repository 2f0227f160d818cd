// What is wrong between the resources of a sheet: duplicates, codes that differ, numbers made by pulling a cell's corner.

import CatalogRules
import Contracts
import Spreadsheet
import Vocabulary

extension CatalogueSheet {
  mutating func checkAcrossResources(existing: [String: String]) {
    checkTitles(existing: existing)
    checkCodes()
    for column in [SheetColumn.title, .provider, .providerCode, .summary] { checkDragging(column) }
  }

  private mutating func add(
    _ rule: SheetRule, to index: Int, _ column: SheetColumn, _ chinese: String,
    _ english: String? = nil
  ) {
    guard let cell = resources[index].cells[column.field] else { return }
    resources[index].faults.append(
      SheetFault(
        rule, sheet: resources[index].sheet, cell: cell, column: column.heading,
        more: chinese.isEmpty ? nil : BilingualText(chinese, english ?? chinese)))
  }

  /// Of two names that mean the same, the second is told with the first.
  private mutating func checkTitles(existing: [String: String]) {
    let before = Dictionary(
      existing.map { (comparable($0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
    var seen: [String: Int] = [:]
    for index in resources.indices {
      let title = comparable(resources[index].entry.title)
      if title.isEmpty { continue }
      if let entry = before[title] { add(.duplicate, to: index, .title, entry) }
      if let first = seen[title], let cell = resources[first].cells[SheetColumn.title.field] {
        add(.duplicate, to: index, .title, "\(resources[first].sheet) \(cell.text)")
      } else {
        seen[title] = index
      }
    }
  }

  private mutating func checkCodes() {
    var owners: [String: Int] = [:]
    var codes: [String: Int] = [:]
    for index in resources.indices {
      let texts = resources[index].texts
      let provider = comparable(texts[.provider] ?? "")
      if let code = texts[.providerCode], !code.isEmpty, !provider.isEmpty {
        let first = owners[provider] ?? index
        owners[provider] = first
        if resources[first].texts[.providerCode] != code {
          let cell = resources[first].cells[SheetColumn.providerCode.field]?.text ?? ""
          add(.codeDiffers, to: index, .providerCode, cell)
        }
      }
      if let code = texts[.code], !code.isEmpty {
        if let first = codes[code] {
          let cell = resources[first].cells[SheetColumn.code.field]?.text ?? ""
          add(.codeDiffers, to: index, .code, "与 \(cell) 相同", "the same as \(cell)")
        }
        codes[code] = index
      }
    }
  }

  private mutating func checkDragging(_ column: SheetColumn) {
    for run in dragFilled(resources.map { $0.texts[column] ?? "" }) {
      for index in run { add(.dragFilled, to: index, column, "") }
    }
  }
}
