// Python's protobuf, an implementation that shares no code with ours, as a judge. deploy/setup test puts it into .venv.

import Contracts
import Foundation
import TestSupport

struct Oracle {
  /// What it said that makes no sense.
  struct Failed: Error { let text: String }

  /// The root of the package.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The path of a file of the package.
  static func path(_ name: String) -> String { root.appending(path: name).path }

  /// The types of all methods, and the details of a status, by name.
  static let types: [String: any Message.Type] = {
    var types: [String: any Message.Type] = [:]
    for shape in MethodShape.all.values {
      types[shape.request.messageName] = shape.request
      types[shape.reply.messageName] = shape.reply
    }
    types[GoogleRPC.Status.messageName] = GoogleRPC.Status.self
    types[GoogleRPC.ErrorInfo.messageName] = GoogleRPC.ErrorInfo.self
    types[GoogleRPC.BadRequest.messageName] = GoogleRPC.BadRequest.self
    types[GoogleRPC.RetryInfo.messageName] = GoogleRPC.RetryInfo.self
    return types
  }()

  /// All our descriptors as one google.protobuf.FileDescriptorSet.
  private static var descriptorSet: [UInt8] {
    FileDescriptor.all.flatMap { file in
      let bytes = file.bytes
      var length: [UInt8] = []
      var rest = bytes.count
      while rest >= 0x80 {
        length.append(UInt8(rest & 0x7f) | 0x80)
        rest >>= 7
      }
      return [0x0a] + length + [UInt8(rest)] + bytes
    }
  }

  /// Runs the judge with more input lines after the types.
  static func ask(_ arguments: [String], input: [String] = []) throws -> [[String]] {
    let folder = try TemporaryFolder()
    let set = folder.path("set")
    try Data(descriptorSet).write(to: URL(filePath: set))
    let lines = types.keys.sorted() + [""] + input + [""]
    let script = path("Tests/Shared/Contracts/Oracle/oracle.py")
    let output = try Tool.run(
      path(".venv/bin/python"), [script, set] + arguments,
      input: Array(lines.joined(separator: "\n").utf8))
    let text = String(decoding: output, as: UTF8.self)
    return text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
  }

  static func bytes(_ word: String) throws -> [UInt8] {
    if word == "-" { return [] }
    guard let data = Data(base64Encoded: word) else { throw Failed(text: word) }
    return [UInt8](data)
  }

  static func word(_ bytes: [UInt8]) -> String {
    bytes.isEmpty ? "-" : Data(bytes).base64EncodedString()
  }

  static func type(_ name: String) throws -> any Message.Type {
    guard let type = types[name] else { throw Failed(text: "no type \(name)") }
    return type
  }
}
