// A table that stands in line whatever script its cells are written in, or the same rows as JSON.

package import Vocabulary

/// Rows under named columns: for a person as an aligned table, for a program as a list of JSON objects.
package struct Table: Sendable {
  package enum Alignment: Sendable {
    case left
    case right
  }

  package struct Column: Sendable {
    /// The name in JSON; stable, lower case with underscores.
    package let key: String
    package let title: BilingualText
    package let alignment: Alignment

    package init(_ key: String, _ title: BilingualText, alignment: Alignment = .left) {
      self.key = key
      self.title = title
      self.alignment = alignment
    }
  }

  /// How cells that are too long are shown.
  package enum Layout: Sendable {
    /// One line a row, cut at the edge of a terminal; whole in a file.
    case list
    /// Nothing is cut: long cells go on below, in a file as on a terminal.
    case report
  }

  package let columns: [Column]
  package let layout: Layout
  package private(set) var rows: [[OutputValue]] = []

  package init(columns: [Column], layout: Layout = .list, rows: [[OutputValue]] = []) {
    self.columns = columns
    self.layout = layout
    for row in rows { append(row) }
  }

  package mutating func append(_ row: [OutputValue]) {
    precondition(row.count == columns.count, "a row has a value for each column")
    rows.append(row)
  }

  /// The rows as JSON objects.
  package var value: OutputValue {
    .list(
      rows.map { row in .object(zip(columns, row).map { OutputField($0.key, $1) }) })
  }

  /// No column is cut below this width; beyond that the terminal wraps.
  private static let narrowest = 8
  private static let gap = "  "
  /// A page, where no terminal says how wide a report may be.
  private static let pageWidth = 100

  /// The lines of the table, without trailing spaces.
  ///
  /// - Parameter width: Columns of the terminal; `nil` where nothing is cut, as in a file.
  package func lines(in language: Language, width: Int?) -> [String] {
    let head = columns.map { $0.title.text(in: language) }
    let body = rows.map { row in row.map { $0.cell(in: language) } }
    let widths = columnWidths(
      [head] + body, limit: layout == .report ? width ?? Self.pageWidth : width)
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: Self.gap)
    return [line(head, widths), rule] + body.flatMap { lines($0, widths) }
  }

  private func lines(_ cells: [String], _ widths: [Int]) -> [String] {
    guard layout == .report else { return [line(cells, widths)] }
    let parts = zip(cells, widths).map { DisplayWidth.wrapped($0, to: $1) }
    return (0..<(parts.map(\.count).max() ?? 0)).map { row in
      line(parts.map { row < $0.count ? $0[row] : "" }, widths)
    }
  }

  /// As wide as the widest cell; where that is too much, the widest columns give way first.
  private func columnWidths(_ cells: [[String]], limit: Int?) -> [Int] {
    var widths = columns.indices.map { column in
      cells.map { DisplayWidth.of($0[column]) }.max() ?? 0
    }
    guard let limit else { return widths }
    let available = limit - Self.gap.count * max(0, columns.count - 1)
    while widths.reduce(0, +) > available, let widest = widths.max(), widest > Self.narrowest,
      let column = widths.firstIndex(of: widest)
    {
      widths[column] -= 1
    }
    return widths
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var text = ""
    for (index, cell) in cells.enumerated() {
      if index > 0 { text += Self.gap }
      let shown = DisplayWidth.truncated(cell, to: widths[index])
      let padding = String(repeating: " ", count: max(0, widths[index] - DisplayWidth.of(shown)))
      text += columns[index].alignment == .left ? shown + padding : padding + shown
    }
    while text.last == " " { text.removeLast() }
    return text
  }
}
