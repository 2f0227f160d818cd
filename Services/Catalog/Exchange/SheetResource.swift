// One resource of a catalogue sheet: its rows as a draft of an entry.

import CatalogRules
import Contracts
import Spreadsheet
import Vocabulary

extension SheetResource {
  init(_ lines: [SheetLine], sheet: String, _ categories: [String: String]) {
    self.init(sheet: sheet, rows: lines.map(\.number))
    guard let first = lines.first else { return }
    var reader = ResourceReader(resource: self, lines: lines, first: first)
    reader.readTexts()
    reader.readWords()
    reader.readClass(categories)
    for (index, line) in lines.enumerated() where reader.isItem(line) {
      reader.readItem(line, index: index)
    }
    reader.checkLengths()
    self = reader.resource
  }
}

/// Fills the draft column by column; what is wrong is kept beside it.
private struct ResourceReader {
  var resource: SheetResource
  let lines: [SheetLine]
  let first: SheetLine

  init(resource: SheetResource, lines: [SheetLine], first: SheetLine) {
    self.resource = resource
    self.lines = lines
    self.first = first
  }

  private mutating func fault(
    _ rule: SheetRule, _ column: SheetColumn, _ line: SheetLine, _ more: BilingualText? = nil
  ) {
    resource.faults.append(
      SheetFault(
        rule, sheet: resource.sheet, cell: line.address(column), column: column.heading, more: more)
    )
  }

  /// The text of a column, checked as every cell is.
  private mutating func text(_ column: SheetColumn, _ line: SheetLine) -> String {
    guard let cell = line.cells[column] else {
      if column.isRequired, line.has(column) { fault(.required, column, line) }
      return ""
    }
    if case .error = cell.value { fault(.cellError, column, line) }
    if case .number = cell.value, column.isCode { fault(.codeAsNumber, column, line) }
    return line.text(column)
  }

  /// A word of a column; one that is not known is told with those that are.
  private mutating func word<Value>(
    _ column: SheetColumn, _ line: SheetLine, _ words: SheetWords<Value>,
    rule: SheetRule = .wordUnknown
  ) -> Value? {
    let text = text(column, line)
    if text.isEmpty { return nil }
    if let value = words[text] { return value }
    let known = words.shown.joined(separator: "、")
    fault(rule, column, line, BilingualText(known, known))
    return nil
  }

  mutating func readTexts() {
    for column in SheetColumn.allCases where column.isOfResource && column != .why {
      resource.cells[column.field] = first.address(column)
      resource.texts[column] = first.text(column)
      checkRows(column)
    }
    resource.entry.title = text(.title, first)
    resource.entry.summary = text(.summary, first)
    resource.entry.providingDepartment = text(.provider, first)
    resource.entry.formatType = text(.formatType, first)
    resource.entry.conditions = text(.conditions, first)
    _ = text(.providerCode, first)
    resource.entry.relatedCodes = text(.related, first).split {
      "，,；;、 \n\r\t".contains($0)
    }.map(String.init)
    let code = text(.code, first)
    if !code.isEmpty, !isPlausibleCode(code) { fault(.codeMalformed, .code, first) }
    if isSystemName(resource.entry.title) { fault(.systemName, .title, first) }
    let published = text(.published, first)
    if !published.isEmpty, !isDay(published) { fault(.dateMalformed, .published, first) }
    if !text(.openConditions, first).isEmpty { fault(.notKept, .openConditions, first) }
  }

  /// A column of the resource says one thing in all its rows.
  private mutating func checkRows(_ column: SheetColumn) {
    let own = first.text(column)
    for line in lines.dropFirst() {
      let other = line.text(column)
      if other.isEmpty || other == own { continue }
      let more = BilingualText(first.address(column).text, first.address(column).text)
      fault(column.isCode ? .codeDiffers : .rowDiffers, column, line, more)
    }
  }

  /// The guide's own form, "2010010001/000001", or the one that the platform mints.
  private func isPlausibleCode(_ code: String) -> Bool {
    if isResourceCode(code) { return true }
    let parts = code.split(separator: "/", omittingEmptySubsequences: false)
    guard let group = parts.first, parts.count <= 2 else { return false }
    return group.count >= 6 && parts.dropFirst().allSatisfy { !$0.isEmpty }
      && code.allSatisfy { $0.isASCII && ($0.isNumber || $0.isLetter || "/-_.".contains($0)) }
  }

  private func isDay(_ text: String) -> Bool {
    let parts = text.split { "-/.年月日".contains($0) }.map(String.init)
    let digits = parts.joined()
    if parts.count == 1, digits.count == 8, let number = Int(digits) {
      return CivilDate(year: number / 10_000, month: number / 100 % 100, day: number % 100) != nil
    }
    let numbers = parts.compactMap(Int.init)
    guard numbers.count == 3, parts.count == 3, numbers[0] > 999 else { return false }
    return CivilDate(year: numbers[0], month: numbers[1], day: numbers[2]) != nil
  }

