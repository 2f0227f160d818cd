// The shape of a file: its first comment, its length, the length of its functions, the names of its types.

import SourceReading

enum Limits {
  /// A function fits a screen.
  static let functionLines = 60
  /// At 400 lines one asks whether a file holds one thing; at 500 the answer is no.
  static let fileLines = 500
}

/// Files that do not begin by saying what they are for.
func missingFirstComment(in file: SourceFile) -> [Violation] {
  // The first line of a manifest is the tools version, which is not the comment meant here.
  let first = file.lines.first { !$0.hasPrefix("// swift-tools-version") } ?? ""
  let words = first.drop { $0 == "/" || $0 == " " }
  if first.hasPrefix("//"), words.count >= 10 { return [] }
  return [
    Violation(path: file.path, line: 1, rule: "a file starts with a comment saying what it is for")
  ]
}

func overlongFile(_ file: SourceFile) -> [Violation] {
  guard file.lines.count > Limits.fileLines + 1 else { return [] }
  return [
    Violation(
      path: file.path, line: Limits.fileLines,
      rule: "\(file.lines.count - 1) lines; at most \(Limits.fileLines): does it hold one thing?")
  ]
}

/// Functions, initialisers and computed properties past a screen.
func overlongFunctions(in file: SourceFile) -> [Violation] {
  FunctionReader(code: file.blanked).functions().filter { $0.lines > Limits.functionLines }.map {
    Violation(
      path: file.path, line: $0.line,
      rule: "\($0.name) has \($0.lines) lines; at most \(Limits.functionLines): it fits a screen")
  }
}

/// Unfinished work left in the text. The words are put together here, or this file would find itself.
func unfinishedMarks(in file: SourceFile) -> [Violation] {
  let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X:"]
  return file.lines.enumerated().compactMap { index, line in
    guard let word = words.first(where: line.contains) else { return nil }
    return Violation(path: file.path, line: index + 1, rule: "\(word): finish it or open an issue")
  }
}

/// Types named like a module: `Module.Type` could then never be written.
func moduleNamedTypes(in file: SourceFile, modules: Set<String>) -> [Violation] {
  let kinds = ["struct", "class", "enum", "actor", "protocol", "typealias"]
  return file.code.enumerated().flatMap { index, line -> [Violation] in
    guard kinds.contains(where: line.contains) else { return [] }
    return line.matches(of: /\b(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)/)
      .map { String($0.output.1) }.filter(modules.contains)
      .map {
        Violation(path: file.path, line: index + 1, rule: "\($0) is the name of a module, too")
      }
  }
}

/// Generated files that do not say so in their first lines, and by that were edited or written by hand.
func missingGeneratedMark(in file: SourceFile) -> [Violation] {
  guard file.isGenerated else { return [] }
  let head = file.lines.prefix(5).joined(separator: " ").lowercased()
  if head.contains("generated") { return [] }
  return [
    Violation(path: file.path, line: 1, rule: "generated files say so; run make proto, never edit")
  ]
}

/// Finds declarations with a body, and measures it from the declaration to the closing brace.
struct FunctionReader {
  let code: [UInt8]

  struct Function: Equatable {
    let name: String
    let line: Int
    let lines: Int
  }

  func functions() -> [Function] {
    var found: [Function] = []
    var line = 1
    var index = 0
    while index < code.count {
      if code[index] == UInt8(ascii: "\n") { line += 1 }
      if let word = word(at: index) {
        if let name = declaration(word, endingAt: index + word.count),
          let end = body(after: index + word.count)
        {
          let lines = code[index...end].count { $0 == UInt8(ascii: "\n") } + 1
          found.append(Function(name: name, line: line, lines: lines))
        }
        index += word.count
      } else {
        index += 1
      }
    }
    return found
  }

  /// The whole name that starts here, if one does.
  private func word(at index: Int) -> String? {
    guard Self.isName(code[index]), index == 0 || !Self.isName(code[index - 1]) else { return nil }
    return String(decoding: code[index...].prefix(while: Self.isName), as: UTF8.self)
  }

  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 128...:
      true
    default: false
    }
  }

  /// The name of what the keyword declares, or nil when it declares nothing here (`self.init(…)`, a `var` in a body).
  private func declaration(_ word: String, endingAt end: Int) -> String? {
    let start = end - word.utf8.count
    if start > 0, code[start - 1] == UInt8(ascii: ".") { return nil }
    let rest = code[end...].drop { $0 == UInt8(ascii: " ") }
    switch word {
    case "func", "var":
      guard end < code.count, code[end] == UInt8(ascii: " ") else { return nil }
      let name = rest.prefix { !" (<:\n".utf8.contains($0) }
      return "\(word) \(String(decoding: name, as: UTF8.self))"
    case "init", "subscript":
      return rest.first.map { "(<?!".utf8.contains($0) } == true ? word : nil
    case "deinit":
      return word
    default:
      return nil
    }
  }

  /// The offset of the brace that closes the body, or nil where there is no body: a requirement, a stored property.
  private func body(after start: Int) -> Int? {
    var depth = 0
    var index = start
    while index < code.count {
      switch code[index] {
      case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "{") where depth == 0: return closingBrace(from: index)
      case UInt8(ascii: "}") where depth <= 0: return nil
      case UInt8(ascii: "=") where depth == 0 && !isOperator(at: index): return nil
      case UInt8(ascii: "\n") where depth == 0:
        if !signatureGoesOn(after: index) { return nil }
      default: break
      }
      if depth < 0 { return nil }
      index += 1
    }
    return nil
  }

  /// Whether the `=` is part of `==`, as in a `where` clause or the name of an operator.
  private func isOperator(at index: Int) -> Bool {
    let marks = Array("=<>!+-*/%&|^~".utf8)
    return marks.contains(code[index - 1])
      || (index + 1 < code.count && marks.contains(code[index + 1]))
  }

  private func signatureGoesOn(after newline: Int) -> Bool {
    let before = code[..<newline].reversed().prefix { $0 != UInt8(ascii: "\n") }
      .drop { $0 == UInt8(ascii: " ") }
    if let last = before.first, ">,&:".utf8.contains(last) { return true }
    let next = code[newline...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
    let words = ["{", "->", "where ", "throws", "async", "rethrows", "("]
    return words.contains { next.starts(with: $0.utf8) }
  }

  private func closingBrace(from open: Int) -> Int? {
    var depth = 0
    for index in open..<code.count {
      if code[index] == UInt8(ascii: "{") { depth += 1 }
      if code[index] == UInt8(ascii: "}") {
        depth -= 1
        if depth == 0 { return index }
      }
    }
    return nil
  }
}
