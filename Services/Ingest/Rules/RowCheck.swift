// The quality check of one row: all its values, then what holds for the row as a whole (meizhou-specific-2021/13a, 29).

package import Regulation
package import Vocabulary

/// A row that passed.
package struct CheckedRow: Hashable, Sendable {
  package let line: Int
  /// One for each item of the schema, in its order.
  package let values: [CheckedValue]
}

/// What the check says of a row.
package enum RowVerdict: Hashable, Sendable {
  case accepted(CheckedRow)
  /// Never empty; at most one for each item, in the order of the items, then the row's own.
  case rejected([Rejection])
}

/// Checks rows against an entry's schema. Pure: the same row on the same day gets the same verdict on every replica.
package struct RowCheck: Sendable {
  package let schema: EntrySchema
  private let order: ColumnOrder
  private let asOf: CivilDate
  private let basis: RuleBasis
  private let values: ValueCheck
  private let subject: Int?
  private let periodStart: Int?
  private let periodEnd: Int?

  /// - Parameters:
  ///   - order: Which column holds which item.
  ///   - asOf: The day whose state the batch describes.
  ///   - today: The civil day on which the batch arrived.
  ///   - doubts: What becomes of an identity number that looks wrong.
  package init(
    schema: EntrySchema, order: ColumnOrder, asOf: CivilDate, today: CivilDate, basis: RuleBasis,
    doubts: DoubtTreatment
  ) {
    self.schema = schema
    self.order = order
    self.asOf = asOf
    self.basis = basis
    values = ValueCheck(today: today, doubts: doubts)
    subject = schema.index(of: .subject)
    periodStart = schema.index(of: .periodStart)
    periodEnd = schema.index(of: .periodEnd)
  }

  package func check(_ fields: [String], line: Int) -> RowVerdict {
    guard fields.count == order.columnCount else {
      return .rejected([fieldCountRejection(fields, line)])
    }
    var checked: [CheckedValue] = []
    checked.reserveCapacity(schema.items.count)
    var rejections: [Rejection] = []
    for (index, item) in schema.items.enumerated() {
      let raw = order.columns[index].map { fields[$0] } ?? ""
      do throws(ValueFault) {
        checked.append(try values.check(raw, item))
      } catch {
        checked.append(CheckedValue(.absent))
        rejections.append(rejection(error, item: item.name, value: raw, line, basis.format))
      }
    }
    if rejections.isEmpty, let minor = minorRejection(checked, line) { rejections.append(minor) }
    if rejections.isEmpty, let turned = periodRejection(checked, line) {
      rejections.append(turned)
    }
    return rejections.isEmpty
      ? .accepted(CheckedRow(line: line, values: checked)) : .rejected(rejections)
  }

  /// A term that ends before it begins would overlap no payment period and clear whoever it names.
  private func periodRejection(_ checked: [CheckedValue], _ line: Int) -> Rejection? {
    guard let periodStart, let periodEnd, case .date(let start) = checked[periodStart].value,
      case .date(let end) = checked[periodEnd].value, end < start
    else { return nil }
    let fault = ValueFault(
      "period.order", threshold: start.iso,
      BilingualText("截止日早于起始日", "the period ends before it begins"))
    return rejection(
      fault, item: schema.items[periodEnd].name, value: end.iso, line, basis.format)
  }

  /// meizhou-specific-2021/5.3c. A subject without an identity number has no date of birth to judge by and passes.
  private func minorRejection(_ checked: [CheckedValue], _ line: Int) -> Rejection? {
    guard schema.excludesMinors, let subject, case .person(let person) = checked[subject].value,
      let birth = person.birthDate
    else { return nil }
    var start: CivilDate?
    if let periodStart, case .date(let day) = checked[periodStart].value { start = day }
    let day = MinorsExcluded.decidingDay(correctionStart: start, asOf: asOf)
    guard MinorsExcluded.isMinor(born: birth, on: day) else { return nil }
    let fault = ValueFault(
      MinorsExcluded.rule, threshold: "\(MinorsExcluded.majorityYears) @ \(day.iso)",
      MinorsExcluded.sentence)
    return rejection(
      fault, item: schema.items[subject].name, value: birth.iso, line, RuleBasis.noMinors)
  }

  private func fieldCountRejection(_ fields: [String], _ line: Int) -> Rejection {
    let expected = order.columnCount
    let fault = ValueFault(
      "row.field_count", threshold: String(expected),
      BilingualText(
        "应有 \(expected) 列，实有 \(fields.count) 列",
        "the row has \(fields.count) fields, not \(expected)"))
    return rejection(fault, item: nil, value: String(fields.count), line, basis.format)
  }

  private func rejection(
    _ fault: ValueFault, item: String?, value: String, _ line: Int, _ citation: Citation
  ) -> Rejection {
    Rejection(
      rule: fault.rule, item: item, threshold: fault.threshold, value: value, line: line,
      citation: citation, sentence: fault.sentence)
  }
}
