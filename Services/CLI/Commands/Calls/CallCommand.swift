// What the commands that call services have in common.

import ArgumentParser
import Contracts
import RPC
import Vocabulary

/// A command that makes calls in somebody's name.
protocol CallCommand: AsyncParsableCommand {
  var caller: CallerOptions { get }
  func call(_ session: Session) async throws
}

extension CallCommand {
  func run() async throws {
    try await caller.withSession { session in
      do {
        try await call(session)
      } catch let status as Status {
        var failure = CommandFailure(status)
        if session.hasRequested { failure.requestID = session.requestID }
        throw failure
      } catch is UnaskedStatement {
        throw CommandFailure(
          .evidenceBroken,
          spoken(
            "送来待签的决定文书不是您所请求的决定，未签署。请告知审计方。",
            "What came back to be signed is not the decision that was asked for; it was not signed. Tell the auditors."
          ))
      } catch is StatementWritten {
        // It was said where it lies; nothing failed.
      }
    }
  }
}

/// How many rows a list shows.
struct ListOptions: ParsableArguments {
  @Option(help: ArgumentHelp(spoken("最多几行。", "At most so many rows."), valueName: "rows"))
  var limit = 200

  func validate() throws {
    guard (1...1_000_000).contains(limit) else {
      throw ValidationError(spoken("--limit 须在 1 到 100 万之间。", "--limit is 1 to 1,000,000."))
    }
  }
}

/// A command's name, what it is for, and examples, in the language of the person.
func about(
  _ name: String, _ chinese: String, _ english: String, more: BilingualText? = nil,
  examples: String..., subcommands: [any ParsableCommand.Type] = []
) -> CommandConfiguration {
  var discussion = more.map { spoken($0.chinese, $0.english) + "\n\n" } ?? ""
  discussion += spoken("示例：", examples.count > 1 ? "Examples:" : "Example:") + "\n\n"
  discussion += examples.map { exampleLines("weir " + $0) }.joined(separator: "\n")
  return CommandConfiguration(
    commandName: name, abstract: spoken(chinese, english), discussion: discussion,
    subcommands: subcommands)
}

/// An example as it can be pasted into a shell: a long one is broken before an option, since the help would break it anywhere.
private func exampleLines(_ example: String) -> String {
  var lines: [String] = []
  var line = ""
  for (index, part) in example.split(separator: " --").enumerated() {
    let piece = index == 0 ? String(part) : " --" + part
    if index > 0, line.count + piece.count > exampleWidth {
      lines.append("  " + line + " \\")
      line = "  "
    }
    line += piece
  }
  return (lines + ["  " + line]).joined(separator: "\n")
}

/// With its indentation and the backslash a line stays below 80 columns.
private let exampleWidth = 74

/// Help of an option in the language of the person.
func hint(_ chinese: String, _ english: String, _ valueName: String? = nil) -> ArgumentHelp {
  ArgumentHelp(spoken(chinese, english), valueName: valueName)
}

/// A word of a contract's enumeration as a person types it: `not-shared` for NOT_SHARED.
struct Word<Value: MessageEnum>: ExpressibleByArgument, Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }

  init?(argument: String) {
    let name = argument.uppercased().replacing("-", with: "_")
    guard let found = Value.names.dropFirst().first(where: { $0.name == name }) else { return nil }
    value = found.value
  }

  static var allValueStrings: [String] {
    Value.names.dropFirst().map { $0.name.lowercased().replacing("_", with: "-") }
  }

  var defaultValueDescription: String {
    let name = Value.names.first { $0.value == value }?.name ?? ""
    return name.lowercased().replacing("_", with: "-")
  }
}

extension Optional {
  /// The word's value; for none, the number 0 of its enumeration.
  func value<Value>() -> Value where Wrapped == Word<Value> { self?.value ?? Value() }
}

/// `E-1` or `entries/E-1`: the collection may be left out.
func resource(_ collection: String, _ text: String) -> String {
  text.isEmpty || text.contains("/") ? text : collection + "/" + text
}

/// A legal ground in words: `law:中华人民共和国统计法:第九条`, after another colon the wording of the article.
struct BasisArgument: ExpressibleByArgument, Sendable {
  let basis: CommonV1.Basis

  init?(argument: String) {
    let parts = argument.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count >= 2, let kind = Word<CommonV1.Basis.Kind>(argument: String(parts[0])) else {
      return nil
    }
    basis = CommonV1.Basis(
      kind: kind.value, title: String(parts[1]), article: parts.count > 2 ? String(parts[2]) : "",
      text: parts.count > 3 ? String(parts[3]) : "")
  }
}

let basisHint = BilingualText(
  "依据，形如 law:中华人民共和国统计法:第九条；本办法未列的文件再加“:条文”。",
  "The ground, such as law:中华人民共和国统计法:第九条; after another colon the wording, where the governing text does not name the instrument."
)
