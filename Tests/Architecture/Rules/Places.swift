// What belongs to one machine stays out of the repository; what belongs to the law stands in it with its article.

import Foundation
import SourceReading

/// Rule files that carry out no single article, with the reason.
let rulesWithoutArticle: [String: String] = [:]

/// A citation as this project writes it: the key of a document with its article, an access rule of the policies, or the
/// national standard that defines an identifier.
func holdsCitation(_ text: String) -> Bool {
  text.contains(
    /(hebi-2021|luyi-2019|meizhou-public-2023|meizhou-specific-2021|guangdong-2018)\/\d+|\bAC-\d\d\b|\bGB(\/T)? ?\d{4,}/
  )
}

/// Rules that do not say which article they carry out.
func missingCitation(in file: SourceFile) -> [Violation] {
  guard file.path.hasPrefix("Services/"), file.path.contains("/Rules/"),
    rulesWithoutArticle[file.path] == nil
  else { return [] }
  // A file of nothing but comments is a target's placeholder.
  guard file.code.contains(where: { !$0.allSatisfy(\.isWhitespace) }) else { return [] }
  if file.lines.contains(where: holdsCitation) { return [] }
  return [
    Violation(
      path: file.path, line: 1,
      rule: "a rule cites its article (hebi-2021/15) or access rule (AC-21) in its comment")
  ]
}

/// The last article of each document.
private let lastArticles = [
  "meizhou-specific-2021": 38, "meizhou-public-2023": 45, "hebi-2021": 34, "luyi-2019": 24,
  "guangdong-2018": 34,
]

/// Citations of articles that the document does not have. Article 0 is its head: number, dates, bases.
func nonexistentArticles(in file: SourceFile) -> [Violation] {
  file.lines.enumerated().flatMap { index, line -> [Violation] in
    guard line.contains("-20"), line.contains("/") else { return [] }
    return line.matches(
      of: /(hebi-2021|luyi-2019|meizhou-public-2023|meizhou-specific-2021|guangdong-2018)\/(\d+)/
    ).compactMap { match in
      let document = String(match.output.1)
      guard let article = Int(match.output.2), let last = lastArticles[document], article > last
      else { return nil }
      return Violation(
        path: file.path, line: index + 1, rule: "\(document) has no article \(article)")
    }
  }
}

/// Text that only means something on the machine where it was written.
struct MachineText {
  let words: [String]

  /// The words are put together here, or this file would find itself.
  static func here(root: URL) -> MachineText {
    var words = [
      "/" + "work/", "pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com",
      "proxy.golang" + ".org", "repo1.maven" + ".org", "crates" + ".io",
    ]
    let checkout = root.standardizedFileURL.path
    // A checkout at the top of the file system has too short a name to search for.
    if checkout.split(separator: "/").count >= 3 { words.append(checkout) }
    return MachineText(words: words)
  }

  func violations(in file: SourceFile) -> [Violation] {
    file.lines.enumerated().compactMap { index, line in
      guard let word = words.first(where: line.contains) else { return nil }
      return Violation(
        path: file.path, line: index + 1,
        rule: "\(word) names a place of one machine or a registry host")
    }
  }
}

/// Swift settings that every target with Swift sources carries.
let requiredSettings: Set<String> = [
  "swiftLanguageMode:6", "treatAllWarnings:error",
  "enableUpcomingFeature:InternalImportsByDefault", "enableUpcomingFeature:ExistentialAny",
  "enableUpcomingFeature:MemberImportVisibility",
  "enableUpcomingFeature:NonisolatedNonsendingByDefault",
]

/// Settings that a target lacks; those that hold rules or stores are also held to strict memory safety.
func missingSettings(of target: ManifestTarget) -> [Violation] {
  // C targets have no Swift sources.
  guard target.type != "system", !ManifestTarget.inC.contains(target.name) else { return [] }
  var required = requiredSettings
  let isLayer = target.path.hasPrefix("Services/")
  if isLayer, target.path.hasSuffix("/Rules") || target.path.hasSuffix("/Store") {
    required.insert("strictMemorySafety")
  }
  return required.subtracting(target.swiftSettings).sorted().map {
    Violation(path: "Package.swift", line: 1, rule: "\(target.name) lacks the setting \($0)")
  }
}
