// JSON lines: one flat JSON object a line, read strictly.

/// Reads JSON lines (RFC 8259, one object a line, UTF-8).
///
/// Strict where JSON parsers differ: a key twice is an error, records are flat (no depth to limit), numbers keep their
/// text, so that no digit of an identifier passes through a floating-point number. A key left out and `null` are
/// an empty field. Empty lines are no records, but count as lines.
package struct JSONLinesReader: Sendable {
  package let columns: [String]
  package let limits: FormatLimits

  /// - Parameter columns: The keys, in the order in which fields are returned.
  package init(columns: [String], limits: FormatLimits = FormatLimits()) {
    self.columns = columns
    self.limits = limits
  }

  /// All rows of a chunk, or the first error.
  package func read(
    _ bytes: [UInt8], firstLine: Int, rowCount: Int? = nil
  ) throws(FormatRefusal) -> RecordBlock {
    let text = try TextEncoding.utf8.decode(bytes, firstLine: firstLine)
    var scanner = JSONLineScanner(text: text, line: firstLine, columns: columns, limits: limits)
    let block = try scanner.scan(rowCount: rowCount)
    if let rowCount, rowCount != block.count {
      throw .rowCountDiffers(stated: rowCount, found: block.count)
    }
    return block
  }
}

/// One pass over a chunk; values are unescaped into a buffer of their own.
private struct JSONLineScanner {
  private let text: [UInt8]
  private let columns: [[UInt8]: Int]
  private let limits: FormatLimits
  private var at = 0
  private var line: Int
  private var lineStart = 0
  private var values: [UInt8] = []
  private var fields: [RecordBlock.FieldRange] = []
  private var rowStarts: [Int] = []
  private var lines: [Int] = []

  init(text: [UInt8], line: Int, columns: [String], limits: FormatLimits) {
    self.text = text
    self.line = line
    self.columns = Dictionary(
      columns.enumerated().map { (Array($1.utf8), $0) }, uniquingKeysWith: { first, _ in first })
    self.limits = limits
    if line == 1, text.starts(with: TextEncoding.byteOrderMark) {
      at = TextEncoding.byteOrderMark.count
    }
  }

  /// - Parameter rowCount: What was stated; what comes beyond it is not read, so that a short text cannot take much memory.
  mutating func scan(rowCount: Int?) throws(FormatRefusal) -> RecordBlock {
    while at < text.count {
      lineStart = at
      skipBlanks()
      if at < text.count, text[at] != UInt8(ascii: "\n") {
        if let rowCount, lines.count >= rowCount {
          throw .rowCountDiffers(stated: rowCount, found: rowCount + 1)
        }
        rowStarts.append(fields.count)
        lines.append(line)
        try scanObject()
        skipBlanks()
      }
      guard at < text.count else { break }
      guard text[at] == UInt8(ascii: "\n") else { throw problem(.syntax) }
      at += 1
      line += 1
    }
    return RecordBlock(text: values, fields: fields, rowStarts: rowStarts, lines: lines)
  }

  private mutating func scanObject() throws(FormatRefusal) {
    guard take("{") else { throw problem(.notAnObject) }
    let first = fields.count
    fields += Array(repeating: .absent, count: columns.count)
    var isSeen = [Bool](repeating: false, count: columns.count)
    skipBlanks()
    if take("}") { return }
    repeat {
      skipBlanks()
      let column = try scanKey()
      guard !isSeen[column] else { throw problem(.duplicateKey) }
      isSeen[column] = true
      skipBlanks()
      guard take(":") else { throw problem(.syntax) }
      skipBlanks()
      fields[first + column] = try scanValue(column: column)
      skipBlanks()
    } while take(",")
    guard take("}") else { throw problem(.syntax) }
  }

  private mutating func scanKey() throws(FormatRefusal) -> Int {
    let start = values.count
    try scanString(column: 0)
    let key = Array(values[start...])
    values.removeLast(values.count - start)
    guard let column = columns[key] else { throw problem(.unknownKey) }
    return column
  }

