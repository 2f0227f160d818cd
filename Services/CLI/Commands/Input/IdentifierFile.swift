// Identity numbers come from a file or from standard input, never from arguments: those stay in history and process lists.

import Contracts
package import Foundation
package import Telemetry
package import Vocabulary

/// Why identifiers could not be read. None of these carries what was read.
package enum IdentifierFileError: Error, Sendable, Equatable {
  case unreadable(path: String)
  case notText(line: Int)
  case tooLong(limit: Int)
  case empty
  case tooMany(limit: Int)
}

/// The option `--id-file PATH`, where `-` is standard input: one identifier a line.
package enum IdentifierFile {
  /// More is a roll, and a roll goes through `weir compare`.
  package static let byteLimit = 64 * 1024

  /// Reads the lines that are not empty. A byte order mark and carriage returns are dropped, nothing else is changed: cleaning
  /// identifiers is done where they are checked.
  ///
  /// - Parameter limit: The most identifiers the command takes.
  package static func read(
    _ path: String, limit: Int, standardInput: FileHandle = .standardInput
  ) throws(IdentifierFileError) -> [Sensitive<String>] {
    let data = try bytes(path, standardInput)
    guard data.count <= byteLimit else { throw .tooLong(limit: byteLimit) }
    var found: [Sensitive<String>] = []
    for (index, line) in data.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
      guard var text = String(validating: line, as: UTF8.self) else {
        throw .notText(line: index + 1)
      }
      if text.hasPrefix("\u{FEFF}") { text.removeFirst() }
      if text.hasSuffix("\r") { text.removeLast() }
      if text.allSatisfy(\.isWhitespace) { continue }
      guard found.count < limit else { throw .tooMany(limit: limit) }
      found.append(Sensitive(text))
    }
    guard !found.isEmpty else { throw .empty }
    return found
  }

  private static func bytes(
    _ path: String, _ standardInput: FileHandle
  ) throws(IdentifierFileError) -> Data {
    do {
      let file = path == "-" ? standardInput : try FileHandle(forReadingFrom: URL(filePath: path))
      defer { if path != "-" { try? file.close() } }
      var data = Data()
      // One byte past the limit is enough to know that there is too much, whatever the file says about its size.
      while data.count <= byteLimit,
        let part = try file.read(upToCount: byteLimit + 1 - data.count), !part.isEmpty
      {
        data.append(part)
      }
      return data
    } catch {
      throw .unreadable(path: path)
    }
  }

  /// The first argument that looks like an identity or credit number, by its place after the program's name.
  package static func identifierAmong(_ arguments: [String]) -> Int? {
    // A record's own number is as long as an identity number, and no secret.
    arguments.firstIndex {
      ResourceName($0, in: .records) == nil && Redaction.masked($0) != $0
    }.map { $0 + 1 }
  }
}

extension IdentifierFileError {
  package var sentence: BilingualText {
    switch self {
    case .unreadable(let path):
      BilingualText("无法读取 \(path)。", "\(path) cannot be read.")
    case .notText(let line):
      BilingualText("第 \(line) 行不是 UTF-8 文本。", "Line \(line) is not UTF-8 text.")
    case .tooLong(let limit):
      BilingualText(
        "证件号码文件超过 \(limit) 字节；成批核对请用 weir compare。",
        "The file of identifiers is longer than \(limit) bytes; for a whole roll use weir compare.")
    case .empty:
      BilingualText("没有读到证件号码。", "No identifier was read.")
    case .tooMany(let limit):
      BilingualText(
        "此命令最多接受 \(limit) 个证件号码。", "This command takes at most \(limit) identifiers.")
    }
  }
}

extension IdentifierFile {
  /// One person or organisation, by identity or credit number alone: by another document a person has no one name in all registers.
  static func subject(_ file: String) throws -> IngestV1.Subject {
    let lines = try read(file, limit: 1)
    guard let block = SubjectReading.block(lines[0].exposed) else {
      throw CommandFailure(
        .usage,
        spoken(
          "读到的既不是有效的公民身份号码，也不是有效的统一社会信用代码。",
          "What was read is no valid identity or credit number."))
    }
    return IngestV1.Subject(block: block.bytes)
  }
}
