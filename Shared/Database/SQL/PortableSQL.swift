// The one SQL text of a store, turned into what PostgreSQL wants to read.

/// Rewrites portable SQL for PostgreSQL.
///
/// Stores write SQL once, in the form that SQLite takes as it is. For PostgreSQL a tokenizer replaces
/// - `?1` by `$1`;
/// - the types, in schema steps: `INTEGER` by `BIGINT`, `BLOB` by `BYTEA`, `TEXT` by `TEXT COLLATE "C"` (so that both sort by
///   bytes); in a `CAST`: `AS INTEGER` by `AS BIGINT`, `AS BLOB` by `AS BYTEA`;
/// - a blob literal `X'00ff'` by `'\x00ff'::bytea`.
///
/// Nothing inside a string, a quoted identifier, a comment or a dollar quote is touched.
enum PortableSQL {
  enum Purpose { case statement, schema }

  struct Rewritten: Equatable {
    let text: String
    /// The highest `?N`, which is how many arguments the statement takes.
    let argumentCount: Int
  }

  /// - Throws: ``DatabaseError/misuse(_:)`` for what is not portable: an argument without a number, an open quote or
  ///   comment, a comment in a comment (PostgreSQL nests them, SQLite does not).
  static func postgres(_ sql: String, _ purpose: Purpose = .statement) throws(DatabaseError)
    -> Rewritten
  {
    var rewriter = PostgresRewriter(sql, purpose)
    try rewriter.run()
    return Rewritten(
      text: String(decoding: rewriter.output, as: UTF8.self), argumentCount: rewriter.highest)
  }

  /// The schema step as SQLite gets it: tables are `STRICT`, so that both backends refuse a value of another type.
  static func sqliteSchema(_ sql: String) -> String {
    let words = sql.split(whereSeparator: \.isWhitespace).prefix(2).map { $0.uppercased() }
    guard words == ["CREATE", "TABLE"] else { return sql }
    return "\(sql.trimmingSuffix { $0.isWhitespace || $0 == ";" }) STRICT"
  }
}

extension String {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
    var text = self[...]
    while let last = text.last, predicate(last) { text.removeLast() }
    return text
  }
}

/// One pass over the bytes. Every byte of a UTF-8 sequence is above 127 and so part of a word or of a quoted text.
private struct PostgresRewriter {
  private let input: [UInt8]
  private let purpose: PortableSQL.Purpose
  private var position = 0
  private var previousWord = ""
  private(set) var output: [UInt8] = []
  private(set) var highest = 0

  init(_ sql: String, _ purpose: PortableSQL.Purpose) {
    input = Array(sql.utf8)
    self.purpose = purpose
    output.reserveCapacity(input.count + 16)
  }

  mutating func run() throws(DatabaseError) {
    while position < input.count {
      let byte = input[position]
      switch byte {
      case UInt8(ascii: "'"): try copyQuoted(byte, escapes: false)
      case UInt8(ascii: "\""): try copyQuoted(byte, escapes: false)
      case UInt8(ascii: "-") where next == UInt8(ascii: "-"): copyLineComment()
      case UInt8(ascii: "/") where next == UInt8(ascii: "*"): try copyBlockComment()
      case UInt8(ascii: "$"): try copyDollar()
      case UInt8(ascii: "?"): try rewriteArgument()
      case _ where byte.isWordStart: try rewriteWord()
      case _ where byte.isDigit: copyWhile { $0.isDigit || $0.isWordStart }
      default:
        if !byte.isSpace { previousWord = "" }
        output.append(byte)
        position += 1
      }
    }
  }

  private var next: UInt8? { position + 1 < input.count ? input[position + 1] : nil }

  private mutating func copyWhile(_ predicate: (UInt8) -> Bool) {
    while position < input.count, predicate(input[position]) {
      output.append(input[position])
      position += 1
    }
    previousWord = ""
  }

