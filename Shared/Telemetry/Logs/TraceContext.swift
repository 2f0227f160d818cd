// The trace that a call belongs to, as W3C Trace Context writes it.

/// A trace and the span within it (W3C Trace Context, `traceparent` version 00).
package struct TraceContext: Hashable, Sendable {
  /// 32 lower-case hexadecimal digits, not all zero.
  package let traceID: String
  /// 16 lower-case hexadecimal digits, not all zero.
  package let spanID: String
  package let isSampled: Bool

  /// The trace of the call that the current task serves; log lines carry it by themselves.
  @TaskLocal package static var current: TraceContext?

  /// A new trace from 24 random bytes, which the caller takes from its source of randomness.
  ///
  /// - Returns: `nil` when there are too few bytes or an identifier would be all zero.
  package init?(random bytes: [UInt8], isSampled: Bool = false) {
    guard bytes.count >= 24 else { return nil }
    self.init(
      traceID: Self.hex(bytes[0..<16]), spanID: Self.hex(bytes[16..<24]), isSampled: isSampled)
  }

  private init?(traceID: String, spanID: String, isSampled: Bool) {
    guard Self.isIdentifier(traceID.utf8, count: 32), Self.isIdentifier(spanID.utf8, count: 16)
    else { return nil }
    self.traceID = traceID
    self.spanID = spanID
    self.isSampled = isSampled
  }

  /// Reads a `traceparent` header. Later versions may append fields; version `ff` and any other shape give `nil`.
  package init?(traceparent: String) {
    let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0].utf8.count == 2, parts[3].utf8.count == 2,
      let version = UInt8(parts[0], radix: 16), version != 0xFF, version > 0 || parts.count == 4,
      let flags = UInt8(parts[3], radix: 16)
    else { return nil }
    self.init(traceID: String(parts[1]), spanID: String(parts[2]), isSampled: flags & 1 == 1)
  }

  /// The header to send on.
  package var traceparent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

  /// The same trace with a span of our own, from 8 random bytes.
  package func child(random bytes: [UInt8]) -> TraceContext? {
    guard bytes.count >= 8 else { return nil }
    return TraceContext(
      traceID: traceID, spanID: Self.hex(bytes[0..<8]), isSampled: isSampled)
  }

  private static func isIdentifier(_ text: String.UTF8View, count: Int) -> Bool {
    let digits = "0123456789abcdef".utf8
    return text.count == count && text.allSatisfy(digits.contains)
      && text.contains { $0 != UInt8(ascii: "0") }
  }

  private static func hex(_ bytes: ArraySlice<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
