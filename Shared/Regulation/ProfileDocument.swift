// One checked profile: rows by key, each with its article.

package import Vocabulary

/// A regulation as rows, checked; or the product's own defaults, which end every chain.
package struct ProfileDocument: Hashable, Sendable {
  package let key: String
  package let version: Int
  package let title: String
  package let number: String
  package let shortName: BilingualText
  package let isTextHeld: Bool
  /// The first day on which new cases meet this version; `nil`: from the beginning. Cases of before keep theirs.
  package let effectiveFrom: CivilDate?
  /// In the order of the file.
  package let rows: [ProfileRow]
  /// The words of the text, in the order of its articles.
  package let terms: [ProfileTerm]
  private let byKey: [ProfileKey: ProfileRow]

  /// The last profile before the defaults in every chain.
  package static let nationalLaw = "national-law"
  /// The values that come from no regulation.
  package static let productDefaults = Citation.productDocument

  /// Checks a file as written. All problems are told at once, in the order of their lines.
  package init(_ source: ProfileSource) throws(ProfileProblems) {
    var problems: [ProfileProblem] = []
    var rows: [ProfileRow] = []
    var byKey: [ProfileKey: ProfileRow] = [:]
    if !isSlug(source.key) { problems.append(ProfileProblem(.invalidName, line: 0)) }
    if source.version < 1 { problems.append(ProfileProblem(.invalidVersion, line: 0)) }
    for written in source.rows {
      do throws(ProfileProblem) {
        let row = try ProfileRow(written)
        if byKey[row.key] != nil { throw ProfileProblem(.repeatedKey(row.key), line: row.line) }
        byKey[row.key] = row
        rows.append(row)
      } catch {
        problems.append(error)
      }
    }
    problems += ProfileDocument.windowProblems(byKey, isRegulation: !isEnd(source.key))
    guard problems.isEmpty else {
      throw ProfileProblems(profile: source.key, problems: problems.sorted { $0.line < $1.line })
    }
    key = source.key
    version = source.version
    title = source.title
    number = source.number
    shortName = source.shortName
    isTextHeld = source.isTextHeld
    effectiveFrom = source.effectiveFrom
    self.rows = rows
    terms = source.terms
    self.byKey = byKey
  }

  package func row(_ key: ProfileKey) -> ProfileRow? { byKey[key] }

  /// The first day in force; national law and the defaults have none and always are.
  package var inForceFrom: CivilDate? { day(.inForceFrom) }

  /// The last day in force, `nil` without an end.
  package var inForceTo: CivilDate? { day(.inForceTo) }

  /// Whether new cases meet this version on a day, where no later one does.
  package func isEffective(on day: CivilDate) -> Bool { effectiveFrom.map { $0 <= day } ?? true }

  package func isInForce(on day: CivilDate) -> Bool {
    if let inForceFrom, day < inForceFrom { return false }
    if let inForceTo, day > inForceTo { return false }
    return true
  }

  /// The profile asked next, `nil` if national law is.
  package var parent: String? {
    guard case .text(let key)? = byKey[.parentProfile]?.value else { return nil }
    return key
  }

  private func day(_ key: ProfileKey) -> CivilDate? {
    guard case .date(let day)? = byKey[key]?.value else { return nil }
    return day
  }

  private static func windowProblems(
    _ rows: [ProfileKey: ProfileRow], isRegulation: Bool
  ) -> [ProfileProblem] {
    guard isRegulation else { return [] }
    guard case .date(let from)? = rows[.inForceFrom]?.value else {
      return [ProfileProblem(.noBeginning, line: 0)]
    }
    if let end = rows[.inForceTo], case .date(let to) = end.value, to < from {
      return [ProfileProblem(.endsBeforeItBegins, line: end.line)]
    }
    return []
  }
}

private func isEnd(_ key: String) -> Bool {
  key == ProfileDocument.nationalLaw || key == ProfileDocument.productDefaults
}