  /// A string or a quoted identifier; the quote is doubled inside. With `escapes` a backslash hides the next byte (`E'…'`).
  private mutating func copyQuoted(_ quote: UInt8, escapes: Bool) throws(DatabaseError) {
    output.append(quote)
    position += 1
    while position < input.count {
      let byte = input[position]
      output.append(byte)
      position += 1
      if byte == quote {
        guard position < input.count, input[position] == quote else {
          previousWord = ""
          return
        }
        output.append(quote)
        position += 1
      } else if escapes, byte == UInt8(ascii: "\\"), position < input.count {
        output.append(input[position])
        position += 1
      }
    }
    throw .misuse("a quote is not closed")
  }

  private mutating func copyLineComment() {
    while position < input.count, input[position] != UInt8(ascii: "\n") {
      output.append(input[position])
      position += 1
    }
  }

  private mutating func copyBlockComment() throws(DatabaseError) {
    output += input[position..<position + 2]
    position += 2
    while position < input.count {
      let pair = (input[position], next)
      if pair == (UInt8(ascii: "*"), UInt8(ascii: "/")) {
        output += input[position..<position + 2]
        position += 2
        return
      }
      if pair == (UInt8(ascii: "/"), UInt8(ascii: "*")) {
        throw .misuse("a comment in a comment is not portable")
      }
      output.append(input[position])
      position += 1
    }
    throw .misuse("a comment is not closed")
  }

  /// `$1` of a text in PostgreSQL's own form, or a dollar quote `$tag$ … $tag$`, copied whole.
  private mutating func copyDollar() throws(DatabaseError) {
    var end = position + 1
    if end < input.count, input[end].isDigit {
      output.append(input[position])
      position += 1
      copyWhile { $0.isDigit }
      return
    }
    while end < input.count, input[end].isWordStart || input[end].isDigit { end += 1 }
    guard end < input.count, input[end] == UInt8(ascii: "$") else {
      throw .misuse("named arguments are not portable; write ?1")
    }
    let tag = input[position...end]
    var close = end + 1
    while close + tag.count <= input.count {
      if input[close..<close + tag.count].elementsEqual(tag) {
        output += input[position..<close + tag.count]
        position = close + tag.count
        previousWord = ""
        return
      }
      close += 1
    }
    throw .misuse("a dollar quote is not closed")
  }

  private mutating func rewriteArgument() throws(DatabaseError) {
    position += 1
    var number = 0
    while position < input.count, input[position].isDigit, number < 100_000 {
      number = number * 10 + Int(input[position] - UInt8(ascii: "0"))
      position += 1
    }
    guard (1...32_766).contains(number) else {
      throw .misuse("an argument needs a number from 1 to 32766: ?1")
    }
    highest = max(highest, number)
    output += Array("$\(number)".utf8)
    previousWord = ""
  }

  private mutating func rewriteWord() throws(DatabaseError) {
    let start = position
    while position < input.count, input[position].isWordStart || input[position].isDigit {
      position += 1
    }
    let word = input[start..<position]
    let upper = String(decoding: word, as: UTF8.self).uppercased()
    let isQuoted = position < input.count && input[position] == UInt8(ascii: "'")
    if isQuoted, upper == "X" {
      output += Array("'\\x".utf8)
      position += 1
      copyWhile { $0 != UInt8(ascii: "'") }
      guard position < input.count else { throw .misuse("a quote is not closed") }
      position += 1
      output += Array("'::bytea".utf8)
    } else if isQuoted, upper == "E" {
      output += word
      try copyQuoted(UInt8(ascii: "'"), escapes: true)
    } else {
      output += replacement(of: upper).map { Array($0.utf8) } ?? Array(word)
      previousWord = upper
    }
  }

  private func replacement(of word: String) -> String? {
    let isCast = previousWord == "AS"
    guard isCast || purpose == .schema else { return nil }
    switch word {
    case "INTEGER": return "BIGINT"
    case "BLOB": return "BYTEA"
    case "TEXT": return isCast ? nil : "TEXT COLLATE \"C\""
    default: return nil
    }
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
  fileprivate var isSpace: Bool { self == 32 || (9...13).contains(self) }
  fileprivate var isWordStart: Bool {
    self == UInt8(ascii: "_") || self >= 128
      || (self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z"))
      || (self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z"))
  }
}
