// What is planted in the registers: errors that must be rejected, oddities that must be taken, overlaps and decoys.

/// An error that the quality check must find, one in its row.
package enum PlantedError: String, CaseIterable, Sendable {
  case badCheckDigit, impossibleBirthDate, shortIdentifier, missingName, badName, overlongText
  case badCode, futureDate, impossibleDay, otherDateForm, extraField
  /// Community corrections only.
  case minor
  /// Low-income only.
  case badInteger, badDecimal
  /// Health only.
  case badOrganisation

  /// The rule that rejects it.
  package var rule: String {
    switch self {
    case .badCheckDigit: "person_identifier.check_symbol"
    case .impossibleBirthDate: "person_identifier.birth_date"
    case .shortIdentifier: "person_identifier.length"
    case .missingName: "value.required"
    case .badName: "name.unreadable"
    case .overlongText: "text.max_length"
    case .badCode: "code.not_in_list"
    case .futureDate: "date.in_future"
    case .impossibleDay: "date.no_such_day"
    case .otherDateForm: "date.form"
    case .extraField: "row.field_count"
    case .minor: "person.minor"
    case .badInteger: "integer.form"
    case .badDecimal: "decimal.form"
    case .badOrganisation: "organisation_identifier.check_symbol"
    }
  }

  func applies(to register: RegisterKind) -> Bool {
    switch self {
    case .minor: register == .correction
    case .badInteger, .badDecimal: register == .lowIncome
    case .badOrganisation: register == .health
    default: true
    }
  }
}

/// Something unusual that the check must undo and mark, and take.
package enum PlantedOddity: String, CaseIterable, Sendable {
  case lowerCaseX, fullWidth, spaces, zeroWidth, leadingQuote, fifteenDigits, compactDate, slashDate

  /// The mark that must be set.
  package var mark: String {
    switch self {
    case .lowerCaseX: "lower_case"
    case .fullWidth: "full_width"
    case .spaces: "spaces"
    case .zeroWidth: "zero_width"
    case .leadingQuote: "leading_quote"
    case .fifteenDigits: "upgraded"
    case .compactDate, .slashDate: "date_normalised"
    }
  }
}

/// How a planted record stands to a roll.
package enum PlantedOverlap: String, CaseIterable, Sendable {
  /// A hit: before, or overlapping, the payment period.
  case lead
  /// A hit whose record bears another name.
  case doubtfulLead
  // Decoys: none of them may come out as a lead.
  case afterPeriod, ended, revoked, sameNameOtherIdentifier

  package var isLead: Bool { self == .lead || self == .doubtfulLead }

  func applies(to register: RegisterKind) -> Bool {
    switch self {
    case .afterPeriod: !register.isPeriod
    case .ended: register.isPeriod
    default: true
    }
  }
}
