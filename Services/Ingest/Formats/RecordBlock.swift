// The rows of one chunk: text of all fields in one buffer, each row with the line it came from.

/// Rows of text as they stood in the source, decoded but not judged.
///
/// Rows may have fewer or more fields than the header; the quality check rejects such a row, not the chunk.
package struct RecordBlock: Sendable, Equatable {
  /// UTF-8 of the chunk; fields whose quotes were undoubled follow after it.
  private let text: [UInt8]
  private let fields: [FieldRange]
  /// For each row the index of its first field, and one more at the end.
  private let rowStarts: [Int]
  private let lines: [Int]

  struct FieldRange: Sendable, Equatable {
    let start: Int
    let end: Int
    /// JSON `null` or a key left out; the same as an empty field, for CSV cannot tell them apart either.
    static let absent = FieldRange(start: 0, end: 0)
  }

  init(text: [UInt8], fields: [FieldRange], rowStarts: [Int], lines: [Int]) {
    self.text = text
    self.fields = fields
    self.rowStarts = rowStarts + [fields.count]
    self.lines = lines
  }

  package var count: Int { lines.count }

  /// The line of the source file on which a row begins; the header is line 1.
  package func line(ofRow row: Int) -> Int { lines[row] }

  package func fieldCount(ofRow row: Int) -> Int { rowStarts[row + 1] - rowStarts[row] }

  /// The fields of a row in the order of the columns.
  package func fields(ofRow row: Int) -> [String] {
    fields[rowStarts[row]..<rowStarts[row + 1]].map { range in
      String(decoding: text[range.start..<range.end], as: UTF8.self)
    }
  }
}

/// Limits that hold for every format.
package struct FormatLimits: Sendable {
  /// The longest field; a field of a million characters is refused long before.
  package var fieldBytes = 65_536
  package var columns = 512

  package init() {}
}
