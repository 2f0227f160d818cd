// The files of this repository, as the architecture tests read them.

import Foundation

/// A place in the source that breaks a rule, with the rule in words that tell what to do.
struct Violation: CustomStringConvertible, Equatable {
  let path: String
  let line: Int
  let rule: String

  var description: String { "\(path):\(line): \(rule)" }
}

/// One text file, with its path from the root of the repository.
struct SourceFile {
  let path: String
  let lines: [String]
  /// The lines with comments and literals blanked; only for Swift files.
  let code: [String]
  let blanked: [UInt8]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if path.hasSuffix(".swift") {
      let swift = SwiftText(Array(text.utf8))
      blanked = swift.code
      code = swift.lines
    } else {
      blanked = []
      code = []
    }
  }

  var isSwift: Bool { path.hasSuffix(".swift") }
  var isGenerated: Bool { path.contains("/Generated/") || path.contains(".pb-c.") }
  var isProduct: Bool { path.hasPrefix("Shared/") || path.hasPrefix("Services/") }
  var isTest: Bool { path.hasPrefix("Tests/") }

  /// Every line of code that holds `word`, with its number from 1.
  func lines(with word: String) -> [(number: Int, code: String)] {
    code.enumerated().filter { $0.element.contains(word) }.map { ($0.offset + 1, $0.element) }
  }
}

/// The repository's own files: what is built, fetched or ignored is left out.
struct SourceTree {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Read once for all suites.
  static let shared = Result { try SourceTree(root: root) }

  let files: [SourceFile]

  var swift: [SourceFile] { files.filter { $0.isSwift && !$0.isGenerated } }
  var product: [SourceFile] { swift.filter(\.isProduct) }
  var tests: [SourceFile] { swift.filter(\.isTest) }

  private static let textEndings: Set<String> = [
    "swift", "c", "h", "modulemap", "proto", "md", "yaml", "yml", "json", "txt", "sh", "py", "cc",
    "cpp", "service", "conf", "sql", "",
  ]

  init(root: URL) throws {
    let manager = FileManager.default
    var files: [SourceFile] = []
    var folders = [""]
    while let folder = folders.popLast() {
      let names = try manager.contentsOfDirectory(atPath: root.path + "/" + folder).sorted()
      for name in names where !Self.isLeftOut(name) {
        let path = folder.isEmpty ? name : folder + "/" + name
        var isDirectory: ObjCBool = false
        guard manager.fileExists(atPath: root.path + "/" + path, isDirectory: &isDirectory) else {
          continue
        }
        if isDirectory.boolValue {
          folders.append(path)
        } else if Self.textEndings.contains((name as NSString).pathExtension),
          let text = try? String(contentsOfFile: root.path + "/" + path, encoding: .utf8)
        {
          files.append(SourceFile(path: path, text: text))
        }
      }
    }
    self.files = files.sorted { $0.path < $1.path }
  }

  private static func isLeftOut(_ name: String) -> Bool {
    let isHidden = name.hasPrefix(".") && ![".ci", ".swift-format", ".gitignore"].contains(name)
    return isHidden || name == "__pycache__" || name == "Package.resolved"
      || name.hasSuffix(".xcodeproj")
  }
}
