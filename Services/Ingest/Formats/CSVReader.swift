// CSV as of RFC 4180, one chunk of whole records at a time.

/// Reads CSV (RFC 4180): comma, double quote, LF or CR LF.
///
/// Chunks are cut at record ends, so each can be read alone and by any replica. Empty lines are no records, but count as
/// lines. Where the standard leaves room, the strict reading is taken: a quote in an unquoted field, text after a closing
/// quote and a carriage return alone are errors, because each is more often a broken export than meant.
package struct CSVReader: Sendable {
  package let encoding: TextEncoding
  package let limits: FormatLimits

  package init(encoding: TextEncoding, limits: FormatLimits = FormatLimits()) {
    self.encoding = encoding
    self.limits = limits
  }

  /// The column names of the header line, a byte order mark removed.
  package func header(_ bytes: [UInt8]) throws(FormatRefusal) -> [String] {
    let block = try read(bytes, firstLine: 1)
    guard block.count == 1 else { throw .headerMissing }
    return block.fields(ofRow: 0)
  }

  /// All rows of a chunk, or the first error.
  ///
  /// - Parameters:
  ///   - bytes: Whole records in ``encoding``.
  ///   - firstLine: The line of the source file on which the chunk begins.
  ///   - rowCount: What the sender stated, if it did.
  package func read(
    _ bytes: [UInt8], firstLine: Int, rowCount: Int? = nil
  ) throws(FormatRefusal) -> RecordBlock {
    let text = try encoding.decode(bytes, firstLine: firstLine)
    var scanner = CSVScanner(text: text, line: firstLine, limits: limits)
    let block = try scanner.scan(rowCount: rowCount)
    if let rowCount, rowCount != block.count {
      throw .rowCountDiffers(stated: rowCount, found: block.count)
    }
    return block
  }
}

/// One pass over the decoded bytes of a chunk.
private struct CSVScanner {
  private let text: [UInt8]
  private let limits: FormatLimits
  private var at = 0
  private var line: Int
  private var fields: [RecordBlock.FieldRange] = []
  private var rowStarts: [Int] = []
  private var lines: [Int] = []
  /// Fields whose doubled quotes were made single; they are laid behind ``text``.
  private var undoubled: [UInt8] = []

  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  init(text: [UInt8], line: Int, limits: FormatLimits) {
    self.text = text
    self.line = line
    self.limits = limits
    if text.starts(with: TextEncoding.byteOrderMark) { at = TextEncoding.byteOrderMark.count }
  }

  /// - Parameter rowCount: What was stated; what comes beyond it is not read, so that a short text cannot take much memory.
  mutating func scan(rowCount: Int?) throws(FormatRefusal) -> RecordBlock {
    while at < text.count {
      if try skipLineEnd() { continue }
      if let rowCount, lines.count >= rowCount {
        throw .rowCountDiffers(stated: rowCount, found: rowCount + 1)
      }
      rowStarts.append(fields.count)
      lines.append(line)
      try scanRecord()
    }
    return RecordBlock(text: text + undoubled, fields: fields, rowStarts: rowStarts, lines: lines)
  }

  private mutating func scanRecord() throws(FormatRefusal) {
    var column = 1
    while true {
      if at < text.count, text[at] == Self.quote {
        try scanQuoted(column: column)
      } else {
        try scanPlain(column: column)
      }
      guard at < text.count else { return }
      if text[at] == Self.comma {
        at += 1
        column += 1
        guard column <= limits.columns else {
          throw .tooManyColumns(line: line, limit: limits.columns)
        }
      } else {
        _ = try skipLineEnd()
        return
      }
    }
  }

  private mutating func scanPlain(column: Int) throws(FormatRefusal) {
    let start = at
    while at < text.count {
      let byte = text[at]
      if byte == Self.comma || byte == Self.lineFeed || byte == Self.carriageReturn { break }
      guard byte != Self.quote else { throw .strayQuote(line: line, column: column) }
      at += 1
    }
    try append(start, at, line: line, column: column)
  }

  private mutating func scanQuoted(column: Int) throws(FormatRefusal) {
    let openedOn = line
    at += 1
    let start = at
    var hasDoubled = false
    while at < text.count {
      let byte = text[at]
      if byte == Self.lineFeed {
        line += 1
      } else if byte == Self.quote {
        guard at + 1 < text.count, text[at + 1] == Self.quote else { break }
        hasDoubled = true
        at += 1
      }
      at += 1
    }
    guard at < text.count else { throw .quoteNeverClosed(line: openedOn, column: column) }
    let end = at
    at += 1
    if at < text.count, text[at] != Self.comma, text[at] != Self.lineFeed,
      text[at] != Self.carriageReturn
    {
      throw .strayQuote(line: line, column: column)
    }
    try append(start, end, line: openedOn, column: column)
    if hasDoubled { undouble(start, end) }
  }

  private mutating func append(
    _ start: Int, _ end: Int, line: Int, column: Int
  ) throws(FormatRefusal) {
    guard end - start <= limits.fieldBytes else {
      throw .fieldTooLong(line: line, column: column, limitBytes: limits.fieldBytes)
    }
    fields.append(RecordBlock.FieldRange(start: start, end: end))
  }

  /// Lays the field just read behind the text with each pair of quotes made one.
  private mutating func undouble(_ start: Int, _ end: Int) {
    let from = text.count + undoubled.count
    var index = start
    while index < end {
      undoubled.append(text[index])
      index += text[index] == Self.quote ? 2 : 1
    }
    fields[fields.count - 1] = RecordBlock.FieldRange(
      start: from, end: text.count + undoubled.count)
  }

  /// Steps over one line end, if there is one here.
  private mutating func skipLineEnd() throws(FormatRefusal) -> Bool {
    switch text[at] {
    case Self.lineFeed:
      at += 1
    case Self.carriageReturn:
      guard at + 1 < text.count, text[at + 1] == Self.lineFeed else {
        throw .loneCarriageReturn(line: line)
      }
      at += 2
    default:
      return false
    }
    line += 1
    return true
  }
}
