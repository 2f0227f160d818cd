// A message of a contract as a person or a program reads it.

package import Contracts
import Foundation
import Vocabulary

/// The fields of a message that are set, in the order of the .proto file, under their names there.
package struct MessageView: Sendable {
  package let value: OutputValue

  package init(_ message: some Message) throws {
    var scanner = MessageScanner(try message.jsonBytes())
    value = scanner.value()
  }

  init(value: OutputValue) { self.value = value }

  private var fields: [OutputField] {
    if case .object(let fields) = value { fields } else { [] }
  }

  /// JSON text as a value; text that is no JSON stays text.
  static func parsed(_ text: [UInt8]) -> OutputValue {
    guard (try? JSONSerialization.jsonObject(with: Data(text))) != nil else {
      return .text(String(decoding: text, as: UTF8.self))
    }
    var scanner = MessageScanner(text)
    return scanner.value()
  }

  /// The same message with another value in one of its fields.
  func replacing(_ name: String, with value: OutputValue) -> MessageView {
    MessageView(
      value: .object(fields.map { $0.name == name ? OutputField(name, value) : $0 }))
  }

  /// The JSON of the receipt inside, where there is one.
  var receipt: [UInt8]? {
    guard case .text(let text)? = at("receipt.json") else { return nil }
    return Data(base64Encoded: text).map { [UInt8]($0) }
  }

  private func at(_ path: String) -> OutputValue? {
    var current = value
    for name in path.split(separator: ".") {
      guard case .object(let fields) = current, let field = fields.first(where: { $0.name == name })
      else { return nil }
      current = field.value
    }
    return current
  }

  /// A field for a cell of a table, in words.
  func cell(_ path: String) -> OutputValue {
    at(path).map { Self.worded($0, field: path) } ?? .none
  }

  /// Prints the fields in two columns; lists of things as tables below. JSON has everything as it is.
  func show(on console: Console) {
    guard console.format == .table else { return console.show(json: value) }
    var lines: [Console.Field] = []
    var tables: [(key: String, table: Table)] = []
    collect(fields, prefix: "", &lines, &tables)
    console.show(lines, tables: tables)
  }

  /// Bytes that tell a person nothing.
  private static let unshown: Set<String> = [
    "receipt", "signed", "statement", "header", "chain_pem", "etag",
  ]

  private func collect(
    _ fields: [OutputField], prefix: String, _ lines: inout [Console.Field],
    _ tables: inout [(key: String, table: Table)]
  ) {
    for field in fields where !Self.unshown.contains(field.name) {
      let path = prefix + field.name
      switch field.value {
      case .object(let inner) where Self.phrase(inner) == nil:
        collect(inner, prefix: path + ".", &lines, &tables)
      case .list(let values) where values.contains(where: Self.isThing):
        tables.append((path, Self.table(values)))
      default:
        lines.append(
          (path, Words.title(ofField: path), Self.worded(field.value, field: field.name)))
      }
    }
  }

  private static func isThing(_ value: OutputValue) -> Bool {
    if case .object(let fields) = value { phrase(fields) == nil } else { false }
  }

  /// One column for each field that any of the things has.
  private static func table(_ values: [OutputValue]) -> Table {
    let views = values.map { MessageView(value: $0) }
    var names: [String] = []
    for view in views {
      // A field that the things before lack goes after its neighbour, as in the contract.
      var place = 0
      for field in view.fields where !unshown.contains(field.name) {
        if let index = names.firstIndex(of: field.name) {
          place = index + 1
        } else {
          names.insert(field.name, at: place)
          place += 1
        }
      }
    }
    return Table(
      columns: names.map { Table.Column($0, Words.title(ofField: $0)) },
      rows: views.map { view in names.map { view.cell($0) } })
  }

  /// The value in words: terms, days and grounds as a person says them.
  ///
  /// - Parameter field: Where it stands; slugs are words in some fields and names in others.
  private static func worded(_ value: OutputValue, field: String) -> OutputValue {
    switch value {
    case .text(let text): Words.value(text, field: field)
    case .list(let values): .list(values.map { worded($0, field: field) })
    case .object(let fields):
      phrase(fields, in: field)
        ?? .object(fields.map { OutputField($0.name, worded($0.value, field: $0.name)) })
    default: value
    }
  }

  /// The small things that are one phrase: a text in two languages, a due day, a ground, a period.
  ///
  /// - Parameter field: The field that holds the thing.
  private static func phrase(_ fields: [OutputField], in field: String = "") -> OutputValue? {
    func text(_ name: String) -> String? {
      for field in fields where field.name == name {
        if case .text(let text) = field.value { return text }
        if case .integer(let number) = field.value { return "\(number)" }
        if case .flag(let flag) = field.value { return flag ? "true" : nil }
      }
      return nil
    }
    let names = Set(fields.map(\.name))
    if names.isSubset(of: ["chinese", "english"]), !names.isEmpty {
      return .bilingual(BilingualText(text("chinese") ?? "", text("english") ?? ""))
    }
    if names.isSubset(of: ["date", "article", "provisional", "overdue_days"]),
      let date = text("date"), names.contains("article")
    {
      let late = text("overdue_days")
      let open = text("provisional") != nil
      let article = text("article") ?? ""
      return .bilingual(
        BilingualText(
          "\(date)（\(article)）" + (late.map { "，逾期 \($0) 天" } ?? "") + (open ? "，暂定" : ""),
          "\(date) (\(article))" + (late.map { ", \($0) days late" } ?? "")
            + (open ? ", provisional" : "")))
    }
    if names.isSubset(of: ["kind", "title", "article"]), let title = text("title"),
      names.contains("kind")
    {
      return .text(title + (text("article") ?? ""))
    }
    if names.isSubset(of: ["first_day", "last_day"]), !names.isEmpty {
      return .text("\(text("first_day") ?? "") – \(text("last_day") ?? "")")
    }
    if field == "values", let item = text("item") {
      return .text("\(item)=\(text("value") ?? "")")
    }
    if field == "decisions", let item = text("item") {
      return text("approved") == nil
        ? .bilingual(BilingualText("\(item) 不同意", "\(item) refused"))
        : .bilingual(BilingualText("\(item) 同意", "\(item) approved"))
    }
    return nil
  }
}

