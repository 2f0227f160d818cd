// What Ingest knows of a published entry: its items with their types, as the source declared them when cataloguing.

/// What the values of an item are (the entry's declared format, meizhou-specific-2021/13a).
package enum ItemType: String, CaseIterable, Sendable {
  case text, integer, decimal, date, code
  /// GB 11643.
  case personIdentifier = "person_id"
  /// GB 32100.
  case organisationIdentifier = "organisation_id"
  case name
  /// A document of another kind: passport, officer's card.
  case otherDocument = "other_document_id"
}

/// What an item means to a comparison and to the rules about persons.
package enum ItemRole: String, CaseIterable, Sendable {
  case subject
  case subjectName = "subject_name"
  /// The day on which the event happened: death, cremation, cancellation.
  case eventDate = "event_date"
  /// First and last day of a state: a correction term, an allowance. An empty last day means that it goes on.
  case periodStart = "period_start"
  case periodEnd = "period_end"
  /// A record with a value here is revoked.
  case revokedMark = "revoked_mark"
}

/// One item of an entry.
package struct ItemSchema: Hashable, Sendable {
  /// The slug: `name`, `cremation-date`.
  package let name: String
  /// The Chinese title: 姓名, 火化日期. A file's column may bear either.
  package let title: String
  package let type: ItemType
  package let role: ItemRole?
  package let isRequired: Bool
  /// In characters (Unicode code points); `nil` for none beyond that of the format.
  package let maximumLength: Int?
  /// The values of a code item.
  package let codes: Set<String>
  /// How its values leave the register.
  package let mask: Mask
  /// What kind of document an item of type `otherDocument` numbers; empty takes the item's name.
  package let documentType: String

  package init(
    name: String, title: String, type: ItemType, role: ItemRole? = nil, isRequired: Bool = false,
    maximumLength: Int? = nil, codes: Set<String> = [], mask: Mask = .none,
    documentType: String = ""
  ) {
    self.name = name
    self.title = title
    self.type = type
    self.role = role
    self.isRequired = isRequired
    self.maximumLength = maximumLength
    self.codes = codes
    self.mask = mask
    self.documentType = documentType.isEmpty ? name : documentType
  }

  /// Whether a day after today is possible: the end of a term is, an event or the start of a term is not.
  package var mayLieInFuture: Bool { role != .eventDate && role != .periodStart }
}

/// The items of one version of an entry, in order, and what holds for its rows as a whole.
package struct EntrySchema: Hashable, Sendable {
  package let items: [ItemSchema]
  /// Community corrections hold no minors (meizhou-specific-2021/5.3c).
  package let excludesMinors: Bool
  /// Percent of rows that may be rejected before the batch fails; `nil` takes the product's default.
  package let rejectThresholdPercent: Int?
  /// Whether it harms nobody to learn that somebody is in this register (AC-42).
  package let isMembershipHarmless: Bool

  package init(
    items: [ItemSchema], excludesMinors: Bool = false, rejectThresholdPercent: Int? = nil,
    isMembershipHarmless: Bool = false
  ) {
    self.items = items
    self.excludesMinors = excludesMinors
    self.rejectThresholdPercent = rejectThresholdPercent
    self.isMembershipHarmless = isMembershipHarmless
  }

  /// The place of the item with a role, from 0.
  package func index(of role: ItemRole) -> Int? {
    items.firstIndex { $0.role == role }
  }

  /// The place of the item with a name, from 0.
  package func index(named name: String) -> Int? {
    items.firstIndex { $0.name == name }
  }
}
