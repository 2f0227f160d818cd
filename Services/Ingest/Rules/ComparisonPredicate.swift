// When a record found for a row of a roll is a hit (meizhou-specific-2021/24: benefits are checked against registers).

package import Vocabulary

/// The days for which a benefit was paid or stopped, both inclusive.
package struct PaymentPeriod: Hashable, Sendable {
  package let firstDay: CivilDate
  package let lastDay: CivilDate

  /// `nil` where the last day lies before the first.
  package init?(firstDay: CivilDate, lastDay: CivilDate) {
    guard firstDay <= lastDay else { return nil }
    self.firstDay = firstDay
    self.lastDay = lastDay
  }
}

/// What of a record bears on a comparison.
package struct RecordTerm: Hashable, Sendable {
  /// Death, cremation, cancellation.
  package let event: CivilDate?
  package let start: CivilDate?
  /// `nil` for a state that goes on.
  package let end: CivilDate?
  package let isRevoked: Bool

  package init(event: CivilDate?, start: CivilDate?, end: CivilDate?, isRevoked: Bool) {
    self.event = event
    self.start = start
    self.end = end
    self.isRevoked = isRevoked
  }

  /// Whether the record counts for the period:
  ///
  /// - a revoked record never does,
  /// - an event does when it lies before the period's end: who died after it was rightly paid,
  /// - a state does when it overlaps the period: who was released before it began was rightly paid,
  /// - a day that the record does not have speaks against nothing, for a lead is checked by a person.
  package func counts(for period: PaymentPeriod) -> Bool {
    if isRevoked { return false }
    if let event, event > period.lastDay { return false }
    if let start, start > period.lastDay { return false }
    if let end, end < period.firstDay { return false }
    return true
  }
}

extension EntrySchema {
  /// The term of a record from its values in the schema's order.
  package func term(of values: [String?]) -> RecordTerm {
    func text(_ role: ItemRole) -> String? {
      index(of: role).flatMap { $0 < values.count ? values[$0] : nil }
    }
    func day(_ role: ItemRole) -> CivilDate? { text(role).flatMap { CivilDate(iso: $0) } }
    return RecordTerm(
      event: day(.eventDate), start: day(.periodStart), end: day(.periodEnd),
      isRevoked: text(.revokedMark) != nil)
  }
}
