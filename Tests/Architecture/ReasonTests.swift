// Every reason for which Weir says no: it stands in a table of its service, some rule says it, and a test that names it reaches it.

import Foundation
import SourceReading
import Testing

/// A reason with the cases that tell it.
private struct Reason: Hashable {
  /// `share.item_not_granted`.
  let text: String
  /// Names of the cases; empty where one type has one reason.
  let cases: Set<String>
  let path: String

  /// `Services/Share`, `Shared/Access`: where its rules stand, and under `Tests` their tests.
  var folder: String { path.split(separator: "/").prefix(2).joined(separator: "/") }
}

/// What the source says of reasons, read once.
private struct ReasonReader {
  private(set) var reasons: [Reason] = []
  /// Reasons written where a refusal is made, beside the tables.
  private(set) var loose: [String] = []
  /// By folder the cases that product code makes.
  private(set) var said: [String: Set<String>] = [:]
  /// By folder the cases that tests name.
  private(set) var named: [String: Set<String>] = [:]
  /// The strings of tests.
  private(set) var quoted: Set<String> = []

  init(_ files: [SourceFile]) {
    for file in files where !file.isGenerated && !file.path.hasPrefix("Services/CLI/") {
      if file.isTest {
        readTest(file)
      } else if file.isSwift, file.isProduct {
        readProduct(file)
      }
    }
  }

  // MARK: Product

  private mutating func readProduct(_ file: SourceFile) {
    let folder = file.path.split(separator: "/").prefix(2).joined(separator: "/")
    var depth: Int?
    var cases: Set<String> = []
    for (line, code) in zip(file.lines, file.code) {
      if depth == nil, code.contains("var reason: String {") { depth = 0 }
      guard let level = depth else {
        said[folder, default: []].formUnion(Self.members(of: Self.made(in: code)))
        if let text = Self.literal(after: "reason: ", in: line) {
          loose.append("\(file.path): \(text)")
          reasons.append(Reason(text: text, cases: [], path: file.path))
        }
        continue
      }
      if code.contains("case ") { cases = [] }
      cases.formUnion(Self.members(of: code))
      for text in Self.strings(of: line) where Self.isReason(text) {
        reasons.append(Reason(text: text, cases: cases, path: file.path))
        cases = []
      }
      let now = level + code.count { $0 == "{" } - code.count { $0 == "}" }
      depth = now <= 0 ? nil : now
    }
  }

  /// What a line makes: of a switch only what stands behind the pattern, of a pattern's further line nothing.
  private static func made(in code: String) -> Substring {
    let text = code.drop { $0 == " " }
    guard text.hasPrefix("case ") || text.hasPrefix(".") else { return text }
    var depth = 0
    for index in text.indices {
      if text[index] == "(" { depth += 1 }
      if text[index] == ")" { depth -= 1 }
      if text[index] == ":", depth == 0 { return text[text.index(after: index)...] }
    }
    let end = text.last { $0 != " " }
    return text.hasPrefix("case ") || end == "," ? "" : text
  }

  private static func literal(after word: String, in line: String) -> String? {
    guard let range = line.range(of: word + "\"") else { return nil }
    let text = String(line[range.upperBound...].prefix { $0 != "\"" })
    return isReason(text) ? text : nil
  }

  // MARK: Tests

  private mutating func readTest(_ file: SourceFile) {
    guard !file.path.hasPrefix("Tests/Architecture/") else { return }
    let parts = file.path.split(separator: "/").dropFirst().prefix(2)
    let folder = parts.joined(separator: "/")
    // A list of what is only made, to look at its words, reaches nothing.
    var isListing = false
    for (index, line) in file.lines.enumerated() {
      if line.contains("static let plain: [") { isListing = true }
      if isListing {
        if line.hasPrefix("  ]") { isListing = false }
        continue
      }
      for text in Self.strings(of: line) where Self.isReason(text) { quoted.insert(text) }
      guard file.isSwift else { continue }
      named[folder, default: []].formUnion(Self.members(of: file.code[index]))
    }
  }

  // MARK: Words

