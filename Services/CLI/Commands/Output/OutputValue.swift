// What a command prints, before it is decided whether a person or a program reads it.

package import Vocabulary

/// A value in a table or a JSON document.
package enum OutputValue: Sendable, Equatable {
  case text(String)
  /// A term that Weir has in both languages; in JSON it is written in the language of the run.
  case bilingual(BilingualText)
  case integer(Int)
  case flag(Bool)
  case list([OutputValue])
  case object([OutputField])
  /// Nothing: an empty cell, `null` in JSON.
  case none

  /// As a cell of a table.
  func cell(in language: Language) -> String {
    switch self {
    case .text(let text): text.withoutControls
    case .bilingual(let term): term.text(in: language)
    case .integer(let number): "\(number)"
    case .flag(let isSet):
      (isSet ? BilingualText("是", "yes") : BilingualText("否", "no")).text(in: language)
    case .list(let values):
      values.map { $0.cell(in: language) }
        .joined(separator: BilingualText("、", ", ").text(in: language))
    case .object(let fields):
      fields.map { "\($0.name)=\($0.value.cell(in: language))" }.joined(separator: " ")
    case .none: ""
    }
  }
}

extension OutputValue {
  /// A day as `2024-03-04`, or nothing.
  static func day(_ day: CivilDate?) -> OutputValue {
    day.map { .text($0.iso) } ?? .none
  }
}

/// A named value of an object, in the order in which it is printed.
package struct OutputField: Sendable, Equatable {
  package let name: String
  package let value: OutputValue

  package init(_ name: String, _ value: OutputValue) {
    self.name = name
    self.value = value
  }
}

extension OutputValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
  ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
  package init(stringLiteral value: String) { self = .text(value) }
  package init(integerLiteral value: Int) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .flag(value) }
}

// MARK: - JSON

extension OutputValue {
  /// JSON with two spaces of indentation, names in the order given (RFC 8259).
  package func json(in language: Language) -> String {
    var text = ""
    appendJSON(to: &text, indentation: 0, language)
    return text
  }

  private func appendJSON(to text: inout String, indentation: Int, _ language: Language) {
    switch self {
    case .text(let value): text += Self.quoted(value)
    case .bilingual(let term): text += Self.quoted(term.text(in: language))
    case .integer(let value): text += "\(value)"
    case .flag(let value): text += value ? "true" : "false"
    case .none: text += "null"
    case .list(let values):
      Self.appendBlock("[", "]", values.count, to: &text, indentation) { index, text in
        values[index].appendJSON(to: &text, indentation: indentation + 1, language)
      }
    case .object(let fields):
      Self.appendBlock("{", "}", fields.count, to: &text, indentation) { index, text in
        text += Self.quoted(fields[index].name) + ": "
        fields[index].value.appendJSON(to: &text, indentation: indentation + 1, language)
      }
    }
  }

  private static func appendBlock(
    _ open: String, _ close: String, _ count: Int, to text: inout String, _ indentation: Int,
    element: (Int, inout String) -> Void
  ) {
    text += open
    for index in 0..<count {
      text += (index == 0 ? "\n" : ",\n") + String(repeating: "  ", count: indentation + 1)
      element(index, &text)
    }
    if count > 0 { text += "\n" + String(repeating: "  ", count: indentation) }
    text += close
  }

  private static func quoted(_ value: String) -> String {
    var text = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
