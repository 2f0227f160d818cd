// The page of threats, held to the tree: what it names as a test runs, and where it says that something is enforced, something is.

import SourceReading
import Testing

/// What deploy/THREATS.md claims.
private struct ThreatPage {
  var tests: [String] = []
  var places: [String] = []
  /// Rows that name no place or no test.
  var bare: [String] = []

  /// - Parameter text: Rows of `| threat | control | `place` | "test", "test" |`; whatever else stands there is for people.
  init(_ text: String) {
    for line in text.split(separator: "\n")
    where line.hasPrefix("| ") && !line.hasPrefix("| Threat") {
      let cells = line.dropFirst().dropLast().split(separator: "|").map(String.init)
      guard cells.count == 4 else {
        bare.append(String(line))
        continue
      }
      let places = Self.quoted(cells[2], by: "`")
      let tests = Self.quoted(cells[3], by: "\"")
      if places.isEmpty || tests.isEmpty { bare.append(String(line)) }
      self.places += places
      self.tests += tests
    }
  }

  private static func quoted(_ cell: String, by mark: Character) -> [String] {
    cell.split(separator: mark, omittingEmptySubsequences: false).enumerated()
      .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
  }

  /// Names that no test and no suite bears, and files that are not there.
  func faults(in files: [SourceFile]) -> [String] {
    var names: Set<String> = []
    for file in files where file.isTest && file.isSwift {
      names.formUnion(Self.names(in: file.lines))
    }
    let paths = Set(files.map(\.path))
    return tests.filter { !names.contains($0) }.map { "no test is called \"\($0)\"" }
      + places.filter { !paths.contains($0) }.map { "there is no \($0)" }
      + bare.map { "names no place or no test: \($0)" }
  }

  /// What the tests and suites of a file are called: the literal behind the attribute, on its line or the next.
  private static func names(in lines: [String]) -> Set<String> {
    var names: Set<String> = []
    for (index, line) in lines.enumerated() {
      let text = line.drop { $0 == " " }
      guard text.hasPrefix("@Test(") || text.hasPrefix("@Suite(") else { continue }
      let rest = text.drop { $0 != "(" }.dropFirst()
      let literal =
        rest.isEmpty && index + 1 < lines.count ? lines[index + 1].drop { $0 == " " } : rest
      guard literal.first == "\"" else { continue }
      names.insert(String(literal.dropFirst().prefix { $0 != "\"" }))
    }
    return names
  }
}

@Suite("The page of threats is true")
struct ThreatTests {
  @Test("each test that it names runs, and each place is there")
  func page() throws {
    let tree = try SourceTree.shared.get()
    let file = try #require(tree.files.first { $0.path == "deploy/THREATS.md" })
    let page = ThreatPage(file.lines.joined(separator: "\n"))
    #expect(page.tests.count > 50)
    for fault in page.faults(in: tree.files) { Issue.record("\(fault)") }
  }

  @Test("a test that is renamed, a file that moved and a row without either are found")
  func faults() {
    let page = ThreatPage(
      """
      | Threat | Control | Enforced in | Shown by |
      |---|---|---|---|
      | reads | is refused | `Shared/A.swift` | "is refused", "goes" |
      | moves | is seen | `Shared/B.swift` | "is refused" |
      | hides | is found | `Shared/A.swift` | |
      """)
    let files = [
      SourceFile(path: "Shared/A.swift", text: "let a = 1"),
      SourceFile(
        path: "Tests/A.swift",
        text:
          "@Suite(\n  \"goes\", .serialized)\nstruct S {\n  @Test(\"is refused\") func a() {}\n}"),
    ]
    let faults = page.faults(in: files)
    #expect(faults.count == 2)
    #expect(faults.contains("there is no Shared/B.swift"))
    #expect(faults.contains { $0.hasPrefix("names no place or no test") })
    #expect(page.faults(in: [files[0]]).count == 5)
  }
}
