// Which access rules have tests that bear their numbers: one of what is permitted, one of what is refused.

import SourceReading
import Testing

/// The expectations of tests that bear a rule's number, in their own name or in their suite's, told apart by their words.
private struct RuleTests {
  private(set) var positive: Set<String> = []
  private(set) var negative: Set<String> = []

  init(_ files: [SourceFile]) {
    for file in files where file.isTest && file.isSwift { read(file) }
  }

  private mutating func read(_ file: SourceFile) {
    var (ofSuite, ofTest): (Set<String>, Set<String>) = ([], [])
    var index = 0
    while index < file.lines.count {
      let code = file.code[index]
      let marks = ["@Suite(", "@Test(", "#expect(", "#require("]
      guard let mark = marks.first(where: code.contains) else {
        index += 1
        continue
      }
      let end = Self.end(of: index, in: file)
      let text = file.lines[index...end].joined(separator: " ")
      switch mark {
      case "@Suite(": (ofSuite, ofTest) = (Self.rules(in: text), [])
      case "@Test(": ofTest = Self.rules(in: text)
      default:
        let rules = ofSuite.union(ofTest)
        if Self.refuses(text) {
          negative.formUnion(rules)
        } else {
          positive.formUnion(rules)
        }
      }
      index = end + 1
    }
  }

  /// The line on which the brackets of a line are closed.
  private static func end(of start: Int, in file: SourceFile) -> Int {
    var depth = 0
    for index in start..<file.lines.count {
      for character in file.code[index] {
        if character == "(" { depth += 1 }
        if character == ")" { depth -= 1 }
      }
      if depth <= 0 { return index }
    }
    return file.lines.count - 1
  }

  private static func rules(in text: String) -> Set<String> {
    Set(AccessRules.lines.keys.filter(text.contains))
  }

  /// Blunt: an expectation that speaks of a refusal and does not say that there is none.
  private static func refuses(_ text: String) -> Bool {
    let words = ["refus", "Refus", "reason", "throws:", "enied", "== false", "#expect(!", "error"]
    return words.contains(where: text.contains) && !text.contains("== nil")
      || text.contains("== nil") && !words.contains(where: text.contains)
  }
}

@Suite("Every access rule has its tests, or stands in the list of those without")
struct AccessRuleTests {
  @Test("what is permitted and what is refused, rule by rule")
  func coverage() throws {
    let files = try SourceTree.shared.get().files.filter { !$0.path.contains("Architecture/") }
    let tests = RuleTests(files)
    let all = Set(AccessRules.lines.keys)
    for rule in all.subtracting(tests.positive.intersection(tests.negative)).sorted() {
      let missing = [
        tests.positive.contains(rule) ? nil : "permitted",
        tests.negative.contains(rule) ? nil : "refused",
      ].compactMap(\.self).joined(separator: " and ")
      let reason = AccessRules.notBuilt[rule].map { "; \($0)" } ?? ""
      print(
        "open: \(rule) \(AccessRules.lines[rule] ?? "") — no test of what is \(missing)\(reason)")
    }
    // Wholly open is only what does not exist, and each says so.
    let none = AccessRules.openPositive.intersection(AccessRules.openNegative)
    #expect(none.sorted() == AccessRules.notBuilt.keys.sorted())
    // A rule that is new here needs its test; one that has got its test leaves the list.
    #expect(all.subtracting(tests.positive).sorted() == AccessRules.openPositive.sorted())
    #expect(all.subtracting(tests.negative).sorted() == AccessRules.openNegative.sorted())
  }

  @Test("the words of an expectation are told apart")
  func words() {
    let tests = RuleTests([
      SourceFile(
        path: "Tests/A/B.swift",
        text: """
          @Suite("x (AC-10)") struct S {
            @Test("a (AC-11)") func a() { }
            @Test("b AC-12") func b() {
              #expect(refusal(c) == nil)
              #expect(
                refusal(d)
                  == .notParty)
            }
            @Test("c AC-13")
            func c() { #expect(d == 1) }
          }
          """)
    ])
    #expect(tests.positive == ["AC-10", "AC-12", "AC-13"])
    #expect(tests.negative == ["AC-10", "AC-12"])
  }
}
