// The answer to one claim on a register that is not shared (AC-42; meizhou-public-2023/21).

import Regulation
package import Vocabulary

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

  /// Whether the claim can be compared at all: the entry has the item, and the value is one that it could hold. Otherwise a
  /// true statement in another spelling would be answered as untrue.
  package func check(under schema: EntrySchema, today: CivilDate) throws(DataRefusal) {
    guard schema.index(named: item) != nil else { throw .claimItemUnknown(item: item) }
    guard canonical(under: schema, today: today) != nil else { throw .claimMalformed(item: item) }
  }

  /// The value as a register under this schema holds it; `nil` where it could not hold it.
  private func canonical(under schema: EntrySchema, today: CivilDate) -> String? {
    guard let index = schema.index(named: item) else { return nil }
    return try? ValueCheck(today: today, doubts: .ignore).check(value, schema.items[index]).value
      .text
  }

  /// A claim matches when one record of the subject bears the name and the value. Whoever is not in the register does not
  /// match, and is not told apart from who is in it with another value, unless the entry marks membership as harmless.
  ///
  /// - Parameter records: The values of the subject's records, revoked ones left out.
  package func answer(
    _ records: [[String?]], schema: EntrySchema, today: CivilDate
  ) -> ClaimAnswer {
    if records.isEmpty { return schema.isMembershipHarmless ? .notFound : .noMatch }
    guard let item = schema.index(named: item),
      let value = canonical(under: schema, today: today)
    else { return .noMatch }
    let name = schema.index(of: .subjectName)
    let isMet = records.contains { values in
      let named = name.map { $0 < values.count && values[$0] == personName } ?? true
      return named && item < values.count && values[item] == value
    }
    return isMet ? .match : .noMatch
  }
}
