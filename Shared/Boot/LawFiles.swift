// Finding and reading the files of the law.

import Glibc
import Vocabulary

enum LawFiles {
  /// Larger than any of them by far.
  static let longestBytes = 1 << 20

  /// The `.yaml` files of a folder, by name; an empty folder is a mistake.
  static func paths(in folder: String) throws(LawFileProblems) -> [String] {
    guard let handle = opendir(folder) else {
      throw LawFileProblems(file: folder, line: 0, "无法打开目录", "the folder cannot be opened")
    }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = entryName(entry)
      if name.hasSuffix(".yaml"), !name.hasPrefix(".") { names.append(name) }
    }
    guard !names.isEmpty else {
      throw LawFileProblems(
        file: folder, line: 0, "目录中没有 .yaml 文件", "the folder holds no .yaml file")
    }
    return names.sorted().map { "\(folder)/\($0)" }
  }

  /// The text of a file; it must be UTF-8 and of modest size.
  static func text(of path: String) throws(LawFileProblems) -> String {
    guard let file = fopen(path, "rbe") else {
      throw LawFileProblems(file: path, line: 0, "无法打开文件", "the file cannot be opened")
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: longestBytes + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else {
      throw LawFileProblems(file: path, line: 0, "无法读取文件", "the file cannot be read")
    }
    guard count <= longestBytes else {
      throw LawFileProblems(file: path, line: 0, "文件过大", "the file is larger than 1 MiB")
    }
    guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
      throw LawFileProblems(file: path, line: 0, "文件不是 UTF-8", "the file is not UTF-8")
    }
    return text
  }

  /// A text in both languages: `{zh: …, en: …}`.
  static func bilingual(
    _ mapping: YAMLMapping, _ name: String
  ) throws(LawFileProblems) -> BilingualText {
    let texts = try mapping.mapping(name)
    try texts.refuseUnknownFields(["zh", "en"])
    return BilingualText(try texts.text("zh"), try texts.text("en"))
  }

  /// The name in a directory entry.
  private static func entryName(_ entry: UnsafeMutablePointer<dirent>) -> String {
    // Sound: readdir ends d_name with a zero byte, inside the field, and the entry lives until the next readdir.
    withUnsafePointer(to: &entry.pointee.d_name) { name in
      name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
  }
}