  mutating func readWords() {
    let format = word(.format, first, SheetDictionary.formats)
    let mode = word(.mode, first, SheetDictionary.modes)
    resource.entry.format = format?.rawValue ?? ""
    resource.entry.shareMode = mode?.rawValue ?? ""
    if let format, let mode, !format.allows(mode) { fault(.formatMode, .mode, first) }
    let way = text(.modeClass, first)
    if let mode, !way.isEmpty, way.contains("平台") != mode.isOnPlatform {
      fault(.formatMode, .modeClass, first)
    }
    resource.entry.shareType = word(.shareType, first, SheetDictionary.shareTypes) ?? .unspecified
    resource.entry.updateFrequency = word(.cycle, first, SheetDictionary.cycles)?.rawValue ?? ""
    if let isOpen = word(.isOpen, first, SheetDictionary.answers) {
      let opening: OpeningType =
        !isOpen ? .notOpen : first.text(.openConditions).isEmpty ? .unconditional : .conditional
      resource.entry.openAttribute = opening.rawValue
    }
    resource.entry.secrecy = word(.secrecy, first, SheetDictionary.secrecies) ?? .unspecified
    resource.entry.origin = word(.origin, first, SheetDictionary.origins) ?? .unspecified
    let basis = text(.basis, first)
    if !basis.isEmpty { readBasis(basis) }
  }

  /// "法律：中华人民共和国统计法：第九条", several with semicolons between.
  private mutating func readBasis(_ text: String) {
    for one in text.split(whereSeparator: { "；;\n".contains($0) }) {
      let parts = one.split(maxSplits: 2) { ":：".contains($0) }.map { String($0).trimmed }
      guard parts.count >= 2,
        let kind = SheetDictionary.grounds.first(where: {
          $0.term.chinese == parts[0] || $0.rawValue == parts[0]
        }
        )
      else {
        let words = SheetDictionary.grounds.map(\.term.chinese).joined(separator: "、")
        fault(.wordUnknown, .basis, first, BilingualText(words, words))
        return
      }
      resource.entry.bases.append(
        CommonV1.Basis(kind: .init(kind), title: parts[1], article: parts.count > 2 ? parts[2] : "")
      )
    }
  }

  /// The category by its slug, else by the title of the lowest level that a taxonomy knows.
  mutating func readClass(_ categories: [String: String]) {
    resource.entry.category = text(.category, first)
    if !resource.entry.category.isEmpty { return }
    let levels: [SheetColumn] = [.classLevel4, .classLevel3, .classLevel2, .classLevel1]
    let stated = levels.filter { !first.text($0).isEmpty }
    for column in stated {
      if let slug = categories[comparable(first.text(column))] {
        resource.entry.category = slug
        return
      }
    }
    if let lowest = stated.first { fault(.classUnknown, lowest, first) }
  }

  /// A row that names no item and says nothing of one is the resource's alone.
  func isItem(_ line: SheetLine) -> Bool {
    SheetColumn.allCases.contains { !$0.isOfResource && $0 != .why && line.cells[$0] != nil }
      || lines.count == 1
  }

  mutating func readItem(_ line: SheetLine, index: Int) {
    let place = resource.entry.items.count
    for column in SheetColumn.allCases where !column.isOfResource && column != .why {
      resource.cells["entry.items[\(place)].\(column.field)"] = line.address(column)
    }
    var item = CatalogV1.Item()
    item.title = text(.itemTitle, line)
    let known = text(.itemName, line)
    item.name = known.isEmpty ? "item-\(place + 1)" : known
    if let kind = word(.itemType, line, SheetDictionary.types, rule: .typeUnknown) {
      item.type = kind.type
      if kind.isNarrowed { fault(.typeNarrowed, .itemType, line) }
    }
    item.maxLength = length(line)
    item.role = word(.itemRole, line, SheetDictionary.roles) ?? .unspecified
    item.required = word(.itemRequired, line, SheetDictionary.answers) ?? false
    item.unit = text(.itemUnit, line)
    item.standard = text(.itemStandard, line)
    item.codes = text(.itemCodes, line).split { "；;\n".contains($0) }.map { code in
      let parts = code.split(maxSplits: 1) { "=＝:：".contains($0) }.map { String($0).trimmed }
      return CatalogV1.Code(value: parts.first ?? "", title: parts.count > 1 ? parts[1] : "")
    }
    let same = resource.entry.items.firstIndex {
      !item.title.isEmpty && comparable($0.title) == comparable(item.title)
    }
    if let same {
      let other = resource.cells["entry.items[\(same)].title"]?.text ?? ""
      fault(.duplicate, .itemTitle, line, BilingualText(other, other))
    }
    resource.entry.items.append(item)
  }

  private mutating func length(_ line: SheetLine) -> Int32 {
    let text = text(.itemLength, line)
    if text.isEmpty { return 0 }
    let (number, unit) = plainNumber(text)
    // "10,2" and "10.2" are digits before and after the point, as the guide writes them.
    let isScale =
      unit.first.map { ",，.".contains($0) } == true && unit.dropFirst().allSatisfy(\.isNumber)
    guard let number, unit.isEmpty || isScale else {
      fault(.unitInNumber, .itemLength, line)
      return 0
    }
    return Int32(clamping: number)
  }

  /// Lengths of five items that grow by one each were not typed.
  mutating func checkLengths() {
    let stated = lines.filter { !$0.text(.itemLength).isEmpty }
    for run in dragFilled(stated.map { $0.text(.itemLength) }, least: 5) {
      for line in stated[run] { fault(.dragFilled, .itemLength, line) }
    }
  }
}
