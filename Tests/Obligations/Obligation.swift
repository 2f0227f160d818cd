// What the regulations demand, as deploy/policies/obligations holds it.

/// One duty of one paragraph.
package struct Obligation: Codable, Equatable, Sendable {
  package enum Kind: String, Codable, Sendable {
    case enforce, record, remind, report, secure
    /// Nothing that software can meet: who leads, who pays, what was not supplied.
    case organizational
  }

  /// A period, or the demand for one.
  package struct Deadline: Codable, Equatable, Sendable {
    package enum Unit: String, Codable, Sendable {
      case workingDays = "working_days"
      case months, years, immediate, realtime
      /// Without a number: the profile sets one and shows it.
      case promptly, periodic

      /// Whether the text gives a number with it.
      var isCounted: Bool { self != .promptly && self != .periodic }
    }

    package enum Rule: String, Codable, Sendable {
      case atMost = "at_most"
      case atLeast = "at_least"
      case every
    }

    package let value: Int?
    package let unit: Unit
    /// The event that the period begins with, in one word.
    package let starts: String
    package let rule: Rule

    package init(value: Int?, unit: Unit, starts: String, rule: Rule) {
      self.value = value
      self.unit = unit
      self.starts = starts
      self.rule = rule
    }
  }

  /// `hebi-2021/13.1b`: document, article, paragraph, numbered item and letter.
  package let id: String
  package let zh: String
  package let en: String
  package let kind: Kind
  /// A slug of capabilities.yaml; `none` for what is organizational.
  package let capability: String
  /// Further capabilities that it touches.
  package let also: [String]?
  package let service: [String]
  package let deadline: Deadline?

  package init(
    id: String, zh: String, en: String, kind: Kind, capability: String, also: [String]?,
    service: [String], deadline: Deadline?
  ) {
    self.id = id
    self.zh = zh
    self.en = en
    self.kind = kind
    self.capability = capability
    self.also = also
    self.service = service
    self.deadline = deadline
  }

  /// The regulation's key.
  package var document: String { String(id.prefix { $0 != "/" }) }
  package var isForSoftware: Bool { kind != .organizational }
}

/// What a system must be able to do. The obligations of all regulations that mean the same name the same.
package struct Capability: Codable, Equatable, Sendable {
  package let slug: String
  /// The service that answers for it.
  package let service: String
  package let zh: String
  package let en: String

  package init(slug: String, service: String, zh: String, en: String) {
    self.slug = slug
    self.service = service
    self.zh = zh
    self.en = en
  }
}

/// All of it, in the order of the files.
package struct ObligationRegister: Sendable {
  /// The regulations' keys, in the order of their files.
  package let documents: [String]
  package let capabilities: [Capability]
  package let obligations: [Obligation]

  package init(documents: [String], capabilities: [Capability], obligations: [Obligation]) {
    self.documents = documents
    self.capabilities = capabilities
    self.obligations = obligations
  }

  package var byID: [String: Obligation] {
    Dictionary(obligations.map { ($0.id, $0) }) { first, _ in first }
  }
}
