// A message of a contract written by a person: YAML or JSON, with the names of the .proto file.

import Contracts
import Foundation
import Vocabulary
import Yams

enum MessageFile {
  static let byteLimit = 1 << 20

  /// - Parameter path: `-` is standard input.
  static func read<M: Message>(_ path: String) throws -> M {
    let data: Data
    do {
      let file =
        path == "-"
        ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(filePath: path))
      data = try file.read(upToCount: byteLimit + 1) ?? Data()
    } catch {
      throw CommandFailure(.usage, spoken("无法读取 \(path)。", "\(path) cannot be read."))
    }
    guard data.count <= byteLimit, let text = String(data: data, encoding: .utf8) else {
      throw CommandFailure(
        .usage, spoken("\(path) 不是 1 MiB 以内的 UTF-8 文本。", "\(path) is no UTF-8 text within 1 MiB."))
    }
    do {
      guard let node = try Yams.compose(yaml: text) else {
        throw CommandFailure(.usage, spoken("\(path) 是空的。", "\(path) is empty."))
      }
      return try M(jsonBytes: [UInt8](json(node).utf8), limits: .standard)
    } catch let failure as DecodeFailure {
      var report = CommandFailure(.usage, sentence(failure, in: path))
      report.field = failure.path.isEmpty ? nil : failure.path
      throw report
    } catch let problem as YamlError {
      // The first line says where and what; the rest draws it.
      let what = "\(problem)".split(separator: "\n").prefix(2).joined(separator: " ")
      throw CommandFailure(
        .usage, spoken("\(path) 不是有效的 YAML：\(what)", "\(path) is no valid YAML: \(what)"))
    }
  }

  private static func sentence(_ failure: DecodeFailure, in path: String) -> String {
    let place = failure.path.isEmpty ? path : "\(path) · \(failure.path)"
    return switch failure.cause {
    case .unknown:
      spoken("\(place)：没有这个字段，或没有这个取值。", "\(place): no such field, or no such value of it.")
    case .wrongType: spoken("\(place)：值的种类不对。", "\(place): a value of the wrong kind.")
    case .duplicate: spoken("\(place)：写了两次。", "\(place): stands twice.")
    case .outOfRange: spoken("\(place)：值超出范围。", "\(place): the value is out of range.")
    default: spoken("\(place)：无法读取。", "\(place): cannot be read.")
    }
  }

  /// JSON of a YAML node; a plain scalar that is a number or true, false, null stays one, all else is text.
  private static func json(_ node: Node) -> String {
    switch node {
    case .mapping(let mapping):
      let fields = mapping.map { quoted($0.key.string ?? "") + ":" + json($0.value) }
      return "{" + fields.joined(separator: ",") + "}"
    case .sequence(let sequence): return "[" + sequence.map(json).joined(separator: ",") + "]"
    case .scalar(let scalar):
      guard scalar.style == .plain else { return quoted(scalar.string) }
      switch scalar.string {
      case "", "~", "null": return "null"
      case "true", "false": return scalar.string
      case let text: return isNumber(text) ? text : quoted(text)
      }
    case .alias: return "null"
    }
  }

  /// An integer as JSON writes it; dates and codes with leading zeros are text.
  private static func isNumber(_ text: String) -> Bool {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    return !digits.isEmpty && digits.allSatisfy { ("0"..."9").contains($0) }
      && (digits == "0" || !digits.hasPrefix("0")) && digits.count <= 10
  }

  private static func quoted(_ text: String) -> String { OutputValue.text(text).json(in: .english) }
}
