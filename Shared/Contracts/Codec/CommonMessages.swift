// The words that all services share, between the wire and the vocabulary.

package import Access
package import Vocabulary

extension CommonV1.BilingualText {
  package init(_ text: Vocabulary.BilingualText) {
    self.init(chinese: text.chinese, english: text.english)
  }
}

extension CommonV1.Basis {
  package init(_ basis: LegalBasis) {
    self.init(
      kind: Kind(basis.kind), title: basis.title, article: basis.article, text: basis.text)
  }
}

extension LegalBasis {
  /// - Parameter path: Of the field, for the refusal of a ground without a kind.
  package init(_ basis: CommonV1.Basis, path: String) throws(RequestRefusal) {
    guard let kind = basis.kind.kind else { throw .missing(field: path + ".kind") }
    self.init(kind: kind, title: basis.title, article: basis.article, text: basis.text)
  }
}

extension CommonV1.Basis.Kind {
  /// `nil` where the sender names none.
  package var kind: BasisKind? {
    switch self {
    case .law: .law
    case .regulation: .regulation
    case .rule: .rule
    case .nationalProvision: .nationalProvision
    case .internalRule: .internalRule
    case .unspecified, .unrecognized: nil
    }
  }

  package init(_ kind: BasisKind) {
    switch kind {
    case .law: self = .law
    case .regulation: self = .regulation
    case .rule: self = .rule
    case .nationalProvision: self = .nationalProvision
    case .internalRule: self = .internalRule
    // What profiles allow, no kind of a stated basis.
    case .relevantBasis, .dueReason: self = .unspecified
    }
  }
}

extension CommonV1.DueDate {
  package init(date: CivilDate, citation: Citation, isProvisional: Bool, overdueDays: Int) {
    self.init(
      date: date.iso, article: citation.text, provisional: isProvisional,
      overdueDays: Int32(clamping: overdueDays))
  }
}

extension CommonV1.RunningClock {
  /// - Parameter pauses: Each with its end, where it has one.
  package init(
    _ name: String, started: CivilDate, pauses: [(CivilDate, CivilDate?)], extensionDays: [Int],
    agreed: CivilDate?, due: CommonV1.DueDate
  ) {
    self.init(
      clock: name, started: started.iso,
      pauses: pauses.map { Pause(from: $0.0.iso, to: $0.1?.iso ?? "") },
      extensionDays: extensionDays.map { Int32(clamping: $0) }, agreed: agreed?.iso ?? "", due: due)
  }
}

/// A place in a list, as the caller hands it back: numbers, opaque on the wire.
package struct PageToken: Hashable, Sendable {
  package let numbers: [Int64]

  package init(_ numbers: [Int64]) { self.numbers = numbers }

  /// Empty for the first page; `nil` for what no list here gave out.
  ///
  /// - Parameter count: How many numbers a token of this list has; the first page has as many zeros.
  package init?(_ text: String, count: Int) {
    if text.isEmpty {
      numbers = [Int64](repeating: 0, count: count)
      return
    }
    guard text.utf8.count <= 256 else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let read = parts.compactMap { part in
      part.utf8.allSatisfy { $0 != UInt8(ascii: "+") } ? Int64(part, radix: 36) : nil
    }
    guard read.count == count, parts.count == count else { return nil }
    numbers = read
  }

  package var text: String { numbers.map { String($0, radix: 36) }.joined(separator: ".") }
}

/// How long a page may be.
package enum PageSize {
  package static let standard = 50
  package static let largest = 500

  /// What a caller asked for, within bounds; 0 or less takes the standard.
  package static func bounded(_ asked: Int32) -> Int {
    asked <= 0 ? standard : min(Int(asked), largest)
  }
}
