// What a row of a profile can say, and what type each key demands.

package import Vocabulary

/// The value of a row.
package enum ProfileValue: Hashable, Sendable {
  case integer(Int)
  case integers([Int])
  case boolean(Bool)
  case date(CivilDate)
  case text(String)
  case words([String])
  /// The text sets the parameter aside; the search stops here.
  case none

  /// For `weir policy show`.
  package var text: String {
    switch self {
    case .integer(let number): String(number)
    case .integers(let numbers): numbers.map(String.init).joined(separator: ", ")
    case .boolean(let flag): flag ? "true" : "false"
    case .date(let day): day.iso
    case .text(let text): text
    case .words(let words): words.joined(separator: ", ")
    case .none: "none"
    }
  }
}

/// What a key's value must be.
package enum ProfileValueType: Hashable, Sendable {
  case integer(ClosedRange<Int>)
  case integers(ClosedRange<Int>)
  case boolean
  case date
  case text
  /// One of these words.
  case word([String])
  /// A list of these words, in an order that counts, none twice.
  case words([String])
  /// A list of texts of the document itself.
  case texts

  /// For the message that a value is of another type.
  package var requirement: BilingualText {
    switch self {
    case .integer(let range):
      BilingualText(
        "\(range.lowerBound)至\(range.upperBound)之间的整数",
        "an integer from \(range.lowerBound) to \(range.upperBound)")
    case .integers(let range):
      BilingualText(
        "\(range.lowerBound)至\(range.upperBound)之间整数的列表",
        "a list of integers from \(range.lowerBound) to \(range.upperBound)")
    case .boolean: BilingualText("true 或 false", "true or false")
    case .date: BilingualText("日期，如 2024-03-04", "a date like 2024-03-04")
    case .text: BilingualText("文本", "a text")
    case .word(let words):
      BilingualText(
        "以下之一：\(words.joined(separator: "、"))", "one of \(words.joined(separator: ", "))")
    case .words(let words):
      BilingualText(
        "以下词语的列表：\(words.joined(separator: "、"))", "a list of \(words.joined(separator: ", "))")
    case .texts: BilingualText("文本列表", "a list of texts")
    }
  }
}

/// Where a value comes from; a number of ours is never shown as one of the text.
package enum ProfileOrigin: String, ClosedList {
  case text
  case reading
  case productDefault = "default"

  package var term: BilingualText {
    switch self {
    case .text: BilingualText("条文规定", "from the text")
    case .reading: BilingualText("我方理解", "our reading of the text")
    case .productDefault: BilingualText("产品默认", "ours, not from the text")
    }
  }
}

/// One row: a parameter, its value, and the article it rests on.
package struct ProfileRow: Hashable, Sendable {
  package let key: ProfileKey
  package let value: ProfileValue
  package let article: String
  package let origin: ProfileOrigin
  package let note: String?
  /// The line in the file, from 1.
  package let line: Int

  package init(
    key: ProfileKey, value: ProfileValue, article: String, origin: ProfileOrigin, note: String?,
    line: Int
  ) {
    self.key = key
    self.value = value
    self.article = article
    self.origin = origin
    self.note = note
    self.line = line
  }
}
