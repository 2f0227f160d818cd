// A moment in time, and which civil day it falls on in China.

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Nothing here reads a clock: moments come in as parameters.
package struct Instant: Hashable, Sendable {
  package let milliseconds: Int64

  package init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// Asia/Shanghai is eight hours ahead of UTC, without summer time since 1991; Weir holds no older moments.
  private static let shanghaiOffset: Int64 = 8 * 3_600_000
  private static let dayLength: Int64 = 86_400_000

  /// The civil day in Asia/Shanghai; it begins at 00:00 there.
  package var civilDate: CivilDate {
    CivilDate(dayNumber: Int(clamping: shifted.flooredDivision(by: Instant.dayLength)))
  }

  /// The first millisecond of a civil day in Asia/Shanghai.
  package init(startOf day: CivilDate) {
    milliseconds = Int64(day.dayNumber) * Instant.dayLength - Instant.shanghaiOffset
  }

  /// The last millisecond of a civil day in Asia/Shanghai: until then what is due that day is in time.
  package init(endOf day: CivilDate) {
    milliseconds = Instant(startOf: day.adding(days: 1)).milliseconds - 1
  }

  /// `2024-03-04T01:02:03.456Z`, always in UTC with three decimals, so that the text sorts as time does.
  package var rfc3339: String {
    let days = milliseconds.flooredDivision(by: Instant.dayLength)
    let inDay = Int(milliseconds - days * Instant.dayLength)
    return
      "\(CivilDate(dayNumber: Int(days)).iso)T\(Instant.timeText(inDay)).\(padded(inDay % 1000, 3))Z"
  }

  /// `2024-03-04 09:02:03`, in Asia/Shanghai, for people.
  package var shanghaiText: String {
    let inDay = Int(shifted - shifted.flooredDivision(by: Instant.dayLength) * Instant.dayLength)
    return "\(civilDate.iso) \(Instant.timeText(inDay))"
  }

  /// Reads RFC 3339 with `Z` or a numeric offset and up to nine decimals (cut to milliseconds); else `nil`.
  package init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, let day = CivilDate(iso: String(text.prefix(10))),
      bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"),
      let hour = Instant.twoDigits(bytes, 11), hour < 24, bytes[13] == UInt8(ascii: ":"),
      let minute = Instant.twoDigits(bytes, 14), minute < 60, bytes[16] == UInt8(ascii: ":"),
      let second = Instant.twoDigits(bytes, 17), second < 60,
      let (fraction, next) = Instant.fraction(bytes, from: 19),
      let offset = Instant.offset(bytes, from: next)
    else { return nil }
    let inDay = ((hour * 60 + minute) * 60 + second) * 1000 + fraction - offset * 60_000
    milliseconds = Int64(day.dayNumber) * Instant.dayLength + Int64(inDay)
  }

  package func adding(milliseconds: Int64) -> Instant {
    let sum = self.milliseconds.addingReportingOverflow(milliseconds)
    return Instant(
      milliseconds: sum.overflow ? (milliseconds > 0 ? .max : .min) : sum.partialValue)
  }

  private var shifted: Int64 {
    milliseconds.addingReportingOverflow(Instant.shanghaiOffset).overflow
      ? .max : milliseconds + Instant.shanghaiOffset
  }

  private static func timeText(_ inDay: Int) -> String {
    let seconds = inDay / 1000
    return "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
  }

  private static func twoDigits(_ bytes: [UInt8], _ index: Int) -> Int? {
    guard let tens = digit(bytes, index), let ones = digit(bytes, index + 1) else { return nil }
    return tens * 10 + ones
  }

  private static func digit(_ bytes: [UInt8], _ index: Int) -> Int? {
    guard index < bytes.count, bytes[index] >= UInt8(ascii: "0"), bytes[index] <= UInt8(ascii: "9")
    else { return nil }
    return Int(bytes[index] - UInt8(ascii: "0"))
  }

  /// Milliseconds of a decimal part, and where the offset begins.
  private static func fraction(_ bytes: [UInt8], from start: Int) -> (Int, Int)? {
    guard start < bytes.count, bytes[start] == UInt8(ascii: ".") else { return (0, start) }
    var index = start + 1
    var value = 0
    while let next = digit(bytes, index) {
      if index - start <= 3 { value = value * 10 + next }
      index += 1
    }
    let count = index - start - 1
    guard (1...9).contains(count) else { return nil }
    for _ in count..<max(count, 3) { value *= 10 }
    return (value, index)
  }

  /// The offset in minutes; it must end the text.
  private static func offset(_ bytes: [UInt8], from start: Int) -> Int? {
    guard start < bytes.count else { return nil }
    switch bytes[start] {
    case UInt8(ascii: "Z"), UInt8(ascii: "z"):
      return start + 1 == bytes.count ? 0 : nil
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      guard bytes.count == start + 6, let hours = twoDigits(bytes, start + 1), hours < 24,
        bytes[start + 3] == UInt8(ascii: ":"), let minutes = twoDigits(bytes, start + 4),
        minutes < 60
      else { return nil }
      return (bytes[start] == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
    default:
      return nil
    }
  }
}

extension Instant: Comparable {
  package static func < (left: Instant, right: Instant) -> Bool {
    left.milliseconds < right.milliseconds
  }
}

extension Instant: CustomStringConvertible {
  package var description: String { rfc3339 }
}

extension Int64 {
  /// Division that rounds toward minus infinity, as moments before 1970 need it.
  fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
    self / divisor - (self % divisor < 0 ? 1 : 0)
  }
}
