// Cuts a file into chunks at record ends, as the sender of a batch must (FORMATS "File chunk").

/// Takes the bytes of a file as they are read and gives them back as whole records in chunks.
///
/// Works on raw bytes of either encoding: in GB18030 no code of several bytes contains a quote, a comma, a carriage
/// return or a line feed. Not a validator: what is malformed is passed on and refused where it is read.
package struct RecordCutter: Sendable {
  /// Whole records and where they stood.
  package struct Chunk: Sendable, Equatable {
    /// From 1 on.
    package let number: Int
    /// The line of the file on which the chunk begins.
    package let firstLine: Int
    package let rowCount: Int
    package let bytes: [UInt8]
  }

  /// Whether a quote hides line ends: in CSV, not in JSON lines.
  package enum Quoting: Sendable { case csv, none }

  private let quoting: Quoting
  private let maximumRows: Int
  private let maximumBytes: Int

  private var pending: [UInt8] = []
  /// How far ``pending`` has been looked at.
  private var seen = 0
  /// End of the last whole record within ``pending``.
  private var lastEnd = 0
  private var rows = 0
  private var isQuoted = false
  private var lineIsEmpty = true
  private var line: Int
  /// The line after the last whole record.
  private var lineAtEnd: Int
  private var firstLine: Int
  private var number = 1

  /// - Parameter firstLine: The line of the file on which the bytes begin: 2 after a header, else 1.
  package init(
    quoting: Quoting = .csv, firstLine: Int = 2, maximumRows: Int = 32_768,
    maximumBytes: Int = 1 << 20
  ) {
    self.quoting = quoting
    self.firstLine = firstLine
    self.maximumRows = maximumRows
    self.maximumBytes = maximumBytes
    line = firstLine
    lineAtEnd = firstLine
  }

  /// Takes more of the file; gives the chunks that became full.
  ///
  /// - Throws: ``FormatRefusal/recordTooLong(line:limitBytes:)`` when one record fits no chunk, most often because a
  ///   quote is never closed; so memory stays bounded by one chunk and one piece.
  package mutating func append(_ bytes: [UInt8]) throws(FormatRefusal) -> [Chunk] {
    pending += bytes
    var chunks: [Chunk] = []
    while seen < pending.count {
      let byte = pending[seen]
      seen += 1
      if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
        lineIsEmpty = false
      } else if byte != UInt8(ascii: "\n") {
        if !isBlank(byte) { lineIsEmpty = false }
      } else {
        line += 1
        if quoting == .none || !isQuoted { try endRecord(&chunks) }
      }
    }
    try checkLength()
    return chunks
  }

  /// The rest of the file, one chunk or two; the last record may lack its line end.
  package mutating func finish() throws(FormatRefusal) -> [Chunk] {
    var chunks: [Chunk] = []
    if !lineIsEmpty { try endRecord(&chunks) }
    if let chunk = cut() { chunks.append(chunk) }
    return chunks
  }

  /// A record ends at ``seen``. What went before is cut off first when this record does not fit any more.
  private mutating func endRecord(_ chunks: inout [Chunk]) throws(FormatRefusal) {
    try checkLength()
    if rows > 0, seen > maximumBytes || (!lineIsEmpty && rows == maximumRows) {
      if let chunk = cut() { chunks.append(chunk) }
    }
    if !lineIsEmpty { rows += 1 }
    lastEnd = seen
    lineAtEnd = line
    lineIsEmpty = true
  }

  /// What the reader of the format passes over on a line without a record: in JSON lines white space too (RFC 8259).
  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\r")
      || quoting == .none && (byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t"))
  }

  private func checkLength() throws(FormatRefusal) {
    guard seen - lastEnd <= maximumBytes else {
      throw .recordTooLong(line: lineAtEnd, limitBytes: maximumBytes)
    }
  }

  private mutating func cut() -> Chunk? {
    guard rows > 0 else { return nil }
    let chunk = Chunk(
      number: number, firstLine: firstLine, rowCount: rows, bytes: Array(pending[..<lastEnd]))
    pending.removeFirst(lastEnd)
    seen -= lastEnd
    lastEnd = 0
    rows = 0
    number += 1
    firstLine = lineAtEnd
    return chunk
  }
}
