// The two languages in which Weir speaks to people.

/// A language of messages; Chinese is the one of the offices, English that of its engineers.
package enum Language: String, CaseIterable, Sendable {
  case chinese = "zh"
  case english = "en"

  /// Reads a language tag such as `zh-CN`, `zh_CN.UTF-8` or `en`; anything not Chinese is English, `nil` if empty.
  package init?(tag: String) {
    guard !tag.isEmpty else { return nil }
    self = tag.lowercased().hasPrefix("zh") ? .chinese : .english
  }
}

/// One sentence or term in both languages.
package struct BilingualText: Hashable, Sendable {
  package let chinese: String
  package let english: String

  package init(chinese: String, english: String) {
    self.chinese = chinese
    self.english = english
  }

  package init(_ chinese: String, _ english: String) {
    self.init(chinese: chinese, english: english)
  }

  package func text(in language: Language) -> String {
    switch language {
    case .chinese: chinese
    case .english: english
    }
  }
}
