// Bytes from outside as text, where they are UTF-8.

extension String {
  /// The text of these bytes; `nil` where they are not well-formed UTF-8 (RFC 3629).
  ///
  /// `String(validating:as:)` says the same at three to eight times the cost: the standard library finds out its types
  /// anew at each call.
  package init?(utf8 bytes: Span<UInt8>) {
    guard let text = try? UTF8Span(validating: bytes) else { return nil }
    self.init(copying: text)
  }
}
