// What the argument parser says, in the language of the person: it speaks English alone.

import ArgumentParser
import Foundation
import Vocabulary

enum UsageWords {
  /// An error of usage as one line.
  static func sentence(_ message: String, in language: Language) -> String {
    let (rest, values) = choices(in: message)
    guard language == .chinese else {
      return rest + (values.isEmpty ? "" : " One of: \(values.joined(separator: ", ")).")
    }
    var sentence = rest
    for (pattern, chinese) in patterns where rest.hasPrefix(pattern.before) {
      let tail = rest.dropFirst(pattern.before.count)
      guard let end = tail.range(of: pattern.after, options: .literal) else { continue }
      sentence = chinese(String(tail[..<end.lowerBound])) + meant(tail[end.upperBound...])
      break
    }
    return sentence + (values.isEmpty ? "" : "可取：\(values.joined(separator: "、"))。")
  }

  /// A page of help: its headings and standing phrases.
  static func help(_ page: String, in language: Language) -> String {
    guard language == .chinese else { return page.replacing("OVERVIEW: ", with: "") }
    return phrases.reduce(page) { $0.replacing($1.0, with: $1.1) }
  }

  /// The leading words of the arguments that are commands: `weir share grant`.
  static func command(of arguments: [String]) -> String {
    var words = ["weir"]
    var commands = WeirCommand.configuration.subcommands
    for argument in arguments {
      guard let found = commands.first(where: { $0.configuration.commandName == argument }) else {
        break
      }
      words.append(argument)
      commands = found.configuration.subcommands
    }
    return words.joined(separator: " ")
  }

  private typealias Pattern = (before: String, after: String)

  private static let patterns: [(Pattern, @Sendable (String) -> String)] = [
    (("Unknown option '", "'"), { "没有选项 \($0)。" }),
    (("Missing expected argument '", "'"), { "缺少 \($0)。" }),
    (("Missing value for '", "'"), { "选项 \($0) 缺少值。" }),
    (("Unexpected argument '", "'"), { "多余的参数 \($0)。" }),
    (
      ("The value '", "'"),
      { "“\($0)”不是有效的值。" }
    ),
  ]

  private static let phrases = [
    ("OVERVIEW: ", ""), ("USAGE: ", "用法："), ("ARGUMENTS:", "参数："), ("OPTIONS:", "选项："),
    ("SUBCOMMANDS:", "命令："), ("Show the version.", "显示版本。"),
    ("Show help information.", "显示帮助。"), ("(values: ", "(可取："), ("(default: ", "(默认："),
    ("; default: ", "；默认："), ("; default:", "；默认："), ("[<options>]", "[选项]"),
    ("<subcommand>", "<命令>"),
    ("  See 'weir help ", "  详见：weir help "), ("' for detailed help.", ""),
  ]

  /// "Did you mean '--receipt'?" after an unknown option; the option after an invalid value.
  private static func meant(_ rest: Substring) -> String {
    let parts = rest.split(separator: "'", omittingEmptySubsequences: false)
    guard parts.count >= 3 else { return "" }
    if rest.contains("Did you mean") { return "是否想写 \(parts[1])？" }
    return rest.hasPrefix(" is invalid for") ? "它写在 \(parts[1])。" : ""
  }

  /// The values that the parser offers, taken out of its message.
  private static func choices(in message: String) -> (rest: String, values: [String]) {
    for start in [" Please provide one of the following:", " Please provide one of "] {
      guard let range = message.range(of: start, options: .literal) else { continue }
      let values = message[range.upperBound...].split { "\n',".contains($0) }
        .map { $0.trimmingCharacters(in: .whitespaces) }
        .map { $0.hasPrefix("- ") ? String($0.dropFirst(2)) : $0 }
        .filter { !$0.isEmpty && $0 != "or" && $0 != "." }
      return (String(message[..<range.lowerBound]), values)
    }
    return (message.split(separator: "\n").joined(separator: " "), [])
  }
}
