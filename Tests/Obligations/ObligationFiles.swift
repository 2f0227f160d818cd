// From deploy/policies/obligations/*.yaml to the register. A field that nobody reads, and a row that cannot be, are told.

package import Foundation
package import SourceReading
import Yams

/// A file of the register that cannot be read.
package struct ObligationFileError: Error, CustomStringConvertible {
  package let description: String
}

extension ObligationRegister {
  package static let folder = "deploy/policies/obligations"
  private static let capabilityFile = "capabilities.yaml"

  /// Reads the folder below `root`.
  package static func read(root: URL) throws -> ObligationRegister {
    let folder = root.appending(path: folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".yaml") }.sorted()
    var documents: [String] = []
    var obligations: [Obligation] = []
    var capabilities: [Capability] = []
    for name in names {
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      do {
        if name == capabilityFile {
          capabilities = try self.capabilities(of: text)
        } else {
          let rows = try self.obligations(of: text, document: String(name.dropLast(5)))
          documents.append(String(name.dropLast(5)))
          obligations += rows
        }
      } catch {
        throw ObligationFileError(description: "\(name): \(error)")
      }
    }
    return ObligationRegister(
      documents: documents, capabilities: capabilities, obligations: obligations)
  }

  /// The rows of one regulation, whose key is also the file's name.
  package static func obligations(of text: String, document: String) throws -> [Obligation] {
    struct File: Codable {
      let document: String
      let obligations: [Obligation]
    }
    let file = try decode(File.self, text)
    guard file.document == document else {
      throw ObligationFileError(description: "document is \(file.document)")
    }
    return file.obligations
  }

  package static func capabilities(of text: String) throws -> [Capability] {
    struct File: Codable { let capabilities: [Capability] }
    return try decode(File.self, text).capabilities
  }

  /// Decodes, and holds what was read against what was written: a misspelt field would otherwise be silently nothing.
  private static func decode<File: Codable>(_ type: File.Type, _ text: String) throws -> File {
    let file = try YAMLDecoder().decode(type, from: text)
    let written = try Yams.compose(yaml: text).map(fields) ?? []
    let read = try Yams.compose(yaml: YAMLEncoder().encode(file)).map(fields) ?? []
    if let field = written.subtracting(read).sorted().first {
      throw ObligationFileError(description: "unknown field \(field)")
    }
    return file
  }

  /// Every field with its path through the mappings.
  private static func fields(of node: Node) -> Set<String> {
    switch node {
    case .mapping(let mapping):
      var names: Set<String> = []
      for (key, value) in mapping {
        let name = key.string ?? ""
        names.insert(name)
        names.formUnion(fields(of: value).map { "\(name).\($0)" })
      }
      return names
    case .sequence(let sequence):
      return sequence.reduce(into: []) { $0.formUnion(fields(of: $1)) }
    case .scalar, .alias:
      return []
    }
  }
}

// MARK: - What a register must be

extension ObligationRegister {
  /// A summary is one short line, in each language.
  private static let longest = (chinese: 45, english: 90)

  /// Rows that contradict themselves or each other.
  package func faults() -> [Violation] {
    let slugs = Set(capabilities.map(\.slug))
    var seen: Set<String> = []
    var faults = obligations.flatMap { row -> [String] in
      let twice = seen.insert(row.id).inserted ? [] : ["stands twice"]
      return (self.faults(of: row, slugs: slugs) + twice).map { "\(row.id): \($0)" }
    }
    let used = Set(obligations.flatMap { [$0.capability] + ($0.also ?? []) })
    faults += capabilities.filter { !used.contains($0.slug) }.map { "\($0.slug): nothing needs it" }
    if slugs.count != capabilities.count { faults.append("a capability stands twice") }
    return faults.map { Violation(path: Self.folder, line: 1, rule: $0) }
  }

  private func faults(of row: Obligation, slugs: Set<String>) -> [String] {
    var faults: [String] = []
    if !documents.contains(row.document) { faults.append("belongs to no document") }
    if row.zh.isEmpty || row.zh.count > Self.longest.chinese
      || row.en.isEmpty || row.en.count > Self.longest.english
    {
      faults.append("each summary is one short line")
    }
    let isNone = row.capability == "none" && row.service.isEmpty
    if row.isForSoftware == isNone {
      faults.append("organizational rows, and no others, have no capability and no service")
    }
    let named = (row.isForSoftware ? [row.capability] : []) + (row.also ?? [])
    faults += named.filter { !slugs.contains($0) }.map { "unknown capability \($0)" }
    if let deadline = row.deadline, deadline.unit.isCounted != (deadline.value != nil) {
      faults.append("a number belongs to a counted period and to no other")
    }
    return faults
  }
}
