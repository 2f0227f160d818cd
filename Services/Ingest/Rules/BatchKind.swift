// What a batch does to the register it is delivered to (policies e.3; meizhou-specific-2021/14, AC-31).

/// The kinds of delivery. No kind edits a record: rows are added, or stand no more.
package enum BatchKind: String, CaseIterable, Sendable {
  /// The full register: once committed, all earlier batches of the entry stand no more.
  case stock
  /// What is new since the last delivery, added to what stands.
  case increment
  /// The answer to a confirmed quality issue: one record stands no more, and another may take its place.
  case correction

  /// Whether earlier records are superseded as a whole.
  package var supersedesEarlier: Bool { self == .stock }
}
