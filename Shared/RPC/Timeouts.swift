// `grpc-timeout` on the wire, and durations as nanoseconds.

extension Duration {
  /// Whole nanoseconds; what does not fit becomes the nearest that does.
  var nanosecondsClamped: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, isTooMuch) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if isTooMuch { return seconds < 0 ? .min : .max }
    let (sum, overflows) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return overflows ? (seconds < 0 ? .min : .max) : sum
  }
}

/// `grpc-timeout`: at most eight digits and a unit (gRPC over HTTP/2, "Timeout").
enum WireTimeout {
  /// Nanoseconds; `nil` for what the grammar does not allow.
  static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard let unit = text.last, text.count >= 2, text.count <= 9 else { return nil }
    var value: Int64 = 0
    for digit in text.dropLast() {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    let factor: Int64
    switch unit {
    case UInt8(ascii: "H"): factor = 3_600_000_000_000
    case UInt8(ascii: "M"): factor = 60_000_000_000
    case UInt8(ascii: "S"): factor = 1_000_000_000
    case UInt8(ascii: "m"): factor = 1_000_000
    case UInt8(ascii: "u"): factor = 1000
    case UInt8(ascii: "n"): factor = 1
    default: return nil
    }
    let (product, overflows) = value.multipliedReportingOverflow(by: factor)
    return overflows ? .max : product
  }

  /// The finest unit that fits eight digits, rounded down so that the server never waits longer than the caller.
  static func text(_ nanoseconds: Int64) -> String {
    let value = max(nanoseconds, 0)
    let units: [(Int64, String)] = [
      (1, "n"), (1000, "u"), (1_000_000, "m"), (1_000_000_000, "S"), (60_000_000_000, "M"),
    ]
    for (size, name) in units where value / size <= 99_999_999 { return "\(value / size)\(name)" }
    return "\(min(value / 3_600_000_000_000, 99_999_999))H"
  }
}
