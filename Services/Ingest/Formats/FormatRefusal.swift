// Why a chunk or a header cannot be read. Refused whole: no row of it is taken, and nothing is guessed.

package import Vocabulary

/// A chunk or a header that is not in the declared format.
///
/// Lines are those of the source file, the header being line 1; byte offsets count from the start of the chunk.
/// No case carries content of a row.
package enum FormatRefusal: Refusal, Equatable {
  /// `looksLike` is the encoding the bytes would be valid in, where there is one.
  case badEncoding(declared: TextEncoding, line: Int, byteOffset: Int, looksLike: String?)
  case nul(line: Int, byteOffset: Int)
  /// `line` is where the quote was opened.
  case quoteNeverClosed(line: Int, column: Int)
  /// A quote inside an unquoted field, or text after a closing quote (RFC 4180, section 2, rules 5 to 7).
  case strayQuote(line: Int, column: Int)
  /// A carriage return that is not followed by a line feed.
  case loneCarriageReturn(line: Int)
  case fieldTooLong(line: Int, column: Int, limitBytes: Int)
  case tooManyColumns(line: Int, limit: Int)
  /// One record is longer than a chunk may be.
  case recordTooLong(line: Int, limitBytes: Int)
  case rowCountDiffers(stated: Int, found: Int)
  case malformedJSON(line: Int, column: Int, problem: JSONProblem)
  /// The file has no header line.
  case headerMissing

  /// What is wrong with one line of JSON.
  package enum JSONProblem: String, CaseIterable, Sendable {
    /// The line is not one JSON object (RFC 8259).
    case notAnObject = "json_not_an_object"
    case syntax = "json_syntax"
    /// RFC 8259 leaves it open; here a key twice is an error, for one of the two values would be lost.
    case duplicateKey = "json_duplicate_key"
    case unknownKey = "json_unknown_key"
    /// A record is flat: no value is an object or an array.
    case nested = "json_nested"
    case badEscape = "json_bad_escape"
  }

  package var kind: RefusalKind {
    switch self {
    case .fieldTooLong, .tooManyColumns, .recordTooLong: .tooMuch
    default: .malformed
    }
  }

  package var reason: String {
    switch self {
    case .badEncoding: "ingest.encoding_wrong"
    case .nul: "ingest.nul_in_text"
    case .quoteNeverClosed: "ingest.quote_never_closed"
    case .strayQuote: "ingest.stray_quote"
    case .loneCarriageReturn: "ingest.lone_carriage_return"
    case .fieldTooLong: "ingest.field_too_long"
    case .tooManyColumns: "ingest.too_many_columns"
    case .recordTooLong: "ingest.record_too_long"
    case .rowCountDiffers: "ingest.row_count_differs"
    case .malformedJSON(_, _, let problem): "ingest.\(problem.rawValue)"
    case .headerMissing: "ingest.header_missing"
    }
  }

  package var field: String? {
    switch self {
    case .rowCountDiffers: "row_count"
    case .headerMissing: "header"
    default: "content"
    }
  }

  package var sentence: BilingualText {
    switch self {
    case .badEncoding(let declared, let line, let offset, let looksLike):
      Self.encodingSentence(declared, line, offset, looksLike)
    case .nul(let line, let offset):
      BilingualText(
        "第 \(line) 行（本块第 \(offset) 字节）有空字符（NUL），文本中不允许。",
        "Line \(line) (byte \(offset) of the chunk) holds a NUL, which no text may.")
    case .quoteNeverClosed(let line, let column):
      BilingualText(
        "第 \(line) 行第 \(column) 列的引号没有闭合。",
        "The quote opened on line \(line), column \(column), is never closed.")
    case .strayQuote(let line, let column):
      BilingualText(
        "第 \(line) 行第 \(column) 列的引号位置不合规（RFC 4180）：含引号的字段须整体加引号，内部引号写两次。",
        "A quote on line \(line), column \(column), stands where RFC 4180 allows none: quote the whole field and "
          + "write inner quotes twice.")
    case .loneCarriageReturn(let line):
      BilingualText(
        "第 \(line) 行有单独的回车符；行尾须为 LF 或 CR LF。",
        "Line \(line) holds a carriage return alone; lines end with LF or CR LF.")
    case .fieldTooLong(let line, let column, let limit):
      BilingualText(
        "第 \(line) 行第 \(column) 列超过 \(limit) 字节。",
        "Line \(line), column \(column), is longer than \(limit) bytes.")
    case .tooManyColumns(let line, let limit):
      BilingualText(
        "第 \(line) 行超过 \(limit) 列。", "Line \(line) has more than \(limit) columns.")
    case .recordTooLong(let line, let limit):
      BilingualText(
        "第 \(line) 行起的一条记录超过 \(limit) 字节。",
        "The record that begins on line \(line) is longer than \(limit) bytes.")
    case .rowCountDiffers(let stated, let found):
      BilingualText(
        "本块声明 \(stated) 行，实有 \(found) 行。",
        "The chunk states \(stated) rows and holds \(found).")
    case .malformedJSON(let line, let column, let problem):
      Self.sentence(of: problem, line: line, column: column)
    case .headerMissing:
      BilingualText("文件没有表头行。", "The file has no header line.")
    }
  }

  package var nextStep: BilingualText? {
    switch self {
    case .badEncoding(_, _, _, .some(let other)) where TextEncoding(rawValue: other) != nil:
      BilingualText(
        "请声明编码 \(other) 后重新提交。", "Declare the encoding \(other) and send the batch again.")
    case .badEncoding(_, _, _, .some):
      BilingualText(
        "请把文件另存为 UTF-8 或 GB18030。", "Save the file as UTF-8 or GB18030.")
    case .fieldTooLong, .recordTooLong:
      BilingualText(
        "常见原因是前面某行的引号没有闭合。",
        "Often a quote on an earlier line was never closed.")
    default: nil
    }
  }

  private static func encodingSentence(
    _ declared: TextEncoding, _ line: Int, _ offset: Int, _ looksLike: String?
  ) -> BilingualText {
    let guess =
      looksLike.map { BilingualText("，看起来是 \($0)", "; they look like \($0)") }
      ?? BilingualText("", "")
    return BilingualText(
      "第 \(line) 行（本块第 \(offset) 字节）不是声明的编码 \(declared.rawValue)\(guess.chinese)。本块未收任何一行。",
      "The bytes on line \(line) (byte \(offset) of the chunk) are not the declared \(declared.rawValue)"
        + "\(guess.english). No row of the chunk was taken.")
  }

  private static func sentence(of problem: JSONProblem, line: Int, column: Int) -> BilingualText {
    let place = BilingualText(
      "第 \(line) 行第 \(column) 字节：", "Line \(line), byte \(column): ")
    let what =
      switch problem {
      case .notAnObject:
        BilingualText("每行须是一个 JSON 对象。", "each line must be one JSON object.")
      case .syntax: BilingualText("不是合法的 JSON。", "this is not JSON.")
      case .duplicateKey: BilingualText("同一个键出现两次。", "a key stands twice.")
      case .unknownKey: BilingualText("目录中没有这个数据项。", "the entry has no item of this key.")
      case .nested:
        BilingualText("值不能是对象或数组。", "a value may be neither an object nor an array.")
      case .badEscape: BilingualText("转义不合法。", "the escape is not valid.")
      }
    return BilingualText(place.chinese + what.chinese, place.english + what.english)
  }
}
