// The committed numbers below which the coverage never falls, and above which it does not rise unnoticed.

package import Foundation
package import SourceReading
import Yams

/// How many obligations of each capability are met, by regulation. One line a capability, so that two branches that meet
/// different ones do not touch the same line.
package struct Floor: Equatable, Sendable {
  package static let path = "Tests/Obligations/floor.yaml"

  /// By capability, then by regulation; nothing stands at zero.
  package let counts: [String: [String: Int]]

  package init(_ counts: [String: [String: Int]]) {
    self.counts = counts
  }

  package init(yaml: String) throws {
    counts = try YAMLDecoder().decode([String: [String: Int]].self, from: yaml)
  }

  package static func read(root: URL) throws -> Floor {
    try Floor(yaml: String(contentsOf: root.appending(path: path), encoding: .utf8))
  }

  package var yaml: String {
    let lines = counts.sorted { $0.key < $1.key }.map { capability, documents in
      let numbers = documents.sorted { $0.key < $1.key }.map { "\($0): \($1)" }
      return "\(capability): {\(numbers.joined(separator: ", "))}"
    }
    let head =
      "# How many obligations of each capability the tests show, by regulation. Written by make floor."
    return ([head] + (lines.isEmpty ? ["{}"] : lines)).joined(separator: "\n") + "\n"
  }

  /// Where the numbers of today are not those committed.
  package func violations(now: Floor) -> [Violation] {
    let capabilities = Set(counts.keys).union(now.counts.keys).sorted()
    return capabilities.flatMap { capability -> [Violation] in
      let committed = counts[capability] ?? [:]
      let today = now.counts[capability] ?? [:]
      return Set(committed.keys).union(today.keys).sorted().compactMap { document in
        let (before, after) = (committed[document] ?? 0, today[document] ?? 0)
        guard before != after else { return nil }
        let change = "\(capability) of \(document): \(before) met before, \(after) now"
        return Violation(
          path: Self.path, line: 1,
          rule: after < before ? "\(change): what was met stays met" : "\(change): run make floor")
      }
    }
  }

  /// Whether some number of today is lower.
  package func falls(to now: Floor) -> Bool {
    counts.contains { capability, documents in
      documents.contains { now.counts[capability]?[$0.key] ?? 0 < $0.value }
    }
  }
}
