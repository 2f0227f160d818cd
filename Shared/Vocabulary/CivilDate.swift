// A day of the civil calendar, without a clock and without a time zone.

/// A day of the Gregorian civil calendar (GB/T 7408, `2024-03-04`), years 1 to 9999.
///
/// Which civil day it is where Weir runs is decided by ``Instant/civilDate`` (Asia/Shanghai); this type only counts.
package struct CivilDate: Hashable, Sendable {
  package let year: Int
  package let month: Int
  package let day: Int

  /// `nil` when there is no such day.
  package init?(year: Int, month: Int, day: Int) {
    guard
      (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= CivilDate.lastDay(year: year, month: month)
    else { return nil }
    self.init(checkedYear: year, month: month, day: day)
  }

  /// Reads exactly `YYYY-MM-DD`; anything else is `nil`.
  package init?(iso text: String) {
    var digits: [Int] = []
    for (index, byte) in text.utf8.enumerated() {
      if index == 4 || index == 7 {
        guard byte == UInt8(ascii: "-") else { return nil }
      } else {
        guard index < 10, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        digits.append(Int(byte - UInt8(ascii: "0")))
      }
    }
    guard digits.count == 8 else { return nil }
    self.init(
      year: digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3],
      month: digits[4] * 10 + digits[5], day: digits[6] * 10 + digits[7])
  }

  /// The day that lies `dayNumber` days after 1970-01-01, held within the years 1 to 9999.
  package init(dayNumber: Int) {
    // Howard Hinnant's civil_from_days: eras of 400 years that begin on 1 March.
    let held = min(max(dayNumber, CivilDate.first.dayNumber), CivilDate.last.dayNumber)
    let shifted = held + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    self.init(
      checkedYear: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
      day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private init(checkedYear year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  private static let first = CivilDate(checkedYear: 1, month: 1, day: 1)
  private static let last = CivilDate(checkedYear: 9999, month: 12, day: 31)

  /// Days since 1970-01-01, which is 0.
  package var dayNumber: Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// `2024-03-04`.
  package var iso: String {
    "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  package var weekday: Weekday {
    // 1970-01-01 was a Thursday, three days after a Monday.
    let index = ((dayNumber + 3) % 7 + 7) % 7
    return Weekday.allCases[index]
  }

  /// How many days `earlier` lies before this day; negative when it lies after.
  package func daysSince(_ earlier: CivilDate) -> Int { dayNumber - earlier.dayNumber }

  /// The day so many days later (earlier, when negative).
  package func adding(days: Int) -> CivilDate {
    let sum = dayNumber.addingReportingOverflow(days)
    return CivilDate(dayNumber: sum.overflow ? (days > 0 ? .max : .min) : sum.partialValue)
  }

  /// The same day of a later month; where that month has no such day, its last day
  /// (Civil Code of the PRC, article 202).
  package func adding(months: Int) -> CivilDate {
    let limited = min(max(months, -120_000), 120_000)
    let index = year * 12 + month - 1 + limited
    if index < 12 { return CivilDate.first }
    if index >= 120_000 { return CivilDate.last }
    let (newYear, newMonth) = (index / 12, index % 12 + 1)
    return CivilDate(
      checkedYear: newYear, month: newMonth,
      day: min(day, CivilDate.lastDay(year: newYear, month: newMonth)))
  }

  /// 28 to 31.
  package static func lastDay(year: Int, month: Int) -> Int {
    switch month {
    case 2: return isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: return 30
    default: return 31
    }
  }

  private static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }
}

extension CivilDate: Comparable {
  package static func < (left: CivilDate, right: CivilDate) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }
}

extension CivilDate: CustomStringConvertible {
  package var description: String { iso }
}

/// A day of the week, from Monday on.
package enum Weekday: String, CaseIterable, Sendable {
  case monday, tuesday, wednesday, thursday, friday, saturday, sunday

  package var isWeekend: Bool { self == .saturday || self == .sunday }
}

/// A number with leading zeros; Foundation's formats are not at hand in this module.
func padded(_ number: Int, _ width: Int) -> String {
  guard number >= 0, width <= 20 else { return String(number) }
  var digits: InlineArray<20, UInt8> = .init(repeating: UInt8(ascii: "0"))
  var rest = number
  var start = 20
  repeat {
    start -= 1
    digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
    rest /= 10
  } while rest > 0
  let text = digits.span
  // Digits of ASCII are UTF-8.
  return String(copying: UTF8Span(unchecked: text.extracting(min(start, 20 - width)..<20)))
}
