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
    let bytes = Array(raw.utf8.prefix(11))
    let isISO = bytes.count == 10 && bytes[4] == UInt8(ascii: "-") && bytes[7] == bytes[4]
    if isISO {
      self.init(year: bytes[0..<4], month: bytes[5..<7], day: bytes[8..<10], isNormalised: false)
    } else if bytes.count == 8, !bytes.contains(UInt8(ascii: "/")) {
      self.init(year: bytes[0..<4], month: bytes[4..<6], day: bytes[6..<8], isNormalised: true)
    } else {
      let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      guard bytes.count <= 10, parts.count == 3, parts[0].count == 4,
        (1...2).contains(parts[1].count), (1...2).contains(parts[2].count)
      else {
        self = .otherForm
        return
      }
      self.init(year: parts[0], month: parts[1], day: parts[2], isNormalised: true)
    }
  }

  private init(
    year: ArraySlice<UInt8>, month: ArraySlice<UInt8>, day: ArraySlice<UInt8>, isNormalised: Bool
  ) {
    guard let year = Self.number(year), let month = Self.number(month), let day = Self.number(day)
    else {
      self = .otherForm
      return
    }
    if let date = CivilDate(year: year, month: month, day: day) {
      self = .day(date, isNormalised: isNormalised)
    } else {
      self = .noSuchDay
    }
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
  }
}