extension ProfileRow {
  /// Checks one row as written.
  init(_ written: ProfileSourceRow) throws(ProfileProblem) {
    let line = written.line
    if let field = written.unknownFields.first {
      throw ProfileProblem(.unknownField(field), line: line)
    }
    guard let name = written.key, !name.isEmpty else {
      throw ProfileProblem(.missingKey, line: line)
    }
    guard let key = ProfileKey(rawValue: name) else {
      throw ProfileProblem(.unknownKey(name), line: line)
    }
    guard let writtenValue = written.value else {
      throw ProfileProblem(.missingValue(key), line: line)
    }
    guard let value = ProfileValue(writtenValue, as: key.type) else {
      throw ProfileProblem(.wrongType(key), line: line)
    }
    if key == .shareInternalRuleIsBasis, value == .boolean(true) {
      throw ProfileProblem(.internalRuleAsBasis, line: line)
    }
    guard let article = written.article, Citation(document: "d", article: article).isReadable else {
      throw ProfileProblem(.missingArticle(key), line: line)
    }
    guard let originName = written.origin else {
      throw ProfileProblem(.missingOrigin(key), line: line)
    }
    guard let origin = ProfileOrigin(rawValue: originName) else {
      throw ProfileProblem(.unknownOrigin(key), line: line)
    }
    self.init(
      key: key, value: value, article: article, origin: origin, note: written.note, line: line)
  }
}

extension Citation {
  /// Whether the citation can be read back from its text.
  fileprivate var isReadable: Bool { Citation(text) == self }
}

extension ProfileValue {
  /// Reads a value as its key demands; `nil` if it is of another type. The plain word `none` is always one.
  init?(_ written: ProfileSourceValue, as type: ProfileValueType) {
    switch written {
    case .nothing:
      return nil
    case .scalar("none", isQuoted: false):
      self = .none
    case .scalar(let text, let isQuoted):
      guard let value = ProfileValue(scalar: text, isQuoted: isQuoted, as: type) else { return nil }
      self = value
    case .list(let items):
      guard let value = ProfileValue(list: items, as: type) else { return nil }
      self = value
    }
  }

  private init?(scalar text: String, isQuoted: Bool, as type: ProfileValueType) {
    switch type {
    case .integer(let range):
      guard !isQuoted, let number = plainInteger(text), range.contains(number) else { return nil }
      self = .integer(number)
    case .boolean:
      guard !isQuoted, text == "true" || text == "false" else { return nil }
      self = .boolean(text == "true")
    case .date:
      guard let day = CivilDate(iso: text) else { return nil }
      self = .date(day)
    case .text:
      guard !text.isEmpty else { return nil }
      self = .text(text)
    case .word(let words):
      guard words.contains(text) else { return nil }
      self = .words([text])
    case .integers, .words, .texts:
      return nil
    }
  }

  private init?(list items: [ProfileSourceValue], as type: ProfileValueType) {
    let scalars = items.compactMap { item -> (String, Bool)? in
      guard case .scalar(let text, let isQuoted) = item, !text.isEmpty else { return nil }
      return (text, isQuoted)
    }
    guard scalars.count == items.count, !items.isEmpty else { return nil }
    let texts = scalars.map(\.0)
    switch type {
    case .integers(let range):
      let numbers = scalars.compactMap { $0.1 ? nil : plainInteger($0.0) }
      guard numbers.count == texts.count, numbers.allSatisfy(range.contains) else { return nil }
      self = .integers(numbers)
    case .words(let words):
      guard texts.allSatisfy(words.contains), Set(texts).count == texts.count else { return nil }
      self = .words(texts)
    case .texts:
      self = .words(texts)
    case .integer, .boolean, .date, .text, .word:
      return nil
    }
  }
}

/// Decimal digits only; no sign, no leading zero.
private func plainInteger(_ text: String) -> Int? {
  guard let number = Int(text), String(number) == text, number >= 0 else { return nil }
  return number
}
