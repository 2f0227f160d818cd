// A profile as it was written, with the line of every row, before anything is checked.

package import Vocabulary

/// A value as written. Whether it was quoted tells `5` from `"5"`.
package enum ProfileSourceValue: Hashable, Sendable {
  case scalar(String, isQuoted: Bool)
  case list([ProfileSourceValue])
  /// An empty value, or a mapping: never valid.
  case nothing
}

/// A row as written. What is missing is `nil`.
package struct ProfileSourceRow: Hashable, Sendable {
  package var key: String?
  package var value: ProfileSourceValue?
  package var article: String?
  package var origin: String?
  package var note: String?
  /// Fields of the row that no row has.
  package var unknownFields: [String]
  /// The line in the file, from 1.
  package var line: Int

  package init(
    key: String?, value: ProfileSourceValue?, article: String?, origin: String?, note: String?,
    unknownFields: [String] = [], line: Int
  ) {
    self.key = key
    self.value = value
    self.article = article
    self.origin = origin
    self.note = note
    self.unknownFields = unknownFields
    self.line = line
  }
}

/// A profile's file as written.
package struct ProfileSource: Hashable, Sendable {
  package var key: String
  /// Counts up with each change of the file; running cases keep the version they began with.
  package var version: Int
  /// The title of the document in Chinese, its number, and short names for tables.
  package var title: String
  package var number: String
  package var shortName: BilingualText
  /// Whether Weir holds the text. National law ends every chain before its text is held.
  package var isTextHeld: Bool
  /// From when this version is asked for new cases; a first version is from the regulation's own beginning.
  package var effectiveFrom: CivilDate?
  package var rows: [ProfileSourceRow]
  /// The words of the text, in the order of its articles.
  package var terms: [ProfileTerm]

  package init(
    key: String, version: Int, title: String, number: String, shortName: BilingualText,
    isTextHeld: Bool, effectiveFrom: CivilDate? = nil, rows: [ProfileSourceRow],
    terms: [ProfileTerm] = []
  ) {
    self.key = key
    self.version = version
    self.title = title
    self.number = number
    self.shortName = shortName
    self.isTextHeld = isTextHeld
    self.effectiveFrom = effectiveFrom
    self.rows = rows
    self.terms = terms
  }
}

/// A row that cannot be taken, with its line.
package struct ProfileProblem: Error, Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case missingKey
    case unknownKey(String)
    case unknownField(String)
    case repeatedKey(ProfileKey)
    case missingValue(ProfileKey)
    case wrongType(ProfileKey)
    case missingArticle(ProfileKey)
    case missingOrigin(ProfileKey)
    case unknownOrigin(ProfileKey)
    /// meizhou-specific-2021/20, guangdong-2018/16: an internal rule is never a basis.
    case internalRuleAsBasis
    case noBeginning
    case endsBeforeItBegins
    case invalidName
    case invalidVersion
  }

  package let kind: Kind
  /// The line in the file, from 1; 0 for the file as a whole.
  package let line: Int

  package init(_ kind: Kind, line: Int) {
    self.kind = kind
    self.line = line
  }

  /// What is wrong, without the place.
  package var sentence: BilingualText {
    switch kind {
    case .missingKey: BilingualText("缺少 key", "the row has no key")
    case .unknownKey(let key): BilingualText("未知参数 \(key)", "unknown key \(key)")
    case .unknownField(let field): BilingualText("未知字段 \(field)", "unknown field \(field)")
    case .repeatedKey(let key):
      BilingualText("参数 \(key.rawValue) 重复", "key \(key.rawValue) stands twice")
    case .missingValue(let key):
      BilingualText("\(key.rawValue) 缺少值", "\(key.rawValue) has no value")
    case .wrongType(let key):
      BilingualText(
        "\(key.rawValue) 应为\(key.type.requirement.chinese)",
        "\(key.rawValue) must be \(key.type.requirement.english)")
    case .missingArticle(let key):
      BilingualText("\(key.rawValue) 缺少条款", "\(key.rawValue) has no article")
    case .missingOrigin(let key):
      BilingualText("\(key.rawValue) 缺少来源", "\(key.rawValue) has no origin")
    case .unknownOrigin(let key):
      BilingualText(
        "\(key.rawValue) 的来源应为 text、reading 或 default",
        "the origin of \(key.rawValue) must be text, reading or default")
    case .internalRuleAsBasis:
      BilingualText("内部规定不得作为依据", "an internal rule can never be a basis")
    case .noBeginning: BilingualText("缺少 in_force_from", "in_force_from is missing")
    case .endsBeforeItBegins:
      BilingualText("失效日期早于生效日期", "it ends before it comes into force")
    case .invalidName: BilingualText("名称应为小写短名", "the name must be a slug")
    case .invalidVersion: BilingualText("版本号应为正整数", "the version must be a positive integer")
    }
  }
}

/// All problems of one file; a file is taken whole or not at all.
package struct ProfileProblems: Error, Hashable, Sendable {
  package let profile: String
  package let problems: [ProfileProblem]
}
