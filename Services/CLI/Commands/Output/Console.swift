// Where a command writes: results to standard output, everything about them to standard error.

import Foundation
package import Vocabulary

/// The form in which results are printed.
package enum OutputFormat: String, CaseIterable, Sendable {
  case table
  case json
}

/// The two streams of a program, with what is known about who reads them.
///
/// Results alone go to standard output, so that a program can read them; progress, notes and errors go to standard error.
package struct Console: Sendable {
  package let language: Language
  package let format: OutputFormat
  /// Columns of the terminal that standard output goes to; `nil` when it goes to a file or a pipe.
  package let width: Int?
  /// Whether standard error goes to a terminal, where a line can be redrawn.
  package let canRedraw: Bool
  private let output: @Sendable (String) -> Void
  private let errors: @Sendable (String) -> Void

  package init(
    language: Language, format: OutputFormat, width: Int?, canRedraw: Bool,
    output: @escaping @Sendable (String) -> Void, errors: @escaping @Sendable (String) -> Void
  ) {
    self.language = language
    self.format = format
    self.width = width
    self.canRedraw = canRedraw
    self.output = output
    self.errors = errors
  }

  // MARK: Results

  /// Prints a table, or its rows as JSON.
  package func show(_ table: Table) {
    switch format {
    case .json: output(table.value.json(in: language) + "\n")
    case .table:
      if table.rows.isEmpty {
        note(BilingualText("没有记录。", "No rows."))
      } else {
        output(table.lines(in: language, width: width).joined(separator: "\n") + "\n")
      }
    }
  }

  /// A named value of one thing: its name in JSON, its title for a person.
  package typealias Field = (key: String, title: BilingualText, value: OutputValue)

  /// Prints one thing: its fields in two columns, or a JSON object.
  ///
  /// - Parameter tables: What belongs to the thing, each under its name in JSON; for a person, one after the other.
  package func show(_ fields: [Field], tables: [(key: String, table: Table)] = []) {
    switch format {
    case .json:
      let object =
        fields.map { OutputField($0.key, $0.value) }
        + tables.map { OutputField($0.key, $0.table.value) }
      output(OutputValue.object(object).json(in: language) + "\n")
    case .table:
      let titles = fields.map { $0.title.text(in: language) }
      let widest = titles.map { DisplayWidth.of($0) }.max() ?? 0
      for (title, field) in zip(titles, fields) {
        let padding = String(repeating: " ", count: widest - DisplayWidth.of(title) + 2)
        output(title + padding + field.value.cell(in: language) + "\n")
      }
      for (key, table) in tables where !table.rows.isEmpty {
        let title = Words.title(ofField: key).text(in: language)
        output(
          "\n" + title + "\n" + table.lines(in: language, width: width).joined(separator: "\n")
            + "\n")
      }
    }
  }

  /// Prints a value as JSON.
  package func show(json value: OutputValue) {
    output(value.json(in: language) + "\n")
  }

  /// Prints a sentence for a person; nothing where a program reads JSON.
  package func say(_ sentence: BilingualText) {
    if format == .table { output(sentence.text(in: language) + "\n") }
  }

  // MARK: About the results

  /// Tells the person something that is no result.
  package func note(_ sentence: BilingualText) {
    errors(sentence.text(in: language) + "\n")
  }

  /// Writes to standard error as it is; for progress and error reports.
  func writeError(_ text: String) {
    errors(text)
  }
}

/// What the operating system knows about a stream.
enum Terminal {
  static func isTerminal(_ stream: FileHandle) -> Bool {
    isatty(stream.fileDescriptor) == 1
  }

  /// Columns, or nil for what is no terminal. One that does not tell its size has the traditional 80.
  static func width(of stream: FileHandle) -> Int? {
    guard isTerminal(stream) else { return nil }
    var size = winsize()
    guard ioctl(stream.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 80
    }
    return Int(size.ws_col)
  }

  /// Puts a question on standard error and reads the answer.
  @Sendable static func ask(_ question: String) -> String? {
    write(question, to: .standardError)
    return readLine()
  }

  /// Writes all of it. When the reader has gone, as `head` does, there is nobody left to tell.
  static func write(_ text: String, to stream: FileHandle) {
    try? stream.write(contentsOf: Data(text.utf8))
  }
}
