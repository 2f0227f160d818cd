// The ways in which departments write a day (GB/T 7408, and two others that are understood and marked).

package import Vocabulary

/// A date as read: ISO `2024-03-04` as it is; `20240304` and `2024/3/4` normalised.
///
/// Nothing else is guessed: `3/4/24` is two different days to two people, and `45355` is a spreadsheet's own count.
package enum DateReading: Hashable, Sendable {
  case day(CivilDate, isNormalised: Bool)
  /// The form is right and the day does not exist: 2023-02-29.
  case noSuchDay
  case otherForm

  package init(_ raw: String) {
    var parts = Parts()
    for byte in raw.utf8 {
      guard parts.take(byte) else {
        self = .otherForm
        return
      }
    }
    let isISO = parts.separator == UInt8(ascii: "-") && parts.isLong(2)
    let isSlashed = parts.separator == UInt8(ascii: "/") && parts.isLong(1)
    guard isISO || isSlashed || parts.splitCompact() else {
      self = .otherForm
      return
    }
    guard let date = CivilDate(year: parts.value[0], month: parts.value[1], day: parts.value[2])
    else {
      self = .noSuchDay
      return
    }
    self = .day(date, isNormalised: !isISO)
  }

  /// Up to three numbers between equal separators, read without keeping the text: dates are read by the million.
  private struct Parts {
    var value: InlineArray<3, Int> = [0, 0, 0]
    var count: InlineArray<3, Int> = [0, 0, 0]
    var last = 0
    var separator: UInt8 = 0

    /// False where no date can come of it any more.
    mutating func take(_ byte: UInt8) -> Bool {
      if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        value[last] = value[last] * 10 + Int(byte - UInt8(ascii: "0"))
        count[last] += 1
        return count[last] <= 8
      }
      guard byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/"), last < 2,
        last == 0 || byte == separator
      else { return false }
      separator = byte
      last += 1
      return true
    }

    /// Four digits of the year, then month and day of two digits or of at least so many.
    func isLong(_ least: Int) -> Bool {
      last == 2 && count[0] == 4 && (least...2).contains(count[1])
        && (least...2).contains(count[2])
    }

    /// Eight digits in one: year, month and day.
    mutating func splitCompact() -> Bool {
      guard last == 0, count[0] == 8 else { return false }
      let whole = value[0]
      value = [whole / 10_000, whole / 100 % 100, whole % 100]
      return true
    }
  }
}
