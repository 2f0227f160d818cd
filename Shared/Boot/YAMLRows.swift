// Reading the YAML of `deploy/` strictly: every field known, every problem with its file and line.

package import Vocabulary
import Yams

/// Something in a file of the law that cannot be taken.
package struct LawFileProblem: Hashable, Sendable {
  package let file: String
  /// From 1; 0 for the file as a whole.
  package let line: Int
  package let sentence: BilingualText
  /// Which row of a profile it is, from 1, and its article, where it is one.
  package var row: Int?
  package var article: String?

  /// The problem with its place: file, line, row and article.
  package var text: BilingualText {
    let place = line > 0 ? "\(file):\(line)" : file
    guard let row else {
      return BilingualText("\(place)：\(sentence.chinese)", "\(place): \(sentence.english)")
    }
    let (chinese, english) = article.map { ("，第\($0)条", ", article \($0)") } ?? ("", "")
    return BilingualText(
      "\(place)：\(sentence.chinese)（第\(row)行参数\(chinese)）",
      "\(place): \(sentence.english) (row \(row)\(english))")
  }
}

/// All that is wrong with the files of the law. A node does not start on half of it.
package struct LawFileProblems: Error, Hashable, Sendable, CustomStringConvertible {
  package let problems: [LawFileProblem]

  package init(_ problems: [LawFileProblem]) {
    self.problems = problems
  }

  init(file: String, line: Int, _ chinese: String, _ english: String) {
    self.init([
      LawFileProblem(file: file, line: line, sentence: BilingualText(chinese, english))
    ])
  }

  package var description: String {
    problems.map(\.text.english).joined(separator: "\n")
  }
}

/// A mapping of a YAML file, with its place.
struct YAMLMapping {
  let file: String
  let line: Int
  private let fields: [String: Node]
  private let order: [String]

  /// Reads a file's text; its top must be a mapping.
  init(file: String, text: String) throws(LawFileProblems) {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw YAMLMapping.unreadable(error, file)
    }
    guard let node else { throw LawFileProblems(file: file, line: 0, "文件为空", "the file is empty") }
    try self.init(file: file, node)
  }

  init(file: String, _ node: Node) throws(LawFileProblems) {
    let line = node.mark?.line ?? 0
    guard case .mapping(let mapping) = node else {
      throw LawFileProblems(file: file, line: line, "此处应为键值表", "a mapping belongs here")
    }
    var fields: [String: Node] = [:]
    var order: [String] = []
    for (name, value) in mapping {
      guard case .scalar(let scalar) = name else {
        throw LawFileProblems(file: file, line: line, "键应为文本", "a key must be a text")
      }
      fields[scalar.string] = value
      order.append(scalar.string)
    }
    self.file = file
    self.line = line
    self.fields = fields
    self.order = order
  }

  subscript(_ name: String) -> Node? { fields[name] }

  /// The fields that are not among the known ones, in the order of the file.
  func unknownFields(_ known: Set<String>) -> [String] { order.filter { !known.contains($0) } }

  func refuseUnknownFields(_ known: Set<String>) throws(LawFileProblems) {
    guard let field = unknownFields(known).first else { return }
    throw problem(at: fields[field], "未知字段 \(field)", "unknown field \(field)")
  }

  func problem(at node: Node?, _ chinese: String, _ english: String) -> LawFileProblems {
    LawFileProblems(file: file, line: node?.mark?.line ?? line, chinese, english)
  }

  // MARK: - Fields by type

  /// A text that must be there and not be empty.
  func text(_ name: String) throws(LawFileProblems) -> String {
    guard let text = try optionalText(name) else {
      throw problem(at: nil, "缺少 \(name)", "\(name) is missing")
    }
    return text
  }

  func optionalText(_ name: String) throws(LawFileProblems) -> String? {
    guard let node = fields[name] else { return nil }
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
      throw problem(at: node, "\(name) 应为文本", "\(name) must be a text")
    }
    return scalar.string
  }

  func integer(_ name: String) throws(LawFileProblems) -> Int {
    let text = try text(name)
    guard let number = Int(text) else {
      throw problem(at: fields[name], "\(name) 应为整数", "\(name) must be an integer")
    }
    return number
  }

  func flag(_ name: String, default standard: Bool) throws(LawFileProblems) -> Bool {
    guard let text = try optionalText(name) else { return standard }
    switch text {
    case "true": return true
    case "false": return false
    default:
      throw problem(at: fields[name], "\(name) 应为 true 或 false", "\(name) must be true or false")
    }
  }

  func day(_ name: String) throws(LawFileProblems) -> CivilDate {
    let text = try text(name)
    guard let day = CivilDate(iso: text) else {
      throw problem(at: fields[name], "\(name) 应为日期", "\(name) must be a date like 2024-03-04")
    }
    return day
  }

  func optionalDay(_ name: String) throws(LawFileProblems) -> CivilDate? {
    fields[name] == nil ? nil : try day(name)
  }

  func mapping(_ name: String) throws(LawFileProblems) -> YAMLMapping {
    guard let node = fields[name] else {
      throw problem(at: nil, "缺少 \(name)", "\(name) is missing")
    }
    return try YAMLMapping(file: file, node)
  }

  func mappings(_ name: String) throws(LawFileProblems) -> [YAMLMapping] {
    var mappings: [YAMLMapping] = []
    for node in try nodes(name) { mappings.append(try YAMLMapping(file: file, node)) }
    return mappings
  }

  func texts(_ name: String) throws(LawFileProblems) -> [String] {
    var texts: [String] = []
    for node in try nodes(name) {
      guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
        throw problem(at: node, "\(name) 应为文本列表", "\(name) must be a list of texts")
      }
      texts.append(scalar.string)
    }
    return texts
  }

  private func nodes(_ name: String) throws(LawFileProblems) -> [Node] {
    guard let node = fields[name] else {
      throw problem(at: nil, "缺少 \(name)", "\(name) is missing")
    }
    guard case .sequence(let sequence) = node else {
      throw problem(at: node, "\(name) 应为列表", "\(name) must be a list")
    }
    return Array(sequence)
  }

  private static func unreadable(_ error: any Error, _ file: String) -> LawFileProblems {
    let line: Int
    switch error {
    case YamlError.scanner(_, _, let mark, _), YamlError.parser(_, _, let mark, _),
      YamlError.composer(_, _, let mark, _):
      line = mark.line
    default:
      line = 0
    }
    return LawFileProblems(file: file, line: line, "不是有效的 YAML", "not valid YAML")
  }
}
