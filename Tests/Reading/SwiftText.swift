// Swift source with comments and literals blanked, so that a search for a call finds calls and not words about them.

/// Source text with every comment and string literal replaced by spaces. Length and line breaks stay, so that an offset
/// or a line number means the same in both; code inside `\(…)` stays code.
package struct SwiftText {
  /// The blanked bytes.
  package let code: [UInt8]

  package init(_ source: [UInt8]) {
    var blanker = Blanker(source: source)
    blanker.readCode(closing: nil)
    code = blanker.output
  }

  /// The blanked text by line, the first being line 1 of the file.
  package var lines: [String] {
    code.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }
}

/// A reader of Swift's lexical grammar that knows just enough of it: comments (nested), strings (plain, multi-line, raw),
/// interpolation, and regex literals where an operator cannot stand.
private struct Blanker {
  let source: [UInt8]
  var output: [UInt8]
  var index = 0
  /// The last byte of code that was not a space, which tells a regex literal from a division.
  var previous: UInt8 = UInt8(ascii: "\n")

  init(source: [UInt8]) {
    self.source = source
    output = source
  }

  func byte(at offset: Int) -> UInt8? {
    offset < source.count ? source[offset] : nil
  }

  /// Whether the source goes on with this text here.
  func isAt(_ text: StaticString, _ offset: Int? = nil) -> Bool {
    text.withUTF8Buffer { wanted in
      let start = offset ?? index
      return start + wanted.count <= source.count
        && source[start..<start + wanted.count].elementsEqual(wanted)
    }
  }

  mutating func blank() {
    guard index < source.count else { return }
    if source[index] != UInt8(ascii: "\n") { output[index] = UInt8(ascii: " ") }
    index += 1
  }

  mutating func blank(_ count: Int) {
    for _ in 0..<count { blank() }
  }

  /// Reads code up to the end, or in an interpolation up to the parenthesis that closes it.
  mutating func readCode(closing: UInt8?) {
    var depth = 0
    while let current = byte(at: index) {
      if isAt("//") {
        while let next = byte(at: index), next != UInt8(ascii: "\n") { blank() }
      } else if isAt("/*") {
        readBlockComment()
      } else if current == UInt8(ascii: "\"") {
        readString(hashes: 0)
      } else if current == UInt8(ascii: "#") {
        readHash()
      } else if current == UInt8(ascii: "/"), mayStartRegex {
        readRegex(hashes: 0)
      } else {
        if current == UInt8(ascii: "(") { depth += 1 }
        if current == UInt8(ascii: ")") {
          if depth == 0, closing == current { return }
          depth -= 1
        }
        if current != UInt8(ascii: " ") { previous = current }
        index += 1
      }
    }
  }

  mutating func readBlockComment() {
    var depth = 0
    repeat {
      if isAt("/*") {
        depth += 1
        blank(2)
      } else if isAt("*/") {
        depth -= 1
        blank(2)
      } else {
        blank()
      }
    } while depth > 0 && index < source.count
  }

  /// A run of `#` opens a raw string or an extended regex, or is a directive or macro.
  mutating func readHash() {
    var end = index
    while byte(at: end) == UInt8(ascii: "#") { end += 1 }
    let hashes = end - index
    switch byte(at: end) {
    case UInt8(ascii: "\""):
      blank(hashes)
      readString(hashes: hashes)
    case UInt8(ascii: "/"):
      blank(hashes)
      readRegex(hashes: hashes)
    default:
      previous = UInt8(ascii: "#")
      index = end
    }
  }

  func hashesFollow(_ offset: Int, _ count: Int) -> Bool {
    (0..<count).allSatisfy { byte(at: offset + $0) == UInt8(ascii: "#") }
  }

  mutating func readString(hashes: Int) {
    let isMultiline = isAt("\"\"\"")
    let width = isMultiline ? 3 : 1
    blank(width)
    while let current = byte(at: index) {
      let closes = isMultiline ? isAt("\"\"\"") : current == UInt8(ascii: "\"")
      if closes, hashesFollow(index + width, hashes) {
        blank(width + hashes)
        break
      }
      if current == UInt8(ascii: "\n"), !isMultiline { break }
      if current == UInt8(ascii: "\\"), hashesFollow(index + 1, hashes) {
        blank(1 + hashes)
        if byte(at: index) == UInt8(ascii: "(") {
          blank()
          readCode(closing: UInt8(ascii: ")"))
        }
      }
      blank()
    }
    previous = UInt8(ascii: "\"")
  }

  /// A slash opens a regex where no left operand stands before it and no space follows.
  var mayStartRegex: Bool {
    let opensOperand = "(,=:[{;\n&|!?".utf8.contains(previous)
    guard opensOperand, let next = byte(at: index + 1) else { return false }
    return !" \t\n=".utf8.contains(next)
  }

  mutating func readRegex(hashes: Int) {
    blank()
    while let current = byte(at: index) {
      if current == UInt8(ascii: "\n"), hashes == 0 { return }
      if current == UInt8(ascii: "/"), hashesFollow(index + 1, hashes) {
        blank(1 + hashes)
        break
      }
      if current == UInt8(ascii: "\\") { blank() }
      blank()
    }
    previous = UInt8(ascii: "/")
  }
}
