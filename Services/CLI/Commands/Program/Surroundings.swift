// What the program finds around it when it starts: arguments, environment, streams. Tests bring their own.

import Foundation
package import Vocabulary

/// The process as a command sees it. Commands reach nothing of the process but through this.
package struct Surroundings: Sendable {
  /// Without the program's name.
  package let arguments: [String]
  package let environment: [String: String]
  /// The path of the running program; `nil` where nothing shall be looked for beside it.
  package let executable: String?
  /// Columns of the terminal on standard output; `nil` where there is none.
  package let width: Int?
  /// Whether standard error is a terminal.
  package let canRedraw: Bool
  package let output: @Sendable (String) -> Void
  package let errors: @Sendable (String) -> Void
  /// Puts a question to the person at the terminal and reads one line; `nil` where nobody sits there.
  package let ask: (@Sendable (String) -> String?)?

  package init(
    arguments: [String], environment: [String: String], executable: String? = nil, width: Int?,
    canRedraw: Bool,
    output: @escaping @Sendable (String) -> Void, errors: @escaping @Sendable (String) -> Void,
    ask: (@Sendable (String) -> String?)? = nil
  ) {
    self.arguments = arguments
    self.environment = environment
    self.executable = executable
    self.width = width
    self.canRedraw = canRedraw
    self.output = output
    self.errors = errors
    self.ask = ask
  }

  /// Those of the running command; the process's own unless a caller has set others.
  @TaskLocal package static var current = Surroundings.ofProcess()

  package static func ofProcess() -> Surroundings {
    Surroundings(
      arguments: Array(ProcessInfo.processInfo.arguments.dropFirst()),
      environment: ProcessInfo.processInfo.environment,
      executable: try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
      width: Terminal.width(of: .standardOutput),
      canRedraw: Terminal.isTerminal(.standardError),
      output: { Terminal.write($0, to: .standardOutput) },
      errors: { Terminal.write($0, to: .standardError) },
      ask: Terminal.isTerminal(.standardInput) ? Terminal.ask : nil)
  }

  /// The language before anything is parsed; help texts are written in it.
  package var language: Language {
    Language.chosen(arguments: arguments, environment: environment)
  }

  /// The format before anything is parsed; errors of usage are reported in it.
  var format: OutputFormat {
    let isJSON =
      arguments.contains("--output=json")
      || zip(arguments, arguments.dropFirst()).contains { $0 == "--output" && $1 == "json" }
    return isJSON ? .json : .table
  }

  func console(language: Language? = nil, format: OutputFormat? = nil) -> Console {
    Console(
      language: language ?? self.language, format: format ?? self.format, width: width,
      canRedraw: canRedraw, output: output, errors: errors)
  }
}

/// A text of the program in the language of the person in front of it.
func spoken(_ chinese: String, _ english: String) -> String {
  BilingualText(chinese, english).text(in: Surroundings.current.language)
}
