// Which lines of a payout may be paid: all but those with an open case or a standing hold (meizhou-specific-2021/25, AC-54).

package import Vocabulary

/// A line that does not clear.
package struct WithheldLine: Hashable, Sendable {
  package enum Cause: String, Sendable {
    case openCase = "open_case"
    case held
  }

  package let chunk: Int
  package let row: Int
  package let number: Int64
  package let cause: Cause
  /// The hold's last day.
  package let until: CivilDate?

  package init(chunk: Int, row: Int, number: Int64, cause: Cause, until: CivilDate?) {
    self.chunk = chunk
    self.row = row
    self.number = number
    self.cause = cause
    self.until = until
  }
}

extension ComparisonCase {
  /// Why the case's line is not paid on a day; `nil` where it is. Nobody sets it: it follows from case and hold.
  package func withheld(on day: CivilDate) -> WithheldLine? {
    if state != .closed {
      return WithheldLine(
        chunk: place.chunk, row: place.row, number: number, cause: .openCase, until: nil)
    }
    guard let hold, isHeld(on: day) else { return nil }
    return WithheldLine(
      chunk: place.chunk, row: place.row, number: number, cause: .held, until: hold.until)
  }
}
