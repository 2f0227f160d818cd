// Which obligations the tests name, read from their text: a test that names one and does not run has shown nothing.

package import SourceReading

/// An obligation that a test names.
package struct TestTag: Equatable, Sendable {
  package let id: String
  package let path: String
  package let line: Int
  /// What the test says of itself.
  package let test: String
}

/// What the tests of a tree name, and where they may not.
package struct TestTags: Sendable {
  package private(set) var tags: [TestTag] = []
  package private(set) var faults: [Violation] = []

  package init(files: [SourceFile]) {
    let texts = files.filter(TestText.matters).map(TestText.init)
    // A suite may be disabled in one file and extended in another.
    let conditional = Set(texts.flatMap { $0.scopes.filter(\.isConditional).map(\.name) })
    for text in texts {
      for attribute in text.attributes where !attribute.tags.isEmpty {
        read(attribute, of: text, conditional: conditional)
      }
      for offset in text.strayTags {
        faults.append(
          Violation(
            path: text.file.path, line: text.line(of: offset),
            rule: ".obligation(…) stands in a @Test or a @Suite"))
      }
    }
  }

  private mutating func read(
    _ attribute: TestAttribute, of text: TestText, conditional: Set<String>
  ) {
    let line = text.line(of: attribute.range.lowerBound)
    func fault(_ rule: String) {
      faults.append(Violation(path: text.file.path, line: line, rule: rule))
    }
    let around = text.scopes.filter { $0.range.contains(attribute.range.lowerBound) }
    if attribute.isConditional || around.contains(where: { conditional.contains($0.name) }) {
      fault("a test that is disabled, or runs only sometimes, shows no obligation")
    }
    if text.isInDirective(attribute.range.lowerBound) {
      fault("a test inside #if shows no obligation: it is not always built")
    }
    let body = text.body(after: attribute.range.upperBound)
    if text.holds("withKnownIssue", in: body) {
      fault("a test with a known issue is green when it fails: it shows no obligation")
    }
    if attribute.isSuite, !text.holds("@Test", in: body) { fault("this suite holds no test") }
    var seen: Set<String> = []
    for arguments in attribute.tags {
      guard let ids = text.literals(in: arguments) else {
        fault(".obligation(…) names ids as plain literals")
        continue
      }
      for id in ids {
        if !seen.insert(id).inserted { fault("\(id) is named twice") }
        tags.append(
          TestTag(id: id, path: text.file.path, line: line, test: text.name(of: attribute)))
      }
    }
  }
}

/// A `@Test(…)` or `@Suite(…)` with its arguments.
struct TestAttribute {
  let isSuite: Bool
  /// From the @ to the closing parenthesis.
  let range: Range<Int>
  /// The arguments of each `.obligation(…)` in it.
  let tags: [Range<Int>]
  /// Whether it says that the test does not always run.
  let isConditional: Bool
}

/// A braced part of a file. Only those of types have a name.
struct TypeScope {
  let name: String
  let range: Range<Int>
  /// Whether its own suite attribute says that it does not always run.
  let isConditional: Bool
}

/// The text of one file of tests, with the places that matter here.
struct TestText {
  let file: SourceFile
  private let source: [UInt8]
  private let code: [UInt8]
  private(set) var attributes: [TestAttribute] = []
  private(set) var scopes: [TypeScope] = []
  /// Where `.obligation(` stands outside of every attribute.
  private(set) var strayTags: [Int] = []

  private static let tag = Array(".obligation(".utf8)
  private static let conditions = [".disabled(", ".enabled("].map { Array($0.utf8) }

  /// Whether a file has anything to say here; most have not, and reading them byte by byte takes its time.
  static func matters(_ file: SourceFile) -> Bool {
    let words = [".obligation(", ".disabled(", ".enabled("]
    return file.isTest && file.isSwift
      && file.code.contains { line in words.contains { line.contains($0) } }
  }

  init(_ file: SourceFile) {
    self.file = file
    source = Array(file.lines.joined(separator: "\n").utf8)
    code = file.blanked
    attributes = (readAttributes("@Test", isSuite: false) + readAttributes("@Suite", isSuite: true))
      .sorted { $0.range.lowerBound < $1.range.lowerBound }
    scopes = readScopes()
    let inside = Set(attributes.flatMap { $0.tags.map(\.lowerBound) })
    strayTags = offsets(of: Self.tag, in: code.indices)
      .filter { !inside.contains($0 + Self.tag.count) }
  }

  // MARK: - Reading

