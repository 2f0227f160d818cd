// Why one row was not taken (meizhou-specific-2021/13a: each with item and rule).

package import Vocabulary

/// A row that broke a rule: which, where, against which threshold and with which value.
///
/// The value is row content: it is kept sealed and shown to the source alone. The sentence holds none.
package struct Rejection: Hashable, Sendable {
  /// Stable: `date.no_such_day`.
  package let rule: String
  /// The item, `nil` where the row as a whole is at fault.
  package let item: String?
  /// What the rule demands, as text: `2024-03-04`, `20`, `male|female`.
  package let threshold: String
  /// What was sent.
  package let value: String
  /// The line of the source file on which the row begins.
  package let line: Int
  package let citation: Citation
  package let sentence: BilingualText

  package init(
    rule: String, item: String?, threshold: String, value: String, line: Int, citation: Citation,
    sentence: BilingualText
  ) {
    self.rule = rule
    self.item = item
    self.threshold = threshold
    self.value = value
    self.line = line
    self.citation = citation
    self.sentence = sentence
  }
}

/// A rule that a value broke, before line, item and article are known.
package struct ValueFault: Error, Hashable, Sendable {
  package let rule: String
  package let threshold: String
  package let sentence: BilingualText

  package init(_ rule: String, threshold: String, _ sentence: BilingualText) {
    self.rule = rule
    self.threshold = threshold
    self.sentence = sentence
  }
}

/// Something unusual about a value that was taken all the same.
package enum ValueMark: Hashable, Sendable {
  case cleaned(CleaningMarks)
  case doubt(PersonIdentifierDoubt)
  /// A date in another form than ISO was understood.
  case dateNormalised
  /// A character of the private use area, which shows differently on every machine.
  case privateUseCharacter

  /// Stable names, for counting.
  package var slugs: [String] {
    switch self {
    case .cleaned(let marks): marks.slugs
    case .doubt(let doubt): [doubt.rawValue]
    case .dateNormalised: ["date_normalised"]
    case .privateUseCharacter: ["private_use_character"]
    }
  }
}
