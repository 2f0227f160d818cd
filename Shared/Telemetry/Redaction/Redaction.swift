// The safety net under the logs: whatever looks like an identity or credit number is masked.

/// Masks what looks like an identifier in text that leaves the process as a log or a metric.
///
/// Nobody is meant to log an identifier; identifiers travel as ``Sensitive``. This net catches the mistake. It would rather
/// mask an innocent number than let a person through, so it does not check check digits. Masked are, in any text:
/// - a run of 15 digits, of 17 digits, or of 17 digits and a check symbol (GB 11643), in narrow or full-width digits;
/// - 18 characters shaped like a unified social credit code (GB 32100).
///
/// Digests are left alone: a token of 32 or more hexadecimal digits holds such runs by chance.
package enum Redaction {
  package static let mark = "[redacted]"

  /// The text with every suspect run replaced by ``mark``.
  package static func masked(_ text: String) -> String {
    // Fewer than 15 bytes hold no identifier; this is the common case of short words.
    guard text.utf8.count >= 15 else { return text }
    let scalars = Array(text.unicodeScalars)
    let folded = scalars.map(asciiDigitOrLetter)
    var result = String.UnicodeScalarView()
    var index = 0
    var didMask = false
    while index < scalars.count {
      guard folded[index] != nil else {
        result.append(scalars[index])
        index += 1
        continue
      }
      var end = index
      while end < folded.count, folded[end] != nil { end += 1 }
      let token = folded[index..<end].compactMap { $0 }
      let marks = suspects(token)
      for (offset, isMasked) in marks.enumerated() {
        if !isMasked {
          result.append(scalars[index + offset])
        } else if offset == 0 || !marks[offset - 1] {
          result.append(contentsOf: mark.unicodeScalars)
          didMask = true
        }
      }
      index = end
    }
    return didMask ? String(result) : text
  }

  /// The narrow form of a digit or Latin letter, or nil for anything that ends a token.
  private static func asciiDigitOrLetter(_ scalar: Unicode.Scalar) -> UInt8? {
    // Full-width forms stand at a fixed distance from their narrow ones.
    let value = (0xFF01...0xFF5E).contains(scalar.value) ? scalar.value - 0xFEE0 : scalar.value
    guard let byte = UInt8(exactly: value), isDigit(byte) || isLetter(byte) else { return nil }
    return byte
  }

  /// Which characters of a token belong to something that looks like an identifier.
  private static func suspects(_ token: [UInt8]) -> [Bool] {
    if token.count < 15 || isDigest(token) { return [Bool](repeating: false, count: token.count) }
    if isCreditCode(token) { return [Bool](repeating: true, count: token.count) }
    var marks = [Bool](repeating: false, count: token.count)
    var start = 0
    while start < token.count {
      var end = start
      while end < token.count, isDigit(token[end]) { end += 1 }
      let digits = end - start
      if digits == 17, end < token.count, token[end] | 0x20 == UInt8(ascii: "x") { end += 1 }
      if [15, 17, 18].contains(digits) {
        for index in start..<end { marks[index] = true }
      }
      start = end + 1
    }
    return marks
  }

  private static func isDigest(_ token: [UInt8]) -> Bool {
    token.count >= 32 && token.contains { !isDigit($0) }
      && token.allSatisfy {
        isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0 | 0x20)
      }
  }

  /// GB 32100: two symbols, six digits of an area, ten symbols; I, O, S, V and Z are not used.
  private static func isCreditCode(_ token: [UInt8]) -> Bool {
    guard token.count == 18, token[2..<8].allSatisfy(isDigit) else { return false }
    return token.allSatisfy { byte in
      isDigit(byte) || (isLetter(byte) && !"IOSVZ".utf8.contains(byte & 0xDF))
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