  private func readAttributes(_ word: String, isSuite: Bool) -> [TestAttribute] {
    offsets(of: Array(word.utf8), in: code.indices).compactMap { start in
      var open = start + word.utf8.count
      while open < code.count, code[open] == UInt8(ascii: " ") { open += 1 }
      guard open < code.count, code[open] == UInt8(ascii: "("),
        let close = closing(of: open, UInt8(ascii: "("), UInt8(ascii: ")"))
      else { return nil }
      let range = start..<close + 1
      let tags = offsets(of: Self.tag, in: range).compactMap { tag -> Range<Int>? in
        let open = tag + Self.tag.count - 1
        return closing(of: open, UInt8(ascii: "("), UInt8(ascii: ")")).map { open + 1..<$0 }
      }
      return TestAttribute(
        isSuite: isSuite, range: range, tags: tags,
        isConditional: Self.conditions.contains { !offsets(of: $0, in: range).isEmpty })
    }
  }

  /// The types of the file, whose head is what stands between the last brace or declaration and their own.
  private func readScopes() -> [TypeScope] {
    let suites = attributes.filter { $0.isSuite && $0.isConditional }
    let words = ["struct", "class", "enum", "actor", "extension"]
    return words.flatMap { word -> [TypeScope] in
      offsets(of: Array(word.utf8), in: code.indices).compactMap { start in
        let end = start + word.utf8.count
        guard end < code.count, code[end] == UInt8(ascii: " "),
          start == 0 || !isWordByte(code[start - 1])
        else { return nil }
        let name = code[(end + 1)...].prefix(while: isWordByte)
        let body = body(after: end)
        guard !name.isEmpty, !body.isEmpty else { return nil }
        // Only other attributes and modifiers stand between a suite's attribute and its type.
        let isConditional = suites.contains { suite in
          suite.range.upperBound <= start
            && code[suite.range.upperBound..<start].allSatisfy {
              isWordByte($0) || isSpace($0) || $0 == UInt8(ascii: "@")
            }
        }
        return TypeScope(
          name: String(decoding: name, as: UTF8.self), range: body, isConditional: isConditional)
      }
    }
  }

  /// The next braces after a place, from the one to the other.
  func body(after offset: Int) -> Range<Int> {
    guard let open = code[offset...].firstIndex(of: UInt8(ascii: "{")),
      let close = closing(of: open, UInt8(ascii: "{"), UInt8(ascii: "}"))
    else { return offset..<offset }
    return open..<close + 1
  }

  private func closing(of open: Int, _ opening: UInt8, _ closing: UInt8) -> Int? {
    var depth = 0
    for index in open..<code.count {
      if code[index] == opening { depth += 1 }
      if code[index] == closing { depth -= 1 }
      if depth == 0 { return index }
    }
    return nil
  }

  private func offsets(of word: [UInt8], in range: Range<Int>) -> [Int] {
    guard range.count >= word.count else { return [] }
    return (range.lowerBound...range.upperBound - word.count).filter { start in
      code[start] == word[0] && code[start..<start + word.count].elementsEqual(word)
    }
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n")
  }

  // MARK: - Asking

  func holds(_ word: String, in range: Range<Int>) -> Bool {
    !offsets(of: Array(word.utf8), in: range).isEmpty
  }

  func line(of offset: Int) -> Int {
    code[..<offset].count { $0 == UInt8(ascii: "\n") } + 1
  }

  /// Whether an #if before it is still open.
  func isInDirective(_ offset: Int) -> Bool {
    file.code.prefix(line(of: offset)).reduce(0) { depth, line in
      let word = line.drop { $0 == " " }
      return depth + (word.hasPrefix("#if") ? 1 : 0) - (word.hasPrefix("#endif") ? 1 : 0)
    } > 0
  }

  /// The literals of an argument list that holds nothing else.
  func literals(in range: Range<Int>) -> [String]? {
    let parts = String(decoding: source[range], as: UTF8.self)
      .split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.trimmingSpace }
    let ids = parts.compactMap { part -> String? in
      guard part.count > 2, part.first == "\"", part.last == "\"" else { return nil }
      let id = part.dropFirst().dropLast()
      return id.contains { "\"\\ ".contains($0) } ? nil : String(id)
    }
    return ids.count == parts.count ? ids : nil
  }

  /// What an attribute says first, its name in words.
  func name(of attribute: TestAttribute) -> String {
    let text = String(decoding: source[attribute.range], as: UTF8.self)
    guard let open = text.firstIndex(of: "\"") else { return "" }
    let rest = text[text.index(after: open)...]
    return String(rest.prefix { $0 != "\"" })
  }
}

extension Substring {
  fileprivate var trimmingSpace: Substring {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\n" }
    var text = drop(while: isSpace)
    while let last = text.last, isSpace(last) { text.removeLast() }
    return text
  }
}
