// What departments really get wrong when they compile their catalogues, as those who check them list it; each in one place, for
// drafts handed in and for spreadsheets: entries follow the compilation guide (meizhou-public-2023/7.1a; 发改高技〔2017〕1272号).

package import Vocabulary

/// Checks an entry for mistakes that its own words show.
func checkCommonMistakes(_ content: EntryContent) throws(CatalogRefusal) {
  if isSystemName(content.title) { throw .systemNamed(path: "entry.title") }
  if let format = content.format, let mode = content.shareMode, !format.allows(mode) {
    throw .modeContradictsFormat(format, mode)
  }
  if content.relatedCodes.count > EntryLimits.relatedCodes {
    throw .fieldTooLong(path: "entry.related_codes", limit: EntryLimits.relatedCodes)
  }
}

/// Whether a resource bears the name of the system that keeps it: what is shared are data, not a system.
package func isSystemName(_ title: String) -> Bool {
  let plain = comparable(title)
  return ["系统", "平台", "门户", "网站", "软件", "小程序", "app", "客户端"].contains {
    plain.hasSuffix($0)
  }
}

extension ResourceFormat {
  /// A file is shared as a file; a database as a table or by an interface. Other ways than the platform take anything.
  package func allows(_ mode: ShareMode) -> Bool {
    switch mode {
    case .mail, .media: true
    case .table: self == .database
    case .file: self != .database
    case .interface: self == .database || self == .stream || self == .selfDescribing
    }
  }
}

/// Runs of cells, one below the other, that differ by a number that grows by one: somebody pulled the corner of a cell.
///
/// - Parameters:
///   - texts: Of a column in which numbers do not grow by themselves.
///   - least: How many make a run. Two may be chance.
/// - Returns: The places of all but the first of each run.
package func dragFilled(_ texts: [String], least: Int = 3) -> [Range<Int>] {
  var runs: [Range<Int>] = []
  var first = 0
  for index in texts.indices.dropFirst() {
    if isNext(texts[index], after: texts[index - 1]) { continue }
    if index - first >= least { runs.append((first + 1)..<index) }
    first = index
  }
  if texts.count - first >= least { runs.append((first + 1)..<texts.count) }
  return runs
}

/// Whether two texts end in numbers of which the second is the first's next, and are equal before.
private func isNext(_ text: String, after former: String) -> Bool {
  let (stem, number) = parted(text)
  let (formerStem, formerNumber) = parted(former)
  guard let number, let formerNumber, stem == formerStem else { return false }
  return number == formerNumber + 1
}

private func parted(_ text: String) -> (stem: Substring, number: Int?) {
  let digits = min(15, text.reversed().prefix { ("0"..."9").contains($0) }.count)
  return (text.dropLast(digits), Int(text.suffix(digits)))
}

/// The number of a cell for numbers, or the unit that was typed behind it ("18位").
package func plainNumber(_ text: String) -> (number: Int?, unit: String) {
  let digits = text.prefix { ("0"..."9").contains($0) }
  return (Int(digits), String(text.dropFirst(digits.count)).filter { $0 != " " })
}