  /// `granted` of `.granted`, wherever it stands.
  private static func members(of code: some StringProtocol) -> Set<String> {
    var found: Set<String> = []
    for part in code.split(separator: ".", omittingEmptySubsequences: false).dropFirst() {
      let name = part.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      if name.first?.isLowercase == true { found.insert(String(name)) }
    }
    return found
  }

  /// What stands between quotes; words joined by blanks, as in the demonstration's checks, are taken one by one.
  private static func strings(of line: String) -> [String] {
    guard line.contains("\"") else { return [] }
    let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
    return stride(from: 1, to: parts.count, by: 2).flatMap { index in
      parts[index].split(separator: " ").map(String.init)
    }
  }

  /// `share.item_not_granted`: two words of small letters and underscores.
  private static func isReason(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 2
      && parts.allSatisfy { part in
        part.first?.isLowercase == true
          && part.allSatisfy { $0 == "_" || $0.isASCII && ($0.isLowercase || $0.isNumber) }
      }
  }

  // MARK: Findings

  func isSaid(_ reason: Reason) -> Bool {
    if reason.cases.isEmpty { return true }
    // What Shared says no with, any service says.
    let folders =
      reason.folder.hasPrefix("Shared/") ? Array(said.keys) : [reason.folder, "Shared/Boot"]
    return folders.contains { !(said[$0] ?? []).isDisjoint(with: reason.cases) }
  }

  func isReached(_ reason: Reason) -> Bool {
    quoted.contains(reason.text)
      || !(named[reason.folder] ?? []).isDisjoint(with: reason.cases)
  }
}

@Suite("Every refusal has a reason of its own that somebody can meet")
struct ReasonTests {
  /// Read once for all.
  private static let reader = Result { ReasonReader(try SourceTree.shared.get().files) }

  @Test("each reason is said by some rule, and reached by a test that names it")
  func walk() throws {
    let reader = try Self.reader.get()
    #expect(reader.reasons.count > 330)
    let silent = reader.reasons.filter { !reader.isSaid($0) }.map(\.text)
    #expect(silent == [], "no rule says it: show where, or take it out")
    let unreached = reader.reasons.filter { !reader.isReached($0) }.map(\.text)
    #expect(unreached == [], "no test names it: add one that meets it")
  }

  @Test("no two tables tell the same reason")
  func unique() throws {
    let reader = try Self.reader.get()
    let homes = Dictionary(grouping: Set(reader.reasons.map { [$0.text, $0.path] }), by: \.[0])
    // A message that cannot be read and a field that cannot be taken are told alike, by the codec and by handlers.
    #expect(homes.filter { $0.value.count > 1 }.keys.sorted() == ["request.malformed"])
  }

  @Test(
    "a reason stands in a table; what is made of a machine's fault stands in the few places listed")
  func tables() throws {
    let reader = try Self.reader.get()
    let places = Set(reader.loose.map { $0.prefix { $0 != ":" }.description })
    #expect(
      places == [
        "Shared/Database/SQL/DatabaseFault.swift", "Services/Ingest/Handlers/Data/Disclosing.swift",
      ])
  }

  @Test("the walk fails for a reason that nobody says, and for one that no test names")
  func canFail() {
    let table = SourceFile(
      path: "Services/Share/Rules/NewRefusal.swift",
      text: """
        enum NewRefusal: Refusal {
          case brandNew, wellKnown
          var reason: String {
            switch self {
            case .brandNew: "share.brand_new"
            case .wellKnown: "share.well_known"
            }
          }
          var kind: RefusalKind {
            switch self {
            case .brandNew, .wellKnown: .malformed
            }
          }
        }
        """)
    let rule = SourceFile(
      path: "Services/Share/Rules/NewRule.swift",
      text: "func check() throws { throw NewRefusal.wellKnown }")
    let test = SourceFile(
      path: "Tests/Services/Share/Rules/NewTests.swift",
      text: "let plain = 1\n#expect(refused?.reason == \"share.well_known\")")
    let reader = ReasonReader([table, rule, test])
    #expect(reader.reasons.map(\.text) == ["share.brand_new", "share.well_known"])
    #expect(reader.reasons.map(reader.isSaid) == [false, true])
    #expect(reader.reasons.map(reader.isReached) == [false, true])
  }
}