/// Reads the JSON that this program's own encoder wrote, keeping the order of fields; names become those of the .proto file.
private struct MessageScanner {
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func value() -> OutputValue {
    skipSpace()
    guard place < bytes.count else { return .none }
    switch bytes[place] {
    case UInt8(ascii: "{"): return object()
    case UInt8(ascii: "["): return list()
    case UInt8(ascii: "\""): return .text(string())
    default: return word()
    }
  }

  private mutating func object() -> OutputValue {
    var fields: [OutputField] = []
    place += 1
    while !closes(UInt8(ascii: "}")) {
      let name = Self.snakeCase(string())
      skipSpace()
      place += 1
      fields.append(OutputField(name, value()))
    }
    return .object(fields)
  }

  private mutating func list() -> OutputValue {
    var values: [OutputValue] = []
    place += 1
    while !closes(UInt8(ascii: "]")) { values.append(value()) }
    return .list(values)
  }

  /// Passes a comma; at the end passes the closing byte and says so.
  private mutating func closes(_ end: UInt8) -> Bool {
    skipSpace()
    if place < bytes.count, bytes[place] == UInt8(ascii: ",") {
      place += 1
      skipSpace()
    }
    guard place < bytes.count, bytes[place] != end else {
      place += 1
      return true
    }
    return false
  }

  private mutating func skipSpace() {
    while place < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[place]) { place += 1 }
  }

  private mutating func word() -> OutputValue {
    let start = place
    while place < bytes.count, !",]} \n".utf8.contains(bytes[place]) { place += 1 }
    switch String(decoding: bytes[start..<place], as: UTF8.self) {
    case "true": return true
    case "false": return false
    case "null": return .none
    case let number: return Int(number).map { .integer($0) } ?? .text(number)
    }
  }

  private mutating func string() -> String {
    let start = place
    place += 1
    while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
      place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    place = min(place + 1, bytes.count)
    let quoted = bytes[start..<place]
    guard quoted.contains(UInt8(ascii: "\\")) else {
      return String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
    }
    let read = try? JSONSerialization.jsonObject(with: Data(quoted), options: .fragmentsAllowed)
    return read as? String ?? ""
  }

  private static func snakeCase(_ name: String) -> String {
    var text = ""
    for character in name {
      if character.isUppercase { text += "_" }
      text += character.lowercased()
    }
    return text
  }
}
