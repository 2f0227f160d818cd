// What is common to the texts of our notes: lines, and numbers in one spelling.

/// The lines of a note's text, taken one after the other.
struct NoteLines {
  private var lines: ArraySlice<Substring>

  /// nil unless the text ends with a newline.
  init?(_ text: String) {
    // Split by bytes: a grapheme may join a newline with what stands before it.
    guard text.utf8.last == UInt8(ascii: "\n") else { return nil }
    let bytes = Array(text.utf8.dropLast())
    lines =
      bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { Substring(decoding: $0, as: UTF8.self) }[...]
  }

  var isAtEnd: Bool { lines.isEmpty }

  mutating func next() -> Substring? { lines.popFirst() }

  /// Takes the line if it is this one.
  mutating func takes(_ line: String) -> Bool {
    guard let first = lines.first, first == line else { return false }
    lines.removeFirst()
    return true
  }

  /// Takes a decimal number without sign and leading zeros.
  mutating func number() -> UInt64? { next().flatMap { NoteLines.number($0) } }

  static func number(_ text: some StringProtocol) -> UInt64? {
    guard let value = UInt64(text), String(value) == text else { return nil }
    return value
  }
}
