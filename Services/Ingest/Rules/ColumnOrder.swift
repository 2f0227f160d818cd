// Which column of a file holds which item of the entry (meizhou-specific-2021/13a: the format declared in the catalogue).

import Vocabulary

/// The columns of a batch, matched with the items of its entry.
package struct ColumnOrder: Hashable, Sendable {
  /// For each item of the schema its column, from 0; `nil` where an optional item is not delivered.
  package let columns: [Int?]
  package let columnCount: Int

  /// Matches a header line: every column is an item, by slug or title, none twice, no required item missing. The order is
  /// free. Surrounding spaces are passed over; nothing else is guessed.
  ///
  /// Refusals in this order: a header that is data, an unknown column, a column twice, a missing item.
  package init(header: [String], schema: EntrySchema) throws(IngestRefusal) {
    let names = header.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    var columns = [Int?](repeating: nil, count: schema.items.count)
    var problem: IngestRefusal?
    for (column, name) in names.enumerated() {
      // The header of a file without one is a person's record: no cell of it is ever repeated in an error.
      if (try? PersonIdentifier.read(name)) != nil { throw .headerIsData(column: column + 1) }
      guard let item = schema.items.firstIndex(where: { $0.name == name || $0.title == name })
      else {
        problem = problem ?? .headerUnknownColumn(column: column + 1)
        continue
      }
      if columns[item] != nil {
        problem = problem ?? .headerColumnTwice(item: schema.items[item].name)
      }
      columns[item] = column
    }
    if let problem { throw problem }
    for (index, item) in schema.items.enumerated() where item.isRequired && columns[index] == nil {
      throw .headerItemMissing(item: item.name, title: item.title)
    }
    self.columns = columns
    columnCount = header.count
  }

  /// The columns of a format that names its values itself: all items in the order of the schema.
  package init(schema: EntrySchema) {
    columns = schema.items.indices.map { $0 }
    columnCount = schema.items.count
  }
}
