// The files of this repository, as the architecture tests read them.

package import Foundation

/// A place in the source that breaks a rule, with the rule in words that tell what to do.
package struct Violation: CustomStringConvertible, Equatable, Sendable {
  package let path: String
  package let line: Int
  package let rule: String

  package init(path: String, line: Int, rule: String) {
    self.path = path
    self.line = line
    self.rule = rule
  }

  package var description: String { "\(path):\(line): \(rule)" }
}

/// One text file, with its path from the root of the repository.
package struct SourceFile: Sendable {
  package let path: String
  package let lines: [String]
  /// The lines with comments and literals blanked; only for Swift files.
  package let code: [String]
  package let blanked: [UInt8]

  package init(path: String, text: String) {
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

  package var isSwift: Bool { path.hasSuffix(".swift") }
  package var isGenerated: Bool { path.contains("/Generated/") || path.contains(".pb-c.") }
  package var isProduct: Bool { path.hasPrefix("Shared/") || path.hasPrefix("Services/") }
  package var isTest: Bool { path.hasPrefix("Tests/") }

  /// Every line of code that holds `word`, with its number from 1.
  package func lines(with word: String) -> [(number: Int, code: String)] {
    code.enumerated().filter { $0.element.contains(word) }.map { ($0.offset + 1, $0.element) }
  }
}

/// The repository's own files: what is built, fetched or ignored is left out.
package struct SourceTree: Sendable {
  package static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Read once for all suites.
  package static let shared = Result { try SourceTree(root: root) }

  package let files: [SourceFile]

  package var swift: [SourceFile] { files.filter { $0.isSwift && !$0.isGenerated } }
  package var product: [SourceFile] { swift.filter(\.isProduct) }
  package var tests: [SourceFile] { swift.filter(\.isTest) }

  private static let textEndings: Set<String> = [
    "swift", "c", "h", "modulemap", "proto", "md", "yaml", "yml", "json", "txt", "sh", "py", "cc",
    "cpp", "service", "conf", "sql", "",
  ]

  package init(root: URL) throws {
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
