// The answer to one claim on a register that is not shared (AC-42; meizhou-public-2023/21).

/// The three answers, of which the third is given only where it harms nobody.
package enum ClaimAnswer: String, Sendable {
  case match
  case noMatch = "no_match"
  case notFound = "not_found"
}

/// A statement about a person: this item has this value.
package struct AssertedValue: Hashable, Sendable {
  package let personName: String
  package let item: String
  package let value: String

  package init(personName: String, item: String, value: String) {
    self.personName = personName
    self.item = item
    self.value = value
  }

  /// A claim matches when one record of the subject bears the name and the value. Whoever is not in the register does not
  /// match, and is not told apart from who is in it with another value, unless the entry marks membership as harmless.
  ///
  /// - Parameter records: The values of the subject's records, revoked ones left out.
  package func answer(_ records: [[String?]], schema: EntrySchema) -> ClaimAnswer {
    if records.isEmpty { return schema.isMembershipHarmless ? .notFound : .noMatch }
    guard let item = schema.index(named: item) else { return .noMatch }
    let name = schema.index(of: .subjectName)
    let isMet = records.contains { values in
      let named = name.map { $0 < values.count && values[$0] == personName } ?? true
      return named && item < values.count && values[item] == value
    }
    return isMet ? .match : .noMatch
  }
}