  private mutating func scanValue(column: Int) throws(FormatRefusal) -> RecordBlock.FieldRange {
    guard at < text.count else { throw problem(.syntax) }
    let start = values.count
    switch text[at] {
    case UInt8(ascii: "\""): try scanString(column: column)
    case UInt8(ascii: "{"), UInt8(ascii: "["): throw problem(.nested)
    case UInt8(ascii: "t"): try scanWord("true")
    case UInt8(ascii: "f"): try scanWord("false")
    case UInt8(ascii: "n"):
      try scanWord("null")
      values.removeLast(values.count - start)
      return .absent
    default: try scanNumber(column: column)
    }
    return RecordBlock.FieldRange(start: start, end: values.count)
  }

  private mutating func scanWord(_ word: String) throws(FormatRefusal) {
    for byte in word.utf8 {
      guard at < text.count, text[at] == byte else { throw problem(.syntax) }
      values.append(byte)
      at += 1
    }
  }

  /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
  private mutating func scanNumber(column: Int) throws(FormatRefusal) {
    let start = at
    _ = take("-")
    if !take("0") { try skipDigits() }
    if take(".") { try skipDigits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try skipDigits()
    }
    guard at - start <= limits.fieldBytes else { throw tooLong(column: column) }
    values += text[start..<at]
  }

  private mutating func skipDigits() throws(FormatRefusal) {
    let start = at
    while at < text.count, text[at] >= UInt8(ascii: "0"), text[at] <= UInt8(ascii: "9") { at += 1 }
    guard at > start else { throw problem(.syntax) }
  }

  /// A string, unescaped onto the end of ``values``.
  private mutating func scanString(column: Int) throws(FormatRefusal) {
    guard take("\"") else { throw problem(.syntax) }
    let start = values.count
    while true {
      guard at < text.count, text[at] >= 0x20 else { throw problem(.syntax) }
      let byte = text[at]
      at += 1
      if byte == UInt8(ascii: "\"") { return }
      if byte == UInt8(ascii: "\\") {
        try scanEscape()
      } else {
        values.append(byte)
      }
      guard values.count - start <= limits.fieldBytes else { throw tooLong(column: column) }
    }
  }

  private mutating func scanEscape() throws(FormatRefusal) {
    guard at < text.count else { throw problem(.syntax) }
    let byte = text[at]
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): values.append(byte)
    case UInt8(ascii: "b"): values.append(0x08)
    case UInt8(ascii: "f"): values.append(0x0C)
    case UInt8(ascii: "n"): values.append(0x0A)
    case UInt8(ascii: "r"): values.append(0x0D)
    case UInt8(ascii: "t"): values.append(0x09)
    case UInt8(ascii: "u"): try scanUnicodeEscape()
    default: throw problem(.badEscape)
    }
  }

  private mutating func scanUnicodeEscape() throws(FormatRefusal) {
    var value = try fourHexDigits()
    if (0xD800...0xDBFF).contains(value) {
      guard take("\\"), take("u") else { throw problem(.badEscape) }
      let low = try fourHexDigits()
      guard (0xDC00...0xDFFF).contains(low) else { throw problem(.badEscape) }
      value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
    }
    guard value != 0 else { throw .nul(line: line, byteOffset: at) }
    guard let scalar = Unicode.Scalar(value) else { throw problem(.badEscape) }
    values += Array(String(Character(scalar)).utf8)
  }

  private mutating func fourHexDigits() throws(FormatRefusal) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard at < text.count, let digit = Character(Unicode.Scalar(text[at])).hexDigitValue else {
        throw problem(.badEscape)
      }
      value = value << 4 | UInt32(digit)
      at += 1
    }
    return value
  }

  private mutating func skipBlanks() {
    while at < text.count {
      switch text[at] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): at += 1
      default: return
      }
    }
  }

  private mutating func take(_ letter: Unicode.Scalar) -> Bool {
    guard at < text.count, text[at] == UInt8(ascii: letter) else { return false }
    at += 1
    return true
  }

  private func problem(_ problem: FormatRefusal.JSONProblem) -> FormatRefusal {
    .malformedJSON(line: line, column: at - lineStart + 1, problem: problem)
  }

  private func tooLong(column: Int) -> FormatRefusal {
    .fieldTooLong(line: line, column: column + 1, limitBytes: limits.fieldBytes)
  }
}
